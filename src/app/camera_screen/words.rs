//! What the camera screen says, from its state alone.

use super::{Named, Notice};
use crate::app::camera::{Doing, PaceNews};
use crate::app::language::Language;
use crate::app::pace::paused_key;
use crate::scheduler::Reason;
use crate::sensors::camera::CameraError;

/// A result is worth its age from here on.
const OLD_MS: u64 = 1500;

/// The label's name in the person's language.
pub fn name(language: &Language, label: &Named) -> String {
    if language.tag == "ko" { label.korean.clone() } else { label.english.clone() }
}

/// Never 100: no model is that sure.
pub fn percent(label: &Named) -> u32 {
    ((label.probability * 100.0).round() as u32).min(99)
}

/// `analog clock, 73 percent`: to be said aloud.
pub fn label(language: &Language, label: &Named) -> String {
    let name = name(language, label);
    language.say_with("camera-label-said", &[("name", name.into()), ("percent", percent(label).into())])
}

/// `analog clock 73%, wall clock 20%`: to be given to others.
pub fn result(language: &Language, labels: &[Named]) -> String {
    let one = |label: &Named| {
        let share = language.say_with("percent", &[("n", percent(label).into())]);
        format!("{} {share}", name(language, label))
    };
    labels.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What a person should know about what they just did.
pub fn notice(language: &Language, notice: &Notice) -> String {
    match notice {
        Notice::Copied(text) => language.say_with("camera-copied", &[("text", text.clone().into())]),
        Notice::CannotCopy => language.say("camera-cannot-copy"),
        Notice::NoDialog => language.say("no-file-dialog"),
        Notice::BadPicture { name, .. } => language.say_with("camera-bad-picture", &[("name", name.clone().into())]),
    }
}

/// How fast, and why no faster.
pub fn pace(language: &Language, pace: &PaceNews, latency_ms: Option<f64>) -> String {
    let mut parts = vec![match pace.doing {
        // What was seen when the camera was last open says nothing of now.
        Doing::Waiting => return language.say("camera-pace-waiting"),
        Doing::Still => language.say("camera-pace-still"),
        Doing::Paused(reason) => language.say(paused_key(reason)),
        Doing::Running(reason) => {
            let rate = rate(language, pace.every_ms.unwrap_or_default());
            match running_key(reason) {
                Some(key) => language.say_with(key, &[("rate", rate.into())]),
                None => rate,
            }
        }
    }];
    let age_ms = pace.age_ms.filter(|age_ms| *age_ms >= OLD_MS);
    if let Some(age_ms) = age_ms {
        parts.push(language.say_with("camera-pace-age", &[("n", (age_ms as f64 / 1000.0).round().into())]));
    } else if let Some(latency_ms) = latency_ms {
        parts.push(language.say_with("camera-pace-latency", &[("ms", latency_ms.round().into())]));
    }
    parts.join(" · ")
}

/// `4 per second`, or where it is slower than one, `every 5 seconds`.
fn rate(language: &Language, every_ms: u64) -> String {
    let every_s = every_ms.max(1) as f64 / 1000.0;
    if every_s > 1.2 {
        language.say_with("camera-pace-every", &[("n", every_s.round().max(2.0).into())])
    } else {
        language.say_with("camera-pace-rate", &[("n", (1.0 / every_s).round().into())])
    }
}

/// What holds the pace down, if a person may want to know.
fn running_key(reason: Reason) -> Option<&'static str> {
    match reason {
        Reason::Interval | Reason::Busy | Reason::Still | Reason::Hidden | Reason::Critical => None,
        Reason::Duty => Some("camera-pace-duty"),
        Reason::Warm => Some("camera-pace-warm"),
        Reason::Hot => Some("camera-pace-hot"),
        Reason::HeatUnknown => Some("camera-pace-heat-unknown"),
        Reason::LowBattery => Some("camera-pace-low-battery"),
        Reason::LowPowerMode => Some("camera-pace-low-power-mode"),
        Reason::BatteryUnknown => Some("camera-pace-battery-unknown"),
    }
}

/// What is wrong with the camera, and what to do.
pub fn trouble_key(error: &CameraError) -> &'static str {
    match error {
        CameraError::NoDevice => "camera-no-device",
        CameraError::Denied => "camera-denied",
        CameraError::DeniedForGood => "camera-denied-for-good",
        CameraError::Busy { .. } => "camera-busy",
        CameraError::Unplugged { .. } => "camera-unplugged",
        CameraError::Unreadable { .. } => "camera-unreadable",
        CameraError::Timeout { .. } | CameraError::NoPage | CameraError::Failed { .. } => "camera-failed",
    }
}
