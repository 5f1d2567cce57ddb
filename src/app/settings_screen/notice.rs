//! What became of the settings file, said above whatever screen is in view until somebody has read it.

use crate::app::components::{Button, Message, Tone};
use crate::app::context::SettingsContext;
use crate::app::icons::Glyph;
use crate::app::language::use_language;
use crate::app::settings::Notice;
use dioxus::prelude::*;

#[component]
pub fn NoticeBar() -> Element {
    let mut notice = use_context::<SettingsContext>().notice;
    match notice() {
        Some(said) => rsx! { NoticeView { notice: said, onclose: move |()| notice.set(None) } },
        None => rsx! {},
    }
}

#[component]
pub fn NoticeView(notice: Notice, onclose: EventHandler<()>) -> Element {
    let language = use_language();
    let (key, detail) = match notice {
        Notice::Damaged { aside } => ("settings-damaged", aside.display().to_string()),
        Notice::Unreadable(why) => ("settings-unreadable", why),
        Notice::NotSaved(why) => ("settings-not-saved", why),
    };
    rsx! {
        div { class: "notice", role: "alert",
            Message { tone: Tone::Warning,
                p { {language.say(key)} }
                p { class: "detail", "{detail}" }
                Button { glyph: Glyph::Check, label: language.say("understood"), onclick: move |()| onclose.call(()) }
            }
        }
    }
}
