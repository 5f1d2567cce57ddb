//! A model that goes on learning, from labelled inputs of one's own.
//!
//! In: a model directory and data as [`evaluate`](crate::lab::evaluate) reads it. Out: an ordinary model directory with f32
//! weights, whose `provenance.json` says what was learned from. One input of twenty is held out; the pass after which those
//! are judged best is the one that is kept.

mod text;
mod vision;

pub use text::text;
pub use vision::vision;

use crate::lab::train::{Error, Event, Plan, Result, shuffled};
use crate::model_dir::{ModelDir, PROVENANCE_FILE};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Inputs of which one is held out.
const HELD_OUT: usize = 20;

/// From what is learned, and how.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// A table of texts, or a folder of pictures.
    pub data: PathBuf,
    /// The loop.
    pub plan: Plan,
}

/// What whoever watches is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stage {
    /// It learns.
    Learning(Event),
    /// The share of held-out labels that it gets right: before the first pass, and after each.
    Accuracy(f64),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Finetuned {
    /// Inputs that it learned from.
    pub learned: usize,
    /// Inputs that were held out.
    pub held_out: usize,
    /// Share of those whose label it got right before, 0 to 1.
    pub accuracy_before: f64,
    /// The same now.
    pub accuracy: f64,
    /// After this pass, from 1.
    pub epoch: usize,
    /// Steps in all.
    pub steps: usize,
}

/// Which of `count` inputs are learned from, and which are held out.
fn split(count: usize, data: &Path, seed: u64) -> Result<(Vec<usize>, Vec<usize>)> {
    let mut order = shuffled(count, seed, 0);
    let learned = order.split_off(count.div_ceil(HELD_OUT).min(count));
    if learned.is_empty() {
        let why = format!("{count} inputs are too few to learn from and to be judged on; 2 or more are needed");
        return Err(Error::Data { path: data.display().to_string(), why });
    }
    Ok((learned, order))
}

/// How the model came to be.
fn provenance(of: &ModelDir, lesson: &Lesson, finetuned: &Finetuned) -> Value {
    let before: Option<Value> = of.read(PROVENANCE_FILE).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    json!({
        "what": format!("{}, fine-tuned", of.name()),
        "method": "finetune",
        "model": of.name(),
        "provenance": before,
        "data": lesson.data.file_name().map(|name| name.to_string_lossy()),
        "plan": lesson.plan,
        "result": finetuned,
    })
}
