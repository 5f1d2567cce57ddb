//! Whisper against candle-transformers' on random weights.

use super::super::testing;
use super::*;
use crate::kernels::Isa;
use candle_core::{DType, Device, IndexOp, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::whisper as theirs;

struct Twins {
    ours: Whisper,
    theirs: theirs::model::Whisper,
}

fn twins() -> Twins {
    let folder = tempfile::tempdir().unwrap();
    let dir = testing::write(folder.path(), true);
    let mut weights = testing::weights(&dir);
    // Theirs computes the positions of the encoder, which are constants.
    let d = 16;
    let sinusoids: Vec<f32> = (0..testing::POSITIONS * d)
        .map(|i| {
            let (position, channel) = ((i / d) as f32, i % d);
            let rate = (-(10000f32.ln()) / (d / 2 - 1) as f32 * (channel % (d / 2)) as f32).exp();
            if channel < d / 2 { (position * rate).sin() } else { (position * rate).cos() }
        })
        .collect();
    let sinusoids = Tensor::from_vec(sinusoids, (testing::POSITIONS, d), &Device::Cpu).unwrap();
    weights.insert("model.encoder.embed_positions.weight".into(), sinusoids);
    // Theirs approximates GELU by tanh, ours is exact as in OpenAI's code: small inputs, where the two agree.
    for (name, tensor) in &mut weights {
        if name.contains("conv") || name.contains("fc1") {
            *tensor = (&*tensor * 0.2).unwrap();
        }
    }
    let vb = VarBuilder::from_tensors(weights, DType::F32, &Device::Cpu);
    let config: Config = serde_json::from_value(testing::config(true)).unwrap();
    let ours = Whisper::load(&Layers::new(vb.clone(), Isa::best()), &config).unwrap();
    let config: theirs::Config = serde_json::from_value(testing::config(true)).unwrap();
    Twins { ours, theirs: theirs::model::Whisper::load(&vb, config).unwrap() }
}

fn mel(frames: usize) -> Vec<f32> {
    (0..80 * frames).map(|i| ((i * 37 % 101) as f32 - 50.0) / 60.0).collect()
}

/// As candle wants it: one piece, mels first.
fn planes(mel: Vec<f32>) -> Tensor {
    let frames = Tensor::from_vec(mel.clone(), (1, mel.len() / 80, 80), &Device::Cpu).unwrap();
    frames.transpose(1, 2).unwrap().contiguous().unwrap()
}

fn plain(heard: &Rows) -> Vec<f32> {
    (0..heard.count).flat_map(|row| heard.row(row).to_vec()).collect()
}

fn difference(ours: &[f32], theirs: &Tensor) -> f32 {
    let theirs = theirs.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

fn hear(whisper: &Whisper, frames: usize) -> (Vec<f32>, DecoderState) {
    let mut arena = Arena::default();
    let heard = whisper.encoder.forward(&mut arena, &mel(frames));
    (plain(&heard), whisper.decoder.start(arena, heard))
}

#[test]
fn the_encoder_agrees_with_candle_transformers_at_every_length() {
    let mut twins = twins();
    for frames in [2, 34, 200] {
        let (ours, _) = hear(&twins.ours, frames);
        let theirs = twins.theirs.encoder.forward(&planes(mel(frames)), true).unwrap();
        assert_eq!(ours.len(), frames / 2 * 16);
        let off = difference(&ours, &theirs);
        assert!(off < 1e-4, "{frames} frames differ by {off}");
    }
}

#[test]
fn the_cached_decoder_agrees_with_candle_transformers_step_by_step() {
    let mut twins = twins();
    let (heard, mut state) = hear(&twins.ours, 120);
    let heard = Tensor::from_vec(heard, (1, 60, 16), &Device::Cpu).unwrap();
    let tokens = [257u32, 258, 262, 266, 72, 101, 108, 108, 111];
    // The prompt in two goes, as in decoding, then token by token.
    for (from, to) in [(0, 1), (1, 4), (4, 5), (5, 6), (6, 9)] {
        let ours = twins.ours.decoder.step(&tokens[from..to], &mut state);
        let all = Tensor::new(&tokens[..to], &Device::Cpu).unwrap().unsqueeze(0).unwrap();
        let theirs = twins.theirs.decoder.forward(&all, &heard, true).unwrap();
        let theirs = twins.theirs.decoder.final_linear(&theirs.i((.., to - 1..)).unwrap()).unwrap();
        let off = difference(&ours, &theirs);
        assert!(off < 1e-4, "after {to} tokens the logits differ by {off}");
        assert_eq!(state.len(), to);
    }
}

#[test]
fn a_truncated_state_forgets_the_tokens_and_keeps_the_sound() {
    let Twins { ours, .. } = twins();
    let (_, mut state) = hear(&ours, 50);
    let fresh = ours.decoder.step(&[257, 258], &mut state);
    ours.decoder.step(&[80], &mut state);
    state.truncate(0);
    assert_eq!(state.len(), 0);
    assert_eq!(ours.decoder.step(&[257, 258], &mut state), fresh);
}
