//! One model of a comparison: what it says, whether that is the same, what it weighs and how long it takes.

use super::comparison::{Row, Turn};
use super::{Act, words};
use crate::app::components::{Button, Message, Progress, Tone, Weight};
use crate::app::format;
use crate::app::icons::{Glyph, Icon};
use crate::app::language::use_language;
use crate::app::side_by_side::{Agreement, Answer};
use dioxus::prelude::*;

#[component]
pub fn RowView(
    at: usize,
    row: Row,
    agreement: Option<Agreement>,
    /// Whether there are others, which are held against the first.
    several: bool,
    onact: EventHandler<Act>,
) -> Element {
    let language = use_language();
    let Row { candidate, turn } = row;
    let title = words::title(&language, &candidate);
    let heading = format!("side-{}-{}", candidate.id, candidate.variant);
    let choice = candidate.choice();
    rsx! {
        article { class: "card side-row", aria_labelledby: heading.clone(),
            div { class: "card-head",
                h3 { id: heading, "{title}" }
                if candidate.used {
                    span { class: "badge", {language.say("side-in-use")} }
                }
            }
            match turn {
                Turn::Waiting => rsx! { p { class: "note", {language.say("side-waiting")} } },
                Turn::Working => rsx! { Progress { name: language.say_with("side-working", &[("model", title.clone().into())]) } },
                Turn::Failed(why) => rsx! {
                    Message { tone: Tone::Warning,
                        p { {language.say("side-failed")} }
                        p { class: "detail", lang: "en", "{why}" }
                    }
                },
                Turn::Answered(answered) => rsx! {
                    AnswerView { answer: answered.answer.clone(), agreement, first: at == 0 && several }
                    div { class: "side-foot",
                        Figures { size: words::size(&language, &candidate), latency_ms: answered.latency_ms }
                        if !candidate.used {
                            Button {
                                glyph: Glyph::Check,
                                label: language.say("models-use"),
                                name: format!("{}: {title}", language.say("models-use")),
                                weight: Weight::Soft,
                                onclick: move |()| onact.call(Act::Use(choice.clone())),
                            }
                        }
                    }
                },
            }
        }
    }
}

#[component]
fn AnswerView(answer: Answer, agreement: Option<Agreement>, first: bool) -> Element {
    let language = use_language();
    // Words that were heard are a text to read.
    let is_long = matches!(answer, Answer::Written(_));
    let (said, further) = words::answer(&language, &answer);
    rsx! {
        p { class: if is_long { "side-answer side-words" } else { "side-answer" }, "{said}" }
        if let Some(further) = further {
            p { class: "note", "{further}" }
        }
        if let Some(agreement) = agreement {
            p { class: if agreement.is_same() { "side-agreement side-same" } else { "side-agreement side-other" },
                Icon { glyph: if agreement.is_same() { Glyph::Check } else { Glyph::Warning } }
                span { {words::agreement(&language, agreement)} }
            }
        } else if first {
            p { class: "note", {language.say("side-first")} }
        }
    }
}

/// What it weighs, and how long it takes.
#[component]
fn Figures(size: String, latency_ms: f64) -> Element {
    let language = use_language();
    rsx! {
        dl { class: "side-figures",
            div {
                dt { {language.say("side-size")} }
                dd { "{size}" }
            }
            div {
                dt { {language.say("side-time")} }
                dd { class: "figure", {format::duration_ms(&language, latency_ms)} }
            }
        }
    }
}
