//! The first start: what will be fetched and how large, before it is.

use super::Act;
use crate::app::components::{Button, Message, Tone, Weight};
use crate::app::format;
use crate::app::icons::Glyph;
use crate::app::language::use_language;
use crate::app::models::{Offer, Purpose};
use dioxus::prelude::*;

/// Offers a model for each screen, each chosen until somebody says no. Nothing is fetched without the tap.
#[component]
pub fn Starter(offers: Vec<Offer>, free_bytes: Option<u64>, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let mut declined = use_signal(Vec::<Purpose>::new);
    let wanted: Vec<Offer> = offers.iter().filter(|o| !declined.read().contains(&o.purpose)).cloned().collect();
    let bytes: u64 = wanted.iter().map(|o| o.bytes).sum();
    let most: u64 = wanted.iter().map(|o| o.most_bytes).sum();
    let size = |bytes| format::size(&language, bytes);
    let label = language.say_with("starter-install", &[("n", wanted.len().into()), ("size", size(bytes).into())]);
    let mut toggle = move |purpose: Purpose| {
        let mut declined = declined.write();
        match declined.iter().position(|p| *p == purpose) {
            Some(at) => drop(declined.remove(at)),
            None => declined.push(purpose),
        }
    };
    let fitting = free_bytes.is_none_or(|free| most < free);
    rsx! {
        section { class: "card starter",
            h2 { {language.say("starter-title")} }
            p { {language.say("starter-why")} }
            for offer in offers {
                label { class: "pick", key: "{offer.id}",
                    input {
                        r#type: "checkbox",
                        checked: !declined.read().contains(&offer.purpose),
                        onchange: move |_| toggle(offer.purpose),
                    }
                    span { class: "pick-text",
                        span { class: "pick-name", {language.say(offer.purpose.title_key())} }
                        span { class: "note", "{offer.title}" }
                    }
                    span { class: "figure", {size(offer.bytes)} }
                }
            }
            if most > bytes {
                p { class: "note", {language.say_with("starter-most", &[("size", size(most).into())])} }
            }
            if !fitting {
                Message { tone: Tone::Warning,
                    p { {language.say_with("starter-no-room", &[("size", size(free_bytes.unwrap_or(0)).into())])} }
                }
            }
            p { class: "note", {language.say("starter-nothing-yet")} }
            if !wanted.is_empty() {
                Button {
                    glyph: Glyph::Download,
                    label,
                    weight: Weight::Main,
                    onclick: move |()| for offer in &wanted {
                        onact.call(Act::Fetch { id: offer.id.clone(), instead: offer.instead.clone() });
                    },
                }
            }
        }
    }
}
