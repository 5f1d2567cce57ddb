//! The numbers that are learned.

use super::{Error, Result};
use crate::model_dir::ModelDir;
use candle_core::{DType, Device, Tensor, Var};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// Tensors by the names that the model's file gives them, f32, in a fixed order.
#[derive(Debug, Clone)]
pub struct Parameters {
    by_name: BTreeMap<String, Var>,
    /// Those that are read and not learned.
    fixed: BTreeSet<String>,
    /// 0 where a number is 0 and stays so, else 1.
    masks: BTreeMap<String, Tensor>,
    device: Device,
}

impl Parameters {
    /// None yet, on `device`.
    pub fn on(device: &Device) -> Self {
        Self { by_name: BTreeMap::new(), fixed: BTreeSet::new(), masks: BTreeMap::new(), device: device.clone() }
    }

    /// Those of the model in `dir`.
    ///
    /// # Errors
    /// As [`inference::tensors`](crate::inference::tensors).
    pub fn of_model(dir: &ModelDir, device: &Device) -> Result<Self> {
        let mut all = Self::on(device);
        for (name, tensor) in crate::inference::tensors(dir, device)? {
            all.insert(name, &tensor)?;
        }
        Ok(all)
    }

    /// Where they are.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Adds a tensor, or replaces the one of that name.
    ///
    /// # Errors
    /// [`Error::Candle`].
    pub fn insert(&mut self, name: impl Into<String>, tensor: &Tensor) -> Result<()> {
        let tensor = tensor.to_device(&self.device)?.to_dtype(DType::F32)?.contiguous()?;
        self.by_name.insert(name.into(), Var::from_tensor(&tensor)?);
        Ok(())
    }

    /// Adds a tensor of the normal distribution about 0 with this standard deviation, cut at twice of it as BERT's are
    /// (Devlin et al., <https://arxiv.org/abs/1810.04805>, reference code).
    ///
    /// # Errors
    /// [`Error::Candle`].
    pub fn insert_normal(
        &mut self,
        name: impl Into<String>,
        shape: &[usize],
        deviation: f32,
        random: &mut ChaCha8Rng,
    ) -> Result<()> {
        let values: Vec<f32> =
            std::iter::repeat_with(|| deviation * normal(random)).take(shape.iter().product()).collect();
        self.insert(name, &Tensor::from_vec(values, shape, &Device::Cpu)?)
    }

    /// The tensor of that name.
    ///
    /// # Errors
    /// [`Error::Setting`] where there is none.
    pub fn get(&self, name: &str) -> Result<Tensor> {
        let found = self.by_name.get(name).ok_or_else(|| Error::Setting(format!("the network has no {name}")))?;
        if self.fixed.contains(name) {
            return Ok(found.as_tensor().detach());
        }
        match self.masks.get(name) {
            // Where the mask is 0 there is no gradient, and a number that is 0 does not decay.
            Some(mask) => Ok((found.as_tensor() * mask)?),
            None => Ok(found.as_tensor().clone()),
        }
    }

    /// Gives the tensor of that name other numbers.
    ///
    /// # Errors
    /// There is none, or it has another shape.
    pub fn set(&self, name: &str, values: &Tensor) -> Result<()> {
        let found = self.by_name.get(name).ok_or_else(|| Error::Setting(format!("the network has no {name}")))?;
        Ok(found.set(&values.to_device(&self.device)?)?)
    }

    /// Leaves those whose names begin with `prefix` as they are: they are read and not learned.
    pub fn fix(&mut self, prefix: &str) {
        self.fixed.extend(self.by_name.keys().filter(|name| name.starts_with(prefix)).cloned());
    }

    /// Leaves at 0 what is 0 now in matrices and filters.
    ///
    /// # Errors
    /// [`Error::Candle`].
    pub fn keep_zeros(&mut self) -> Result<()> {
        for (name, var) in self.by_name.iter().filter(|(_, var)| var.rank() > 1) {
            self.masks.insert(name.clone(), var.as_tensor().detach().ne(0f32)?.to_dtype(DType::F32)?);
        }
        Ok(())
    }

    /// Whether the tensor of that name is learned.
    pub fn is_learned(&self, name: &str) -> bool {
        !self.fixed.contains(name)
    }

    /// In the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Var)> {
        self.by_name.iter().map(|(name, var)| (name.as_str(), var))
    }

    /// How many tensors there are.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// How many numbers there are.
    pub fn count(&self) -> usize {
        self.by_name.values().map(|var| var.elem_count()).sum()
    }

    /// Their values now, detached: what is learned later does not change them.
    ///
    /// # Errors
    /// [`Error::Candle`].
    pub fn snapshot(&self) -> Result<BTreeMap<String, Tensor>> {
        self.by_name.iter().map(|(name, var)| Ok((name.clone(), var.as_tensor().detach().copy()?))).collect()
    }

    /// Sets them to what they were at a [`Parameters::snapshot`].
    ///
    /// # Errors
    /// A tensor is missing or has another shape.
    pub fn restore(&self, values: &BTreeMap<String, Tensor>) -> Result<()> {
        for (name, var) in &self.by_name {
            let value = values.get(name).ok_or_else(|| Error::Setting(format!("{name} is missing")))?;
            var.set(&value.to_device(&self.device)?)?;
        }
        Ok(())
    }

    /// Writes them as f32 safetensors to `path`.
    ///
    /// # Errors
    /// [`Error::Candle`] where the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<()> {
        let tensors: HashMap<&str, Tensor> = self.iter().map(|(name, var)| (name, var.as_tensor().clone())).collect();
        Ok(candle_core::safetensors::save(&tensors, path)?)
    }
}

/// Of the standard normal distribution, cut at 2 (Box and Muller, 1958).
fn normal(random: &mut ChaCha8Rng) -> f32 {
    loop {
        let (a, b): (f32, f32) = (random.random(), random.random());
        let value = (-2.0 * (1.0 - a).ln()).sqrt() * (std::f32::consts::TAU * b).cos();
        if value.abs() <= 2.0 {
            return value;
        }
    }
}
