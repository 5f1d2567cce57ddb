//! A small file that is there whole or not at all.
//!
//! Written beside, made to last, renamed into place: whoever is killed at any moment leaves the old file or the new
//! one. One that cannot be understood is put aside, never overwritten.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// Settings and the like are a few kilobytes; more than this is something else.
pub const MAX_BYTES: u64 = 1 << 20;
/// So many damaged files are kept before the last is overwritten: each is a fault that should be reported.
const MAX_ASIDE: u32 = 99;
/// How often a write is tried that another window's start interrupts.
const TRIES: u32 = 5;

/// `stem.extension` in a folder that need not be there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WholeFile {
    folder: PathBuf,
    stem: &'static str,
    extension: &'static str,
    max_bytes: u64,
}

impl WholeFile {
    /// Touches no disk.
    pub fn new(folder: PathBuf, stem: &'static str, extension: &'static str) -> Self {
        Self { folder, stem, extension, max_bytes: MAX_BYTES }
    }

    /// The same, for what may be this large.
    pub fn up_to(self, max_bytes: u64) -> Self {
        Self { max_bytes, ..self }
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.folder.join(format!("{}.{}", self.stem, self.extension))
    }

    /// Its bytes, [`MAX_BYTES`] or what [`up_to`](Self::up_to) said and one at most; `None` where there is none. What somebody who was killed had begun to
    /// write is swept away.
    ///
    /// # Errors
    /// What the system said.
    pub fn read(&self) -> io::Result<Option<Vec<u8>>> {
        self.sweep();
        let file = match File::open(self.path()) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
        };
        let mut bytes = Vec::new();
        file.take(self.max_bytes + 1).read_to_end(&mut bytes)?;
        Ok(Some(bytes))
    }

    /// Writes `bytes`: the whole file or nothing.
    ///
    /// # Errors
    /// What the system said: no room, no permission, no such place.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut written = self.replace(bytes);
        // Another window that starts sweeps away what is being written.
        for _ in 1..TRIES {
            match &written {
                Err(e) if e.kind() == io::ErrorKind::NotFound => written = self.replace(bytes),
                _ => break,
            }
        }
        written?;
        sync_folder(&self.folder)
    }

    /// Renames a damaged file to `stem.damaged-N`, the first N that is free, and tells that.
    ///
    /// # Errors
    /// What the system said.
    pub fn put_aside(&self) -> io::Result<PathBuf> {
        let mut names = (1..=MAX_ASIDE).map(|n| self.folder.join(format!("{}.damaged-{n}", self.stem)));
        let aside = names.clone().find(|p| !p.exists()).or_else(|| names.next_back()).expect("there are names");
        fs::rename(self.path(), &aside)?;
        Ok(aside)
    }

    /// The beginning of the names of files that are being written.
    fn fresh(&self) -> String {
        format!(".{}-new-", self.stem)
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        // The process in the name: two windows must not write one file.
        let fresh = self.folder.join(format!("{}{}", self.fresh(), std::process::id()));
        let written = write_through(&fresh, bytes).and_then(|()| fs::rename(&fresh, self.path()));
        if written.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        written
    }

    fn sweep(&self) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with(&self.fresh())) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a rename last through a power cut; Windows does it by itself and opens no folders.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let in_the_way = dir.path().join("file");
        fs::write(&in_the_way, "x").unwrap();
        assert!(WholeFile::new(in_the_way.join("deeper"), "a", "json").write(b"x").is_err());
        fs::create_dir_all(dir.path().join("a.json/b")).unwrap();
        assert!(WholeFile::new(dir.path().into(), "a", "json").write(b"x").is_err(), "a folder is in the way");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn what_was_begun_is_swept_and_the_damaged_kept() {
        let dir = tempfile::tempdir().unwrap();
        let file = WholeFile::new(dir.path().into(), "a", "json").up_to(9);
        file.write(b"1").unwrap();
        fs::write(dir.path().join(".a-new-77"), "half").unwrap();
        assert_eq!(file.read().unwrap(), Some(b"1".to_vec()));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        assert_eq!(file.put_aside().unwrap(), dir.path().join("a.damaged-1"));
        file.write(b"0123456789ab").unwrap();
        assert_eq!(file.read().unwrap().unwrap().len(), 10);
        assert_eq!(file.put_aside().unwrap(), dir.path().join("a.damaged-2"));
        assert_eq!(file.read().unwrap(), None);
    }
}
