//! A Whisper of a few kilobytes with random weights, on disk, for tests: every path runs, nothing makes sense.

use super::{TranscribeOptions, Transcriber, Transcript};
use crate::inference::Options;
use crate::model_dir::{Limits, ModelDir};
use candle_core::{Device, Tensor};
use std::collections::HashMap;
use std::path::Path;

/// Two seconds: so short that a recording of ten needs several pieces.
pub const POSITIONS: usize = 100;
/// First the 256 bytes, then these, then the timestamps.
const STEERING: [&str; 11] = [
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|en|>",
    "<|de|>",
    "<|ko|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nocaptions|>",
    "<|notimestamps|>",
];
pub const VOCABULARY: usize = 256 + STEERING.len() + POSITIONS + 1;

/// The configuration of the tiny model.
pub fn config(multilingual: bool) -> serde_json::Value {
    serde_json::json!({
        "model_type": "whisper", "d_model": 16, "encoder_layers": 2, "encoder_attention_heads": 4,
        "encoder_ffn_dim": 64, "decoder_layers": 2, "decoder_attention_heads": 4, "decoder_ffn_dim": 64,
        "num_mel_bins": 80, "max_source_positions": POSITIONS, "max_target_positions": 64,
        "vocab_size": VOCABULARY, "suppress_tokens": [1, 2], "begin_suppress_tokens": [32, 256],
        "is_multilingual": multilingual,
    })
}

/// Writes the tiny model to `path` and opens it.
pub fn write(path: &Path, multilingual: bool) -> ModelDir {
    std::fs::write(path.join("config.json"), config(multilingual).to_string()).unwrap();
    std::fs::write(path.join("tokenizer.json"), tokenizer().to_string()).unwrap();
    // The header is checked on opening; an empty file that is sound will do until the shapes are known.
    std::fs::write(path.join("model.safetensors"), b"\x02\0\0\0\0\0\0\0{}").unwrap();
    let dir = ModelDir::open(path, &Limits::default()).unwrap();
    candle_core::safetensors::save(&weights(&dir), path.join("model.safetensors")).unwrap();
    ModelDir::open(path, &Limits::default()).unwrap()
}

/// Random weights of the right shapes, always the same; norms stay near one so that sounds make a difference.
pub fn weights(dir: &ModelDir) -> HashMap<String, Tensor> {
    let mut seed = 1u32;
    let mut random = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / (1 << 24) as f32 - 0.5
    };
    let tensor = |(name, shape): (String, Vec<usize>)| {
        let centre = if name.ends_with("norm.weight") { 1.0 } else { 0.0 };
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| centre + random() * 0.4).collect();
        (name, Tensor::from_vec(values, shape, &Device::Cpu).unwrap())
    };
    super::expected(dir).unwrap().into_iter().map(tensor).collect()
}

/// A byte-level tokenizer without merges: token 0 to 255 is a byte.
fn tokenizer() -> serde_json::Value {
    let vocab: serde_json::Map<_, _> =
        (0..=255u8).map(|byte| (byte_char(byte).to_string(), serde_json::json!(byte))).collect();
    let added: Vec<_> = STEERING
        .iter()
        .enumerate()
        .map(|(i, text)| {
            serde_json::json!({"id": 256 + i, "content": text, "special": true, "single_word": false,
                "lstrip": false, "rstrip": false, "normalized": false})
        })
        .collect();
    let level =
        serde_json::json!({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true});
    serde_json::json!({
        "version": "1.0", "added_tokens": added, "pre_tokenizer": level, "decoder": level,
        "model": {"type": "BPE", "vocab": vocab, "merges": []},
    })
}

/// GPT-2's printable stand-in for a byte.
fn byte_char(byte: u8) -> char {
    let printable = |b: u8| matches!(b, b'!'..=b'~' | 0xA1..=0xAC | 0xAE..=0xFF);
    if printable(byte) {
        return byte as char;
    }
    let before = (0..byte).filter(|&b| !printable(b)).count() as u32;
    char::from_u32(256 + before).unwrap()
}

/// The tiny model, loaded.
pub fn transcriber(multilingual: bool) -> Transcriber {
    let folder = tempfile::tempdir().unwrap();
    let dir = write(folder.path(), multilingual);
    Transcriber::load(&dir, &Options::default()).unwrap()
}

/// The tiny model's answer.
pub fn transcribe(samples: &[f32], options: &TranscribeOptions) -> Transcript {
    transcriber(true).transcribe(samples, options, &mut ()).unwrap()
}

/// Voice activity must take it for speech: a buzz of harmonics whose loudness and pitch move as in syllables.
pub fn babble(seconds: f64) -> Vec<f32> {
    let mut phase = 0.0;
    (0..(seconds * 16_000.0) as usize)
        .map(|i| {
            let t = i as f64 / 16_000.0;
            phase += std::f64::consts::TAU * (120.0 + 25.0 * (3.0 * t).sin()) / 16_000.0;
            let syllable = (std::f64::consts::PI * 4.0 * t).sin().abs();
            let voice: f64 = (1..25)
                .map(|k| {
                    let hz = 120.0 * f64::from(k);
                    let formant = |centre: f64, width: f64| (-((hz - centre) / width).powi(2)).exp();
                    let open = 0.5 + 0.5 * (5.0 * t).sin();
                    (formant(500.0 + 300.0 * open, 150.0) + 0.5 * formant(1500.0 + 500.0 * open, 200.0) + 0.02)
                        * (f64::from(k) * phase).sin()
                })
                .sum();
            (0.15 * syllable * voice) as f32
        })
        .collect()
}

/// What the app's screens are given in their tests, as a recorder writes it: a WAV file of one channel, 16 bits.
#[cfg(feature = "app")]
pub fn wav(samples: &[f32]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|x| ((x * 32_767.0) as i16).to_le_bytes()).collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(16_000u32.to_le_bytes());
    bytes.extend(32_000u32.to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}
