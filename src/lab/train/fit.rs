//! The loop.

use super::checkpoint::{Best, Resumed, State};
use super::{AdamW, Checkpoint, Error, Gradients, Parameters, Result, Schedule, batches};
use candle_core::Tensor;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Rows that one thread learns from at a time on a processor, where candle computes most operations on one. A number of its
/// own, and not one a core, so that every machine adds up in the same order. A GPU takes a batch whole.
const PART: usize = 32;

/// What learns, and from what. Parts of a batch are learned from side by side.
pub trait Learner: Sync {
    /// What is learned.
    fn parameters(&self) -> &Parameters;

    /// How long each row is that is learned from: only equally long ones come together.
    fn lengths(&self) -> &[usize];

    /// The mean loss over the rows of `batch` in pass `epoch`: a scalar that knows what it was computed from.
    ///
    /// # Errors
    /// Those of the computation; a row that cannot be read.
    fn loss(&self, batch: &[usize], epoch: usize) -> Result<Tensor>;

    /// How good it is on rows that it does not learn from: the larger the better.
    ///
    /// # Errors
    /// Those of the computation.
    fn judge(&self) -> Result<f64>;
}

/// How it learns.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Plan {
    /// Passes over the rows, at most.
    pub epochs: usize,
    /// Rows a step, at most.
    pub batch: usize,
    /// The highest learning rate.
    pub learning_rate: f64,
    /// Share of all steps in which it is reached.
    pub warmup_frac: f64,
    /// As in [`AdamW`].
    pub weight_decay: f64,
    /// As in [`AdamW`].
    pub clip_norm: f64,
    /// Decides every order.
    pub seed: u64,
    /// Passes without a better judgement before it ends early; `None`: all are made.
    pub patience: Option<usize>,
    /// Steps from one checkpoint to the next.
    pub checkpoint_steps: usize,
}

impl Default for Plan {
    /// Those with which BERT is fine-tuned (Devlin et al., A.3), but for the rate, which is that of a small network.
    fn default() -> Self {
        Self {
            epochs: 3,
            batch: 32,
            learning_rate: 5e-4,
            warmup_frac: 0.1,
            weight_decay: 0.01,
            clip_norm: 1.0,
            seed: 0,
            patience: None,
            checkpoint_steps: 500,
        }
    }
}

/// What whoever watches is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Event {
    /// A checkpoint was found: the run goes on after so many steps.
    Resumed {
        /// That were taken before.
        step: usize,
    },
    /// A step was taken.
    Step {
        /// From 1.
        step: usize,
        /// Of how many, if it does not end early.
        of: usize,
        /// Of this batch, before the step.
        loss: f32,
    },
    /// A pass is over.
    Epoch {
        /// From 0.
        epoch: usize,
        /// By [`Learner::judge`].
        judgement: f64,
        /// Whether none before was better.
        best: bool,
    },
}

/// What whoever watches wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// More.
    Go,
    /// An end: a checkpoint is written, and [`fit`] returns [`Error::Cancelled`].
    Stop,
}

/// How it ended. The parameters are those that were judged best.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outcome {
    /// After this pass, from 0, it was best.
    pub epoch: usize,
    /// By [`Learner::judge`].
    pub judgement: f64,
    /// Steps in all.
    pub steps: usize,
}

/// Lets `learner` learn by `plan`. Where `checkpoint` has been begun it goes on from there, to the same end.
///
/// # Errors
/// There is nothing to learn from; a loss that is no number; [`Error::Cancelled`] once `watch` says stop; the checkpoint
/// cannot be written or is of another run; those of the learner.
pub fn fit(
    learner: &impl Learner,
    plan: &Plan,
    checkpoint: &Checkpoint,
    watch: &mut dyn FnMut(Event) -> Flow,
) -> Result<Outcome> {
    let parameters = learner.parameters();
    let rows = |epoch| batches(learner.lengths(), plan.batch.max(1), plan.seed, epoch);
    let a_pass = rows(0).len();
    if a_pass == 0 || plan.epochs == 0 {
        return Err(Error::Setting("there is nothing to learn from: no rows, or no epochs".into()));
    }
    let steps = a_pass * plan.epochs;
    let warmup_steps = (plan.warmup_frac * steps as f64) as usize;
    let schedule = Schedule { peak: plan.learning_rate, warmup_steps, steps };
    let mut optimizer = AdamW::new(parameters, plan.weight_decay, plan.clip_norm)?;
    let begin = State { run: checkpoint.run().into(), epoch: 0, batch: 0, best: None };
    let (mut state, mut best) = match checkpoint.load(parameters, &mut optimizer)? {
        Some(Resumed { state, best }) => {
            watch(Event::Resumed { step: optimizer.steps() });
            (state, best)
        }
        None => (begin, BTreeMap::new()),
    };
    while state.epoch < plan.epochs && !tired(&state, plan) {
        for batch in rows(state.epoch).iter().skip(state.batch) {
            let step = optimizer.steps();
            let (value, gradients) = gradients(learner, batch, state.epoch)?;
            if !value.is_finite() {
                return Err(Error::Diverged { step, loss: value });
            }
            optimizer.step(parameters, &gradients, schedule.at(step))?;
            state.batch += 1;
            let stop = watch(Event::Step { step: step + 1, of: steps, loss: value }) == Flow::Stop;
            if stop || optimizer.steps().is_multiple_of(plan.checkpoint_steps.max(1)) {
                checkpoint.save(&state, parameters, &optimizer, &best)?;
            }
            if stop {
                return Err(Error::Cancelled);
            }
        }
        let judgement = learner.judge()?;
        if !judgement.is_finite() {
            return Err(Error::Diverged { step: optimizer.steps(), loss: judgement as f32 });
        }
        let better = state.best.is_none_or(|best| judgement > best.value);
        if better {
            state.best = Some(Best { value: judgement, epoch: state.epoch });
            best = parameters.snapshot()?;
        }
        let stop = watch(Event::Epoch { epoch: state.epoch, judgement, best: better }) == Flow::Stop;
        (state.epoch, state.batch) = (state.epoch + 1, 0);
        checkpoint.save(&state, parameters, &optimizer, &best)?;
        if stop {
            return Err(Error::Cancelled);
        }
    }
    parameters.restore(&best)?;
    checkpoint.remove()?;
    let Best { value, epoch } = state.best.ok_or_else(|| Error::Setting("nothing was judged".into()))?;
    Ok(Outcome { epoch, judgement: value, steps: optimizer.steps() })
}

/// The mean loss over `batch`, and its gradients.
fn gradients(learner: &impl Learner, batch: &[usize], epoch: usize) -> Result<(f32, Gradients)> {
    let part = if learner.parameters().device().is_cpu() { PART } else { batch.len() };
    let parts = batch.par_chunks(part).map(|part| {
        let loss = learner.loss(part, epoch)?;
        let share = part.len() as f64 / batch.len() as f64;
        let by_tensor = loss.backward()?;
        let mut gradients = Gradients::new();
        for (name, var) in learner.parameters().iter() {
            if let Some(gradient) = by_tensor.get(var.as_tensor()) {
                // Detached: else it would hold what it was computed from, and the moments that of all steps before.
                gradients.insert(name.into(), (gradient.detach() * share)?);
            }
        }
        Ok((loss.to_scalar::<f32>()? * share as f32, gradients))
    });
    let parts: Vec<(f32, Gradients)> = parts.collect::<Result<_>>()?;
    let (mut loss, mut sum) = (0.0, Gradients::new());
    for (part_loss, part) in parts {
        loss += part_loss;
        for (name, gradient) in part {
            let all = sum.remove(&name).map_or(Ok(gradient.clone()), |all| all + gradient)?;
            sum.insert(name, all);
        }
    }
    Ok((loss, sum))
}

/// Whether it was not better for as long as the plan waits.
fn tired(state: &State, plan: &Plan) -> bool {
    match (state.best, plan.patience) {
        (Some(best), Some(patience)) => state.epoch > best.epoch + patience,
        _ => false,
    }
}
