//! `provenance.json`: where an installed model comes from, and the hash of each of its files.

use super::catalog::{Family, file_name};
use super::convert::Recipe;
use super::digest::Sha256Sum;
use super::error::{Error, Result};
use super::net::Checked;
use crate::model_dir::PROVENANCE_FILE;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A provenance file is a few kilobytes; more than this is not read.
const MAX_BYTES: u64 = 1 << 20;

/// What is written into an installed model.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Provenance {
    /// The model's id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// What kind it is.
    pub family: Family,
    /// SPDX expression.
    pub licence: String,
    /// Where it came from.
    pub source: Source,
    /// What was fetched from there.
    pub fetched: Vec<Fetched>,
    /// How that became a model directory; `None` when it already was one.
    pub recipe: Option<Recipe>,
    /// Program and version that did it.
    pub converted_by: String,
    /// The files of the model directory.
    pub files: BTreeMap<String, FileRecord>,
}

/// Where a model came from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// A hub.
    Hub {
        /// Its address.
        endpoint: String,
        /// `owner/name`.
        repo: String,
        /// The commit, even where the catalog pins none.
        revision: String,
    },
    /// Packages of the Python registry.
    Wheel {
        /// `NAME==VERSION`.
        requirements: Vec<String>,
    },
    /// A directory that a person named.
    Directory {
        /// It.
        path: PathBuf,
    },
}

/// One file that was fetched.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Fetched {
    /// Its path at the source.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its hash.
    pub sha256: Sha256Sum,
    /// Against what it was checked.
    pub checked: Checked,
}

impl Fetched {
    /// The record of a file that lies in `dir` under its own name.
    pub(super) fn of(dir: &Path, path: &str, checked: Checked) -> Result<Self> {
        let FileRecord { bytes, sha256 } = FileRecord::of(&dir.join(file_name(path)))?;
        let sha256 = sha256.expect("just computed");
        Ok(Self { path: path.into(), bytes: bytes.expect("just measured"), sha256, checked })
    }
}

/// Size and hash of a file, as far as they were written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FileRecord {
    /// Its size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Its hash.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Sha256Sum>,
}

impl FileRecord {
    /// The record of a file as it is now.
    pub(super) fn of(path: &Path) -> Result<Self> {
        let io = |e| Error::io(path)(e);
        let bytes = fs::metadata(path).map_err(io)?.len();
        Ok(Self { bytes: Some(bytes), sha256: Sha256Sum::of_file(path, || true).map_err(io)? })
    }
}

impl Provenance {
    /// Writes `provenance.json` into `dir`.
    pub(super) fn write(&self, dir: &Path) -> Result<()> {
        let path = dir.join(PROVENANCE_FILE);
        let mut json = serde_json::to_string_pretty(self).expect("plain data serialises");
        json.push('\n');
        fs::write(&path, json).map_err(Error::io(&path))
    }
}

/// The records of all files directly in `dir`, but for the provenance itself.
pub(super) fn record_files(dir: &Path) -> Result<BTreeMap<String, FileRecord>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(dir).map_err(Error::io(dir))? {
        let path = entry.map_err(Error::io(dir))?.path();
        let Some(name) = path.file_name().and_then(|n| n.to_str()) else { continue };
        if name != PROVENANCE_FILE && path.is_file() {
            files.insert(name.to_string(), FileRecord::of(&path)?);
        }
    }
    Ok(files)
}

/// Where the model in `dir` was fetched from; `None` where nobody wrote it down in our words.
pub fn recorded_source(dir: &Path) -> Option<Source> {
    #[derive(serde::Deserialize)]
    struct Recorded {
        source: Source,
    }
    serde_json::from_slice::<Recorded>(&read_limited(dir)?).ok().map(|recorded| recorded.source)
}

/// `provenance.json` of `dir`, no further than it may be long.
fn read_limited(dir: &Path) -> Option<Vec<u8>> {
    let mut json = Vec::new();
    fs::File::open(dir.join(PROVENANCE_FILE)).ok()?.take(MAX_BYTES).read_to_end(&mut json).ok()?;
    Some(json)
}

/// What a model directory says of its own files: of those that we installed all, of others perhaps some
/// (`{"sha256": {"model.safetensors": "…"}}`), perhaps nothing.
pub(super) fn recorded_files(dir: &Path) -> BTreeMap<String, FileRecord> {
    #[derive(serde::Deserialize)]
    struct Recorded {
        #[serde(default)]
        files: BTreeMap<String, FileRecord>,
        #[serde(default)]
        sha256: BTreeMap<String, Sha256Sum>,
    }
    let read = read_limited(dir).and_then(|json| serde_json::from_slice::<Recorded>(&json).ok());
    let Some(recorded) = read else { return BTreeMap::new() };
    let hashes = recorded.sha256.into_iter().map(|(name, sum)| (name, FileRecord { bytes: None, sha256: Some(sum) }));
    let all = hashes.chain(recorded.files);
    // A name that is a path would let a provenance file ask for files elsewhere.
    all.filter(|(name, _)| super::is_plain_name(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_is_read_back_and_a_foreign_record_is_none() {
        let dir = tempfile::tempdir().unwrap();
        let source = Source::Wheel { requirements: vec!["a==1".into()] };
        let json = format!(r#"{{"source": {}}}"#, serde_json::to_string(&source).unwrap());
        fs::write(dir.path().join(PROVENANCE_FILE), json).unwrap();
        assert_eq!(recorded_source(dir.path()), Some(source));
        fs::write(dir.path().join(PROVENANCE_FILE), r#"{"source": "somewhere"}"#).unwrap();
        assert_eq!(recorded_source(dir.path()), None);
    }

    #[test]
    fn both_ways_of_recording_are_read_and_names_that_climb_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let sum = Sha256Sum::of(b"x");
        let json = format!(
            r#"{{"note": 1, "sha256": {{"a": "{sum}", "../b": "{sum}"}}, "files": {{"c": {{"bytes": 1, "sha256": "{sum}"}}, "/d": {{}}}}}}"#
        );
        fs::write(dir.path().join(PROVENANCE_FILE), json).unwrap();
        let files = recorded_files(dir.path());
        assert_eq!(files.keys().collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(files["c"], FileRecord { bytes: Some(1), sha256: Some(sum) });
        fs::write(dir.path().join(PROVENANCE_FILE), "torn {").unwrap();
        assert!(recorded_files(dir.path()).is_empty());
    }
}
