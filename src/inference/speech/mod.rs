//! What was said: Whisper, its mel spectrogram, voice activity, decoding and segments.

pub mod audio;
pub mod voice;

use crate::inference::Result;
use crate::model_dir::ModelDir;
use std::collections::BTreeMap;

/// The tensors that the configuration of `dir` asks for.
pub(crate) fn expected(_dir: &ModelDir) -> Result<BTreeMap<String, Vec<usize>>> {
    todo!()
}
