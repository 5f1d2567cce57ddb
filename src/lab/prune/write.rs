//! The model directory that pruning makes.

use super::{Error, Result, Weights};
use crate::model_dir::{CONFIG_FILE, ModelDir, PROVENANCE_FILE, WEIGHTS_FILE};
use crate::store::Sha256Sum;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

/// What the engine reads beside configuration and weights; it stays as it was.
const SIDE_FILES: [&str; 5] =
    ["labels.txt", "tokenizer.json", "tokenizer_config.json", "vocab.txt", "generation_config.json"];

/// A directory that appears whole or not at all: it is made beside its place, under a name that begins with a dot, and
/// renamed.
#[derive(Debug)]
pub struct Output {
    place: PathBuf,
    partial: PathBuf,
}

impl Output {
    /// For a model at `place`, which must not be there yet. What an earlier run left unfinished goes.
    ///
    /// # Errors
    /// [`Error::Exists`], [`Error::Io`].
    pub fn at(place: &Path) -> Result<Self> {
        let Some(name) = place.file_name() else {
            let source = io::Error::new(io::ErrorKind::InvalidInput, "this is no name for a directory");
            return Err(Error::written(place)(source));
        };
        if fs::symlink_metadata(place).is_ok() {
            return Err(Error::Exists { path: place.into() });
        }
        let partial = place.with_file_name(format!(".{}.partial", name.to_string_lossy()));
        match fs::remove_dir_all(&partial) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(Error::written(&partial)(e)),
            _ => {}
        }
        // That it cannot be written is known before hours are spent.
        fs::create_dir_all(&partial).map_err(Error::written(&partial))?;
        Ok(Self { place: place.into(), partial })
    }

    /// Writes `weights` as a model like `original`, with this configuration; `recipe` says what was done.
    ///
    /// # Errors
    /// [`Error::Io`]: then nothing is at the place.
    pub fn write(self, original: &ModelDir, weights: &Weights, config: &Value, recipe: Value) -> Result<PathBuf> {
        weights.save(&self.partial.join(WEIGHTS_FILE))?;
        self.write_json(CONFIG_FILE, config)?;
        for name in SIDE_FILES.into_iter().filter(|name| original.has(name)) {
            let from = original.path().join(name);
            let bytes = fs::read(&from).map_err(Error::read(&from))?;
            let to = self.partial.join(name);
            fs::write(&to, bytes).map_err(Error::written(&to))?;
        }
        self.write_json(PROVENANCE_FILE, &self.provenance(original, recipe)?)?;
        for entry in fs::read_dir(&self.partial).map_err(Error::written(&self.partial))? {
            let path = entry.map_err(Error::written(&self.partial))?.path();
            File::open(&path).and_then(|file| file.sync_all()).map_err(Error::written(&path))?;
        }
        fs::rename(&self.partial, &self.place).map_err(Error::written(&self.place))?;
        Ok(self.place.clone())
    }

    fn write_json(&self, name: &str, value: &Value) -> Result<()> {
        let path = self.partial.join(name);
        fs::write(&path, format!("{value:#}\n")).map_err(Error::written(&path))
    }

    /// What the store reads of it are the hashes.
    fn provenance(&self, original: &ModelDir, recipe: Value) -> Result<Value> {
        let hash = |path: &Path| {
            let sum = Sha256Sum::of_file(path, || true).map_err(Error::read(path))?;
            Ok::<_, Error>(sum.map(|sum| sum.to_string()))
        };
        let mut hashes = serde_json::Map::new();
        for name in [WEIGHTS_FILE, CONFIG_FILE].into_iter().chain(SIDE_FILES) {
            let path = self.partial.join(name);
            if path.is_file() {
                hashes.insert(name.into(), json!(hash(&path)?));
            }
        }
        let origin: Option<Value> =
            original.read(PROVENANCE_FILE).ok().and_then(|json| serde_json::from_slice(&json).ok());
        Ok(json!({
            "what": format!("{}, pruned", original.name()),
            "licence": origin.as_ref().and_then(|origin| origin.get("licence")),
            "made_by": concat!("onhand-lab ", env!("CARGO_PKG_VERSION")),
            "recipe": recipe,
            "made_from": {
                "model": original.name(),
                "sha256": {WEIGHTS_FILE: hash(&original.weights_path())?},
                "provenance": origin,
            },
            "sha256": hashes,
        }))
    }
}

/// What was begun and not finished goes.
impl Drop for Output {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.partial);
    }
}

/// Bytes of the file at `path` as a package or a server would compress it (deflate, the usual level).
///
/// # Errors
/// [`Error::Io`].
pub fn deflated_bytes(path: &Path) -> Result<u64> {
    /// Counts what is written.
    struct Counted(u64);
    impl Write for Counted {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len() as u64;
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut encoder = DeflateEncoder::new(Counted(0), Compression::default());
    let counted = File::open(path)
        .and_then(|file| io::copy(&mut BufReader::new(file), &mut encoder))
        .and_then(|_| encoder.finish());
    counted.map(|counted| counted.0).map_err(Error::read(path))
}
