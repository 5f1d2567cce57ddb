//! Models that are installed: whether they are, whether they still are what they were, and away with them.

use super::digest::Sha256Sum;
use super::error::{Error, Result};
use super::locate::is_plain_name;
use super::progress::{Cancel, Progress};
use super::provenance::{FileRecord, recorded_files};
use super::staging::Staging;
use crate::model_dir::{CONFIG_FILE, PROVENANCE_FILE, has_weights};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What lies where a model would be installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Absent,
    /// The model, each file of the size that was recorded.
    Installed(PathBuf),
    /// The model, but a file is missing or has another size.
    Damaged(PathBuf),
    /// Something else, which is not touched; why it is no model.
    NotOurs(PathBuf, &'static str),
}

/// Looks at `models_dir/id` without reading what is in its files.
pub fn state(models_dir: &Path, id: &str) -> State {
    let path = models_dir.join(id);
    if !is_plain_name(id) {
        return State::NotOurs(path, "is no name for a model");
    }
    let Ok(metadata) = fs::symlink_metadata(&path) else { return State::Absent };
    if metadata.is_symlink() {
        // It may lead out of the models directory.
        return match path.join(CONFIG_FILE).is_file() {
            true => State::Installed(path),
            false => State::NotOurs(path, "is a link to what is no model; remove the link"),
        };
    }
    if !metadata.is_dir() || !(path.join(CONFIG_FILE).is_file() || path.join(PROVENANCE_FILE).is_file()) {
        return State::NotOurs(path, "is there, and is no model directory; move it away");
    }
    let recorded = recorded_files(&path);
    let right = |name: &str, record: &FileRecord| {
        let bytes = fs::metadata(path.join(name)).map(|m| m.len()).ok();
        bytes.is_some() && record.bytes.is_none_or(|want| bytes == Some(want))
    };
    let needed = path.join(CONFIG_FILE).is_file() && has_weights(&path);
    if needed && recorded.iter().all(|(name, record)| right(name, record)) {
        State::Installed(path)
    } else {
        State::Damaged(path)
    }
}

/// The models in `models_dir`, by name: every directory with a configuration.
pub fn installed_ids(models_dir: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(models_dir) else { return Vec::new() };
    let mut ids: Vec<_> = entries
        .flatten()
        .filter_map(|e| e.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.') && models_dir.join(name).join(CONFIG_FILE).is_file())
        .collect();
    ids.sort();
    ids
}

/// What became of one file of an installed model.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FileState {
    /// As recorded.
    Good,
    /// Not there.
    Missing,
    /// Another size.
    WrongSize {
        /// Now.
        got_bytes: u64,
        /// Recorded.
        want_bytes: u64,
    },
    /// Another content.
    Changed {
        /// Now.
        got: Sha256Sum,
        /// Recorded.
        want: Sha256Sum,
    },
    /// There, but nobody wrote down what it should be.
    NotRecorded,
}

impl std::fmt::Display for FileState {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Good => f.write_str("good"),
            Self::Missing => f.write_str("is missing"),
            Self::WrongSize { got_bytes, want_bytes } => {
                write!(f, "is {got_bytes} bytes, {want_bytes} were installed")
            }
            Self::Changed { got, want } => write!(f, "has sha256 {got}, {want} was installed"),
            Self::NotRecorded => f.write_str("has no recorded hash"),
        }
    }
}

impl FileState {
    /// Whether the model can't be trusted any more.
    pub fn is_bad(&self) -> bool {
        !matches!(self, Self::Good | Self::NotRecorded)
    }
}

/// Holds every file of a model directory against `provenance.json`.
///
/// # Errors
/// A file cannot be read. One that is missing or changed is no error but a [`FileState`].
pub fn verify_files(dir: &Path) -> Result<BTreeMap<String, FileState>> {
    let mut states = BTreeMap::new();
    for (name, record) in recorded_files(dir) {
        states.insert(name.clone(), file_state(&dir.join(&name), record)?);
    }
    for entry in fs::read_dir(dir).map_err(Error::io(dir))? {
        let entry = entry.map_err(Error::io(dir))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name != PROVENANCE_FILE && entry.path().is_file() {
            states.entry(name).or_insert(FileState::NotRecorded);
        }
    }
    Ok(states)
}

fn file_state(path: &Path, record: FileRecord) -> Result<FileState> {
    let got_bytes = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(FileState::Missing),
        Err(e) => return Err(Error::io(path)(e)),
    };
    if let Some(want_bytes) = record.bytes.filter(|want| *want != got_bytes) {
        return Ok(FileState::WrongSize { got_bytes, want_bytes });
    }
    let Some(want) = record.sha256 else { return Ok(FileState::NotRecorded) };
    match Sha256Sum::of_file(path, || true).map_err(Error::io(path))? {
        Some(got) if got != want => Ok(FileState::Changed { got, want }),
        _ => Ok(FileState::Good),
    }
}

/// Bytes that a cut fetch of `id` left, which the next one goes on from.
pub fn staged_bytes(models_dir: &Path, id: &str) -> u64 {
    if is_plain_name(id) { super::staging::staged_bytes(models_dir, id) } else { 0 }
}

/// Throws away what a cut fetch of `id` left. Waits for whoever is fetching it.
///
/// # Errors
/// The directory cannot be locked or removed.
pub fn discard(models_dir: &Path, id: &str, progress: &dyn Progress) -> Result<()> {
    if staged_bytes(models_dir, id) == 0 {
        return Ok(());
    }
    Staging::take(models_dir, id, &Cancel::default(), progress)?.discard()
}

/// Removes an installed model: away with a rename, then deleted.
///
/// # Errors
/// It is not there, or what is there is not ours to remove: a link, a file, a directory that is no model.
pub fn remove(models_dir: &Path, id: &str, progress: &dyn Progress) -> Result<()> {
    let path = models_dir.join(id);
    match state(models_dir, id) {
        State::Absent => return Err(Error::NotInstalled { id: id.into() }),
        State::NotOurs(path, why) => return Err(Error::NotOurs { path, why }),
        State::Installed(_) | State::Damaged(_) => {}
    }
    if fs::symlink_metadata(&path).map_err(Error::io(&path))?.is_symlink() {
        return Err(Error::NotOurs { path, why: "is a link to a model elsewhere; remove the link yourself" });
    }
    Staging::take(models_dir, id, &Cancel::default(), progress)?.uninstall()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model_dir::{INT8_WEIGHTS_FILE, WEIGHTS_FILE};

    fn model(models: &Path, id: &str, recorded: &str) -> PathBuf {
        let dir = models.join(id);
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join(CONFIG_FILE), "{}").unwrap();
        fs::write(dir.join(WEIGHTS_FILE), "weights").unwrap();
        fs::write(dir.join(PROVENANCE_FILE), recorded).unwrap();
        dir
    }

    #[test]
    fn every_change_to_an_installed_model_is_seen() {
        let models = tempfile::tempdir().unwrap();
        let sum = Sha256Sum::of(b"weights");
        let recorded = format!(
            r#"{{"files": {{"config.json": {{"bytes": 2, "sha256": "{}"}}, "model.safetensors": {{"bytes": 7, "sha256": "{sum}"}}}}}}"#,
            Sha256Sum::of(b"{}")
        );
        let dir = model(models.path(), "m", &recorded);
        let weights = |dir: &Path| verify_files(dir).unwrap()[WEIGHTS_FILE].clone();
        assert!(verify_files(&dir).unwrap().values().all(|s| *s == FileState::Good));
        assert_eq!(state(models.path(), "m"), State::Installed(dir.clone()));

        fs::write(dir.join(WEIGHTS_FILE), "Weights").unwrap();
        assert!(matches!(weights(&dir), FileState::Changed { want, .. } if want == sum));
        fs::write(dir.join(WEIGHTS_FILE), "cut").unwrap();
        assert_eq!(weights(&dir), FileState::WrongSize { got_bytes: 3, want_bytes: 7 });
        assert_eq!(state(models.path(), "m"), State::Damaged(dir.clone()));
        fs::remove_file(dir.join(WEIGHTS_FILE)).unwrap();
        assert_eq!(weights(&dir), FileState::Missing);
        fs::write(dir.join("extra"), "").unwrap();
        assert_eq!(verify_files(&dir).unwrap()["extra"], FileState::NotRecorded);
    }

    #[test]
    fn a_model_may_be_bytes_alone() {
        let models = tempfile::tempdir().unwrap();
        let dir = model(models.path(), "m", "{}");
        fs::rename(dir.join(WEIGHTS_FILE), dir.join(INT8_WEIGHTS_FILE)).unwrap();
        assert_eq!(state(models.path(), "m"), State::Installed(dir.clone()));
        fs::remove_file(dir.join(INT8_WEIGHTS_FILE)).unwrap();
        assert_eq!(state(models.path(), "m"), State::Damaged(dir));
    }

    #[test]
    fn a_model_without_recorded_hashes_says_so() {
        let models = tempfile::tempdir().unwrap();
        let dir = model(models.path(), "m", "{}");
        assert!(verify_files(&dir).unwrap().values().all(|s| *s == FileState::NotRecorded));
    }

    #[test]
    fn what_a_cut_fetch_left_is_counted_and_thrown_away() {
        let models = tempfile::tempdir().unwrap();
        let partial = models.path().join(".staging/a/partial");
        fs::create_dir_all(&partial).unwrap();
        fs::write(partial.join("model.safetensors.partial"), "12345").unwrap();
        assert_eq!((staged_bytes(models.path(), "a"), staged_bytes(models.path(), "b")), (5, 0));
        assert_eq!(staged_bytes(models.path(), "../a"), 0, "no path is followed");
        discard(models.path(), "a", &|_| {}).unwrap();
        assert_eq!(staged_bytes(models.path(), "a"), 0);
        assert!(!models.path().join(".staging/a").exists());
        discard(models.path(), "b", &|_| {}).unwrap();
        assert!(!models.path().join(".staging/b.lock").exists(), "nothing to do leaves nothing");
    }

    #[test]
    fn only_models_inside_the_directory_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let models = root.path().join("models");
        let (kept, gone) = (model(root.path(), "outside", "{}"), model(&models, "m", "{}"));
        fs::create_dir(models.join("photos")).unwrap();
        fs::write(models.join("file"), "").unwrap();
        let remove = |id| remove(&models, id, &|_| {}).map_err(|e| e.to_string());
        for (id, word) in [
            ("../outside", "no name for a model"),
            ("..", "no name for a model"),
            ("", "no name for a model"),
            ("none", "not installed"),
            ("photos", "no model directory"),
            ("file", "no model directory"),
        ] {
            let error = remove(id).unwrap_err();
            assert!(error.contains(word), "{id}: {error}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&kept, models.join("link")).unwrap();
            assert!(remove("link").unwrap_err().contains("remove the link yourself"));
        }
        remove("m").unwrap();
        assert!(!gone.exists() && kept.join(CONFIG_FILE).exists() && models.join("photos").exists());
    }
}
