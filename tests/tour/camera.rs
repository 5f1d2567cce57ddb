//! The camera screen on replayed pictures: what is named, how soon, how calmly, and what is said when it cannot.

use super::app::{App, Setting};
use super::samples;
use super::stage;
use super::tour::Tour;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

/// The sample picture's two best answers: the models differ on which clock it is.
pub const CLOCK: [&str; 2] = ["analog clock", "wall clock"];
/// A debug build loads a model slowly.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn play(tour: &mut Tour) {
    no_device(tour);
    refused(tour);
    if !tour.needs_eyes("what the camera sees") {
        return;
    }
    scenes(tour);
    picked(tour);
    picked_in_page(tour);
    heat(tour);
}

/// There is no camera here, and the app says so.
fn no_device(tour: &mut Tour) {
    let app = tour.open(&Setting::named("camera-none"));
    app.wait_at_most("This device has no camera.", PATIENCE);
    tour.album.take(&app, "camera-none", "light-en");
    tour.saw("no camera: says so");
}

/// Nobody is asked on this system, so the page's own question is made to be answered with no.
fn refused(tour: &mut Tour) {
    let app = tour.open(&Setting::named("camera-refused"));
    app.wait_at_most("This device has no camera.", PATIENCE);
    app.ask(
        "void (window.granted = navigator.mediaDevices.getUserMedia, navigator.mediaDevices.getUserMedia = \
         () => new Promise((_, no) => setTimeout(() => no(new DOMException('no', 'NotAllowedError')), 900)))",
    );
    app.press("Try again");
    app.wait_for("Onhand isn’t allowed to use the camera. Try again and allow it");
    tour.album.take(&app, "camera-refused", "light-en");
    app.ask("void (navigator.mediaDevices.getUserMedia = window.granted)");
    app.press("Try again");
    app.wait_for("This device has no camera.");
    tour.saw("refused: says how to allow it; asked again, it goes on");
}

fn scenes(tour: &mut Tour) {
    let scene = tour.stage.folder("scene").join("scene.png");
    let other = tour.stage.folder("other").join("other.png");
    samples::copy_over(&samples::clock(), &scene);
    samples::umbrella(&other);
    let script = tour.stage.folder("scene").join("cool.toml");
    samples::cool(&script);
    let setting = Setting::named("camera").models(tour.models());
    let app = tour.open(&setting.arg("--camera", &scene).arg("--power", &script));

    let took = wait_for_label(&app, &CLOCK, PATIENCE);
    tour.saw(format!(
        "the sample picture: {}, {:.2} s after the window answered; {}",
        labels(&app),
        took.as_secs_f64(),
        pace(&app)
    ));
    tour.album.take(&app, "camera-clock", "light-en");

    still(tour, &app);

    samples::copy_over(&other, &scene);
    let took = wait_for_label(&app, &["umbrella"], PATIENCE);
    tour.saw(format!(
        "another picture: {}, {:.2} s after it was put there; {}",
        labels(&app),
        took.as_secs_f64(),
        pace(&app)
    ));

    gone_and_back(tour, &app, &scene);

    app.press("Freeze");
    app.wait_for("Resume");
    samples::copy_over(&samples::clock(), &scene);
    std::thread::sleep(Duration::from_millis(800));
    assert!(labels(&app).contains("umbrella"), "frozen: {}", labels(&app));
    app.press("Resume");
    let took = wait_for_label(&app, &CLOCK, PATIENCE);
    tour.saw(format!("frozen it stays, live again it is a clock after {:.2} s", took.as_secs_f64()));

    let label = labels(&app);
    app.press(&label);
    app.wait_for("Copied: ");
    let copied = app.clipboard();
    assert!(!copied.is_empty() && label.starts_with(&copied), "{copied:?} of {label:?}");
    tour.saw(format!("a tap on the label copies it: {copied}"));

    app.press("Answer settings");
    app.press("1");
    stage::wait("one label", Duration::from_secs(5), || app.text(), || (app.count("ol.labels li") == 1).then_some(()));
    tour.saw("one label where one is asked for");
}

/// A picture picked from the device, where there is no camera at all.
fn picked(tour: &mut Tour) {
    let app = tour.open(&Setting::named("camera-picked").models(tour.models()).picks(&tour.stage, &samples::clock()));
    app.wait_at_most("This device has no camera.", PATIENCE);
    app.press("Photos");
    wait_for_label(&app, &CLOCK, PATIENCE);
    app.wait_for("Resume");
    tour.album.take(&app, "camera-picked", "light-en");
    tour.saw(format!("a picture picked from the device: {}", labels(&app)));
}

/// The same as phones do it, where the page opens the dialog and the file crosses to the app.
fn picked_in_page(tour: &mut Tour) {
    let app = tour.open(&Setting::named("camera-page-file").models(tour.models()).flag("--page-files"));
    app.wait_at_most("This device has no camera.", PATIENCE);
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples");
    app.pick_in_page("Photos", &samples.join("sentences.txt"));
    app.wait_at_most("sentences.txt", PATIENCE);
    tour.saw("a text for a picture, picked in the page: refused, by its name");
    app.pick_in_page("Photos", &samples::clock());
    wait_for_label(&app, &CLOCK, PATIENCE);
    app.wait_for("Resume");
    tour.saw(format!("a picture picked in the page, as on phones: {}", labels(&app)));
}

/// Nothing moves, so nothing is computed: the screen says so and the counter stands.
fn still(tour: &Tour, app: &App) {
    app.wait_in("camera-pace", &["Still scene"], PATIENCE);
    let before = runs(app);
    let began = Instant::now();
    std::thread::sleep(Duration::from_secs(4));
    let after = runs(app);
    let skipped = skips(app);
    // A result is renewed when it is ten seconds old, so one run may fall into these four.
    assert!(after <= before + 1, "a still scene: {before} runs, then {after}");
    assert!(skipped > 20, "pictures are skipped: {skipped}");
    tour.saw(format!(
        "a still scene: {} runs in {:.1} s, {skipped} pictures skipped so far",
        after - before,
        began.elapsed().as_secs_f64()
    ));
}

fn gone_and_back(tour: &mut Tour, app: &App, scene: &Path) {
    let away = scene.with_extension("away");
    fs::rename(scene, &away).expect("our folder");
    let took = app.wait_for("The camera was disconnected. Connect it again");
    tour.album.take(app, "camera-gone", "light-en");
    fs::rename(&away, scene).expect("our folder");
    app.wait_until_gone("The camera was disconnected");
    wait_for_label(app, &["umbrella"], PATIENCE);
    tour.saw(format!("unplugged: said after {:.2} s; plugged in again, it goes on by itself", took.as_secs_f64()));
}

/// Warmer, then hot, then cool: slower, paused, and on again, each with its reason.
fn heat(tour: &mut Tour) {
    let folder = tour.stage.folder("heat");
    let scene = folder.join("moving.gif");
    samples::moving(&scene);
    let script = folder.join("heat.toml");
    let setting = Setting::named("camera-heat").models(tour.models()).arg("--camera", &scene).arg("--power", &script);
    let steps = [(0, "none"), (10, "light"), (22, "severe"), (27, "critical"), (32, "none")];
    fs::write(&script, samples::heat(&steps)).expect("our folder");
    let app = tour.open(&setting);
    let mut seen = Vec::new();
    for words in [
        // A slow machine is told about before a cool one.
        &["per second", "Slow model: "][..],
        &["Warm: "],
        &["Paused: the device is hot"],
        &["Too hot: it goes on when the device has cooled"],
        // It cools a rung at a time, and each takes its while.
        &["Hot: "],
    ] {
        let (said, _) = app.wait_in("camera-pace", words, PATIENCE);
        let is_paused = words[0].starts_with("Paused") || words[0].starts_with("Stopped");
        let counted = runs(&app);
        if is_paused {
            std::thread::sleep(Duration::from_secs(2));
            assert_eq!(runs(&app), counted, "{said}: nothing runs");
        } else {
            stage::wait("one more run", PATIENCE, || said.clone(), || (runs(&app) > counted).then_some(()));
        }
        if is_paused || words[0].starts_with("Warm") {
            tour.album.take(&app, "camera-heat", &format!("{}-light-en", seen.len()));
        }
        tour.saw(format!(
            "the script of heat: {said:?}, {}",
            if is_paused { "the counter stands" } else { "the counter counts" }
        ));
        seen.push(said);
    }
}

/// Waits until the first label is one of these; how long that took.
pub fn wait_for_label(app: &App, names: &[&str], patience: Duration) -> Duration {
    let began = Instant::now();
    stage::wait(
        &format!("{names:?} first"),
        patience,
        || app.text(),
        || names.iter().any(|name| labels(app).starts_with(name)).then_some(()),
    );
    began.elapsed()
}

/// The first label with its share; empty where there is none.
fn labels(app: &App) -> String {
    let first = "document.querySelector('ol.labels .label')?.getAttribute('aria-label') ?? ''";
    app.ask(first).as_str().unwrap_or_default().trim_end_matches(". Copy").to_string()
}

/// How fast it goes, and why no faster, in the screen's words.
fn pace(app: &App) -> String {
    app.text_of("camera-pace").unwrap_or_default()
}

/// How often the model has run, as the screen says.
pub fn runs(app: &App) -> u64 {
    count(app, 0)
}

fn skips(app: &App) -> u64 {
    count(app, 1)
}

/// The numbers in "12 answers so far; 345 pictures skipped …".
fn count(app: &App, at: usize) -> u64 {
    let text = app.text_of("camera-counts").unwrap_or_default();
    let digits = text.split(|c: char| !c.is_ascii_digit() && c != ',').filter(|n| !n.is_empty());
    digits.map(|n| n.replace(',', "")).filter_map(|n| n.parse().ok()).nth(at).unwrap_or(0)
}
