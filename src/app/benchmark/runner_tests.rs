use super::super::measure::tests::job;
use super::*;
use crate::inference::text::tiny;
use crate::profile::measurement::{MIN_RUNS, Status};
use crate::sensors::power::{Power, ThermalStatus};
use tempfile::TempDir;

struct Steady(Power);

impl PowerSensor for Steady {
    fn read(&mut self) -> Power {
        self.0
    }

    fn describe(&self) -> String {
        "steady".into()
    }
}

fn unknown() -> Box<dyn PowerSensor> {
    Box::new(Steady(Power::UNKNOWN))
}

fn tiny_model() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    tiny::write(dir.path(), &tiny::config());
    dir
}

/// All that is told until the end.
fn all(mut told: UnboundedReceiver<Update>) -> Vec<Update> {
    std::iter::from_fn(|| told.blocking_recv()).collect()
}

#[test]
fn a_model_is_measured_and_its_record_has_everything() {
    let dir = tiny_model();
    let warm = Power { thermal_status: Some(ThermalStatus::Light), headroom_frac: Some(0.5), ..Power::UNKNOWN };
    let batch = Batch { jobs: vec![job(dir.path())], last_ended: None };
    let (_runner, told) = start(batch, Place::Here, Box::new(Steady(warm)));
    let told = all(told);
    assert!(matches!(&told[0], Update::Live(live) if live.phase == Phase::Loading && live.number == (1, 1)));
    let [.., Update::Measured(record), Update::Ended] = &told[..] else { panic!("{told:?}") };
    assert_eq!((record.model.as_str(), record.variant.as_str(), record.threads), ("tiny", "f32", 1));
    assert_eq!((record.runs.len(), record.run_ms.n, record.own_process), (MIN_RUNS, MIN_RUNS, false));
    assert_eq!(record.later_load_ms.unwrap().n, 2);
    assert!(record.heat.len() >= 2 && record.heat.iter().all(|r| r.status == Some(Status::Warm)));
}

#[test]
fn a_model_that_fails_does_not_keep_the_next_one_from_its_turn() {
    let (none, dir) = (tempfile::tempdir().unwrap(), tiny_model());
    let batch = Batch { jobs: vec![job(none.path()), job(dir.path())], last_ended: None };
    let (runner, mut told) = start(batch, Place::Here, unknown());
    let mut seen = Vec::new();
    while let Some(update) = told.blocking_recv() {
        if let Update::Waiting(waiting) = &update {
            assert_eq!(waiting.why, Why::Blind);
            assert!(waiting.left_s <= 20.0);
            runner.skip();
        }
        seen.push(update);
    }
    assert!(seen.iter().any(|u| matches!(u, Update::Failed { why, .. } if why.contains("config.json"))));
    let skipped = crate::profile::measurement::Caveat::RestSkipped;
    assert!(seen.iter().any(|u| matches!(u, Update::Measured(r) if r.verdict.caveats.contains(&skipped))), "{seen:?}");
}

#[test]
fn dropping_the_runner_ends_it_in_a_rest_and_in_a_run() {
    let dir = tiny_model();
    let mut endless = job(dir.path());
    (endless.bounds.least_s, endless.bounds.most_s) = (1e6, 1e6);
    for last_ended in [None, Some(Instant::now())] {
        let batch = Batch { jobs: vec![endless.clone()], last_ended };
        let (runner, mut told) = start(batch, Place::Here, unknown());
        let first = told.blocking_recv().unwrap();
        assert_eq!(matches!(first, Update::Waiting(_)), last_ended.is_some());
        drop(runner);
        assert!(!all(told).contains(&Update::Ended), "a cancelled batch has no end");
    }
}

#[test]
fn a_process_that_cannot_be_started_is_told() {
    let dir = tiny_model();
    let place = Place::Process { program: "/nowhere/at/all".into(), arguments: Vec::new() };
    let (_runner, told) = start(Batch { jobs: vec![job(dir.path())], last_ended: None }, place, unknown());
    assert!(all(told).iter().any(|u| matches!(u, Update::Failed { why, .. } if why.contains("could not be started"))));
}
