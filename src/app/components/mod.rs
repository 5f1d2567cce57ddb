//! The pieces that screens are made of. They know no screen and no setting.

mod pick;
mod to_settings;

pub use pick::{FilePick, Picked};
pub use to_settings::ToSettings;

use super::icons::{Glyph, Icon};
use dioxus::prelude::*;

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    Plain,
    /// It went well.
    Good,
    /// Something needs attention.
    Warning,
}

/// A message in a box, with an icon that tells its tone without colour.
#[component]
pub fn Message(tone: Tone, children: Element) -> Element {
    let (class, glyph) = match tone {
        Tone::Plain => ("plain", Glyph::Info),
        Tone::Good => ("good", Glyph::Check),
        Tone::Warning => ("warning", Glyph::Warning),
    };
    rsx! {
        div { class: "message message-{class}",
            Icon { glyph }
            div { class: "message-text", {children} }
        }
    }
}

/// How heavy a button is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// What most people want next.
    Main,
    /// The same where there are many of it.
    Soft,
    /// Anything else.
    Normal,
    /// What takes something away.
    Danger,
}

/// A button with an icon and a word. `name` says more than the word where there are several alike.
#[component]
pub fn Button(
    glyph: Glyph,
    label: String,
    #[props(default)] name: Option<String>,
    #[props(default = Weight::Normal)] weight: Weight,
    onclick: EventHandler<()>,
) -> Element {
    let class = match weight {
        Weight::Main => "button button-main",
        Weight::Soft => "button button-soft",
        Weight::Normal => "button",
        Weight::Danger => "button button-danger",
    };
    rsx! {
        button { class, r#type: "button", aria_label: name, onclick: move |_| onclick.call(()),
            Icon { glyph }
            span { "{label}" }
        }
    }
}

/// One of a few: radio buttons that look like one control. `group` is unique in the page.
#[component]
pub fn Segments<T: Clone + PartialEq + 'static>(
    group: String,
    name: String,
    options: Vec<(T, String)>,
    chosen: T,
    onchoose: EventHandler<T>,
) -> Element {
    rsx! {
        fieldset { class: "segments",
            legend { "{name}" }
            div { class: "segments-row",
                for (value, label) in options {
                    label { class: "segment",
                        input {
                            r#type: "radio",
                            name: "{group}",
                            checked: value == chosen,
                            onchange: move |_| onchoose.call(value.clone()),
                        }
                        span { "{label}" }
                    }
                }
            }
        }
    }
}

/// One of many, from the system's own list. `options` are value and label.
#[component]
pub fn Picker(
    id: String,
    name: String,
    options: Vec<(String, String)>,
    chosen: String,
    /// Whether its choices are long: it stands under its name then.
    #[props(default)]
    wide: bool,
    onchoose: EventHandler<String>,
) -> Element {
    rsx! {
        div { class: if wide { "field field-wide" } else { "field" },
            label { r#for: "{id}", "{name}" }
            select { id: "{id}", onchange: move |event| onchoose.call(event.value()),
                for (value, label) in options {
                    option { key: "{value}", value: "{value}", selected: value == chosen, "{label}" }
                }
            }
        }
    }
}

/// How far something is; without a share it is only under way.
#[component]
pub fn Progress(name: String, share: Option<f64>) -> Element {
    let percent = share.map(|s| format!("{:.0}", s * 100.0));
    let width = percent.as_ref().map(|p| format!("{p}%"));
    rsx! {
        div {
            class: if share.is_some() { "progress" } else { "progress progress-unknown" },
            role: "progressbar",
            aria_label: name,
            aria_valuemin: "0",
            aria_valuemax: "100",
            aria_valuenow: percent,
            div { class: "progress-fill", width }
        }
    }
}
