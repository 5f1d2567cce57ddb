//! A model on disk: a directory that anybody can put anywhere.
//!
//! ```text
//! config.json         family, sizes, pre-processing
//! model.safetensors   the weights, f32 or f16; model.int8.safetensors, beside it or instead, in bytes
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
mod recipe;

pub use error::ModelDirError;
pub use header::{Dtype, TensorInfo, WeightsHeader};
pub use limits::{Limits, available_memory_bytes};
pub use recipe::{Calibration, Method, RECIPE_KEY, Range, Recipe, SCALE_SUFFIX};

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// File names inside a model directory.
pub const CONFIG_FILE: &str = "config.json";
/// The weights at the precision in which they were installed.
pub const WEIGHTS_FILE: &str = "model.safetensors";
/// The weights in bytes, beside the others or instead of them.
pub const INT8_WEIGHTS_FILE: &str = "model.int8.safetensors";
/// Where the model came from.
pub const PROVENANCE_FILE: &str = "provenance.json";

/// No side file (configuration, labels, tokenizer) is larger than this; Whisper's tokenizer is 2.2 MB.
const MAX_SIDE_FILE_BYTES: u64 = 16 << 20;

/// An opened model directory: its configuration is parsed, its weights' header is checked.
#[derive(Debug, Clone)]
pub struct ModelDir {
    path: PathBuf,
    config: serde_json::Value,
    limits: Limits,
    header: WeightsHeader,
    /// Where the weights are bytes, what they stand for.
    recipe: Option<Recipe>,
}

/// Whether `path` has weights, in whichever form.
pub fn has_weights(path: &Path) -> bool {
    [WEIGHTS_FILE, INT8_WEIGHTS_FILE].iter().any(|name| path.join(name).is_file())
}

impl ModelDir {
    /// Opens `path` and checks it against `limits`. The weights themselves are not read. Where there are floats these are
    /// what is opened; [`ModelDir::int8`] has the bytes beside them.
    ///
    /// # Errors
    /// A missing or unreadable file, a configuration that is not a JSON object, a weights header that lies
    /// about the file, a model over the limits.
    pub fn open(path: impl AsRef<Path>, limits: &Limits) -> Result<Self, ModelDirError> {
        let path = path.as_ref().to_path_buf();
        let config = parse_config(&path.join(CONFIG_FILE))?;
        let only_bytes = !path.join(WEIGHTS_FILE).is_file() && path.join(INT8_WEIGHTS_FILE).is_file();
        let (header, recipe) = if only_bytes {
            let (header, recipe) = read_int8(&path)?;
            (header, Some(recipe))
        } else {
            (WeightsHeader::read(&path.join(WEIGHTS_FILE))?, None)
        };
        limits.check(&path, &header)?;
        Ok(Self { path, config, limits: limits.clone(), header, recipe })
    }

    /// The same model with its weights in bytes, if it has them on disk.
    ///
    /// # Errors
    /// As [`ModelDir::open`].
    pub fn int8(&self) -> Result<Option<Self>, ModelDirError> {
        if self.recipe.is_some() || !self.has(INT8_WEIGHTS_FILE) {
            return Ok(self.recipe.is_some().then(|| self.clone()));
        }
        let (header, recipe) = read_int8(&self.path)?;
        self.limits.check(&self.path, &header)?;
        Ok(Some(Self { header, recipe: Some(recipe), ..self.clone() }))
    }

    /// What the bytes of the weights stand for, where they are bytes.
    pub fn recipe(&self) -> Option<&Recipe> {
        self.recipe.as_ref()
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The directory's name: what messages call the model.
    pub fn name(&self) -> String {
        // `.` and the like have a name elsewhere.
        let named = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let whole = || self.path.canonicalize().ok().and_then(|path| named(&path));
        named(&self.path).or_else(whole).unwrap_or_else(|| self.path.display().to_string())
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
        self.path.join(if self.recipe.is_some() { INT8_WEIGHTS_FILE } else { WEIGHTS_FILE })
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

/// Header and recipe of the bytes in the directory `path`.
fn read_int8(path: &Path) -> Result<(WeightsHeader, Recipe), ModelDirError> {
    let path = path.join(INT8_WEIGHTS_FILE);
    let header = WeightsHeader::read(&path)?;
    let recipe = Recipe::of(&header).map_err(|why| ModelDirError::Header { path, why })?;
    Ok((header, recipe))
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
