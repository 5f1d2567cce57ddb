//! The earlier takes: open one again, delete one or all.

use super::view::Exactly;
use super::{Act, words};
use crate::app::components::{Button, Message, Tone, Weight};
use crate::app::icons::{Glyph, Icon};
use crate::app::language::use_language;
use crate::app::microphone::Take;
use crate::app::takes::{History, Notice};
use dioxus::prelude::*;

/// What is about to be deleted.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Doomed {
    One(u64),
    All,
}

/// The list. `shown` is the take that is open above it.
#[component]
pub fn Earlier(history: History, now_ms: u64, shown: Option<u64>, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let mut doomed = use_signal(|| None::<Doomed>);
    let others: Vec<Take> = history.takes().iter().filter(|take| Some(take.began_ms) != shown).cloned().collect();
    rsx! {
        if let Some(notice) = history.notice.clone() {
            FileNotice { notice, onact }
        }
        if !others.is_empty() {
            section { class: "mic-earlier", aria_label: language.say("mic-earlier"),
                div { class: "mic-earlier-head",
                    h2 { {language.say("mic-earlier")} }
                    if doomed() != Some(Doomed::All) {
                        Button { glyph: Glyph::Trash, label: language.say("mic-delete-all"), onclick: move |()| doomed.set(Some(Doomed::All)) }
                    }
                }
                if doomed() == Some(Doomed::All) {
                    Confirm {
                        question: language.say_with("mic-delete-all-sure", &[("n", history.takes().len().into())]),
                        onkeep: move |()| doomed.set(None),
                        ondelete: move |()| { doomed.set(None); onact.call(Act::DeleteAll); },
                    }
                }
                ul { class: "mic-takes",
                    for take in others {
                        li { key: "{take.began_ms}",
                            if doomed() == Some(Doomed::One(take.began_ms)) {
                                Confirm {
                                    question: language.say("mic-delete-sure"),
                                    onkeep: move |()| doomed.set(None),
                                    ondelete: move |()| { doomed.set(None); onact.call(Act::Delete(take.began_ms)); },
                                }
                            } else {
                                Row { take: take.clone(), now_ms, onact, ondelete: move |()| doomed.set(Some(Doomed::One(take.began_ms))) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[component]
fn Row(take: Take, now_ms: u64, onact: EventHandler<Act>, ondelete: EventHandler<()>) -> Element {
    let language = use_language();
    let id = take.began_ms;
    let ago = words::ago(&language, id, now_ms);
    // Enough for a name; the whole is one tap away.
    let beginning: String = take.text.chars().take(60).collect();
    rsx! {
        div { class: "mic-take",
            button { class: "mic-open", r#type: "button", onclick: move |_| onact.call(Act::Open(id)),
                span { class: "mic-open-text", "{take.text}" }
                span { class: "note", "{ago} · {words::length(&language, take.audio_s)}" }
            }
            button {
                class: "mic-delete",
                r#type: "button",
                aria_label: language.say_with("mic-delete-one", &[("text", beginning.into())]),
                onclick: move |_| ondelete.call(()),
                Icon { glyph: Glyph::Trash }
            }
        }
    }
}

#[component]
fn Confirm(question: String, onkeep: EventHandler<()>, ondelete: EventHandler<()>) -> Element {
    let language = use_language();
    rsx! {
        div { class: "card confirm", role: "group", aria_label: language.say("mic-delete"),
            p { "{question}" }
            div { class: "actions",
                Button { glyph: Glyph::Trash, label: language.say("mic-delete"), weight: Weight::Danger, onclick: move |()| ondelete.call(()) }
                Button { glyph: Glyph::Back, label: language.say("mic-keep"), onclick: move |()| onkeep.call(()) }
            }
        }
    }
}

#[component]
fn FileNotice(notice: Notice, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let why = match &notice {
        Notice::Damaged(aside) => aside.display().to_string(),
        Notice::Unreadable(why) | Notice::NotSaved(why) => why.clone(),
    };
    rsx! {
        Message { tone: Tone::Warning,
            p { {language.say(words::history_key(&notice))} }
            Exactly { why }
            Button { glyph: Glyph::Check, label: language.say("understood"), onclick: move |()| onact.call(Act::Understood) }
        }
    }
}
