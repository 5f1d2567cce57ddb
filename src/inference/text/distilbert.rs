//! DistilBERT for sequence classification.
//!
//! In: token ids, every row of the same real length; nothing is padded, so no attention mask exists. Out: the logits of
//! each row. The network is that of Sanh et al., "DistilBERT, a distilled
//! version of BERT" (<https://arxiv.org/abs/1910.01108>), its tensors carry the names of transformers'
//! `DistilBertForSequenceClassification`.

use crate::inference::layers::Layers;
use crate::kernels::{self, Arena, Attention, KeysValues, LayerNorm, Linear, Pool, Rows, Table};
use candle_core::Result;
use std::sync::Mutex;

/// transformers' `LayerNorm(eps=1e-12)`.
pub(super) const LAYER_NORM_EPS: f32 = 1e-12;

/// Sizes of everything, as in transformers' `config.json`; a pruned model's also says what is left of each layer.
#[derive(Debug, Clone, PartialEq, serde::Deserialize)]
pub struct Config {
    /// Entries of the vocabulary.
    pub vocab_size: usize,
    /// Width of a token's vector.
    pub dim: usize,
    /// Transformer layers.
    pub n_layers: usize,
    /// Attention heads; they share `dim` evenly.
    pub n_heads: usize,
    /// Heads that pruning left in each layer; without it, all. A head stays as wide as it was.
    pub layer_heads: Option<Vec<usize>>,
    /// Width inside the feed-forward network.
    pub hidden_dim: usize,
    /// What pruning left of it in each layer; without it, all.
    pub layer_hidden_dims: Option<Vec<usize>>,
    /// Between the two halves of the feed-forward network.
    pub activation: Activation,
    /// Most tokens in one pass, `[CLS]` and `[SEP]` among them.
    pub max_position_embeddings: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// The exact one, through erf, as in transformers; not its tanh approximation.
    Gelu,
    /// `max(x, 0)`
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
        self.check_layers("layer_heads", &self.layer_heads, self.n_heads)?;
        self.check_layers("layer_hidden_dims", &self.layer_hidden_dims, self.hidden_dim)
    }

    fn check_layers(&self, name: &str, left: &Option<Vec<usize>>, most: usize) -> std::result::Result<(), String> {
        let Some(left) = left else { return Ok(()) };
        if left.len() != self.n_layers {
            return Err(format!("{name} has {} entries, n_layers is {}", left.len(), self.n_layers));
        }
        match left.iter().find(|width| !(1..=most).contains(*width)) {
            Some(width) => Err(format!("{name} has {width}, it must lie between 1 and {most}")),
            None => Ok(()),
        }
    }

    /// Numbers of a query, key or value in one head.
    pub fn head_width(&self) -> usize {
        self.dim / self.n_heads
    }

    /// Heads of the layer `layer`.
    pub fn heads_of(&self, layer: usize) -> usize {
        self.layer_heads.as_ref().map_or(self.n_heads, |heads| heads[layer])
    }

    /// Width inside the feed-forward network of the layer `layer`.
    pub fn hidden_dim_of(&self, layer: usize) -> usize {
        self.layer_hidden_dims.as_ref().map_or(self.hidden_dim, |widths| widths[layer])
    }
}

struct SelfAttention {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    attention: Attention,
    heads: usize,
    head_width: usize,
}

impl SelfAttention {
    /// With so many `heads`, whose width is that of the configuration.
    fn load(config: &Config, heads: usize, layers: &Layers) -> Result<Self> {
        let (dim, head_width) = (config.dim, config.head_width());
        let layer = |name, sizes| layers.linear(name, sizes, kernels::Activation::None);
        let inward = |name| layer(name, (dim, heads * head_width));
        let scale = (head_width as f32).sqrt().recip();
        Ok(Self {
            query: inward("q_lin")?,
            key: inward("k_lin")?,
            value: inward("v_lin")?,
            out: layer("out_lin", (heads * head_width, dim))?,
            attention: Attention { isa: layers.isa, scale, causal: false },
            heads,
            head_width,
        })
    }

    /// What the first `wanted` tokens of each text in `xs` hear of its other tokens, with `xs` itself.
    fn forward(&self, arena: &mut Arena, xs: &Rows, tokens: usize, wanted: usize) -> Rows {
        let (texts, isa) = (xs.count / tokens, self.attention.isa);
        let keys = self.key.run(arena, xs.view(), None);
        let values = self.value.run(arena, xs.view(), None);
        let mut heard = arena.rows(isa, texts * wanted, self.heads * self.head_width);
        let mut past = arena.rows(isa, texts * wanted, xs.width);
        let mut memory = KeysValues::new(isa, self.heads, self.head_width, tokens);
        for text in 0..texts {
            let first = text * tokens;
            memory.clear();
            memory.append(keys.part(first, tokens), values.part(first, tokens));
            let queries = self.query.run(arena, xs.part(first, wanted), None);
            let of_text = self.attention.run(arena, queries.view(), &memory);
            for row in 0..wanted {
                heard.row_mut(text * wanted + row).copy_from_slice(of_text.row(row));
                past.row_mut(text * wanted + row).copy_from_slice(xs.row(first + row));
            }
            arena.give_back_rows([queries, of_text]);
        }
        let out = self.out.run(arena, heard.view(), Some(past.view()));
        arena.give_back_rows([keys, values, heard, past]);
        out
    }
}

/// One transformer layer.
struct Layer {
    attention: SelfAttention,
    attention_norm: LayerNorm,
    widen: Linear,
    narrow: Linear,
    output_norm: LayerNorm,
}

impl Layer {
    /// The layer `at` of the network.
    fn load(config: &Config, at: usize, layers: &Layers) -> Result<Self> {
        let (dim, hidden) = (config.dim, config.hidden_dim_of(at));
        let activation = match config.activation {
            Activation::Gelu => kernels::Activation::Gelu,
            Activation::Relu => kernels::Activation::Relu,
        };
        Ok(Self {
            attention: SelfAttention::load(config, config.heads_of(at), &layers.of("attention"))?,
            attention_norm: layers.layer_norm("sa_layer_norm", dim, LAYER_NORM_EPS)?,
            widen: layers.linear("ffn.lin1", (dim, hidden), activation)?,
            narrow: layers.linear("ffn.lin2", (hidden, dim), kernels::Activation::None)?,
            output_norm: layers.layer_norm("output_layer_norm", dim, LAYER_NORM_EPS)?,
        })
    }

    /// The first `wanted` tokens of each text in `xs`, which are all of `tokens` tokens.
    fn forward(&self, arena: &mut Arena, xs: &Rows, tokens: usize, wanted: usize) -> Rows {
        let attended = self.attention.forward(arena, xs, tokens, wanted);
        let attended_normed = self.attention_norm.run(arena, attended.view());
        let wide = self.widen.run(arena, attended_normed.view(), None);
        let narrow = self.narrow.run(arena, wide.view(), Some(attended_normed.view()));
        let out = self.output_norm.run(arena, narrow.view());
        arena.give_back_rows([attended, attended_normed, wide, narrow]);
        out
    }
}

/// The network.
pub(super) struct DistilBert {
    isa: kernels::Isa,
    words: Table,
    positions: Table,
    embeddings_norm: LayerNorm,
    layers: Vec<Layer>,
    pre_classifier: Linear,
    classifier: Linear,
    pool: Pool,
    /// Memory of passes that are over.
    arenas: Mutex<Vec<Arena>>,
}

impl DistilBert {
    /// Builds the network for `classes` classes; every tensor it asks `layers` for is part of the file.
    pub fn load(config: &Config, classes: usize, layers: &Layers) -> Result<Self> {
        let (dim, bert) = (config.dim, layers.of("distilbert"));
        let (embeddings, all) = (bert.of("embeddings"), bert.of("transformer.layer"));
        let relu = kernels::Activation::Relu;
        Ok(Self {
            words: embeddings.table("word_embeddings", (config.vocab_size, dim))?,
            positions: embeddings.table("position_embeddings", (config.max_position_embeddings, dim))?,
            embeddings_norm: embeddings.layer_norm("LayerNorm", dim, LAYER_NORM_EPS)?,
            layers: (0..config.n_layers).map(|i| Layer::load(config, i, &all.of(i))).collect::<Result<_>>()?,
            pre_classifier: layers.precise().linear("pre_classifier", (dim, dim), relu)?,
            classifier: layers.precise().linear("classifier", (dim, classes), kernels::Activation::None)?,
            pool: layers.pool.clone(),
            arenas: Mutex::default(),
            isa: layers.isa,
        })
    }

    /// The logits of each of `texts`, which are equally long and not empty.
    pub fn forward(&self, texts: &[&[u32]]) -> Vec<Vec<f32>> {
        self.pool.within(|| {
            let free = || self.arenas.lock().expect("no holder panics");
            let mut arena = free().pop().unwrap_or_default();
            let logits = self.logits(&mut arena, texts);
            free().push(arena);
            logits
        })
    }

    fn logits(&self, arena: &mut Arena, texts: &[&[u32]]) -> Vec<Vec<f32>> {
        let tokens = texts[0].len();
        let ids: Vec<usize> = texts.concat().into_iter().map(|id| id as usize).collect();
        let mut embedded = self.words.rows(self.isa, arena, ids.into_iter());
        for row in 0..embedded.count {
            self.positions.add(row % tokens, embedded.row_mut(row));
        }
        let mut x = self.embeddings_norm.run(arena, embedded.view());
        arena.give_back_rows([embedded]);
        for (i, layer) in self.layers.iter().enumerate() {
            // [CLS] alone is classified.
            let wanted = if i + 1 == self.layers.len() { 1 } else { tokens };
            let next = layer.forward(arena, &x, tokens, wanted);
            arena.give_back_rows([std::mem::replace(&mut x, next)]);
        }
        let hidden = self.pre_classifier.run(arena, x.view(), None);
        let logits = self.classifier.run(arena, hidden.view(), None);
        let of_texts = (0..texts.len()).map(|text| logits.row(text).to_vec()).collect();
        arena.give_back_rows([x, hidden, logits]);
        of_texts
    }
}
