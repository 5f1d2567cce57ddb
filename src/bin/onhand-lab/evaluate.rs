//! `onhand-lab evaluate`: how often models are right.

use crate::common::{Engine, Failures, Named, json_path, print, room_for, save_report, seconds};
use indicatif::{ProgressBar, ProgressStyle};
use onhand::inference::{Variant, stored_variant};
use onhand::lab::evaluate::{Agreement, ErrorRate, Kind, Progress, Scores, WorstClass, judge};
use onhand::model_dir::ModelDir;
use onhand::profile::Device;
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Judge models on inputs of which the right answer is known
///
/// Pictures: a folder of them. Each lies in a folder of its class (FOLDER/CLASS/a.jpg, the class by name or by number
/// from 0), or its name begins with the four digits of its class (0281-cat.jpg). Reported are top-1, top-5 and the
/// classes that were mistaken most often.
///
/// Texts: a table, UTF-8, with the line `label<TAB>sentence` first; a label is the name of a class or its number from 0.
/// Reported are accuracy, F1, the expected calibration error and the confusion matrix.
///
/// Speech: a folder of sound files with a transcripts.json that says for each what is said, and in which language.
/// Reported are the error rates of words and characters after Whisper's normalisation; Korean, and what is written
/// without spaces, counts in characters only.
///
/// Of several models, all of one kind, each is also held against the first: how often both gave the same answer. An
/// input that cannot be read is named and left out, and so is a model that cannot be judged.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  \
    onhand-lab evaluate mobilenet-v3-small mobilenet-v3-small:int8 --data photos\n  \
    onhand-lab evaluate distilbert-sst2 ./my-model --data sst2-dev.tsv --json report.json")]
pub struct Args {
    /// Ids of installed models, or model directories, each perhaps with a variant
    #[arg(value_name = "MODEL[:f32|f16|int8]", required = true)]
    subjects: Vec<Named>,
    /// Folder of pictures, table of texts, or folder of clips
    #[arg(long, value_name = "PATH")]
    data: PathBuf,
    /// Write a report of everything as JSON
    #[arg(long, value_name = "FILE.json", value_parser = json_path)]
    json: Option<PathBuf>,
    /// Judge only so many inputs, evenly spaced among all
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    limit: Option<u32>,
    #[command(flatten)]
    engine: Engine,
}

/// One model's part of the report.
#[derive(Serialize)]
struct Judged {
    model: String,
    /// As it was asked for, or as the floats are stored.
    variant: Variant,
    /// How often the answer was that of the first model.
    #[serde(skip_serializing_if = "Option::is_none")]
    agreement: Option<Agreement>,
    seconds: f64,
    #[serde(flatten)]
    scores: Scores,
}

/// The JSON report.
#[derive(Serialize)]
struct Report<'a> {
    /// Which Onhand wrote it.
    version: &'static str,
    device: Device,
    data: &'a Path,
    limit: Option<u32>,
    models: &'a [Judged],
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
    args.json.iter().try_for_each(|path| room_for(path))?;
    let (mut judged, mut failures) = (Vec::<Judged>::new(), Failures::default());
    let models = opened(&args.engine, &args.subjects, &mut failures);
    // Data is of one kind: what does not fit it is said before anything has been computed.
    one_kind(&models)?;
    for (named, dir, _) in models {
        let options = args.engine.options(named.variant);
        let mut meter = Meter::new(&named.to_string());
        let scores = match judge(&dir, &options, &args.data, args.limit.map(|n| n as usize), &mut meter) {
            Ok(scores) => scores,
            Err(why) => {
                meter.finish();
                failures.note(named, why.to_string());
                continue;
            }
        };
        let of_one = Judged {
            model: named.model.clone(),
            variant: named.variant.unwrap_or_else(|| stored_variant(&dir)),
            agreement: judged.first().and_then(|first| scores.agreement(&first.scores)),
            seconds: meter.finish(),
            scores,
        };
        // What is the matter with the data is the same for all models, and said once; what a model does not know is not.
        let known: Vec<_> = judged.iter().flat_map(|before| before.scores.refused()).collect();
        let news = of_one.scores.refused().iter().filter(|refused| !known.contains(refused));
        news.for_each(|refused| tell!("left out: {}: {}", refused.input, refused.why));
        print(&in_words(&of_one, judged.first()));
        judged.push(of_one);
    }
    if !judged.is_empty() {
        let Args { data, limit, .. } = args;
        let version = env!("CARGO_PKG_VERSION");
        let report = Report { version, device: Device::this(), data, limit: *limit, models: &judged };
        save_report(args.json.as_ref(), &report)?;
    }
    Ok(failures)
}

/// A model as it was named, and its kind.
pub type Opened<'a> = (&'a Named, ModelDir, Kind);

/// Opens the models; one that cannot be opened is said.
pub fn opened<'a>(engine: &Engine, subjects: &'a [Named], failures: &mut Failures) -> Vec<Opened<'a>> {
    let mut models = Vec::new();
    for named in subjects {
        let dir = engine.open(&named.model);
        match dir.and_then(|dir| Kind::of(&dir).map(|kind| (dir, kind)).map_err(|e| e.to_string())) {
            Ok((dir, kind)) => models.push((named, dir, kind)),
            Err(why) => failures.note(named, why),
        }
    }
    models
}

/// The kind that all models are of; `None` where there is none.
///
/// # Errors
/// Names two of different kinds.
pub fn one_kind(models: &[Opened]) -> Result<Option<Kind>, String> {
    let Some((_, first, of_first)) = models.first() else { return Ok(None) };
    match models.iter().find(|(_, _, kind)| kind != of_first) {
        Some((_, other, of_other)) => Err(format!(
            "{} is a {of_first} model and {} a {of_other} model; name models of one kind",
            first.name(),
            other.name()
        )),
        None => Ok(Some(*of_first)),
    }
}

/// How far the judging of a model is, on a terminal.
pub struct Meter {
    bar: ProgressBar,
    since: Instant,
}

impl Meter {
    /// Of what is called `name`.
    pub fn new(name: &str) -> Self {
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len}, {eta} left");
        let bar = ProgressBar::no_length().with_style(style.expect("the template is sound"));
        Self { bar: bar.with_message(name.to_string()), since: Instant::now() }
    }

    /// Takes the bar away and gives the seconds that have passed.
    pub fn finish(&self) -> f64 {
        self.bar.finish_and_clear();
        self.since.elapsed().as_secs_f64()
    }
}

/// What failed is said where the bar was.
impl Drop for Meter {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Meter {
    fn begin(&mut self, inputs: usize) {
        self.bar.set_length(inputs as u64);
    }

    fn done(&mut self) {
        self.bar.inc(1);
    }
}

fn percent(part: f64) -> String {
    format!("{:.1} %", 100.0 * part)
}

/// A model's scores for a person; `first` is the model that the others are held against.
fn in_words(judged: &Judged, first: Option<&Judged>) -> String {
    let mut text = format!("{} ({}), {}\n", judged.model, judged.variant, seconds(judged.seconds));
    let mut line = |name: &str, value: String| text += &format!("  {name:<24}{value}\n");
    match &judged.scores {
        Scores::Vision(s) => {
            line("top-1", format!("{} of {} ({})", s.top1, s.pictures, percent(s.top1_share)));
            line("top-5", format!("{} of {} ({})", s.top5, s.pictures, percent(s.top5_share)));
            for (at, class) in s.worst.iter().take(5).enumerate() {
                line(if at == 0 { "worst classes" } else { "" }, mistaken(class));
            }
        }
        Scores::Text(s) => {
            line("accuracy", format!("{} of {} ({})", s.right, s.texts, percent(s.accuracy)));
            line("F1, macro", format!("{:.4}", s.f1_macro));
            line("F1, positive", s.f1_positive.map_or_else(|| "no text is positive".into(), |f1| format!("{f1:.4}")));
            line("calibration error", format!("{:.4}", s.calibration_error));
            for (right, row) in s.matrix.iter().enumerate() {
                let answers = row.iter().zip(&s.classes).map(|(count, class)| format!("{class} {count}"));
                line(&format!("{} taken for", s.classes[right]), answers.collect::<Vec<_>>().join(", "));
            }
        }
        Scores::Speech(s) => {
            line("word error rate", rate(s.words, "words"));
            line("character error rate", rate(s.characters, "characters"));
            for clip in &s.clips {
                let (errors, unit) = clip.words.map_or((clip.characters, "characters"), |words| (words, "words"));
                line(&format!("  {}  ", clip.clip), rate(errors, unit));
            }
        }
    }
    if let (Some(first), Some(Agreement { same, of })) = (first, judged.agreement) {
        let share = if of == 0 { String::new() } else { format!(" ({})", percent(same as f64 / of as f64)) };
        line("same answer", format!("{same} of {of}{share} as {} ({})", first.model, first.variant));
    }
    let refused = judged.scores.refused().len();
    if refused > 0 {
        line("left out", refused.to_string());
    }
    text
}

fn rate(errors: ErrorRate, unit: &str) -> String {
    let share = errors.rate().map_or_else(|| "unknown".into(), percent);
    format!("{share} (edits: {}, {unit}: {})", errors.edits, errors.reference)
}

/// `tench: 3 of 5 right, taken for goldfish 2`.
fn mistaken(class: &WorstClass) -> String {
    let taken_for: Vec<_> = class.taken_for.iter().take(3).map(|(name, count)| format!("{name} {count}")).collect();
    format!("{}: {} of {} right, taken for {}", class.class, class.right, class.inputs, taken_for.join(", "))
}
