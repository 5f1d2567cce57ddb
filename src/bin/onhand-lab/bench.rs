//! `onhand-lab bench`: what a model's computing costs, for comparison with other engines.

use crate::common::{Common, Report, held};
use crate::samples;
use clap::ValueEnum;
use onhand::inference::speech::{TranscribeOptions, Transcriber, audio};
use onhand::inference::text::SentimentAnalyzer;
use onhand::inference::vision::{ImageClassifier, RgbFrame};
use onhand::inference::{Options, Unit, Variant};
use onhand::model_dir::ModelDir;
use onhand::profile::{Summary, cpu_time, ms};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

/// Time what a model computes, case by case: a line for each
///
/// Vision: the network alone, on the sample picture. Text: the network alone, on so many tokens. Speech: from a sound
/// file to its words, and one step of the decoder after 1 and after 200 tokens. Each is timed as f32 and as int8, or as
/// --variant says; on another --unit than cpu as f32 only.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  onhand-lab bench text --threads 1 --json\n  \
                        onhand-lab bench speech --model whisper-base --clips jfk.wav --rounds 5")]
pub struct Args {
    #[arg(value_enum)]
    what: What,
    /// Id of an installed model, or a model directory; without it, the first of its kind
    #[arg(long, value_name = "MODEL")]
    model: Option<String>,
    /// Runs that are counted: as many as take some seconds without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// Lengths of texts, with the two tokens that every text has
    #[arg(long, value_name = "N", num_args = 1.., default_values_t = [16, 32, 128], value_parser = clap::value_parser!(u16).range(3..=512))]
    tokens: Vec<u16>,
    /// Sound files; without them the sample recording
    #[arg(long, value_name = "FILE", num_args = 1..)]
    clips: Vec<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
enum What {
    Vision,
    Text,
    Speech,
}

/// Tokens after which a step of the decoder is timed: at the start, and far into a piece.
const STEPS_AFTER: [u16; 2] = [1, 200];

/// A case and what it took.
#[derive(Serialize)]
struct Line {
    model: String,
    /// Of the arithmetic: f32 or int8. Weights that are stored as f16 are f32 where they are multiplied.
    variant: Variant,
    unit: Unit,
    threads: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clip: Option<String>,
    /// Processor time of the process, user and system.
    cpu_ms_p50: f64,
    wall_ms_p50: f64,
    rounds: usize,
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Self { model, variant, unit, threads, cpu_ms_p50, wall_ms_p50, rounds, .. } = self;
        match unit {
            Unit::Cpu => write!(f, "{model} {variant}, threads: {threads}")?,
            other => write!(f, "{model} {variant}, {other}")?,
        }
        if let Some(tokens) = self.tokens {
            write!(f, ", {tokens} tokens")?;
        }
        if let Some(clip) = &self.clip {
            write!(f, ", {clip}")?;
        }
        write!(f, ": {cpu_ms_p50:.3} ms of processor time, {wall_ms_p50:.3} ms by the clock, medians of {rounds}")
    }
}

pub fn run(args: &Args) -> ExitCode {
    let mut report = Report::new(&args.common);
    if args.common.variant == Some(Variant::F16) {
        report.failure(
            "bench",
            "f32 and int8 can be timed; weights that are stored as f16 are f32 where they are multiplied",
        );
        return report.exit_code();
    }
    if args.common.variant == Some(Variant::Int8) && args.common.engine.unit != Unit::Cpu {
        report.failure("bench", "bytes are computed on the processor only; leave out --unit or --variant");
        return report.exit_code();
    }
    let result = match args.what {
        What::Vision => vision(args, &mut report),
        What::Text => text(args, &mut report),
        What::Speech => speech(args, &mut report),
    };
    if let Err(why) = result {
        report.failure("bench", &why);
    }
    report.exit_code()
}

impl Args {
    /// The variants to time, and how they are loaded.
    fn variants(&self) -> impl Iterator<Item = (Variant, Options)> {
        let all = match self.common.engine.unit {
            Unit::Cpu => vec![Variant::F32, Variant::Int8],
            Unit::Accelerate | Unit::Metal => vec![Variant::F32],
        };
        let wanted = self.common.variant.map_or(all, |variant| vec![variant]);
        wanted.into_iter().map(|variant| {
            // Floats are taken as they are stored.
            let asked = (variant == Variant::Int8).then_some(variant);
            (variant, Options { variant: asked, ..self.common.options() })
        })
    }
}

fn open(args: &Args, ids: &[&str]) -> Result<ModelDir, String> {
    match &args.model {
        Some(id) => args.common.open_model(&[id]),
        None => args.common.open_model(ids),
    }
}

fn sentence(e: impl std::fmt::Display) -> String {
    e.to_string()
}

fn vision(args: &Args, report: &mut Report) -> Result<(), String> {
    let dir = open(args, &["mobilenet-v3-small", "efficientnet-lite0"])?;
    for (variant, options) in args.variants() {
        let classifier = ImageClassifier::load(&dir, &options).map_err(sentence)?;
        held(classifier.placed())?;
        let input = classifier.prepare(&RgbFrame::decode(samples::CLOCK.1).map_err(sentence)?).map_err(sentence)?;
        let line = measure(args, &dir, variant, 200, || classifier.infer(&input).map(drop))?;
        report.answer(&line, || line.to_string());
    }
    Ok(())
}

fn text(args: &Args, report: &mut Report) -> Result<(), String> {
    let dir = open(args, &["distilbert-sst2"])?;
    for (variant, options) in args.variants() {
        let analyzer = SentimentAnalyzer::load(&dir, &options).map_err(sentence)?;
        held(analyzer.placed())?;
        for &count in &args.tokens {
            // One token each, beside the two at the ends.
            let tokens = analyzer.tokenize(&"good ".repeat(usize::from(count) - 2)).map_err(sentence)?;
            let line = measure(args, &dir, variant, 40, || analyzer.infer(&tokens, &mut || false).map(drop))?;
            let line = Line { tokens: Some(count), ..line };
            report.answer(&line, || line.to_string());
        }
    }
    Ok(())
}

fn speech(args: &Args, report: &mut Report) -> Result<(), String> {
    let dir = open(args, &["whisper-tiny.en", "whisper-base"])?;
    for (variant, options) in args.variants() {
        let transcriber = Transcriber::load(&dir, &options).map_err(sentence)?;
        held(transcriber.placed())?;
        let mut time = |clip: String, file: &[u8]| {
            let options = TranscribeOptions { language: Some("en".into()), ..TranscribeOptions::default() };
            let line = measure(args, &dir, variant, 5, || {
                let sound = audio::decode(file)?;
                transcriber.transcribe(&sound.samples, &options, &mut ()).map(drop)
            })?;
            let line = Line { clip: Some(clip), ..line };
            report.answer(&line, || line.to_string());
            Ok::<_, String>(())
        };
        if args.clips.is_empty() {
            time(samples::SPEECH.0.into(), samples::SPEECH.1)?;
        }
        for clip in &args.clips {
            let file = std::fs::read(clip).map_err(|e| format!("{}: cannot be read: {e}", clip.display()))?;
            let name = clip.file_name().unwrap_or(clip.as_os_str()).to_string_lossy().into_owned();
            time(name, &file).map_err(|e| format!("{}: {e}", clip.display()))?;
        }
        for count in STEPS_AFTER {
            let mut steps = transcriber.steps_after(count.into()).map_err(sentence)?;
            let line = measure(args, &dir, variant, 50, || steps.step())?;
            let line = Line { tokens: Some(count), ..line };
            report.answer(&line, || line.to_string());
        }
    }
    Ok(())
}

/// The medians of `rounds` runs, after some that warm up.
fn measure(
    args: &Args,
    dir: &ModelDir,
    variant: Variant,
    rounds: usize,
    mut run: impl FnMut() -> onhand::inference::Result<()>,
) -> Result<Line, String> {
    let rounds = args.rounds.map_or(rounds, |n| n as usize);
    for _ in 0..rounds.div_ceil(10) {
        run().map_err(sentence)?;
    }
    let (mut cpu, mut wall) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let (before, start) = (cpu_time(), Instant::now());
        run().map_err(sentence)?;
        wall.push(ms(start.elapsed()));
        let used = cpu_time().zip(before).map(|(after, before)| after - before);
        cpu.push(ms(used.ok_or("this system does not say how much processor time a process has used")?));
    }
    let median = |values: &[f64]| Summary::of(values).map_or(f64::NAN, |s| s.p50);
    Ok(Line {
        model: dir.name(),
        variant,
        unit: args.common.engine.unit,
        threads: args.common.threads_in_force(),
        tokens: None,
        clip: None,
        cpu_ms_p50: median(&cpu),
        wall_ms_p50: median(&wall),
        rounds,
    })
}
