//! Camera and microphone as a person has them: not replayed, but through the system, from devices that come and go.

use super::app::{App, Setting};
use super::camera::{CLOCK, wait_for_label};
use super::samples;
use super::tour::Tour;
use super::virtual_devices::VirtualDevices;
use std::time::{Duration, Instant};

const MODEL: &str = "whisper-tiny.en";
/// A debug build on a busy machine hears slowly.
const PATIENCE: Duration = Duration::from_secs(120);
/// The sample recording is played so often: a voice that goes on for a while.
const TIMES: usize = 12;

/// The page's camera: named, and another picture named after it.
pub fn camera(tour: &mut Tour) {
    if !can_be_made(tour) || !tour.needs_eyes("what a virtual camera sees") {
        return;
    }
    let devices = VirtualDevices::start(&tour.stage, "devices", Some(&samples::clock()));
    let app = open(tour, &devices, "devices-camera", &[]);
    let took = wait_for_label(&app, &CLOCK, PATIENCE);
    tour.saw(format!("a virtual camera: a clock, {:.2} s after the window answered", took.as_secs_f64()));
    tour.album.take(&app, "devices-camera", "light-en");
    let other = tour.stage.folder("other").join("other.png");
    samples::umbrella(&other);
    devices.show(&other);
    let took = wait_for_label(&app, &["umbrella"], PATIENCE);
    tour.saw(format!("another picture before it: an umbrella, {:.2} s later", took.as_secs_f64()));
}

/// The program's own way: words while the voice goes on, the device gone and back, and silence.
pub fn microphone(tour: &mut Tour) {
    if !can_be_made(tour) || !tour.needs(MODEL, "what a virtual microphone hears") {
        return;
    }
    let mut devices = VirtualDevices::start(&tour.stage, "devices-sound", None);
    let app = open(tour, &devices, "devices-microphone", &[]);
    app.press_tab("Microphone");
    app.wait_until_gone("Loading the model");
    speak(tour, &app, &devices, "a virtual microphone");

    app.press("Tap to speak");
    app.control_at_most("Tap to stop", PATIENCE);
    std::thread::sleep(Duration::from_millis(500));
    devices.unplug();
    app.wait_at_most("The microphone was disconnected", PATIENCE);
    tour.album.take(&app, "devices-microphone-gone", "light-en");
    devices.plug_in();
    app.wait_until_gone("The microphone was disconnected");
    std::thread::sleep(Duration::from_secs(2));
    app.press("Tap to stop");
    app.wait_at_most("I did not hear anyone speak.", PATIENCE);
    tour.saw("the microphone gone: said; back again, it listens on; nobody spoke, and that is said");
}

/// The page's way, as on systems whose sound only a web view may use.
pub fn pages_microphone(tour: &mut Tour) {
    if !can_be_made(tour) || !tour.needs(MODEL, "what a virtual microphone hears through the page") {
        return;
    }
    let devices = VirtualDevices::start(&tour.stage, "devices-page", None);
    let app = open(tour, &devices, "devices-page-microphone", &["--page-microphone"]);
    app.press_tab("Microphone");
    app.wait_until_gone("Loading the model");
    speak(tour, &app, &devices, "a virtual microphone through the page");
}

fn can_be_made(tour: &mut Tour) -> bool {
    let missing = VirtualDevices::missing();
    if let Some(why) = &missing {
        tour.skip("a virtual camera and microphone", why);
    }
    missing.is_none()
}

/// Words while the voice goes on, and all of them in the end.
fn speak(tour: &mut Tour, app: &App, devices: &VirtualDevices, what: &str) {
    app.press("Tap to speak");
    app.control_at_most("Tap to stop", PATIENCE);
    let voice = tour.stage.folder("devices").join("voice.wav");
    std::fs::write(&voice, samples::again_and_again(TIMES)).expect("our folder");
    let mut voice = devices.play(&voice);
    let began = Instant::now();
    app.wait_at_most("stove", PATIENCE);
    let first_s = began.elapsed().as_secs_f64();
    assert!(voice.is_playing(), "the words came when the voice had ended, after {first_s:.1} s");
    tour.album.take(
        app,
        &format!("devices-{}", if what.ends_with("page") { "page-words" } else { "words" }),
        "light-en",
    );
    app.wait_at_most("garden table", PATIENCE);
    app.press("Tap to stop");
    app.wait_at_most("as fast as speech", PATIENCE);
    let text = app.text();
    assert!(text.contains("two cups") && text.contains("garden table"), "{text}");
    tour.saw(format!("{what}: the first words {first_s:.1} s after the voice began, while it goes on"));
}

fn open(tour: &Tour, devices: &VirtualDevices, name: &str, flags: &[&str]) -> App {
    let script = tour.stage.folder(name).join("cool.toml");
    samples::cool(&script);
    let setting = devices.around(Setting::named(name)).models(tour.models()).arg("--power", &script);
    tour.open(&flags.iter().fold(setting, |setting, flag| setting.flag(flag)))
}
