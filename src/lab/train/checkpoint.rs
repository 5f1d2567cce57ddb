//! What a run that was cut goes on from.
//!
//! One safetensors file: `p.NAME` a parameter, `m.NAME` and `v.NAME` its moments, `b.NAME` its value where it was judged
//! best; where the run stands is JSON in the metadata. It is written beside and renamed over the one before, so that
//! there is always a whole one.

use super::{AdamW, Error, Parameters, Result};
use candle_core::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

/// The key of the metadata.
const STATE: &str = "onhand.train";

/// Where a run stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    /// What is trained on what, and how: another run's checkpoint is not taken for this one's.
    pub run: String,
    pub epoch: usize,
    /// Batches of this epoch that were learned from.
    pub batch: usize,
    pub best: Option<Best>,
}

/// The judgement that was best so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Best {
    pub value: f64,
    /// After this epoch, from 0.
    pub epoch: usize,
}

/// A file that a run goes on from.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    path: PathBuf,
    /// Says which run it belongs to.
    run: String,
}

/// What was read from one.
pub(super) struct Resumed {
    pub state: State,
    pub best: BTreeMap<String, Tensor>,
}

impl Checkpoint {
    /// At `path`, for the run that `run` describes: its data, its settings. A checkpoint of another run is refused.
    pub fn new(path: impl Into<PathBuf>, run: impl Into<String>) -> Self {
        Self { path: path.into(), run: run.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn run(&self) -> &str {
        &self.run
    }

    /// Writes where the run stands.
    pub(super) fn save(
        &self,
        state: &State,
        parameters: &Parameters,
        optimizer: &AdamW,
        best: &BTreeMap<String, Tensor>,
    ) -> Result<()> {
        let mut tensors: HashMap<String, Tensor> = HashMap::new();
        for (name, var) in parameters.iter() {
            tensors.insert(format!("p.{name}"), var.as_tensor().clone());
        }
        for (name, [first, second]) in optimizer.moments() {
            tensors.insert(format!("m.{name}"), first.clone());
            tensors.insert(format!("v.{name}"), second.clone());
        }
        tensors.extend(best.iter().map(|(name, value)| (format!("b.{name}"), value.clone())));
        let steps = optimizer.steps();
        let state = serde_json::to_string(&(state, steps)).expect("plain data serialises");
        let metadata = HashMap::from([(STATE.to_string(), state)]);
        let partial = self.path.with_extension("partial");
        let written = safetensors::serialize_to_file(&tensors, Some(metadata), &partial)
            .map_err(|e| std::io::Error::other(e.to_string()))
            .and_then(|()| std::fs::File::open(&partial)?.sync_all())
            .and_then(|()| std::fs::rename(&partial, &self.path));
        written.map_err(Error::written(&self.path))
    }

    /// Sets `parameters` and `optimizer` to where the run stood; `None` where there is no checkpoint.
    ///
    /// # Errors
    /// It cannot be read, or is of another run.
    pub(super) fn load(&self, parameters: &Parameters, optimizer: &mut AdamW) -> Result<Option<Resumed>> {
        let bytes = match std::fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(Error::read(&self.path)(e)),
        };
        let broken = |why: String| Error::Checkpoint { path: self.path.clone(), why };
        let (_, header) = safetensors::SafeTensors::read_metadata(&bytes).map_err(|e| broken(e.to_string()))?;
        let said = header
            .metadata()
            .as_ref()
            .and_then(|all| all.get(STATE))
            .ok_or_else(|| broken("is no checkpoint".into()))?;
        let (state, steps): (State, usize) = serde_json::from_str(said).map_err(|e| broken(e.to_string()))?;
        if state.run != self.run {
            return Err(broken("is that of a run with other settings or data".into()));
        }
        let tensors = candle_core::safetensors::load_buffer(&bytes, &Device::Cpu)?;
        let of = |kind: &str| -> BTreeMap<String, Tensor> {
            tensors
                .iter()
                .filter_map(|(name, value)| Some((name.strip_prefix(kind)?.to_string(), value.clone())))
                .collect()
        };
        parameters.restore(&of("p."))?;
        let mut second = of("v.");
        let moments = of("m.").into_iter().map(|(name, first)| {
            let second = second.remove(&name).ok_or_else(|| broken(format!("{name} is missing")))?;
            Ok((name, [first.to_device(parameters.device())?, second.to_device(parameters.device())?]))
        });
        optimizer.resume(moments.collect::<Result<_>>()?, steps);
        Ok(Some(Resumed { state, best: of("b.") }))
    }

    /// Takes it away: the run is over.
    pub(super) fn remove(&self) -> Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::written(&self.path)(e)),
            _ => Ok(()),
        }
    }
}
