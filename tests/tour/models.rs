//! The models screen against a hub on this machine: fetched, held, resumed, given up, checked, deleted.

use super::app::{App, Setting};
use super::hub_server::{HubServer, Mood};
use super::stage;
use super::tour::Tour;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

const TITLE: &str = "EfficientNet-Lite0";
pub const ID: &str = "efficientnet-lite0";
const REPO: &str = "timm/tf_efficientnet_lite0.in1k";
/// Two thousand bytes a millisecond: 19 MB take nine seconds, long enough to be held.
const SLOWLY: Mood = Mood::Slow(2000);
const PATIENCE: Duration = Duration::from_secs(60);

pub fn play(tour: &mut Tour) {
    if !tour.needs(ID, "fetching a model") {
        return;
    }
    let hub = hub(&tour.models().join(ID));
    let setting = setting("models", &hub);
    let app = tour.open(&setting);
    app.press_in_more("Models");
    app.wait_for("Nothing is downloaded until you tap Install.");
    assert!(hub.world.requests.lock().unwrap().is_empty(), "nothing was asked of the hub before a tap");
    tour.album.take(&app, "models-first-start", "light-en");
    tour.saw("first start: says what would be fetched and how large; the hub was asked for nothing");

    hub.set(SLOWLY);
    app.press(&format!("Install: {TITLE}"));
    let line = figures(&app);
    tour.album.take(&app, "models-fetching", "light-en");
    tour.saw(format!("fetching: {line}"));

    app.press(&format!("Pause: {TITLE}"));
    app.wait_for("downloaded so far is kept.");
    let held = card(&app);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(card(&app), held, "held, nothing comes");
    tour.album.take(&app, "models-paused", "light-en");
    tour.saw("held: what is here is kept");

    app.press(&format!("Resume: {TITLE}"));
    figures(&app);
    assert!(hub.take_requests().iter().any(|r| r.headers.contains_key("range")), "it goes on from where it was");
    app.press(&format!("Cancel: {TITLE}"));
    app.control(&format!("Install: {TITLE}"));
    assert!(!app.models().join(".staging").join(ID).exists(), "given up, nothing is left of it");
    tour.saw("resumed from where it was; given up, nothing is left");

    hub.set(Mood::Status(401, None));
    app.press(&format!("Install: {TITLE}"));
    app.wait_for("The source refuses it");
    tour.album.take(&app, "models-refused", "light-en");
    hub.set(Mood::Well);
    app.press(&format!("Try again: {TITLE}"));
    app.control_at_most(&format!("Verify: {TITLE}"), PATIENCE);
    tour.saw("refused by the hub: said; tried again, it is installed");

    app.press(&format!("Verify: {TITLE}"));
    app.wait_at_most("Verified: every file is as it was installed.", PATIENCE);
    tour.album.take(&app, "models-checked", "light-en");
    tour.saw("checked: every file is as it was installed");

    app.press(&format!("Delete: {TITLE}"));
    app.wait_for(&format!("Delete {TITLE}?"));
    tour.album.take(&app, "models-delete", "light-en");
    app.press("Delete");
    app.control(&format!("Install: {TITLE}"));
    assert!(!app.models().join(ID).exists());
    tour.saw("deleted after a question");
}

/// A hub that serves this model as timm publishes it.
pub fn hub(model: &Path) -> HubServer {
    let config = serde_json::json!({
        "architecture": "tf_efficientnet_lite0",
        "num_classes": 1000,
        "pretrained_cfg": {
            "input_size": [3, 224, 224], "crop_pct": 0.875, "interpolation": "bicubic",
            "mean": [0.498, 0.498, 0.498], "std": [0.502, 0.502, 0.502],
        },
    });
    let weights = fs::read(model.join("model.safetensors")).expect("the model was found");
    let files = [("config.json", config.to_string().into_bytes()), ("model.safetensors", weights)];
    HubServer::start_as(REPO, BTreeMap::from(files.map(|(name, bytes)| (name.to_string(), bytes))))
}

/// An app with no models that knows this hub, and no Python: nothing outside this machine is asked.
pub fn setting(name: &str, hub: &HubServer) -> Setting {
    Setting::named(name).env("HF_ENDPOINT", &hub.endpoint()).env("PATH", "/nowhere")
}

/// Waits until the card tells how much has come and how fast. How much is to come this hub does not say beforehand.
fn figures(app: &App) -> String {
    stage::wait(
        "size and rate",
        PATIENCE,
        || app.text(),
        || {
            let card = card(app);
            let line = card.lines().find(|line| line.contains("MB") && line.contains("/s"));
            line.map(str::to_string)
        },
    )
}

/// What stands on the model's card.
fn card(app: &App) -> String {
    let text = app.ask(&format!("document.getElementById('model-{ID}').closest('article').innerText"));
    text.as_str().unwrap_or_default().to_string()
}
