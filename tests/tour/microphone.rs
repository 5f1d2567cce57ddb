//! The microphone screen: the sample recording and silence, spoken into it.

use super::app::{App, Setting};
use super::samples;
use super::stage::root;
use super::tour::Tour;
use std::path::Path;
use std::time::{Duration, Instant};

const MODEL: &str = "whisper-tiny.en";
/// What the sample says, in words that the model cannot mistake. Of a recording that it hears at once there is one more,
/// "kettle"; live it hears the first sentence alone, and tiny.en takes that for a candle.
const WORDS: [&str; 3] = ["on the stove", "milk", "garden table"];
/// A debug build on a slow machine hears slowly.
const PATIENCE: Duration = Duration::from_secs(120);

pub fn play(tour: &mut Tour) {
    without_a_device(tour);
    if tour.needs(MODEL, "the words of the sample recording, and silence") {
        words(tour);
        silence(tour);
        file(tour);
    }
}

fn open(tour: &mut Tour, name: &str, sound: Option<&Path>) -> App {
    let script = tour.stage.folder(name).join("cool.toml");
    samples::cool(&script);
    let mut setting = Setting::named(name).models(tour.models()).arg("--power", &script);
    if let Some(sound) = sound {
        setting = setting.arg("--microphone", sound);
    }
    let app = tour.open(&setting);
    app.press_tab("Microphone");
    app.wait_for_screen("microphone");
    app
}

fn without_a_device(tour: &mut Tour) {
    if !tour.models().join(MODEL).is_dir() {
        return;
    }
    let app = open(tour, "microphone-none", None);
    app.wait_until_gone("Loading the model");
    app.press("Tap to speak");
    app.wait_at_most("This device has no microphone.", PATIENCE);
    tour.saw("no device: said, with a way on");
    tour.album.take(&app, "microphone-none", "light-en");
}

fn words(tour: &mut Tour) {
    let app = open(tour, "microphone", Some(&root().join("assets/samples/speech.wav")));
    app.wait_until_gone("Loading the model");
    app.press("Tap to speak");
    let began = Instant::now();
    app.control_at_most("Tap to stop", PATIENCE);
    std::thread::sleep(Duration::from_secs(2));
    tour.album.take(&app, "microphone-speaking", "light-en");
    app.wait_at_most("stove", PATIENCE);
    let first_s = began.elapsed().as_secs_f64();
    // The recording ends by itself after six and a half seconds, and with it the take.
    app.wait_at_most("as fast as speech", PATIENCE);
    let text = app.text();
    let lost: Vec<_> = WORDS.iter().filter(|word| !text.contains(**word)).collect();
    assert!(lost.is_empty(), "{lost:?} of {text}");
    tour.saw(format!("the first words {first_s:.1} s after the tap, all after {:.1} s", began.elapsed().as_secs_f64()));
    tour.album.take(&app, "microphone-words", "light-en");
}

fn file(tour: &mut Tour) {
    let recording = root().join("assets/samples/speech.wav");
    let app = tour.open(&Setting::named("microphone-file").models(tour.models()).picks(&tour.stage, &recording));
    app.press_tab("Microphone");
    app.wait_until_gone("Loading the model");
    app.press("Audio file");
    app.wait_at_most("as fast as speech", PATIENCE);
    let text = app.text();
    assert!(WORDS.iter().chain(&["kettle", "speech.wav"]).all(|word| text.contains(word)), "{text}");
    tour.saw("a recording picked from the device: its words, and its name");
    tour.album.take(&app, "microphone-file", "light-en");
}

fn silence(tour: &mut Tour) {
    let sound = tour.stage.folder("microphone-silence").join("silence.wav");
    std::fs::write(&sound, samples::silence(3)).expect("our folder");
    let app = open(tour, "microphone-silence", Some(&sound));
    app.wait_until_gone("Loading the model");
    app.press("Tap to speak");
    app.wait_at_most("I did not hear anyone speak.", PATIENCE);
    tour.saw("silence: nothing heard, said kindly");
    tour.album.take(&app, "microphone-silence", "light-en");
}
