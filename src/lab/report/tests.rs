use super::*;
use crate::inference::{Fallback, Lack, Unit};
use crate::profile::diagnostics::fixture::phone;
use crate::profile::diagnostics::parse;
use crate::profile::measurement::fixture::record;
use crate::profile::measurement::{Caveat, Input, Length, Problem, Record};
use proptest::prelude::*;

fn file(name: &str, run_ms: f64) -> (String, FieldFile) {
    (format!("{name}.json"), FieldFile::Diagnostics(Box::new(phone(name, run_ms))))
}

/// The words of the line that begins with `name`.
fn row<'a>(text: &'a str, name: &str) -> &'a str {
    text.lines().find_map(|line| line.trim().strip_prefix(name)).unwrap_or_else(|| panic!("{name} in {text}")).trim()
}

#[test]
fn each_file_is_a_column_and_stands_against_the_first() {
    let text = terminal(&compare(&[file("One", 8.0), file("Two", 4.0)]));
    for (name, cells) in [
        ("device", "One Two"),
        ("instructions", "neon-dotprod neon-dotprod"),
        ("heat at start", "cool 25 % cool 25 %"),
        ("made (UTC)", "2023-11-14 22:15 2023-11-14 22:15"),
        ("warnings in the log", "1 1"),
        ("p50 to the first", "– 0.52 ×"),
        ("first load", "80.5 ms 80.5 ms"),
    ] {
        assert_eq!(row(&text, name).split_whitespace().collect::<Vec<_>>().join(" "), cells, "{name}");
    }
    let title = "mobilenet-v3-small f32, threads: 4, a picture of 224×224, quick";
    assert!(text.contains(&format!("\n{title}\n")), "{text}");
    assert!(row(&text, "verdict").starts_with("valid") && !text.contains('?'), "{text}");
}

#[test]
fn only_what_was_measured_alike_is_compared() {
    let base = record("a", 10.0);
    let changes: [fn(&mut Record); 6] = [
        |r: &mut Record| r.unit = Unit::Metal,
        |r: &mut Record| r.threads = 1,
        |r: &mut Record| r.variant = "int8".into(),
        |r: &mut Record| r.input = Input::Text { tokens: 128 },
        |r: &mut Record| r.length = Length::Sustained { minutes: 10 },
        |r: &mut Record| r.model = "b".into(),
    ];
    let changed = |change: fn(&mut Record)| {
        let mut other = base.clone();
        change(&mut other);
        other
    };
    let others = changes.map(changed).to_vec();
    let files =
        [("a".to_string(), FieldFile::Records(vec![base.clone()])), ("b".to_string(), FieldFile::Records(others))];
    let comparison = compare(&files);
    assert_eq!(comparison.cases.len(), 7);
    assert!(comparison.cases.iter().all(|case| case.figures.iter().flatten().count() == 1));
    assert!(comparison.cases.iter().flat_map(|c| c.figures.iter().flatten()).all(|f| f.ratio_to_first.is_none()));
}

#[test]
fn what_computed_is_said_and_why_it_was_not_what_was_chosen() {
    let [mut metal, mut instead] = [phone("A", 4.0), phone("B", 8.0)];
    metal.measurements[0].unit = Unit::Metal;
    instead.measurements[0].fallback = Some(Fallback { asked: Unit::Metal, why: Lack::NoDevice });
    let files = [metal, instead].map(|told| ("a.json".to_string(), FieldFile::Diagnostics(Box::new(told))));
    let text = terminal(&compare(&files));
    assert!(text.contains("mobilenet-v3-small f32, on metal, a picture"), "{text}");
    assert!(row(&text, "instead of").ends_with("metal: this device has none"), "{text}");
    assert!(!text.contains('×') || text.matches(" ×").count() == 0, "different units are not compared: {text}");
}

#[test]
fn what_is_doubtful_is_marked_and_says_why() {
    let mut hot = phone("Hot", 4.0);
    hot.measurements[0].verdict.problems = vec![Problem::Hot, Problem::Slower { percent: 14 }];
    hot.measurements[0].verdict.caveats = vec![Caveat::OnBattery];
    let hot = ("hot.json".to_string(), FieldFile::Diagnostics(Box::new(hot)));
    let text = terminal(&compare(&[file("One", 8.0), hot]));
    for words in [
        "4.38 ms ?",
        "0.52 × ?",
        "doubtful ?: hot, 14 % slower at the end (on battery)",
        "? is a measurement that cannot be relied on",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn of_several_the_last_valid_one_counts() {
    let at = |at_unix_s, run_ms, valid: bool| {
        let mut record = Record { at_unix_s, ..record("a", run_ms) };
        record.verdict.problems.extend((!valid).then_some(Problem::Hot));
        record
    };
    let counted = |records: Vec<Record>| {
        let comparison = compare(&[("a".into(), FieldFile::Records(records))]);
        let figures = comparison.cases[0].figures[0].clone().unwrap();
        (figures.p50_ms.floor(), figures.measured)
    };
    assert_eq!(counted(vec![at(1, 10.0, true), at(3, 30.0, false), at(2, 20.0, true)]), (20.0, 3));
    assert_eq!(counted(vec![at(1, 10.0, false), at(2, 20.0, false)]), (20.0, 2));
}

#[test]
fn the_benchmark_s_own_export_has_a_device_and_no_more() {
    let files = [("b.json".to_string(), FieldFile::Records(vec![record("a", 10.0)])), file("Two", 10.0)];
    let text = terminal(&compare(&files));
    assert!(row(&text, "processor").starts_with("A chip"), "{text}");
    assert!(row(&text, "app's peak memory").starts_with("unknown"), "{text}");
    assert!(row(&text, "instructions").starts_with("unknown"), "{text}");
}

#[test]
fn markdown_is_a_table_whatever_files_are_called() {
    let text = markdown(&compare(&[file("a|b", 8.0), file("<b>*", 4.0)]));
    for line in text.lines().take_while(|line| !line.is_empty()) {
        let bars = line.replace("\\|", "").matches('|').count();
        assert_eq!(bars, 4, "{line}");
    }
    assert!(text.contains("a\\|b") && text.contains("\\<b\\>\\*"), "{text}");
}

#[test]
fn dates_are_those_of_the_calendar() {
    for (unix_s, said) in [
        (0, Some("1970-01-01 00:00")),
        (951_782_399, Some("2000-02-28 23:59")),
        (951_868_800, Some("2000-03-01 00:00")),
        (1_767_225_600, Some("2026-01-01 00:00")),
        (253_402_300_799, Some("9999-12-31 23:59")),
        (u64::MAX, None),
    ] {
        assert_eq!(words::date(unix_s).as_deref(), said, "{unix_s}");
    }
}

#[test]
fn a_stranger_s_text_cannot_steer_a_terminal() {
    assert_eq!(words::tidy("a\u{1b}[31m\nb\u{202e}c"), "a\u{fffd}[31m\u{fffd}b\u{fffd}c");
    assert_eq!(words::tidy(&"x".repeat(99)).chars().count(), 49);
}

proptest! {
    /// Whatever numbers and names a file holds, the table is drawn.
    #[test]
    fn every_file_that_can_be_read_can_be_shown(
        ms in prop_oneof![any::<f64>(), Just(0.0), Just(-1.0)],
        bytes in any::<u64>(),
        at_unix_s in any::<u64>(),
        name in "\\PC{0,60}",
        n in 0usize..20,
    ) {
        let mut odd = phone(&name, 1.0);
        odd.at_unix_s = at_unix_s;
        odd.memory.peak_bytes = Some(bytes);
        let record = &mut odd.measurements[0];
        (record.run_ms.p50, record.run_ms.n, record.first_load_ms) = (ms, n, ms);
        (record.peak_memory_bytes, record.model) = (Some(bytes), name.clone());
        let json = odd.to_json();
        // What is no number is null in JSON, and null is no time.
        if let Ok(read) = parse(json.as_bytes()) {
            let comparison = compare(&[file("One", 2.0), (name, read)]);
            let (text, table) = (terminal(&comparison), markdown(&comparison));
            prop_assert!(text.lines().count() > 12 && table.lines().count() > 12);
            prop_assert!(!text.chars().any(|c| c.is_control() && c != '\n'));
        }
    }
}
