//! The diagnostics screen: what an engineer wants to know of a device, and one file with it to send home.
//!
//! It opens by the version in Settings (`settings_screen/version.rs`) and is there until one goes back. What it shows is
//! what the file holds: [`Diagnostics`], gathered anew each second while it is in view.

mod export;
mod gather;
mod log_view;
mod probe;
mod view;
mod words;

use super::announce::Announcer;
use super::benchmark::Baselines;
use super::context::{ModelsContext, SettingsContext};
use super::devices::Devices;
use super::language::{Language, use_language};
use super::measurements::Measurements;
use super::page;
use super::settings::SettingsFile;
use super::threads::Threads;
use crate::profile::diagnostics::Diagnostics;
use dioxus::prelude::*;
use export::{Exported, file_name, outcome};
use gather::gather;
use probe::use_now;
use view::DiagnosticsView;

/// What browsers and mail programs call the file's kind.
const MIME: &str = "application/json";

#[component]
pub fn DiagnosticsScreen() -> Element {
    let language = use_language();
    let gathered = use_gathered();
    let (exported, export) = use_export();
    let Some(Gathered { diagnostics, first_line }) = gathered else {
        return rsx! { p { {language.say("models-looking")} } };
    };
    let file = diagnostics.clone();
    rsx! {
        DiagnosticsView {
            diagnostics,
            first_line,
            exported: exported(),
            onexport: move |()| export.call(file.clone()),
        }
    }
}

/// What is known now.
struct Gathered {
    diagnostics: Diagnostics,
    /// The number of the first line of the log.
    first_line: u64,
}

/// All that is known; `None` until the device was looked at.
fn use_gathered() -> Option<Gathered> {
    let devices = use_context::<Devices>();
    let settings = use_context::<SettingsContext>().settings;
    let board = use_context::<ModelsContext>().board;
    let measurements = use_context::<Measurements>().0;
    let threads = use_context::<Threads>();
    let file = use_context::<SettingsFile>();
    // A few kilobytes, once, when the screen is opened.
    let baselines = use_hook(|| Baselines::kept_in(file.folder()));
    let now = use_now(|| devices.power());
    let now = now.read();
    let now = now.as_ref()?;
    let measured = measurements.read();
    let measured = measured.iter().map(|record| (**record).clone());
    let board = board.read();
    let installed = board.installed().unwrap_or_default();
    let diagnostics = gather(now, &settings.read(), threads, installed, measured, &baselines);
    Some(Gathered { diagnostics, first_line: now.log.first })
}

/// What became of the last export, and the way to another.
fn use_export() -> (Signal<Option<Exported>>, Callback<Diagnostics>) {
    let language = use_context::<Memo<Language>>();
    let announcer = use_context::<Announcer>();
    let mut exported = use_signal(|| None);
    let export = use_callback(move |diagnostics: Diagnostics| {
        spawn(async move {
            let name = file_name(&diagnostics.device);
            let handed = page::share_file(&name, MIME, diagnostics.to_json()).await;
            let outcome = outcome(&language.peek(), handed);
            if let Some(said) = &outcome {
                announcer.say(said.in_a_sentence());
            }
            exported.set(outcome);
        });
    });
    (exported, export)
}

#[cfg(test)]
mod tests;
