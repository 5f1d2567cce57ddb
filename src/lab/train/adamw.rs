//! The optimizer.

use super::{Error, Parameters, Result};
use candle_core::{Tensor, Var};
use std::collections::BTreeMap;

/// How much of the moments a step keeps, and what keeps a division from exploding: the paper's defaults.
const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPS: f64 = 1e-8;

/// Which way each parameter would have to go for a larger loss, by name; none for what the loss does not depend on.
pub type Gradients = BTreeMap<String, Tensor>;

/// Adam with weight decay apart from the gradient (Loshchilov and Hutter, <https://arxiv.org/abs/1711.05101>, algorithm
/// 2). candle-nn has one too; its moments cannot be saved, so a run that was cut could not go on as it was.
#[derive(Debug)]
pub struct AdamW {
    moments: BTreeMap<String, [Tensor; 2]>,
    /// Steps that were taken.
    steps: usize,
    /// Share of a weight that a step at learning rate 1 takes away. Biases and norms keep theirs.
    weight_decay: f64,
    /// The gradient of all parameters together is no longer than this.
    clip_norm: f64,
}

impl AdamW {
    /// For `parameters`, before the first step.
    ///
    /// # Errors
    /// [`Error::Candle`].
    pub fn new(parameters: &Parameters, weight_decay: f64, clip_norm: f64) -> Result<Self> {
        let zeros = |var: &Var| Ok::<_, Error>([var.zeros_like()?, var.zeros_like()?]);
        let learned = parameters.iter().filter(|(name, _)| parameters.is_learned(name));
        let moments = learned.map(|(name, var)| Ok((name.to_string(), zeros(var)?)));
        Ok(Self { moments: moments.collect::<Result<_>>()?, steps: 0, weight_decay, clip_norm })
    }

    /// How many steps were taken.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// First and second moments by parameter, for a checkpoint.
    pub(super) fn moments(&self) -> &BTreeMap<String, [Tensor; 2]> {
        &self.moments
    }

    /// Goes on from what [`AdamW::moments`] and [`AdamW::steps`] were.
    pub(super) fn resume(&mut self, moments: BTreeMap<String, [Tensor; 2]>, steps: usize) {
        (self.moments, self.steps) = (moments, steps);
    }

    /// Moves each of `parameters` against its gradient; one without a gradient stays.
    ///
    /// # Errors
    /// [`Error::Candle`].
    pub fn step(&mut self, parameters: &Parameters, gradients: &Gradients, learning_rate: f64) -> Result<()> {
        self.steps += 1;
        let shrink = self.shrink(gradients)?;
        // Both moments begin at zero: what that takes from them is given back.
        let unbias_1 = 1.0 - BETA_1.powi(self.steps as i32);
        let unbias_2 = 1.0 - BETA_2.powi(self.steps as i32);
        for (name, var) in parameters.iter() {
            let Some(gradient) = gradients.get(name) else { continue };
            let Some([first, second]) = self.moments.get_mut(name) else { continue };
            let gradient = (gradient * shrink)?;
            *first = ((&*first * BETA_1)? + (&gradient * (1.0 - BETA_1))?)?;
            *second = ((&*second * BETA_2)? + (gradient.sqr()? * (1.0 - BETA_2))?)?;
            let direction = (&*first / ((&*second / unbias_2)?.sqrt()? + EPS)?)?;
            let decay = if decays(var) { learning_rate * self.weight_decay } else { 0.0 };
            let moved = ((var.as_tensor().detach() * (1.0 - decay))? - (direction * (learning_rate / unbias_1))?)?;
            var.set(&moved)?;
        }
        Ok(())
    }

    /// By how much all gradients are multiplied so that their length stays within the limit (Pascanu et al.,
    /// <https://arxiv.org/abs/1211.5063>).
    fn shrink(&self, gradients: &Gradients) -> Result<f64> {
        if gradients.is_empty() {
            return Ok(1.0);
        }
        let squares = gradients.values().map(|gradient| gradient.sqr()?.sum_all());
        // Read together: a GPU is waited for once.
        let squares = Tensor::stack(&squares.collect::<candle_core::Result<Vec<_>>>()?, 0)?.to_vec1::<f32>()?;
        let length = squares.into_iter().map(f64::from).sum::<f64>().sqrt();
        Ok(if length > self.clip_norm { self.clip_norm / length } else { 1.0 })
    }
}

/// Matrices and filters do, biases and norms, which are vectors, do not.
fn decays(var: &Var) -> bool {
    var.rank() > 1
}
