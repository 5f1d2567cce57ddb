//! DistilBERT, as in [`inference::text`](crate::inference::text), with gradients.
//!
//! In: token ids, every row of the same real length. Out: logits. Widths are those of the tensors, so a network from which
//! heads or units were pruned learns like any other. There is no dropout: who learns from a teacher has more data than
//! it can learn by heart, and without it a run that was cut goes on without the state of a generator.

use crate::lab::train::ops::{layer_norm, linear, softmax};
use crate::lab::train::{Error, Parameters, Result};
use candle_core::{D, Tensor};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

/// transformers' `LayerNorm(eps=1e-12)`.
const LAYER_NORM_EPS: f64 = 1e-12;

/// DistilBERT for sequence classification over [`Parameters`].
pub struct TextNetwork {
    parameters: Parameters,
    layers: usize,
    /// Width of an attention head: pruning takes heads, and leaves this.
    head_width: usize,
    /// GELU through erf; else ReLU.
    gelu: bool,
}

impl TextNetwork {
    /// The network that `config`, transformers' `config.json`, describes, over `parameters`.
    ///
    /// # Errors
    /// [`Error::Setting`] names the field that is missing or wrong.
    pub fn new(config: &Value, parameters: Parameters) -> Result<Self> {
        let sizes = Sizes::of(config)?;
        let network = Self {
            parameters,
            layers: sizes.layers,
            head_width: sizes.dim / sizes.heads,
            gelu: config["activation"] == "gelu",
        };
        // What is missing is named now, and not in the middle of the first step.
        network.logits(&[&[0]])?;
        Ok(network)
    }

    /// Fresh parameters for `config`: weights as BERT's begin, biases 0, norms 1. `words`, `[vocab_size, dim]`, is what
    /// the vectors of the vocabulary begin as.
    ///
    /// # Errors
    /// [`Error::Setting`] names the field that is missing or wrong.
    pub fn fresh(config: &Value, words: &Tensor, mut parameters: Parameters, random: &mut ChaCha8Rng) -> Result<Self> {
        let Sizes { dim, hidden, layers, positions, classes, .. } = Sizes::of(config)?;
        let deviation = config["initializer_range"].as_f64().unwrap_or(0.02) as f32;
        let (zeros, ones) = (Tensor::zeros(dim, words.dtype(), words.device())?, words.ones_like()?.get(0)?);
        let norm = |parameters: &mut Parameters, name: &str| -> Result<()> {
            parameters.insert(format!("{name}.weight"), &ones)?;
            parameters.insert(format!("{name}.bias"), &zeros)
        };
        let mut dense = |parameters: &mut Parameters, name: &str, inputs: usize, outputs: usize| -> Result<()> {
            // As large as keeps the variance of what goes through (Glorot and Bengio, 2010): with BERT's 0.02, a narrow
            // network begins by answering the same to everything.
            let deviation = deviation.max((2.0 / (inputs + outputs) as f32).sqrt());
            parameters.insert_normal(format!("{name}.weight"), &[outputs, inputs], deviation, random)?;
            parameters.insert(format!("{name}.bias"), &Tensor::zeros(outputs, words.dtype(), words.device())?)
        };
        let embeddings = "distilbert.embeddings";
        parameters.insert(format!("{embeddings}.word_embeddings.weight"), words)?;
        norm(&mut parameters, &format!("{embeddings}.LayerNorm"))?;
        for layer in 0..layers {
            let of = |name: &str| format!("distilbert.transformer.layer.{layer}.{name}");
            for name in ["q_lin", "k_lin", "v_lin", "out_lin"] {
                dense(&mut parameters, &of(&format!("attention.{name}")), dim, dim)?;
            }
            dense(&mut parameters, &of("ffn.lin1"), dim, hidden)?;
            dense(&mut parameters, &of("ffn.lin2"), hidden, dim)?;
            norm(&mut parameters, &of("sa_layer_norm"))?;
            norm(&mut parameters, &of("output_layer_norm"))?;
        }
        dense(&mut parameters, "pre_classifier", dim, dim)?;
        dense(&mut parameters, "classifier", dim, classes)?;
        let places = format!("{embeddings}.position_embeddings.weight");
        parameters.insert_normal(places, &[positions, dim], deviation, random)?;
        Self::new(config, parameters)
    }

    /// What it learns.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// What it learned.
    pub fn into_parameters(self) -> Parameters {
        self.parameters
    }

    /// The logits of each of `texts`, which are equally long and not empty: `[texts, classes]`.
    ///
    /// # Errors
    /// [`Error::Candle`], or a tensor is missing.
    pub fn logits(&self, texts: &[&[u32]]) -> Result<Tensor> {
        let tokens = texts.first().map_or(0, |text| text.len());
        let ids = Tensor::from_vec(texts.concat(), texts.len() * tokens, self.parameters.device())?;
        let get = |name: &str| self.parameters.get(&format!("distilbert.embeddings.{name}.weight"));
        let words = get("word_embeddings")?;
        let embedded = words.index_select(&ids, 0)?.reshape((texts.len(), tokens, words.dim(1)?))?;
        let embedded = embedded.broadcast_add(&get("position_embeddings")?.narrow(0, 0, tokens)?)?;
        let mut xs = self.norm("distilbert.embeddings.LayerNorm", &embedded)?;
        for layer in 0..self.layers {
            // [CLS] alone is classified.
            let wanted = if layer + 1 == self.layers { 1 } else { tokens };
            xs = self.layer(&format!("distilbert.transformer.layer.{layer}"), &xs, wanted)?;
        }
        let hidden = self.linear("pre_classifier", &xs.squeeze(1)?)?.relu()?;
        self.linear("classifier", &hidden)
    }

    /// The first `wanted` tokens of each text in `xs`, `[texts, tokens, dim]`.
    fn layer(&self, name: &str, xs: &Tensor, wanted: usize) -> Result<Tensor> {
        let past = xs.narrow(1, 0, wanted)?.contiguous()?;
        let attended = (self.attention(&format!("{name}.attention"), &past, xs)? + past)?;
        let attended = self.norm(&format!("{name}.sa_layer_norm"), &attended)?;
        let wide = self.linear(&format!("{name}.ffn.lin1"), &attended)?;
        let wide = if self.gelu { wide.gelu_erf()? } else { wide.relu()? };
        let narrow = self.linear(&format!("{name}.ffn.lin2"), &wide)?;
        self.norm(&format!("{name}.output_layer_norm"), &(narrow + attended)?)
    }

    fn attention(&self, name: &str, asking: &Tensor, xs: &Tensor) -> Result<Tensor> {
        let (texts, wanted, _) = asking.dims3()?;
        let queries = self.heads(&format!("{name}.q_lin"), asking)?;
        let keys = self.heads(&format!("{name}.k_lin"), xs)?;
        let values = self.heads(&format!("{name}.v_lin"), xs)?;
        let scores = (queries.matmul(&keys.t()?)? * (self.head_width as f64).sqrt().recip())?;
        let heard = softmax(&scores)?.matmul(&values)?;
        let heads = heard.dim(1)?;
        let heard = heard.transpose(1, 2)?.contiguous()?.reshape((texts, wanted, heads * self.head_width))?;
        self.linear(&format!("{name}.out_lin"), &heard)
    }

    /// `[texts, heads, tokens, width of a head]`.
    fn heads(&self, name: &str, xs: &Tensor) -> Result<Tensor> {
        let all = self.linear(name, xs)?;
        let (texts, tokens, width) = all.dims3()?;
        Ok(all.reshape((texts, tokens, width / self.head_width, self.head_width))?.transpose(1, 2)?.contiguous()?)
    }

    fn linear(&self, name: &str, xs: &Tensor) -> Result<Tensor> {
        let get = |part| self.parameters.get(&format!("{name}.{part}"));
        Ok(linear(xs, &get("weight")?, &get("bias")?)?)
    }

    fn norm(&self, name: &str, xs: &Tensor) -> Result<Tensor> {
        let get = |part| self.parameters.get(&format!("{name}.{part}"));
        debug_assert!(xs.dim(D::Minus1).is_ok());
        Ok(layer_norm(xs, &get("weight")?, &get("bias")?, LAYER_NORM_EPS)?)
    }
}

/// What `config.json` says of sizes.
struct Sizes {
    dim: usize,
    heads: usize,
    hidden: usize,
    layers: usize,
    positions: usize,
    classes: usize,
}

/// Whether `config` describes a text network: before much is done for one.
///
/// # Errors
/// A sentence that says what it lacks.
pub fn check_sizes(config: &Value) -> Result<()> {
    match config["vocab_size"].as_u64() {
        Some(1..) => Sizes::of(config).map(drop),
        _ => {
            let said = &config["vocab_size"];
            Err(Error::Setting(format!("config.json: vocab_size is {said}, a number from 1 on is needed")))
        }
    }
}

impl Sizes {
    fn of(config: &Value) -> Result<Self> {
        let number = |name: &str| match config[name].as_u64() {
            Some(value @ 1..=1_000_000) => Ok(value as usize),
            _ => Err(Error::Setting(format!("config.json: {name} is {}, a number from 1 on is needed", config[name]))),
        };
        let classes = config["id2label"].as_object().map_or(0, serde_json::Map::len);
        let sizes = Self {
            dim: number("dim")?,
            heads: number("n_heads")?,
            hidden: number("hidden_dim")?,
            layers: number("n_layers")?,
            positions: number("max_position_embeddings")?,
            classes,
        };
        if classes < 2 {
            return Err(Error::Setting("config.json: id2label names fewer than two classes".into()));
        }
        if !sizes.dim.is_multiple_of(sizes.heads) {
            let Self { dim, heads, .. } = sizes;
            return Err(Error::Setting(format!("config.json: dim {dim} cannot be shared by {heads} heads")));
        }
        Ok(sizes)
    }
}
