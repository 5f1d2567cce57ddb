//! The diagnostics: opened by a long press on the version and by the keyboard, alive, exported, and the file read as
//! `onhand-lab report` reads it.

use super::app::{App, Setting};
use super::samples;
use super::stage;
use super::tour::Tour;
use super::words::Tongue;
use onhand::profile::diagnostics::{Diagnostics, FieldFile, read};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const VERSION: &str = concat!("Onhand ", env!("CARGO_PKG_VERSION"));
/// WebDriver's Enter.
const ENTER: &str = "\u{e007}";
/// The one model that is measured: the fastest.
const MODEL: &str = "mobilenet-v3-small";
/// Twenty seconds of runs at most, and loading in a debug build on a busy machine.
const MEASURED_WITHIN: Duration = Duration::from_secs(120);

pub fn play(tour: &mut Tour) {
    let folder = tour.stage.folder("diagnostics");
    let (script, models) = (folder.join("warmer.toml"), folder.join("models"));
    fs::write(&script, samples::heat(&[(0, "none"), (3, "light")])).expect("our folder");
    for dir in [models.clone(), folder.join("home/Downloads")] {
        fs::create_dir_all(dir).expect("our folder");
    }
    let measures = tour.needs(MODEL, "a measurement in the diagnostics");
    if measures && !models.join(MODEL).exists() {
        std::os::unix::fs::symlink(tour.models().join(MODEL), models.join(MODEL)).expect("our folder");
    }
    let setting = Setting::named("diagnostics").models(&models).arg("--power", &script);
    let app = tour.open(&setting);
    if measures {
        measure(tour, &app);
    }
    held(tour, &app);
    let file = exported(tour, &app);
    compared(tour, &file, measures, &folder);
    in_korean(tour, &app);
    drop(app);
    by_keyboard(tour, &setting);
}

/// Something is measured, so that there is something to send home.
fn measure(tour: &Tour, app: &App) {
    app.press_in_more("Benchmark");
    // That one alone: what is part of the app is chosen too.
    app.press("Sentiment mini");
    app.press("Measure 1 model");
    let took = app.wait_at_most("Keep the figures", MEASURED_WITHIN);
    tour.saw(format!("{MODEL} is measured in {:.0} s", took.as_secs_f64()));
}

/// A tap does nothing, a long press opens, and what is shown follows the device.
fn held(tour: &mut Tour, app: &App) {
    app.press_in_more("Settings");
    app.press(VERSION);
    app.hold(VERSION, Duration::from_millis(200));
    std::thread::sleep(Duration::from_millis(800));
    assert!(app.count("#title-diagnostics") == 0, "a tap is no long press");
    app.hold(VERSION, Duration::from_millis(900));
    app.wait_for_screen("diagnostics");
    app.wait_for("cool (none)");
    let took = app.wait_for("warm (light)");
    tour.saw(format!("a long press on the version opens them; heat is followed, {:.1} s later", took.as_secs_f64()));
    pictures(tour, app, "light-en");
}

/// The screen from its top to its end, with nothing wrong in its layout.
fn pictures(tour: &mut Tour, app: &App, how: &str) {
    app.ask("void document.querySelector('.screen-diagnostics').scrollTo(0, 0)");
    tour.album.take(app, "diagnostics", how);
    let faults = app.layout_faults();
    assert!(faults.is_empty(), "{how}: {}", faults.join("\n"));
    for part in ["middle", "end"] {
        let to = if part == "end" { "scrollHeight" } else { "clientHeight * .9" };
        app.ask(&format!(
            "(() => {{ const all = document.querySelector('.screen-diagnostics'); all.scrollTo(0, all.{to}); }})()"
        ));
        tour.album.take(app, "diagnostics", &format!("{how}-{part}"));
    }
}

/// One file, where downloads lie.
fn exported(tour: &mut Tour, app: &App) -> PathBuf {
    app.press("Export");
    app.wait_for("Saved:");
    app.ask("void document.querySelector('.screen-diagnostics').scrollTo(0, 0)");
    tour.album.take(app, "diagnostics", "light-en-exported");
    let downloads = tour.stage.folder("diagnostics").join("home/Downloads");
    let files: Vec<PathBuf> = fs::read_dir(&downloads).expect("our folder").flatten().map(|e| e.path()).collect();
    let [file] = &files[..] else { panic!("one file: {files:?}") };
    tour.saw(format!("exported as {}", file.file_name().unwrap_or_default().to_string_lossy()));
    file.clone()
}

/// What is in it, and what `onhand-lab report` makes of it.
fn compared(tour: &Tour, file: &Path, measured: bool, home: &Path) {
    let text = fs::read_to_string(file).expect("it was just written");
    assert!(!text.contains(&home.display().to_string()), "no folder of the person's is in it");
    let read = read(file).unwrap_or_else(|why| panic!("{why}"));
    let FieldFile::Diagnostics(diagnostics) = read else { panic!("{text}") };
    let Diagnostics { measurements, log, device, battery, .. } = *diagnostics;
    assert_eq!((measurements.len(), battery.level_frac), (usize::from(measured), Some(0.8)));
    assert!(log.iter().any(|line| line.message.starts_with(VERSION)), "{log:?}");
    assert!(device.isa.is_some());
    let output = Command::new(env!("CARGO_BIN_EXE_onhand-lab")).arg("report").args([file, file]).output();
    let output = output.expect("onhand-lab was built");
    let table = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && table.contains("instructions"), "{table}");
    assert!(!measured || table.contains("1.00 ×"), "{table}");
    tour.saw(format!("onhand-lab report compares it: {} lines", table.lines().count()));
}

/// It stays open while one is elsewhere, and closes when one goes back.
fn in_korean(tour: &mut Tour, app: &App) {
    let korean = Tongue::Korean;
    app.press_in_more("Settings");
    app.press(korean.name());
    app.press(korean.say("settings-theme-dark"));
    app.press_tab(korean.say("more-title"));
    app.wait_for_screen("more");
    app.press(korean.say("diagnostics-title"));
    app.wait_for_screen("diagnostics");
    app.wait_for(korean.say("diagnostics-isa"));
    pictures(tour, app, "dark-ko");
    app.press(&format!("{} 화면으로 돌아가기", korean.say("more-title")));
    app.wait_for_screen("more");
    assert!(!app.has(korean.say("diagnostics-title")), "it is closed");
    tour.saw("Korean and dark; it stays open elsewhere, and is gone when one goes back");
}

/// Seven presses of a key, on the smallest phone with text at 200 %.
fn by_keyboard(tour: &mut Tour, setting: &Setting) {
    let settings = tour.stage.folder("diagnostics").join("config/settings.toml");
    stage::wait("the settings are kept", Duration::from_secs(5), String::new, || settings.is_file().then_some(()));
    for tongue in [Tongue::English, Tongue::Korean] {
        let language = if tongue == Tongue::English { "english" } else { "korean" };
        fs::write(&settings, format!("language = \"{language}\"\ntheme = \"light\"\n")).expect("our folder");
        let app = tour.open_quietly(&setting.clone().env("ONHAND_TOUR_FONT_PX", "32"));
        app.wait_for_screen("camera");
        app.resize(320, 568);
        app.press_tab(tongue.say("more-title"));
        app.wait_for_screen("more");
        app.press(tongue.say("settings-title"));
        app.wait_for_focus("title-settings");
        app.type_into(VERSION, &ENTER.repeat(7));
        app.wait_for_screen("diagnostics");
        app.wait_for(tongue.say("diagnostics-isa"));
        pictures(tour, &app, &format!("small-large-text-{}", tongue.tag()));
    }
    tour.saw("seven presses of Enter open them; large text fits the smallest phone");
}
