//! Timings of the three models on the sample inputs. `make bench`; models that are not installed are left out,
//! and that is said.
//!
//! For a report with percentiles, memory and the machine: `onhand-lab profile MODEL`.

#[path = "../tests/common/mod.rs"]
mod common;

use divan::Bencher;
use onhand::inference::Options;
use onhand::inference::speech::{TranscribeOptions, Transcriber, audio};
use onhand::inference::text::SentimentAnalyzer;
use onhand::inference::vision::{ImageClassifier, RgbFrame};

const CLOCK: &[u8] = include_bytes!("../assets/samples/clock.jpg");
const SPEECH: &[u8] = include_bytes!("../assets/samples/speech.wav");
const SENTENCES: &str = include_str!("../assets/samples/sentences.txt");

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

#[divan::bench(args = IMAGE_MODELS)]
fn infer(bencher: Bencher, id: &str) {
    let Some(classifier) = classifier(id) else { return };
    let frame = RgbFrame::decode(CLOCK).expect("the sample decodes");
    let input = classifier.prepare(&frame).expect("the sample fits");
    bencher.bench(|| classifier.infer(&input));
}

#[divan::bench(args = SPEECH_MODELS, sample_count = 5)]
fn transcribe(bencher: Bencher, id: &str) {
    let Some(dir) = common::model(id) else { return };
    let transcriber = Transcriber::load(&dir, &Options::default()).expect("an installed model loads");
    let sound = audio::decode(SPEECH).expect("the sample decodes");
    bencher.bench(|| transcriber.transcribe(&sound.samples, &TranscribeOptions::default(), &mut ()));
}

#[divan::bench(sample_count = 20)]
fn judge(bencher: Bencher) {
    let Some(dir) = common::model("distilbert-sst2") else { return };
    let analyzer = SentimentAnalyzer::load(&dir, &Options::default()).expect("an installed model loads");
    let sentence = SENTENCES.lines().next().expect("the sample has lines");
    bencher.bench(|| analyzer.judge(sentence));
}

fn classifier(id: &str) -> Option<ImageClassifier> {
    common::model(id).map(|dir| ImageClassifier::load(&dir, &Options::default()).expect("an installed model loads"))
}
