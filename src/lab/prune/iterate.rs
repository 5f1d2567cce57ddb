//! A little at a time: prune, learn, prune again.

use super::{Graph, Network, Result, Sparsity, Weights, choose, pruned_after, remove, unstructured};
use crate::model_dir::ModelDir;
use serde::Serialize;
use serde_json::Value;

/// How a model is pruned.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// The share of the weights, or of the channels of every layer, that goes.
    pub amount: f64,
    /// Whole channels, heads and units go; else single weights become zero.
    pub structured: bool,
    /// In how many steps, each of which takes the same share of what is left.
    pub iterations: usize,
}

/// A model that was pruned, in memory.
#[derive(Debug, Clone)]
pub struct Pruned {
    /// Its tensors.
    pub weights: Weights,
    /// Its `config.json`.
    pub config: Value,
    /// How many weights are zero, where single ones were pruned.
    pub sparsity: Option<Sparsity>,
    /// What became of each group of channels, where whole ones were pruned.
    pub groups: Vec<Narrowed>,
}

/// A group of channels, heads or units, before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Narrowed {
    /// As the graph calls it.
    pub group: String,
    /// How many there were.
    pub from: usize,
    /// How many are left.
    pub to: usize,
}

/// Prunes the model of `dir` by `plan`. `learn` is called after each iteration, which is counted from 1, with what is
/// left: it may change the numbers of the tensors and not their shapes, and keeps zeros where single weights are pruned.
///
/// # Errors
/// Another kind of model, an amount that cannot be, weights that are no numbers; those of `learn`.
pub fn prune<E: From<super::Error>>(
    dir: &ModelDir,
    plan: &Plan,
    mut learn: impl FnMut(usize, &Value, &mut Weights) -> std::result::Result<(), E>,
) -> std::result::Result<Pruned, E> {
    let mut network = Network::of(dir)?;
    let mut weights = Weights::open(dir)?;
    let mut config = dir.config().clone();
    let first = network.graph(&weights);
    let mut sparsity = None;
    for iteration in 1..=plan.iterations {
        let amount = pruned_after(plan.amount, iteration, plan.iterations);
        if plan.structured {
            narrow(&network, &mut weights, &first, amount)?;
            network = network.with_widths_of(&weights);
            network.write_widths(&mut config);
        } else {
            sparsity = Some(unstructured(&mut weights, amount)?);
        }
        learn(iteration, &config, &mut weights)?;
    }
    let last = network.graph(&weights);
    let groups = if plan.structured { narrowed(&first, &last) } else { Vec::new() };
    Ok(Pruned { weights, config, sparsity, groups })
}

/// Removes channels until `amount` of those that `first` has are gone.
fn narrow(network: &Network, weights: &mut Weights, first: &Graph, amount: f64) -> Result<()> {
    let graph = network.graph(weights);
    let widths: Vec<usize> = first.groups.iter().map(|group| group.width).collect();
    let choice = choose(weights, &graph, &widths, amount)?;
    remove(weights, &graph, &choice)
}

fn narrowed(first: &Graph, last: &Graph) -> Vec<Narrowed> {
    let groups = first.groups.iter().zip(&last.groups);
    groups.map(|(from, to)| Narrowed { group: from.name.clone(), from: from.width, to: to.width }).collect()
}
