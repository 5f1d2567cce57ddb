//! `onhand-lab demo`: the three models on the sample inputs, in one short report.

use crate::common::{Common, Report, held};
use crate::models;
use crate::samples;
use onhand::inference::speech::{TranscribeOptions, Transcriber, audio};
use onhand::inference::text::SentimentAnalyzer;
use onhand::inference::vision::{ImageClassifier, RgbFrame, Selection};
use onhand::inference::{Options, Unit};
use onhand::model_dir::{Limits, ModelDir};
use onhand::profile::Stopwatch;
use onhand::store::BUILT_IN;
use serde::Serialize;
use std::process::ExitCode;

/// For each part, the models that will do; the last is fetched when none is installed.
const SEE: [&str; 3] = ["mobilenet-v3-small", "mobilenet-v3-large", "efficientnet-lite0"];
const HEAR: [&str; 3] = ["whisper-base", "whisper-tiny", "whisper-tiny.en"];
const READ: [&str; 2] = ["distilbert-sst2", BUILT_IN];

/// Classify, transcribe and judge the sample inputs; models that are missing are fetched first
#[derive(clap::Args, Debug)]
#[command(after_help = "Example: onhand-lab demo --models ./models")]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

/// Labels less probable than this are noise in a report.
const THRESHOLD: f32 = 0.01;

/// One answer of the report.
#[derive(Serialize)]
struct Answer {
    input: String,
    model: String,
    says: String,
    ms: Vec<(&'static str, f64)>,
}

/// A part without its model, as JSON.
#[derive(Serialize)]
struct Gap<'a> {
    input: &'a str,
    error: &'a str,
}

/// Why a part of the report has no answer.
enum Unanswered {
    /// Its model is not installed and cannot be had from here: a gap, not a failure.
    NoModel(String),
    Failed(String),
}

/// Answers one part of the report.
type Part = fn(&Common) -> Answers;

type Answers = Result<Vec<Answer>, Unanswered>;

impl From<onhand::inference::Error> for Unanswered {
    fn from(error: onhand::inference::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

pub fn run(args: &Args) -> ExitCode {
    let mut report = Report::new(&args.common);
    let parts: [(&str, &str, Part); 3] =
        [("See", samples::CLOCK.0, see), ("Hear", samples::SPEECH.0, hear), ("Read", samples::SENTENCES.0, read)];
    for (part, input, answer) in parts {
        match answer(&args.common) {
            Ok(answers) => answers.iter().for_each(|a| report.answer(a, || a.as_text(part))),
            Err(Unanswered::NoModel(why)) => {
                report.answer(&Gap { input, error: &why }, || format!("{part:<5} {input}\n      left out: {why}\n"))
            }
            Err(Unanswered::Failed(why)) => report.failure(input, &why),
        }
    }
    report.exit_code()
}

impl Answer {
    fn new(input: &str, dir: &ModelDir, says: String, watch: &Stopwatch) -> Self {
        Self { input: input.into(), model: dir.name(), says, ms: watch.stages_ms().collect() }
    }

    fn as_text(&self, part: &str) -> String {
        let times: Vec<_> = self.ms.iter().map(|(stage, ms)| format!("{stage} {ms:.0} ms")).collect();
        format!("{part:<5} {}\n      {}\n      {}: {}\n", self.input, self.says, self.model, times.join(", "))
    }
}

fn see(common: &Common) -> Answers {
    let dir = installed(common, &SEE)?;
    // On the processor whatever the others are computed on.
    let pictures = Options { unit: Unit::Cpu, ..common.options() };
    let mut watch = Stopwatch::default();
    let answer = (|| {
        let classifier = watch.time("load", || ImageClassifier::load(&dir, &pictures))?;
        let frame = watch.time("decode", || RgbFrame::decode(samples::CLOCK.1))?;
        let input = watch.time("prepare", || classifier.prepare(&frame))?;
        let logits = watch.time("infer", || classifier.infer(&input))?;
        onhand::inference::Result::Ok(
            classifier.labels(&logits, &Selection { top: 3, threshold: THRESHOLD, ..Selection::default() }),
        )
    })();
    let labels = answer?;
    let says: Vec<_> = labels.iter().map(|l| format!("{} {:.0} %", l.name, l.probability * 100.0)).collect();
    Ok(vec![Answer::new(samples::CLOCK.0, &dir, says.join(", "), &watch)])
}

fn hear(common: &Common) -> Answers {
    let dir = installed(common, &HEAR)?;
    let mut watch = Stopwatch::default();
    let answer = (|| {
        let transcriber = watch.time("load", || Transcriber::load(&dir, &common.options()))?;
        held(transcriber.placed()).map_err(Unanswered::Failed)?;
        let sound = watch.time("decode", || audio::decode(samples::SPEECH.1))?;
        let said = watch
            .time("transcribe", || transcriber.transcribe(&sound.samples, &TranscribeOptions::default(), &mut ()))?;
        Ok::<_, Unanswered>(said)
    })();
    let said = answer?;
    let input = format!("{} ({:.1} s)", samples::SPEECH.0, said.audio_s);
    Ok(vec![Answer::new(&input, &dir, format!("“{}”", said.text.trim()), &watch)])
}

fn read(common: &Common) -> Answers {
    let dir = installed(common, &READ)?;
    let mut watch = Stopwatch::default();
    let analyzer = watch.time("load", || SentimentAnalyzer::load(&dir, &common.options()))?;
    held(analyzer.placed()).map_err(Unanswered::Failed)?;
    let mut answers = Vec::new();
    for sentence in samples::SENTENCES.1.lines() {
        let judged = watch.time("judge", || analyzer.judge(sentence))?;
        let says = if judged.language_known {
            format!("{} {:.0} %", judged.label.to_lowercase(), judged.probability * 100.0)
        } else {
            "a language that this model does not know".into()
        };
        answers.push(Answer::new(&format!("“{sentence}”"), &dir, says, &std::mem::take(&mut watch)));
    }
    Ok(answers)
}

/// The first of `ids` that is installed; the last of them is fetched when none is.
fn installed(common: &Common, ids: &[&str]) -> Result<ModelDir, Unanswered> {
    let places = common.places();
    let path = match ids.iter().find_map(|id| places.find(id)) {
        Some(path) => path,
        None => models::fetch_one(ids[ids.len() - 1], common).map_err(Unanswered::NoModel)?,
    };
    ModelDir::open(path, &Limits::default()).map_err(|e| Unanswered::Failed(e.to_string()))
}
