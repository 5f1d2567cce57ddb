//! Every screen in light and dark, in English and Korean, and small with large text: a picture of each, and its layout
//! held.

use super::app::{App, Setting};
use super::samples;
use super::tour::Tour;
use super::words::Tongue;
use std::time::Duration;

/// A screen: its id, its tab, and its name in the list behind that tab.
struct Way {
    id: &'static str,
    tab: &'static str,
    further: Option<&'static str>,
}

const WAYS: &[Way] = &[
    Way { id: "camera", tab: "camera-title", further: None },
    Way { id: "text", tab: "text-tab", further: None },
    Way { id: "more", tab: "more-title", further: None },
    Way { id: "models", tab: "more-title", further: Some("models-title") },
    Way { id: "settings", tab: "more-title", further: Some("settings-title") },
];

/// The looks: file name, theme's message, window, size of text in percent.
const LOOKS: [(&str, &str, (u32, u32), u32); 3] = [
    ("light", "settings-theme-light", (412, 892), 100),
    ("dark", "settings-theme-dark", (412, 892), 100),
    ("small-large-text", "settings-theme-light", (320, 568), 200),
];

pub fn play(tour: &mut Tour) {
    let scene = tour.stage.folder("gallery-scene").join("scene.jpg");
    samples::copy_over(&samples::clock(), &scene);
    let app = tour.open(&Setting::named("gallery").models(tour.models()).arg("--camera", &scene));
    app.wait_for_screen("camera");
    let mut faults = Vec::new();
    for tongue in [Tongue::English, Tongue::Korean] {
        set(&app, tongue.name());
        for (look, theme, (width, height), percent) in LOOKS {
            set(&app, tongue.say(theme));
            app.resize(width, height);
            app.scale_text(percent);
            for way in WAYS {
                visit(&app, way, tongue);
                settle(tour, &app, way, tongue);
                let how = format!("{look}-{}", tongue.tag());
                tour.album.take(&app, way.id, &how);
                faults.extend(app.layout_faults().into_iter().map(|fault| format!("{}-{how}: {fault}", way.id)));
                further_down(tour, &app, way.id, &how);
            }
            app.scale_text(100);
            app.resize(412, 892);
            tour.saw(format!("{} screens, {look}, {}", WAYS.len(), tongue.tag()));
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
    app.press(tongue.say(way.tab));
    if let Some(further) = way.further {
        app.press(tongue.say(further));
    }
    app.wait_for_screen(way.id);
}

/// Brings the screen to what is worth a picture.
fn settle(tour: &Tour, app: &App, way: &Way, tongue: Tongue) {
    let patience = Duration::from_secs(60);
    match way.id {
        "camera" if tour.models().join("mobilenet-v3-small").is_dir() => {
            super::stage::wait("labels", patience, || app.text(), || (app.count("ol.labels li") > 0).then_some(()));
        }
        "text" if tour.models().join("distilbert-sst2").is_dir() => {
            if app.count("mark") == 0 {
                app.press("What a lovely evening");
            }
            app.wait_at_most(tongue.say("text-why"), patience);
        }
        _ => {}
    }
    app.ask("void document.querySelectorAll('.screen-body').forEach(body => body.scrollTo(0, 0))");
}

/// Screens that are longer than the window have an end, too.
fn further_down(tour: &mut Tour, app: &App, id: &str, how: &str) {
    let scroll = "(() => { for (const body of [...document.querySelectorAll('.screen-body, .screens, .screen'), document.scrollingElement]) {\
                  if (body.checkVisibility() && body.scrollHeight > body.clientHeight + 8) {\
                  body.scrollTo(0, body.scrollHeight); return true; } } return false; })()";
    if app.ask(scroll) == serde_json::json!(true) {
        tour.album.take(app, id, &format!("{how}-end"));
    }
}
