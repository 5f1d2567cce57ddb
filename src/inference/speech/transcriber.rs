//! A recording of any length to text: finds the speech, cuts it at pauses, writes down piece by piece.

use super::audio::SAMPLE_RATE_HZ;
use super::config::Config;
use super::job::Job;
use super::languages::language_code;
use super::listener::{Listener, Stage};
use super::mel::MelSpectrogram;
use super::network::{self, Network};
use super::segments::Segment;
use super::tokenizer::Vocabulary;
use super::voice::{self, Region};
use crate::inference::weights::{compare, in_variant};
use crate::inference::{Error, Options, Placed, Result};
use crate::model_dir::ModelDir;

/// A sample is nominally in ±1; what is beyond 16-bit integers taken for floats is damage.
const MAX_SAMPLE: f32 = 32_768.0;

/// What to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Task {
    /// The words, in the language in which they were said.
    #[default]
    Transcribe,
    /// An English translation.
    Translate,
}

/// How a recording is written down.
#[derive(Debug, Clone)]
pub struct TranscribeOptions {
    /// Code or English name of the language; detected without it.
    pub language: Option<String>,
    /// In the language said, or in English.
    pub task: Task,
    /// Segments of a sentence or so with their times, instead of one for each piece of up to 30 s. Costs a
    /// few tokens, and the words can differ a little.
    pub timestamps: bool,
    /// Whether each piece is told what was said in the one before: names and spelling stay the same.
    pub context: bool,
    /// Encode 30 s however short the sound is, as Whisper was trained; slower. For comparison.
    pub full_length: bool,
}

impl Default for TranscribeOptions {
    fn default() -> Self {
        Self { language: None, task: Task::default(), timestamps: false, context: true, full_length: false }
    }
}

/// A recording, written down.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Transcript {
    /// Everything said; empty when nobody spoke.
    pub text: String,
    /// The text tokens behind it.
    pub tokens: Vec<u32>,
    /// Code of the language; none when it was to be detected and nobody spoke.
    pub language: Option<&'static str>,
    /// How probable the language is; 1 when it was given.
    pub language_probability: Option<f32>,
    /// Nobody spoke.
    pub no_speech: bool,
    /// In order.
    pub segments: Vec<Segment>,
    /// Length of the recording in seconds.
    pub audio_s: f64,
    /// For each text token, by how much its logit led the runner-up: a small lead is a near-tie.
    #[serde(skip)]
    pub margins: Vec<f32>,
}

/// A Whisper model, ready to write down recordings.
pub struct Transcriber {
    name: String,
    pub(super) config: Config,
    pub(super) vocabulary: Vocabulary,
    pub(super) mel: MelSpectrogram,
    pub(super) network: Box<dyn Network>,
    placed: Placed,
}

impl Transcriber {
    /// Loads a Whisper model.
    ///
    /// # Errors
    /// Another family, weights or a tokenizer that do not fit the configuration, a variant that is not there.
    pub fn load(dir: &ModelDir, options: &Options) -> Result<Self> {
        let dir = &*in_variant(dir, options.variant)?;
        Self::with(dir, |config| network::load(dir, config, options))
    }

    /// As [`Transcriber::load`], with the network that `network` makes for a configuration.
    pub(super) fn with(
        dir: &ModelDir,
        network: impl FnOnce(&Config) -> Result<(Box<dyn Network>, Placed)>,
    ) -> Result<Self> {
        let config = Config::read(dir)?;
        compare(dir, &super::expected(dir)?)?;
        let vocabulary = Vocabulary::load(dir, &config)?;
        let (network, placed) = network(&config)?;
        let mel = MelSpectrogram::new(config.num_mel_bins);
        Ok(Self { name: dir.name(), mel, config, vocabulary, network, placed })
    }

    /// What it computes on.
    pub fn placed(&self) -> &Placed {
        &self.placed
    }

    /// Codes of the languages that the model knows.
    pub fn languages(&self) -> Vec<&'static str> {
        if !self.config.multilingual() {
            return vec!["en"];
        }
        self.vocabulary.special.languages.iter().map(|(code, _)| *code).collect()
    }

    /// Whether `options` can be had from this model: its languages, its tasks.
    ///
    /// # Errors
    /// [`Error::Input`] names what it does not know.
    pub fn check(&self, options: &TranscribeOptions) -> Result<()> {
        self.given_language(options).map(drop)
    }

    /// Writes down `samples`, mono at 16 kHz. The same samples always give the same text.
    ///
    /// # Errors
    /// [`Error::Input`] for samples that are not numbers and for options that the model cannot satisfy,
    /// [`Error::Cancelled`] when `listener` says so, [`Error::Unit`] where the unit gives up.
    pub fn transcribe(
        &self,
        samples: &[f32],
        options: &TranscribeOptions,
        listener: &mut dyn Listener,
    ) -> Result<Transcript> {
        let language = self.given_language(options)?;
        check_samples(samples)?;
        listener.stage(Stage::Voice);
        let pieces = self.pieces(samples);
        let mut job = Job::new(self, samples, options, language);
        for piece in pieces {
            job.write_down(piece, listener)?;
        }
        Ok(job.finish())
    }

    /// Writes down several recordings, each on its own: one that fails leaves the others their answers.
    pub fn transcribe_batch(&self, recordings: &[&[f32]], options: &TranscribeOptions) -> Vec<Result<Transcript>> {
        recordings.iter().map(|samples| self.transcribe(samples, options, &mut ())).collect()
    }

    /// The parts to write down. A recording that fits the encoder is kept whole, so that nothing is lost to
    /// a cut; longer ones are cut at pauses.
    fn pieces(&self, samples: &[f32]) -> Vec<Region> {
        let regions = voice::speech_regions(samples);
        let most = self.max_piece();
        if regions.is_empty() {
            Vec::new()
        } else if samples.len() <= most {
            vec![Region { start: 0, end: samples.len() }]
        } else {
            voice::chunks(samples, &regions, most)
        }
    }

    pub(super) fn given_language(&self, options: &TranscribeOptions) -> Result<Option<&'static str>> {
        let name = &self.name;
        if !self.config.multilingual() {
            if options.task == Task::Translate {
                return Err(Error::Input(format!(
                    "{name} knows English only and cannot translate; choose a multilingual model such as whisper-base"
                )));
            }
            return match options.language.as_deref().map(|said| (said, language_code(said))) {
                None | Some((_, Some("en"))) => Ok(Some("en")),
                Some((said, _)) => Err(Error::Input(format!(
                    "{name} knows English only, not {said:?}; choose a multilingual model such as whisper-base"
                ))),
            };
        }
        let Some(said) = options.language.as_deref() else { return Ok(None) };
        let known = self.languages();
        match language_code(said).filter(|code| known.contains(code)) {
            Some(code) => Ok(Some(code)),
            None => {
                Err(Error::Input(format!("{name} does not know the language {said:?}; it knows {}", known.join(", "))))
            }
        }
    }
}

/// How long so many samples last.
pub(super) fn seconds(samples: usize) -> f64 {
    samples as f64 / f64::from(SAMPLE_RATE_HZ)
}

pub(super) fn check_samples(samples: &[f32]) -> Result<()> {
    match samples.iter().position(|x| !x.is_finite() || x.abs() > MAX_SAMPLE) {
        None => Ok(()),
        Some(at) => Err(Error::Input(format!(
            "sample {at} is {}, samples lie between −1 and 1; the recording is damaged",
            samples[at]
        ))),
    }
}
