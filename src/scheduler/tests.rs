//! The tables, row by row.

use super::*;

const COOL: Power = Power {
    thermal_status: Some(ThermalStatus::None),
    headroom_frac: Some(0.5),
    supply: Supply::Charging { level_frac: Some(0.9) },
    low_power_mode: Some(false),
};

fn live(power: Power) -> Signals {
    Signals { power, visible: true, scene: Scene::Changed, tapped: false }
}

fn interval_ms(power: Power) -> Result<(u64, Reason), Reason> {
    let history = History::default().observed(0, &power);
    pace(&history, &Policy::default()).map(|pace| (pace.interval_ms, pace.because))
}

#[test]
fn heat_slows_then_pauses() {
    let by_status = |status| interval_ms(Power { thermal_status: Some(status), headroom_frac: None, ..COOL });
    assert_eq!(by_status(ThermalStatus::None), Ok((100, Reason::Interval)));
    assert_eq!(by_status(ThermalStatus::Light), Ok((150, Reason::Warm)));
    assert_eq!(by_status(ThermalStatus::Moderate), Ok((600, Reason::Hot)));
    assert_eq!(by_status(ThermalStatus::Severe), Err(Reason::Hot));
    assert_eq!(by_status(ThermalStatus::Critical), Err(Reason::Hot));
    let by_headroom = |h| interval_ms(Power { headroom_frac: Some(h), ..COOL });
    assert_eq!(by_headroom(0.90), Ok((100, Reason::Interval)));
    assert_eq!(by_headroom(0.906), Ok((125, Reason::Warm)));
    assert_eq!(by_headroom(0.927), Ok((300, Reason::Hot)));
    assert_eq!(by_headroom(0.99), Ok((600, Reason::Hot)));
    assert_eq!(by_headroom(1.0), Err(Reason::Hot));
    assert_eq!(
        interval_ms(Power { thermal_status: None, headroom_frac: None, ..COOL }),
        Ok((125, Reason::HeatUnknown))
    );
}

#[test]
fn an_empty_battery_slows_then_pauses() {
    let at = |level_frac| interval_ms(Power { supply: Supply::Battery { level_frac }, ..COOL });
    assert_eq!(at(0.8), Ok((100, Reason::Interval)));
    assert_eq!(at(0.4), Ok((125, Reason::LowBattery)));
    assert_eq!(at(0.2), Ok((250, Reason::LowBattery)));
    assert_eq!(at(0.1), Ok((500, Reason::LowBattery)));
    assert_eq!(at(0.05), Err(Reason::LowBattery));
    assert_eq!(at(f32::NAN), Ok((125, Reason::BatteryUnknown)));
    let saving = Power { supply: Supply::Battery { level_frac: 0.8 }, low_power_mode: Some(true), ..COOL };
    assert_eq!(interval_ms(saving), Ok((250, Reason::LowPowerMode)));
}

#[test]
fn a_battery_that_wavers_does_not_change_the_pace() {
    let mut history = History::default();
    let mut at = |level_frac| {
        history = history.observed(0, &Power { supply: Supply::Battery { level_frac }, ..COOL });
        pace(&history, &Policy::default()).unwrap().interval_ms
    };
    assert_eq!([0.21, 0.20, 0.21, 0.22, 0.24].map(&mut at), [125, 250, 250, 250, 125]);
}

#[test]
fn a_slow_model_leaves_the_processor_its_rest() {
    let rest = |latency_ms: f64, care| {
        let history = History::default().observed(0, &COOL).started(0).finished(latency_ms);
        let pace = pace(&history, &Policy { care, ..Policy::default() }).unwrap();
        (pace.interval_ms, pace.because)
    };
    assert_eq!(rest(40.0, Care::Balanced), (100, Reason::Interval));
    assert_eq!(rest(200.0, Care::Balanced), (400, Reason::Duty));
    assert_eq!(rest(200.0, Care::Strong), (667, Reason::Duty));
    assert_eq!(rest(200.0, Care::Light), (267, Reason::Duty));
    // Never slower than the maximum age.
    assert_eq!(rest(60_000.0, Care::Strong), (10_000, Reason::Duty));
}

#[test]
fn a_hot_phone_resumes_rung_by_rung() {
    let mut history = History::default();
    let mut rungs = Vec::new();
    let trace = [0.5, 0.5, 0.91, 1.01, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5];
    for (i, headroom) in trace.into_iter().enumerate() {
        let power = Power { headroom_frac: Some(headroom), ..COOL };
        history = history.observed(20_000 * i as u64, &power);
        rungs.push(history.rung());
    }
    assert_eq!(rungs, [0, 0, 1, 6, 6, 5, 4, 3, 2, 1, 0, 0]);
}

#[test]
fn every_turn_says_why() {
    let mut scheduler = Scheduler::new(Policy::default());
    let changed = live(COOL);
    let still = Signals { scene: Scene::Still, ..changed };
    let tapped = Signals { tapped: true, ..still };
    assert_eq!(scheduler.turn(0, &changed), Verdict::Run(Effort::Full));
    assert_eq!(scheduler.turn(10, &changed), Verdict::Reuse(Reason::Busy));
    scheduler.finished(20.0);
    assert_eq!(scheduler.turn(50, &changed), Verdict::Reuse(Reason::Interval));
    assert_eq!(scheduler.turn(50, &tapped), Verdict::Reuse(Reason::Interval));
    assert_eq!(scheduler.turn(100, &still), Verdict::Reuse(Reason::Still));
    assert_eq!(scheduler.turn(100, &tapped), Verdict::Run(Effort::Full));
    scheduler.failed();
    assert_eq!(scheduler.turn(9_999, &still), Verdict::Reuse(Reason::Still));
    assert_eq!(scheduler.history().age_ms(9_999), Some(9_999), "a run that failed has no result");
    assert_eq!(scheduler.turn(10_000, &still), Verdict::Run(Effort::Full));
    scheduler.finished(20.0);
    assert_eq!(scheduler.turn(20_000, &Signals { visible: false, ..tapped }), Verdict::Pause(Reason::Hidden));
    let severe = Power { thermal_status: Some(ThermalStatus::Severe), ..COOL };
    assert_eq!(scheduler.turn(20_000, &live(severe)), Verdict::Pause(Reason::Hot));
    assert_eq!(scheduler.turn(20_000, &Signals { tapped: true, ..live(severe) }), Verdict::Run(Effort::Reduced));
    scheduler.finished(20.0);
    let critical = Power { thermal_status: Some(ThermalStatus::Critical), ..COOL };
    assert_eq!(scheduler.turn(30_000, &Signals { tapped: true, ..live(critical) }), Verdict::Pause(Reason::Critical));
    let counts = scheduler.history().counts();
    assert_eq!(counts.runs(), 4);
    let skips: Vec<(&str, u64)> = counts.by_reason().map(|(reason, count)| (reason.name(), count)).collect();
    let expected = [("interval", 2), ("busy", 1), ("still", 2), ("hot", 1), ("critical", 1), ("hidden", 1)];
    assert_eq!(skips, expected);
}
