//! What the weights of a model mean: which kind of network they are, and how wide it is.

use super::{Error, Graph, Result, Weights};
use crate::inference::{self, text, vision};
use crate::model_dir::ModelDir;
use serde_json::{Value, json};

/// A network that can be pruned.
#[derive(Debug, Clone)]
pub enum Network {
    /// Of pictures.
    Vision(vision::Plan),
    /// Of texts.
    Text(text::Config),
}

impl Network {
    /// That of `dir`.
    ///
    /// # Errors
    /// [`Error::Family`] for other kinds of models; a configuration that cannot be.
    pub fn of(dir: &ModelDir) -> Result<Self> {
        match inference::family(dir) {
            "mobilenetv3" | "efficientnet_lite" => Ok(Self::Vision(vision::plan(dir)?)),
            "distilbert" => Ok(Self::Text(text::config(dir)?)),
            family => Err(Error::Family { model: dir.name(), family: family.into() }),
        }
    }

    /// Its dependency graph; `weights` say whether batch norms are there.
    pub fn graph(&self, weights: &Weights) -> Graph {
        match self {
            Self::Vision(plan) => Graph::of_vision(plan, weights),
            Self::Text(config) => Graph::of_text(config),
        }
    }

    /// The same network with the widths that `weights` have.
    ///
    /// # Panics
    /// `weights` are not those of this network.
    pub fn with_widths_of(self, weights: &Weights) -> Self {
        let outputs = |layer: &str| weights.get(&format!("{layer}.weight")).expect("it is there").dims()[0];
        match self {
            Self::Vision(plan) => {
                let mut widths = plan.widths();
                widths.stem = outputs("conv_stem");
                for (block, to) in plan.blocks.iter().zip(&mut widths.blocks) {
                    let (names, of) = (block.names(), |layer: &str| outputs(&format!("{}.{layer}", block.name)));
                    to.expanded = names.expand.map(|(conv, _)| of(conv));
                    to.outputs = of(names.project.0);
                    to.squeezed = block.squeezed.map(|_| of("se.conv_reduce"));
                }
                widths.last = outputs(&plan.last.names.0);
                widths.head = plan.head.map(|_| outputs("conv_head"));
                Self::Vision(plan.with_widths(&widths).expect("channels were removed by groups, and no group is empty"))
            }
            Self::Text(mut config) => {
                let of = |layer: usize, name: &str| outputs(&format!("distilbert.transformer.layer.{layer}.{name}"));
                let layers = 0..config.n_layers;
                let heads = layers.clone().map(|layer| of(layer, "attention.q_lin") / config.head_width()).collect();
                config.layer_heads = Some(heads);
                config.layer_hidden_dims = Some(layers.map(|layer| of(layer, "ffn.lin1")).collect());
                Self::Text(config)
            }
        }
    }

    /// Writes its widths into `config`, which is otherwise that of the model it was pruned from.
    pub fn write_widths(&self, config: &mut Value) {
        match self {
            Self::Vision(plan) => config["widths"] = json!(plan.widths()),
            Self::Text(text) => {
                config["layer_heads"] = json!(text.layer_heads);
                config["layer_hidden_dims"] = json!(text.layer_hidden_dims);
            }
        }
    }
}
