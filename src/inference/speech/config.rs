//! `config.json` of a Whisper model, with transformers' field names.

use crate::inference::{Error, Result};
use crate::model_dir::ModelDir;
use serde::Deserialize;

/// Vocabulary of the multilingual models; the English-only ones have one token less.
/// <https://github.com/openai/whisper/blob/v20240930/whisper/model.py> (`is_multilingual`)
const MULTILINGUAL_VOCAB: usize = 51865;

/// Sizes of a model, and the tokens that it must not say.
#[derive(Debug, Clone, Deserialize)]
pub struct Config {
    pub d_model: usize,
    pub encoder_layers: usize,
    pub encoder_attention_heads: usize,
    pub encoder_ffn_dim: usize,
    pub decoder_layers: usize,
    pub decoder_attention_heads: usize,
    pub decoder_ffn_dim: usize,
    pub num_mel_bins: usize,
    /// Positions of the encoder, two mel frames each: 1500 for 30 s.
    pub max_source_positions: usize,
    /// Tokens that the decoder can hold, prompt and answer together.
    pub max_target_positions: usize,
    pub vocab_size: usize,
    /// Never said: musical notes, brackets and other marks of what is not speech.
    #[serde(default)]
    pub suppress_tokens: Option<Vec<u32>>,
    /// Never said first: a blank, the end.
    #[serde(default)]
    pub begin_suppress_tokens: Option<Vec<u32>>,
    /// Stated by some converters; otherwise the vocabulary's size says it.
    #[serde(default)]
    is_multilingual: Option<bool>,
}

impl Config {
    /// Reads the configuration and refuses sizes that no Whisper has, before anything is built from them.
    pub fn read(dir: &ModelDir) -> Result<Self> {
        let family = crate::inference::weights::family(dir);
        if family != "whisper" {
            return Err(Error::WrongFamily { model: dir.name(), got: family.into(), want: "whisper" });
        }
        let config: Self = dir.config_as()?;
        config.check().map_err(|why| Error::Model { model: dir.name(), why })?;
        Ok(config)
    }

    /// Whether it knows languages other than English.
    pub fn multilingual(&self) -> bool {
        self.is_multilingual.unwrap_or(self.vocab_size >= MULTILINGUAL_VOCAB)
    }

    fn check(&self) -> std::result::Result<(), String> {
        // whisper-large has d_model 1280, 32 layers, 20 heads: four times that is beyond any phone.
        let sizes = [
            ("d_model", self.d_model, 4..=5120),
            ("encoder_layers", self.encoder_layers, 1..=128),
            ("decoder_layers", self.decoder_layers, 1..=128),
            ("encoder_attention_heads", self.encoder_attention_heads, 1..=80),
            ("decoder_attention_heads", self.decoder_attention_heads, 1..=80),
            ("encoder_ffn_dim", self.encoder_ffn_dim, 1..=20480),
            ("decoder_ffn_dim", self.decoder_ffn_dim, 1..=20480),
            ("num_mel_bins", self.num_mel_bins, 1..=128),
            ("max_source_positions", self.max_source_positions, 50..=1500),
            ("max_target_positions", self.max_target_positions, 16..=448),
            ("vocab_size", self.vocab_size, 16..=200_000),
        ];
        for (name, value, range) in sizes {
            if !range.contains(&value) {
                return Err(format!(
                    "{name} is {value} in config.json, {} to {} is possible",
                    range.start(),
                    range.end()
                ));
            }
        }
        for heads in [self.encoder_attention_heads, self.decoder_attention_heads] {
            if !self.d_model.is_multiple_of(heads) {
                return Err(format!("d_model {} cannot be split among {heads} attention heads", self.d_model));
            }
        }
        Ok(())
    }
}
