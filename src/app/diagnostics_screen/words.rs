//! How the screen says what is known, and that something is not.

use crate::app::benchmark::Status;
use crate::app::format;
use crate::app::language::Language;
use crate::app::units::unit_key;
use crate::profile::diagnostics::{Level, Model};
use crate::sensors::power::ThermalStatus;

/// What is known, or that it is not.
pub fn or_unknown(language: &Language, known: Option<impl ToString>) -> String {
    known.map_or_else(|| language.say("diagnostics-unknown"), |known| known.to_string())
}

/// `123 MB`.
pub fn bytes(language: &Language, bytes: Option<u64>) -> String {
    or_unknown(language, bytes.map(|bytes| format::size(language, bytes)))
}

/// `72%`.
pub fn share(language: &Language, share: Option<f32>) -> String {
    let percent = |share: f32| language.say_with("percent", &[("n", (share * 100.0).round().into())]);
    or_unknown(language, share.map(percent))
}

/// `warm (light)`: the person's word, and the system's.
pub fn heat(language: &Language, status: Option<ThermalStatus>) -> String {
    let Some(status) = status else { return language.say("diagnostics-unknown") };
    let word = language.say(heat_key(status.into()));
    let system = match status {
        ThermalStatus::None => "none",
        ThermalStatus::Light => "light",
        ThermalStatus::Moderate => "moderate",
        ThermalStatus::Severe => "severe",
        ThermalStatus::Critical => "critical",
    };
    format!("{word} ({system})")
}

fn heat_key(status: Status) -> &'static str {
    match status {
        Status::Cool => "benchmark-heat-cool",
        Status::Warm => "benchmark-heat-warm",
        Status::Hot => "benchmark-heat-hot",
        Status::VeryHot => "benchmark-heat-very-hot",
    }
}

/// Of two messages the one that holds, or that nobody knows.
pub fn either(language: &Language, holds: Option<bool>, keys: [&str; 2]) -> String {
    let [yes, no] = keys;
    or_unknown(language, holds.map(|holds| language.say(if holds { yes } else { no })))
}

/// How careful it is set to be, by the word of the settings file.
pub fn protection(language: &Language, word: &str) -> String {
    match word {
        "light" => language.say("settings-protection-light"),
        "balanced" => language.say("settings-protection-balanced"),
        "strong" => language.say("settings-protection-strong"),
        _ => word.into(),
    }
}

/// What computes, by the word of the settings file.
pub fn unit(language: &Language, word: &str) -> String {
    word.parse().map_or_else(|_| word.into(), |unit| language.say(unit_key(unit)))
}

/// `4`, or `Automatic (4)`.
pub fn threads(language: &Language, set: Option<u16>, in_force: usize) -> String {
    match set {
        Some(set) if usize::from(set) == in_force => in_force.to_string(),
        Some(set) => language.say_with("diagnostics-threads-next", &[("n", in_force.into()), ("next", set.into())]),
        None => language.say_with("settings-threads-automatic", &[("n", in_force.into())]),
    }
}

/// `f32 · 10 MB`.
pub fn model(language: &Language, model: &Model) -> String {
    let variant = or_unknown(language, model.variant.as_ref());
    let size = format::size(language, model.bytes);
    let damage = (!model.usable).then(|| language.say("diagnostics-unusable"));
    [Some(variant), Some(size), damage].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// `From: hub: …`.
pub fn origin(language: &Language, model: &Model) -> String {
    language.say_with("diagnostics-origin", &[("origin", or_unknown(language, model.origin.as_ref()).into())])
}

/// `12.345 s`, of which a log has columns.
pub fn at(at_s: f64) -> String {
    format!("{at_s:.3}")
}

/// The word in a log, which is the same in every language.
pub fn level(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}
