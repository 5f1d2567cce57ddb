//! `onhand-lab distil`: a small text model that learns from a large one.

use crate::common::{Engine, Named, json_path, print_line, room_for, save_training};
use crate::learning::{DeviceName, Learning, count, positive, share, work_dir};
use onhand::lab::distil::{Augmentation, Distilled, Recipe, Stage, distil};
use onhand::lab::train::{Distillation, Flow, Plan};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Make a small text model that answers as a large one does
///
/// The student gets a WordPiece vocabulary of its own and word vectors that begin as the teacher's in fewer dimensions.
/// It learns from the labels and from the teacher's answers, to the texts of --data and to many more that are made of
/// them. What is not finished lies in a folder beside --out, whose name ends in .work: the same command goes on from
/// there after a kill, to the same result.
#[derive(clap::Args, Debug)]
#[command(
    after_help = "Example:\n  onhand-lab distil --teacher distilbert-sst2 --student models/sentiment-mini/student.json \\\n    \
                        --data sst2-train.tsv --templates models/sentiment-mini/everyday.txt --out mini"
)]
pub struct Args {
    /// Model that teaches: id of an installed model, or a model directory. In bytes it answers four times as quickly as
    /// in floats, and the same to a percent
    #[arg(long, value_name = "MODEL[:f32|f16|int8]", default_value = "distilbert-sst2:int8")]
    teacher: Named,
    /// Sizes of the student: a config.json of transformers' DistilBERT
    #[arg(long, value_name = "FILE")]
    student: PathBuf,
    /// Texts to learn from: a table with the line `label<TAB>sentence` first
    #[arg(long, value_name = "TSV")]
    data: PathBuf,
    /// Patterns of further sentences
    #[arg(long, value_name = "FILE")]
    templates: Option<PathBuf>,
    /// Sentences to make of the patterns of --templates
    #[arg(long, value_name = "N", default_value_t = 20_000, requires = "templates")]
    templated: usize,
    /// Texts to make of each that is there
    #[arg(long, value_name = "N", default_value_t = Augmentation::default().variants)]
    variants: usize,
    /// What logits are divided by before student and teacher are compared
    #[arg(long, value_name = "T", default_value_t = Distillation::default().temperature, value_parser = positive)]
    temperature: f64,
    /// Share of the teacher's word in the loss, 0 to 1; the rest is the labels'
    #[arg(long, value_name = "A", default_value_t = Distillation::default().alpha, value_parser = share)]
    alpha: f64,
    /// Passes over all texts
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = count)]
    epochs: usize,
    /// Texts a step, at most: only those of one length come together
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = count)]
    batch: usize,
    /// Highest learning rate
    #[arg(long, value_name = "R", default_value_t = 1e-3, value_parser = positive)]
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
        Ok(distilled) => {
            print_line(&words(&distilled, &args.out));
            ExitCode::SUCCESS
        }
        Err(why) => {
            tell!("onhand-lab: {why}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(args: &Args) -> Result<Distilled, String> {
    args.json.iter().try_for_each(|path| room_for(path))?;
    let teacher = args.engine.open(&args.teacher.model)?;
    let read = std::fs::read_to_string(&args.student);
    let read = read.map_err(|e| format!("{}: {e}; check the path that --student names", args.student.display()))?;
    let student = serde_json::from_str(&read)
        .map_err(|e| format!("{}: {e}; it has to be a config.json", args.student.display()))?;
    let recipe = Recipe {
        student,
        data: args.data.clone(),
        templates: args.templates.clone(),
        templated: args.templated,
        augmentation: Augmentation { variants: args.variants, seed: args.seed, ..Augmentation::default() },
        distillation: Distillation { temperature: args.temperature, alpha: args.alpha },
        plan: Plan {
            epochs: args.epochs,
            batch: args.batch,
            learning_rate: args.learning_rate,
            patience: args.patience,
            seed: args.seed,
            ..Plan::default()
        },
        teacher: args.engine.options(args.teacher.variant),
        device: args.device.device()?,
    };
    let work = work_dir(&args.out);
    let mut learning = Learning::new();
    let distilled = distil(&teacher, &recipe, &work, &args.out, &mut |stage| tell(&mut learning, stage));
    drop(learning);
    if distilled.is_ok() {
        // What it was made in has served.
        let _ = std::fs::remove_dir_all(work);
    } else {
        // Where nothing came of it there is nothing to go on from: only an empty folder is taken away.
        let _ = std::fs::remove_dir(work);
    }
    let distilled = distilled.map_err(|e| e.to_string())?;
    save_training(args.json.as_ref(), &args.out, &distilled)?;
    Ok(distilled)
}

fn words(distilled: &Distilled, out: &Path) -> String {
    let Distilled { parameters, texts, held_out, accuracy, epoch, .. } = distilled;
    format!(
        "{}: {:.2} million parameters, learned from {texts} texts, {:.1} % of {held_out} held-out texts right after epoch {epoch}",
        out.display(),
        *parameters as f64 / 1e6,
        100.0 * accuracy
    )
}

fn tell(learning: &mut Learning, stage: Stage) -> Flow {
    match stage {
        Stage::Augmenting => learning.say("making texts"),
        Stage::Answered { done, of } => learning.at("the teacher answers", done, of),
        Stage::Beginning => learning.say("making the student"),
        Stage::Learning(event) => learning.event(event),
        Stage::Accuracy(accuracy) => learning.say(&format!("{:.1} % of held-out texts right", 100.0 * accuracy)),
    }
    Flow::Go
}
