//! Every screen in light and dark, in English and Korean, and small with large text: a picture of each, and its layout
//! held.

use super::app::{App, Setting};
use super::samples;
use super::tour::Tour;
use super::words::Tongue;
use std::time::Duration;

/// A screen: its id, its tab, and what leads there from that tab, one after another.
struct Way {
    id: &'static str,
    tab: &'static str,
    further: &'static [&'static str],
}

const WAYS: &[Way] = &[
    Way { id: "camera", tab: "camera-title", further: &[] },
    Way { id: "microphone", tab: "microphone-title", further: &[] },
    Way { id: "text", tab: "text-title", further: &[] },
    Way { id: "more", tab: "more-title", further: &[] },
    Way { id: "models", tab: "more-title", further: &["models-title"] },
    Way { id: "side-by-side", tab: "more-title", further: &["models-title", "models-compare"] },
    Way { id: "benchmark", tab: "more-title", further: &["benchmark-title"] },
    Way { id: "settings", tab: "more-title", further: &["settings-title"] },
];

/// A look: file name, the theme's message, the window, the size of text that the system tells.
struct Look {
    name: &'static str,
    theme: &'static str,
    window: (u32, u32),
    font_px: u32,
}

const LOOKS: &[Look] = &[
    Look { name: "light", theme: "settings-theme-light", window: (412, 892), font_px: 16 },
    Look { name: "dark", theme: "settings-theme-dark", window: (412, 892), font_px: 16 },
    // The smallest phone, and text at 200 %.
    Look { name: "small-large-text", theme: "settings-theme-light", window: (320, 568), font_px: 32 },
];

pub fn play(tour: &mut Tour) {
    let scene = tour.stage.folder("gallery-scene").join("scene.jpg");
    samples::copy_over(&samples::clock(), &scene);
    let script = scene.with_file_name("cool.toml");
    samples::cool(&script);
    let mut faults = Vec::new();
    for look in LOOKS {
        let setting = Setting::named("gallery").models(tour.models()).arg("--camera", &scene).arg("--power", &script);
        let app = tour.open(&setting.env("ONHAND_TOUR_FONT_PX", &look.font_px.to_string()));
        app.wait_for_screen("camera");
        app.resize(look.window.0, look.window.1);
        for tongue in [Tongue::English, Tongue::Korean] {
            set(&app, tongue.name());
            set(&app, tongue.say(look.theme));
            let how = format!("{}-{}", look.name, tongue.tag());
            for way in WAYS {
                visit(&app, way, tongue);
                settle(tour, &app, way, tongue);
                tour.album.take(&app, way.id, &how);
                faults.extend(app.layout_faults().into_iter().map(|fault| format!("{}-{how}: {fault}", way.id)));
                further_down(tour, &app, way.id, &how);
            }
            tour.saw(format!("{} screens, {how}", WAYS.len()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Chooses in the settings, from wherever one is.
fn set(app: &App, choice: &str) {
    // The tabs stand in one order in every language.
    app.ask("void [...document.querySelectorAll('nav.tabs button')].at(-1).click()");
    app.wait_for_screen("more");
    app.ask("void [...document.querySelectorAll('.ways button')].at(-1).click()");
    app.wait_for_screen("settings");
    app.press(choice);
}

fn visit(app: &App, way: &Way, tongue: Tongue) {
    app.press_tab(tongue.say(way.tab));
    if !way.further.is_empty() {
        // What the list has may begin as what is on the screen before it does.
        app.wait_for_screen("more");
    }
    for further in way.further {
        app.press(tongue.say(further));
    }
    app.wait_for_screen(way.id);
}

/// Brings the screen to what is worth a picture.
fn settle(tour: &Tour, app: &App, way: &Way, tongue: Tongue) {
    let patience = Duration::from_secs(60);
    match way.id {
        "camera" if tour.has_eyes() => {
            super::stage::wait("labels", patience, || app.text(), || (app.count("ol.labels li") > 0).then_some(()));
            // The first run pays for the start.
            app.wait_in("camera-pace", &[tongue.say("camera-pace-still")], patience);
        }
        "microphone" if tour.models().join("whisper-tiny.en").is_dir() => {
            app.control_at_most(tongue.say("mic-start"), patience);
        }
        "text" => {
            if app.count("mark") == 0 {
                app.press("What a lovely evening");
            }
            app.wait_at_most(tongue.say("text-why"), patience);
        }
        "side-by-side" if tour.has_eyes() => {
            app.press(tongue.say("side-sample-picture"));
            let answered = || (app.count(".side-row .side-answer") > 1 && !app.has(tongue.say("cancel"))).then_some(());
            super::stage::wait("answers", patience, || app.text(), answered);
        }
        _ => {}
    }
    app.ask("void document.querySelectorAll('.app, .app *').forEach(element => element.scrollTop = 0)");
}

/// Screens that are longer than the window have an end, too.
fn further_down(tour: &mut Tour, app: &App, id: &str, how: &str) {
    let scroll = "(() => { for (const element of document.querySelectorAll('.screens, .screen, .screen-body, .camera, .camera-sheet')) {\
                  if (element.checkVisibility() && element.scrollHeight > element.clientHeight + 8) {\
                  element.scrollTo(0, element.scrollHeight);\
                  if (element.scrollTop > 0) return true; } } return false; })()";
    if app.ask(scroll) == serde_json::json!(true) {
        tour.album.take(app, id, &format!("{how}-end"));
    }
}
