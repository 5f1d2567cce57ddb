//! The model that is part of the program: it judges texts on the first start, with no network.
//!
//! It is small enough to be compiled in, so that no package, no shop and no `cargo run` is without it. Models are read
//! from directories, so it is laid into one when it is first needed.

use super::error::{Error, Result};
use crate::model_dir::{CONFIG_FILE, INT8_WEIGHTS_FILE, PROVENANCE_FILE};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Its name in the catalog.
pub const BUILT_IN: &str = "sentiment-mini";

macro_rules! file {
    ($name:expr) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/models/sentiment-mini/", $name))
    };
}

/// Its files. The last says what the others are, so it tells one version from another.
const FILES: [(&str, &[u8]); 4] = [
    (CONFIG_FILE, file!("config.json")),
    ("vocab.txt", file!("vocab.txt")),
    (INT8_WEIGHTS_FILE, file!("model.int8.safetensors")),
    (PROVENANCE_FILE, file!("provenance.json")),
];

/// Lays the model into the folder `into`, unless it is there, and gives its directory. Who is killed meanwhile leaves
/// nothing that looks like a model.
///
/// # Errors
/// [`Error::Io`]: it cannot be written, for want of room or permission.
pub(super) fn lay(into: &Path) -> Result<PathBuf> {
    let dir = into.join(BUILT_IN);
    if is_there(&dir) {
        return Ok(dir);
    }
    // The process in the name: two that start at a time must not write one file.
    let fresh = into.join(format!(".{BUILT_IN}-{}", std::process::id()));
    let laid = write(&fresh).and_then(|()| put_in_place(&fresh, &dir));
    if laid.is_err() {
        let _ = fs::remove_dir_all(&fresh);
    }
    laid.map_err(Error::io(&dir))?;
    Ok(dir)
}

/// Whether `dir` is the model of this program, each file of its size.
fn is_there(dir: &Path) -> bool {
    let size = |name| fs::metadata(dir.join(name)).map(|m| m.len()).ok();
    let same = |name, bytes: &[u8]| fs::read(dir.join(name)).is_ok_and(|found| found == bytes);
    FILES.iter().all(|(name, bytes)| size(name) == Some(bytes.len() as u64))
        && FILES.last().is_some_and(|(name, bytes)| same(name, bytes))
}

fn write(fresh: &Path) -> io::Result<()> {
    fs::create_dir_all(fresh)?;
    for (name, bytes) in FILES {
        fs::write(fresh.join(name), bytes)?;
        fs::File::open(fresh.join(name))?.sync_all()?;
    }
    Ok(())
}

fn put_in_place(fresh: &Path, dir: &Path) -> io::Result<()> {
    // That of another version, or one that is torn.
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    match fs::rename(fresh, dir) {
        // Another process was quicker.
        Err(_) if is_there(dir) => fs::remove_dir_all(fresh),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn it_is_laid_once_and_again_where_it_is_torn_or_of_another_version() {
        let folder = tempfile::tempdir().unwrap();
        let dir = lay(folder.path()).unwrap();
        assert_eq!(names(folder.path()), [BUILT_IN]);
        assert_eq!(names(&dir), ["config.json", "model.int8.safetensors", "provenance.json", "vocab.txt"]);
        let written = || fs::metadata(dir.join("vocab.txt")).unwrap().modified().unwrap();
        let before = written();
        lay(folder.path()).unwrap();
        assert_eq!(written(), before);
        for (name, content) in [("vocab.txt", "torn"), (PROVENANCE_FILE, "{}")] {
            fs::write(dir.join(name), content).unwrap();
            assert!(!is_there(&dir));
            lay(folder.path()).unwrap();
            assert!(is_there(&dir), "{name}");
        }
        assert!(super::super::verify_files(&dir).unwrap().values().all(|state| !state.is_bad()));
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        let said = lay(&folder.path().join("file")).unwrap_err().to_string();
        assert!(said.contains("sentiment-mini"), "{said}");
    }
}
