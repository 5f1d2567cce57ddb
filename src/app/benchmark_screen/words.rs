//! How the screen says what was measured.

use crate::app::benchmark::{Caveat, Change, Comparison, Input, Length, Phase, Problem, Reading, Record, Status, Why};
use crate::app::context::model_title;
use crate::app::format;
use crate::app::language::Language;
use crate::app::units::unit_key;
use crate::inference::Unit;

/// `Quick`, `5 min`.
pub(super) fn length(language: &Language, length: Length) -> String {
    match length {
        Length::Quick => language.say("benchmark-quick"),
        Length::Sustained { minutes } => language.say_with("benchmark-minutes", &[("n", minutes.into())]),
    }
}

/// What one run was given.
pub(super) fn input(language: &Language, input: Input) -> String {
    match input {
        Input::Frame { width, height } => {
            language.say_with("benchmark-input-frame", &[("width", width.into()), ("height", height.into())])
        }
        Input::Sound { seconds } => language.say_with("benchmark-input-sound", &[("seconds", seconds.into())]),
        Input::Text { tokens } => language.say_with("benchmark-input-text", &[("n", tokens.into())]),
    }
}

/// `cool`, `hot`, or that nobody knows; with the headroom where there is one.
pub(super) fn heat(language: &Language, reading: Option<&Reading>) -> String {
    let word = language.say(heat_key(reading.and_then(Reading::warmth)));
    match reading.and_then(|r| r.headroom_frac) {
        Some(headroom) => format!("{word}, {}", percent(language, headroom)),
        None => word,
    }
}

/// `40%` of the way to where the system slows down hard.
pub(super) fn percent(language: &Language, share: f32) -> String {
    language.say_with("percent", &[("n", (share * 100.0).round().into())])
}

fn heat_key(status: Option<Status>) -> &'static str {
    match status {
        None => "benchmark-heat-unknown",
        Some(Status::Cool) => "benchmark-heat-cool",
        Some(Status::Warm) => "benchmark-heat-warm",
        Some(Status::Hot) => "benchmark-heat-hot",
        Some(Status::VeryHot) => "benchmark-heat-very-hot",
    }
}

pub(super) fn phase_key(phase: Phase) -> &'static str {
    match phase {
        Phase::Loading => "benchmark-loading",
        Phase::WarmingUp => "benchmark-warming-up",
        Phase::Counting => "benchmark-counting",
        Phase::LoadingAgain => "benchmark-loading-again",
    }
}

pub(super) fn why_key(why: Why) -> &'static str {
    match why {
        Why::Rest => "benchmark-rest-rest",
        Why::Warm => "benchmark-rest-warm",
        Why::Blind => "benchmark-rest-blind",
    }
}

/// Why a measurement is not valid.
pub(super) fn problem(language: &Language, problem: Problem) -> String {
    let (key, n) = match problem {
        Problem::Hot => return language.say("benchmark-problem-hot"),
        Problem::LowPowerMode => return language.say("benchmark-problem-low-power-mode"),
        Problem::TooFewRuns { runs } => ("benchmark-problem-too-few-runs", runs as u32),
        Problem::LowBattery { percent } => ("benchmark-problem-low-battery", percent),
        Problem::Spread { percent } => ("benchmark-problem-spread", percent),
        Problem::Slower { percent } => ("benchmark-problem-slower", percent),
        Problem::Faster { percent } => ("benchmark-problem-faster", percent),
        Problem::Busy { percent } => ("benchmark-problem-busy", percent),
        Problem::Starved { percent } => ("benchmark-problem-starved", percent),
    };
    language.say_with(key, &[("n", n.into())])
}

pub(super) fn caveat_key(caveat: Caveat) -> &'static str {
    match caveat {
        Caveat::HeatUnknown => "benchmark-caveat-heat-unknown",
        Caveat::OnBattery => "benchmark-caveat-on-battery",
        Caveat::RestSkipped => "benchmark-caveat-rest-skipped",
        Caveat::DebugBuild => "benchmark-caveat-debug-build",
    }
}

pub(super) fn valid_key(record: &Record) -> &'static str {
    if record.verdict.is_valid() { "benchmark-valid" } else { "benchmark-invalid" }
}

/// How it stands against the baseline, and what makes that doubtful.
pub(super) fn comparison(language: &Language, comparison: &Comparison) -> Vec<String> {
    let time = format::duration_ms(language, comparison.baseline_ms);
    let changed = |key, n: u32| language.say_with(key, &[("n", n.into()), ("time", time.clone().into())]);
    let first = match comparison.change {
        Change::Same => language.say_with("benchmark-baseline-same", &[("time", time.clone().into())]),
        Change::Faster(percent) => changed("benchmark-baseline-faster", percent),
        Change::Slower(percent) => changed("benchmark-baseline-slower", percent),
    };
    let threads = comparison.other_threads.map(|n| language.say_with("benchmark-baseline-threads", &[("n", n.into())]));
    let other = comparison.other_device_or_build.then(|| language.say("benchmark-baseline-other"));
    let doubtful = comparison.doubtful.then(|| language.say("benchmark-baseline-doubtful"));
    [Some(first), threads, other, doubtful].into_iter().flatten().collect()
}

/// One result in a sentence: for who does not look, and for other apps.
pub(super) fn in_a_sentence(language: &Language, record: &Record) -> String {
    let variables = [
        ("model", model_title(language, &record.model).into()),
        ("variant", record.variant.clone().into()),
        ("threads", record.threads.into()),
        ("time", format::duration_ms(language, record.run_ms.p50).into()),
        ("valid", language.say(valid_key(record)).into()),
        ("unit", language.say(unit_key(record.unit)).into()),
    ];
    match record.unit {
        Unit::Cpu => language.say_with("benchmark-share-line", &variables),
        Unit::Accelerate | Unit::Metal => language.say_with("benchmark-share-line-unit", &variables),
    }
}

/// All results in a few lines.
pub(super) fn summary(language: &Language, records: &[Record]) -> String {
    let about = records.first().map(|record| {
        let device = record.device.cpu.clone().unwrap_or_else(|| record.device.os.clone());
        let variables = [("version", record.build.version.clone().into()), ("device", device.into())];
        language.say_with("benchmark-share-device", &variables)
    });
    about.into_iter().chain(records.iter().map(|r| in_a_sentence(language, r))).collect::<Vec<_>>().join("\n")
}
