//! Whisper: an encoder over the mel spectrogram, a decoder over tokens.
//!
//! Robust Speech Recognition via Large-Scale Weak Supervision, Radford et al. 2022
//! (<https://arxiv.org/abs/2212.04356>), code at <https://github.com/openai/whisper>. Tensor names are those
//! of transformers. There is no batch dimension: one piece of sound at a time, `(positions, d_model)`.
//!
//! What a decoder remembers of a piece is a [`DecoderState`], apart from the weights: the keys and values of
//! the sound, computed once, and those of the tokens so far.

use super::config::Config;
use candle_core::{DType, Device, IndexOp, Result, Tensor};
use candle_nn::kv_cache::KvCache;
use candle_nn::{
    Conv1d, Conv1dConfig, Embedding, LayerNorm, Linear, Module, VarBuilder, conv1d, embedding, layer_norm, linear,
    linear_no_bias, ops::softmax_last_dim,
};

const LAYER_NORM_EPS: f64 = 1e-5;

/// Both halves.
pub(super) struct Whisper {
    pub encoder: Encoder,
    pub decoder: Decoder,
}

impl Whisper {
    pub fn load(vb: VarBuilder, config: &Config) -> Result<Self> {
        Ok(Self {
            encoder: Encoder::load(vb.pp("model.encoder"), config)?,
            decoder: Decoder::load(vb.pp("model.decoder"), config)?,
        })
    }
}

struct Attention {
    q: Linear,
    k: Linear,
    v: Linear,
    out: Linear,
    heads: usize,
    scale: f64,
}

impl Attention {
    fn load(vb: VarBuilder, d_model: usize, heads: usize) -> Result<Self> {
        Ok(Self {
            q: linear(d_model, d_model, vb.pp("q_proj"))?,
            k: linear_no_bias(d_model, d_model, vb.pp("k_proj"))?,
            v: linear(d_model, d_model, vb.pp("v_proj"))?,
            out: linear(d_model, d_model, vb.pp("out_proj"))?,
            heads,
            scale: ((d_model / heads) as f64).powf(-0.5),
        })
    }

    /// `(positions, d_model)` to `(heads, positions, head)`.
    fn split(&self, x: Tensor) -> Result<Tensor> {
        let (positions, _) = x.dims2()?;
        x.reshape((positions, self.heads, ()))?.transpose(0, 1)?.contiguous()
    }

    /// What others can attend to: keys and values, `(heads, positions, head)` each.
    fn keys_values(&self, x: &Tensor) -> Result<(Tensor, Tensor)> {
        Ok((self.split(self.k.forward(x)?)?, self.split(self.v.forward(x)?)?))
    }

    fn attend(&self, x: &Tensor, (k, v): &(Tensor, Tensor), mask: Option<&Tensor>) -> Result<Tensor> {
        let q = self.split((self.q.forward(x)? * self.scale)?)?;
        let mut scores = q.matmul(&k.t()?)?;
        if let Some(mask) = mask {
            scores = scores.broadcast_add(mask)?;
        }
        let heard = softmax_last_dim(&scores)?.matmul(v)?;
        self.out.forward(&heard.transpose(0, 1)?.flatten_from(1)?)
    }
}

struct Mlp {
    fc1: Linear,
    fc2: Linear,
}

impl Mlp {
    fn load(vb: VarBuilder, d_model: usize, inner: usize) -> Result<Self> {
        Ok(Self { fc1: linear(d_model, inner, vb.pp("fc1"))?, fc2: linear(inner, d_model, vb.pp("fc2"))? })
    }
}

impl Module for Mlp {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.fc2.forward(&self.fc1.forward(x)?.gelu_erf()?)
    }
}

struct EncoderLayer {
    attention_norm: LayerNorm,
    attention: Attention,
    mlp_norm: LayerNorm,
    mlp: Mlp,
}

impl EncoderLayer {
    fn load(vb: VarBuilder, c: &Config) -> Result<Self> {
        Ok(Self {
            attention_norm: layer_norm(c.d_model, LAYER_NORM_EPS, vb.pp("self_attn_layer_norm"))?,
            attention: Attention::load(vb.pp("self_attn"), c.d_model, c.encoder_attention_heads)?,
            mlp_norm: layer_norm(c.d_model, LAYER_NORM_EPS, vb.pp("final_layer_norm"))?,
            mlp: Mlp::load(vb, c.d_model, c.encoder_ffn_dim)?,
        })
    }
}

impl Module for EncoderLayer {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let normed = self.attention_norm.forward(x)?;
        let x = (x + self.attention.attend(&normed, &self.attention.keys_values(&normed)?, None)?)?;
        &x + self.mlp.forward(&self.mlp_norm.forward(&x)?)?
    }
}

/// From mel frames to what the decoder attends to.
pub(super) struct Encoder {
    conv1: Conv1d,
    conv2: Conv1d,
    positions: Tensor,
    layers: Vec<EncoderLayer>,
    norm: LayerNorm,
}

impl Encoder {
    fn load(vb: VarBuilder, c: &Config) -> Result<Self> {
        let plain = Conv1dConfig { padding: 1, ..Default::default() };
        let halving = Conv1dConfig { stride: 2, ..plain };
        Ok(Self {
            conv1: conv1d(c.num_mel_bins, c.d_model, 3, plain, vb.pp("conv1"))?,
            conv2: conv1d(c.d_model, c.d_model, 3, halving, vb.pp("conv2"))?,
            positions: vb.get((c.max_source_positions, c.d_model), "embed_positions.weight")?,
            layers: (0..c.encoder_layers)
                .map(|i| EncoderLayer::load(vb.pp(format!("layers.{i}")), c))
                .collect::<Result<_>>()?,
            norm: layer_norm(c.d_model, LAYER_NORM_EPS, vb.pp("layer_norm"))?,
        })
    }

    /// `(mels, frames)` to `(frames / 2, d_model)`; `frames` is even and at most twice the positions. The
    /// table of positions is cut where the sound ends.
    pub fn forward(&self, mel: &Tensor) -> Result<Tensor> {
        let x = self.conv1.forward(&mel.unsqueeze(0)?)?.gelu_erf()?;
        let x = self.conv2.forward(&x)?.gelu_erf()?;
        let x = x.squeeze(0)?.t()?.contiguous()?;
        let mut x = (&x + self.positions.i(..x.dim(0)?)?)?;
        for layer in &self.layers {
            x = layer.forward(&x)?;
        }
        self.norm.forward(&x)
    }
}

struct DecoderLayer {
    attention_norm: LayerNorm,
    attention: Attention,
    sound_norm: LayerNorm,
    sound_attention: Attention,
    mlp_norm: LayerNorm,
    mlp: Mlp,
}

impl DecoderLayer {
    fn load(vb: VarBuilder, c: &Config) -> Result<Self> {
        let (d, heads) = (c.d_model, c.decoder_attention_heads);
        Ok(Self {
            attention_norm: layer_norm(d, LAYER_NORM_EPS, vb.pp("self_attn_layer_norm"))?,
            attention: Attention::load(vb.pp("self_attn"), d, heads)?,
            sound_norm: layer_norm(d, LAYER_NORM_EPS, vb.pp("encoder_attn_layer_norm"))?,
            sound_attention: Attention::load(vb.pp("encoder_attn"), d, heads)?,
            mlp_norm: layer_norm(d, LAYER_NORM_EPS, vb.pp("final_layer_norm"))?,
            mlp: Mlp::load(vb, d, c.decoder_ffn_dim)?,
        })
    }

    fn forward(&self, x: &Tensor, memory: &mut LayerMemory, mask: Option<&Tensor>) -> Result<Tensor> {
        let normed = self.attention_norm.forward(x)?;
        let (k, v) = self.attention.keys_values(&normed)?;
        let so_far = memory.tokens.append(&k, &v)?;
        let x = (x + self.attention.attend(&normed, &so_far, mask)?)?;
        let heard = self.sound_attention.attend(&self.sound_norm.forward(&x)?, &memory.sound, None)?;
        let x = (x + heard)?;
        &x + self.mlp.forward(&self.mlp_norm.forward(&x)?)?
    }
}

/// From tokens, and what the encoder heard, to the next token.
pub(super) struct Decoder {
    tokens: Embedding,
    positions: Tensor,
    layers: Vec<DecoderLayer>,
    norm: LayerNorm,
}

/// What the decoder remembers while it writes down one piece of sound.
pub(super) struct DecoderState {
    layers: Vec<LayerMemory>,
}

struct LayerMemory {
    /// Keys and values of the sound.
    sound: (Tensor, Tensor),
    /// Keys and values of the tokens so far.
    tokens: KvCache,
}

impl DecoderState {
    /// Tokens so far.
    pub fn len(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.tokens.current_seq_len())
    }

    /// Forgets the tokens; the sound stays.
    pub fn rewind(&mut self) {
        self.layers.iter_mut().for_each(|layer| layer.tokens.reset());
    }
}

impl Decoder {
    fn load(vb: VarBuilder, c: &Config) -> Result<Self> {
        Ok(Self {
            tokens: embedding(c.vocab_size, c.d_model, vb.pp("embed_tokens"))?,
            positions: vb.get((c.max_target_positions, c.d_model), "embed_positions.weight")?,
            layers: (0..c.decoder_layers)
                .map(|i| DecoderLayer::load(vb.pp(format!("layers.{i}")), c))
                .collect::<Result<_>>()?,
            norm: layer_norm(c.d_model, LAYER_NORM_EPS, vb.pp("layer_norm"))?,
        })
    }

    /// Starts on what the encoder heard.
    pub fn start(&self, heard: &Tensor) -> Result<DecoderState> {
        let capacity = self.positions.dim(0)?;
        let layers = self
            .layers
            .iter()
            .map(|layer| {
                let sound = layer.sound_attention.keys_values(heard)?;
                Ok(LayerMemory { sound, tokens: KvCache::new(1, capacity) })
            })
            .collect::<Result<_>>()?;
        Ok(DecoderState { layers })
    }

    /// Reads `tokens` after those so far and gives the logits of the one that follows, `(vocab)`. Only the
    /// last position is projected onto the vocabulary, through the embedding itself.
    pub fn step(&self, tokens: &[u32], state: &mut DecoderState) -> Result<Tensor> {
        let (before, count) = (state.len(), tokens.len());
        let mask = if count > 1 { Some(causal_mask(before, count)?) } else { None };
        let ids = Tensor::new(tokens, &Device::Cpu)?;
        let mut x = (self.tokens.forward(&ids)? + self.positions.i(before..before + count)?)?;
        for (layer, memory) in self.layers.iter().zip(&mut state.layers) {
            x = layer.forward(&x, memory, mask.as_ref())?;
        }
        let last = self.norm.forward(&x.i(count - 1..count)?)?;
        last.matmul(&self.tokens.embeddings().t()?)?.squeeze(0)?.to_dtype(DType::F32)
    }
}

/// `(count, before + count)`: a token sees those before it and itself.
fn causal_mask(before: usize, count: usize) -> Result<Tensor> {
    let all = before + count;
    let mask: Vec<f32> =
        (0..count * all).map(|i| if i % all > before + i / all { f32::NEG_INFINITY } else { 0.0 }).collect();
    Tensor::from_vec(mask, (count, all), &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;
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
        let ours = Whisper::load(vb.clone(), &config).unwrap();
        let config: theirs::Config = serde_json::from_value(testing::config(true)).unwrap();
        Twins { ours, theirs: theirs::model::Whisper::load(&vb, config).unwrap() }
    }

    fn mel(frames: usize) -> Tensor {
        let values: Vec<f32> = (0..80 * frames).map(|i| ((i * 37 % 101) as f32 - 50.0) / 60.0).collect();
        Tensor::from_vec(values, (80, frames), &Device::Cpu).unwrap()
    }

    fn difference(a: &Tensor, b: &Tensor) -> f32 {
        (a - b).unwrap().abs().unwrap().max_all().unwrap().to_scalar().unwrap()
    }

    #[test]
    fn the_encoder_agrees_with_candle_transformers_at_every_length() {
        let mut twins = twins();
        for frames in [2, 34, 200] {
            let ours = twins.ours.encoder.forward(&mel(frames)).unwrap();
            let theirs = twins.theirs.encoder.forward(&mel(frames).unsqueeze(0).unwrap(), true).unwrap();
            assert_eq!(ours.dims(), [frames / 2, 16]);
            let off = difference(&ours, &theirs.squeeze(0).unwrap());
            assert!(off < 1e-4, "{frames} frames differ by {off}");
        }
    }

    #[test]
    fn the_cached_decoder_agrees_with_candle_transformers_step_by_step() {
        let mut twins = twins();
        let heard = twins.ours.encoder.forward(&mel(120)).unwrap();
        let batched = heard.unsqueeze(0).unwrap();
        let mut state = twins.ours.decoder.start(&heard).unwrap();
        let tokens = [257u32, 258, 262, 266, 72, 101, 108, 108, 111];
        // The prompt in two goes, as in decoding, then token by token.
        for (from, to) in [(0, 1), (1, 4), (4, 5), (5, 6), (6, 9)] {
            let ours = twins.ours.decoder.step(&tokens[from..to], &mut state).unwrap();
            let all = Tensor::new(&tokens[..to], &Device::Cpu).unwrap().unsqueeze(0).unwrap();
            let theirs = twins.theirs.decoder.forward(&all, &batched, true).unwrap();
            let theirs = twins.theirs.decoder.final_linear(&theirs.i((.., to - 1..)).unwrap()).unwrap();
            let off = difference(&ours, &theirs.flatten_all().unwrap());
            assert!(off < 1e-4, "after {to} tokens the logits differ by {off}");
            assert_eq!(state.len(), to);
        }
    }

    #[test]
    fn a_rewound_state_forgets_the_tokens_and_keeps_the_sound() {
        let Twins { ours, .. } = twins();
        let mut state = ours.decoder.start(&ours.encoder.forward(&mel(50)).unwrap()).unwrap();
        let fresh = ours.decoder.step(&[257, 258], &mut state).unwrap();
        ours.decoder.step(&[80], &mut state).unwrap();
        state.rewind();
        assert_eq!(state.len(), 0);
        let again = ours.decoder.step(&[257, 258], &mut state).unwrap();
        assert_eq!(difference(&fresh, &again), 0.0);
    }
}
