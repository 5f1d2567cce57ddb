//! How long something took and how much memory it needed.
//!
//! In: two closures, one that loads a model and one that answers a fixed input, naming its stages as it goes.
//! Out: a [`Report`]: the first load apart from later ones, the runs after the warm-up, each stage, processor
//! time, throughput, peak memory, energy and the machine. The engine itself reads no clock; this is where time is
//! taken.
//!
//! [`measurement`] is what the app keeps of a measurement, [`diagnostics`] the file that brings it home from a phone.

mod device;
pub mod diagnostics;
mod energy;
pub mod measurement;
mod process;
mod report;
mod statistics;

pub use device::Device;
pub use energy::Energy;
pub use process::{MachineTime, cpu_time, machine_time, memory_bytes, peak_memory_bytes};
pub use report::{Input, Report, Stage, Subject};
pub use statistics::Summary;

use std::time::{Duration, Instant};

/// How often to do what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// Runs that are not counted: caches fill, clocks rise.
    pub warmup: usize,
    /// Runs that are counted; at least 1 is done.
    pub runs: usize,
    /// Loads after the first.
    pub later_loads: usize,
}

impl Default for Plan {
    fn default() -> Self {
        Self { warmup: 10, runs: 100, later_loads: 5 }
    }
}

/// Times the stages of one run, in the order in which they first come.
#[derive(Debug, Default)]
pub struct Stopwatch(Vec<(&'static str, Duration)>);

impl Stopwatch {
    /// Does `work` and adds its time to `stage`.
    pub fn time<T>(&mut self, stage: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        let took = start.elapsed();
        match self.0.iter_mut().find(|(name, _)| *name == stage) {
            Some((_, sum)) => *sum += took,
            None => self.0.push((stage, took)),
        }
        result
    }

    /// Each stage with its time in milliseconds.
    pub fn stages_ms(&self) -> impl Iterator<Item = (&'static str, f64)> {
        self.0.iter().map(|&(name, took)| (name, ms(took)))
    }
}

/// A duration in milliseconds.
pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Measures `subject`: loads it, warms it up, runs it, and loads it again.
///
/// The peak memory is read before the later loads, with one model in memory. `done` is called after every run, warm-up
/// too, outside of what is timed.
///
/// # Errors
/// The first error of `load` or `run` ends the measurement.
pub fn measure<M, E>(
    subject: Subject,
    plan: Plan,
    mut load: impl FnMut() -> Result<M, E>,
    mut run: impl FnMut(&mut M, &mut Stopwatch) -> Result<(), E>,
    mut done: impl FnMut(),
) -> Result<Report, E> {
    let start = Instant::now();
    let mut model = load()?;
    let first_load_ms = ms(start.elapsed());

    for _ in 0..plan.warmup {
        run(&mut model, &mut Stopwatch::default())?;
        done();
    }
    let (mut wall, mut cpu, mut stages) = (Vec::new(), Vec::new(), Vec::<(&'static str, Vec<f64>)>::new());
    let energy = Energy::now();
    for _ in 0..plan.runs.max(1) {
        let mut watch = Stopwatch::default();
        let (start, cpu_start) = (Instant::now(), cpu_time());
        run(&mut model, &mut watch)?;
        wall.push(ms(start.elapsed()));
        cpu.extend(cpu_time().zip(cpu_start).map(|(end, start)| ms(end.saturating_sub(start))));
        for (name, took) in watch.stages_ms() {
            match stages.iter_mut().find(|(n, _)| *n == name) {
                Some((_, all)) => all.push(took),
                None => stages.push((name, vec![took])),
            }
        }
        done();
    }
    let joules = energy.and_then(|energy| energy.joules_since());
    let peak_memory_bytes = peak_memory_bytes();

    drop(model);
    let mut later = Vec::new();
    for _ in 0..plan.later_loads {
        let start = Instant::now();
        let model = load()?;
        later.push(ms(start.elapsed()));
        drop(model);
    }

    let run_ms = Summary::of(&wall).expect("at least one run was done");
    Ok(Report {
        throughput_per_s: subject.input.amount / (run_ms.mean / 1e3),
        subject,
        device: Device::this(),
        warmup: plan.warmup,
        first_load_ms,
        later_load_ms: Summary::of(&later),
        run_ms,
        cpu_ms: Summary::of(&cpu),
        stages: stages.into_iter().filter_map(|(name, all)| Some(Stage { name, ms: Summary::of(&all)? })).collect(),
        peak_memory_bytes,
        joules_per_run: joules.map(|joules| joules / plan.runs.max(1) as f64),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::Unit;

    fn subject() -> Subject {
        let input = Input { what: "four words".into(), amount: 4.0, unit: "words" };
        let (model, family, variant) = ("m".into(), "f".into(), "f32".into());
        Subject { model, family, variant, unit: Unit::default(), threads: None, input }
    }

    #[test]
    fn every_load_and_run_is_done_and_only_the_right_ones_are_counted() {
        let (mut loads, mut runs, mut done) = (0, 0, 0);
        let plan = Plan { warmup: 2, runs: 5, later_loads: 3 };
        let report = measure(
            subject(),
            plan,
            || {
                loads += 1;
                Ok::<_, ()>(())
            },
            |(), watch| {
                runs += 1;
                watch.time("a", || ());
                watch.time("b", || std::thread::sleep(Duration::from_millis(1)));
                watch.time("a", || ());
                Ok(())
            },
            || done += 1,
        )
        .unwrap();
        assert_eq!((loads, runs, done, report.run_ms.n, report.later_load_ms.unwrap().n), (4, 7, 7, 5, 3));
        assert_eq!(report.stages.iter().map(|s| (s.name, s.ms.n)).collect::<Vec<_>>(), [("a", 5), ("b", 5)]);
        assert!(report.run_ms.min >= 1.0);
        assert!((report.throughput_per_s - 4e3 / report.run_ms.mean).abs() < 1e-6);
    }

    #[test]
    fn the_first_error_ends_it() {
        let said = measure(subject(), Plan::default(), || Err::<(), _>("torn"), |(), _| Ok(()), || ()).unwrap_err();
        assert_eq!(said, "torn");
        let plan = Plan { warmup: 0, runs: 0, later_loads: 0 };
        let said = measure(subject(), plan, || Ok(()), |(), _| Err("deaf"), || ()).unwrap_err();
        assert_eq!(said, "deaf");
    }
}
