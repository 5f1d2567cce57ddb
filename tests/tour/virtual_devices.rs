//! A camera and a microphone on a machine that has neither: PipeWire, WirePlumber and PulseAudio's protocol in a folder
//! of the tour's own, a picture as the camera and a loudspeaker that only the microphone hears.

use super::app::Setting;
use super::stage::{self, Stage, command};
use image::imageops::{self, FilterType};
use image::{Rgb, RgbImage};
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

/// What they are made of, and the Debian package of each.
const PROGRAMS: [(&str, &str); 7] = [
    ("dbus-daemon", "dbus"),
    ("pipewire", "pipewire"),
    ("wireplumber", "wireplumber"),
    ("pipewire-pulse", "pipewire-pulse"),
    ("pactl", "pulseaudio-utils"),
    ("paplay", "pulseaudio-utils"),
    ("gst-launch-1.0", "gstreamer1.0-tools"),
];
/// Sound goes from hand to hand in the longest pieces that PipeWire uses by itself, 43 ms at 48 kHz: in shorter ones it
/// stutters on a busy machine, where nobody gives it real-time priority.
const QUANTUM: &str = "context.properties = { default.clock.quantum = 2048 default.clock.min-quantum = 2048 }";
/// The camera's pictures.
const SIZE: (u32, u32) = (640, 480);
/// They answer within a second or two on a machine that is not busy.
const PATIENCE: Duration = Duration::from_secs(20);

/// The devices; dropped, they are gone.
pub struct VirtualDevices {
    folder: PathBuf,
    stage: PathBuf,
    bus: Child,
    sound_system: Vec<Child>,
    camera: Option<Child>,
}

impl VirtualDevices {
    /// What this machine lacks for them, in words.
    pub fn missing() -> Option<String> {
        let (program, package) = PROGRAMS.iter().find(|(program, _)| stage::find(program).is_none())?;
        Some(format!("{program} (Debian: {package}) is missing; scripts/setup.sh tour installs it"))
    }

    /// Starts them: a microphone, and with a picture to see a camera.
    pub fn start(stage: &Stage, name: &str, picture: Option<&Path>) -> Self {
        let folder = stage.folder(name);
        let runtime = folder.join("runtime");
        fs::create_dir_all(&runtime).expect("our folder");
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).expect("our folder");
        let quantum = folder.join("config/pipewire/pipewire.conf.d");
        fs::create_dir_all(&quantum).expect("our folder");
        fs::write(quantum.join("quantum.conf"), QUANTUM).expect("our folder");
        let mut bus = command(stage.dir(), "dbus-daemon");
        bus.args(["--session", "--nofork", "--nopidfile", "--address", &bus_address(&folder)]);
        let bus = bus.stdout(log(&folder)).stderr(log(&folder)).spawn().expect("dbus-daemon starts");
        let mut devices = Self { folder, stage: stage.dir().into(), bus, sound_system: Vec::new(), camera: None };
        devices.wait_for("the bus", || devices.runtime().join("bus").exists());
        if let Some(picture) = picture {
            devices.show(picture);
        }
        devices.plug_in();
        devices
    }

    /// The app, with these devices around it.
    pub fn around(&self, setting: Setting) -> Setting {
        let runtime = self.runtime().display().to_string();
        setting.env("XDG_RUNTIME_DIR", &runtime).env("DBUS_SESSION_BUS_ADDRESS", &bus_address(&self.folder))
    }

    /// Puts another picture before the camera.
    pub fn show(&self, picture: &Path) {
        let picture = image::open(picture).expect("a sample").to_rgb8();
        let fresh = self.scene().with_extension("new");
        fs::write(&fresh, yuy2(&fitted(&picture))).expect("our folder");
        fs::rename(fresh, self.scene()).expect("our folder");
    }

    /// Plays a sound where the microphone hears it.
    pub fn play(&self, sound: &Path) -> Player {
        Player(self.command("paplay").args(["-d", "speaker"]).arg(sound).spawn().expect("paplay starts"))
    }

    /// Takes camera and microphone away.
    pub fn unplug(&mut self) {
        for mut program in self.camera.take().into_iter().chain(self.sound_system.drain(..)) {
            let _ = program.kill();
            let _ = program.wait();
        }
        // Killed, it leaves its socket, and the next would be taken for ready before it is.
        let _ = fs::remove_file(self.runtime().join("pipewire-0"));
    }

    /// Gives them back.
    pub fn plug_in(&mut self) {
        self.start_program("pipewire", &[]);
        self.wait_for("PipeWire", || self.runtime().join("pipewire-0").exists());
        self.start_program("wireplumber", &[]);
        self.start_program("pipewire-pulse", &[]);
        self.wait_for("PulseAudio's protocol", || self.control("info"));
        for wish in [
            "load-module module-null-sink sink_name=speaker",
            "load-module module-remap-source master=speaker.monitor source_name=microphone \
             source_properties=device.description=VirtualMicrophone",
            "set-default-source microphone",
            "set-default-sink speaker",
        ] {
            // What was made a moment ago may not be known yet.
            self.wait_for(wish, || self.control(wish));
        }
        if !self.scene().exists() {
            return;
        }
        // Raw pictures: PipeWire 0.3.65 crashes on those that come out of GStreamer's converter.
        let scene = self.scene().display().to_string();
        let (width, height) = SIZE;
        let camera = format!(
            "multifilesrc location={scene} loop=true do-timestamp=true \
             caps=video/x-raw,format=YUY2,width={width},height={height},framerate=15/1 ! clocksync ! pipewiresink mode=provide \
             stream-properties=p,media.class=Video/Source,media.role=Camera,node.name=camera,node.description=VirtualCamera"
        );
        let mut launch = self.command("gst-launch-1.0");
        self.camera = Some(launch.arg("-q").args(camera.split_whitespace()).spawn().expect("gst-launch-1.0 starts"));
    }

    /// What all of them wrote.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn start_program(&mut self, name: &str, args: &[&str]) {
        let program = self.command(name).args(args).spawn().unwrap_or_else(|e| panic!("{name}: {e}"));
        self.sound_system.push(program);
    }

    fn control(&self, wish: &str) -> bool {
        self.command("pactl").args(wish.split_whitespace()).status().is_ok_and(|status| status.success())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = command(&self.stage, program);
        command.env("XDG_CONFIG_HOME", self.folder.join("config"));
        command.env("XDG_RUNTIME_DIR", self.runtime()).env("DBUS_SESSION_BUS_ADDRESS", bus_address(&self.folder));
        command.env_remove("PULSE_SERVER").env_remove("DISPLAY").stdout(log(&self.folder)).stderr(log(&self.folder));
        command
    }

    fn wait_for(&self, what: &str, is_there: impl Fn() -> bool) {
        stage::wait(what, PATIENCE, || self.log(), || is_there().then_some(()));
    }

    fn runtime(&self) -> PathBuf {
        self.folder.join("runtime")
    }

    fn scene(&self) -> PathBuf {
        self.folder.join("scene.yuy2")
    }
}

impl Drop for VirtualDevices {
    fn drop(&mut self) {
        self.unplug();
        let _ = self.bus.kill();
        let _ = self.bus.wait();
    }
}

/// A sound that plays; dropped, it ends.
pub struct Player(Child);

impl Player {
    /// Whether it still plays.
    pub fn is_playing(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn bus_address(folder: &Path) -> String {
    format!("unix:path={}", folder.join("runtime/bus").display())
}

fn log(folder: &Path) -> File {
    File::options().create(true).append(true).open(folder.join("log")).expect("our folder")
}

/// All of a picture, in the middle of what the camera sees.
fn fitted(picture: &RgbImage) -> RgbImage {
    let scale = (SIZE.0 as f32 / picture.width() as f32).min(SIZE.1 as f32 / picture.height() as f32);
    let side = |length: u32| ((length as f32 * scale) as u32).max(1);
    let scaled = imageops::resize(picture, side(picture.width()), side(picture.height()), FilterType::Triangle);
    let mut scene = RgbImage::from_pixel(SIZE.0, SIZE.1, Rgb([205, 195, 175]));
    let margin = |whole: u32, part: u32| i64::from((whole - part) / 2);
    imageops::replace(&mut scene, &scaled, margin(SIZE.0, scaled.width()), margin(SIZE.1, scaled.height()));
    scene
}

/// Two pixels in four bytes, colour shared, as web cameras send them: ITU-R BT.601, limited range.
fn yuy2(picture: &RgbImage) -> Vec<u8> {
    let part = |base: f32, weights: [f32; 3], pixel: &Rgb<u8>| {
        (base + (0..3).map(|i| weights[i] * f32::from(pixel.0[i])).sum::<f32>() / 256.0).round() as u8
    };
    let luma = |pixel: &Rgb<u8>| part(16.0, [65.738, 129.057, 25.064], pixel);
    let pixels: Vec<Rgb<u8>> = picture.pixels().copied().collect();
    let (pairs, _) = pixels.as_chunks::<2>();
    let pair = |[left, right]: &[Rgb<u8>; 2]| {
        let u = part(128.0, [-37.945, -74.494, 112.439], left);
        let v = part(128.0, [112.439, -94.154, -18.285], left);
        [luma(left), u, luma(right), v]
    };
    pairs.iter().flat_map(pair).collect()
}
