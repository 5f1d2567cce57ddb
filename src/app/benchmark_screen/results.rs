//! What came of it: figures, whether they can be believed, against the baseline and the article.

use super::export::Said;
use super::live::{HeatCurve, TimeCurve};
use super::{Act, Outcome, words};
use crate::app::benchmark::{Baselines, Curve, Length, Record, compare, reference};
use crate::app::components::{Button, Message, Tone, Weight};
use crate::app::context::model_title;
use crate::app::format;
use crate::app::icons::Glyph;
use crate::app::language::{Language, use_language};
use crate::app::units::{FallbackNote, unit_key};
use crate::inference::Unit;
use dioxus::prelude::*;
use std::rc::Rc;

#[component]
pub fn ResultsView(
    outcomes: Vec<Outcome>,
    baselines: Baselines,
    said: Option<Said>,
    onact: EventHandler<Act>,
) -> Element {
    let language = use_language();
    if outcomes.is_empty() {
        return rsx! {};
    }
    let measured = outcomes.iter().any(|outcome| matches!(outcome, Outcome::Measured(_)));
    rsx! {
        section { class: "group", aria_labelledby: "benchmark-results",
            h2 { id: "benchmark-results", {language.say("benchmark-results")} }
            div { class: "cards",
                for (at, outcome) in outcomes.into_iter().enumerate() {
                    match outcome {
                        Outcome::Measured(record) => rsx! {
                            ResultCard { key: "{at}", baseline: baselines.of(&record).cloned(), record, onact }
                        },
                        Outcome::Failed { model, why } => rsx! { FailedCard { key: "{at}", model, why } },
                    }
                }
            }
        }
        if measured {
            ExportView { said, onact }
        }
    }
}

#[component]
fn FailedCard(model: String, why: String) -> Element {
    let language = use_language();
    rsx! {
        article { class: "card",
            Message { tone: Tone::Warning,
                p { {language.say_with("benchmark-failed", &[("model", model_title(&language, &model).into())])} }
                p { class: "detail", lang: "en", "{why}" }
            }
        }
    }
}

#[component]
fn ResultCard(record: Rc<Record>, baseline: Option<Record>, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let heading = format!("result-{}", record.model);
    let keep = record.clone();
    let valid = record.verdict.is_valid();
    let badge = if valid { "badge" } else { "badge badge-warning" };
    // Other units than the processor have no use for the threads.
    let threads = (record.unit == Unit::Cpu).then(|| threads(&language, record.threads));
    let about: Vec<_> =
        [record.variant.clone(), words::length(&language, record.length)].into_iter().chain(threads).collect();
    rsx! {
        article { class: "card result", aria_labelledby: heading.clone(),
            div { class: "card-head",
                h3 { id: heading, {model_title(&language, &record.model)} }
                span { class: badge, {language.say(words::valid_key(&record))} }
            }
            p { class: "note", {about.join(" · ")} }
            p { class: "result-median",
                span { class: "result-figure figure", {format::duration_ms(&language, record.run_ms.p50)} }
                span { class: "note", {language.say("benchmark-median")} }
            }
            Doubts { record: record.clone() }
            if let Some(fallback) = record.fallback.clone() {
                FallbackNote { fallback, model: model_title(&language, &record.model) }
            }
            Figures { record: record.clone() }
            if record.length != Length::Quick {
                Curves { record: record.clone() }
            }
            p { class: "note", {words::input(&language, record.input)} }
            Article { model: record.model.clone(), median_ms: record.run_ms.p50 }
            if let Some(baseline) = baseline {
                div { class: "result-baseline",
                    h4 { {language.say("benchmark-baseline")} }
                    for line in words::comparison(&language, &compare(&record, &baseline)) {
                        p { "{line}" }
                    }
                }
            }
            div { class: "actions",
                Button {
                    glyph: Glyph::Check,
                    label: language.say("benchmark-baseline-keep"),
                    name: format!("{}: {}", language.say("benchmark-baseline-keep"), record.model),
                    onclick: move |()| onact.call(Act::Keep(keep.clone())),
                }
            }
        }
    }
}

fn threads(language: &Language, n: usize) -> String {
    format!("{} {n}", language.say("settings-threads"))
}

/// Why not to believe it, and what else should be known.
#[component]
fn Doubts(record: Rc<Record>) -> Element {
    let language = use_language();
    let verdict = &record.verdict;
    rsx! {
        if !verdict.is_valid() {
            Message { tone: Tone::Warning,
                p { {language.say("benchmark-why-not")} }
                ul { class: "reasons",
                    for problem in verdict.problems.iter() {
                        li { {words::problem(&language, *problem)} }
                    }
                }
            }
        }
        for caveat in verdict.caveats.iter() {
            p { class: "note", {language.say(words::caveat_key(*caveat))} }
        }
    }
}

#[component]
fn Figures(record: Rc<Record>) -> Element {
    let language = use_language();
    let ms = |ms: f64| format::duration_ms(&language, ms);
    let or = |text: Option<String>, key: &str| text.unwrap_or_else(|| language.say(key));
    let runs = language.say_with("benchmark-runs", &[("n", record.run_ms.n.into())]);
    let memory = record.peak_memory_bytes.map(|bytes| format::size(&language, bytes));
    let ends = [record.heat.first(), record.heat.last()].map(|reading| words::heat(&language, reading));
    let memory_key = if record.own_process { "benchmark-memory" } else { "benchmark-memory-app" };
    let rows = [
        ("settings-unit", language.say(unit_key(record.unit))),
        ("benchmark-p90", or(record.p90_ms().map(ms), "benchmark-too-few")),
        ("benchmark-p99", or(record.p99_ms().map(ms), "benchmark-too-few")),
        ("benchmark-counted", runs),
        ("benchmark-cpu", or(record.cpu_ms.map(|s| ms(s.p50)), "benchmark-not-told")),
        ("benchmark-first-load", ms(record.first_load_ms)),
        ("benchmark-later-load", or(record.later_load_ms.map(|s| ms(s.p50)), "benchmark-not-told")),
        (memory_key, or(memory, "benchmark-not-told")),
        ("benchmark-heat-between", ends.join(" → ")),
    ];
    rsx! {
        dl { class: "figures",
            for (key, value) in rows {
                div { key: "{key}",
                    dt { {language.say(key)} }
                    dd { class: "figure", "{value}" }
                }
            }
        }
    }
}

/// The curves of a long measurement.
#[component]
fn Curves(record: Rc<Record>) -> Element {
    let total_s = record.runs.last().map_or(0.0, |run| run.at_s);
    let mut curve = Curve::over(total_s);
    record.runs.iter().for_each(|run| curve.push(run.at_s, run.wall_ms));
    rsx! {
        TimeCurve { points: curve.points(), total_s }
        HeatCurve { heat: record.heat.clone(), total_s }
    }
}

/// This device beside two phones, where the article has the same network.
#[component]
fn Article(model: String, median_ms: f64) -> Element {
    let language = use_language();
    let Some(reference) = reference(&model) else { return rsx! {} };
    let network = language.say_with("benchmark-article-network", &[("network", reference.network.into())]);
    let columns = [
        ("benchmark-article-this", median_ms),
        ("benchmark-article-iphone", reference.iphone_14_pro_ms),
        ("benchmark-article-pixel", reference.pixel_7_ms),
    ];
    rsx! {
        table { class: "article",
            caption { {language.say("benchmark-article")} span { class: "note", "{network}" } }
            tbody {
                for (key, ms) in columns {
                    tr { key: "{key}",
                        th { scope: "row", {language.say(key)} }
                        td { class: "figure", {format::duration_ms(&language, ms)} }
                    }
                }
            }
        }
        p { class: "note", {language.say("benchmark-article-note")} }
    }
}

#[component]
fn ExportView(said: Option<Said>, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let button = |key: &str, glyph, weight, act: Act| {
        rsx! {
            Button { glyph, label: language.say(key), weight, onclick: move |()| onact.call(act.clone()) }
        }
    };
    rsx! {
        section { class: "card export",
            h2 { {language.say("benchmark-export")} }
            div { class: "actions",
                {button("benchmark-save-json", Glyph::Download, Weight::Soft, Act::Save("json"))}
                {button("benchmark-save-csv", Glyph::Download, Weight::Normal, Act::Save("csv"))}
                {button("benchmark-copy", Glyph::Copy, Weight::Normal, Act::Copy)}
                {button("benchmark-share", Glyph::Share, Weight::Normal, Act::Share)}
            }
            if let Some(said) = said {
                Message { tone: if said.good { Tone::Good } else { Tone::Warning },
                    p { "{said.sentence}" }
                    if let Some(detail) = said.detail {
                        p { class: "detail", "{detail}" }
                    }
                }
            }
        }
    }
}
