//! DistilBERT for sequence classification.
//!
//! In: token ids `[batch, tokens]`, every row of the same real length; nothing is padded, so no attention
//! mask exists. Out: logits `[batch, classes]`. The network is that of Sanh et al., "DistilBERT, a distilled
//! version of BERT" (<https://arxiv.org/abs/1910.01108>), its tensors carry the names of transformers'
//! `DistilBertForSequenceClassification`.

use candle_core::{D, Result, Tensor};
use candle_nn::ops::softmax_last_dim;
use candle_nn::{Embedding, LayerNorm, Linear, Module, VarBuilder, embedding, layer_norm, linear};

/// transformers' `LayerNorm(eps=1e-12)`.
const LAYER_NORM_EPS: f64 = 1e-12;

/// Sizes of everything, as in transformers' `config.json`.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub(super) struct Config {
    /// Entries of the vocabulary.
    pub vocab_size: usize,
    /// Width of a token's vector.
    pub dim: usize,
    /// Transformer layers.
    pub n_layers: usize,
    /// Attention heads; they share `dim` evenly.
    pub n_heads: usize,
    /// Width inside the feed-forward network.
    pub hidden_dim: usize,
    /// Between the two halves of the feed-forward network.
    pub activation: Activation,
    /// Most tokens in one pass, `[CLS]` and `[SEP]` among them.
    pub max_position_embeddings: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Activation {
    /// The exact one, through erf, as in transformers; not its tanh approximation.
    Gelu,
    Relu,
}

impl Config {
    /// Names the first size that cannot be right. Bounds are several times the largest BERT's, so that no
    /// product of sizes overflows and no configuration makes the engine loop.
    pub fn check(&self) -> std::result::Result<(), String> {
        let bounds = [
            ("vocab_size", self.vocab_size, 1, 2_000_000),
            ("dim", self.dim, 1, 8192),
            ("n_layers", self.n_layers, 1, 96),
            ("n_heads", self.n_heads, 1, 256),
            ("hidden_dim", self.hidden_dim, 1, 65_536),
            // [CLS], [SEP] and something between them.
            ("max_position_embeddings", self.max_position_embeddings, 3, 16_384),
        ];
        for (name, value, least, most) in bounds {
            if !(least..=most).contains(&value) {
                return Err(format!("{name} is {value}, it must lie between {least} and {most}"));
            }
        }
        if !self.dim.is_multiple_of(self.n_heads) {
            return Err(format!("dim {} cannot be shared by {} heads", self.dim, self.n_heads));
        }
        Ok(())
    }
}

struct SelfAttention {
    q_lin: Linear,
    k_lin: Linear,
    v_lin: Linear,
    out_lin: Linear,
    n_heads: usize,
}

impl SelfAttention {
    fn load(config: &Config, vb: VarBuilder) -> Result<Self> {
        let dim = config.dim;
        Ok(Self {
            q_lin: linear(dim, dim, vb.pp("q_lin"))?,
            k_lin: linear(dim, dim, vb.pp("k_lin"))?,
            v_lin: linear(dim, dim, vb.pp("v_lin"))?,
            out_lin: linear(dim, dim, vb.pp("out_lin"))?,
            n_heads: config.n_heads,
        })
    }

    /// `[batch, tokens, dim]` to `[batch, heads, tokens, dim / heads]`.
    fn split_heads(&self, x: &Tensor) -> Result<Tensor> {
        let (batch, tokens, dim) = x.dims3()?;
        x.reshape((batch, tokens, self.n_heads, dim / self.n_heads))?.transpose(1, 2)?.contiguous()
    }
}

impl Module for SelfAttention {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let head_dim = x.dim(D::Minus1)? / self.n_heads;
        let q = (self.split_heads(&self.q_lin.forward(x)?)? / (head_dim as f64).sqrt())?;
        let k = self.split_heads(&self.k_lin.forward(x)?)?;
        let v = self.split_heads(&self.v_lin.forward(x)?)?;
        let weights = softmax_last_dim(&q.matmul(&k.t()?)?)?;
        let context = weights.matmul(&v)?.transpose(1, 2)?.flatten_from(D::Minus2)?;
        self.out_lin.forward(&context)
    }
}

struct FeedForward {
    lin1: Linear,
    lin2: Linear,
    activation: Activation,
}

impl FeedForward {
    fn load(config: &Config, vb: VarBuilder) -> Result<Self> {
        Ok(Self {
            lin1: linear(config.dim, config.hidden_dim, vb.pp("lin1"))?,
            lin2: linear(config.hidden_dim, config.dim, vb.pp("lin2"))?,
            activation: config.activation,
        })
    }
}

impl Module for FeedForward {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.lin1.forward(x)?;
        let x = match self.activation {
            Activation::Gelu => x.gelu_erf()?,
            Activation::Relu => x.relu()?,
        };
        self.lin2.forward(&x)
    }
}

/// One transformer layer: `[batch, tokens, dim]` in and out.
struct Layer {
    attention: SelfAttention,
    sa_layer_norm: LayerNorm,
    ffn: FeedForward,
    output_layer_norm: LayerNorm,
}

impl Layer {
    fn load(config: &Config, vb: VarBuilder) -> Result<Self> {
        Ok(Self {
            attention: SelfAttention::load(config, vb.pp("attention"))?,
            sa_layer_norm: layer_norm(config.dim, LAYER_NORM_EPS, vb.pp("sa_layer_norm"))?,
            ffn: FeedForward::load(config, vb.pp("ffn"))?,
            output_layer_norm: layer_norm(config.dim, LAYER_NORM_EPS, vb.pp("output_layer_norm"))?,
        })
    }
}

impl Module for Layer {
    fn forward(&self, x: &Tensor) -> Result<Tensor> {
        let x = self.sa_layer_norm.forward(&(self.attention.forward(x)? + x)?)?;
        self.output_layer_norm.forward(&(self.ffn.forward(&x)? + &x)?)
    }
}

/// The network.
pub(super) struct DistilBert {
    word_embeddings: Embedding,
    position_embeddings: Embedding,
    embeddings_norm: LayerNorm,
    layers: Vec<Layer>,
    pre_classifier: Linear,
    classifier: Linear,
}

impl DistilBert {
    /// Builds the network for `classes` classes; every tensor it asks `vb` for is part of the file.
    pub fn load(config: &Config, classes: usize, vb: VarBuilder) -> Result<Self> {
        let (dim, bert) = (config.dim, vb.pp("distilbert"));
        let embeddings = bert.pp("embeddings");
        let layers = bert.pp("transformer.layer");
        Ok(Self {
            word_embeddings: embedding(config.vocab_size, dim, embeddings.pp("word_embeddings"))?,
            position_embeddings: embedding(config.max_position_embeddings, dim, embeddings.pp("position_embeddings"))?,
            embeddings_norm: layer_norm(dim, LAYER_NORM_EPS, embeddings.pp("LayerNorm"))?,
            layers: (0..config.n_layers).map(|i| Layer::load(config, layers.pp(i))).collect::<Result<_>>()?,
            pre_classifier: linear(dim, dim, vb.pp("pre_classifier"))?,
            classifier: linear(dim, classes, vb.pp("classifier"))?,
        })
    }

    /// Logits `[batch, classes]` of token ids `[batch, tokens]`.
    pub fn forward(&self, ids: &Tensor) -> Result<Tensor> {
        let positions = Tensor::arange(0, ids.dim(1)? as u32, ids.device())?;
        let positions = self.position_embeddings.forward(&positions)?;
        let x = self.word_embeddings.forward(ids)?.broadcast_add(&positions)?;
        let mut x = self.embeddings_norm.forward(&x)?;
        for layer in &self.layers {
            x = layer.forward(&x)?;
        }
        // [CLS] alone is classified.
        let cls = x.narrow(1, 0, 1)?.squeeze(1)?.contiguous()?;
        self.classifier.forward(&self.pre_classifier.forward(&cls)?.relu()?)
    }
}
