//! From a model directory to candle tensors.
//!
//! What a model needs is written once, in the code that builds it: [`expected_tensors`] runs that code over
//! a backend that records each name and shape and hands out nothing. [`verify_tensors`] holds the file
//! against the record, so a missing, extra or misshapen tensor is named before anything is loaded.

use super::{Error, Result, Variant};
use crate::kernels::Values;
use crate::model_dir::{Dtype, ModelDir, ModelDirError, WeightsHeader};
use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::VarBuilder;
use candle_nn::var_builder::SimpleBackend;
use half::f16;
use memmap2::Mmap;
#[cfg(unix)]
use memmap2::UncheckedAdvice;
use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Arc, Mutex, OnceLock};

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

/// # Errors
/// [`Error::WrongVariant`] where the weights of `dir` have another precision than is wanted.
pub(crate) fn check_variant(dir: &ModelDir, want: Option<Variant>) -> Result<()> {
    let got = stored_variant(dir);
    match want.filter(|want| *want != got) {
        Some(want) => Err(Error::WrongVariant { model: dir.name(), got, want }),
        None => Ok(()),
    }
}

/// Maps the weights and hands them out as f32, on `device`.
///
/// # Errors
/// [`Error::WrongVariant`] where another precision is wanted, [`Error::Candle`] when the file cannot be mapped.
pub(crate) fn map_weights(dir: &ModelDir, want: Option<Variant>, device: &Device) -> Result<VarBuilder<'static>> {
    check_variant(dir, want)?;
    // SAFETY: the map is undefined if somebody changes the file under it; the store never does, it renames
    // whole directories into place.
    Ok(unsafe { VarBuilder::from_mmaped_safetensors(&[dir.weights_path()], DType::F32, device)? })
}

/// The weights of a model directory, as they are stored: what is packed from here is copied once.
pub(crate) struct MappedWeights<'a> {
    map: Mmap,
    header: &'a WeightsHeader,
    /// A tensor that holds what is no number.
    broken: OnceLock<String>,
}

impl<'a> MappedWeights<'a> {
    /// # Errors
    /// [`Error::ModelDir`] where the file cannot be mapped, or is no longer the one whose header was read.
    pub fn open(dir: &'a ModelDir) -> Result<Self> {
        let (path, header) = (dir.weights_path(), dir.header());
        // SAFETY: as in `map_weights`.
        let map = File::open(&path).and_then(|file| unsafe { Mmap::map(&file) });
        let map = map.map_err(|source| ModelDirError::Io { path: path.clone(), source })?;
        if map.len() as u64 != header.file_bytes() {
            return Err(ModelDirError::Header { path, why: "it has changed since it was opened".into() }.into());
        }
        Ok(Self { map, header, broken: OnceLock::new() })
    }

    /// Hands `use_of` the numbers of the tensor `name`.
    ///
    /// # Errors
    /// It holds what is no number. There is no such tensor, or it is neither f32 nor f16: [`compare`] finds both before.
    pub fn with<T>(&self, name: &str, use_of: impl FnOnce(Values) -> T) -> candle_core::Result<T> {
        let Some(tensor) = self.header.tensors().get(name) else { candle_core::bail!("{name} is missing") };
        let at = |offset: u64| (self.header.data_start() + offset) as usize;
        let range = at(tensor.data_offsets.0)..at(tensor.data_offsets.1);
        let bytes = &self.map[range.clone()];
        let use_of = |values: Values| -> candle_core::Result<T> {
            if !values.are_finite() {
                let _ = self.broken.set(name.into());
                candle_core::bail!("{name} holds what is no number");
            }
            Ok(use_of(values))
        };
        // Where a file does not align its numbers, they are copied.
        let used = match tensor.dtype {
            // SAFETY: any bits are a float, and all our processors store the low byte first, as the file does.
            Dtype::F32 => match unsafe { bytes.align_to::<f32>() } {
                ([], values, []) => use_of(Values::Floats(values)),
                _ => {
                    let number = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
                    use_of(Values::Floats(&bytes.chunks_exact(4).map(number).collect::<Vec<_>>()))
                }
            },
            // SAFETY: as above.
            Dtype::F16 => match unsafe { bytes.align_to::<f16>() } {
                ([], values, []) => use_of(Values::Halves(values)),
                _ => {
                    let number = |b: &[u8]| f16::from_le_bytes([b[0], b[1]]);
                    use_of(Values::Halves(&bytes.chunks_exact(2).map(number).collect::<Vec<_>>()))
                }
            },
            other => candle_core::bail!("{name} is {other:?}"),
        };
        self.forget(range);
        used
    }

    /// # Errors
    /// [`Error::Model`] names a tensor that holds what is no number. An activation may make a number of it, so that the
    /// answer would look right.
    pub fn check(&self, model: &ModelDir) -> Result<()> {
        let names = self.header.tensors().keys();
        names.into_iter().try_for_each(|name| self.with(name, |_| ())).map_err(|e| self.explain(model, e))
    }

    /// What `error`, of building a model from these, comes from.
    pub fn explain(&self, model: &ModelDir, error: candle_core::Error) -> Error {
        match self.broken.get() {
            Some(name) => Error::Model { model: model.name(), why: format!("{name} holds what is no number") },
            None => error.into(),
        }
    }

    /// What was packed is not read again: without this, the whole file would count as memory of this process until the
    /// last layer is packed.
    fn forget(&self, range: std::ops::Range<usize>) {
        #[cfg(unix)]
        // SAFETY: the map is of a file and only read: what is read again comes from the file again.
        let advised = unsafe { self.map.unchecked_advise_range(UncheckedAdvice::DontNeed, range.start, range.len()) };
        #[cfg(unix)]
        if let Err(why) = advised {
            tracing::debug!("the system keeps what was read: {why}");
        }
        #[cfg(not(unix))]
        let _ = range;
    }
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
