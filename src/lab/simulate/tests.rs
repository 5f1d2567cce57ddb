//! The laws of the adaptive pace, and what the phone model must do to be believed.

use super::*;
use crate::scheduler::Policy;

#[test]
fn a_phone_at_rest_stays_and_a_busy_one_settles() {
    let mut phone = Phone::at_rest(25.0);
    for _ in 0..100_000 {
        phone = phone.after(0.05, 25.0, 0.0, false);
    }
    // 0.05 W through 5 K/W.
    assert!((phone.skin_c - 25.25).abs() < 0.01, "{phone:?}");
    // The skin's time constant: after 540 s of a constant load, 63 % of the way.
    let mut phone = Phone::at_rest(25.0);
    for _ in 0..10_800 {
        phone = phone.after(0.05, 25.0, 0.0, true);
    }
    assert!(((phone.skin_c - 25.0) / 4.5 - 0.632).abs() < 0.01, "{phone:?}");
}

#[test]
fn flat_out_throttles_and_its_latency_grows() {
    let hour = run(&Setup::demo(), Pacer::FlatOut);
    assert!(hour.peak_skin_c > 45.0 && hour.throttled_at_min.is_some_and(|min| min < 15.0), "{hour:?}");
    let (first, last) = (hour.samples[0].rate_hz, hour.samples[359].rate_hz);
    assert!(last < 0.8 * first, "{first} to {last} a second");
}

/// The three laws, on the demo and without any pause, for a light and a heavy model.
#[test]
fn adaptive_stays_cool_calm_and_useful() {
    let policy = Policy::default();
    for usage in [Usage::demo(), Usage::moving()] {
        for latency_ms in [20.0, 150.0] {
            let setup = Setup { latency_ms, usage: usage.clone(), ..Setup::demo() };
            let hour = run(&setup, Pacer::Adaptive(policy));
            let interval_ms = best_constant(&setup, policy.min_interval_ms).unwrap();
            let best = run(&setup, Pacer::Constant { interval_ms });
            let share = hour.useful as f64 / best.useful as f64;
            let seen = format!(
                "{latency_ms} ms: {:.2} °C, {} changes, {} useful to {} at {interval_ms} ms: {:.0} %",
                hour.peak_skin_c,
                hour.level_changes,
                hour.useful,
                best.useful,
                100.0 * share
            );
            println!("{seen}");
            assert!(hour.peak_skin_c < LIMIT_SKIN_C && hour.level_changes <= 6 && share >= 0.8, "{seen}");
        }
    }
}

#[test]
fn whatever_the_air_the_skin_stays_under_the_limit_and_cooler_air_never_gives_less() {
    let useful: Vec<u64> = [38.0, 35.0, 25.0, 15.0]
        .map(|ambient_c| {
            let setup = Setup { ambient_c, ..Setup::demo() };
            let hour = run(&setup, Pacer::Adaptive(Policy::default()));
            // Screen and camera alone make a phone at 38 °C too hot.
            assert!(hour.peak_skin_c < LIMIT_SKIN_C || ambient_c == 38.0, "{ambient_c} °C: {:.2} °C", hour.peak_skin_c);
            hour.useful
        })
        .to_vec();
    assert!(useful.is_sorted(), "{useful:?}");
}

#[test]
fn a_phone_in_a_pocket_runs_nothing() {
    let mut usage = Usage::moving();
    usage.0.steps[0].1.visible = false;
    let hour = run(&Setup { usage, duration_s: 60, ..Setup::demo() }, Pacer::Adaptive(Policy::default()));
    assert_eq!(hour.runs, 0);
    assert!(hour.age_p90_ms.is_nan() && table(&[("adaptive", &hour)]).contains("no result"));
}

#[test]
fn the_table_has_a_column_an_hour() {
    let setup = Setup { duration_s: 60, ..Setup::demo() };
    let [flat_out, adaptive] = [Pacer::FlatOut, Pacer::Adaptive(Policy::default())].map(|pacer| run(&setup, pacer));
    let table = table(&[("flat out", &flat_out), ("adaptive", &adaptive)]);
    let row =
        |name: &str| table.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{name}: {table}"));
    assert!(row("minutes until throttled").matches("never").count() == 2);
    assert!(row("skipped: still").contains('–') && row("skipped: still").contains('%'));
    assert!(row("inferences").contains(&adaptive.runs.to_string()));
}
