//! The tensors of a fetched safetensors file, as [`WeightsHeader`] lets them pass.

use super::chain::Chain;
use super::error::{ConvertError, Result};
use super::tensor::{Element, Tensor};
use crate::model_dir::{Dtype, WeightsHeader};

/// Bookkeeping that training leaves in a file and inference has no use for.
const BOOKKEEPING: [&str; 2] = ["num_batches_tracked", "position_ids"];

/// Names and places of all tensors but bookkeeping. The file is one part; its header was read strictly.
///
/// # Errors
/// A header that lies, integer tensors that are not bookkeeping.
pub(super) fn read(file: &Chain) -> Result<Vec<Tensor>> {
    let header = WeightsHeader::read(file.path())?;
    let data = header.tensors().values().map(|t| t.data_offsets.1).max().unwrap_or(0);
    let data_begin = header.file_bytes() - data;
    let mut tensors = Vec::with_capacity(header.tensors().len());
    for (name, info) in header.tensors() {
        if is_bookkeeping(name) {
            continue;
        }
        let element = match info.dtype {
            Dtype::F32 => Element::F32,
            Dtype::F16 => Element::F16,
            Dtype::BF16 => Element::BF16,
            other => {
                let why = format!("holds {other:?}, only floats are read");
                return Err(ConvertError::tensor(file.path(), name, why));
            }
        };
        tensors.push(Tensor::rows(file, name, &info.shape, element, data_begin + info.data_offsets.0)?);
    }
    Ok(tensors)
}

/// Whether a tensor is none of the model's own.
pub(super) fn is_bookkeeping(name: &str) -> bool {
    name.rsplit('.').next().is_some_and(|leaf| BOOKKEEPING.contains(&leaf))
}
