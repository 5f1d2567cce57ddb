//! The tensors of a model, in memory.

use super::graph::Member;
use super::{Error, Result};
use crate::inference::{self, Variant, stored_variant};
use crate::model_dir::ModelDir;
use candle_core::{DType, Device, Tensor};
use std::collections::BTreeMap;
use std::path::Path;

/// Tensors by the names that the model's file gives them, computed with as f32.
#[derive(Debug, Clone)]
pub struct Weights {
    tensors: BTreeMap<String, Tensor>,
    /// As which they are written: that of the file they came from.
    stored: DType,
}

impl Weights {
    /// Those of `dir`, which are all that its configuration asks for.
    ///
    /// # Errors
    /// The file cannot be read or does not fit the configuration; a weight that is no number.
    pub fn open(dir: &ModelDir) -> Result<Self> {
        // What came as bytes alone is written as floats.
        let stored = if stored_variant(dir) == Variant::F16 { DType::F16 } else { DType::F32 };
        let tensors = inference::tensors(dir, &Device::Cpu)?;
        Ok(Self { tensors, stored })
    }

    /// The tensor of that name.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// In the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// Puts another tensor in the place of the one of that name.
    pub fn replace(&mut self, name: &str, tensor: Tensor) {
        self.tensors.insert(name.into(), tensor);
    }

    /// Takes the tensor of that name out.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn take(&mut self, name: &str) -> Result<Tensor> {
        self.tensors.remove(name).ok_or_else(|| missing(name))
    }

    /// How many numbers there are; a batch norm's mean and variance, which nobody learns, are not counted.
    pub fn parameters(&self) -> usize {
        self.iter().filter(|(name, _)| !name.contains(".running_")).map(|(_, tensor)| tensor.elem_count()).sum()
    }

    /// Keeps only these `units` of `member`.
    ///
    /// # Errors
    /// There is no such tensor, or it is shorter.
    pub(super) fn keep(&mut self, member: &Member, units: &[usize]) -> Result<()> {
        let kept: Vec<u32> =
            units.iter().flat_map(|unit| unit * member.each..(unit + 1) * member.each).map(|i| i as u32).collect();
        let tensor = self.member(member)?;
        let kept = tensor.index_select(&Tensor::from_vec(kept.clone(), kept.len(), &Device::Cpu)?, member.axis)?;
        self.replace(&member.tensor, kept);
        Ok(())
    }

    /// Makes all of `member` zero but these `units`.
    ///
    /// # Errors
    /// As [`Weights::keep`].
    pub(super) fn zero_others(&mut self, member: &Member, units: &[usize]) -> Result<()> {
        let tensor = self.member(member)?;
        let mut mask = vec![0f32; tensor.dim(member.axis)?];
        units.iter().for_each(|unit| mask[unit * member.each..(unit + 1) * member.each].fill(1.0));
        let mut shape = vec![1; tensor.rank()];
        shape[member.axis] = mask.len();
        let masked = tensor.broadcast_mul(&Tensor::from_vec(mask, shape, &Device::Cpu)?)?;
        self.replace(&member.tensor, masked);
        Ok(())
    }

    /// The sum of the squares of each unit of `member`.
    ///
    /// # Errors
    /// As [`Weights::keep`].
    pub(super) fn squares(&self, member: &Member) -> Result<Vec<f64>> {
        let tensor = self.member(member)?;
        let length = tensor.dim(member.axis)?;
        let rows = tensor.transpose(0, member.axis)?.contiguous()?.reshape((length, ()))?;
        let squares = rows.to_dtype(DType::F64)?.sqr()?.sum(1)?.to_vec1::<f64>()?;
        Ok(squares.chunks(member.each).map(|unit| unit.iter().sum()).collect())
    }

    fn member(&self, member: &Member) -> Result<Tensor> {
        self.get(&member.tensor).cloned().ok_or_else(|| missing(&member.tensor))
    }

    /// Writes them to `path`, as halves if they came as halves.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn save(&self, path: &Path) -> Result<()> {
        let stored = self.iter().map(|(name, tensor)| Ok((name.to_string(), tensor.to_dtype(self.stored)?)));
        let stored = stored.collect::<candle_core::Result<BTreeMap<_, _>>>()?;
        safetensors::serialize_to_file(&stored, None, path)
            .map_err(|e| Error::written(path)(std::io::Error::other(e.to_string())))
    }
}

/// A graph of another network.
fn missing(name: &str) -> Error {
    candle_core::Error::Msg(format!("{name} is not there")).into()
}
