//! `onhand-lab prune`: a model without what matters least in it.

use crate::common::{Engine, print};
use onhand::inference::Unit;
use onhand::lab::prune::{Error, Narrowed, Output, Plan, Pruned, Sparsity, Weights, deflated_bytes, prune};
use onhand::model_dir::{ModelDir, WEIGHTS_FILE};
use serde::Serialize;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Take out of a model what matters least in it, and write what is left as a model of its own
///
/// Structured: whole channels of an image network go, or attention heads and feed-forward units of a text network, as
/// many of every layer, the weakest first (L2 norm). What is left is an ordinary, smaller model that every other command
/// runs. Widths are rounded to multiples of 8; the classifier's outputs stay.
///
/// Without --structured single weights become zero, the smallest of every layer first. That saves no time: all
/// products are computed as before. Only a compressed download gets smaller.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    onhand-lab prune mobilenet-v3-small --amount 0.3 --structured\n  \
    onhand-lab prune distilbert-sst2 --amount 0.5 --structured --out ./half")]
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
    /// In how many steps; each takes the same share of what is left
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=100))]
    iterations: u16,
    /// Directory to make, which must not be there [default: MODEL-pruned-PERCENT in this one]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print the result as a line of JSON
    #[arg(long)]
    json: bool,
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
        Ok(summary) if args.json => print(&(serde_json::to_string(&summary).expect("plain data serialises") + "\n")),
        Ok(summary) => print(&in_words(&summary)),
        Err(why) => {
            eprintln!("onhand-lab: {why}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn try_run(args: &Args) -> Result<Summary, String> {
    let engine = Engine { threads: None, unit: Unit::Cpu, models_dir: args.models_dir.clone() };
    let dir = engine.open(&args.model)?;
    let plan = Plan { amount: args.amount, structured: args.structured, iterations: args.iterations.into() };
    pruned(args, &dir, plan).map_err(|e| e.to_string())
}

fn pruned(args: &Args, dir: &ModelDir, plan: Plan) -> Result<Summary, Error> {
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| PathBuf::from(format!("{}-pruned-{}", dir.name(), (100.0 * plan.amount).round())));
    let output = Output::at(&out)?;
    let before = size(dir.path(), &Weights::open(dir)?)?;
    let Pruned { weights, config, sparsity, groups } = prune(dir, &plan, |_, _, _| Ok::<_, Error>(()))?;
    let out = output.write(dir, &weights, &config, json!(plan))?;
    let after = size(&out, &weights)?;
    Ok(Summary { model: dir.name(), out, plan, before, after, sparsity, groups })
}

fn size(dir: &Path, weights: &Weights) -> Result<Size, Error> {
    let path = dir.join(WEIGHTS_FILE);
    let bytes = path.metadata().map_err(Error::read(&path))?.len();
    Ok(Size { parameters: weights.parameters(), bytes, deflated_bytes: deflated_bytes(&path)? })
}

/// For a person.
fn in_words(summary: &Summary) -> String {
    let Summary { model, out, before, after, sparsity, groups, .. } = summary;
    let mut text = format!("{model}, pruned: {}\n", out.display());
    let mut line = |name: &str, before: String, after: String| text += &format!("  {name:<28}{before:>12} → {after}\n");
    let mb = |bytes: u64| format!("{:.2} MB", bytes as f64 / 1e6);
    let millions = |count: usize| format!("{:.2} M", count as f64 / 1e6);
    line("parameters", millions(before.parameters), millions(after.parameters));
    line("weights on disk", mb(before.bytes), mb(after.bytes));
    line("weights compressed (deflate)", mb(before.deflated_bytes), mb(after.deflated_bytes));
    for Narrowed { group, from, to } in groups {
        line(group, from.to_string(), to.to_string());
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
