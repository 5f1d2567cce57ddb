//! The numbers that are learned.

use super::{Error, Result};
use crate::model_dir::ModelDir;
use candle_core::{Device, Tensor, Var};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// Tensors by the names that the model's file gives them, f32, in a fixed order.
#[derive(Debug, Clone)]
pub struct Parameters {
    by_name: BTreeMap<String, Var>,
    device: Device,
}

impl Parameters {
    /// None yet, on `device`.
    pub fn on(device: &Device) -> Self {
        Self { by_name: BTreeMap::new(), device: device.clone() }
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
        let tensor = tensor.to_device(&self.device)?.to_dtype(candle_core::DType::F32)?.contiguous()?;
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
        Ok(found.as_tensor().clone())
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
