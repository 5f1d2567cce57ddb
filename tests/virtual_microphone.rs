//! The native microphone on a machine that has none: PipeWire with a virtual one, started here and ended here.
//!
//! Takes 40 s and the Debian packages pipewire, pipewire-pulse, wireplumber, pulseaudio-utils and dbus, so it runs
//! only when asked for:
//! `dbus-run-session -- cargo test --features microphone --test virtual_microphone -- --ignored --nocapture`.
#![cfg(all(feature = "microphone", target_os = "linux"))]

mod common;

use onhand::inference::speech::audio;
use onhand::sensors::microphone::{Heard, LevelMeter, Microphone, MicrophoneError, Native};
use rustfft::{FftPlanner, num_complex::Complex};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The programs that make a sound system, and their end.
struct SoundSystem(Vec<Child>);

impl SoundSystem {
    fn start() -> Self {
        let mut programs = Self(Vec::new());
        for name in ["pipewire", "wireplumber", "pipewire-pulse"] {
            programs.0.push(quiet(name).spawn().unwrap_or_else(|e| panic!("{name}: {e}")));
            std::thread::sleep(Duration::from_secs(1));
        }
        for arguments in [
            "load-module module-null-sink sink_name=speaker",
            "load-module module-remap-source master=speaker.monitor source_name=microphone \
             source_properties=device.description=VirtualMicrophone",
            "set-default-source microphone",
            "set-default-sink speaker",
        ] {
            assert!(quiet("pactl").args(arguments.split_whitespace()).status().unwrap().success(), "pactl {arguments}");
        }
        programs
    }

    fn play(&mut self, sound: &Path) {
        self.0.push(quiet("paplay").args(["-d", "speaker"]).arg(sound).spawn().unwrap());
    }
}

impl Drop for SoundSystem {
    fn drop(&mut self) {
        for program in &mut self.0 {
            let _ = program.kill();
            let _ = program.wait();
        }
    }
}

fn quiet(program: &str) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn record(microphone: &mut Native, seconds: f64) -> Result<Vec<f32>, MicrophoneError> {
    let (began, mut samples) = (Instant::now(), Vec::new());
    while samples.len() < (seconds * 16_000.0) as usize {
        assert!(began.elapsed().as_secs_f64() < seconds + 10.0, "only {} samples came", samples.len());
        match microphone.read(Duration::from_millis(200))? {
            Heard::Sound { samples: more, lost_samples } => {
                assert_eq!(lost_samples, 0);
                samples.extend(more);
            }
            Heard::Nothing => {}
            Heard::Ended => panic!("a microphone does not end"),
        }
    }
    Ok(samples)
}

/// Where in `recording` the sound is, and the correlation there: 1 is the same sound.
fn find(sound: &[f32], recording: &[f32]) -> (usize, f32) {
    let size = (sound.len() + recording.len()).next_power_of_two();
    let mut planner = FftPlanner::new();
    let transform = planner.plan_fft_forward(size);
    let spectrum = |samples: &[f32]| {
        let mut buffer: Vec<_> = samples.iter().map(|&x| Complex::new(x, 0.0)).collect();
        buffer.resize(size, Complex::default());
        transform.process(&mut buffer);
        buffer
    };
    let mut product: Vec<_> = spectrum(recording).iter().zip(spectrum(sound)).map(|(r, s)| r * s.conj()).collect();
    planner.plan_fft_inverse(size).process(&mut product);
    let places = 0..recording.len().saturating_sub(sound.len());
    let at = places.max_by(|&a, &b| product[a].re.total_cmp(&product[b].re)).expect("the recording is longer");
    let power = |samples: &[f32]| samples.iter().map(|x| x * x).sum::<f32>().sqrt();
    (at, product[at].re / size as f32 / power(sound) / power(&recording[at..at + sound.len()]))
}

#[test]
#[ignore = "starts a sound system of its own; see the head of the file"]
fn a_virtual_microphone_is_heard_lost_and_found() {
    let Some(clip) = common::shared("data/audio/jfk.wav") else { return };
    let runtime = tempfile::tempdir().unwrap();
    // SAFETY: the only test of this program, which has started nothing yet.
    unsafe {
        std::env::set_var("XDG_RUNTIME_DIR", runtime.path());
        std::env::remove_var("PULSE_SERVER");
    }
    let began = Instant::now();
    assert_eq!(Native::open().err(), Some(MicrophoneError::NoDevice), "this machine has a microphone of its own");
    println!("no microphone: said after {:.2} s", began.elapsed().as_secs_f64());

    let sound = audio::read_file(&clip).unwrap().samples;
    let mut system = SoundSystem::start();
    let began = Instant::now();
    let mut microphone = Native::open().unwrap();
    println!("{}: open after {:.2} s", microphone.name(), began.elapsed().as_secs_f64());
    assert_eq!(microphone.name(), "VirtualMicrophone");
    let first = record(&mut microphone, 0.02).unwrap().len();
    println!("first {first} samples after {:.2} s", began.elapsed().as_secs_f64());
    system.play(&clip);
    let began = Instant::now();
    let recording = record(&mut microphone, 15.0).unwrap();
    let (at, correlation) = find(&sound, &recording);
    let mut meter = LevelMeter::new();
    meter.push(&recording[at..at + sound.len() / 2]);
    println!(
        "15 s in {:.2} s; the clip begins at {:.2} s, correlation {correlation:.4}, {:?}",
        began.elapsed().as_secs_f64(),
        at as f64 / 16_000.0,
        meter.level()
    );
    assert!(correlation > 0.98, "{correlation}");

    let began = Instant::now();
    drop(system);
    let end = record(&mut microphone, 20.0);
    println!("the sound system ended: {:?} after {:.2} s", end.as_ref().err(), began.elapsed().as_secs_f64());
    assert_eq!(end.err(), Some(MicrophoneError::Unplugged));
    assert_eq!(microphone.read(Duration::ZERO), Err(MicrophoneError::Unplugged));
    assert_eq!(Native::open().err(), Some(MicrophoneError::NoDevice));

    let _system = SoundSystem::start();
    let mut microphone = Native::open().unwrap();
    println!("started again: {} samples in a second", record(&mut microphone, 1.0).unwrap().len());
}
