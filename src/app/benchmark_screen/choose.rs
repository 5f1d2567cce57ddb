//! What to measure: models, how long, threads.

use super::{Act, Choice, words};
use crate::app::benchmark::Length;
use crate::app::components::{Button, Message, Picker, Segments, Tone, Weight};
use crate::app::context::model_title;
use crate::app::format;
use crate::app::icons::{Glyph, Icon};
use crate::app::language::{Language, use_language};
use crate::app::models::InstalledModel;
use crate::app::threads::Threads;
use crate::app::units::unit_key;
use crate::inference::Unit;
use dioxus::prelude::*;

#[component]
pub fn ChooseView(
    installed: Option<Vec<InstalledModel>>,
    choice: Choice,
    threads: Threads,
    /// What is to compute texts and speech.
    unit: Unit,
    chooses_threads: bool,
    onact: EventHandler<Act>,
) -> Element {
    let language = use_language();
    let installed = match installed {
        None => return rsx! { p { class: "note", {language.say("models-looking")} } },
        Some(none) if none.is_empty() => return rsx! { NoModels { onact } },
        Some(installed) => installed,
    };
    let count = installed.iter().filter(|model| choice.models.contains(&model.id)).count();
    let (with_length, with_threads) = (choice.clone(), choice.clone());
    let help = match choice.length {
        Length::Quick => "benchmark-quick-help",
        Length::Sustained { .. } => "benchmark-sustained-help",
    };
    rsx! {
        section { class: "card", aria_labelledby: "benchmark-models",
            h2 { id: "benchmark-models", {language.say("benchmark-models")} }
            for model in installed {
                Pick { key: "{model.id}", title: model_title(&language, &model.id), model, choice: choice.clone(), onact }
            }
        }
        section { class: "card benchmark-length",
            Segments {
                group: "benchmark-length",
                name: language.say("benchmark-length"),
                options: Length::ALL.map(|length| (length, words::length(&language, length))).to_vec(),
                chosen: choice.length,
                onchoose: move |length| onact.call(Act::Choose(Choice { length, ..with_length.clone() })),
            }
            p { class: "note", {language.say(help)} }
            if chooses_threads {
                Picker {
                    id: "benchmark-threads",
                    name: language.say("settings-threads"),
                    options: thread_options(threads),
                    chosen: choice.threads.to_string(),
                    onchoose: move |value: String| {
                        if let Ok(threads) = value.parse() {
                            onact.call(Act::Choose(Choice { threads, ..with_threads.clone() }));
                        }
                    },
                }
            } else {
                p { class: "note", {language.say_with("benchmark-threads-fixed", &[("n", threads.in_force.into())])} }
            }
            if unit != Unit::Cpu {
                p { class: "note",
                    {language.say_with("benchmark-unit-chosen", &[("unit", language.say(unit_key(unit)).into())])}
                }
            }
        }
        p { class: "note", {language.say(if count == 0 { "benchmark-pick-one" } else { "benchmark-tip" })} }
        div { class: "actions",
            StartButton { language: language.clone(), count, onact }
        }
    }
}

/// Without a model there is nothing to start.
#[component]
fn StartButton(language: Language, count: usize, onact: EventHandler<Act>) -> Element {
    rsx! {
        button {
            class: "button button-main",
            r#type: "button",
            disabled: count == 0,
            onclick: move |_| {
                if count > 0 {
                    onact.call(Act::Start);
                }
            },
            Icon { glyph: Glyph::Gauge }
            span { {language.say_with("benchmark-start", &[("n", count.into())])} }
        }
    }
}

#[component]
fn NoModels(onact: EventHandler<Act>) -> Element {
    let language = use_language();
    rsx! {
        Message { tone: Tone::Plain,
            p { {language.say("benchmark-no-models")} }
            Button {
                glyph: Glyph::Models,
                label: language.say("to-models"),
                weight: Weight::Main,
                onclick: move |()| onact.call(Act::Models),
            }
        }
    }
}

#[component]
fn Pick(title: String, model: InstalledModel, choice: Choice, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let variant = model.variant.map(|variant| variant.to_string());
    let facts = variant.into_iter().chain([format::size(&language, model.bytes)]).collect::<Vec<_>>().join(" · ");
    let id = model.id.clone();
    let checked = choice.models.contains(&id);
    let toggle = move |_| {
        let mut choice = choice.clone();
        if !choice.models.remove(&id) {
            choice.models.insert(id.clone());
        }
        onact.call(Act::Choose(choice));
    };
    rsx! {
        label { class: "pick",
            input { r#type: "checkbox", checked, onchange: toggle }
            span { class: "pick-text",
                span { class: "pick-name", "{title}" }
                span { class: "note", "{facts}" }
            }
        }
    }
}

/// Every number that the machine has a core for, and the one in force if it is another.
fn thread_options(threads: Threads) -> Vec<(String, String)> {
    let mut numbers: Vec<usize> = (1..=threads.cores).collect();
    if !numbers.contains(&threads.in_force) {
        numbers.push(threads.in_force);
    }
    numbers.into_iter().map(|n| (n.to_string(), n.to_string())).collect()
}
