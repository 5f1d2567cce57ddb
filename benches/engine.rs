//! Timings of the three models on the sample inputs. `make bench`; models that are not installed are left out,
//! and that is said.
//!
//! For a report with percentiles, memory and the machine: `onhand-lab profile MODEL`.

#[path = "../tests/common/mod.rs"]
mod common;

use divan::Bencher;
use onhand::inference::speech::{TranscribeOptions, Transcriber, audio};
use onhand::inference::text::SentimentAnalyzer;
use onhand::inference::vision::{ImageClassifier, RgbFrame};
use onhand::inference::{Options, Variant};

const CLOCK: &[u8] = include_bytes!("../assets/samples/clock.jpg");
const SPEECH: &[u8] = include_bytes!("../assets/samples/speech.wav");

const IMAGE_MODELS: [&str; 3] = ["mobilenet-v3-small", "mobilenet-v3-large", "efficientnet-lite0"];
const SPEECH_MODELS: [&str; 2] = ["whisper-tiny.en", "whisper-base"];

fn main() {
    divan::main();
}

#[divan::bench]
fn decode_picture(bencher: Bencher) {
    bencher.bench(|| RgbFrame::decode(CLOCK));
}

#[divan::bench(args = IMAGE_MODELS)]
fn prepare(bencher: Bencher, id: &str) {
    let Some(classifier) = classifier(id) else { return };
    let frame = RgbFrame::decode(CLOCK).expect("the sample decodes");
    bencher.bench(|| classifier.prepare(&frame));
}

/// In floats and in bytes.
const VARIANTS: [Option<Variant>; 2] = [None, Some(Variant::Int8)];

/// Every one of `of` in every variant, by a name that says both.
fn cases<'a>(of: &[&'a str]) -> Vec<Case<'a>> {
    of.iter().flat_map(|of| VARIANTS.map(|variant| Case { of, variant })).collect()
}

struct Case<'a> {
    of: &'a str,
    variant: Option<Variant>,
}

impl Case<'_> {
    /// On one thread, as other engines are compared.
    fn options(&self) -> Options {
        Options { variant: self.variant, threads: Some(1), ..Options::default() }
    }
}

impl std::fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "{}{}", self.of, if self.variant.is_some() { " int8" } else { "" })
    }
}

#[divan::bench(args = cases(&IMAGE_MODELS))]
fn infer(bencher: Bencher, case: &Case) {
    let Some(dir) = common::model(case.of) else { return };
    let classifier = ImageClassifier::load(&dir, &case.options()).expect("an installed model loads");
    let frame = RgbFrame::decode(CLOCK).expect("the sample decodes");
    let input = classifier.prepare(&frame).expect("the sample fits");
    bencher.bench(|| classifier.infer(&input));
}

#[divan::bench(args = cases(&SPEECH_MODELS), sample_count = 5)]
fn transcribe(bencher: Bencher, case: &Case) {
    let Some(dir) = common::model(case.of) else { return };
    let transcriber = Transcriber::load(&dir, &case.options()).expect("an installed model loads");
    // What other engines are timed on, where it is at hand.
    let sound = match common::shared("data/audio/jfk.wav") {
        Some(clip) => audio::read_file(&clip),
        None => audio::decode(SPEECH),
    };
    let sound = sound.expect("it decodes");
    let options = TranscribeOptions { language: Some("en".into()), ..TranscribeOptions::default() };
    bencher.bench(|| transcriber.transcribe(&sound.samples, &options, &mut ()));
}

/// One step of the decoder, after so many tokens.
#[divan::bench(args = [1, 200], sample_count = 50)]
fn decoder_step(bencher: Bencher, tokens: usize) {
    let Some(dir) = common::model("whisper-tiny.en") else { return };
    let options = Options { threads: Some(1), ..Options::default() };
    let transcriber = Transcriber::load(&dir, &options).expect("an installed model loads");
    let mut steps = transcriber.steps_after(tokens).expect("so many fit");
    bencher.bench_local(|| steps.step().expect("the processor steps"));
}

/// The network alone, on so many tokens.
#[divan::bench(args = cases(&["16", "32", "128"]), sample_count = 40)]
fn judge(bencher: Bencher, case: &Case) {
    let Some(dir) = common::model("distilbert-sst2") else { return };
    let analyzer = SentimentAnalyzer::load(&dir, &case.options()).expect("an installed model loads");
    let count: usize = case.of.parse().expect("a number");
    let tokens = analyzer.tokenize(&"good ".repeat(count - 2)).expect("it is text");
    bencher.bench(|| analyzer.infer(&tokens, &mut || false));
}

fn classifier(id: &str) -> Option<ImageClassifier> {
    common::model(id).map(|dir| ImageClassifier::load(&dir, &Options::default()).expect("an installed model loads"))
}
