//! `onhand-lab quantize`: smaller numbers for the weights of a model.

use crate::common::{Engine, json_path, print, room_for, save, save_report, svg_path};
use crate::compare::timed;
use crate::evaluate::Meter;
use clap::ValueEnum;
use onhand::inference::Variant;
use onhand::inference::vision::ImageClassifier;
use onhand::lab::compare::{Timing, size_bytes};
use onhand::lab::evaluate::{Agreement, Error as EvaluateError, Kind, Scores, judge};
use onhand::lab::made;
use onhand::lab::quantize::vision::Pictures;
use onhand::lab::quantize::{Layer, Observer, Quantized, Scheme, To, make, plot};
use onhand::model_dir::{INT8_WEIGHTS_FILE, Limits, Method, ModelDir, Recipe};
use onhand::profile::Device;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Answers before those that are timed.
const WARMUP: u32 = 3;
/// Layers that are named as the worst.
const WORST: usize = 5;

/// Make the weights of a model smaller: halves, or bytes with a recipe that says how they were made
///
/// Bytes are written as model.int8.safetensors into the model's own directory, where --variant int8 finds them, or with
/// --out into a directory of their own. Halves need a directory of their own. The same model, flags and pictures give the
/// same bytes.
///
/// Reported are size, accuracy or agreement, latency, peak memory, and how near each layer stays to what it was.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    onhand-lab quantize distilbert-sst2 --to int8 --out distilbert-sst2-int8\n  \
    onhand-lab quantize mobilenet-v3-small --to int8 --method static --calibrate photos\n  \
    onhand-lab quantize mobilenet-v3-small --to f16 --out mobilenet-v3-small-f16")]
pub struct Args {
    /// Id of an installed model, or a model directory
    #[arg(value_name = "MODEL")]
    model: String,
    /// What its weights are to become
    #[arg(long, value_name = "f16|int8")]
    to: Precision,
    /// What is done with bytes when the model answers; without it, static for pictures and dynamic for texts and speech
    #[arg(long, value_enum, value_name = "METHOD")]
    method: Option<MethodName>,
    /// Folder of pictures to find ranges on: other ones than those that the model is judged on
    #[arg(long, value_name = "FOLDER")]
    calibrate: Option<PathBuf>,
    /// How a range is made of the numbers that were seen [default: mse]
    #[arg(long, value_enum, value_name = "OBSERVER")]
    observer: Option<ObserverName>,
    /// One scale for a whole layer instead of one for each of its outputs: what not to do, for comparison
    #[arg(long)]
    per_tensor: bool,
    /// Leave the channels between layers with the ranges that they have
    #[arg(long)]
    no_equalization: bool,
    /// Leave biases as they are
    #[arg(long)]
    no_bias_correction: bool,
    /// Layers whose signal to noise is less stay in floats [default: 20]
    #[arg(long, value_name = "DB", allow_negative_numbers = true, value_parser = decibels)]
    keep_below: Option<f64>,
    /// Directory to make; without it, bytes go into the model's own
    #[arg(long, value_name = "DIR", required_if_eq("to", "f16"))]
    out: Option<PathBuf>,
    /// Judge both models on it, as `onhand-lab evaluate` takes it: other inputs than those that ranges were found on
    #[arg(long, value_name = "PATH")]
    data: Option<PathBuf>,
    /// Answers of each model that are timed; 0 times none
    #[arg(long, value_name = "N", default_value_t = 30)]
    runs: u32,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE.json", value_parser = json_path)]
    json: Option<PathBuf>,
    /// Draw the signal to noise of each layer
    #[arg(long, value_name = "FILE.svg", value_parser = svg_path)]
    svg: Option<PathBuf>,
    #[command(flatten)]
    engine: Engine,
}

/// The report.
#[derive(Serialize)]
struct Report<'a> {
    /// Which Onhand wrote it.
    version: &'static str,
    device: Device,
    model: String,
    written: &'a Path,
    recipe: Option<&'a Recipe>,
    before: One,
    after: One,
    /// How often both gave the same answer.
    agreement: Option<Agreement>,
    layers: &'a [Layer],
}

/// One of both models.
#[derive(Serialize)]
struct One {
    variant: Variant,
    /// Of all files that it needs.
    bytes: u64,
    timing: Option<Timing>,
    scores: Option<Scores>,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq)]
enum Precision {
    /// 16-bit floats
    F16,
    /// Bytes with scales
    Int8,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
enum MethodName {
    /// Floats are made of them when the model is loaded: a small file, the same speed
    Weights,
    /// They are multiplied as they are, the range of a layer's inputs found anew for every row
    Dynamic,
    /// They are multiplied as they are, the range of a layer's inputs found beforehand on pictures
    Static,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
enum ObserverName {
    /// From the least to the most
    MinMax,
    /// All but one of ten thousand
    Percentile,
    /// The least divergence of what codes tell from what numbers told
    Entropy,
    /// The least mean squared error
    Mse,
}

impl Args {
    fn scheme(&self, dir: &ModelDir) -> Scheme {
        let method = match self.method {
            Some(MethodName::Weights) => Method::Weights,
            Some(MethodName::Dynamic) => Method::Dynamic,
            Some(MethodName::Static) => Method::Static,
            None if sees(dir) => Method::Static,
            None => Method::Dynamic,
        };
        let recommended = Scheme::new(method);
        let observer = match self.observer {
            None => recommended.observer,
            Some(ObserverName::MinMax) => Observer::MinMax,
            Some(ObserverName::Percentile) => Observer::Percentile,
            Some(ObserverName::Entropy) => Observer::Entropy,
            Some(ObserverName::Mse) => Observer::Mse,
        };
        Scheme {
            method,
            per_tensor: self.per_tensor,
            observer,
            equalize: !self.no_equalization,
            correct_bias: !self.no_bias_correction,
            least_snr_db: self.keep_below.unwrap_or(recommended.least_snr_db),
        }
    }

    /// What was asked for and would change nothing: who asks for it expects something else than would come of it.
    fn without_effect(&self, dir: &ModelDir) -> Option<String> {
        let bytes = self.to == Precision::Int8;
        let of_pictures = bytes && sees(dir);
        let ranged = of_pictures && self.scheme(dir).method == Method::Static;
        let flags = [
            ("--method", self.method.is_some(), bytes, "bytes"),
            ("--per-tensor", self.per_tensor, bytes, "bytes"),
            ("--keep-below", self.keep_below.is_some(), bytes, "bytes"),
            ("--calibrate", self.calibrate.is_some(), of_pictures, "the bytes of image networks"),
            ("--no-equalization", self.no_equalization, of_pictures, "the bytes of image networks"),
            ("--observer", self.observer.is_some(), ranged, "image networks in static bytes"),
            ("--no-bias-correction", self.no_bias_correction, self.calibrate.is_some(), "what --calibrate shows"),
        ];
        let (flag, _, _, of) = flags.into_iter().find(|(_, given, useful, _)| *given && !useful)?;
        Some(format!("{flag} is about {of}, and would change nothing here; leave it out"))
    }
}

/// Whether it is an image network, the only one that can be calibrated.
fn sees(dir: &ModelDir) -> bool {
    matches!(Kind::of(dir), Ok(Kind::Vision))
}

pub fn run(args: &Args) -> ExitCode {
    match try_run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            tell!("onhand-lab: {why}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(args: &Args) -> Result<(), String> {
    [&args.json, &args.svg].into_iter().flatten().try_for_each(|path| room_for(path))?;
    let dir = args.engine.open(&args.model)?;
    // What takes long comes last: before it, all that may be wrong with what was asked for is said.
    if let Some(out) = args.out.as_ref().filter(|out| out.symlink_metadata().is_ok()) {
        return Err(made::Error::Exists(out.clone()).to_string());
    }
    if matches!(args.method, Some(MethodName::Static)) && !sees(&dir) {
        return Err(format!("static bytes are for pictures, and {} sees none; leave --method out", dir.name()));
    }
    if let Some(why) = args.without_effect(&dir) {
        return Err(why);
    }
    if let Some(data) = &args.data {
        match judge(&dir, &args.engine.options(None), data, Some(1), &mut Meter::new(&dir.name())) {
            // Another input may be sound.
            Ok(_) | Err(EvaluateError::NothingJudged { .. }) => {}
            Err(why) => return Err(why.to_string()),
        }
    }
    let same = |a: &PathBuf, b: &PathBuf| a.canonicalize().ok() == b.canonicalize().ok();
    if args.calibrate.as_ref().zip(args.data.as_ref()).is_some_and(|(a, b)| same(a, b)) {
        tell!(
            "judged on the pictures that ranges are found on: it will look nearer to the floats than it is on others"
        );
    }
    if args.out.is_none() && dir.has(INT8_WEIGHTS_FILE) {
        tell!("{} lies in {} already and is replaced", INT8_WEIGHTS_FILE, dir.path().display());
    }
    let to = match args.to {
        Precision::F16 => To::F16,
        Precision::Int8 => To::Int8(args.scheme(&dir)),
    };
    let pictures = args.calibrate.as_ref().map(|folder| Pictures::open(&dir, folder)).transpose();
    let pictures = pictures.map_err(|e| e.to_string())?;
    for refused in pictures.iter().flat_map(|pictures| &pictures.refused) {
        tell!("left out: {}: {}", refused.input, refused.why);
    }
    let meter = &mut Meter::new(&dir.name());
    let quantized = make(&dir, &to, pictures.as_ref(), meter).map_err(|e| e.to_string())?;
    meter.finish();
    let written = match &args.out {
        Some(out) => quantized.write_to(&dir, out),
        None => quantized.write_beside(&dir).map(|_| dir.path().into()),
    };
    let written = written.map_err(|e| e.to_string())?;
    let report = report(args, &dir, &quantized, pictures.as_ref(), &written)?;
    print(&in_words(&report));
    save_report(args.json.as_ref(), &report)?;
    if let Some(path) = &args.svg {
        let title = format!("{}, {}", dir.name(), how(&report));
        save(path, &plot(&title, &quantized.layers, args.scheme(&dir).least_snr_db)?)?;
    }
    Ok(())
}

/// What the new model is beside the one that it was made of.
fn report<'a>(
    args: &Args,
    dir: &ModelDir,
    quantized: &'a Quantized,
    pictures: Option<&Pictures>,
    written: &'a Path,
) -> Result<Report<'a>, String> {
    let made = ModelDir::open(written, &Limits::default()).map_err(|e| e.to_string())?;
    let variant = quantized.recipe.is_some().then_some(Variant::Int8);
    let one = |of: &ModelDir, variant| -> Result<One, String> {
        let (bytes, stored) = size_bytes(of, variant).map_err(|e| e.to_string())?;
        let timing = match args.runs {
            0 => None,
            runs => Some(timed(&args.engine, variant, of, (WARMUP, runs))?),
        };
        let scores = match &args.data {
            None => None,
            Some(data) => {
                let options = args.engine.options(variant);
                let meter = &mut Meter::new(&format!("{} ({stored})", of.name()));
                Some(judge(of, &options, data, None, meter).map_err(|e| e.to_string())?)
            }
        };
        Ok(One { variant: stored, bytes, timing, scores })
    };
    let (before, after) = (one(dir, None)?, one(&made, variant)?);
    let agreement = match (&before.scores, &after.scores, pictures) {
        (Some(before), Some(after), _) => after.agreement(before),
        (_, _, Some(pictures)) => {
            let model = ImageClassifier::load(&made, &args.engine.options(variant)).map_err(|e| e.to_string())?;
            Some(pictures.agreement(&model).map_err(|e| e.to_string())?)
        }
        _ => None,
    };
    let Quantized { recipe, layers, .. } = quantized;
    let version = env!("CARGO_PKG_VERSION");
    Ok(Report {
        version,
        device: Device::this(),
        model: dir.name(),
        written,
        recipe: recipe.as_ref(),
        before,
        after,
        agreement,
        layers,
    })
}

/// How it was made, in a few words.
fn how(report: &Report) -> String {
    match report.recipe {
        None => "halves".into(),
        Some(recipe) => {
            let scales = if recipe.per_tensor { "a scale for each layer" } else { "a scale for each output" };
            let ranges = recipe.calibration.as_ref().filter(|_| recipe.method == Method::Static);
            let ranges =
                ranges.map_or_else(String::new, |c| format!(", ranges by {} on {} pictures", c.observer, c.files));
            format!("int8 {}, {scales}{ranges}", recipe.method)
        }
    }
}

/// What is told of the model before and after, where both have it.
type Told<'a> = &'a dyn Fn(&One) -> Option<String>;

fn in_words(report: &Report) -> String {
    let mut text = format!("{}: {}\n", report.model, how(report));
    let mut line = |name: &str, value: String| text += &format!("  {name:<24}{value}\n");
    let (before, after) = (&report.before, &report.after);
    let change = |of: Told| match (of(before), of(after)) {
        (Some(before), Some(after)) => Some(format!("{before} → {after}")),
        _ => None,
    };
    let lines: [(&str, Told); 5] = [
        ("precision", &|one| Some(one.variant.to_string())),
        ("size", &|one| Some(format!("{:.1} MB", one.bytes as f64 / 1e6))),
        ("right", &|one| Some(format!("{:.1} %", 100.0 * one.scores.as_ref()?.accuracy()?))),
        ("p50, p90 of an answer", &|one| {
            one.timing.as_ref().map(|timing| format!("{:.2}, {:.2} ms", timing.p50_ms, timing.p90_ms))
        }),
        ("peak memory", &|one| Some(format!("{:.1} MB", one.timing.as_ref()?.peak_memory_bytes? as f64 / 1e6))),
    ];
    for (name, of) in lines {
        change(of).into_iter().for_each(|change| line(name, change));
    }
    if let Some(Agreement { same, of }) = report.agreement {
        let on = if after.scores.is_some() { "" } else { ", of those that ranges were found on" };
        line("same answer", format!("{same} of {of}{on}"));
    }
    let mut worst: Vec<(&Layer, f64)> = report.layers.iter().filter_map(|l| Some((l, l.snr_db?))).collect();
    worst.sort_by(|a, b| a.1.total_cmp(&b.1));
    let kept = report.layers.iter().filter(|layer| layer.kept).count();
    for (at, (layer, snr_db)) in worst.iter().take(WORST.max(kept)).enumerate() {
        let fate = if layer.kept { ", kept in floats" } else { "" };
        line(if at == 0 { "worst layers" } else { "" }, format!("{snr_db:5.1} dB  {}{fate}", layer.name));
    }
    line("written", report.written.display().to_string());
    text
}

fn decibels(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|decibels: &f64| decibels.is_finite()).ok_or_else(|| "wants a number".into())
}
