//! What was measured alike in several files, and how each stands to the first.

use super::words::{self, tidy};
use crate::inference::{Fallback, Unit};
use crate::profile::measurement::{Input, Length, Reading, Record, Verdict};
use serde::Serialize;

/// One way to measure one model, and what each file has of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The model's name.
    pub model: String,
    /// Its precision.
    pub variant: String,
    /// What computed.
    pub unit: Unit,
    /// Threads that computed.
    pub threads: usize,
    /// How long it was measured: heat shows in ten minutes and not in five seconds.
    pub length: Length,
    /// What one run was given.
    pub input: Input,
    /// A file each, in their order; `None` where it was not measured.
    pub figures: Vec<Option<Figures>>,
}

/// What one file has of a case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figures {
    /// The model's name.
    pub model: String,
    /// Its precision.
    pub variant: String,
    /// What computed.
    pub unit: Unit,
    /// Threads that computed.
    pub threads: usize,
    /// How long it was measured.
    pub length: Length,
    /// What one run was given.
    pub input: Input,
    /// What was to compute, where that is another unit, and why it did not.
    pub fallback: Option<Fallback>,
    /// Runs that counted.
    pub runs: usize,
    /// The median of a run.
    pub p50_ms: f64,
    /// Nine of ten runs are under it; `None` where there were too few to say.
    pub p90_ms: Option<f64>,
    /// The first load of the process.
    pub first_load_ms: f64,
    /// The most memory of the process; `None` where the system did not say.
    pub peak_memory_bytes: Option<u64>,
    /// Whether in a process of its own; else the memory is the whole app's.
    pub own_process: bool,
    /// The first reading of heat.
    pub heat_at_start: Option<Reading>,
    /// The last reading of heat.
    pub heat_at_end: Option<Reading>,
    /// What it is worth.
    pub verdict: Verdict,
    /// How often the file has it. The last that is valid counts, or the last.
    pub measured: usize,
    /// Its median against the first file's; `None` for that one itself, and where it has none.
    pub ratio_to_first: Option<f64>,
    /// Whether both can be believed, this and the first file's.
    pub ratio_is_valid: bool,
}

/// The cases of `files`, by model, precision, unit, input, length and threads.
pub(super) fn cases(files: &[&[Record]]) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for record in files.iter().copied().flatten() {
        if !cases.iter().any(|case| case.is_of(record)) {
            cases.push(Case {
                model: record.model.clone(),
                variant: record.variant.clone(),
                unit: record.unit,
                threads: record.threads,
                length: record.length,
                input: record.input,
                figures: Vec::new(),
            });
        }
    }
    cases.sort_by_cached_key(|case| {
        let (input, minutes) = (words::input(case.input), words::minutes(case.length));
        (case.model.clone(), case.variant.clone(), case.unit, input, minutes, case.threads)
    });
    for case in &mut cases {
        case.figures = files.iter().map(|records| case.figures_in(records)).collect();
        let Some(Some(first)) = case.figures.first() else { continue };
        let (first_ms, first_is_valid) = (first.p50_ms, first.is_valid());
        for figures in case.figures.iter_mut().skip(1).flatten() {
            figures.ratio_to_first = ratio(figures.p50_ms, first_ms);
            figures.ratio_is_valid = first_is_valid && figures.is_valid();
        }
    }
    cases
}

fn mark(figure: String, valid: bool) -> String {
    if valid { figure } else { format!("{figure} {}", words::DOUBTFUL) }
}

/// `None` where a file claims what no clock shows.
fn ratio(ms: f64, first_ms: f64) -> Option<f64> {
    (ms > 0.0 && first_ms > 0.0).then_some(ms / first_ms).filter(|ratio| ratio.is_finite() && *ratio > 0.0)
}

impl Case {
    fn is_of(&self, record: &Record) -> bool {
        self.model == record.model
            && self.variant == record.variant
            && self.unit == record.unit
            && self.threads == record.threads
            && self.length == record.length
            && self.input == record.input
    }

    fn figures_in(&self, records: &[Record]) -> Option<Figures> {
        let all = || records.iter().filter(|record| self.is_of(record));
        let record = all().max_by_key(|record| (record.verdict.is_valid(), record.at_unix_s))?;
        Some(Figures {
            model: record.model.clone(),
            variant: record.variant.clone(),
            unit: record.unit,
            threads: record.threads,
            length: record.length,
            input: record.input,
            fallback: record.fallback.clone(),
            runs: record.run_ms.n,
            p50_ms: record.run_ms.p50,
            p90_ms: record.p90_ms(),
            first_load_ms: record.first_load_ms,
            peak_memory_bytes: record.peak_memory_bytes,
            own_process: record.own_process,
            heat_at_start: record.heat.first().copied(),
            heat_at_end: record.heat.last().copied(),
            verdict: record.verdict.clone(),
            measured: all().count(),
            ratio_to_first: None,
            ratio_is_valid: false,
        })
    }

    /// What it is called in a table: `whisper-base f32, threads: 4, 30 s of sound, quick`, or in place of the threads the
    /// unit, where that is not the processor.
    pub(super) fn title(&self) -> String {
        let (model, variant) = (tidy(&self.model), tidy(&self.variant));
        let (input, length) = (words::input(self.input), words::length(self.length));
        let on = match self.unit {
            Unit::Cpu => format!("threads: {}", self.threads),
            other => format!("on {other}"),
        };
        format!("{model} {variant}, {on}, {input}, {length}")
    }

    /// Its rows in a table: what each is called, and a cell for each file.
    pub(super) fn rows(&self) -> Vec<(&'static str, Vec<String>)> {
        let row = |name, cell: &dyn Fn(&Figures) -> String| {
            let cells = self.figures.iter().map(|figures| figures.as_ref().map_or("–".to_string(), cell));
            (name, cells.collect::<Vec<_>>())
        };
        let mut rows = vec![
            row("p50", &|f| f.marked(words::ms(f.p50_ms))),
            row("p90", &|f| f.p90_ms.map_or("too few runs".into(), |ms| f.marked(words::ms(ms)))),
            row("first load", &|f| words::ms(f.first_load_ms)),
            row("peak memory", &|f| f.memory()),
            row("heat", &|f| words::heats(f.heat_at_start.as_ref(), f.heat_at_end.as_ref())),
            row("verdict", &|f| words::verdict(&f.verdict)),
        ];
        if self.figures.len() > 1 {
            rows.insert(1, row("p50 to the first", &|f| f.ratio()));
        }
        if self.figures.iter().flatten().any(|f| f.fallback.is_some()) {
            rows.push(row("instead of", &|f| f.fallback.as_ref().map_or("–".into(), words::fallback)));
        }
        if self.figures.iter().flatten().any(|f| f.measured > 1) {
            rows.push(row("times measured", &|f| f.measured.to_string()));
        }
        rows
    }
}

impl Figures {
    /// Whether it can be believed.
    pub fn is_valid(&self) -> bool {
        self.verdict.is_valid()
    }

    /// `figure`, with the mark of what is doubtful.
    fn marked(&self, figure: String) -> String {
        mark(figure, self.is_valid())
    }

    fn ratio(&self) -> String {
        self.ratio_to_first.map_or("–".into(), |ratio| mark(words::ratio(ratio), self.ratio_is_valid))
    }

    fn memory(&self) -> String {
        let whose = if self.own_process { "" } else { " (the app)" };
        self.peak_memory_bytes.map_or("unknown".into(), |bytes| words::size(bytes) + whose)
    }
}
