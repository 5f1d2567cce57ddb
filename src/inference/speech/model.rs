//! Whisper: an encoder over the mel spectrogram, a decoder over tokens.
//!
//! Robust Speech Recognition via Large-Scale Weak Supervision, Radford et al. 2022
//! (<https://arxiv.org/abs/2212.04356>), code at <https://github.com/openai/whisper>. Tensor names are those
//! of transformers. One piece of sound at a time: a row of `d_model` numbers for each of its positions.
//!
//! What a decoder remembers of a piece is a [`DecoderState`], apart from the weights: the keys and values of
//! the sound, computed once, and those of the tokens so far.

use super::config::Config;
use crate::inference::layers::Layers;
use crate::kernels::{Activation, Arena, Attention, KeysValues, LayerNorm, Linear, Pool, Rows, View};
use candle_core::Result;

pub(super) const LAYER_NORM_EPS: f32 = 1e-5;
/// Frames, and then positions, that each convolution sees.
pub(super) const CONVOLUTION: usize = 3;

/// Both halves.
pub(super) struct Whisper {
    pub encoder: Encoder,
    pub decoder: Decoder,
}

impl Whisper {
    pub fn load(layers: &Layers, config: &Config) -> Result<Self> {
        Ok(Self {
            encoder: Encoder::load(&layers.of("model.encoder"), config)?,
            decoder: Decoder::load(&layers.of("model.decoder"), config)?,
        })
    }
}

/// The linear layers about an attention.
struct Projections {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    heads: usize,
    attention: Attention,
}

impl Projections {
    fn load(layers: &Layers, d_model: usize, heads: usize, causal: bool) -> Result<Self> {
        let layer = |name| layers.linear(name, (d_model, d_model), Activation::None);
        let scale = ((d_model / heads) as f32).sqrt().recip();
        Ok(Self {
            query: layer("q_proj")?,
            key: layers.linear_unbiased("k_proj", (d_model, d_model))?,
            value: layer("v_proj")?,
            out: layer("out_proj")?,
            heads,
            attention: Attention { isa: layers.isa, scale, causal },
        })
    }

    /// Room for what `positions` give to attend to.
    fn memory(&self, positions: usize) -> KeysValues {
        KeysValues::new(self.attention.isa, self.heads, self.key.outputs / self.heads, positions)
    }

    /// Adds what `xs` give to attend to.
    fn remember(&self, arena: &mut Arena, xs: View, memory: &mut KeysValues) {
        let keys = self.key.run(arena, xs, None);
        let values = self.value.run(arena, xs, None);
        memory.append(keys.view(), values.view());
        arena.give_back_rows([keys, values]);
    }

    /// What `xs` hear of `memory`, with `past` added.
    fn attend(&self, arena: &mut Arena, xs: View, memory: &KeysValues, past: View) -> Rows {
        let queries = self.query.run(arena, xs, None);
        let heard = self.attention.run(arena, queries.view(), memory);
        let out = self.out.run(arena, heard.view(), Some(past));
        arena.give_back_rows([queries, heard]);
        out
    }
}

/// Widen, GELU, narrow; behind a layer norm, with a way past both.
struct Mlp {
    norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
}

impl Mlp {
    fn load(layers: &Layers, d_model: usize, inner: usize) -> Result<Self> {
        Ok(Self {
            norm: layers.layer_norm("final_layer_norm", d_model, LAYER_NORM_EPS)?,
            widen: layers.linear("fc1", (d_model, inner), Activation::Gelu)?,
            narrow: layers.linear("fc2", (inner, d_model), Activation::None)?,
        })
    }

    fn forward(&self, arena: &mut Arena, xs: Rows) -> Rows {
        let normed = self.norm.run(arena, xs.view());
        let wide = self.widen.run(arena, normed.view(), None);
        let out = self.narrow.run(arena, wide.view(), Some(xs.view()));
        arena.give_back_rows([xs, normed, wide]);
        out
    }
}

struct EncoderLayer {
    attention_norm: LayerNorm,
    attention: Projections,
    mlp: Mlp,
}

impl EncoderLayer {
    fn load(layers: &Layers, c: &Config) -> Result<Self> {
        let (d, heads) = (c.d_model, c.encoder_attention_heads);
        Ok(Self {
            attention_norm: layers.layer_norm("self_attn_layer_norm", d, LAYER_NORM_EPS)?,
            attention: Projections::load(&layers.of("self_attn"), d, heads, false)?,
            mlp: Mlp::load(layers, d, c.encoder_ffn_dim)?,
        })
    }

    /// `memory` is room for as many positions as `xs` has.
    fn forward(&self, arena: &mut Arena, xs: Rows, memory: &mut KeysValues) -> Rows {
        let normed = self.attention_norm.run(arena, xs.view());
        memory.clear();
        self.attention.remember(arena, normed.view(), memory);
        let attended = self.attention.attend(arena, normed.view(), memory, xs.view());
        arena.give_back_rows([xs, normed]);
        self.mlp.forward(arena, attended)
    }
}

/// From mel frames to what the decoder attends to.
pub(super) struct Encoder {
    mels: usize,
    conv1: Linear,
    conv2: Linear,
    positions: Rows,
    layers: Vec<EncoderLayer>,
    norm: LayerNorm,
    pool: Pool,
}

impl Encoder {
    fn load(layers: &Layers, c: &Config) -> Result<Self> {
        let convolution = |name, inputs| layers.convolution(name, (inputs, c.d_model), CONVOLUTION, Activation::Gelu);
        Ok(Self {
            mels: c.num_mel_bins,
            conv1: convolution("conv1", c.num_mel_bins)?,
            conv2: convolution("conv2", c.d_model)?,
            positions: layers.rows("embed_positions.weight", (c.max_source_positions, c.d_model))?,
            layers: (0..c.encoder_layers)
                .map(|i| EncoderLayer::load(&layers.of(format!("layers.{i}")), c))
                .collect::<Result<_>>()?,
            norm: layers.layer_norm("layer_norm", c.d_model, LAYER_NORM_EPS)?,
            pool: layers.pool.clone(),
        })
    }

    /// From `mel`, frame after frame, to a row for each two frames, of which there are at most twice the positions.
    ///
    /// # Panics
    /// Where there are more, or an odd number of them.
    pub fn forward(&self, arena: &mut Arena, mel: &[f32]) -> Rows {
        self.pool.within(|| {
            let mut xs = self.convolve(arena, mel);
            if let Some(layer) = self.layers.first() {
                let mut memory = layer.attention.memory(xs.count);
                for layer in &self.layers {
                    xs = layer.forward(arena, xs, &mut memory);
                }
            }
            let heard = self.norm.run(arena, xs.view());
            arena.give_back_rows([xs]);
            heard
        })
    }

    /// Both convolutions, with a row of zeros at either end; the second takes every other frame. The table of positions
    /// is cut where the sound ends.
    fn convolve(&self, arena: &mut Arena, mel: &[f32]) -> Rows {
        let (isa, frames) = (self.norm.isa(), mel.len() / self.mels);
        assert!(frames.is_multiple_of(2) && frames / 2 <= self.positions.count, "{frames} frames");
        let mut framed = arena.rows(isa, frames + 2, self.mels);
        let mut narrow = arena.rows(isa, frames + 2, self.conv1.outputs);
        for rows in [&mut framed, &mut narrow] {
            rows.row_mut(0).fill(0.0);
            rows.row_mut(frames + 1).fill(0.0);
        }
        mel.chunks_exact(self.mels).enumerate().for_each(|(at, frame)| framed.row_mut(at + 1).copy_from_slice(frame));
        self.conv1.run_into(arena, framed.windows(CONVOLUTION, 1), None, &mut narrow, 1);
        let mut positioned = arena.rows(isa, frames / 2, self.conv2.outputs);
        let positions = self.positions.part(0, frames / 2);
        self.conv2.run_into(arena, narrow.windows(CONVOLUTION, 2), Some(positions), &mut positioned, 0);
        arena.give_back_rows([framed, narrow]);
        positioned
    }
}

struct DecoderLayer {
    attention_norm: LayerNorm,
    attention: Projections,
    sound_norm: LayerNorm,
    sound_attention: Projections,
    mlp: Mlp,
}

impl DecoderLayer {
    fn load(layers: &Layers, c: &Config) -> Result<Self> {
        let (d, heads) = (c.d_model, c.decoder_attention_heads);
        Ok(Self {
            attention_norm: layers.layer_norm("self_attn_layer_norm", d, LAYER_NORM_EPS)?,
            attention: Projections::load(&layers.of("self_attn"), d, heads, true)?,
            sound_norm: layers.layer_norm("encoder_attn_layer_norm", d, LAYER_NORM_EPS)?,
            sound_attention: Projections::load(&layers.of("encoder_attn"), d, heads, false)?,
            mlp: Mlp::load(layers, d, c.decoder_ffn_dim)?,
        })
    }

    fn forward(&self, arena: &mut Arena, xs: Rows, memory: &mut LayerMemory) -> Rows {
        let normed = self.attention_norm.run(arena, xs.view());
        self.attention.remember(arena, normed.view(), &mut memory.tokens);
        let said = self.attention.attend(arena, normed.view(), &memory.tokens, xs.view());
        let said_normed = self.sound_norm.run(arena, said.view());
        let heard = self.sound_attention.attend(arena, said_normed.view(), &memory.sound, said.view());
        arena.give_back_rows([xs, normed, said, said_normed]);
        self.mlp.forward(arena, heard)
    }
}

/// From tokens, and what the encoder heard, to the next token.
pub(super) struct Decoder {
    /// The embedding, and the projection onto the vocabulary.
    tokens: Linear,
    positions: Rows,
    layers: Vec<DecoderLayer>,
    norm: LayerNorm,
    pool: Pool,
}

/// What the decoder remembers while it writes down one piece of sound.
pub(super) struct DecoderState {
    arena: Arena,
    layers: Vec<LayerMemory>,
}

struct LayerMemory {
    sound: KeysValues,
    /// Those so far.
    tokens: KeysValues,
}

impl DecoderState {
    /// Tokens so far.
    pub fn len(&self) -> usize {
        self.layers.first().map_or(0, |layer| layer.tokens.len())
    }

    /// Forgets all tokens but the first `len`; the sound stays.
    pub fn truncate(&mut self, len: usize) {
        self.layers.iter_mut().for_each(|layer| layer.tokens.truncate(len));
    }
}

impl Decoder {
    fn load(layers: &Layers, c: &Config) -> Result<Self> {
        Ok(Self {
            tokens: layers.linear_unbiased("embed_tokens", (c.d_model, c.vocab_size))?,
            positions: layers.rows("embed_positions.weight", (c.max_target_positions, c.d_model))?,
            layers: (0..c.decoder_layers)
                .map(|i| DecoderLayer::load(&layers.of(format!("layers.{i}")), c))
                .collect::<Result<_>>()?,
            norm: layers.layer_norm("layer_norm", c.d_model, LAYER_NORM_EPS)?,
            pool: layers.pool.clone(),
        })
    }

    /// Starts on what the encoder heard, which is from `arena`.
    pub fn start(&self, mut arena: Arena, heard: Rows) -> DecoderState {
        let layers = self.pool.within(|| {
            let memory = |layer: &DecoderLayer| {
                let mut sound = layer.sound_attention.memory(heard.count);
                layer.sound_attention.remember(&mut arena, heard.view(), &mut sound);
                LayerMemory { sound, tokens: layer.attention.memory(self.positions.count) }
            };
            self.layers.iter().map(memory).collect()
        });
        arena.give_back_rows([heard]);
        DecoderState { arena, layers }
    }

    /// Reads `tokens` after those so far and gives the logits of the one that follows. Only the last position is
    /// projected onto the vocabulary, through the embedding itself.
    ///
    /// # Panics
    /// Where there are more tokens than positions, or one is not of the vocabulary.
    pub fn step(&self, tokens: &[u32], state: &mut DecoderState) -> Vec<f32> {
        let before = state.len();
        let DecoderState { arena, layers } = state;
        self.pool.within(|| {
            let mut xs = arena.rows(self.norm.isa(), tokens.len(), self.tokens.inputs);
            for (at, token) in tokens.iter().enumerate() {
                let row = xs.row_mut(at);
                self.tokens.weights_of(*token as usize, row);
                row.iter_mut().zip(self.positions.row(before + at)).for_each(|(x, position)| *x += position);
            }
            for (layer, memory) in self.layers.iter().zip(layers) {
                xs = layer.forward(arena, xs, memory);
            }
            let last = self.norm.run(arena, xs.part(tokens.len() - 1, 1));
            let projected = self.tokens.run(arena, last.view(), None);
            let logits = projected.row(0).to_vec();
            arena.give_back_rows([xs, last, projected]);
            logits
        })
    }
}

#[cfg(test)]
#[path = "model_tests.rs"]
mod tests;
