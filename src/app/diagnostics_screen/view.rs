//! The sections of the screen, from what is known.

use super::export::Exported;
use super::log_view::LogView;
use super::words;
use crate::app::components::{Button, Message, Tone, Weight};
use crate::app::context::model_title;
use crate::app::format;
use crate::app::icons::Glyph;
use crate::app::language::use_language;
use crate::profile::Device;
use crate::profile::diagnostics::{Battery, Diagnostics, Heat, InForce, Memory, Model};
use crate::profile::measurement::{Build, Record};
use dioxus::prelude::*;

#[component]
pub fn DiagnosticsView(
    diagnostics: Diagnostics,
    first_line: u64,
    exported: Option<Exported>,
    onexport: EventHandler<()>,
) -> Element {
    let Diagnostics { build, device, heat, battery, memory, settings, models, measurements, log, .. } = diagnostics;
    rsx! {
        ExportView { exported, onexport }
        DeviceView { onhand: build, device: device.clone() }
        HeatView { heat, battery }
        MemoryView { memory, device_bytes: device.memory_bytes }
        SettingsInForceView { settings }
        ModelsView { models }
        MeasurementsView { measurements }
        LogView { first: first_line, lines: log }
    }
}

#[component]
fn ExportView(exported: Option<Exported>, onexport: EventHandler<()>) -> Element {
    let language = use_language();
    rsx! {
        section { class: "card export",
            p { {language.say("diagnostics-what")} }
            p { class: "note", {language.say("diagnostics-private")} }
            div { class: "actions",
                Button {
                    glyph: Glyph::Share,
                    label: language.say("diagnostics-export"),
                    weight: Weight::Main,
                    onclick: move |()| onexport.call(()),
                }
            }
            if let Some(said) = exported {
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

/// A section of names and what is known of each. Names are messages.
#[component]
fn Facts(title: &'static str, facts: Vec<(&'static str, String)>, #[props(default)] children: Element) -> Element {
    let language = use_language();
    rsx! {
        section { class: "card", aria_labelledby: title,
            h2 { id: title, {language.say(title)} }
            dl { class: "figures",
                for (name, fact) in facts {
                    div { key: "{name}",
                        dt { {language.say(name)} }
                        dd { class: "figure", "{fact}" }
                    }
                }
            }
            {children}
        }
    }
}

#[component]
fn DeviceView(onhand: Build, device: Device) -> Element {
    let language = use_language();
    let text = |known: &Option<String>| words::or_unknown(&language, known.as_ref());
    let version = [Some(onhand.version), Some(onhand.profile), onhand.commit].into_iter().flatten().collect::<Vec<_>>();
    let isas = (!device.isas.is_empty()).then(|| device.isas.join(", "));
    let facts = vec![
        ("diagnostics-version", version.join(" · ")),
        ("diagnostics-name", text(&device.name)),
        ("diagnostics-os", device.os.clone()),
        ("diagnostics-cpu", text(&device.cpu)),
        ("diagnostics-architecture", text(&device.architecture)),
        ("diagnostics-cores", words::or_unknown(&language, device.cores)),
        ("diagnostics-isa", text(&device.isa)),
        ("diagnostics-isas", text(&isas)),
    ];
    rsx! { Facts { title: "diagnostics-device", facts } }
}

#[component]
fn HeatView(heat: Heat, battery: Battery) -> Element {
    let language = use_language();
    let facts = vec![
        ("diagnostics-heat-now", words::heat(&language, heat.status)),
        ("diagnostics-headroom", words::share(&language, heat.headroom_frac)),
        (
            "diagnostics-supply",
            words::either(&language, battery.plugged, ["diagnostics-plugged", "diagnostics-on-battery"]),
        ),
        ("diagnostics-level", words::share(&language, battery.level_frac)),
        ("diagnostics-saving", words::either(&language, battery.low_power_mode, ["diagnostics-on", "diagnostics-off"])),
    ];
    rsx! {
        Facts { title: "diagnostics-heat", facts,
            p { class: "note",
                {language.say("diagnostics-told-by")}
                " "
                span { lang: "en", "{heat.told_by}" }
            }
        }
    }
}

#[component]
fn MemoryView(memory: Memory, device_bytes: Option<u64>) -> Element {
    let language = use_language();
    let facts = vec![
        ("diagnostics-memory-now", words::bytes(&language, memory.now_bytes)),
        ("diagnostics-memory-peak", words::bytes(&language, memory.peak_bytes)),
        ("diagnostics-memory-device", words::bytes(&language, device_bytes)),
    ];
    rsx! { Facts { title: "diagnostics-memory", facts } }
}

#[component]
fn SettingsInForceView(settings: InForce) -> Element {
    let language = use_language();
    let interval = language.say_with("settings-interval-value", &[("ms", settings.interval_ms.into())]);
    let facts = vec![
        ("settings-interval", interval),
        ("settings-protection", words::protection(&language, &settings.protection)),
        ("settings-threads", words::threads(&language, settings.threads, settings.threads_in_force)),
        ("settings-unit", words::unit(&language, &settings.unit)),
    ];
    rsx! { Facts { title: "diagnostics-settings", facts } }
}

#[component]
fn ModelsView(models: Vec<Model>) -> Element {
    let language = use_language();
    rsx! {
        section { class: "card", aria_labelledby: "diagnostics-models",
            h2 { id: "diagnostics-models", {language.say("diagnostics-models")} }
            if models.is_empty() {
                p { {language.say("settings-no-model")} }
            }
            ul { class: "facts",
                for model in models {
                    li { key: "{model.id}",
                        span { class: "facts-name", "{model.id}" }
                        span { class: "figure", {words::model(&language, &model)} }
                        span { class: "note", {words::origin(&language, &model)} }
                    }
                }
            }
        }
    }
}

#[component]
fn MeasurementsView(measurements: Vec<Record>) -> Element {
    let language = use_language();
    let threads = |n: usize| format!("{} {n}", language.say("settings-threads"));
    let valid =
        |record: &Record| language.say(if record.verdict.is_valid() { "benchmark-valid" } else { "benchmark-invalid" });
    rsx! {
        section { class: "card", aria_labelledby: "diagnostics-measurements",
            h2 { id: "diagnostics-measurements", {language.say("diagnostics-measurements")} }
            if measurements.is_empty() {
                p { {language.say("diagnostics-not-measured")} }
            }
            ul { class: "facts",
                for (at, record) in measurements.iter().enumerate() {
                    li { key: "{at}",
                        span { class: "facts-name", {model_title(&language, &record.model)} }
                        span { class: "figure",
                            {format!("{} · {}", format::duration_ms(&language, record.run_ms.p50), valid(record))}
                        }
                        span { class: "note", {format!("{} · {}", record.variant, threads(record.threads))} }
                    }
                }
            }
        }
    }
}
