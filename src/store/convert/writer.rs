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

/// BF16 doubles when it is widened, and a few tensors may share their bytes; a file that asks for more than
/// this many times its own size wants to fill the disk.
const MAX_GROWTH: u64 = 4;

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
    if begin > source.bytes().saturating_mul(MAX_GROWTH) {
        let why = format!("its tensors would take {begin} bytes, it has {}", source.bytes());
        return Err(ConvertError::file(source.path(), why));
    }
    if tensors.is_empty() {
        return Err(ConvertError::file(source.path(), "it holds no tensors"));
    }
    let mut header = serde_json::to_vec(&Value::Object(entries)).expect("strings and numbers are JSON");
    // Spaces, so that the data begins at a multiple of eight.
    header.resize(header.len().next_multiple_of(8), b' ');
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::super::tensor::Element;
    use super::*;

    #[test]
    fn writes_in_order_and_refuses_what_no_model_has() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        std::fs::write(&from, [1u8; 16]).unwrap();
        let source = Chain::open(&[from]).unwrap();
        let tensor = |name: &str, element, rows| Tensor::rows(&source, name, &[rows], element, 0).unwrap();
        let sound = vec![tensor("a", Element::F16, 3), tensor("c", Element::F32, 1), tensor("b", Element::F32, 2)];
        write(&source, sound, &to).unwrap();
        let begins = WeightsHeader::read(&to).unwrap().tensors().values().map(|t| t.data_offsets.0).collect::<Vec<_>>();
        assert_eq!(begins, [12, 0, 8], "a is narrower than b and c");

        let many = (0..17).map(|n| tensor(&n.to_string(), Element::F32, 4)).collect();
        let refused = [
            (vec![], "no tensors"),
            (vec![tensor("", Element::F32, 1)], "without a name"),
            (vec![tensor("a", Element::F32, 1), tensor("a", Element::F32, 2)], "comes twice"),
            (many, "would take 272 bytes"),
        ];
        for (tensors, says) in refused {
            let said = write(&source, tensors, &to).unwrap_err().to_string();
            assert!(said.contains(says), "{said}");
        }
    }
}
