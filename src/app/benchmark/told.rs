//! A record put together from what the runner was told.

use super::job::{Job, Measured};
use crate::inference::{Placed, Unit};
use crate::profile::measurement::{Build, Doubt, Input, Reading, Record, Run, judge};
use crate::profile::{Device, Summary};

/// What was told of a measurement.
pub struct Told {
    /// Of the first load.
    pub first_load_ms: f64,
    /// On the disk.
    pub variant: String,
    /// What it computed on.
    pub placed: Placed,
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
        let Placed { unit, fallback } = told.placed;
        let doubt = Doubt {
            others_share: measured.others_share,
            rest_skipped,
            debug_build: build.is_debug(),
            on_gpu: unit == Unit::Metal,
        };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        Some(Self {
            format: Self::FORMAT,
            at_unix_s: now.map_or(0, |d| d.as_secs()),
            device: Device::this(),
            model: job.model.clone(),
            variant: told.variant,
            unit,
            fallback,
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
}
