//! The quantized model as a file, and in its place.

use super::{Error, Quantized, Result, Tensor};
use crate::lab::made::Made;
use crate::lab::write_whole;
use crate::model_dir::{
    CONFIG_FILE, INT8_WEIGHTS_FILE, ModelDir, ModelDirError, PROVENANCE_FILE, RECIPE_KEY, SCALE_SUFFIX, WEIGHTS_FILE,
};
use crate::store::Sha256Sum;
use safetensors::Dtype;
use safetensors::tensor::TensorView;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// What a model directory has beside its weights and its configuration.
const SIDE_FILES: [&str; 4] = ["labels.txt", "tokenizer.json", "tokenizer_config.json", "vocab.txt"];

impl Quantized {
    /// The name of its file: bytes have one of their own.
    pub fn file_name(&self) -> &'static str {
        if self.recipe.is_some() { INT8_WEIGHTS_FILE } else { WEIGHTS_FILE }
    }

    /// The file, byte for byte the same for the same tensors.
    ///
    /// # Errors
    /// [`Error::Model`] where the library refuses to write it.
    pub fn to_file(&self) -> Result<Vec<u8>> {
        let mut tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
        let floats = |values: &[f32]| values.iter().flat_map(|v| v.to_le_bytes()).collect::<Vec<u8>>();
        for (name, tensor) in &self.tensors {
            match tensor {
                Tensor::Floats(f) if f.half => {
                    let halves = f.values.iter().flat_map(|v| half::f16::from_f32(*v).to_le_bytes()).collect();
                    tensors.push((name.clone(), Dtype::F16, f.shape.clone(), halves));
                }
                Tensor::Floats(f) => tensors.push((name.clone(), Dtype::F32, f.shape.clone(), floats(&f.values))),
                Tensor::Bytes { shape, bytes } => {
                    let codes = bytes.codes.iter().map(|code| code.cast_unsigned()).collect();
                    tensors.push((name.clone(), Dtype::I8, shape.clone(), codes));
                    let (scale, count) = (format!("{name}{SCALE_SUFFIX}"), bytes.scales.len());
                    tensors.push((scale, Dtype::F32, vec![count], floats(&bytes.scales)));
                }
            }
        }
        let refused = |e: safetensors::SafeTensorError| {
            let why = format!("it cannot be written: {e}");
            crate::inference::Error::from(ModelDirError::Header { path: self.file_name().into(), why })
        };
        // One entry, since a map of several has no order.
        let recipe = self.recipe.as_ref().map(|recipe| serde_json::to_string(recipe).expect("plain data serialises"));
        let metadata = recipe.map(|recipe| HashMap::from([(RECIPE_KEY.to_string(), recipe)]));
        let mut views = Vec::new();
        for (name, dtype, shape, data) in &tensors {
            views.push((name, TensorView::new(*dtype, shape.clone(), data).map_err(refused)?));
        }
        Ok(safetensors::serialize(views, metadata).map_err(refused)?)
    }

    /// Writes it as a model directory of its own, with the configuration and side files of `from`.
    ///
    /// # Errors
    /// [`Error::Made`] where something is there already, or the disk says no.
    pub fn write_to(&self, from: &ModelDir, out: &Path) -> Result<PathBuf> {
        let file = self.to_file()?;
        let made = Made::begin(out)?;
        for name in SIDE_FILES.into_iter().chain([CONFIG_FILE]) {
            made.take(from, name)?;
        }
        made.write(self.file_name(), file)?;
        let source = from.read(PROVENANCE_FILE).ok().and_then(|json| serde_json::from_slice::<Value>(&json).ok());
        let source = source.unwrap_or(Value::Null);
        let mut provenance = json!({"quantized_from": {"model": from.name(), "provenance": source}});
        // Its licence goes with it.
        if let Some(licence) = source.get("licence").or_else(|| source.get("license")) {
            provenance["licence"] = licence.clone();
        }
        Ok(made.finish(provenance)?)
    }

    /// Writes it into the directory of `dir`, beside the floats.
    ///
    /// # Errors
    /// [`Error::Write`].
    ///
    /// # Panics
    /// It is no bytes, and would be written over the floats.
    pub fn write_beside(&self, dir: &ModelDir) -> Result<PathBuf> {
        assert!(self.recipe.is_some());
        let path = dir.path().join(INT8_WEIGHTS_FILE);
        let file = self.to_file()?;
        write_whole(&path, &file).map_err(Error::written(&path))?;
        record(dir, &file)?;
        Ok(path)
    }
}

/// Adds size and hash of the file in bytes to what the provenance of `dir` says of its files, if it says anything.
fn record(dir: &ModelDir, file: &[u8]) -> Result<()> {
    let said = dir.read(PROVENANCE_FILE).ok().and_then(|json| serde_json::from_slice::<Value>(&json).ok());
    let Some(mut provenance) = said.filter(|said| said.get("files").is_some_and(Value::is_object)) else {
        return Ok(());
    };
    provenance["files"][INT8_WEIGHTS_FILE] = json!({"bytes": file.len(), "sha256": Sha256Sum::of(file)});
    let text = serde_json::to_string_pretty(&provenance).expect("plain data serialises") + "\n";
    let path = dir.path().join(PROVENANCE_FILE);
    write_whole(&path, text.as_bytes()).map_err(Error::written(&path))
}
