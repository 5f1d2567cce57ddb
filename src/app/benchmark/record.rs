//! A measurement as it is kept: a figure without its circumstances says nothing.

use super::heat::Reading;
use super::job::{Input, Job, Length, Measured, Run};
use super::verdict::{Doubt, Verdict, judge};
use crate::profile::{Device, Summary};
use serde::{Deserialize, Serialize};

/// Counted up when a reader of old records would misread new ones.
const FORMAT: u32 = 1;
/// With fewer runs, the highest of a hundred is a guess.
const RUNS_FOR_P99: usize = 100;
/// With fewer, the highest of ten.
const RUNS_FOR_P90: usize = 10;

/// Which Onhand measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// Its version.
    pub version: String,
    /// `release`, or `debug` for developers.
    pub profile: String,
}

impl Build {
    /// This one.
    pub fn this() -> Self {
        let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
        Self { version: env!("CARGO_PKG_VERSION").into(), profile: profile.into() }
    }

    /// Whether it is one for developers.
    pub fn is_debug(&self) -> bool {
        self.profile != "release"
    }
}

/// A measurement with its circumstances. Times are in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The form of this record.
    pub format: u32,
    /// When it ended, in seconds since 1970.
    pub at_unix_s: u64,
    /// Which Onhand measured.
    pub build: Build,
    /// On which machine.
    pub device: Device,
    /// The model's name.
    pub model: String,
    /// Its precision on the disk.
    pub variant: String,
    /// Threads that computed.
    pub threads: usize,
    /// Whether in a process of its own; else memory is the whole app's.
    pub own_process: bool,
    /// How long it was to be measured.
    pub length: Length,
    /// What one run was given.
    pub input: Input,
    /// The first load of the process.
    pub first_load_ms: f64,
    /// The loads after it.
    pub later_load_ms: Option<Summary>,
    /// Runs that did not count.
    pub warm_up_runs: usize,
    /// A run, by the clock on the wall.
    pub run_ms: Summary,
    /// A run, by the processors' time; `None` where the system does not say.
    pub cpu_ms: Option<Summary>,
    /// The most memory of the process; `None` where the system does not say.
    pub peak_memory_bytes: Option<u64>,
    /// What others used of the machine, 0 to 1; `None` where the system does not say.
    pub others_share: Option<f64>,
    /// What it is worth.
    pub verdict: Verdict,
    /// Heat and energy, each second; the first and the last are those at start and end.
    pub heat: Vec<Reading>,
    /// Each run that counted.
    pub runs: Vec<Run>,
}

/// What was told of a measurement.
pub struct Told {
    /// Of the first load.
    pub first_load_ms: f64,
    /// On the disk.
    pub variant: String,
    /// What a run was given.
    pub input: Input,
    /// Runs that did not count.
    pub warm_up_runs: usize,
    /// Runs that did.
    pub runs: Vec<Run>,
    /// Heat and energy meanwhile.
    pub heat: Vec<Reading>,
}

impl Record {
    /// Puts together what was told; `None` without a run.
    pub fn of(job: &Job, told: Told, measured: Measured, own_process: bool, rest_skipped: bool) -> Option<Self> {
        let walls: Vec<f64> = told.runs.iter().map(|run| run.wall_ms).collect();
        let cpus: Vec<f64> = told.runs.iter().filter_map(|run| run.cpu_ms).collect();
        let build = Build::this();
        let doubt = Doubt { others_share: measured.others_share, rest_skipped, debug_build: build.is_debug() };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Some(Self {
            format: FORMAT,
            at_unix_s: now.map_or(0, |d| d.as_secs()),
            device: Device::this(),
            model: job.model.clone(),
            variant: told.variant,
            threads: job.threads,
            own_process,
            length: job.length,
            input: told.input,
            first_load_ms: told.first_load_ms,
            later_load_ms: Summary::of(&measured.later_load_ms),
            warm_up_runs: told.warm_up_runs,
            run_ms: Summary::of(&walls)?,
            cpu_ms: Summary::of(&cpus),
            peak_memory_bytes: measured.peak_memory_bytes,
            others_share: measured.others_share,
            verdict: judge(&told.runs, &told.heat, doubt),
            heat: told.heat,
            runs: told.runs,
            build,
        })
    }

    /// The same without each single run and reading: ten minutes of them are megabytes.
    pub fn without_runs(&self) -> Self {
        Self {
            runs: Vec::new(),
            heat: Vec::new(),
            build: self.build.clone(),
            device: self.device.clone(),
            model: self.model.clone(),
            variant: self.variant.clone(),
            verdict: self.verdict.clone(),
            ..*self
        }
    }

    /// The time under which nine of ten runs stay; `None` where there were too few to say.
    pub fn p90_ms(&self) -> Option<f64> {
        (self.run_ms.n >= RUNS_FOR_P90).then_some(self.run_ms.p90)
    }

    /// The time under which ninety-nine of a hundred runs stay; `None` where there were too few to say.
    pub fn p99_ms(&self) -> Option<f64> {
        (self.run_ms.n >= RUNS_FOR_P99).then_some(self.run_ms.p99)
    }
}

/// Everything about `records`, for programs.
pub fn to_json(records: &[Record]) -> String {
    serde_json::to_string_pretty(records).expect("records are plain data") + "\n"
}

#[cfg(test)]
pub(in crate::app) mod tests {
    use super::super::heat::{Energy, Status};
    use super::super::job::Bounds;
    use super::*;
    use std::path::PathBuf;

    /// A measurement of 120 steady runs about as long as this.
    pub fn record(model: &str, run_ms: f64) -> Record {
        let length = Length::Quick;
        let bounds: Bounds = length.bounds();
        let job = Job { model: model.into(), path: PathBuf::from("/models").join(model), threads: 4, length, bounds };
        let runs = (1..=120).map(|at| Run {
            at_s: f64::from(at) * run_ms / 1e3,
            wall_ms: run_ms + f64::from(at % 4) * 0.25,
            cpu_ms: Some(run_ms * 3.5),
        });
        let reading = |at_s| Reading {
            at_s,
            status: Some(Status::Cool),
            headroom_frac: Some(0.25),
            energy: Energy::Plugged,
            low_power_mode: Some(false),
        };
        let told = Told {
            first_load_ms: 80.5,
            variant: "f32".into(),
            input: Input::Frame { width: 224, height: 224 },
            warm_up_runs: 12,
            runs: runs.collect(),
            heat: vec![reading(0.0), reading(1.0)],
        };
        let later_load_ms = vec![40.0, 41.0, 42.0];
        let measured = Measured { later_load_ms, peak_memory_bytes: Some(123_000_000), others_share: Some(0.03) };
        let mut record = Record::of(&job, told, measured, true, false).unwrap();
        record.device =
            Device { cpu: Some("A chip".into()), cores: Some(4), memory_bytes: None, os: "An OS, arm".into() };
        record.build.profile = "release".into();
        record.verdict.caveats.clear();
        record
    }

    #[test]
    fn json_comes_back_as_it_went() {
        let records = vec![record("a", 4.5), record("b\", c", 30.0)];
        let json = to_json(&records);
        assert_eq!(serde_json::from_str::<Vec<Record>>(&json).unwrap(), records);
        for word in ["\"threads\": 4", "\"variant\": \"f32\"", "\"headroom_frac\": 0.25", "\"version\"", "\"p99\""] {
            assert!(json.contains(word), "{word}");
        }
    }

    #[test]
    fn percentiles_need_their_number_of_runs() {
        let mut record = record("a", 4.0);
        assert!(record.p90_ms().is_some() && record.p99_ms().is_some());
        record.run_ms.n = 99;
        assert!(record.p90_ms().is_some() && record.p99_ms().is_none());
        record.run_ms.n = 9;
        assert_eq!(record.p90_ms(), None);
    }
}
