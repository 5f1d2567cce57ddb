//! Measures one model: load, warm-up, counted runs, later loads. Runs where [`super::Place`] puts it.

use super::job::{Event, Job, Measured};
use super::subject;
use crate::inference::{Error, Result};
use crate::profile::measurement::Run;
use crate::profile::{self, MachineTime, cpu_time, machine_time, ms};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// At least so many runs are not counted.
const MIN_WARM_UPS: usize = 2;

/// Measures `job` and tells what happens. Ends soon after `stop` is set, and then tells nothing more.
pub fn measure(job: &Job, stop: &AtomicBool, tell: &mut dyn FnMut(Event)) {
    match steps(job, stop, tell) {
        Ok(()) | Err(Error::Cancelled) => {}
        Err(e) => tell(Event::Failed { why: e.to_string() }),
    }
}

fn steps(job: &Job, stop: &AtomicBool, tell: &mut dyn FnMut(Event)) -> Result<()> {
    let start = Instant::now();
    let (loaded, variant) = subject::load(&job.path, job.unit)?;
    let first_load_ms = to_us(ms(start.elapsed()));
    let placed = loaded.placed().clone();
    let (input, mut answer) = loaded.prepare()?;
    go_on(stop)?;
    tell(Event::Loaded { first_load_ms, variant, placed, input });

    let start = Instant::now();
    let mut warm_ups = 0;
    while warm_ups < MIN_WARM_UPS || start.elapsed().as_secs_f64() < job.bounds.warm_up_s {
        answer(stop)?;
        go_on(stop)?;
        warm_ups += 1;
    }
    tell(Event::Warm { runs: warm_ups });

    let others_share = count(job, stop, &mut *answer, tell)?;
    tell(Event::Counted);
    let peak_memory_bytes = profile::peak_memory_bytes();
    drop(answer);
    let later_load_ms = load_again(job, stop)?;
    tell(Event::Finished(Measured { later_load_ms, peak_memory_bytes, others_share }));
    Ok(())
}

/// The runs that count; returns what others used of the machine meanwhile.
fn count(
    job: &Job,
    stop: &AtomicBool,
    answer: &mut dyn FnMut(&AtomicBool) -> Result<()>,
    tell: &mut dyn FnMut(Event),
) -> Result<Option<f64>> {
    let (start, cpu_start, machine_start) = (Instant::now(), cpu_time(), machine_time());
    let mut runs = 0;
    while !job.bounds.enough(runs, start.elapsed().as_secs_f64()) {
        let (run_start, run_cpu_start) = (Instant::now(), cpu_time());
        answer(stop)?;
        let wall_ms = to_us(ms(run_start.elapsed()));
        let cpu_ms = used_since(run_cpu_start).map(|cpu| to_us(ms(cpu)));
        go_on(stop)?;
        runs += 1;
        tell(Event::Run(Run { at_s: to_us(start.elapsed().as_secs_f64()), wall_ms, cpu_ms }));
    }
    let share =
        |before: MachineTime| Some(machine_time()?.others_share(before, used_since(cpu_start)?, start.elapsed()));
    Ok(machine_start.and_then(share))
}

fn used_since(before: Option<Duration>) -> Option<Duration> {
    Some(cpu_time()?.saturating_sub(before?))
}

fn load_again(job: &Job, stop: &AtomicBool) -> Result<Vec<f64>> {
    let mut later_ms = Vec::new();
    for _ in 0..job.bounds.later_loads {
        let start = Instant::now();
        let loaded = subject::load(&job.path, job.unit)?;
        later_ms.push(to_us(ms(start.elapsed())));
        drop(loaded);
        go_on(stop)?;
    }
    Ok(later_ms)
}

fn go_on(stop: &AtomicBool) -> Result<()> {
    if stop.load(Ordering::Relaxed) { Err(Error::Cancelled) } else { Ok(()) }
}

/// Three decimals: more digits would be noise in every record.
fn to_us(value: f64) -> f64 {
    (value * 1e3).round() / 1e3
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::app::benchmark::job::Bounds;
    use crate::inference::text::tiny;
    use crate::inference::{Placed, Unit};
    use crate::profile::measurement::{Input, Length, MIN_RUNS};
    use std::path::Path;

    /// A measurement of the model in `path` that takes no time.
    pub fn job(path: &Path) -> Job {
        let bounds = Bounds { warm_up_s: 0.0, least_s: 0.0, most_s: 0.0, enough_runs: 1, later_loads: 2 };
        let unit = Unit::Cpu;
        Job { model: "tiny".into(), path: path.into(), threads: 1, unit, length: Length::Quick, bounds }
    }

    #[test]
    fn a_model_is_loaded_warmed_up_counted_and_loaded_again() {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(dir.path(), &tiny::config());
        let mut told = Vec::new();
        measure(&job(dir.path()), &AtomicBool::new(false), &mut |event| told.push(event));
        let Event::Loaded { variant, placed, input: Input::Text { tokens }, .. } = &told[0] else { panic!("{told:?}") };
        assert_eq!((variant.as_str(), placed), ("f32", &Placed::default()));
        assert!((100..=128).contains(tokens), "{tokens}");
        assert_eq!(told[1], Event::Warm { runs: MIN_WARM_UPS });
        let runs: Vec<_> = told.iter().filter_map(|e| if let Event::Run(run) = e { Some(run) } else { None }).collect();
        assert_eq!((runs.len(), told.len()), (MIN_RUNS, MIN_RUNS + 4));
        assert!(runs.windows(2).all(|pair| pair[0].at_s <= pair[1].at_s));
        assert!(runs.iter().all(|run| run.wall_ms >= 0.0 && run.cpu_ms.is_none_or(|cpu| cpu >= 0.0)));
        assert!(matches!(&told[MIN_RUNS + 3], Event::Finished(end) if end.later_load_ms.len() == 2));
    }

    #[test]
    fn a_unit_that_is_not_here_is_told_and_the_processor_is_measured() {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(dir.path(), &tiny::config());
        for unit in Unit::ALL.into_iter().filter(|unit| unit.lack().is_some()) {
            let mut told = Vec::new();
            measure(&Job { unit, ..job(dir.path()) }, &AtomicBool::new(false), &mut |event| told.push(event));
            let Event::Loaded { placed, .. } = &told[0] else { panic!("{told:?}") };
            let fallback = placed.fallback.as_ref().unwrap();
            assert_eq!((placed.unit, fallback.asked, Some(&fallback.why)), (Unit::Cpu, unit, unit.lack().as_ref()));
            assert!(matches!(told.last(), Some(Event::Finished(_))), "{told:?}");
        }
    }

    #[test]
    fn a_model_that_is_none_is_told_and_a_stop_is_silent() {
        let dir = tempfile::tempdir().unwrap();
        let mut told = Vec::new();
        measure(&job(dir.path()), &AtomicBool::new(false), &mut |event| told.push(event));
        assert!(matches!(&told[..], [Event::Failed { why }] if why.contains("config.json")), "{told:?}");

        tiny::write(dir.path(), &tiny::config());
        let (stop, mut told) = (AtomicBool::new(false), Vec::new());
        measure(&job(dir.path()), &stop, &mut |event| {
            stop.store(matches!(event, Event::Warm { .. }), Ordering::Relaxed);
            told.push(event);
        });
        assert_eq!(told.len(), 2, "{told:?}");
    }
}
