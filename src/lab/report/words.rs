//! How a table says what files hold. Texts in them are strangers': they lose what a terminal would obey, and are cut.

use crate::inference::Fallback;
use crate::profile::diagnostics::Level;
use crate::profile::measurement::{Caveat, Energy, Input, Length, Problem, Reading, Status, Verdict};

/// Longer names make a table nobody reads.
const MAX_CHARS: usize = 48;
/// From here on a line of the log counts as a warning.
pub const WARNS: Level = Level::Warn;
/// Stands behind a figure that cannot be relied on.
pub const DOUBTFUL: &str = "?";
/// The last second of the year 9999: later ones are no dates.
const LAST_UNIX_S: u64 = 253_402_300_799;

/// A text of a stranger's, on one line and short.
pub fn tidy(text: &str) -> String {
    let shown = text.chars().map(|c| if is_shown(c) { c } else { '\u{fffd}' });
    let cut: String = shown.clone().take(MAX_CHARS).collect();
    if shown.count() > MAX_CHARS { cut + "…" } else { cut }
}

/// Not what moves a cursor, changes colours, or turns the direction of a line.
fn is_shown(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// `3.21 ms`, `34.0 ms`, `1.20 s`.
pub fn ms(ms: f64) -> String {
    match ms {
        ms if !(0.0..1e9).contains(&ms) => "no time".into(),
        ms if ms < 10.0 => format!("{ms:.2} ms"),
        ms if ms < 1000.0 => format!("{ms:.1} ms"),
        ms => format!("{:.2} s", ms / 1e3),
    }
}

/// `123 MB`.
pub fn size(bytes: u64) -> String {
    match bytes {
        0..10_000_000_000 => format!("{} MB", bytes / 1_000_000),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

/// `0.71 ×`: less time than the first.
pub fn ratio(ratio: f64) -> String {
    match ratio {
        0.0..100.0 => format!("{ratio:.2} ×"),
        100.0..1e6 => format!("{ratio:.0} ×"),
        _ => "far more".into(),
    }
}

/// `2026-01-31 09:30`; `None` for what is no date.
pub fn date(unix_s: u64) -> Option<String> {
    if unix_s > LAST_UNIX_S {
        return None;
    }
    let (days, minutes) = (unix_s / 86_400, unix_s % 86_400 / 60);
    // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": civil_from_days, for days after 1970.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    Some(format!("{year}-{month:02}-{day:02} {:02}:{:02}", minutes / 60, minutes % 60))
}

/// `metal: this device has none`.
pub fn fallback(fallback: &Fallback) -> String {
    tidy(&format!("{}: {}", fallback.asked, fallback.why))
}

/// `a picture of 224×224`.
pub fn input(input: Input) -> String {
    match input {
        Input::Frame { width, height } => format!("a picture of {width}×{height}"),
        Input::Sound { seconds } => tidy(&format!("{seconds} s of sound")),
        Input::Text { tokens } => format!("{tokens} tokens"),
    }
}

/// `quick`, `10 min`.
pub fn length(length: Length) -> String {
    match length {
        Length::Quick => "quick".into(),
        Length::Sustained { minutes } => format!("{minutes} min"),
    }
}

/// For sorting: quick comes first.
pub fn minutes(length: Length) -> u32 {
    match length {
        Length::Quick => 0,
        Length::Sustained { minutes } => minutes,
    }
}

/// `warm 72 %`: the word, and how near severe throttling it is.
pub fn heat(reading: Option<&Reading>) -> String {
    let word = match reading.and_then(Reading::warmth) {
        None => "unknown",
        Some(Status::Cool) => "cool",
        Some(Status::Warm) => "warm",
        Some(Status::Hot) => "hot",
        Some(Status::VeryHot) => "very hot",
    };
    let battery = match reading.map(|r| r.energy) {
        Some(Energy::Battery { level_frac }) => format!(", battery {:.0} %", 100.0 * level_frac),
        _ => String::new(),
    };
    let headroom = reading.and_then(|r| r.headroom_frac).map_or(String::new(), |h| format!(" {:.0} %", 100.0 * h));
    tidy(&format!("{word}{headroom}{battery}"))
}

/// From the start to the end of a measurement.
pub fn heats(start: Option<&Reading>, end: Option<&Reading>) -> String {
    match (start, end) {
        (None, None) => "unknown".into(),
        (start, end) => format!("{} → {}", heat(start), heat(end)),
    }
}

/// `valid`, or why not; what else should be known in brackets.
pub fn verdict(verdict: &Verdict) -> String {
    let problems: Vec<_> = verdict.problems.iter().map(|p| problem(*p)).collect();
    let caveats: Vec<_> = verdict.caveats.iter().map(|c| caveat(*c)).collect();
    let word =
        if problems.is_empty() { "valid".into() } else { format!("doubtful {DOUBTFUL}: {}", problems.join(", ")) };
    if caveats.is_empty() { word } else { format!("{word} ({})", caveats.join(", ")) }
}

fn problem(problem: Problem) -> String {
    match problem {
        Problem::Hot => "hot".into(),
        Problem::LowPowerMode => "saving energy".into(),
        Problem::LowBattery { percent } => format!("battery {percent} %"),
        Problem::TooFewRuns { runs } => format!("runs: {runs}"),
        Problem::Spread { percent } => format!("spread {percent} %"),
        Problem::Slower { percent } => format!("{percent} % slower at the end"),
        Problem::Faster { percent } => format!("{percent} % faster at the end"),
        Problem::Busy { percent } => format!("others used {percent} %"),
        Problem::Starved { percent } => format!("got {percent} % of a core"),
    }
}

fn caveat(caveat: Caveat) -> &'static str {
    match caveat {
        Caveat::HeatUnknown => "heat unknown",
        Caveat::OnBattery => "on battery",
        Caveat::RestSkipped => "rest skipped",
        Caveat::DebugBuild => "developers' build",
    }
}
