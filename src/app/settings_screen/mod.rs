//! The settings screen.

mod about;
mod view;

use super::components::{Button, Message, Tone};
use super::context::{ModelsContext, SettingsContext};
use super::icons::Glyph;
use super::language::use_language;
use super::settings::Notice;
use super::threads::Threads;
use about::About;
use dioxus::prelude::*;
use view::SettingsView;

#[component]
pub fn SettingsScreen() -> Element {
    let context = use_context::<SettingsContext>();
    let board = use_context::<ModelsContext>().board;
    let threads = use_context::<Threads>();
    // Only what is installed matters here, not every byte of a fetch.
    let installed = use_memo(move || board.read().installed().map(<[_]>::to_vec).unwrap_or_default());
    let mut notice = context.notice;
    rsx! {
        if let Some(said) = notice() {
            NoticeView { notice: said, onclose: move |()| notice.set(None) }
        }
        SettingsView {
            settings: context.settings.read().clone(),
            installed: installed.read().clone(),
            threads,
            onchange: move |change| context.change(change),
        }
        About {}
    }
}

/// What became of the settings file.
#[component]
fn NoticeView(notice: Notice, onclose: EventHandler<()>) -> Element {
    let language = use_language();
    let (key, detail) = match notice {
        Notice::Damaged { aside } => ("settings-damaged", aside.display().to_string()),
        Notice::Unreadable(why) => ("settings-unreadable", why),
        Notice::NotSaved(why) => ("settings-not-saved", why),
    };
    rsx! {
        div { role: "alert",
            Message { tone: Tone::Warning,
                p { {language.say(key)} }
                p { class: "detail", "{detail}" }
                Button { glyph: Glyph::Check, label: language.say("understood"), onclick: move |()| onclose.call(()) }
            }
        }
    }
}

#[cfg(test)]
mod tests;
