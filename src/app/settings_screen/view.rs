//! The controls, from the settings alone.

use super::unit::UnitView;
use crate::app::components::{Message, Picker, Segments, Tone};
use crate::app::context::{model_label, model_title};
use crate::app::language::{Language, use_language};
use crate::app::models::{InstalledModel, Purpose, chosen as chosen_model};
use crate::app::settings::{Change, INTERVALS_MS, LanguageChoice, ModelChoice, Protection, Settings, Theme};
use crate::app::threads::Threads;
use crate::inference::{Fallback, Lack, Unit, Variant};
use dioxus::prelude::*;

/// The value of a choice that leaves it to the app.
const AUTOMATIC: &str = "";

#[component]
pub fn SettingsView(
    settings: Settings,
    installed: Vec<InstalledModel>,
    threads: Threads,
    /// Each unit, and why it cannot be had here; empty while that is not known.
    units: Vec<(Unit, Option<Lack>)>,
    /// Models that are not on the unit that was chosen.
    fallbacks: Vec<(Purpose, Fallback)>,
    onchange: EventHandler<Change>,
) -> Element {
    let language = use_language();
    let say = |key: &str| language.say(key);
    rsx! {
        section { class: "card",
            h2 { {say("settings-look")} }
            Segments {
                group: "language",
                name: say("settings-language"),
                options: vec![
                    (LanguageChoice::System, say("settings-as-system")),
                    // Each in its own words: whoever is lost in the other finds the way back.
                    (LanguageChoice::English, "English".to_string()),
                    (LanguageChoice::Korean, "한국어".to_string()),
                ],
                chosen: settings.language,
                onchoose: move |choice| onchange.call(Change::Language(choice)),
            }
            Segments {
                group: "theme",
                name: say("settings-theme"),
                options: vec![
                    (Theme::System, say("settings-as-system")),
                    (Theme::Light, say("settings-theme-light")),
                    (Theme::Dark, say("settings-theme-dark")),
                ],
                chosen: settings.theme,
                onchoose: move |theme| onchange.call(Change::Theme(theme)),
            }
        }
        section { class: "card",
            h2 { {say("settings-pace")} }
            Interval { interval_ms: settings.pace.interval_ms, onchange }
            Segments {
                group: "protection",
                name: say("settings-protection"),
                options: vec![
                    (Protection::Light, say("settings-protection-light")),
                    (Protection::Balanced, say("settings-protection-balanced")),
                    (Protection::Strong, say("settings-protection-strong")),
                ],
                chosen: settings.pace.protection,
                onchoose: move |protection| onchange.call(Change::Protection(protection)),
            }
            p { class: "note", {say("settings-protection-help")} }
        }
        section { class: "card",
            h2 { {say("settings-models")} }
            for purpose in Purpose::ALL {
                ModelPicker { key: "{purpose:?}", purpose, settings: settings.clone(), installed: installed.clone(), onchange }
            }
        }
        section { class: "card",
            h2 { {say("settings-compute")} }
            UnitView { choice: settings.compute.unit.clone(), units, fallbacks, onchange }
            Picker {
                id: "threads",
                name: say("settings-threads"),
                options: thread_options(&language, threads),
                chosen: settings.compute.threads.map_or(AUTOMATIC.into(), |n| n.to_string()),
                onchoose: move |value: String| onchange.call(Change::Threads(value.parse().ok())),
            }
            if threads.wanted(&settings) != threads.in_force {
                Message { tone: Tone::Plain,
                    p { {language.say_with("settings-threads-restart", &[("n", threads.in_force.into())])} }
                }
            }
        }
    }
}

fn thread_options(language: &Language, threads: Threads) -> Vec<(String, String)> {
    let automatic = threads.wanted(&Settings::default());
    let label = language.say_with("settings-threads-automatic", &[("n", automatic.into())]);
    let numbers = (1..=threads.cores).map(|n| (n.to_string(), n.to_string()));
    std::iter::once((AUTOMATIC.to_string(), label)).chain(numbers).collect()
}

/// The slider over the intervals; what it says is the setting, which may lie between its steps.
#[component]
fn Interval(interval_ms: u32, onchange: EventHandler<Change>) -> Element {
    let language = use_language();
    let step = INTERVALS_MS.iter().rposition(|ms| *ms <= interval_ms).unwrap_or(0);
    let said = language.say_with("settings-interval-value", &[("ms", interval_ms.into())]);
    let chosen = move |event: Event<FormData>| {
        let at = event.value().parse::<usize>().ok();
        if let Some(ms) = at.and_then(|at| INTERVALS_MS.get(at)) {
            onchange.call(Change::Interval(*ms));
        }
    };
    rsx! {
        div { class: "field field-tall",
            label { r#for: "interval", {language.say("settings-interval")} }
            span { class: "field-value", aria_hidden: "true", "{said}" }
            input {
                id: "interval",
                r#type: "range",
                min: "0",
                max: INTERVALS_MS.len() as i64 - 1,
                step: "1",
                // Where the thumb is put once; after that it is where the finger is.
                initial_value: "{step}",
                aria_valuetext: said.clone(),
                style: "--filled: {100.0 * step as f32 / (INTERVALS_MS.len() - 1) as f32}%",
                oninput: chosen,
            }
        }
        p { class: "note", {language.say("settings-interval-help")} }
    }
}

/// Which model a screen uses, of those that are installed.
#[component]
fn ModelPicker(
    purpose: Purpose,
    settings: Settings,
    installed: Vec<InstalledModel>,
    onchange: EventHandler<Change>,
) -> Element {
    let language = use_language();
    let fitting: Vec<_> = installed.into_iter().filter(|m| m.is_usable() && m.purpose == Some(purpose)).collect();
    let name = language.say(purpose.title_key());
    if fitting.is_empty() {
        return rsx! {
            div { class: "field",
                span { class: "field-name", "{name}" }
                span { class: "field-value", {language.say("settings-no-model")} }
            }
        };
    }
    let taken = chosen_model(&fitting, purpose, None).map_or(String::new(), |m| model_title(&language, &m.id));
    let automatic = (AUTOMATIC.to_string(), language.say_with("settings-automatic", &[("model", taken.into())]));
    let choice = settings.models.of(purpose);
    let choices: Vec<_> = fitting.iter().flat_map(|model| choices_of(&language, model, choice)).collect();
    let models = choices.iter().map(|(value, label, _)| (value.clone(), label.clone()));
    // A choice that is no longer installed is shown as automatic: that is what it comes to.
    let model = fitting.iter().find(|model| choice.is_some_and(|choice| choice.id == model.id));
    let chosen = model.map_or(AUTOMATIC.into(), |model| value(model, model.is_chosen_in_bytes(choice)));
    let choose = {
        let choices = choices.clone();
        move |value: String| {
            let choice = choices.iter().find(|(known, ..)| *known == value).map(|(.., choice)| choice.clone());
            onchange.call(Change::Model(purpose, choice));
        }
    };
    rsx! {
        Picker {
            id: "model-{purpose:?}",
            name,
            options: std::iter::once(automatic).chain(models).collect::<Vec<_>>(),
            chosen,
            wide: true,
            onchoose: choose,
        }
    }
}

/// A choice in the list: its value in the page, its label, and what is set.
type Listed = (String, String, ModelChoice);

/// The model as it is on the disk; and in bytes, where these lie there too, or were chosen where models stand side by side.
fn choices_of(language: &Language, model: &InstalledModel, choice: Option<&ModelChoice>) -> Vec<Listed> {
    let id = || model.id.clone();
    let stored = ModelChoice { id: id(), variant: model.variant };
    let mut listed = vec![(value(model, false), model_label(language, model), stored)];
    if model.bytes_beside.is_some() || model.is_chosen_in_bytes(choice) {
        let label = format!("{} · {}", model_title(language, &model.id), Variant::Int8);
        listed.push((value(model, true), label, ModelChoice { id: id(), variant: Some(Variant::Int8) }));
    }
    listed
}

/// No id of a model has a colon.
fn value(model: &InstalledModel, in_bytes: bool) -> String {
    if in_bytes { format!("{}:{}", model.id, Variant::Int8) } else { model.id.clone() }
}
