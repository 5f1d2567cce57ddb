//! `onhand-lab profile`: times one model on a fixed input of its kind.

use crate::common::{Common, Report, held};
use crate::samples;
use indicatif::{ProgressBar, ProgressStyle};
use onhand::inference::speech::{TranscribeOptions, Transcriber, audio};
use onhand::inference::text::SentimentAnalyzer;
use onhand::inference::vision::{ImageClassifier, RgbFrame, Selection};
use onhand::inference::{Error, Options, Placed, Result, family, stored_variant};
use onhand::model_dir::ModelDir;
use onhand::profile::{self, Input, Plan, Subject};
use std::process::ExitCode;

/// 32 tokens with `[CLS]` and `[SEP]` for English BERT: a sentence such as people write.
const TEXT: &str = "The food was good and the people were kind, but we had to wait for an hour before we got a table, \
                    and that was too long.";

/// Time a model: first load, later loads, each stage of a run, memory
///
/// The input is the same every time: the sample picture, the sample recording, or a sentence of 32 tokens.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  onhand-lab profile distilbert-sst2\n  \
                        onhand-lab profile ./my-model --runs 20 --threads 1 --json")]
pub struct Args {
    /// Id of an installed model, or a model directory
    #[arg(value_name = "MODEL")]
    model: String,
    /// Runs that are not counted
    #[arg(long, value_name = "N", default_value_t = Plan::default().warmup)]
    warmup: usize,
    /// Runs that are counted
    #[arg(long, value_name = "N", default_value_t = Plan::default().runs as u32, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    #[command(flatten)]
    common: Common,
}

pub fn run(args: &Args) -> ExitCode {
    let mut report = Report::new(&args.common);
    match measure(args) {
        Ok(measured) => report.answer(&measured, || measured.to_string()),
        Err(why) => report.failure(&args.model, &why),
    }
    report.exit_code()
}

fn measure(args: &Args) -> std::result::Result<profile::Report, String> {
    let dir = args.common.engine.open(&args.model)?;
    let plan = Plan { warmup: args.warmup, runs: args.runs as usize, ..Plan::default() };
    let (family, options) = (family(&dir), args.common.options());
    let subject = |input| Subject {
        model: dir.name(),
        family: family.to_string(),
        variant: options.variant.unwrap_or_else(|| stored_variant(&dir)).to_string(),
        unit: args.common.engine.unit,
        threads: args.common.engine.threads.map(usize::from),
        input,
    };
    let bar = progress(&dir.name(), plan);
    let done = || bar.inc(1);
    let measured = match family {
        "distilbert" => text(&dir, &options, plan, subject, done),
        "mobilenetv3" | "efficientnet_lite" => vision(&dir, &options, plan, subject, done),
        "whisper" => speech(&dir, &options, plan, subject, done),
        _ => return Err(format!("profile knows no input for a model of family {family}")),
    };
    bar.finish_and_clear();
    measured.map_err(|e| e.to_string())
}

/// Says what is going to be done, and on a terminal how far it is.
fn progress(model: &str, plan: Plan) -> ProgressBar {
    tell!("{model}: runs to warm up: {}, that count: {}", plan.warmup, plan.runs);
    let style = ProgressStyle::with_template("{wide_bar} {pos} of {len} runs, {eta} left");
    ProgressBar::new((plan.warmup + plan.runs) as u64).with_style(style.expect("the template is sound"))
}

/// As [`held`], for what gives the engine's errors.
fn on_its_unit(placed: &Placed) -> Result<()> {
    held(placed).map_err(Error::Input)
}

fn text(
    dir: &ModelDir,
    options: &Options,
    plan: Plan,
    subject: impl Fn(Input) -> Subject,
    done: impl FnMut(),
) -> Result<profile::Report> {
    let input = Input { what: "a sentence of 32 tokens".into(), amount: 32.0, unit: "tokens" };
    profile::measure(
        subject(input),
        plan,
        || SentimentAnalyzer::load(dir, options).and_then(|model| on_its_unit(model.placed()).map(|()| model)),
        |analyzer, watch| {
            let tokens = watch.time("tokenize", || analyzer.tokenize(TEXT))?;
            watch.time("infer", || analyzer.infer(&tokens, &mut || false))?;
            Ok(())
        },
        done,
    )
}

fn vision(
    dir: &ModelDir,
    options: &Options,
    plan: Plan,
    subject: impl Fn(Input) -> Subject,
    done: impl FnMut(),
) -> Result<profile::Report> {
    let frame = RgbFrame::decode(samples::CLOCK.1)?;
    let (width, height) = frame.upright_size();
    let input = Input { what: format!("a frame of {width}×{height}"), amount: 1.0, unit: "frames" };
    profile::measure(
        subject(input),
        plan,
        || ImageClassifier::load(dir, options).and_then(|model| on_its_unit(model.placed()).map(|()| model)),
        |classifier, watch| {
            let input = watch.time("prepare", || classifier.prepare(&frame))?;
            let logits = watch.time("infer", || classifier.infer(&input))?;
            watch.time("labels", || classifier.labels(&logits, &Selection::default()));
            Ok(())
        },
        done,
    )
}

fn speech(
    dir: &ModelDir,
    options: &Options,
    plan: Plan,
    subject: impl Fn(Input) -> Subject,
    done: impl FnMut(),
) -> Result<profile::Report> {
    let sound = audio::decode(samples::SPEECH.1)?;
    let what = format!("a recording of {:.1} s", sound.duration_s);
    let input = Input { what, amount: sound.duration_s, unit: "seconds of sound" };
    profile::measure(
        subject(input),
        plan,
        || Transcriber::load(dir, options).and_then(|model| on_its_unit(model.placed()).map(|()| model)),
        |transcriber, watch| {
            let options = TranscribeOptions::default();
            watch.time("transcribe", || transcriber.transcribe(&sound.samples, &options, &mut ())).map(drop)
        },
        done,
    )
}
