//! What holds of the scheduler whatever happens, on random hours.

use super::*;
use proptest::prelude::*;

/// A turn: how long after the one before, what is sensed, and how long a run takes if one begins.
#[derive(Debug, Clone)]
struct Turn {
    after_ms: u64,
    signals: Signals,
    latency_ms: f64,
}

fn status() -> impl Strategy<Value = Option<ThermalStatus>> {
    use ThermalStatus::*;
    prop::option::of(prop::sample::select(vec![None, Light, Moderate, Severe, Critical]))
}

fn headroom() -> impl Strategy<Value = Option<f32>> {
    prop_oneof![
        Just(None),
        Just(Some(f32::NAN)),
        Just(Some(f32::INFINITY)),
        (0.3..1.2_f32).prop_map(Some),
        (0.88..0.95_f32).prop_map(Some),
    ]
}

fn supply() -> impl Strategy<Value = Supply> {
    prop_oneof![
        Just(Supply::Unknown),
        prop::option::of(0.0..1.0_f32).prop_map(|level_frac| Supply::Charging { level_frac }),
        (-0.1..1.1_f32).prop_map(|level_frac| Supply::Battery { level_frac }),
        Just(Supply::Battery { level_frac: f32::NAN }),
    ]
}

fn power() -> impl Strategy<Value = Power> {
    (status(), headroom(), supply(), any::<Option<bool>>()).prop_map(
        |(thermal_status, headroom_frac, supply, low_power_mode)| Power {
            thermal_status,
            headroom_frac,
            supply,
            low_power_mode,
        },
    )
}

fn signals() -> impl Strategy<Value = Signals> {
    let scene = prop::sample::select(vec![Scene::Unknown, Scene::Still, Scene::Changed]);
    (power(), prop::bool::weighted(0.95), scene, prop::bool::weighted(0.1))
        .prop_map(|(power, visible, scene, tapped)| Signals { power, visible, scene, tapped })
}

fn latency_ms() -> impl Strategy<Value = f64> {
    prop_oneof![0.5..300.0, Just(f64::NAN), Just(f64::INFINITY), Just(-1.0)]
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = (prop_oneof![0..40_u64, 0..30_000_u64], signals(), latency_ms())
        .prop_map(|(after_ms, signals, latency_ms)| Turn { after_ms, signals, latency_ms });
    prop::collection::vec(turn, 1..300)
}

fn policy() -> impl Strategy<Value = Policy> {
    let care = prop::sample::select(vec![Care::Light, Care::Balanced, Care::Strong]);
    (30..2000_u64, care).prop_map(|(min_interval_ms, care)| Policy { min_interval_ms, care, ..Policy::default() })
}

/// Plays the turns; each run ends when its latency has passed. Gives time, verdict and the pace at each turn.
fn play(policy: Policy, turns: &[Turn]) -> Vec<(u64, Verdict, Result<Pace, Reason>)> {
    let mut scheduler = Scheduler::new(policy);
    let mut now_ms = 0;
    let mut ends: Option<(u64, f64)> = None;
    let mut seen = Vec::new();
    for turn in turns {
        now_ms += turn.after_ms;
        if let Some((end_ms, latency_ms)) = ends
            && now_ms >= end_ms
        {
            scheduler.finished(latency_ms);
            ends = None;
        }
        let verdict = scheduler.turn(now_ms, &turn.signals);
        if matches!(verdict, Verdict::Run(_)) {
            assert!(ends.is_none(), "two runs at once");
            let lasts_ms = if turn.latency_ms.is_finite() { turn.latency_ms.max(0.0) as u64 } else { 10 };
            ends = Some((now_ms + lasts_ms, turn.latency_ms));
        }
        seen.push((now_ms, verdict, scheduler.pace()));
    }
    seen
}

/// The same readings, hotter by these steps.
fn hotter(power: &Power, status_steps: usize, headroom_frac: f32) -> Power {
    use ThermalStatus::*;
    let levels = [None, Light, Moderate, Severe, Critical];
    let thermal_status = power.thermal_status.map(|status| levels[(status as usize + status_steps).min(4)]);
    Power { thermal_status, headroom_frac: power.headroom_frac.map(|h| h + headroom_frac), ..*power }
}

proptest! {
    #[test]
    fn two_runs_are_never_closer_than_the_interval_in_force(policy in policy(), turns in turns()) {
        let mut last_ms: Option<u64> = None;
        for ((now_ms, verdict, pace), turn) in play(policy, &turns).into_iter().zip(&turns) {
            if let Verdict::Run(_) = verdict {
                let since_ms = last_ms.map_or(u64::MAX, |last_ms| now_ms - last_ms);
                prop_assert!(since_ms >= policy.min_interval_ms);
                prop_assert!(turn.signals.tapped || since_ms >= pace.unwrap().interval_ms);
                last_ms = Some(now_ms);
            }
        }
    }

    #[test]
    fn hotter_never_stands_on_a_cooler_rung(
        turns in turns(), status_steps in 0..3_usize, headroom_frac in 0.0..0.1_f32,
    ) {
        let (mut cool, mut hot, mut now_ms) = (History::default(), History::default(), 0);
        for turn in turns {
            now_ms += turn.after_ms;
            cool = cool.observed(now_ms, &turn.signals.power);
            hot = hot.observed(now_ms, &hotter(&turn.signals.power, status_steps, headroom_frac));
            prop_assert!(hot.rung() >= cool.rung(), "{} over {}", cool.rung(), hot.rung());
            // On the same past otherwise, what may not run cool may not run hot.
            let [cool, hot] = [cool, hot].map(|h| decide(now_ms, &turn.signals, &h, &Policy::default()));
            prop_assert!(!matches!(hot, Verdict::Run(_)) || matches!(cool, Verdict::Run(_)));
        }
    }

    #[test]
    fn hotter_never_runs_more(
        policy in policy(), turns in turns(), status_steps in 0..3_usize, headroom_frac in 0.0..0.1_f32,
    ) {
        let count = |turns: &[Turn]| play(policy, turns).iter().filter(|t| matches!(t.1, Verdict::Run(_))).count();
        // Every input new, every run of one length: what else differs between two hours is chance.
        let moving: Vec<Turn> = turns
            .into_iter()
            .map(|t| Turn { signals: Signals { scene: Scene::Changed, tapped: false, ..t.signals }, latency_ms: 5.0, ..t })
            .collect();
        let hot: Vec<Turn> = moving
            .iter()
            .map(|t| {
                let power = hotter(&t.signals.power, status_steps, headroom_frac);
                Turn { signals: Signals { power, ..t.signals }, ..t.clone() }
            })
            .collect();
        prop_assert!(count(&hot) <= count(&moving));
    }

    #[test]
    fn a_changed_scene_is_answered_within_the_maximum_age(
        policy in policy(),
        scenes in prop::collection::vec(any::<bool>(), 600),
        power in power(),
        latency_ms in 1.0..400.0,
    ) {
        let turns: Vec<Turn> = scenes
            .into_iter()
            .map(|changed| {
                let scene = if changed { Scene::Changed } else { Scene::Still };
                Turn { after_ms: 50, signals: Signals { power, visible: true, scene, tapped: false }, latency_ms }
            })
            .collect();
        let mut last_ms = 0;
        for (now_ms, verdict, pace) in play(policy, &turns) {
            match verdict {
                Verdict::Run(_) => last_ms = now_ms,
                _ if pace.is_err() => last_ms = now_ms,
                // One turn later at the latest, and not while a run is going on.
                _ => prop_assert!(now_ms - last_ms <= policy.max_age_ms + 50 + latency_ms as u64),
            }
        }
    }

    #[test]
    fn a_tap_is_answered_unless_critical_or_hidden(policy in policy(), turns in turns()) {
        let mut turns = turns;
        let last = turns.last_mut().unwrap();
        last.after_ms = 3_000;
        last.signals.tapped = true;
        last.signals.visible = true;
        let critical = last.signals.power.thermal_status == Some(ThermalStatus::Critical);
        let verdict = play(policy, &turns).last().unwrap().1;
        prop_assert_eq!(matches!(verdict, Verdict::Run(_)), !critical, "{:?}", verdict);
    }

    #[test]
    fn the_same_hour_gives_the_same_verdicts(policy in policy(), turns in turns()) {
        prop_assert_eq!(play(policy, &turns), play(policy, &turns));
    }

    #[test]
    fn what_is_not_known_is_never_faster_than_the_best_that_could_be(power in power(), policy in policy()) {
        let interval_ms = |power: Power| {
            pace(&History::default().observed(0, &power), &policy).map_or(u64::MAX, |pace| pace.interval_ms)
        };
        let unknown_and_best = [
            (Power { thermal_status: None, ..power }, Power { thermal_status: Some(ThermalStatus::None), ..power }),
            (Power { headroom_frac: Some(f32::NAN), ..power }, Power { headroom_frac: Some(0.0), ..power }),
            (Power { supply: Supply::Unknown, ..power }, Power { supply: Supply::Charging { level_frac: None }, ..power }),
            (Power { low_power_mode: None, ..power }, Power { low_power_mode: Some(false), ..power }),
        ];
        for (unknown, best) in unknown_and_best {
            prop_assert!(interval_ms(unknown) >= interval_ms(best), "{:?} over {:?}", unknown, best);
        }
        let [no_number, nothing] = [Some(f32::NAN), None].map(|headroom_frac| Power { headroom_frac, ..power });
        prop_assert_eq!(interval_ms(no_number), interval_ms(nothing));
    }

    #[test]
    fn slowing_down_is_at_once_and_speeding_up_a_rung_at_a_time(readings in prop::collection::vec((0..60_000_u64, headroom()), 1..200)) {
        let (mut history, mut now_ms) = (History::default(), 0);
        for (after_ms, headroom_frac) in readings {
            now_ms += after_ms;
            let power = Power { headroom_frac, ..Power::UNKNOWN };
            let next = history.observed(now_ms, &power);
            let fresh = History::default().observed(now_ms, &power);
            prop_assert!(next.rung() >= fresh.rung(), "slower at once");
            prop_assert!(next.rung() + 1 >= history.rung(), "faster by one at most");
            history = next;
        }
    }
}
