//! Whisper on candle's tensors: the same networks as [`model`](super::model), for another unit than the processor.
//!
//! What the decoder remembers of a piece is a [`State`], apart from the weights, as there.

use super::config::Config;
use super::model::{CONVOLUTION, LAYER_NORM_EPS};
use crate::inference::on_candle::{Attention, Memory, Names, causal_mask, layer_norm};
use candle_core::{Device, Result, Tensor};
use candle_nn::{Conv1d, Conv1dConfig, Embedding, LayerNorm, Linear, Module, VarBuilder};

const NAMES: Names = Names { query: "q_proj", key: "k_proj", value: "v_proj", out: "out_proj", key_has_bias: false };

/// Widen, GELU, narrow; behind a layer norm, with a way past both.
struct Mlp {
    norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
}

impl Mlp {
    fn load(vb: &VarBuilder, width: usize, inner: usize) -> Result<Self> {
        Ok(Self {
            norm: layer_norm(vb, "final_layer_norm", width, LAYER_NORM_EPS)?,
            widen: candle_nn::linear(width, inner, vb.pp("fc1"))?,
            narrow: candle_nn::linear(inner, width, vb.pp("fc2"))?,
        })
    }

    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        let wide = self.widen.forward(&self.norm.forward(xs)?)?.gelu_erf()?;
        self.narrow.forward(&wide)? + xs
    }
}

struct EncoderLayer {
    norm: LayerNorm,
    attention: Attention,
    mlp: Mlp,
}

impl EncoderLayer {
    fn load(vb: &VarBuilder, c: &Config) -> Result<Self> {
        let (d, heads) = (c.d_model, c.encoder_attention_heads);
        Ok(Self {
            norm: layer_norm(vb, "self_attn_layer_norm", d, LAYER_NORM_EPS)?,
            attention: Attention::load(&vb.pp("self_attn"), d, (heads, d / heads), &NAMES)?,
            mlp: Mlp::load(vb, d, c.encoder_ffn_dim)?,
        })
    }

    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        let normed = self.norm.forward(xs)?;
        let heard = self.attention.attend(&normed, &self.attention.remember(&normed)?, None)?;
        self.mlp.forward(&(heard + xs)?)
    }
}

struct Encoder {
    mels: usize,
    conv1: Conv1d,
    conv2: Conv1d,
    positions: Tensor,
    layers: Vec<EncoderLayer>,
    norm: LayerNorm,
}

impl Encoder {
    fn load(vb: &VarBuilder, c: &Config) -> Result<Self> {
        let convolution = |name, inputs, stride| {
            let config = Conv1dConfig { padding: CONVOLUTION / 2, stride, ..Conv1dConfig::default() };
            candle_nn::conv1d(inputs, c.d_model, CONVOLUTION, config, vb.pp(name))
        };
        let layer = |i| EncoderLayer::load(&vb.pp(format!("layers.{i}")), c);
        Ok(Self {
            mels: c.num_mel_bins,
            conv1: convolution("conv1", c.num_mel_bins, 1)?,
            conv2: convolution("conv2", c.d_model, 2)?,
            positions: vb.get((c.max_source_positions, c.d_model), "embed_positions.weight")?,
            layers: (0..c.encoder_layers).map(layer).collect::<Result<_>>()?,
            norm: layer_norm(vb, "layer_norm", c.d_model, LAYER_NORM_EPS)?,
        })
    }

    /// From `mel`, frame after frame, to `[1, half the frames, d_model]`.
    fn forward(&self, mel: &[f32]) -> Result<Tensor> {
        let frames = mel.len() / self.mels;
        let mel = Tensor::from_slice(mel, (1, frames, self.mels), self.positions.device())?;
        let mel = mel.transpose(1, 2)?.contiguous()?;
        let narrow = self.conv1.forward(&mel)?.gelu_erf()?;
        let heard = self.conv2.forward(&narrow)?.gelu_erf()?.transpose(1, 2)?.contiguous()?;
        // The table of positions is cut where the sound ends.
        let mut xs = heard.broadcast_add(&self.positions.narrow(0, 0, heard.dim(1)?)?)?;
        for layer in &self.layers {
            xs = layer.forward(&xs)?;
        }
        self.norm.forward(&xs)
    }
}

struct DecoderLayer {
    norm: LayerNorm,
    attention: Attention,
    sound_norm: LayerNorm,
    sound_attention: Attention,
    mlp: Mlp,
}

impl DecoderLayer {
    fn load(vb: &VarBuilder, c: &Config) -> Result<Self> {
        let d = c.d_model;
        let heads = (c.decoder_attention_heads, d / c.decoder_attention_heads);
        Ok(Self {
            norm: layer_norm(vb, "self_attn_layer_norm", d, LAYER_NORM_EPS)?,
            attention: Attention::load(&vb.pp("self_attn"), d, heads, &NAMES)?,
            sound_norm: layer_norm(vb, "encoder_attn_layer_norm", d, LAYER_NORM_EPS)?,
            sound_attention: Attention::load(&vb.pp("encoder_attn"), d, heads, &NAMES)?,
            mlp: Mlp::load(vb, d, c.decoder_ffn_dim)?,
        })
    }

    /// Reads `xs` after the tokens in `memory`, which has them too afterwards.
    fn forward(&self, xs: &Tensor, memory: &mut LayerMemory, mask: Option<&Tensor>) -> Result<Tensor> {
        let normed = self.norm.forward(xs)?;
        let new = self.attention.remember(&normed)?;
        let tokens = match memory.tokens.take() {
            Some(before) => before.and(&new)?,
            None => new,
        };
        let said = (self.attention.attend(&normed, memory.tokens.insert(tokens), mask)? + xs)?;
        let heard = self.sound_attention.attend(&self.sound_norm.forward(&said)?, &memory.sound, None)?;
        self.mlp.forward(&(heard + said)?)
    }
}

struct Decoder {
    /// The embedding, and the projection onto the vocabulary.
    tokens: Embedding,
    positions: Tensor,
    layers: Vec<DecoderLayer>,
    norm: LayerNorm,
}

impl Decoder {
    fn load(vb: &VarBuilder, c: &Config) -> Result<Self> {
        let layer = |i| DecoderLayer::load(&vb.pp(format!("layers.{i}")), c);
        Ok(Self {
            tokens: candle_nn::embedding(c.vocab_size, c.d_model, vb.pp("embed_tokens"))?,
            positions: vb.get((c.max_target_positions, c.d_model), "embed_positions.weight")?,
            layers: (0..c.decoder_layers).map(layer).collect::<Result<_>>()?,
            norm: layer_norm(vb, "layer_norm", c.d_model, LAYER_NORM_EPS)?,
        })
    }
}

/// Both halves.
pub(super) struct OnCandle {
    encoder: Encoder,
    decoder: Decoder,
}

impl OnCandle {
    /// Builds the networks on the device of `vb`.
    ///
    /// # Errors
    /// What the device says.
    pub fn load(config: &Config, vb: &VarBuilder) -> Result<Self> {
        Ok(Self {
            encoder: Encoder::load(&vb.pp("model.encoder"), config)?,
            decoder: Decoder::load(&vb.pp("model.decoder"), config)?,
        })
    }

    fn device(&self) -> &Device {
        self.decoder.positions.device()
    }

    /// Encodes `mel`, frame after frame, for the decoder to start on.
    ///
    /// # Errors
    /// More frames than the encoder has positions for; what the device says.
    pub fn hear(&self, mel: &[f32]) -> Result<State> {
        let heard = self.encoder.forward(mel)?;
        let memory =
            |layer: &DecoderLayer| Ok(LayerMemory { sound: layer.sound_attention.remember(&heard)?, tokens: None });
        let layers = self.decoder.layers.iter().map(memory).collect::<Result<_>>()?;
        // A GPU has only been told what to do: what it cannot do is said here, and who takes the time takes all of it.
        self.device().synchronize()?;
        Ok(State { layers, len: 0 })
    }

    /// Reads `tokens`, of which there is one at least, after those so far and gives the logits of the one that follows.
    ///
    /// # Errors
    /// More tokens than positions, one that is not of the vocabulary; what the device says. What `state` holds is good
    /// for nothing then until it is truncated to nothing.
    pub fn step(&self, tokens: &[u32], state: &mut State) -> Result<Vec<f32>> {
        let (decoder, before, count) = (&self.decoder, state.len, tokens.len());
        let ids = Tensor::new(tokens, self.device())?;
        let embedded = (decoder.tokens.forward(&ids)? + decoder.positions.narrow(0, before, count)?)?;
        let mut xs = embedded.unsqueeze(0)?;
        // A token alone sees all that is there.
        let mask = if count > 1 { Some(causal_mask(count, before, self.device())?) } else { None };
        for (layer, memory) in decoder.layers.iter().zip(&mut state.layers) {
            xs = layer.forward(&xs, memory, mask.as_ref())?;
        }
        state.len = before + count;
        let last = decoder.norm.forward(&xs.narrow(1, count - 1, 1)?.contiguous()?)?.squeeze(0)?;
        last.matmul(&decoder.tokens.embeddings().t()?)?.squeeze(0)?.to_vec1()
    }
}

/// What the decoder remembers while it writes down one piece of sound.
pub(super) struct State {
    layers: Vec<LayerMemory>,
    /// Tokens so far.
    len: usize,
}

struct LayerMemory {
    sound: Memory,
    /// Those so far, if there are any.
    tokens: Option<Memory>,
}

impl State {
    /// Forgets all tokens but the first `len`.
    ///
    /// # Errors
    /// What the device says.
    pub fn truncate(&mut self, len: usize) -> Result<()> {
        let len = len.min(self.len);
        for layer in &mut self.layers {
            layer.tokens = match layer.tokens.take() {
                Some(tokens) if len > 0 => Some(tokens.first(len)?),
                _ => None,
            };
        }
        self.len = len;
        Ok(())
    }
}
