//! What was said: Whisper, its mel spectrogram, voice activity, decoding and segments.
//!
//! ```text
//! file ── audio ──▶ 16 kHz samples ── voice ──▶ pieces of at most 30 s ── mel ──▶ encoder ──▶ decoder
//!                                       │                                                      │
//!                                  no voice: no text                    segments ◀── tokens ◀──┘
//! ```

pub mod audio;
mod config;
mod decode;
pub mod formats;
mod job;
mod languages;
mod listener;
pub mod live;
mod mel;
mod model;
mod network;
mod on_candle;
mod piece;
mod segments;
mod steps;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tokenizer;
mod transcriber;
pub mod voice;

pub use audio::SAMPLE_RATE_HZ;
pub(super) use config::Config;
pub use languages::{LANGUAGES, language_name};
pub use listener::{Listener, Stage};
pub use segments::Segment;
pub use steps::Steps;
pub use transcriber::{Task, TranscribeOptions, Transcriber, Transcript};

use crate::inference::Result;
use crate::inference::layers::Layers;
use crate::inference::weights::expected_tensors;
use crate::kernels::Isa;
use crate::model_dir::ModelDir;
use std::collections::BTreeMap;

/// The tensors that the configuration of `dir` asks for.
pub(crate) fn expected(dir: &ModelDir) -> Result<BTreeMap<String, Vec<usize>>> {
    let config = config::Config::read(dir)?;
    Ok(expected_tensors(|vb| model::Whisper::load(&Layers::new(vb, Isa::Scalar), &config).map(drop))?)
}
