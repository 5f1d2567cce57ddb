use crate::common::{Common, Report, held};
use onhand::inference::vision::{ImageClassifier, Label, Language, RgbFrame, Selection};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// The models that are looked for without `--model`, best suited first.
const MODELS: [&str; 3] = ["mobilenet-v3-small", "efficientnet-lite0", "mobilenet-v3-large"];

const EXAMPLE: &str = "\
Example:
  onhand-lab classify holiday/*.jpg --top 3 --threshold 0.1
  onhand-lab classify cat.png --language ko --json";

/// Say what pictures show
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLE)]
pub struct Args {
    /// JPEG, PNG, WebP, GIF, BMP or TIFF files
    #[arg(required = true, value_name = "IMAGE")]
    images: Vec<PathBuf>,
    /// How many labels to report
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    top: u16,
    /// Report only labels at least as probable as this, 0 to 1 [default: the top ones, however probable]
    #[arg(long, value_name = "P", value_parser = probability)]
    threshold: Option<f32>,
    /// Language of the labels
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    language: LabelLanguage,
    /// Id of an installed model, or a model directory; without it the first of mobilenet-v3-small,
    /// efficientnet-lite0 and mobilenet-v3-large that is installed
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    #[command(flatten)]
    common: Common,
}

#[derive(clap::ValueEnum, Debug, Clone, Copy)]
enum LabelLanguage {
    /// English
    En,
    /// Korean
    Ko,
}

#[derive(Serialize)]
struct Answer<'a> {
    input: &'a str,
    labels: Vec<Label>,
    ms: Milliseconds,
}

/// How long each stage took.
#[derive(Serialize)]
struct Milliseconds {
    decode: f64,
    prepare: f64,
    infer: f64,
}

pub fn run(args: &Args) -> ExitCode {
    let mut report = Report::new(&args.common);
    let classifier = match load(args) {
        Ok(classifier) => classifier,
        Err(error) => {
            args.images.iter().for_each(|image| report.failure(&image.to_string_lossy(), &error));
            return report.exit_code();
        }
    };
    for image in &args.images {
        let input = image.to_string_lossy();
        match classify(&classifier, image, &args.selection()) {
            Ok((labels, ms)) => {
                let answer = Answer { input: &input, labels, ms };
                report.answer(&answer, || as_text(&answer));
            }
            Err(error) => report.failure(&input, &error.to_string()),
        }
    }
    report.exit_code()
}

impl Args {
    fn selection(&self) -> Selection {
        let language = match self.language {
            LabelLanguage::En => Language::English,
            LabelLanguage::Ko => Language::Korean,
        };
        Selection { top: self.top.into(), threshold: self.threshold.unwrap_or(0.0), language }
    }
}

fn load(args: &Args) -> Result<ImageClassifier, String> {
    let dir = match &args.model {
        Some(id) => args.common.open_model(&[id])?,
        None => args.common.open_model(&MODELS)?,
    };
    let classifier = ImageClassifier::load(&dir, &args.common.options()).map_err(|e| e.to_string())?;
    held(classifier.placed())?;
    Ok(classifier)
}

fn classify(
    classifier: &ImageClassifier,
    image: &Path,
    selection: &Selection,
) -> onhand::inference::Result<(Vec<Label>, Milliseconds)> {
    let (frame, decode) = timed(|| RgbFrame::open(image))?;
    let (input, prepare) = timed(|| classifier.prepare(&frame))?;
    let (logits, infer) = timed(|| classifier.infer(&input))?;
    Ok((classifier.labels(&logits, selection), Milliseconds { decode, prepare, infer }))
}

/// What `stage` returns, and how many milliseconds it took, to the microsecond.
fn timed<T, E>(stage: impl FnOnce() -> Result<T, E>) -> Result<(T, f64), E> {
    let start = Instant::now();
    let value = stage()?;
    Ok((value, start.elapsed().as_micros() as f64 / 1e3))
}

fn as_text(answer: &Answer) -> String {
    let Milliseconds { decode, prepare, infer } = answer.ms;
    let mut lines = vec![format!("{}  (decode {decode:.1}, prepare {prepare:.1}, infer {infer:.1} ms)", answer.input)];
    if answer.labels.is_empty() {
        lines.push("   nothing above the threshold".into());
    }
    lines.extend(answer.labels.iter().map(|l| format!("  {:5.1} %  {}", l.probability * 100.0, l.name)));
    lines.join("\n")
}

fn probability(text: &str) -> Result<f32, String> {
    match text.parse() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("a probability is a number from 0 to 1".into()),
    }
}
