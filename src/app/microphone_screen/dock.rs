//! What is under the thumb on the microphone screen: the round button, the level, a way in for files and a way out.

use super::state::{Sight, Stage};
use super::{Act, words};
use crate::app::arrivals::MICROPHONE_FILE;
use crate::app::components::{Button, FilePick};
use crate::app::icons::{Glyph, Icon};
use crate::app::language::use_language;
use crate::app::microphone::{Meter, MicrophoneState, ModelState, Words};
use dioxus::prelude::*;

/// All of it; nothing where there is no model.
#[component]
pub fn Dock(sight: Sight, meter: Signal<Meter>, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let ready = matches!(sight.model, ModelState::Ready(_));
    let listening = matches!(sight.stage, Stage::Listening(..));
    // A microphone that is gone is waited for: nothing is recorded, and the button does not look as if.
    let recording = listening && !matches!(sight.stage, Stage::Listening(_, MicrophoneState::Trouble(_)));
    let nothing_to_stop = listening && !recording && sight.words == Words::default();
    let running = sight.stage.running().is_some();
    if !ready && !running {
        return rsx! {};
    }
    let label = language.say(words::button_key(&sight));
    let waits = running && !listening;
    let class = if recording { "mic-button mic-button-on" } else { "mic-button" };
    rsx! {
        section { class: if running { "mic-dock" } else { "mic-dock mic-dock-idle" }, aria_label: language.say("mic-dock"),
            if recording {
                Level { meter }
            }
            div { class: "mic-keys",
                div { class: "mic-side",
                    if !running {
                        FilePick {
                            id: MICROPHONE_FILE,
                            glyph: Glyph::Document,
                            label: language.say("mic-pick"),
                            accept: "audio/*,.wav,.flac,.mp3,.ogg,.oga",
                            onpick: move |picked| onact.call(Act::Pick(picked)),
                        }
                    }
                }
                // One and the same button, so that the focus stays.
                if !nothing_to_stop {
                    button {
                        id: "mic-button",
                        class,
                        r#type: "button",
                        aria_label: label.clone(),
                        aria_disabled: if waits { "true" },
                        onclick: move |_| {
                            if !waits {
                                onact.call(if listening { Act::Stop } else { Act::Start });
                            }
                        },
                        if recording {
                            Ring { meter }
                        }
                        Icon { glyph: if listening { Glyph::Stop } else { Glyph::Microphone } }
                    }
                }
                div { class: "mic-side",
                    if running {
                        Button { glyph: Glyph::Cross, label: language.say("cancel"), onclick: move |()| onact.call(Act::Cancel) }
                    }
                }
            }
            if !nothing_to_stop {
                p { class: "mic-caption", aria_hidden: "true", "{label}" }
            }
        }
    }
}

/// How loud it is and for how long, in figures.
#[component]
fn Level(meter: Signal<Meter>) -> Element {
    let language = use_language();
    let Meter { lit_frac, elapsed_s } = meter();
    rsx! {
        div { class: "mic-level",
            div {
                class: "mic-meter",
                role: "meter",
                aria_label: language.say("mic-level"),
                aria_valuemin: "0",
                aria_valuemax: "100",
                aria_valuenow: "{lit_frac * 100.0:.0}",
                div { class: "mic-meter-lit", style: "transform: scaleX({lit_frac:.3})" }
            }
            span { class: "figure", role: "timer", aria_label: language.say("mic-elapsed"), {words::clock(elapsed_s)} }
        }
    }
}

/// The same around the button, for the eye.
#[component]
fn Ring(meter: Signal<Meter>) -> Element {
    let size = 1.0 + 0.35 * meter().lit_frac;
    rsx! { span { class: "mic-ring", aria_hidden: "true", style: "transform: scale({size:.3})" } }
}
