//! Where a tensor of the output lies in the fetched file, checked before a byte of it is read.

use super::chain::Chain;
use super::error::{ConvertError, Result};
use crate::model_dir::Dtype;

/// Bytes that are read or written at a time.
const CHUNK_BYTES: usize = 1 << 20;
/// Convolution weights have 4 dimensions; nothing here has more than 8.
pub(super) const MAX_RANK: usize = 8;

/// Element types that are read. F16 and F32 are kept, the others become F32.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    F32,
    F16,
    BF16,
    F64,
}

impl Element {
    /// Size of one element in the fetched file.
    pub fn bytes(self) -> u64 {
        match self {
            Self::F64 => 8,
            Self::F32 => 4,
            Self::F16 | Self::BF16 => 2,
        }
    }

    /// The type in the output.
    pub fn written(self) -> Dtype {
        match self {
            Self::F16 => Dtype::F16,
            Self::F32 | Self::BF16 | Self::F64 => Dtype::F32,
        }
    }

    /// Appends `raw`, whole elements of this type, to `out` in the output's type, little-endian.
    fn append(self, raw: &[u8], out: &mut Vec<u8>) {
        match self {
            Self::F32 | Self::F16 => out.extend_from_slice(raw),
            // A BF16 is the upper half of an F32.
            Self::BF16 => raw.chunks_exact(2).for_each(|b| out.extend_from_slice(&[0, 0, b[0], b[1]])),
            Self::F64 => raw.as_chunks().0.iter().for_each(|b| {
                out.extend_from_slice(&(f64::from_le_bytes(*b) as f32).to_le_bytes());
            }),
        }
    }
}

/// A tensor of the output and where its elements lie in the fetched file.
#[derive(Debug, Clone)]
pub(super) struct Tensor {
    pub name: String,
    pub shape: Vec<usize>,
    pub element: Element,
    /// Position of the first element in the fetched file, in bytes.
    at: u64,
    /// Elements to step for each dimension, where they are not simply row after row.
    strides: Option<Vec<usize>>,
}

impl Tensor {
    /// A tensor whose rows follow each other.
    ///
    /// # Errors
    /// A shape of more than 8 dimensions or whose bytes do not lie inside the file.
    pub fn rows(source: &Chain, name: &str, shape: &[usize], element: Element, at: u64) -> Result<Self> {
        let wrong = |why: String| ConvertError::tensor(source.path(), name, why);
        if shape.len() > MAX_RANK {
            return Err(wrong(format!("has {} dimensions, the limit is {MAX_RANK}", shape.len())));
        }
        let end = byte_count(shape, element.bytes()).and_then(|n| n.checked_add(at));
        if end.is_none_or(|end| end > source.bytes()) {
            return Err(wrong(format!("of shape {shape:?} at byte {at} reaches past the end of the file")));
        }
        Ok(Self { name: name.into(), shape: shape.to_vec(), element, at, strides: None })
    }

    /// A tensor with PyTorch's strides, in elements. The elements must fill their range without gap or
    /// overlap: then what is written is never larger than what was read.
    ///
    /// # Errors
    /// As [`Tensor::rows`], and strides that leave gaps or reuse elements.
    pub fn strided(
        source: &Chain,
        name: &str,
        shape: &[usize],
        strides: &[usize],
        element: Element,
        at: u64,
    ) -> Result<Self> {
        let mut tensor = Self::rows(source, name, shape, element, at)?;
        let mut order: Vec<usize> = (0..shape.len()).filter(|&d| shape[d] != 1).collect();
        let in_rows = strides.len() == shape.len() && follows(&order, shape, strides);
        if !in_rows && !shape.contains(&0) {
            order.sort_by_key(|&d| std::cmp::Reverse(strides.get(d).copied()));
            if strides.len() != shape.len() || !follows(&order, shape, strides) {
                let why = format!("of shape {shape:?} has the strides {strides:?}, which leave gaps or overlap");
                return Err(ConvertError::tensor(source.path(), name, why));
            }
            tensor.strides = Some(strides.to_vec());
        }
        Ok(tensor)
    }

    /// The `part`-th of `parts` equal runs of rows, under another name.
    pub fn rows_of(&self, source: &Chain, name: &str, part: usize, parts: usize) -> Result<Self> {
        let rows = self.shape.first().copied().unwrap_or(0);
        if rows == 0 || !rows.is_multiple_of(parts) {
            let why = format!("of shape {:?} does not hold {parts} equal parts", self.shape);
            return Err(ConvertError::tensor(source.path(), &self.name, why));
        }
        let mut shape = self.shape.clone();
        shape[0] = rows / parts;
        let at = self.at + self.source_bytes() / parts as u64 * part as u64;
        Self::rows(source, name, &shape, self.element, at)
    }

    /// The same tensor under another name.
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Size in the output.
    pub fn written_bytes(&self) -> u64 {
        self.source_bytes() / self.element.bytes() * self.element.written().bytes()
    }

    fn source_bytes(&self) -> u64 {
        byte_count(&self.shape, self.element.bytes()).expect("checked when it was made")
    }

    /// Hands the elements, in the output's type and row order, to `sink`, a chunk at a time. Memory: two
    /// chunks; the whole tensor where it has strides.
    pub fn read(&self, source: &Chain, mut sink: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let mut out = Vec::with_capacity(CHUNK_BYTES.min(self.written_bytes() as usize));
        let Some(strides) = &self.strides else {
            return self.chunks(source, |raw| {
                out.clear();
                self.element.append(raw, &mut out);
                sink(&out)
            });
        };
        let mut raw = vec![0; self.source_bytes() as usize];
        source.read_exact_at(self.at, &mut raw)?;
        let size = self.element.bytes() as usize;
        let mut index = vec![0; self.shape.len()];
        for _ in 0..raw.len() / size {
            let element: usize = index.iter().zip(strides).map(|(i, s)| i * s).sum();
            self.element.append(&raw[element * size..][..size], &mut out);
            if out.len() >= CHUNK_BYTES {
                sink(&out)?;
                out.clear();
            }
            for (i, &d) in index.iter_mut().zip(&self.shape).rev() {
                *i += 1;
                if *i < d {
                    break;
                }
                *i = 0;
            }
        }
        sink(&out)
    }

    /// Whether every byte is zero.
    pub fn is_zero(&self, source: &Chain) -> Result<bool> {
        let mut zero = true;
        self.chunks(source, |raw| {
            zero &= raw.iter().all(|b| *b == 0);
            Ok(())
        })?;
        Ok(zero)
    }

    /// Whether both have the same shape, type and bytes.
    pub fn equals(&self, other: &Self, source: &Chain) -> Result<bool> {
        if (&self.shape, self.element) != (&other.shape, other.element) {
            return Ok(false);
        }
        let (mut at, mut same) = (other.at, true);
        let mut theirs = Vec::new();
        self.chunks(source, |raw| {
            theirs.resize(raw.len(), 0);
            source.read_exact_at(at, &mut theirs)?;
            at += raw.len() as u64;
            same &= raw == theirs;
            Ok(())
        })?;
        Ok(same)
    }

    /// The bytes as they lie in the file, whole elements at a time.
    fn chunks(&self, source: &Chain, mut sink: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let (mut at, mut left) = (self.at, self.source_bytes());
        let mut raw = vec![0; CHUNK_BYTES.min(left as usize)];
        while left > 0 {
            let now = raw.len().min(left as usize);
            source.read_exact_at(at, &mut raw[..now])?;
            sink(&raw[..now])?;
            at += now as u64;
            left -= now as u64;
        }
        Ok(())
    }
}

fn byte_count(shape: &[usize], element_bytes: u64) -> Option<u64> {
    shape.iter().try_fold(element_bytes, |n, &d| n.checked_mul(d as u64))
}

/// Whether the dimensions, outermost first in `order`, tile memory: each steps over all inner ones.
fn follows(order: &[usize], shape: &[usize], strides: &[usize]) -> bool {
    let mut step = 1usize;
    order.iter().rev().all(|&d| {
        let fits = strides.get(d) == Some(&step);
        step = step.saturating_mul(shape[d]);
        fits
    })
}
