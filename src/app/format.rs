//! Sizes, rates and times as people say them, in their language. Decimal units, as disks and stores use.

use super::language::Language;

/// `10.3 MB`: three digits at most before a larger unit, one decimal below ten.
pub fn size(language: &Language, bytes: u64) -> String {
    let (key, unit) = match bytes {
        0..1_000_000 => ("size-kb", 1e3),
        1_000_000..1_000_000_000 => ("size-mb", 1e6),
        _ => ("size-gb", 1e9),
    };
    language.say_with(key, &[("n", rounded(bytes as f64 / unit).into())])
}

/// `1.2 MB/s`.
pub fn rate(language: &Language, bytes_per_s: f64) -> String {
    language.say_with("rate", &[("size", size(language, bytes_per_s.max(0.0) as u64).into())])
}

/// `40 seconds left`, `3 minutes left`: rounded up, since nobody minds being early.
pub fn time_left(language: &Language, seconds: f64) -> String {
    let (key, unit) = match seconds {
        s if s < 60.0 => ("left-seconds", 1.0),
        s if s < 3600.0 => ("left-minutes", 60.0),
        _ => ("left-hours", 3600.0),
    };
    language.say_with(key, &[("n", (seconds / unit).ceil().max(1.0).into())])
}

/// `3.2 ms`, `34 ms`, `1.2 s`.
pub fn duration_ms(language: &Language, ms: f64) -> String {
    let (key, n) = if ms < 999.5 { ("time-ms", ms) } else { ("time-s", ms / 1e3) };
    language.say_with(key, &[("n", rounded(n.max(0.0)).into())])
}

fn rounded(n: f64) -> f64 {
    if n < 10.0 { (n * 10.0).round() / 10.0 } else { n.round() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_take_the_unit_that_fits() {
        let english = Language::of_tag("en");
        for (bytes, said) in [
            (0, "0\u{a0}kB"),
            (586, "0.6\u{a0}kB"),
            (10_241_912, "10\u{a0}MB"),
            (9_940_000, "9.9\u{a0}MB"),
            (70_653_446, "71\u{a0}MB"),
            (22_140_000_000, "22\u{a0}GB"),
        ] {
            assert_eq!(size(&english, bytes), said);
        }
        assert_eq!(rate(&english, 1_240_000.0), "1.2\u{a0}MB/s");
        assert_eq!(rate(&english, f64::NAN), "0\u{a0}kB/s");
    }

    #[test]
    fn short_times_have_a_decimal_and_long_ones_are_seconds() {
        let said = |ms| duration_ms(&Language::of_tag("en"), ms);
        assert_eq!(
            [said(3.21), said(15.4), said(999.0), said(999.9), said(1234.0), said(34_000.0)],
            ["3.2 ms", "15 ms", "999 ms", "1 s", "1.2 s", "34 s"].map(|said| said.replace(' ', "\u{a0}"))
        );
    }

    #[test]
    fn times_are_rounded_up() {
        let english = Language::of_tag("en");
        assert_eq!(time_left(&english, 0.2), "1 second left");
        assert_eq!(time_left(&english, 59.5), "60 seconds left");
        assert_eq!(time_left(&english, 61.0), "2 minutes left");
        assert_eq!(time_left(&english, 9000.0), "3 hours left");
    }
}
