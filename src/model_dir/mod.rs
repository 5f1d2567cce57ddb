//! A model on disk: a directory that anybody can put anywhere.
//!
//! ```text
//! config.json         family, sizes, pre-processing
//! model.safetensors   the weights, f32 or f16
//! labels.txt | tokenizer.json | vocab.txt
//! provenance.json     source, revision, sha256 of every file, licence
//! ```
//!
//! [`ModelDir::open`] reads the configuration and the weights' header and refuses what cannot be right
//! *before* any memory is taken for the weights. It is the one door: what the store installed and what
//! somebody copied into place by hand pass the same checks.

mod error;
mod header;
mod limits;

pub use error::ModelDirError;
pub use header::{Dtype, TensorInfo, WeightsHeader};
pub use limits::{Limits, available_memory_bytes};

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// File names inside a model directory.
pub const CONFIG_FILE: &str = "config.json";
/// The weights at the precision in which they were installed.
pub const WEIGHTS_FILE: &str = "model.safetensors";
/// Where the model came from.
pub const PROVENANCE_FILE: &str = "provenance.json";

/// No side file (configuration, labels, tokenizer) is larger than this; Whisper's tokenizer is 2.2 MB.
const MAX_SIDE_FILE_BYTES: u64 = 16 << 20;

/// An opened model directory: its configuration is parsed, its weights' header is checked.
#[derive(Debug, Clone)]
pub struct ModelDir {
    path: PathBuf,
    config: serde_json::Value,
    header: WeightsHeader,
}

impl ModelDir {
    /// Opens `path` and checks it against `limits`. The weights themselves are not read.
    ///
    /// # Errors
    /// A missing or unreadable file, a configuration that is not a JSON object, a weights header that lies
    /// about the file, a model over the limits.
    pub fn open(path: impl AsRef<Path>, limits: &Limits) -> Result<Self, ModelDirError> {
        let path = path.as_ref().to_path_buf();
        let config = parse_config(&path.join(CONFIG_FILE))?;
        let header = WeightsHeader::read(&path.join(WEIGHTS_FILE))?;
        limits.check(&path, &header)?;
        Ok(Self { path, config, header })
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory's name: what messages call the model.
    pub fn name(&self) -> String {
        self.path.file_name().map_or_else(|| self.path.display().to_string(), |n| n.to_string_lossy().into_owned())
    }

    /// `config.json`, as it stands.
    pub fn config(&self) -> &serde_json::Value {
        &self.config
    }

    /// `config.json` as a model's own configuration.
    ///
    /// # Errors
    /// [`ModelDirError::Config`] names the field that is missing or wrong.
    pub fn config_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, ModelDirError> {
        serde_json::from_value(self.config.clone())
            .map_err(|e| ModelDirError::Config { path: self.path.join(CONFIG_FILE), why: e.to_string() })
    }

    /// What the weights file says it holds.
    pub fn header(&self) -> &WeightsHeader {
        &self.header
    }

    /// The weights file.
    pub fn weights_path(&self) -> PathBuf {
        self.path.join(WEIGHTS_FILE)
    }

    /// Whether the directory has a side file of this name.
    pub fn has(&self, name: &str) -> bool {
        self.path.join(name).is_file()
    }

    /// The bytes of a side file: labels, tokenizer, vocabulary.
    ///
    /// # Errors
    /// [`ModelDirError::Io`] when it cannot be read, [`ModelDirError::SideFileTooLarge`] over 16 MiB.
    pub fn read(&self, name: &str) -> Result<Vec<u8>, ModelDirError> {
        read_small(&self.path.join(name))
    }

    /// A side file as text.
    ///
    /// # Errors
    /// As [`ModelDir::read`], and [`ModelDirError::NotText`].
    pub fn read_text(&self, name: &str) -> Result<String, ModelDirError> {
        String::from_utf8(self.read(name)?).map_err(|_| ModelDirError::NotText { path: self.path.join(name) })
    }
}

fn parse_config(path: &Path) -> Result<serde_json::Value, ModelDirError> {
    let bytes = read_small(path)?;
    match serde_json::from_slice(&bytes) {
        Ok(value @ serde_json::Value::Object(_)) => Ok(value),
        Ok(_) => Err(ModelDirError::Config { path: path.into(), why: "it is not a JSON object".into() }),
        Err(e) => Err(ModelDirError::Config { path: path.into(), why: e.to_string() }),
    }
}

/// Reads a file that has no business being large; a larger one is refused before memory is taken.
fn read_small(path: &Path) -> Result<Vec<u8>, ModelDirError> {
    let io = |source| ModelDirError::Io { path: path.into(), source };
    let file = File::open(path).map_err(io)?;
    let mut bytes = Vec::new();
    file.take(MAX_SIDE_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > MAX_SIDE_FILE_BYTES {
        return Err(ModelDirError::SideFileTooLarge { path: path.into(), max_bytes: MAX_SIDE_FILE_BYTES });
    }
    Ok(bytes)
}
