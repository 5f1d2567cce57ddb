//! Killed at any moment, the app starts again with nothing lost or damaged.

use super::app::App;
use super::hub_server::Mood;
use super::models::{self, ID};
use super::settings::written;
use super::tour::Tour;
use std::fs;
use std::time::{Duration, Instant};

const TIMES: u32 = 20;
const TITLE: &str = "EfficientNet-Lite0, ImageNet-1k";
const THEMES: [(&str, &str); 2] = [("Dark", "theme = \"dark\""), ("Light", "theme = \"light\"")];

pub fn play(tour: &mut Tour) {
    if !tour.needs(ID, "being killed while fetching") {
        return;
    }
    let hub = models::hub(&tour.models().join(ID));
    hub.set(Mood::Slow(600));
    let setting = models::setting("kill", &hub);
    let began = Instant::now();
    let (mut bytes, mut kept) = (0, None);
    for turn in 0..TIMES {
        let app = tour.open_quietly(&setting);
        // What was set and had come to the disk before the last kill is in force.
        if let Some(line) = kept {
            written(&app, &[line]);
        }
        check_settings(&app);
        let here = staged_bytes(&app);
        assert!(here >= bytes, "turn {turn}: {bytes} bytes were here, {here} are");
        bytes = here;
        app.press_tab("More");
        app.press("Models");
        go_on(&app);
        app.press_tab("More");
        app.press("Settings");
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
        "killed {TIMES} times in {:.0} s, while fetching and changing settings: {:.1} MB were kept throughout",
        began.elapsed().as_secs_f64(),
        bytes as f64 / 1e6
    ));
    hub.set(Mood::Well);
    let app = tour.open_quietly(&setting);
    app.press_tab("More");
    app.press("Models");
    go_on(&app);
    app.control_at_most(&format!("Verify: {TITLE}"), Duration::from_secs(60));
    app.press(&format!("Verify: {TITLE}"));
    app.wait_at_most("Checked: every file is as it was installed.", Duration::from_secs(60));
    tour.saw("started once more: the fetch ends, and every file is as it should be");
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
    for entry in fs::read_dir(app.config()).expect("our folder").flatten() {
        assert_eq!(entry.file_name(), "settings.toml", "nothing else is left there");
    }
}

/// The incomplete weights, as far as they are here; all of them once the model is installed.
fn staged_bytes(app: &App) -> u64 {
    let partial = app.models().join(".staging").join(ID).join("partial/model.safetensors.partial");
    let installed = app.models().join(ID).join("model.safetensors");
    let length = |path: std::path::PathBuf| fs::metadata(path).map(|m| m.len()).ok();
    length(installed).or_else(|| length(partial)).unwrap_or(0)
}
