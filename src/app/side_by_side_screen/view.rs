//! What the screen draws, from its state alone.

use super::comparison::{Comparison, End};
use super::row::RowView;
use super::{Act, Notice, words};
use crate::app::components::{Button, FilePick, Message, Segments, Tone, Weight};
use crate::app::icons::Glyph;
use crate::app::language::use_language;
use crate::app::models::Purpose;
use crate::app::pace::paused_key;
use crate::app::side_by_side::Taken;
use dioxus::prelude::*;

/// The buttons that pick what is compared on.
const PICTURE_FILE: &str = "side-picture-file";
const CLIP_FILE: &str = "side-clip-file";

/// All of the screen.
#[component]
pub fn SideBySideView(
    /// What there are models for; `None` until the disk was looked at.
    purposes: Option<Vec<Purpose>>,
    purpose: Option<Purpose>,
    comparison: Option<Comparison>,
    notice: Option<Notice>,
    onact: EventHandler<Act>,
) -> Element {
    let language = use_language();
    let Some(purposes) = purposes else {
        return rsx! { p { class: "note", {language.say("models-looking")} } };
    };
    let Some(purpose) = purpose else {
        return rsx! {
            Message { tone: Tone::Plain,
                p { {language.say("side-no-models")} }
                Button { glyph: Glyph::Models, label: language.say("to-models"), weight: Weight::Main, onclick: move |()| onact.call(Act::Models) }
            }
        };
    };
    let running = comparison.as_ref().is_some_and(Comparison::is_running);
    rsx! {
        p { class: "note", {language.say("side-intro")} }
        if purposes.len() > 1 {
            Segments {
                group: "side-purpose",
                name: language.say("side-purpose"),
                options: purposes.iter().map(|purpose| (*purpose, language.say(purpose.title_key()))).collect::<Vec<_>>(),
                chosen: purpose,
                onchoose: move |purpose| onact.call(Act::Purpose(purpose)),
            }
        }
        if !running {
            Ask { purpose, before: comparison.as_ref().map(|comparison| comparison.name.clone()), onact }
        }
        if let Some(notice) = notice {
            NoticeView { notice }
        }
        if let Some(comparison) = comparison {
            ComparisonView { purpose, comparison, onact }
        }
    }
}

/// What to compare on; `before` is what was last.
#[component]
fn Ask(purpose: Purpose, before: Option<String>, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let again = before.is_some();
    let sample = language.say(if purpose == Purpose::Camera { "side-sample-picture" } else { "side-sample-clip" });
    rsx! {
        match purpose {
            Purpose::Text => rsx! { Sentence { before, onact } },
            Purpose::Camera | Purpose::Microphone => rsx! {
                div { class: "actions",
                    if purpose == Purpose::Camera {
                        FilePick {
                            key: "{PICTURE_FILE}",
                            id: PICTURE_FILE,
                            glyph: Glyph::Picture,
                            label: language.say(if again { "side-other-picture" } else { "side-pick-picture" }),
                            accept: "image/jpeg,image/png,image/webp,image/gif,image/bmp,image/tiff",
                            onpick: move |picked| onact.call(Act::Pick(picked)),
                        }
                    } else {
                        FilePick {
                            key: "{CLIP_FILE}",
                            id: CLIP_FILE,
                            glyph: Glyph::Document,
                            label: language.say(if again { "side-other-clip" } else { "side-pick-clip" }),
                            accept: "audio/*,.wav,.flac,.mp3,.ogg,.oga",
                            onpick: move |picked| onact.call(Act::Pick(picked)),
                        }
                    }
                    Button { glyph: Glyph::Play, label: sample, onclick: move |()| onact.call(Act::Sample) }
                }
            },
        }
    }
}

/// A sentence of one's own. In it stands the last one, to be changed, or an example.
#[component]
fn Sentence(before: Option<String>, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let begins = use_hook(|| before.unwrap_or_else(|| language.say("text-example-1")));
    // Uncontrolled, since binding its value loses keystrokes.
    let mut text = use_signal(|| begins.clone());
    rsx! {
        div { class: "writing",
            label { class: "question", r#for: "side-text", {language.say("side-text")} }
            textarea {
                id: "side-text",
                lang: "en",
                placeholder: language.say("text-hint"),
                rows: 3,
                initial_value: begins,
                oninput: move |event| text.set(event.value()),
            }
        }
        div { class: "actions",
            button {
                class: "button button-main",
                r#type: "button",
                disabled: text.read().trim().is_empty(),
                onclick: move |_| {
                    let text = text.peek().trim().to_string();
                    if !text.is_empty() {
                        onact.call(Act::Text(text));
                    }
                },
                span { {language.say("side-compare")} }
            }
        }
    }
}

#[component]
fn NoticeView(notice: Notice) -> Element {
    let language = use_language();
    rsx! {
        div { role: "alert",
            Message { tone: Tone::Warning,
                match notice {
                    Notice::NoDialog => rsx! { p { {language.say("no-file-dialog")} } },
                    Notice::Unreadable { name, why } => rsx! {
                        p { {language.say_with("side-unreadable", &[("name", name.into())])} }
                        p { class: "detail", lang: "en", "{why}" }
                    },
                }
            }
        }
    }
}

#[component]
fn ComparisonView(purpose: Purpose, comparison: Comparison, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let cut = comparison.taken.as_ref().and_then(|taken| words::cut(&language, taken));
    let several = comparison.rows.len() > 1;
    rsx! {
        section { class: "side", aria_label: language.say("side-answers"),
            div { class: "side-input",
                if let Some(Taken::Picture(url)) = &comparison.taken {
                    img { class: "side-picture", src: "{url}", alt: "{comparison.name}" }
                }
                div { class: "side-name",
                    p { class: if purpose == Purpose::Text { "side-quote" }, "{comparison.name}" }
                    if let Some(cut) = cut {
                        p { class: "note", "{cut}" }
                    }
                    Standing { comparison: comparison.clone(), onact }
                }
            }
            if let Some(End::Unusable(why)) = &comparison.ended {
                Message { tone: Tone::Warning,
                    p { {language.say("side-unusable")} }
                    p { class: "detail", lang: "en", "{why}" }
                }
            }
            div { class: "cards",
                for (at, row) in comparison.rows.iter().enumerate() {
                    RowView {
                        key: "{row.candidate.id} {row.candidate.variant}",
                        at,
                        row: row.clone(),
                        agreement: comparison.agreement(at),
                        several,
                        onact,
                    }
                }
            }
        }
    }
}

/// How far it is.
#[component]
fn Standing(comparison: Comparison, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let line = match (&comparison.ended, comparison.paused, comparison.at_work()) {
        (Some(End::Done), ..) => words::outcome(&language, &comparison),
        (Some(End::Cancelled), ..) => language.say("side-cancelled"),
        (Some(End::Unusable(_)), ..) => return rsx! {},
        (None, Some(reason), _) => language.say(paused_key(reason)),
        (None, None, Some((n, of))) => language.say_with("side-turn", &[("n", n.into()), ("of", of.into())]),
        (None, None, None) => language.say("side-starting"),
    };
    rsx! {
        p { class: "note", "{line}" }
        if comparison.is_running() {
            div { class: "actions",
                Button { glyph: Glyph::Cross, label: language.say("cancel"), onclick: move |()| onact.call(Act::Cancel) }
            }
        }
    }
}
