//! `onhand-lab finetune`: a model that goes on learning, from labelled inputs of one's own.

use crate::common::{Engine, json_path, print_line, room_for, save_training};
use crate::learning::{DeviceName, Learning, count, positive};
use onhand::inference::family;
use onhand::lab::evaluate::Refused;
use onhand::lab::finetune::{self, Finetuned, Lesson, Stage};
use onhand::lab::train::{Flow, Plan};
use std::path::PathBuf;
use std::process::ExitCode;

/// Let a model go on learning from labelled inputs of your own
///
/// Pictures: a folder for each class. Where the folders' names are not the model's classes, they are its new ones, and its
/// last layer begins anew.
///
/// Texts: a table, UTF-8, with the line `label<TAB>sentence` first; a label is the name of one of the model's classes or
/// its number from 0. One input of twenty is held out: the pass after which those are judged best is kept. A run that was
/// killed is gone on with by the same command, to the same result, from a checkpoint beside --out.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  onhand-lab finetune sentiment-mini --data reviews.tsv --out my-mini\n  \
                        onhand-lab finetune mobilenet-v3-small --data photos --epochs 10 --learning-rate 1e-3 --out my-things")]
pub struct Args {
    /// Id of an installed model, or a model directory
    #[arg(value_name = "MODEL")]
    model: String,
    /// What to learn from
    #[arg(long, value_name = "PATH")]
    data: PathBuf,
    /// Passes over the data
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = count)]
    epochs: usize,
    /// Inputs a step, at most: only texts of one length come together
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = count)]
    batch: usize,
    /// Highest learning rate
    #[arg(long, value_name = "R", default_value_t = 5e-5, value_parser = positive)]
    learning_rate: f64,
    /// Passes without a better judgement before it ends early
    #[arg(long, value_name = "N")]
    patience: Option<usize>,
    /// Decides what chance decides
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// What it learns on
    #[arg(long, value_enum, default_value_t)]
    device: DeviceName,
    /// Where the model goes
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE.json", value_parser = json_path)]
    json: Option<PathBuf>,
    #[command(flatten)]
    engine: Engine,
}

pub fn run(args: &Args) -> ExitCode {
    match try_run(args) {
        Ok(Finetuned { learned, held_out, accuracy_before, accuracy, epoch, .. }) => {
            let (before, after, out) = (100.0 * accuracy_before, 100.0 * accuracy, args.out.display());
            if accuracy < accuracy_before {
                tell!("it got worse: try a smaller --learning-rate, or more data");
            }
            print_line(&format!(
                "{out}: learned from {learned} inputs; of {held_out} held-out ones {before:.1} % right before, {after:.1} % after epoch {epoch}"
            ));
            ExitCode::SUCCESS
        }
        Err(why) => {
            tell!("onhand-lab: {why}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(args: &Args) -> Result<Finetuned, String> {
    args.json.iter().try_for_each(|path| room_for(path))?;
    let dir = args.engine.open(&args.model)?;
    let plan = Plan {
        epochs: args.epochs,
        batch: args.batch,
        learning_rate: args.learning_rate,
        patience: args.patience,
        seed: args.seed,
        ..Plan::default()
    };
    let lesson = Lesson { data: args.data.clone(), plan };
    let name = args.out.file_name().unwrap_or_default().to_string_lossy();
    let checkpoint = args.out.with_file_name(format!("{name}.checkpoint"));
    let mut learning = Learning::new();
    let mut watch = |stage| {
        match stage {
            Stage::Learning(event) => learning.event(event),
            Stage::Accuracy(accuracy) => learning.say(&format!("{:.1} % of held-out inputs right", 100.0 * accuracy)),
        }
        Flow::Go
    };
    let finetuned = match (family(&dir), args.device) {
        ("mobilenetv3" | "efficientnet_lite", DeviceName::Cpu) => {
            finetune::vision(&dir, &lesson, &checkpoint, &args.out, &mut watch)
        }
        ("mobilenetv3" | "efficientnet_lite", _) => {
            return Err("pictures are learned from on the processor; leave --device out".into());
        }
        _ => finetune::text(&dir, &lesson, &args.device.device()?, &checkpoint, &args.out, &mut watch)
            .map(|finetuned| (finetuned, Vec::new())),
    };
    drop(learning);
    let (finetuned, refused) = finetuned.map_err(|e| e.to_string())?;
    refused.iter().for_each(|Refused { input, why }| tell!("left out: {input}: {why}"));
    save_training(args.json.as_ref(), &args.out, &finetuned)?;
    Ok(finetuned)
}
