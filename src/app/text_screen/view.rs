//! What the text screen draws, from its state alone.

use super::State;
use crate::app::components::{Button, Message, Tone, Weight};
use crate::app::icons::Glyph;
use crate::app::judge::{Cut, Judgement};
use crate::app::language::{Language, use_language};
use crate::app::pace::paused_key;
use crate::inference::text::Word;
use crate::scheduler::Reason;
use dioxus::prelude::*;

/// A contribution of this many units of log-odds has the full colour.
const FULL_COLOUR: f32 = 2.0;
/// Words that did less than this share of it stay plain: marks on everything would mark nothing.
const LEAST_SHOWN: f32 = 0.1;

/// Where one writes. `seed` replaces the area: its number is another, its text stands in it.
#[component]
pub fn Writing(seed: (u32, String), onedit: EventHandler<String>, onclear: EventHandler<()>) -> Element {
    let language = use_language();
    rsx! {
        div { class: "writing",
            label { class: "question", r#for: "text-input", {language.say("text-input")} }
            // A list of one: only in a list does another key make another element. Told the same first value again, an
            // area keeps what was typed.
            for (turn, text) in [seed] {
                textarea {
                    key: "{turn}",
                    id: "text-input",
                    placeholder: language.say("text-hint"),
                    rows: 4,
                    initial_value: text,
                    oninput: move |event| onedit.call(event.value()),
                }
            }
            div { class: "writing-foot",
                p { class: "note", {language.say("text-private")} }
                Button { glyph: Glyph::Cross, label: language.say("text-clear"), onclick: move |()| onclear.call(()) }
            }
        }
    }
}

/// What is known of the text.
#[component]
pub fn AnswerView(
    state: State,
    onmodels: EventHandler<()>,
    onretry: EventHandler<()>,
    onask: EventHandler<()>,
) -> Element {
    let language = use_language();
    rsx! {
        section { class: "answer", aria_label: language.say("text-answer"),
            match state {
                State::Loading => rsx! { p { class: "note", {language.say("text-loading")} } },
                State::Waiting => rsx! { p { class: "note", {language.say("text-waiting")} } },
                State::Judging => rsx! { p { class: "note judging", {language.say("text-judging")} } },
                State::Paused(reason) => rsx! {
                    Message { tone: Tone::Warning,
                        p { {language.say(paused_key(reason))} }
                        if reason != Reason::Critical {
                            Button { glyph: Glyph::Again, label: language.say("text-ask"), onclick: move |()| onask.call(()) }
                        }
                    }
                },
                State::NoModel => rsx! {
                    Message { tone: Tone::Plain,
                        p { {language.say("text-no-model")} }
                        Button {
                            glyph: Glyph::Models,
                            label: language.say("to-models"),
                            weight: Weight::Main,
                            onclick: move |()| onmodels.call(()),
                        }
                    }
                },
                State::Failed(why) => rsx! {
                    Message { tone: Tone::Warning,
                        p { {language.say("text-failed")} }
                        p { class: "detail", lang: "en", "{why}" }
                        div { class: "actions",
                            Button { glyph: Glyph::Again, label: language.say("try-again"), onclick: move |()| onretry.call(()) }
                            Button { glyph: Glyph::Models, label: language.say("to-models"), onclick: move |()| onmodels.call(()) }
                        }
                    }
                },
                State::Judged(judgement) => rsx! { JudgementView { judgement: *judgement } },
            }
        }
    }
}

/// Whether it is positive, the message that says so, and how many percent of it.
pub fn side(judgement: &Judgement) -> (bool, &'static str, u32) {
    let positive = judgement.positive >= 0.5;
    let share = if positive { judgement.positive } else { 1.0 - judgement.positive };
    (positive, if positive { "text-positive" } else { "text-negative" }, percent(share))
}

/// Never 100: no model is that sure.
fn percent(share: f32) -> u32 {
    ((share * 100.0).round() as u32).min(99)
}

/// The result for somebody who does not look.
pub fn in_a_sentence(language: &Language, judgement: &Judgement) -> String {
    if !judgement.language_known {
        return language.say("text-unknown-language");
    }
    let (_, side, percent) = side(judgement);
    language.say_with("text-said", &[("side", language.say(side).into()), ("percent", percent.into())])
}

#[component]
fn JudgementView(judgement: Judgement) -> Element {
    let language = use_language();
    if !judgement.language_known {
        return rsx! { Message { tone: Tone::Warning, p { {language.say("text-unknown-language")} } } };
    }
    let (positive, side, sure) = side(&judgement);
    let class = if positive { "positive" } else { "negative" };
    let share = percent(judgement.positive);
    rsx! {
        p { class: "verdict {class}",
            {language.say(side)}
            span { class: "verdict-share figure", {language.say_with("percent", &[("n", sure.into())])} }
        }
        div { class: "scale", aria_hidden: "true",
            div { class: "scale-mark {class}", left: "{share}%" }
        }
        div { class: "scale-ends note", aria_hidden: "true",
            span { {language.say("text-negative")} }
            span { {language.say("text-positive")} }
        }
        if let Some(Cut { chars, judged_chars }) = judgement.cut {
            Message { tone: Tone::Warning,
                p { {language.say_with("text-too-long", &[("chars", chars.into()), ("judged", judged_chars.into())])} }
            }
        }
        if judgement.windows > 1 {
            p { class: "note", {language.say_with("text-windows", &[("n", judgement.windows.into())])} }
        }
        h2 { {language.say("text-why")} }
        p { class: "words", lang: "en",
            for (at, word) in judgement.words.iter().enumerate() {
                // None before a full stop.
                if at > 0 && word.range.start > judgement.words[at - 1].range.end {
                    " "
                }
                WordMark { word: word.clone() }
            }
        }
    }
}

/// A word in the colour of what it did; the sign stands there too, since colour alone tells some people nothing.
#[component]
fn WordMark(word: Word) -> Element {
    let language = use_language();
    let strength = word.contribution.abs() / FULL_COLOUR;
    if strength.is_nan() || strength < LEAST_SHOWN {
        return rsx! { span { "{word.text}" } };
    }
    let strength = strength.min(1.0);
    let (class, sign, says) = if word.contribution > 0.0 {
        ("positive", "+", "text-toward-positive")
    } else {
        ("negative", "−", "text-toward-negative")
    };
    rsx! {
        mark { class, style: "--strength: {strength:.2}", title: language.say(says),
            "{word.text}"
            sup { aria_hidden: "true", "{sign}" }
            span { class: "unseen", lang: language.tag, " ({language.say(says)})" }
        }
    }
}

/// Sentences to try.
#[component]
pub fn Examples(onchoose: EventHandler<String>) -> Element {
    let language = use_language();
    let examples = [language.say("text-example-1"), language.say("text-example-2")];
    rsx! {
        section { class: "examples",
            h2 { {language.say("text-examples")} }
            for example in examples {
                button { class: "example", lang: "en", r#type: "button", key: "{example}",
                    onclick: { let text = example.clone(); move |_| onchoose.call(text.clone()) },
                    "{example}"
                }
            }
        }
    }
}
