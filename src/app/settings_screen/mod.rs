//! The settings screen.

mod about;
mod notice;
mod version;
mod view;

use super::context::{ModelsContext, SettingsContext};
use super::shell::{Navigation, Screen};
use super::threads::Threads;
use about::About;
use dioxus::prelude::*;
use view::SettingsView;

pub use notice::NoticeBar;

#[component]
pub fn SettingsScreen() -> Element {
    let context = use_context::<SettingsContext>();
    let board = use_context::<ModelsContext>().board;
    let threads = use_context::<Threads>();
    let navigation = use_context::<Navigation>();
    // Only what is installed matters here, not every byte of a fetch.
    let installed = use_memo(move || board.read().installed().map(<[_]>::to_vec).unwrap_or_default());
    rsx! {
        SettingsView {
            settings: context.settings.read().clone(),
            installed: installed.read().clone(),
            threads,
            onchange: move |change| context.change(change),
        }
        About { ondiagnostics: move |()| navigation.go(Screen::Diagnostics) }
    }
}

#[cfg(test)]
mod tests;
