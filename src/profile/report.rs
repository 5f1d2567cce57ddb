//! A measurement as a table for people and as JSON for programs.

use super::{Device, Summary};
use crate::inference::Unit;
use serde::Serialize;
use std::fmt;

/// What one run is given.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// In words.
    pub what: String,
    /// How much of `unit` one run answers.
    pub amount: f64,
    /// What throughput counts: frames, tokens, seconds of sound.
    pub unit: &'static str,
}

/// What is measured.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Subject {
    /// The model's name.
    pub model: String,
    /// The kind of network.
    pub family: String,
    /// The precision on disk.
    pub variant: String,
    /// What computes it.
    pub unit: Unit,
    /// Threads that were asked for; `None` is all cores.
    pub threads: Option<usize>,
    /// What one run is given.
    pub input: Input,
}

/// One part of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    /// Its name.
    pub name: &'static str,
    /// Its time, in milliseconds.
    pub ms: Summary,
}

/// A whole measurement. Times are in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What was measured.
    #[serde(flatten)]
    pub subject: Subject,
    /// On which machine.
    pub device: Device,
    /// Runs before the first that counts.
    pub warmup: usize,
    /// The first load of the process.
    pub first_load_ms: f64,
    /// The loads after it, when there were any.
    pub later_load_ms: Option<Summary>,
    /// One run, by the clock on the wall.
    pub run_ms: Summary,
    /// One run, by the processors' time over all threads; `None` where the system does not say.
    pub cpu_ms: Option<Summary>,
    /// The parts of a run.
    pub stages: Vec<Stage>,
    /// How much of the input's unit is answered in a second.
    pub throughput_per_s: f64,
    /// The most memory of the process, with one model loaded; `None` where the system does not say.
    pub peak_memory_bytes: Option<u64>,
    /// What one run took of the socket, in joules, with all else that the processors did meanwhile; `None` where the
    /// system does not count it.
    pub joules_per_run: Option<f64>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let unknown = || "unknown".to_string();
        let mb = |bytes: Option<u64>| bytes.map_or_else(unknown, |b| format!("{} MB", b / 1_000_000));
        let (s, d) = (&self.subject, &self.device);
        let cores = d.cores.map_or_else(unknown, |n| n.to_string());
        writeln!(f, "{} ({}, {}): {} a run", s.model, s.family, s.variant, s.input.what)?;
        let cpu = d.cpu.clone().unwrap_or_else(|| "unknown processor".into());
        let memory = mb(d.memory_bytes);
        let architecture = d.architecture.as_deref().unwrap_or("unknown architecture");
        writeln!(f, "{cpu}, {cores} cores, {memory} of memory, {}, {architecture}", d.os)?;
        let threads = s.threads.map_or_else(|| "threads on all cores".into(), |n| format!("threads: {n}"));
        let threads = if s.unit == Unit::Cpu { threads } else { format!("unit: {}", s.unit) };
        writeln!(f, "{threads}, runs to warm up: {}\n", self.warmup)?;

        let columns = ["ms", "n", "mean", "sd", "min", "p50", "p90", "p99", "max"];
        write!(f, "{:<14}{:>5}", columns[0], columns[1])?;
        columns[2..].iter().try_for_each(|c| write!(f, "{c:>10}"))?;
        writeln!(f)?;
        writeln!(f, "{:<14}{:>5}{:>10.2}", "first load", 1, self.first_load_ms)?;
        let rows = [("later loads", &self.later_load_ms), ("run", &Some(self.run_ms)), ("run, cpu", &self.cpu_ms)];
        for (name, summary) in rows {
            if let Some(summary) = summary {
                row(f, name, summary)?;
            }
        }
        self.stages.iter().try_for_each(|stage| row(f, &format!("  {}", stage.name), &stage.ms))?;
        writeln!(f, "\nthroughput   {:.1} {} a second", self.throughput_per_s, s.input.unit)?;
        writeln!(f, "peak memory  {}", mb(self.peak_memory_bytes))?;
        let energy = |joules: f64| format!("{joules:.4} J a run, of all processors with all that they did");
        write!(f, "energy       {}", self.joules_per_run.map_or_else(unknown, energy))
    }
}

fn row(f: &mut fmt::Formatter, name: &str, s: &Summary) -> fmt::Result {
    write!(f, "{name:<14}{:>5}", s.n)?;
    [s.mean, s.sd, s.min, s.p50, s.p90, s.p99, s.max].iter().try_for_each(|v| write!(f, "{v:>10.2}"))?;
    writeln!(f)
}
