//! What the microphone screen says, from its state alone.

use super::Sight;
use super::languages;
use super::state::{Notice, Stage};
use crate::app::language::Language;
use crate::app::microphone::{MicrophoneState, Take};
use crate::app::takes;
use crate::scheduler::Reason;
use crate::sensors::microphone::MicrophoneError;

/// `1:07`, `1:02:09`.
pub fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// A length to be read out: `1 minute 7 seconds` is too long for a list, and `1:07` is read as a time of day.
pub fn length(language: &Language, seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match seconds {
        0..60 => language.say_with("mic-seconds", &[("n", seconds.max(1).into())]),
        _ => language.say_with("mic-minutes", &[("clock", clock(seconds).into())]),
    }
}

/// The language, the length, the speed.
pub fn facts(language: &Language, take: &Take) -> String {
    let spoken = take.language.as_deref().map(|code| languages::name(language, code));
    let spoken = spoken.map(|name| match take.translated {
        true => language.say_with("mic-translated-from", &[("language", name.into())]),
        false => name,
    });
    let parts = [take.file.clone(), spoken, Some(length(language, take.audio_s)), speed(language, take)];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn speed(language: &Language, take: &Take) -> Option<String> {
    let speed = take.speed()?;
    let speed = if speed < 10.0 { (speed * 10.0).round() / 10.0 } else { speed.round() };
    Some(language.say_with("mic-speed", &[("n", speed.max(0.1).into())]))
}

/// `5 minutes ago`.
pub fn ago(language: &Language, began_ms: u64, now_ms: u64) -> String {
    let minutes = now_ms.saturating_sub(began_ms) / 60_000;
    let (key, n) = match minutes {
        0 => return language.say("mic-just-now"),
        1..60 => ("mic-minutes-ago", minutes),
        60..1440 => ("mic-hours-ago", minutes / 60),
        _ => ("mic-days-ago", minutes / 1440),
    };
    language.say_with(key, &[("n", n.into())])
}

/// Under the round button.
pub fn button_key(sight: &Sight) -> &'static str {
    match &sight.stage {
        Stage::Listening(_, MicrophoneState::Opening) => "mic-opening",
        Stage::Listening(..) => "mic-stop",
        Stage::Finishing(..) | Stage::Reading(..) => "mic-writing",
        _ => "mic-start",
    }
}

/// What is wrong with the microphone, and what to do.
pub fn trouble_key(error: &MicrophoneError) -> &'static str {
    match error {
        MicrophoneError::NoDevice => "mic-no-device",
        MicrophoneError::Denied => "mic-denied",
        MicrophoneError::DeniedForGood => "mic-denied-for-good",
        MicrophoneError::Busy => "mic-busy",
        MicrophoneError::Unplugged => "mic-unplugged",
        MicrophoneError::Unreadable { .. } => "mic-unreadable",
    }
}

/// Why no words come just now.
pub fn paused_key(reason: Reason, reading: bool) -> &'static str {
    match (reason, reading) {
        (Reason::Warm, true) => "mic-file-warm",
        (_, true) => "mic-file-hot",
        (Reason::Critical, false) => "mic-paused-critical",
        (Reason::LowBattery, false) => "mic-paused-battery",
        (_, false) => "mic-paused-hot",
    }
}

/// What a person should know about what they just did.
pub fn notice(language: &Language, notice: &Notice) -> String {
    match notice {
        Notice::Copied => language.say("mic-copied"),
        Notice::CannotCopy => language.say("mic-cannot-copy"),
        Notice::Saved(path) => language.say_with("mic-saved", &[("path", path.clone().into())]),
        Notice::NotSaved(_) => language.say("mic-not-saved"),
        Notice::NoDialog => language.say("no-file-dialog"),
        Notice::NoFolder => language.say("mic-no-folder"),
    }
}

/// What is wrong with the file of the takes.
pub fn history_key(notice: &takes::Notice) -> &'static str {
    match notice {
        takes::Notice::Damaged(_) => "mic-history-damaged",
        takes::Notice::Unreadable(_) => "mic-history-unreadable",
        takes::Notice::NotSaved(_) => "mic-history-not-saved",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        let english = Language::of_tag("en");
        let korean = Language::of_tag("ko");
        assert_eq!([0, 7, 67, 3729].map(clock), ["0:00", "0:07", "1:07", "1:02:09"]);
        assert_eq!(
            [0.2, 1.0, 42.4, 67.0].map(|s| length(&english, s)),
            ["1 second", "1 second", "42 seconds", "1:07 minutes"]
        );
        let before = |minutes: u64| ago(&english, 1_000_000_000, 1_000_000_000 + minutes * 60_000);
        assert_eq!(
            [0, 1, 59, 60, 1439, 1440, 4000].map(before),
            ["just now", "1 minute ago", "59 minutes ago", "1 hour ago", "23 hours ago", "1 day ago", "2 days ago"]
        );
        assert_eq!(ago(&korean, 0, 300_000), "5분 전");
        assert_eq!(ago(&english, 9, 0), "just now", "the clock was set back");
    }
}
