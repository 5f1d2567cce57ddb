//! Models side by side: on a picture, a recording and a sentence of the person's own.

use super::app::{App, Setting};
use super::samples;
use super::stage;
use super::tour::Tour;
use std::path::Path;
use std::time::Duration;

/// A debug build hears slowly.
const PATIENCE: Duration = Duration::from_secs(180);
const DONE: &str = "models have answered";
const COMPARE: &str = "Compare models side by side";

pub fn play(tour: &mut Tour) {
    if tour.needs("mobilenet-v3-small", "models of pictures side by side") {
        on_a_picture(tour);
    }
    on_a_sentence(tour);
    if tour.needs("whisper-tiny.en", "models of speech side by side") {
        on_a_recording(tour);
    }
}

/// What is picked is compared; one in bytes is used from then on, and the camera loads it.
fn on_a_picture(tour: &mut Tour) {
    let umbrella = tour.stage.folder("side-by-side-picture").join("umbrella.png");
    samples::umbrella(&umbrella);
    let setting = Setting::named("side-by-side").models(tour.models()).picks(&tour.stage, &umbrella);
    let app = open(tour, &setting);
    app.press("Choose a picture");
    app.wait_at_most(DONE, PATIENCE);
    tour.album.take(&app, "side-by-side-picture", "light-en");
    let said = rows(&app);
    assert!(said.len() >= 2 && said.iter().all(|row| row.contains("umbrella")), "{said:?}");
    assert!(said[0].contains("In use") && said[1..].iter().all(|row| row.contains("Same answer")), "{said:?}");
    tour.saw(format!("a picture of one's own: {}", said.join(" | ")));

    let int8 = "Use: MobileNetV3 Small · int8";
    app.press(int8);
    stage::wait("int8 is used", PATIENCE, || app.text(), || (!app.has(int8)).then_some(()));
    app.press_in_more("Settings");
    app.wait_for_screen("settings");
    let shown = app.ask("document.getElementById('model-Camera').selectedOptions[0].textContent");
    assert_eq!(shown, serde_json::json!("MobileNetV3 Small · int8"));
    app.press_tab("Camera");
    app.wait_for_screen("camera");
    app.press("Photos");
    app.wait_at_most("umbrella", PATIENCE);
    tour.saw("int8 is chosen there; the settings show it, and the camera names the picture with it");

    let torn = tour.stage.folder("side-by-side-picture").join("umbrella.png");
    std::fs::write(&torn, "no picture").expect("our folder");
    app.press_in_more("Models");
    app.press(COMPARE);
    app.press("Another picture");
    app.wait_at_most("Nothing can be compared on this.", PATIENCE);
    tour.album.take(&app, "side-by-side-torn", "light-en");
    tour.saw("a text for a picture: said, and another can be chosen");
    app.back();
    app.wait_for_screen("models");
    app.back();
    app.wait_for_screen("more");
    tour.saw("Back leads to the models, and from there up");
}

/// With the model that is part of the app; beside the large one, where that is there.
fn on_a_sentence(tour: &mut Tour) {
    let large = tour.models().join("distilbert-sst2");
    let models = tour.stage.folder("side-by-side-text").join("models");
    if large.is_dir() {
        link(&large, &models.join("distilbert-sst2"));
    }
    let app = open(tour, &Setting::named("side-by-side-text").models(&models));
    const FIELD: &str = "A sentence in English";
    app.control(FIELD);
    app.ask("document.getElementById('side-text').select()");
    app.type_into(FIELD, "The soup was cold and nobody cared.");
    app.press("Compare");
    app.wait_at_most("answered", PATIENCE);
    tour.album.take(&app, "side-by-side-text", "light-en");
    let said = rows(&app);
    assert!(!said.is_empty() && said.iter().all(|row| row.contains("Negative")), "{said:?}");
    assert_eq!(app.value_of(FIELD), "The soup was cold and nobody cared.", "it stands there to be changed");
    tour.saw(format!("a sentence of one's own: {}", said.join(" | ")));
}

fn on_a_recording(tour: &mut Tour) {
    let speech = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/speech.wav");
    let setting = Setting::named("side-by-side-speech").models(tour.models()).picks(&tour.stage, &speech);
    let app = open(tour, &setting);
    // A tab has the same name.
    app.control("Choose a picture");
    app.ask("[...document.querySelectorAll('.screen-side-by-side .segment')].find(s => s.textContent.includes('Microphone')).click()");
    app.press("Sample recording");
    app.press("Cancel");
    app.wait_for("Cancelled.");
    tour.saw("cancelled: said at once");
    app.press("Another recording");
    app.wait_at_most(DONE, PATIENCE);
    tour.album.take(&app, "side-by-side-speech", "light-en");
    let said = rows(&app);
    assert!(said.iter().all(|row| row.to_lowercase().contains("kettle")), "{said:?}");
    tour.saw(format!("a recording of one's own: {}", said.join(" | ")));
}

/// The app on that screen.
fn open(tour: &Tour, setting: &Setting) -> App {
    let app = tour.open(setting);
    app.press_in_more("Models");
    app.press(COMPARE);
    app.wait_for_screen("side-by-side");
    app
}

/// What the models say, a line each.
fn rows(app: &App) -> Vec<String> {
    let rows = app.ask("[...document.querySelectorAll('.side-row')].map(row => row.innerText.replaceAll('\\n', ' '))");
    rows.as_array().into_iter().flatten().filter_map(|row| row.as_str().map(str::to_string)).collect()
}

/// Weights are large: the folder of the tour has their names alone.
fn link(model: &Path, to: &Path) {
    std::fs::create_dir_all(to.parent().expect("it lies in a folder")).expect("our folder");
    let _ = std::fs::remove_file(to);
    std::os::unix::fs::symlink(model, to).expect("our folder");
}
