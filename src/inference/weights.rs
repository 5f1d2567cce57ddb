//! From a model directory to candle tensors.
//!
//! What a model needs is written once, in the code that builds it: [`expected_tensors`] runs that code over
//! a backend that records each name and shape and hands out nothing. [`verify_tensors`] holds the file
//! against the record, so a missing, extra or misshapen tensor is named before anything is loaded.

use super::{Error, Result, Variant};
use crate::model_dir::{Dtype, ModelDir};
use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::VarBuilder;
use candle_nn::var_builder::SimpleBackend;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The shape of every tensor that `build` asks for, by name.
pub(crate) fn expected_tensors(
    build: impl FnOnce(VarBuilder) -> candle_core::Result<()>,
) -> candle_core::Result<BTreeMap<String, Vec<usize>>> {
    let record = Recorder::default();
    let vb = VarBuilder::from_backend(Box::new(record.clone()), DType::F32, Device::Cpu);
    build(vb)?;
    Ok(std::mem::take(&mut *record.0.lock().expect("no holder panics")))
}

/// Names every tensor of `dir` that is missing, extra, misshapen or of another type than f32 and f16.
///
/// # Errors
/// [`Error::Tensors`] lists them; [`Error::WrongFamily`] where no model of ours has this configuration.
pub fn verify_tensors(dir: &ModelDir) -> Result<()> {
    let expected = match family(dir) {
        "mobilenetv3" | "efficientnet_lite" => super::vision::expected(dir)?,
        "whisper" => super::speech::expected(dir)?,
        "distilbert" => super::text::expected(dir)?,
        other => return Err(Error::WrongFamily { model: dir.name(), got: other.into(), want: "known" }),
    };
    compare(dir, &expected)
}

/// What kind of model the configuration says it is: `family` in ours, `model_type` in transformers' files.
pub fn family(dir: &ModelDir) -> &str {
    let field = |name| dir.config().get(name).and_then(|v| v.as_str());
    field("family").or_else(|| field("model_type")).unwrap_or("unknown")
}

pub(crate) fn compare(dir: &ModelDir, expected: &BTreeMap<String, Vec<usize>>) -> Result<()> {
    let found = dir.header().tensors();
    let mut problems = Vec::new();
    for (name, shape) in expected {
        match found.get(name) {
            None => problems.push(format!("{name} is missing")),
            Some(t) if &t.shape != shape => {
                problems.push(format!("{name} has shape {:?}, {shape:?} is needed", t.shape));
            }
            Some(t) if !matches!(t.dtype, Dtype::F32 | Dtype::F16) => {
                problems.push(format!("{name} is {:?}, F32 or F16 is needed", t.dtype));
            }
            Some(_) => {}
        }
    }
    problems.extend(found.keys().filter(|n| !expected.contains_key(*n)).map(|n| format!("{n} is not part of it")));
    if problems.is_empty() { Ok(()) } else { Err(Error::Tensors { model: dir.name(), problems }) }
}

/// The precision of the weights: f16 when any tensor is.
pub fn stored_variant(dir: &ModelDir) -> Variant {
    let half = dir.header().tensors().values().any(|t| t.dtype == Dtype::F16);
    if half { Variant::F16 } else { Variant::F32 }
}

/// Maps the weights and hands them out as f32.
///
/// # Errors
/// [`Error::WrongVariant`] against `options`, [`Error::Candle`] when the file cannot be mapped.
pub(crate) fn map_weights(dir: &ModelDir, options: &super::Options) -> Result<VarBuilder<'static>> {
    let got = stored_variant(dir);
    if let Some(want) = options.variant.filter(|want| *want != got) {
        return Err(Error::WrongVariant { model: dir.name(), got, want });
    }
    // SAFETY: the map is undefined if somebody changes the file under it; the store never does, it renames
    // whole directories into place.
    Ok(unsafe { VarBuilder::from_mmaped_safetensors(&[dir.weights_path()], DType::F32, &Device::Cpu)? })
}

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<BTreeMap<String, Vec<usize>>>>);

impl SimpleBackend for Recorder {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: candle_nn::Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        self.0.lock().expect("no holder panics").insert(name.to_string(), shape.dims().to_vec());
        // A single zero, stretched: recording a 500 MB model takes no memory.
        Tensor::zeros((), dtype, device)?.broadcast_as(shape)
    }

    fn get_unchecked(&self, name: &str, _: DType, _: &Device) -> candle_core::Result<Tensor> {
        candle_core::bail!("the shape of {name} must be stated")
    }

    fn contains_tensor(&self, _: &str) -> bool {
        true
    }
}
