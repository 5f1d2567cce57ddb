//! The settings screen.

mod about;
mod notice;
mod unit;
mod version;
mod view;

use super::context::{ModelsContext, SettingsContext};
use super::shell::{Navigation, Screen};
use super::threads::Threads;
use super::units::Fallbacks;
use crate::inference::Unit;
use about::About;
use dioxus::prelude::*;
use tokio::task::spawn_blocking;
use view::SettingsView;

pub use notice::NoticeBar;

#[component]
pub fn SettingsScreen() -> Element {
    let context = use_context::<SettingsContext>();
    let board = use_context::<ModelsContext>().board;
    let threads = use_context::<Threads>();
    let navigation = use_context::<Navigation>();
    let fallbacks = use_context::<Fallbacks>().0;
    // Asking a GPU whether it is there takes a moment.
    let units = use_resource(|| async { spawn_blocking(|| Unit::ALL.map(|unit| (unit, unit.lack())).to_vec()).await });
    let units = units.read().as_ref().and_then(|units| units.as_ref().ok()).cloned().unwrap_or_default();
    // Only what is installed matters here, not every byte of a fetch.
    let installed = use_memo(move || board.read().installed().map(<[_]>::to_vec).unwrap_or_default());
    rsx! {
        SettingsView {
            settings: context.settings.read().clone(),
            installed: installed.read().clone(),
            threads,
            units,
            fallbacks: fallbacks.read().clone(),
            onchange: move |change| context.change(change),
        }
        About { ondiagnostics: move |()| navigation.go(Screen::Diagnostics) }
    }
}

#[cfg(test)]
mod tests;
