//! How it goes: resting, or a model under measurement with its curves.

use super::chart::Chart;
use super::{Act, State, words};
use crate::app::benchmark::{Live, Phase, Reading, Waiting, Why};
use crate::app::components::{Button, Progress, Weight};
use crate::app::context::model_title;
use crate::app::format;
use crate::app::icons::Glyph;
use crate::app::language::{Language, use_language};
use dioxus::prelude::*;

#[component]
pub fn LiveView(state: State, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let resting = matches!(state, State::Waiting(_));
    rsx! {
        section { class: "card",
            match state {
                State::Waiting(waiting) => rsx! { WaitingView { waiting } },
                State::Measuring(live) => rsx! { MeasuringView { live: *live } },
                State::Starting | State::Choosing { .. } => rsx! {
                    p { {language.say("benchmark-starting")} }
                    Progress { name: language.say("benchmark-progress"), share: None }
                },
            }
            div { class: "actions",
                if resting {
                    Button {
                        glyph: Glyph::Play,
                        label: language.say("benchmark-skip"),
                        weight: Weight::Soft,
                        onclick: move |()| onact.call(Act::Skip),
                    }
                }
                Button { glyph: Glyph::Cross, label: language.say("cancel"), onclick: move |()| onact.call(Act::Cancel) }
            }
        }
    }
}

#[component]
fn WaitingView(waiting: Waiting) -> Element {
    let language = use_language();
    let heat = words::heat(&language, Some(&waiting.heat));
    let left = format::time_left(&language, waiting.left_s);
    let left = match waiting.why {
        // It may have cooled before.
        Why::Warm => language.say_with("benchmark-at-most", &[("left", left.into())]),
        Why::Rest | Why::Blind => left,
    };
    rsx! {
        h2 { {language.say_with("benchmark-resting", &[("model", model_title(&language, &waiting.model).into())])} }
        p { {language.say(words::why_key(waiting.why))} }
        p { class: "note figure", "{left}" }
        p { class: "note", {language.say_with("benchmark-heat-now", &[("word", heat.into())])} }
    }
}

#[component]
fn MeasuringView(live: Live) -> Element {
    let language = use_language();
    let (number, count) = live.number;
    let heat = words::heat(&language, live.heat.last());
    rsx! {
        div { class: "card-head",
            h2 { {model_title(&language, &live.model)} }
            if count > 1 {
                span { class: "note", {language.say_with("benchmark-number", &[("number", number.into()), ("count", count.into())])} }
            }
        }
        p { {language.say(words::phase_key(live.phase))} }
        Progress { name: language.say("benchmark-progress"), share: live.share }
        div { class: "fetching note figure",
            if live.phase == Phase::Counting {
                span { {language.say_with("benchmark-runs", &[("n", live.runs.into())])} }
            }
            if let Some(left_s) = live.left_s {
                span { {format::time_left(&language, left_s)} }
            }
        }
        TimeCurve { points: live.curve.clone(), total_s: live.total_s }
        p { class: "note", {language.say_with("benchmark-heat-now", &[("word", heat.into())])} }
        HeatCurve { heat: live.heat.clone(), total_s: live.total_s }
    }
}

/// The time of a run over the time of the measurement.
#[component]
pub fn TimeCurve(points: Vec<(f64, f64)>, total_s: f64) -> Element {
    let language = use_language();
    let (said, time) = (language.clone(), language.clone());
    rsx! {
        Chart {
            name: language.say("benchmark-time-curve"),
            points,
            total_s,
            value: move |ms| format::duration_ms(&said, ms),
            time: move |s| clock(&time, s),
        }
    }
}

/// How near the device came to slowing down, where it tells.
#[component]
pub fn HeatCurve(heat: Vec<Reading>, total_s: f64) -> Element {
    let language = use_language();
    let points: Vec<_> =
        heat.iter().filter_map(|reading| Some((reading.at_s, reading.headroom_frac?.max(0.0).into()))).collect();
    if points.is_empty() {
        return rsx! {};
    }
    let (said, time) = (language.clone(), language.clone());
    rsx! {
        Chart {
            name: language.say("benchmark-heat-curve"),
            points,
            total_s,
            value: move |share: f64| words::percent(&said, share as f32),
            time: move |s| clock(&time, s),
            limit: 1.0,
            limit_name: language.say("benchmark-heat-limit"),
        }
    }
}

/// A point on the axis of time: whole seconds, minutes from two on.
fn clock(language: &Language, seconds: f64) -> String {
    if seconds < 120.0 {
        language.say_with("time-s", &[("n", seconds.round().into())])
    } else {
        language.say_with("benchmark-minutes", &[("n", (seconds / 60.0).round().into())])
    }
}
