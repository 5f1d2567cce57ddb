//! Writes a safetensors file without holding it: the header first, from names, shapes and types, then each
//! tensor's bytes as they are read.
//!
//! Order: wider elements first, then by name, as the format's own writer does; so every tensor stays aligned
//! for a memory map.

use super::chain::Chain;
use super::error::{ConvertError, Result};
use super::tensor::Tensor;
use crate::model_dir::WeightsHeader;
use serde_json::{Map, Value, json};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Writes `tensors`, read from `source`, to the file `to`, and reads its header back.
///
/// # Errors
/// A name that is empty or comes twice, no tensor at all, a failed read or write.
pub(super) fn write(source: &Chain, mut tensors: Vec<Tensor>, to: &Path) -> Result<()> {
    tensors.sort_by(|a, b| (b.element.written().bytes(), &a.name).cmp(&(a.element.written().bytes(), &b.name)));
    let header = header(source, &tensors)?;
    let mut file = BufWriter::new(File::create(to).map_err(ConvertError::io(to))?);
    file.write_all(&(header.len() as u64).to_le_bytes()).map_err(ConvertError::io(to))?;
    file.write_all(&header).map_err(ConvertError::io(to))?;
    for tensor in &tensors {
        tensor.read(source, |bytes| file.write_all(bytes).map_err(ConvertError::io(to)))?;
    }
    file.into_inner().map_err(|e| ConvertError::io(to)(e.into_error()))?.sync_all().map_err(ConvertError::io(to))?;
    WeightsHeader::read(to)?;
    Ok(())
}

fn header(source: &Chain, tensors: &[Tensor]) -> Result<Vec<u8>> {
    let mut entries = Map::new();
    entries.insert("__metadata__".into(), json!({ "format": "pt" }));
    let mut begin = 0;
    for tensor in tensors {
        let end = begin + tensor.written_bytes();
        let entry = json!({
            "dtype": format!("{:?}", tensor.element.written()),
            "shape": tensor.shape,
            "data_offsets": [begin, end],
        });
        if tensor.name.is_empty() {
            return Err(ConvertError::file(source.path(), "it holds a tensor without a name"));
        }
        if entries.insert(tensor.name.clone(), entry).is_some() {
            return Err(ConvertError::tensor(source.path(), &tensor.name, "comes twice"));
        }
        begin = end;
    }
    if tensors.is_empty() {
        return Err(ConvertError::file(source.path(), "it holds no tensors"));
    }
    let mut header = serde_json::to_vec(&Value::Object(entries)).expect("strings and numbers are JSON");
    // Spaces, so that the data begins at a multiple of eight.
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}
