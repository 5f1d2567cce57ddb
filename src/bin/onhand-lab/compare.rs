//! `onhand-lab compare`: models side by side.

use crate::common::{Engine, Failures, Named, json_path, print, room_for, save, save_report, svg_path};
use crate::evaluate::{Meter, one_kind, opened};
use onhand::inference::{Unit, Variant, cost};
use onhand::lab::compare::{Entry, Timing, figure, markdown, size_bytes, terminal};
use onhand::lab::evaluate::{Kind, judge};
use onhand::model_dir::ModelDir;
use onhand::profile::Device;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

/// Compare models of one kind: size, parameters, multiply-adds, time, memory, energy, and how often they are right
///
/// Each is timed in a process of its own, as `onhand-lab profile` does it, on a fixed input of its kind: the sample picture,
/// a sentence of 32 tokens, the sample recording. With --data they are judged as `onhand-lab evaluate` does it, and held
/// against the first. A model that cannot be timed or judged is named and left out. Energy comes from the processor's own counters (RAPL), where this user may read them.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    onhand-lab compare mobilenet-v3-small mobilenet-v3-small:int8 efficientnet-lite0 --data photos --figure models.svg\n  \
    onhand-lab compare whisper-tiny.en whisper-base:int8 --runs 5 --markdown speech.md")]
pub struct Args {
    /// Ids of installed models, or model directories, each perhaps with a variant
    #[arg(value_name = "MODEL[:f32|f16|int8]", required = true)]
    subjects: Vec<Named>,
    /// Folder of pictures, table of texts or folder of clips, as `onhand-lab evaluate` takes it
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// Judge only so many inputs, evenly spaced among all
    #[arg(long, value_name = "N", requires = "data", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    /// Answers that are timed
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Answers before them that are not
    #[arg(long, value_name = "N", default_value_t = 3)]
    warmup: u32,
    /// Write the table as Markdown
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
    /// Write everything as JSON
    #[arg(long, value_name = "FILE.json", value_parser = json_path)]
    json: Option<PathBuf>,
    /// Draw how often they are right against size and time, as SVG
    #[arg(long, value_name = "FILE.svg", value_parser = svg_path)]
    figure: Option<PathBuf>,
    #[command(flatten)]
    engine: Engine,
}

/// The JSON report.
#[derive(Serialize)]
struct Report<'a> {
    /// Which Onhand wrote it.
    version: &'static str,
    device: Device,
    kind: Kind,
    threads: usize,
    unit: Unit,
    data: Option<&'a Path>,
    limit: Option<u32>,
    models: &'a [Entry],
}

/// What is read of a line of `profile --json`.
#[derive(Deserialize)]
struct Profiled {
    input: ProfiledInput,
    run_ms: ProfiledRuns,
    peak_memory_bytes: Option<u64>,
    joules_per_run: Option<f64>,
}

#[derive(Deserialize)]
struct ProfiledInput {
    what: String,
}

#[derive(Deserialize)]
struct ProfiledRuns {
    n: usize,
    p50: f64,
    p90: f64,
}

pub fn run(args: &Args) -> ExitCode {
    match try_run(args) {
        Ok(failures) => failures.exit_code(),
        Err(why) => {
            tell!("onhand-lab: {why}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(args: &Args) -> Result<Failures, String> {
    let files = [&args.markdown, &args.json, &args.figure];
    files.into_iter().flatten().try_for_each(|path| room_for(path))?;
    let (mut entries, mut failures) = (Vec::<Entry>::new(), Failures::default());
    let models = opened(&args.engine, &args.subjects, &mut failures);
    let Some(kind) = one_kind(&models)? else { return Ok(failures) };
    for (named, dir, _) in &models {
        match entry(args, named, dir, entries.first()) {
            Ok(entry) => entries.push(entry),
            Err(why) => failures.note(named, why),
        }
    }
    if entries.is_empty() {
        return Ok(failures);
    }
    print(&terminal(&entries));
    if let Some(path) = &args.markdown {
        save(path, &markdown(&entries))?;
    }
    let report = Report {
        version: env!("CARGO_PKG_VERSION"),
        device: Device::this(),
        kind,
        threads: args.engine.threads_in_force(),
        unit: args.engine.unit,
        data: args.data.as_deref(),
        limit: args.limit,
        models: &entries,
    };
    save_report(args.json.as_ref(), &report)?;
    if let Some(path) = &args.figure {
        save(path, &figure(&entries)?)?;
    }
    Ok(failures)
}

/// All about one model; `first` is the one that it is held against.
fn entry(args: &Args, named: &Named, dir: &ModelDir, first: Option<&Entry>) -> Result<Entry, String> {
    let (size_bytes, stored) = size_bytes(dir, named.variant).map_err(|e| e.to_string())?;
    let cost = cost(dir).map_err(|e| e.to_string())?;
    // First what takes long and may fail on the data.
    let scores = match &args.data {
        None => None,
        Some(data) => {
            let mut meter = Meter::new(&named.to_string());
            let options = args.engine.options(named.variant);
            let limit = args.limit.map(|n| n as usize);
            Some(judge(dir, &options, data, limit, &mut meter).map_err(|e| e.to_string())?)
        }
    };
    let of_first = first.and_then(|first| first.scores.as_ref());
    Ok(Entry {
        model: dir.name(),
        variant: named.variant.unwrap_or(stored),
        stored,
        size_bytes,
        cost,
        timing: timed(&args.engine, named.variant, dir, (args.warmup, args.runs))?,
        agreement: scores.as_ref().zip(of_first).and_then(|(scores, first)| scores.agreement(first)),
        scores,
    })
}

/// Times a model in a process of its own: the peak of its memory is then no other model's. So many runs warm up, and so many
/// count.
///
/// # Errors
/// A sentence that says why it cannot be.
pub fn timed(
    engine: &Engine,
    variant: Option<Variant>,
    dir: &ModelDir,
    (warmup, runs): (u32, u32),
) -> Result<Timing, String> {
    let program = std::env::current_exe().map_err(|e| format!("this program does not find itself: {e}"))?;
    // By its place, so that both processes mean the same model.
    let place = dir.path().canonicalize().map_err(|e| format!("{}: {e}", dir.path().display()))?;
    let mut profile = Command::new(program);
    profile.arg("profile").arg(place).arg("--json");
    profile.args(["--runs", &runs.to_string(), "--warmup", &warmup.to_string()]);
    profile.args(["--unit", &engine.unit.to_string(), "--threads", &engine.threads_in_force().to_string()]);
    if let Some(variant) = variant {
        profile.args(["--variant", &variant.to_string()]);
    }
    // How far it is, and what is wrong, it says itself.
    let done = profile.stdin(Stdio::null()).stderr(Stdio::inherit()).output();
    let done = done.map_err(|e| format!("the process that times it cannot be started: {e}"))?;
    if !done.status.success() {
        return Err(format!("it could not be timed ({}); the reason stands above", done.status));
    }
    let line: Profiled = serde_json::from_slice(&done.stdout)
        .map_err(|e| format!("what the process that times it said is torn: {e}"))?;
    Ok(Timing {
        input: line.input.what,
        runs: line.run_ms.n,
        p50_ms: line.run_ms.p50,
        p90_ms: line.run_ms.p90,
        peak_memory_bytes: line.peak_memory_bytes,
        joules: line.joules_per_run,
    })
}
