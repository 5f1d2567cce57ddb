//! From a model directory to candle tensors.
//!
//! What a model needs is written once, in the code that builds it: [`expected_tensors`] runs that code over
//! a backend that records each name and shape and hands out nothing. [`verify_tensors`] holds the file
//! against the record, so a missing, extra or misshapen tensor is named before anything is loaded.

use super::{Error, Result, Variant};
use crate::kernels::{Quantized, Values};
use crate::model_dir::{Dtype, ModelDir, ModelDirError, SCALE_SUFFIX, WeightsHeader};
use candle_core::{DType, Device, Shape, Tensor};
use candle_nn::VarBuilder;
use candle_nn::var_builder::SimpleBackend;
use memmap2::Mmap;
#[cfg(unix)]
use memmap2::UncheckedAdvice;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::ops::Range;
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

/// Names every tensor of `dir` that is missing, extra, misshapen or of a type that it cannot be; of bytes that lie beside
/// the floats as well.
///
/// # Errors
/// [`Error::Tensors`] lists them; [`Error::WrongFamily`] where no model of ours has this configuration.
pub fn verify_tensors(dir: &ModelDir) -> Result<()> {
    compare(dir, &expected(dir)?)?;
    match dir.int8()? {
        Some(int8) if dir.recipe().is_none() => verify_tensors(&int8),
        _ => Ok(()),
    }
}

/// The tensors that the configuration of `dir` asks for.
pub(super) fn expected(dir: &ModelDir) -> Result<BTreeMap<String, Vec<usize>>> {
    match family(dir) {
        "mobilenetv3" | "efficientnet_lite" => super::vision::expected(dir),
        "whisper" => super::speech::expected(dir),
        "distilbert" => super::text::expected(dir),
        other => Err(Error::WrongFamily { model: dir.name(), got: other.into(), want: "known" }),
    }
}

/// All tensors of `dir` by name, as f32 on `device`; bytes are multiplied with their scales. What goes on learning begins
/// with these.
///
/// # Errors
/// As [`verify_tensors`]; a weight is no number.
pub fn tensors(dir: &ModelDir, device: &Device) -> Result<BTreeMap<String, Tensor>> {
    let expected = expected(dir)?;
    compare(dir, &expected)?;
    let weights = MappedWeights::open(dir)?;
    let get = |name: &str| weights.get_unchecked(name, DType::F32, device);
    let all = expected.into_keys().map(|name| Ok((get(&name)?, name)));
    let all: candle_core::Result<Vec<_>> = all.collect();
    Ok(all.map_err(|e| weights.explain(dir, e))?.into_iter().map(|(tensor, name)| (name, tensor)).collect())
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
            // Opening has seen that bytes in a file of bytes have their scales.
            Some(t) if t.dtype == Dtype::I8 && dir.recipe().is_some() => {}
            Some(t) if !matches!(t.dtype, Dtype::F32 | Dtype::F16) => {
                problems.push(format!("{name} is {:?}, F32 or F16 is needed", t.dtype));
            }
            Some(_) => {}
        }
    }
    let of_bytes = |name: &str| {
        let of = name.strip_suffix(SCALE_SUFFIX).and_then(|of| found.get(of));
        dir.recipe().is_some() && of.is_some_and(|t| t.dtype == Dtype::I8)
    };
    let extra = found.keys().filter(|name| !expected.contains_key(*name) && !of_bytes(name));
    problems.extend(extra.map(|name| format!("{name} is not part of it")));
    if problems.is_empty() { Ok(()) } else { Err(Error::Tensors { model: dir.name(), problems }) }
}

/// The precision of the weights that were opened: bytes, or f16 when any tensor is.
pub fn stored_variant(dir: &ModelDir) -> Variant {
    if dir.recipe().is_some() {
        return Variant::Int8;
    }
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

/// The weights of `dir` as `want` has them: bytes that lie beside the floats where they are asked for.
///
/// # Errors
/// The bytes on disk are not sound.
pub(crate) fn in_variant(dir: &ModelDir, want: Option<Variant>) -> Result<Cow<'_, ModelDir>> {
    let int8 = if want == Some(Variant::Int8) { dir.int8()? } else { None };
    Ok(int8.map_or(Cow::Borrowed(dir), Cow::Owned))
}

/// Maps the weights and hands them out as f32, on `device`.
///
/// # Errors
/// [`Error::WrongVariant`] where another precision is wanted, [`Error::ModelDir`] when the file cannot be mapped.
pub(crate) fn map_weights(dir: &ModelDir, want: Option<Variant>, device: &Device) -> Result<VarBuilder<'static>> {
    check_variant(dir, want)?;
    Ok(VarBuilder::from_backend(Box::new(MappedWeights::open(dir)?), DType::F32, device.clone()))
}

/// The weights of a model directory, as they are stored: what is packed from here is copied once.
pub(crate) struct MappedWeights {
    map: Mmap,
    header: WeightsHeader,
    /// The first tensor that was found not to be sound, and why.
    broken: OnceLock<String>,
}

/// The numbers of `bytes`, in place where the file aligns them, and copied where it does not.
///
/// # Safety
/// Any bits are a `T`, and `T` has no padding.
unsafe fn numbers<T: Copy>(bytes: &[u8]) -> Cow<'_, [T]> {
    // SAFETY: the caller's.
    match unsafe { bytes.align_to::<T>() } {
        ([], values, []) => Cow::Borrowed(values),
        // SAFETY: the caller's; each chunk has the bytes of one.
        _ => bytes.chunks_exact(size_of::<T>()).map(|b| unsafe { b.as_ptr().cast::<T>().read_unaligned() }).collect(),
    }
}

impl MappedWeights {
    /// # Errors
    /// [`Error::ModelDir`] where the file cannot be mapped, or is no longer the one whose header was read.
    pub fn open(dir: &ModelDir) -> Result<Self> {
        let (path, header) = (dir.weights_path(), dir.header().clone());
        // SAFETY: the map is undefined if somebody changes the file under it; the store never does, it renames
        // whole directories into place.
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
    /// It holds what is no number, or bytes that stand for none. There is no such tensor, or it is of a type that no model
    /// has: [`compare`] finds both before.
    pub fn with<T>(&self, name: &str, use_of: impl FnOnce(Values) -> T) -> candle_core::Result<T> {
        let (range, dtype) = self.place(name)?;
        let bytes = &self.map[range.clone()];
        // SAFETY: any bits are a number of each of these types, and all our processors store the low byte first, as the
        // file does.
        let used = unsafe {
            match dtype {
                Dtype::F32 => self.sound(name, Values::Floats(&numbers(bytes)), use_of),
                Dtype::F16 => self.sound(name, Values::Halves(&numbers(bytes)), use_of),
                Dtype::I8 => {
                    let (scales, _) = self.place(&format!("{name}{SCALE_SUFFIX}"))?;
                    let scales = numbers(&self.map[scales]);
                    self.sound(name, Values::Bytes(Quantized { codes: &numbers(bytes), scales: &scales }), use_of)
                }
                other => candle_core::bail!("{name} is {other:?}"),
            }
        };
        self.forget(range);
        used
    }

    /// Where the tensor `name` lies in the file, and its type.
    fn place(&self, name: &str) -> candle_core::Result<(Range<usize>, Dtype)> {
        let Some(tensor) = self.header.tensors().get(name) else { candle_core::bail!("{name} is missing") };
        let at = |offset: u64| (self.header.data_start() + offset) as usize;
        Ok((at(tensor.data_offsets.0)..at(tensor.data_offsets.1), tensor.dtype))
    }

    fn sound<T>(&self, name: &str, values: Values, use_of: impl FnOnce(Values) -> T) -> candle_core::Result<T> {
        let why = match values {
            Values::Bytes(bytes) if bytes.codes.contains(&i8::MIN) => "holds -128, which no weight is",
            Values::Bytes(bytes) if !bytes.scales.iter().all(|scale| scale.is_finite() && *scale > 0.0) => {
                "has a scale that is not above 0"
            }
            values if !values.are_finite() => "holds what is no number",
            values => return Ok(use_of(values)),
        };
        let why = format!("{name} {why}");
        let _ = self.broken.set(why.clone());
        candle_core::bail!("{why}")
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
            Some(why) => Error::Model { model: model.name(), why: why.clone() },
            None => error.into(),
        }
    }

    /// What was packed is not read again: without this, the whole file would count as memory of this process until the
    /// last layer is packed.
    fn forget(&self, range: Range<usize>) {
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

/// As f32, whatever is stored.
impl SimpleBackend for MappedWeights {
    fn get(
        &self,
        shape: Shape,
        name: &str,
        _: candle_nn::Init,
        dtype: DType,
        device: &Device,
    ) -> candle_core::Result<Tensor> {
        let values = self.with(name, |values| values.to_floats())?;
        Tensor::from_vec(values, shape, device)?.to_dtype(dtype)
    }

    fn get_unchecked(&self, name: &str, dtype: DType, device: &Device) -> candle_core::Result<Tensor> {
        let Some(tensor) = self.header.tensors().get(name) else { candle_core::bail!("{name} is missing") };
        self.get(tensor.shape.clone().into(), name, candle_nn::Init::default(), dtype, device)
    }

    fn contains_tensor(&self, name: &str) -> bool {
        self.header.tensors().contains_key(name)
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
