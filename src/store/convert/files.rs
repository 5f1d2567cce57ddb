//! The small files beside the weights: read with a bound, copied with a bound.

use super::error::{ConvertError, Result};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

/// No configuration, tokenizer or vocabulary is larger; Whisper's tokenizer is 2.2 MB.
const MAX_SIDE_FILE_BYTES: u64 = 16 << 20;

/// The file as a JSON object; `None` where there is no such file.
pub(super) fn read_json(path: &Path) -> Result<Option<Map<String, Value>>> {
    if !path.exists() {
        return Ok(None);
    }
    match serde_json::from_slice(&read(path)?) {
        Ok(Value::Object(object)) => Ok(Some(object)),
        Ok(_) => Err(ConvertError::file(path, "it is not a JSON object")),
        Err(e) => Err(ConvertError::file(path, e.to_string())),
    }
}

/// `config` with the fields of the object `defaults` over it; a `null` there says nothing.
pub(super) fn with_defaults(mut config: Map<String, Value>, defaults: &Value) -> Map<String, Value> {
    let said = defaults.as_object().into_iter().flatten().filter(|(_, v)| !v.is_null());
    config.extend(said.map(|(k, v)| (k.clone(), v.clone())));
    config
}

pub(super) fn write_json(path: &Path, object: &Map<String, Value>) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(object).expect("JSON values are JSON");
    text.push(b'\n');
    write(path, &text)
}

/// Copies those of `names` that `raw` has; `true` when at least one was there.
pub(super) fn copy(raw: &Path, out: &Path, names: &[&str]) -> Result<bool> {
    let mut any = false;
    for name in names.iter().filter(|n| raw.join(n).exists()) {
        write(&out.join(name), &read(&raw.join(name))?)?;
        any = true;
    }
    Ok(any)
}

pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = File::create(path).map_err(ConvertError::io(path))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(ConvertError::io(path))
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let file = File::open(path).map_err(ConvertError::io(path))?;
    let mut bytes = Vec::new();
    file.take(MAX_SIDE_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(ConvertError::io(path))?;
    if bytes.len() as u64 > MAX_SIDE_FILE_BYTES {
        return Err(ConvertError::file(path, format!("it is larger than {} MB", MAX_SIDE_FILE_BYTES >> 20)));
    }
    Ok(bytes)
}
