//! A model with the input that it is measured on: the article's, so that figures can be held against it.
//!
//! A picture of 224 × 224 from pixels to labels; the sample speech in a window of 30 s, from samples to words; 128
//! tokens from letters to the answer.

use crate::app::models::ToLoad;
use crate::inference::speech::{Listener, SAMPLE_RATE_HZ, TranscribeOptions, Transcriber, audio};
use crate::inference::text::SentimentAnalyzer;
use crate::inference::vision::{ImageClassifier, Orientation, RgbFrame, Selection};
use crate::inference::{Error, Placed, Result, Unit, family, stored_variant};
use crate::profile::measurement::Input;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

const CLOCK: &[u8] = include_bytes!("../../../assets/samples/clock.jpg");
const SPEECH: &[u8] = include_bytes!("../../../assets/samples/speech.wav");
/// Words of one token each in English BERT.
const WORDS: &str = "the food was good and the people were kind but we had to wait for an hour before we got a table \
                     and that was too long";

const FRAME_SIDE: usize = 224;
const SOUND_S: usize = 30;
const TOKENS: usize = 128;

/// A model in memory.
pub enum Loaded {
    Vision(Box<ImageClassifier>),
    Speech(Box<Transcriber>),
    Text(Box<SentimentAnalyzer>),
}

/// Answers the input once; stops early when the flag is set.
pub type Answer = Box<dyn FnMut(&AtomicBool) -> Result<()>>;

/// Loads the model in `path`, whatever it is, on `unit` if it can be; the precision on the disk with it.
///
/// # Errors
/// It cannot be opened, or is of a kind that nobody knows an input for.
pub fn load(path: &Path, unit: Unit) -> Result<(Loaded, String)> {
    let (dir, options) = ToLoad::stored(path, unit).open()?;
    let loaded = match family(&dir) {
        "mobilenetv3" | "efficientnet_lite" => Loaded::Vision(Box::new(ImageClassifier::load(&dir, &options)?)),
        "whisper" => Loaded::Speech(Box::new(Transcriber::load(&dir, &options)?)),
        "distilbert" => Loaded::Text(Box::new(SentimentAnalyzer::load(&dir, &options)?)),
        other => {
            let why = format!("{}: there is no benchmark for a {other} model; choose another model", dir.name());
            return Err(Error::Input(why));
        }
    };
    Ok((loaded, stored_variant(&dir).to_string()))
}

impl Loaded {
    /// What it computes on.
    pub fn placed(&self) -> &Placed {
        match self {
            Self::Vision(classifier) => classifier.placed(),
            Self::Speech(transcriber) => transcriber.placed(),
            Self::Text(analyzer) => analyzer.placed(),
        }
    }

    /// Makes the input, and what answers it.
    ///
    /// # Errors
    /// The model does not take the input.
    pub fn prepare(self) -> Result<(Input, Answer)> {
        Ok(match self {
            Self::Vision(classifier) => {
                let frame = frame()?;
                let (width, height) = frame.upright_size();
                (Input::Frame { width, height }, Box::new(move |_| look(&classifier, &frame)))
            }
            Self::Speech(transcriber) => {
                let samples = sound()?;
                let input = Input::Sound { seconds: SOUND_S as f64 };
                (input, Box::new(move |stop| listen(&transcriber, &samples, stop)))
            }
            Self::Text(analyzer) => {
                let (text, tokens) = text(&analyzer)?;
                (Input::Text { tokens }, Box::new(move |stop| read(&analyzer, &text, stop)))
            }
        })
    }
}

fn look(classifier: &ImageClassifier, frame: &RgbFrame) -> Result<()> {
    let logits = classifier.infer(&classifier.prepare(frame)?)?;
    std::hint::black_box(classifier.labels(&logits, &Selection::default()));
    Ok(())
}

fn listen(transcriber: &Transcriber, samples: &[f32], stop: &AtomicBool) -> Result<()> {
    struct Watch<'a>(&'a AtomicBool);
    impl Listener for Watch<'_> {
        fn cancelled(&mut self) -> bool {
            self.0.load(Ordering::Relaxed)
        }
    }
    let options = TranscribeOptions { language: Some("en".into()), full_length: true, ..TranscribeOptions::default() };
    transcriber.transcribe(samples, &options, &mut Watch(stop)).map(drop)
}

fn read(analyzer: &SentimentAnalyzer, text: &str, stop: &AtomicBool) -> Result<()> {
    let tokens = analyzer.tokenize(text)?;
    analyzer.infer(&tokens, &mut || stop.load(Ordering::Relaxed)).map(drop)
}

/// The middle of the sample picture, pixel by pixel.
fn frame() -> Result<RgbFrame> {
    let whole = RgbFrame::decode(CLOCK)?;
    let (width, height, pixels) = whole.upright();
    let (width, height) = (width as usize, height as usize);
    let (left, top) = (width.saturating_sub(FRAME_SIDE) / 2, height.saturating_sub(FRAME_SIDE) / 2);
    let rows = pixels.chunks_exact(3 * width).skip(top).take(FRAME_SIDE);
    let middle = rows.flat_map(|row| &row[3 * left..(3 * (left + FRAME_SIDE)).min(row.len())]).copied().collect();
    RgbFrame::new(FRAME_SIDE as u32, FRAME_SIDE as u32, middle, Orientation::Upright)
}

/// The sample speech, and silence after it.
fn sound() -> Result<Vec<f32>> {
    let mut samples = audio::decode(SPEECH)?.samples;
    samples.resize(SOUND_S * SAMPLE_RATE_HZ as usize, 0.0);
    Ok(samples)
}

/// As many words as come to [`TOKENS`] tokens, and how many they are: another vocabulary may miss it by a few.
fn text(analyzer: &SentimentAnalyzer) -> Result<(String, usize)> {
    let mut text = String::new();
    let mut tokens = 0;
    for word in WORDS.split_whitespace().cycle().take(TOKENS) {
        let longer = format!("{text} {word}");
        let count = analyzer.tokenize(&longer)?.len();
        if count > TOKENS {
            break;
        }
        (text, tokens) = (longer, count);
    }
    Ok((text, tokens))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_as_large_as_the_article_s() {
        assert_eq!(frame().unwrap().upright_size(), (224, 224));
        let sound = sound().unwrap();
        assert_eq!(sound.len(), 480_000);
        assert!(sound[..80_000].iter().any(|s| s.abs() > 0.1), "somebody speaks");
    }

    #[test]
    fn what_is_no_model_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let why = load(dir.path(), Unit::Cpu).err().unwrap().to_string();
        assert!(why.contains("config.json"), "{why}");
    }
}
