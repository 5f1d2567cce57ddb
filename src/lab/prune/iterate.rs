//! A little at a time: prune, learn, prune again.

use super::{
    Activity, Graph, Network, Result, Sparsity, Weights, choose, folded, pruned_after, remove, unstructured, widths,
};
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
    /// Of an image network, only channels inside of blocks and behind them go; those from block to block, which
    /// residuals join, stay.
    pub inner: bool,
    /// In how many steps, each of which takes the same share of what is left.
    pub iterations: usize,
    /// Whether batch norms are folded into their convolutions first, as what is to learn needs.
    pub folds: bool,
}

/// What is left after an iteration.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// From 1.
    pub iteration: usize,
    /// Whether channels went, and not single weights.
    pub structured: bool,
    /// The network with its widths.
    pub network: &'a Network,
    /// Its `config.json`.
    pub config: &'a Value,
    /// The groups of its channels.
    pub graph: &'a Graph,
    /// Of each group, which of the original's units are left, in order.
    pub kept: &'a [Vec<usize>],
}

/// What helps while a model is pruned.
pub trait Help {
    /// How much the channels of the network move; of `graph`, which is of `weights`.
    ///
    /// # Errors
    /// Those of the computation.
    fn activity(&mut self, network: &Network, graph: &Graph, weights: &Weights) -> Result<Activity>;

    /// Lets learn what is left after an iteration. The numbers of the tensors may change, their shapes not, and zeros stay
    /// where single weights are pruned.
    ///
    /// # Errors
    /// Those of the computation.
    fn teach(&mut self, step: &Step, weights: &mut Weights) -> Result<()>;
}

/// No help: weights alone decide, and nothing is learned.
pub struct Alone;

impl Help for Alone {
    fn activity(&mut self, _: &Network, _: &Graph, _: &Weights) -> Result<Activity> {
        Ok(Activity::new())
    }

    fn teach(&mut self, _: &Step, _: &mut Weights) -> Result<()> {
        Ok(())
    }
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

/// Prunes the model of `dir` by `plan`.
///
/// # Errors
/// Another kind of model, an amount that cannot be, weights that are no numbers; those of `help`.
pub fn prune(dir: &ModelDir, plan: &Plan, help: &mut dyn Help) -> Result<Pruned> {
    let mut network = Network::of(dir)?;
    let (mut weights, mut config) = if plan.folds { folded(dir)? } else { (Weights::open(dir)?, dir.config().clone()) };
    let first = network.graph(&weights);
    let mut kept: Vec<Vec<usize>> = first.groups.iter().map(|group| (0..group.width).collect()).collect();
    let mut sparsity = None;
    for iteration in 1..=plan.iterations {
        let amount = pruned_after(plan.amount, iteration, plan.iterations);
        if plan.structured {
            let graph = network.graph(&weights);
            let activity = help.activity(&network, &graph, &weights)?;
            let choice = choose(&weights, &graph, &widths(&first, amount, plan.inner)?, &activity)?;
            remove(&mut weights, &graph, &choice)?;
            for (kept, of_those) in kept.iter_mut().zip(&choice.kept) {
                *kept = of_those.iter().map(|&at| kept[at]).collect();
            }
            network = network.with_widths_of(&weights);
            network.write_widths(&mut config);
        } else {
            sparsity = Some(unstructured(&mut weights, amount)?);
        }
        let graph = network.graph(&weights);
        let structured = plan.structured;
        let step = Step { iteration, structured, network: &network, config: &config, graph: &graph, kept: &kept };
        help.teach(&step, &mut weights)?;
    }
    let last = network.graph(&weights);
    let groups = if plan.structured { narrowed(&first, &last) } else { Vec::new() };
    Ok(Pruned { weights, config, sparsity, groups })
}

fn narrowed(first: &Graph, last: &Graph) -> Vec<Narrowed> {
    let groups = first.groups.iter().zip(&last.groups);
    groups.map(|(from, to)| Narrowed { group: from.name.clone(), from: from.width, to: to.width }).collect()
}
