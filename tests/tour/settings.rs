//! The settings screen: each change is in force at once, and is still there after the next start.

use super::app::{App, Setting};
use super::tour::Tour;
use super::words::Tongue;
use std::fs;
use std::time::Duration;

pub fn play(tour: &mut Tour) {
    let setting = Setting::named("settings");
    {
        let app = tour.open(&setting);
        for _ in 0..2 {
            app.press_in_more("Settings");
            app.wait_for_screen("settings");
            app.back();
            app.wait_for_screen("more");
        }
        tour.saw("the system's Back leads up from a screen, each time");
        app.press_in_more("Settings");
        app.press(Tongue::Korean.name());
        let took = app.wait_for(Tongue::Korean.say("settings-title"));
        assert!(app.text().contains(Tongue::Korean.say("settings-pace")), "{}", app.text());
        tour.saw(format!("Korean: every word has changed after {:.0} ms", took.as_secs_f64() * 1000.0));
        let light = background(&app);
        app.press(Tongue::Korean.say("settings-theme-dark"));
        super::stage::wait(
            "dark",
            Duration::from_secs(5),
            || background(&app),
            || (background(&app) != light).then_some(()),
        );
        tour.saw(format!("dark: the ground goes from {light} to {}", background(&app)));
        app.press(Tongue::Korean.say("settings-protection-strong"));
        written(&app, &["language = \"korean\"", "theme = \"dark\"", "protection = \"strong\""]);
    }
    {
        let app = tour.open(&setting);
        app.press_tab(Tongue::Korean.say("more-title"));
        app.wait_for(Tongue::Korean.say("settings-title"));
        tour.saw("started again: Korean and dark, as left");
    }
    damaged(tour, &setting);
}

/// A damaged file is put aside and said, and what is right in it is kept.
fn damaged(tour: &mut Tour, setting: &Setting) {
    let config = tour.stage.folder(&setting.name).join("config");
    fs::write(config.join("settings.toml"), "language = \"english\"\ntheme = 7\n").expect("our folder");
    let app = tour.open(setting);
    app.press_in_more("Settings");
    app.wait_for("The settings file was damaged and was put aside");
    assert!(config.join("settings.damaged-1").is_file());
    tour.album.take(&app, "settings-damaged", "light-en");
    tour.saw("a damaged file: put aside, said, and English was kept");
}

fn background(app: &App) -> String {
    app.ask("getComputedStyle(document.querySelector('.app')).backgroundColor").as_str().unwrap_or_default().into()
}

/// Waits until the file holds all of these lines.
pub fn written(app: &App, lines: &[&str]) {
    let path = app.config().join("settings.toml");
    let text = || fs::read_to_string(&path).unwrap_or_default();
    super::stage::wait(&format!("{lines:?} in the file"), Duration::from_secs(5), text, || {
        lines.iter().all(|line| text().contains(line)).then_some(())
    });
}
