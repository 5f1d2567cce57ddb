//! Killed at any moment, the app starts again with nothing lost or damaged.

use super::app::{App, Setting};
use super::hub_server::Mood;
use super::models::{self, ID};
use super::samples;
use super::settings::written;
use super::tour::Tour;
use std::fs;
use std::time::{Duration, Instant};

/// Twenty in all.
const WHILE_FETCHING: u32 = 14;
const WHILE_WRITING_DOWN: u32 = 6;
const EAR: &str = "whisper-tiny.en";
const TITLE: &str = "EfficientNet-Lite0";
const THEMES: [(&str, &str); 2] = [("Dark", "theme = \"dark\""), ("Light", "theme = \"light\"")];

pub fn play(tour: &mut Tour) {
    if tour.needs(ID, "being killed while fetching") {
        while_fetching(tour);
    }
    if tour.needs(EAR, "being killed while writing down") {
        while_writing_down(tour);
    }
}

fn while_fetching(tour: &mut Tour) {
    let hub = models::hub(&tour.models().join(ID));
    hub.set(Mood::Slow(600));
    let setting = models::setting("kill", &hub);
    let began = Instant::now();
    let (mut bytes, mut kept) = (0, None);
    for turn in 0..WHILE_FETCHING {
        let app = tour.open_quietly(&setting);
        // What was set and had come to the disk before the last kill is in force.
        if let Some(line) = kept {
            written(&app, &[line]);
        }
        check_settings(&app);
        let here = staged_bytes(&app);
        assert!(here >= bytes, "turn {turn}: {bytes} bytes were here, {here} are");
        bytes = here;
        app.press_in_more("Models");
        go_on(&app);
        app.press_in_more("Settings");
        let (theme, line) = THEMES[turn as usize % 2];
        // Every other time it is killed while the change is on its way, else once it is on the disk.
        app.press(theme);
        kept = None;
        if turn % 2 == 0 {
            written(&app, &[line]);
            kept = Some(line);
        }
        std::thread::sleep(Duration::from_millis(u64::from(moment(turn))));
        app.kill();
    }
    tour.saw(format!(
        "killed {WHILE_FETCHING} times in {:.0} s, while fetching and changing settings: {:.1} MB were kept throughout",
        began.elapsed().as_secs_f64(),
        bytes as f64 / 1e6
    ));
    hub.set(Mood::Well);
    let app = tour.open_quietly(&setting);
    app.press_in_more("Models");
    go_on(&app);
    app.control_at_most(&format!("Verify: {TITLE}"), Duration::from_secs(60));
    app.press(&format!("Verify: {TITLE}"));
    app.wait_at_most("Verified: every file is as it was installed.", Duration::from_secs(60));
    tour.saw("started once more: the fetch ends, and every file is as it should be");
}

/// In the middle of a take, before and after its first words stand: those that were on the disk are found again.
fn while_writing_down(tour: &mut Tour) {
    let folder = tour.stage.folder("kill-take");
    let (voice, script) = (folder.join("voice.wav"), folder.join("cool.toml"));
    fs::write(&voice, samples::again_and_again(4)).expect("our folder");
    samples::cool(&script);
    let setting = Setting::named("kill-take").models(tour.models()).arg("--microphone", &voice).arg("--power", &script);
    let began = Instant::now();
    let mut kept: Vec<String> = Vec::new();
    for turn in 0..WHILE_WRITING_DOWN {
        let app = tour.open_quietly(&setting);
        app.press_tab("Microphone");
        app.press("Tap to speak");
        if turn % 2 == 0 {
            let known = kept.len();
            super::stage::wait(
                "words on the disk",
                Duration::from_secs(60),
                || app.text(),
                || (takes(&app).len() > known).then_some(()),
            );
        }
        std::thread::sleep(Duration::from_millis(u64::from(moment(turn))));
        let here = takes(&app);
        app.kill();
        kept = here;
        let app = tour.open_quietly(&setting);
        let found = takes(&app);
        // What came to the disk in the very last moment is there, too; a take that was there has at least its words.
        for (number, text) in kept.iter().rev().enumerate() {
            let again = found.iter().rev().nth(number).map_or("", String::as_str);
            assert!(again.starts_with(text.as_str()), "turn {turn}: {text:?} was here, {found:?} is");
        }
        kept = found;
        app.press_tab("Microphone");
        for text in &kept {
            app.wait_for(text.split(". ").next().unwrap_or(text));
        }
        only(&app, &["settings.toml", "history.json"]);
        app.kill();
    }
    assert!(kept.len() >= 3, "{kept:?}");
    tour.saw(format!(
        "killed {WHILE_WRITING_DOWN} times in {:.0} s while writing down: {} takes were kept, each as far as it stood",
        began.elapsed().as_secs_f64(),
        kept.len()
    ));
}

/// The words of the takes on the disk, the newest first.
fn takes(app: &App) -> Vec<String> {
    let Ok(text) = fs::read_to_string(app.config().join("history.json")) else { return Vec::new() };
    let history: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text:?}"));
    let takes = history["takes"].as_array().expect("a list");
    takes.iter().map(|take| take["text"].as_str().expect("words").to_string()).collect()
}

/// Begins the fetch or goes on with it, whichever the screen offers; once the model is installed it offers neither.
fn go_on(app: &App) {
    let offers = ["Install: ", "Resume: ", "Verify: "].map(|act| format!("{act}{TITLE}"));
    let offered = super::stage::wait(
        "an offer",
        Duration::from_secs(10),
        || app.text(),
        || offers.iter().find(|offer| app.has(offer)),
    );
    if !offered.starts_with("Verify") {
        app.press(offered);
    }
}

/// Some time within half a second; other times in other turns, the same in every run.
fn moment(turn: u32) -> u32 {
    turn.wrapping_add(1).wrapping_mul(2_654_435_761) >> 23
}

/// The settings file is whole, and none was put aside.
fn check_settings(app: &App) {
    let text = fs::read_to_string(app.config().join("settings.toml")).expect("there are settings");
    let table = text.parse::<toml::Table>().unwrap_or_else(|e| panic!("{e}: {text:?}"));
    assert_eq!(table["language"].as_str(), Some("english"));
    only(app, &["settings.toml"]);
}

/// Nothing but these was left where settings and takes lie: no half file, and none put aside.
fn only(app: &App, names: &[&str]) {
    for entry in fs::read_dir(app.config()).expect("our folder").flatten() {
        let name = entry.file_name();
        assert!(names.iter().any(|known| name == *known), "{} is left there", name.display());
    }
}

/// The incomplete weights, as far as they are here; all of them once the model is installed.
fn staged_bytes(app: &App) -> u64 {
    let partial = app.models().join(".staging").join(ID).join("partial/model.safetensors.partial");
    let installed = app.models().join(ID).join("model.safetensors");
    let length = |path: std::path::PathBuf| fs::metadata(path).map(|m| m.len()).ok();
    length(installed).or_else(|| length(partial)).unwrap_or(0)
}
