//! `onhand-lab quantize`: smaller numbers for the weights of a model.

use crate::common::{Engine, print_line};
use clap::ValueEnum;
use onhand::lab::quantize::{Layer, Quantized, Scheme, To, make};
use onhand::model_dir::{Method, ModelDir};
use std::path::PathBuf;
use std::process::ExitCode;

/// Make the weights of a model smaller: halves, or bytes with a recipe that says how they were made
///
/// Bytes are written as model.int8.safetensors into the model's own directory, where --variant int8 finds them, or with
/// --out into a directory of their own. Halves need a directory of their own. The same model and flags give the same bytes.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    onhand-lab quantize distilbert-sst2 --to int8 --out distilbert-sst2-int8\n  \
    onhand-lab quantize mobilenet-v3-small --to f16 --out mobilenet-v3-small-f16")]
pub struct Args {
    /// Id of an installed model, or a model directory
    #[arg(value_name = "MODEL")]
    model: String,
    /// What its weights are to become
    #[arg(long, value_name = "f16|int8")]
    to: Precision,
    /// What is done with bytes when the model answers
    #[arg(long, value_enum, value_name = "METHOD", default_value = "dynamic")]
    method: MethodName,
    /// One scale for a whole layer instead of one for each of its outputs: what not to do, for comparison
    #[arg(long)]
    per_tensor: bool,
    /// Directory to make; without it, bytes go into the model's own
    #[arg(long, value_name = "DIR", required_if_eq("to", "f16"))]
    out: Option<PathBuf>,
    #[command(flatten)]
    engine: Engine,
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
}

pub fn run(args: &Args) -> ExitCode {
    match try_run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("onhand-lab: {why}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(args: &Args) -> Result<(), String> {
    let dir = args.engine.open(&args.model)?;
    let to = match args.to {
        Precision::F16 => To::F16,
        Precision::Int8 => {
            let method = match args.method {
                MethodName::Weights => Method::Weights,
                MethodName::Dynamic => Method::Dynamic,
            };
            To::Int8(Scheme { method, per_tensor: args.per_tensor })
        }
    };
    let quantized = make(&dir, &to).map_err(|e| e.to_string())?;
    let written = match &args.out {
        Some(out) => quantized.write_to(&dir, out),
        None => quantized.write_beside(&dir),
    };
    let written = written.map_err(|e| e.to_string())?;
    print_line(&in_words(&dir, &quantized)?);
    print_line(&format!("Written: {}", written.display()));
    Ok(())
}

fn in_words(dir: &ModelDir, quantized: &Quantized) -> Result<String, String> {
    let before = dir.header().file_bytes();
    let after = quantized.to_file().map_err(|e| e.to_string())?.len();
    let mut lines = vec![format!("{:.1} MB → {:.1} MB", before as f64 / 1e6, after as f64 / 1e6)];
    let mut worst: Vec<(&Layer, f64)> = quantized.layers.iter().filter_map(|l| Some((l, l.snr_db?))).collect();
    worst.sort_by(|a, b| a.1.total_cmp(&b.1));
    lines.extend(worst.iter().take(5).map(|(layer, snr_db)| format!("  {snr_db:5.1} dB  {}", layer.name)));
    Ok(lines.join("\n"))
}
