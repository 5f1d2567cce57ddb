//! What was heard, and what can be done with it.

use super::view::Exactly;
use super::{Act, words};
use crate::app::components::{Button, Message, Tone, Weight};
use crate::app::icons::Glyph;
use crate::app::language::use_language;
use crate::app::microphone::Take;
use crate::app::takes::Format;
use dioxus::prelude::*;

#[component]
pub fn ResultView(take: Take, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let spoken = if take.translated { Some("en".to_string()) } else { take.language.clone() };
    rsx! {
        article { class: "card mic-result", aria_label: language.say("mic-result"),
            p { id: "mic-text", class: "mic-text", lang: spoken, "{take.text}" }
            p { id: "mic-facts", class: "note", {words::facts(&language, &take)} }
            if let Some(why) = take.warning.clone() {
                Message { tone: Tone::Warning,
                    p { {language.say("mic-torn")} }
                    Exactly { why }
                }
            }
            div { class: "actions",
                Button { glyph: Glyph::Copy, label: language.say("mic-copy"), weight: Weight::Soft, onclick: move |()| onact.call(Act::Copy) }
                Button { glyph: Glyph::Share, label: language.say("mic-share"), onclick: move |()| onact.call(Act::Share) }
                Button { glyph: Glyph::Cross, label: language.say("mic-close"), onclick: move |()| onact.call(Act::Close) }
            }
            details { class: "mic-save",
                summary { {language.say("mic-save")} }
                p { class: "note", {language.say("mic-save-help")} }
                div { class: "actions",
                    for format in Format::ALL {
                        Button {
                            glyph: Glyph::Download,
                            label: language.say(format_key(format)),
                            onclick: move |()| onact.call(Act::Save(format)),
                        }
                    }
                }
            }
        }
    }
}

fn format_key(format: Format) -> &'static str {
    match format {
        Format::Text => "mic-save-text",
        Format::Srt => "mic-save-srt",
        Format::Vtt => "mic-save-vtt",
    }
}
