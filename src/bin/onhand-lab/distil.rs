//! `onhand-lab distil`: a small text model that learns from a large one.

use crate::common::{Common, print_line};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use onhand::inference::Variant;
use onhand::lab::distil::{Augmentation, Distilled, Recipe, Stage, distil};
use onhand::lab::train::{Distillation, Event, Flow, Plan};
use std::io::IsTerminal;
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
    /// Model that teaches
    #[arg(long, value_name = "ID", default_value = "distilbert-sst2")]
    teacher: String,
    /// Sizes of the student: a config.json of transformers' DistilBERT
    #[arg(long, value_name = "FILE")]
    student: PathBuf,
    /// Texts to learn from: a table with the line `label<TAB>sentence` first
    #[arg(long, value_name = "TSV")]
    data: PathBuf,
    /// Patterns of further sentences
    #[arg(long, value_name = "FILE")]
    templates: Option<PathBuf>,
    /// Sentences to make of the patterns
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
    #[arg(long, value_name = "N", default_value_t = 5)]
    epochs: usize,
    /// Texts a step
    #[arg(long, value_name = "N", default_value_t = 64)]
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
    /// Where the model goes
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    common: Common,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("wants a number above 0".into()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("wants a number from 0 to 1".into()),
    }
}

pub fn run(args: &Args) -> ExitCode {
    match try_run(args) {
        Ok(distilled) => {
            print_line(&if args.common.json { json(&distilled) } else { words(&distilled, &args.out) });
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("onhand-lab: {why}");
            ExitCode::FAILURE
        }
    }
}

fn try_run(args: &Args) -> Result<Distilled, String> {
    let teacher = args.common.open_model(&[&args.teacher])?;
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
        // Made at load: four times as quick as floats, and the answers are the same to a percent.
        teacher: Some(args.common.variant.unwrap_or(Variant::Int8)),
        device: candle_core::Device::Cpu,
    };
    let work = work_dir(&args.out);
    let mut progress = Progress::new();
    let distilled = distil(&teacher, &recipe, &work, &args.out, &mut |stage| progress.tell(stage));
    progress.end();
    let distilled = distilled.map_err(|e| e.to_string())?;
    // What it was made in has served.
    let _ = std::fs::remove_dir_all(work);
    Ok(distilled)
}

fn work_dir(out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!("{name}.work"))
}

fn json(distilled: &Distilled) -> String {
    serde_json::to_string(distilled).expect("plain data serialises")
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

/// A bar on a terminal, a line now and then elsewhere.
struct Progress {
    bar: ProgressBar,
    terminal: bool,
    /// Of the last hundred steps, so that it can be read.
    loss: f32,
    epoch: usize,
    /// The percent that was told last, where there is no terminal.
    said: usize,
}

impl Progress {
    fn new() -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}").expect("a sound template");
        Self {
            bar: ProgressBar::with_draw_target(Some(0), target).with_style(style),
            terminal,
            loss: 0.0,
            epoch: 0,
            said: 0,
        }
    }

    fn tell(&mut self, stage: Stage) -> Flow {
        match stage {
            Stage::Augmenting => self.say("making texts"),
            Stage::Answered { done, of } => self.at("the teacher answers", done, of),
            Stage::Beginning => self.say("making the student"),
            Stage::Learning(Event::Resumed { step }) => {
                self.say(&format!("going on after step {step}"));
                self.bar.reset_eta();
            }
            Stage::Learning(Event::Step { step, of, loss }) => {
                self.loss = if step == 1 { loss } else { 0.99 * self.loss + 0.01 * loss };
                self.at(&format!("learning, loss {:.4}", self.loss), step, of);
            }
            Stage::Learning(Event::Epoch { epoch, judgement, best }) => {
                self.epoch = epoch + 1;
                let best = if best { ", the best so far" } else { "" };
                self.say(&format!("epoch {}: loss {:.4} on held-out texts{best}", epoch + 1, -judgement));
            }
            Stage::Accuracy(accuracy) => {
                self.say(&format!("epoch {}: {:.1} % of held-out texts right", self.epoch, 100.0 * accuracy));
            }
        }
        Flow::Go
    }

    fn say(&self, sentence: &str) {
        self.bar.suspend(|| eprintln!("{sentence}"));
    }

    fn at(&mut self, what: &str, done: usize, of: usize) {
        if self.bar.length() != Some(of as u64) {
            self.bar.set_length(of as u64);
            self.bar.reset();
            self.bar.set_position(done as u64);
            self.bar.reset_eta();
        }
        self.bar.set_message(what.to_string());
        self.bar.set_position(done as u64);
        let percent = 100 * done / of.max(1);
        if !self.terminal && std::mem::replace(&mut self.said, percent) != percent {
            let left = indicatif::HumanDuration(self.bar.eta());
            eprintln!("{what}: {done} of {of}, {left} left");
        }
    }

    fn end(&self) {
        self.bar.finish_and_clear();
    }
}
