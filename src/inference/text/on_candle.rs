//! DistilBERT on candle's tensors: the same network as [`distilbert`](super::distilbert), for another unit than the
//! processor.

use super::distilbert::{Activation, Config, LAYER_NORM_EPS};
use crate::inference::on_candle::{Attention, Names, layer_norm};
use candle_core::{Result, Tensor};
use candle_nn::{Embedding, LayerNorm, Linear, Module, VarBuilder};

const NAMES: Names = Names { query: "q_lin", key: "k_lin", value: "v_lin", out: "out_lin", key_has_bias: true };

/// One transformer layer.
struct Layer {
    attention: Attention,
    attention_norm: LayerNorm,
    widen: Linear,
    activation: Activation,
    narrow: Linear,
    output_norm: LayerNorm,
}

impl Layer {
    /// The layer `at` of the network.
    fn load(config: &Config, at: usize, vb: &VarBuilder) -> Result<Self> {
        let &Config { dim, activation, .. } = config;
        let (heads, hidden_dim) = ((config.heads_of(at), config.head_width()), config.hidden_dim_of(at));
        Ok(Self {
            attention: Attention::load(&vb.pp("attention"), dim, heads, &NAMES)?,
            attention_norm: layer_norm(vb, "sa_layer_norm", dim, LAYER_NORM_EPS)?,
            widen: candle_nn::linear(dim, hidden_dim, vb.pp("ffn.lin1"))?,
            activation,
            narrow: candle_nn::linear(hidden_dim, dim, vb.pp("ffn.lin2"))?,
            output_norm: layer_norm(vb, "output_layer_norm", dim, LAYER_NORM_EPS)?,
        })
    }

    /// The first `wanted` tokens of each text in `xs`.
    fn forward(&self, xs: &Tensor, wanted: usize) -> Result<Tensor> {
        let memory = self.attention.remember(xs)?;
        let past = xs.narrow(1, 0, wanted)?.contiguous()?;
        let attended = (self.attention.attend(&past, &memory, None)? + past)?;
        let attended = self.attention_norm.forward(&attended)?;
        let wide = self.widen.forward(&attended)?;
        let wide = match self.activation {
            Activation::Gelu => wide.gelu_erf()?,
            Activation::Relu => wide.relu()?,
        };
        self.output_norm.forward(&(self.narrow.forward(&wide)? + attended)?)
    }
}

/// The network.
pub(super) struct OnCandle {
    words: Embedding,
    positions: Tensor,
    embeddings_norm: LayerNorm,
    layers: Vec<Layer>,
    pre_classifier: Linear,
    classifier: Linear,
}

impl OnCandle {
    /// Builds the network for `classes` classes, on the device of `vb`.
    ///
    /// # Errors
    /// What the device says.
    pub fn load(config: &Config, classes: usize, vb: &VarBuilder) -> Result<Self> {
        let (dim, bert) = (config.dim, vb.pp("distilbert"));
        let embeddings = bert.pp("embeddings");
        let layer = |i| Layer::load(config, i, &bert.pp(format!("transformer.layer.{i}")));
        let positions = (config.max_position_embeddings, dim);
        Ok(Self {
            words: candle_nn::embedding(config.vocab_size, dim, embeddings.pp("word_embeddings"))?,
            positions: embeddings.get(positions, "position_embeddings.weight")?,
            embeddings_norm: layer_norm(&embeddings, "LayerNorm", dim, LAYER_NORM_EPS)?,
            layers: (0..config.n_layers).map(layer).collect::<Result<_>>()?,
            pre_classifier: candle_nn::linear(dim, dim, vb.pp("pre_classifier"))?,
            classifier: candle_nn::linear(dim, classes, vb.pp("classifier"))?,
        })
    }

    /// The logits of each of `texts`, which are equally long and not empty.
    ///
    /// # Errors
    /// What the device says.
    pub fn forward(&self, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>> {
        let tokens = texts.first().map_or(0, |text| text.len());
        let ids = Tensor::from_vec(texts.concat(), (texts.len(), tokens), self.positions.device())?;
        let embedded = self.words.forward(&ids)?.broadcast_add(&self.positions.narrow(0, 0, tokens)?)?;
        let mut xs = self.embeddings_norm.forward(&embedded)?;
        for (i, layer) in self.layers.iter().enumerate() {
            // [CLS] alone is classified.
            xs = layer.forward(&xs, if i + 1 == self.layers.len() { 1 } else { tokens })?;
        }
        let hidden = self.pre_classifier.forward(&xs.squeeze(1)?)?.relu()?;
        self.classifier.forward(&hidden)?.to_vec2()
    }
}
