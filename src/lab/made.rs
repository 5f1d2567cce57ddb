//! A model directory that the lab makes: whole, or not there.

use crate::model_dir::{ModelDir, PROVENANCE_FILE};
use crate::store::Sha256Sum;
use serde_json::{Value, json};
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// Why a model could not be written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is overwritten.
    #[error("{}: is there already; move it away, or choose another place with --out", .0.display())]
    Exists(PathBuf),
    /// Two that make one model would take each other's files away.
    #[error("{}: another run is making it; wait for that, or choose another place with --out", .0.display())]
    Busy(PathBuf),
    /// The disk said no.
    #[error("{}: {source}; make room, or choose another place with --out", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// The result of everything in this module.
pub type Result<T> = std::result::Result<T, Error>;

/// A model directory in the making: it lies beside its place under a name with a dot, and is renamed once it is whole.
/// Nothing is left of one that is given up; what was left there by a run that was killed is thrown away by the next.
#[derive(Debug)]
pub struct Made {
    partial: PathBuf,
    out: PathBuf,
    /// Held while it is made; the system lets it go with the process, however that ends.
    _lock: File,
}

/// The file of an unfinished model that whoever makes it holds.
const LOCK: &str = ".lock";

impl Made {
    /// Begins the model that is to lie at `out`.
    ///
    /// # Errors
    /// [`Error::Exists`] where something is there; [`Error::Busy`] where another makes it; [`Error::Io`].
    pub fn begin(out: &Path) -> Result<Self> {
        if fs::symlink_metadata(out).is_ok() {
            return Err(Error::Exists(out.into()));
        }
        let name = out.file_name().unwrap_or_default().to_string_lossy();
        let partial = out.with_file_name(format!(".{name}.partial"));
        fs::create_dir_all(&partial).map_err(io_at(&partial))?;
        let lock = File::create(partial.join(LOCK)).map_err(io_at(&partial))?;
        // A disk that knows no locks is worked on without.
        if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
            return Err(Error::Busy(out.into()));
        }
        for left in files(&partial)? {
            fs::remove_file(&left).map_err(io_at(&left))?;
        }
        Ok(Self { partial, out: out.into(), _lock: lock })
    }

    /// Where its files are to be written.
    pub fn dir(&self) -> &Path {
        &self.partial
    }

    /// Writes one of its files.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> Result<()> {
        let path = self.partial.join(name);
        fs::write(&path, content).map_err(io_at(&path))
    }

    /// Takes over the file `name` of another model, if it has one.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn take(&self, from: &ModelDir, name: &str) -> Result<()> {
        if from.has(name) {
            let to = self.partial.join(name);
            fs::copy(from.path().join(name), &to).map_err(io_at(&to))?;
        }
        Ok(())
    }

    /// Adds size and hash of each file to `provenance`, which says how it was made, and moves the model into its place.
    ///
    /// # Errors
    /// [`Error::Io`]; [`Error::Exists`] where something was put there meanwhile.
    pub fn finish(self, mut provenance: Value) -> Result<PathBuf> {
        let names = files(&self.partial)?;
        let mut files = serde_json::Map::new();
        for path in &names {
            let (bytes, sha256) = measured(path).map_err(io_at(path))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.insert(name, json!({"bytes": bytes, "sha256": sha256}));
        }
        provenance["files"] = Value::Object(files);
        provenance["made_by"] = json!(concat!("onhand-lab ", env!("CARGO_PKG_VERSION")));
        let text = serde_json::to_string_pretty(&provenance).expect("plain data serialises") + "\n";
        self.write(PROVENANCE_FILE, text)?;
        // All may be read by whoever may read this one: some were written by libraries for the owner alone, some taken over
        // from a model that nobody may write.
        let provenance = self.partial.join(PROVENANCE_FILE);
        let permissions = fs::metadata(&provenance).map_err(io_at(&provenance))?.permissions();
        for path in &names {
            fs::set_permissions(path, permissions.clone()).map_err(io_at(path))?;
        }
        if fs::symlink_metadata(&self.out).is_ok() {
            return Err(Error::Exists(self.out.clone()));
        }
        fs::rename(&self.partial, &self.out).map_err(io_at(&self.out))?;
        // Last: without it another run might take the files for those of one that was killed.
        let lock = self.out.join(LOCK);
        fs::remove_file(&lock).map_err(io_at(&lock))?;
        Ok(self.out.clone())
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        // It is gone already where it was finished. What cannot be taken away is thrown away next time.
        let _ = fs::remove_dir_all(&self.partial);
    }
}

/// The files in the unfinished model at `partial`, but for the lock, by name.
fn files(partial: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(partial).map_err(io_at(partial))? {
        files.push(entry.map_err(io_at(partial))?.path());
    }
    files.retain(|path| !path.ends_with(LOCK));
    files.sort();
    Ok(files)
}

/// Size and hash of a file, which is on the disk then.
fn measured(path: &Path) -> io::Result<(u64, Option<Sha256Sum>)> {
    let file = File::open(path)?;
    file.sync_all()?;
    Ok((file.metadata()?.len(), Sha256Sum::of_file(path, || true)?))
}

fn io_at(path: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
    move |source| Error::Io { path: path.into(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_appears_whole_with_what_it_is_made_of_and_overwrites_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("new/small");
        let given_up = Made::begin(&out).unwrap();
        given_up.write("left.over", "x").unwrap();
        drop(given_up);
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 0, "nothing is left of it");
        // As one that was killed leaves it.
        let partial = folder.path().join("new/.small.partial");
        fs::create_dir(&partial).unwrap();
        [LOCK, "left.over"].iter().for_each(|name| fs::write(partial.join(name), "x").unwrap());
        let made = Made::begin(&out).unwrap();
        made.write("config.json", "{}").unwrap();
        assert!(!out.exists());
        assert!(matches!(Made::begin(&out), Err(Error::Busy(_))));
        assert_eq!(made.finish(json!({"source": "tests"})).unwrap(), out);
        let said: Value = serde_json::from_slice(&fs::read(out.join(PROVENANCE_FILE)).unwrap()).unwrap();
        // Of "{}".
        let sha256 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(said["files"], json!({"config.json": {"bytes": 2, "sha256": sha256}}));
        assert_eq!(said["source"], "tests");
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
        assert!(matches!(Made::begin(&out), Err(Error::Exists(_))));
    }

    #[cfg(unix)]
    #[test]
    fn whoever_may_read_a_model_may_read_all_of_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |name: &str| fs::metadata(folder.path().join("made").join(name)).unwrap().permissions().mode();
        let made = Made::begin(&folder.path().join("made")).unwrap();
        made.write("weights", "x").unwrap();
        fs::set_permissions(made.dir().join("weights"), fs::Permissions::from_mode(0o400)).unwrap();
        made.finish(json!({})).unwrap();
        assert_eq!(mode("weights"), mode(PROVENANCE_FILE));
    }
}
