//! What computes texts and speech: a choice where there is one, and why what was chosen is not used.

use crate::app::components::{Message, Segments, Tone};
use crate::app::language::use_language;
use crate::app::models::Purpose;
use crate::app::settings::{Change, UnitChoice};
use crate::app::units::{FallbackNote, unit_key};
use crate::inference::{Fallback, Lack, Unit};
use dioxus::prelude::*;

/// `units` is each unit with why it cannot be had here, `fallbacks` the models that are not on the one that was chosen.
#[component]
pub fn UnitView(
    choice: UnitChoice,
    units: Vec<(Unit, Option<Lack>)>,
    fallbacks: Vec<(Purpose, Fallback)>,
    onchange: EventHandler<Change>,
) -> Element {
    let language = use_language();
    let say = |key: &str| language.say(key);
    let offered: Vec<Unit> = units.iter().filter(|(_, lack)| lack.is_none()).map(|(unit, _)| *unit).collect();
    let asked = choice.unit();
    // A choice that cannot be had is shown as what it comes to.
    let in_force = if offered.contains(&asked) { asked } else { Unit::Cpu };
    let lack = units.into_iter().find(|(unit, _)| *unit == asked).and_then(|(_, lack)| lack);
    let refused = fallbacks.into_iter().filter(|(_, fallback)| lack.is_none() && fallback.asked == asked);
    rsx! {
        if offered.len() > 1 {
            Segments {
                group: "unit",
                name: say("settings-unit"),
                options: offered.iter().map(|unit| (*unit, say(unit_key(*unit)))).collect::<Vec<_>>(),
                chosen: in_force,
                onchoose: move |unit| onchange.call(Change::Unit(unit)),
            }
            p { class: "note", {say("settings-unit-help")} }
        } else {
            div { class: "field",
                span { class: "field-name", {say("settings-unit")} }
                span { class: "field-value", {say(unit_key(in_force))} }
            }
        }
        if let UnitChoice::Other(name) = choice {
            Message { tone: Tone::Warning,
                p { {language.say_with("unit-unknown", &[("name", name.into())])} }
            }
        }
        if let Some(why) = lack.clone() {
            FallbackNote { fallback: Fallback { asked, why }, model: "" }
        }
        for (purpose, fallback) in refused {
            FallbackNote { key: "{purpose:?}", fallback, model: say(purpose.title_key()) }
        }
    }
}
