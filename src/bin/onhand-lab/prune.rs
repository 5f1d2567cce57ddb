//! `onhand-lab prune`: a model without what matters least in it.

use crate::common::{Engine, json_path, print, room_for, save_report, seconds};
use crate::learning::{DeviceName, Learning, not_negative, positive, work_dir};
use candle_core::Device;
use onhand::inference::Unit;
use onhand::lab::made::Made;
use onhand::lab::prune::{
    Activity, Alone, Error, Graph, Help, Lesson, Narrowed, Network, Plan, Pruned, Sparsity, Step, Teacher, Weights,
    deflated_bytes, prune, write,
};
use onhand::lab::train::{self, Distillation, Flow};
use onhand::model_dir::{ModelDir, WEIGHTS_FILE};
use serde::Serialize;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Take out of a model what matters least in it, and write what is left as a model of its own
///
/// Structured: whole channels of an image network go, or attention heads and feed-forward units of a text network, as
/// many of every layer, the weakest first: by the L2 norm of their weights, and with --fine-tune of pictures by how much
/// they move what reads them. What is left is an ordinary, smaller model that every other command runs. Widths are
/// rounded to multiples of 8; the classifier's outputs stay.
///
/// Without --structured single weights become zero, the smallest of every layer first. That saves no time: all
/// products are computed as before. Only a compressed download gets smaller.
///
/// With --fine-tune what is left learns from the original after each iteration, on pictures or texts that need no
/// labels. What is not finished lies in a folder beside --out, whose name ends in .work: the same command goes on from
/// there after a kill, to the same result.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    onhand-lab prune mobilenet-v3-small --amount 0.3 --structured --fine-tune photos\n  \
    onhand-lab prune distilbert-sst2 --amount 0.5 --structured --fine-tune sst2-train.tsv --rows 2000 --out ./half")]
pub struct Args {
    /// Id of an installed model, or a model directory: MobileNetV3, EfficientNet-Lite0 or DistilBERT
    #[arg(value_name = "MODEL")]
    model: String,
    /// Share of the weights, or of the channels of every layer, that goes, between 0 and 1
    #[arg(long, value_name = "SHARE", value_parser = amount)]
    amount: f64,
    /// Remove whole channels, heads and units, instead of writing zeros
    #[arg(long)]
    structured: bool,
    /// Leave the channels from block to block of an image network as they are, which residuals join
    #[arg(long, requires = "structured")]
    inner: bool,
    /// In how many steps; each takes the same share of what is left
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100))]
    iterations: u16,
    /// Learn from the original after each iteration: a folder of pictures, or a table with the line
    /// `label<TAB>sentence` first, of which the labels are not looked at
    #[arg(long, value_name = "DATA")]
    fine_tune: Option<PathBuf>,
    /// Pictures or texts to learn from after each iteration, at most, chosen by chance
    #[arg(long, value_name = "N", default_value_t = 2000, requires = "fine_tune", value_parser = clap::value_parser!(u32).range(1..))]
    rows: u32,
    /// Passes over them after each iteration [default: 10 for pictures, 1 for texts]
    #[arg(long, value_name = "N", requires = "fine_tune", value_parser = clap::value_parser!(u16).range(1..))]
    epochs: Option<u16>,
    /// Pictures or texts a step, at most: only texts of one length come together
    #[arg(long, value_name = "N", default_value_t = 16, requires = "fine_tune", value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
    /// Highest learning rate [default: 0.0003 for pictures, 0.00005 for texts]
    #[arg(long, value_name = "R", requires = "fine_tune", value_parser = positive)]
    learning_rate: Option<f64>,
    /// What logits are divided by before they are compared with the original's
    #[arg(long, value_name = "T", default_value_t = Distillation::default().temperature, requires = "fine_tune", value_parser = positive)]
    temperature: f64,
    /// How much the original's features count beside its logits, for pictures [default: 10]
    #[arg(long, value_name = "F", requires = "fine_tune", value_parser = not_negative)]
    features: Option<f64>,
    /// What texts are learned from on; pictures are on the processor
    #[arg(long, value_enum, default_value_t, requires = "fine_tune")]
    device: DeviceName,
    /// Decides what chance decides
    #[arg(long, value_name = "N", default_value_t = 0, requires = "fine_tune")]
    seed: u64,
    /// Directory to make, which must not be there [default: MODEL-pruned-PERCENT in this one]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE.json", value_parser = json_path)]
    json: Option<PathBuf>,
    /// Directory that holds the models; else ONHAND_MODELS, else `models` beside the program, else the data directory
    #[arg(long = "models", value_name = "DIR")]
    models_dir: Option<PathBuf>,
}

/// What came of it.
#[derive(Serialize)]
struct Summary {
    model: String,
    out: PathBuf,
    plan: Plan,
    #[serde(skip_serializing_if = "Option::is_none")]
    lesson: Option<Lesson>,
    seconds: f64,
    before: Size,
    after: Size,
    #[serde(skip_serializing_if = "Option::is_none")]
    sparsity: Option<Sparsity>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    groups: Vec<Narrowed>,
}

/// How large a model is.
#[derive(Serialize)]
struct Size {
    parameters: usize,
    /// Of the weights on disk.
    bytes: u64,
    /// Of the weights in a compressed download.
    deflated_bytes: u64,
}

pub fn run(args: &Args) -> ExitCode {
    match try_run(args) {
        Ok(summary) => print(&in_words(&summary)),
        Err(why) => {
            tell!("onhand-lab: {why}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn try_run(args: &Args) -> Result<Summary, String> {
    let engine = Engine { threads: None, unit: Unit::Cpu, models_dir: args.models_dir.clone() };
    let dir = engine.open(&args.model)?;
    args.json.iter().try_for_each(|path| room_for(path))?;
    let network = Network::of(&dir).map_err(|e| e.to_string())?;
    let of_pictures = [("--inner", args.inner), ("--features", args.features.is_some())];
    if let (Network::Text(_), Some((flag, _))) = (&network, of_pictures.into_iter().find(|(_, given)| *given)) {
        return Err(format!("{flag} is about image networks, and would change nothing here; leave it out"));
    }
    // Said before it is asked whether there is one.
    if args.device != DeviceName::Cpu && matches!(network, Network::Vision(_)) {
        return Err(Error::Device.to_string());
    }
    let summary = pruned(args, &dir, &args.device.device()?).map_err(|e| e.to_string())?;
    save_report(args.json.as_ref(), &summary)?;
    Ok(summary)
}

fn pruned(args: &Args, dir: &ModelDir, device: &Device) -> Result<Summary, Error> {
    let plan = Plan {
        amount: args.amount,
        structured: args.structured,
        inner: args.inner,
        iterations: args.iterations.into(),
        folds: args.fine_tune.is_some(),
    };
    let named = || PathBuf::from(format!("{}-pruned-{}", dir.name(), (100.0 * plan.amount).round()));
    let out = args.out.clone().unwrap_or_else(named);
    let made = Made::begin(&out)?;
    let since = Instant::now();
    let before = size(&dir.weights_path(), &Weights::open(dir)?)?;
    let work = work_dir(&out);
    let lesson = args.fine_tune.as_ref().map(|data| args.lesson(dir, data)).transpose()?;
    let teacher = lesson.clone().map(|lesson| teacher(dir, lesson, &plan, device, &work)).transpose()?;
    let pruned = match teacher {
        Some(teacher) => prune(dir, &plan, &mut Told { teacher, iterations: plan.iterations })?,
        None => prune(dir, &plan, &mut Alone)?,
    };
    let Pruned { weights, config, sparsity, groups } = pruned;
    let data = args.fine_tune.as_ref().and_then(|data| data.file_name()).map(|name| name.to_string_lossy());
    let recipe = json!({"plan": plan, "lesson": lesson, "data": data});
    let out = write(made, dir, &weights, &config, recipe)?;
    let after = size(&out.join(WEIGHTS_FILE), &weights)?;
    if lesson.is_some() {
        // What it was made in has served.
        let _ = std::fs::remove_dir_all(work);
    }
    let seconds = since.elapsed().as_secs_f64();
    Ok(Summary { model: dir.name(), out, plan, lesson, seconds, before, after, sparsity, groups })
}

/// A teacher whose progress is told.
struct Told {
    teacher: Teacher,
    iterations: usize,
}

impl Help for Told {
    fn activity(&mut self, network: &Network, graph: &Graph, weights: &Weights) -> Result<Activity, Error> {
        self.teacher.activity(network, graph, weights)
    }

    fn teach(&mut self, step: &Step, weights: &mut Weights) -> Result<(), Error> {
        let mut learning = Learning::named(&format!("iteration {} of {}", step.iteration, self.iterations));
        self.teacher.teach(step, weights, &mut |event| {
            learning.event(event);
            Flow::Go
        })
    }
}

/// The original as a teacher; what it cannot read is said.
fn teacher(dir: &ModelDir, lesson: Lesson, plan: &Plan, device: &Device, work: &Path) -> Result<Teacher, Error> {
    let (teacher, refused) = Teacher::new(dir, lesson, plan, device, work)?;
    refused.iter().for_each(|refused| tell!("left out: {}: {}", refused.input, refused.why));
    Ok(teacher)
}

impl Args {
    fn lesson(&self, dir: &ModelDir, data: &Path) -> Result<Lesson, Error> {
        let (epochs, learning_rate) = match Network::of(dir)? {
            Network::Vision(_) => (10, 3e-4),
            Network::Text(_) => (1, 5e-5),
        };
        Ok(Lesson {
            data: data.into(),
            rows: self.rows as usize,
            distillation: Distillation { temperature: self.temperature, alpha: 1.0 },
            features: self.features.unwrap_or(10.0),
            plan: train::Plan {
                epochs: self.epochs.map_or(epochs, usize::from),
                batch: self.batch.into(),
                learning_rate: self.learning_rate.unwrap_or(learning_rate),
                seed: self.seed,
                ..train::Plan::default()
            },
        })
    }
}

/// Of the weights at `path`, which are these.
fn size(path: &Path, weights: &Weights) -> Result<Size, Error> {
    let bytes = path.metadata().map_err(Error::read(path))?.len();
    Ok(Size { parameters: weights.parameters(), bytes, deflated_bytes: deflated_bytes(path)? })
}

/// For a person.
fn in_words(summary: &Summary) -> String {
    let Summary { model, out, before, after, sparsity, groups, .. } = summary;
    let mut text = format!("{model}, pruned in {}: {}\n", seconds(summary.seconds), out.display());
    let mut line = |name: &str, before: String, after: String| text += &format!("  {name:<28}{before:>12} → {after}\n");
    let mb = |bytes: u64| format!("{:.2} MB", bytes as f64 / 1e6);
    let millions = |count: usize| format!("{:.2} M", count as f64 / 1e6);
    line("parameters", millions(before.parameters), millions(after.parameters));
    line("weights on disk", mb(before.bytes), mb(after.bytes));
    line("weights compressed (deflate)", mb(before.deflated_bytes), mb(after.deflated_bytes));
    for Narrowed { group, from, to } in groups {
        line(group, from.to_string(), to.to_string());
    }
    if summary.lesson.is_some() {
        text += &format!("  What it is worth: onhand-lab compare {model} {} --data …\n", out.display());
    }
    if !groups.is_empty() && summary.lesson.is_none() {
        text += "  It has learned nothing since, and may have lost most of what it knew: prune with --fine-tune, and see what\n  \
                 onhand-lab evaluate says of it.\n";
    }
    if let Some(Sparsity { weights, zeros }) = sparsity {
        let share = 100.0 * *zeros as f64 / (*weights).max(1) as f64;
        text += &format!("  {zeros} of {weights} weights are zero ({share:.1} %)\n");
        text += "  This saves no time by itself: all products are computed as before. Only the compressed download is \
                 smaller.\n";
    }
    text
}

fn amount(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(value) if value > 0.0 && value < 1.0 => Ok(value),
        _ => Err("a share is a number above 0 and below 1".into()),
    }
}
