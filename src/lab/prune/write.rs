//! The model directory that pruning makes.

use super::{Error, Result, Weights};
use crate::lab::made::Made;
use crate::model_dir::{CONFIG_FILE, ModelDir, PROVENANCE_FILE, WEIGHTS_FILE};
use crate::store::Sha256Sum;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};

/// What the engine reads beside configuration and weights; it stays as it was.
const SIDE_FILES: [&str; 4] = ["labels.txt", "tokenizer.json", "tokenizer_config.json", "vocab.txt"];

/// Writes `weights` as a model like `original`, with this configuration, in the place of `made`; `recipe` says what was
/// done. What else the original holds, such as weights in bytes, is not of this model.
///
/// # Errors
/// [`Error::Made`], [`Error::Io`]: then nothing is at the place.
pub fn write(made: Made, original: &ModelDir, weights: &Weights, config: &Value, recipe: Value) -> Result<PathBuf> {
    weights.save(&made.dir().join(WEIGHTS_FILE))?;
    made.write(CONFIG_FILE, format!("{config:#}\n"))?;
    SIDE_FILES.iter().try_for_each(|name| made.take(original, name))?;
    let path = original.weights_path();
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    let hash = Sha256Sum::of_file(&path, || true).map_err(Error::read(&path))?;
    let origin = original.read(PROVENANCE_FILE).ok();
    let origin: Option<Value> = origin.and_then(|json| serde_json::from_slice(&json).ok());
    let provenance = json!({
        "what": format!("{}, pruned", original.name()),
        "method": "prune",
        "licence": origin.as_ref().and_then(|origin| origin.get("licence")),
        "recipe": recipe,
        "made_from": {
            "model": original.name(),
            "sha256": {file_name: hash.map(|hash| hash.to_string())},
            "provenance": origin,
        },
    });
    Ok(made.finish(provenance)?)
}

/// Bytes of the file at `path` as a package or a server would compress it (deflate, the usual level).
///
/// # Errors
/// [`Error::Io`].
pub fn deflated_bytes(path: &Path) -> Result<u64> {
    let mut encoder = DeflateEncoder::new(Counted(0), Compression::default());
    let counted = File::open(path)
        .and_then(|file| io::copy(&mut BufReader::new(file), &mut encoder))
        .and_then(|_| encoder.finish());
    counted.map(|counted| counted.0).map_err(Error::read(path))
}

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
