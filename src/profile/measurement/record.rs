//! A measurement as it is kept: a figure without its circumstances says nothing.

use super::heat::Reading;
use super::verdict::Verdict;
use crate::inference::{Fallback, Unit};
use crate::profile::{Device, Summary};
use serde::{Deserialize, Serialize};

/// Fewer runs say nothing about spread.
pub const MIN_RUNS: usize = 5;
/// With fewer runs, the highest of a hundred is a guess.
const RUNS_FOR_P99: usize = 100;
/// With fewer, the highest of ten.
const RUNS_FOR_P90: usize = 10;

/// How long a model is measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// Some seconds: how fast it is while the device is cool.
    #[default]
    Quick,
    /// Without a pause, until heat shows.
    Sustained {
        /// For so long.
        minutes: u32,
    },
}

/// What one run is given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// A picture of this size, from pixels to named labels.
    Frame {
        /// Pixels across.
        width: u64,
        /// Pixels down.
        height: u64,
    },
    /// Sound of so many seconds, the rest of it silence after the sample speech; from samples to words.
    Sound {
        /// Its length.
        seconds: f64,
    },
    /// A text of so many tokens, from letters to the answer.
    Text {
        /// With the two that stand at its ends.
        tokens: usize,
    },
}

/// One counted run.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// When it ended, from the first counted run's beginning.
    pub at_s: f64,
    /// By the clock on the wall.
    pub wall_ms: f64,
    /// By the processors' time over all threads; `None` where the system does not say.
    pub cpu_ms: Option<f64>,
}

/// Which Onhand it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Build {
    /// Its version.
    pub version: String,
    /// `release`, or `debug` for developers.
    pub profile: String,
    /// The commit that it was built from, where whoever built it named one in `ONHAND_COMMIT`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

impl Build {
    /// This one.
    pub fn this() -> Self {
        let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
        let commit = option_env!("ONHAND_COMMIT").filter(|commit| !commit.is_empty()).map(str::to_string);
        Self { version: env!("CARGO_PKG_VERSION").into(), profile: profile.into(), commit }
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
    /// What computed.
    #[serde(default)]
    pub unit: Unit,
    /// What was to compute, where that is another unit, and why it did not.
    #[serde(default)]
    pub fallback: Option<Fallback>,
    /// Threads that computed, on the processor.
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

impl Record {
    /// The form of a record that is made now: counted up when a reader of old ones would misread it.
    /// 2: what computed is in it; before that it was the processor.
    pub const FORMAT: u32 = 2;

    /// The same without each single run and reading: ten minutes of them are megabytes.
    pub fn without_runs(&self) -> Self {
        Self {
            runs: Vec::new(),
            heat: Vec::new(),
            build: self.build.clone(),
            device: self.device.clone(),
            model: self.model.clone(),
            variant: self.variant.clone(),
            fallback: self.fallback.clone(),
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
pub(crate) mod tests {
    use super::super::heat::{Energy, Status};
    use super::*;

    /// A measurement of 120 steady runs about as long as this.
    pub fn record(model: &str, run_ms: f64) -> Record {
        let runs = (1..=120).map(|at| Run {
            at_s: f64::from(at) * run_ms / 1e3,
            wall_ms: run_ms + f64::from(at % 4) * 0.25,
            cpu_ms: Some(run_ms * 3.5),
        });
        let runs: Vec<Run> = runs.collect();
        let summary = |of: fn(&Run) -> f64| Summary::of(&runs.iter().map(of).collect::<Vec<_>>());
        let reading = |at_s| Reading {
            at_s,
            status: Some(Status::Cool),
            headroom_frac: Some(0.25),
            energy: Energy::Plugged,
            low_power_mode: Some(false),
        };
        let cpu = Some("A chip".into());
        Record {
            format: Record::FORMAT,
            at_unix_s: 1_700_000_000,
            build: Build { profile: "release".into(), ..Build::this() },
            device: Device { cpu, cores: Some(4), os: "An OS".into(), ..Device::default() },
            model: model.into(),
            variant: "f32".into(),
            unit: Unit::Cpu,
            fallback: None,
            threads: 4,
            own_process: true,
            length: Length::Quick,
            input: Input::Frame { width: 224, height: 224 },
            first_load_ms: 80.5,
            later_load_ms: Summary::of(&[40.0, 41.0, 42.0]),
            warm_up_runs: 12,
            run_ms: summary(|run| run.wall_ms).unwrap(),
            cpu_ms: summary(|run| run.cpu_ms.unwrap()),
            peak_memory_bytes: Some(123_000_000),
            others_share: Some(0.03),
            verdict: Verdict::default(),
            heat: vec![reading(0.0), reading(1.0)],
            runs,
        }
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
    fn a_record_from_before_there_were_units_is_the_processor_s() {
        let mut old = serde_json::to_value(record("a", 4.5)).unwrap();
        let fields = old.as_object_mut().unwrap();
        assert_eq!(fields.shift_remove("unit"), Some("cpu".into()));
        fields.shift_remove("fallback");
        assert_eq!(serde_json::from_value::<Record>(old).unwrap(), record("a", 4.5));
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
