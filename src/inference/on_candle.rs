//! Layers of transformers on candle's tensors, for the devices that candle has kernels for and we have not.
//!
//! In and out: tensors `[texts, tokens, width]` on the device of the weights, f32. candle-transformers has these networks
//! too. Its DistilBERT approximates GELU by tanh, up to 5e-4 off in each activation, and computes the last layer for
//! tokens that nobody classifies; its Whisper does so as well, reads all tokens anew at every step, keeps what it heard
//! in the weights, and computes the positions that the model brings. So these are our own, and only as many operations
//! as the two networks need: each is one that candle has on the processor and on Metal.

use candle_core::{Device, Result, Tensor};
use candle_nn::ops::softmax_last_dim;
use candle_nn::{LayerNorm, Linear, Module, VarBuilder};

/// The linear layers about an attention, and the attention between them.
pub(super) struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    heads: usize,
    head_width: usize,
}

/// Tensors of an attention, as the model's file names them.
pub(super) struct Names {
    pub query: &'static str,
    pub key: &'static str,
    pub value: &'static str,
    pub out: &'static str,
    /// Whisper's keys have no bias.
    pub key_has_bias: bool,
}

impl Attention {
    /// Of tokens of `width` numbers, in so many heads of such a width.
    pub fn load(vb: &VarBuilder, width: usize, (heads, head_width): (usize, usize), names: &Names) -> Result<Self> {
        let inner = heads * head_width;
        let inward = |name| candle_nn::linear(width, inner, vb.pp(name));
        let key = if names.key_has_bias {
            inward(names.key)?
        } else {
            candle_nn::linear_no_bias(width, inner, vb.pp(names.key))?
        };
        let out = candle_nn::linear(inner, width, vb.pp(names.out))?;
        Ok(Self { query: inward(names.query)?, key, value: inward(names.value)?, out, heads, head_width })
    }

    /// What `xs` give to attend to.
    pub fn remember(&self, xs: &Tensor) -> Result<Memory> {
        Ok(Memory { keys: self.split(&self.key.forward(xs)?)?, values: self.split(&self.value.forward(xs)?)? })
    }

    /// What `xs` hear of `memory`. What `mask` has at a token's row, and a column of `memory`, is added to their score.
    pub fn attend(&self, xs: &Tensor, memory: &Memory, mask: Option<&Tensor>) -> Result<Tensor> {
        let (texts, tokens, _) = xs.dims3()?;
        let scale = (self.head_width as f64).sqrt().recip();
        let queries = (self.split(&self.query.forward(xs)?)? * scale)?;
        let scores = queries.matmul(&memory.keys.t()?)?;
        let scores = match mask {
            Some(mask) => scores.broadcast_add(mask)?,
            None => scores,
        };
        let heard = softmax_last_dim(&scores)?.matmul(&memory.values)?;
        self.out.forward(&heard.transpose(1, 2)?.contiguous()?.reshape((
            texts,
            tokens,
            self.heads * self.head_width,
        ))?)
    }

    /// `[texts, heads, tokens, width of a head]`.
    fn split(&self, xs: &Tensor) -> Result<Tensor> {
        let (texts, tokens, _) = xs.dims3()?;
        xs.reshape((texts, tokens, self.heads, self.head_width))?.transpose(1, 2)?.contiguous()
    }
}

/// Keys and values, `[texts, heads, tokens, width of a head]` each.
pub(super) struct Memory {
    keys: Tensor,
    values: Tensor,
}

impl Memory {
    /// With `later` after it.
    pub fn and(&self, later: &Self) -> Result<Self> {
        let join = |first: &Tensor, second: &Tensor| Tensor::cat(&[first, second], 2);
        Ok(Self { keys: join(&self.keys, &later.keys)?, values: join(&self.values, &later.values)? })
    }

    /// The first `tokens` of it.
    pub fn first(&self, tokens: usize) -> Result<Self> {
        // A product of matrices takes no rows that lie apart.
        let part = |all: &Tensor| all.narrow(2, 0, tokens)?.contiguous();
        Ok(Self { keys: part(&self.keys)?, values: part(&self.values)? })
    }
}

/// Each of `tokens` tokens after `before` others sees itself and those before it: 0 where it looks, −∞ where not.
pub(super) fn causal_mask(tokens: usize, before: usize, device: &Device) -> Result<Tensor> {
    let all = before + tokens;
    let score = |at: usize, seen: usize| if seen > before + at { f32::NEG_INFINITY } else { 0.0 };
    let mask: Vec<f32> = (0..tokens).flat_map(|at| (0..all).map(move |seen| score(at, seen))).collect();
    Tensor::from_vec(mask, (tokens, all), device)
}

/// A layer norm; candle's own constructor takes no borrowed builder.
pub(super) fn layer_norm(vb: &VarBuilder, name: &str, width: usize, eps: f32) -> Result<LayerNorm> {
    let of = vb.pp(name);
    Ok(LayerNorm::new(of.get(width, "weight")?, of.get(width, "bias")?, eps.into()))
}
