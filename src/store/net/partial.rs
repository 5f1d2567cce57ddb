//! What lies on the disk between two tries: the first bytes of a file, and what was promised of the rest.

use super::super::digest::Sha256Sum;
use super::super::error::{Error, Result};
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// What a server promised of the file; only a promise that still holds lets the file be continued.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// The address that was asked, which holds the revision.
    pub url: String,
    /// Strong entity tag of those who serve the bytes.
    pub etag: Option<String>,
    /// Size of the whole file.
    pub bytes: Option<u64>,
    /// Its hash, from the catalog or from the hub.
    pub sha256: Option<Sha256Sum>,
}

/// A file that is not complete yet: `NAME.partial`, and `NAME.json` with its [`Promise`].
pub struct Partial {
    path: PathBuf,
    promise_path: PathBuf,
    promise: Promise,
    bytes: u64,
    file: Option<File>,
}

impl Partial {
    /// What is left in `dir` of the file `name` that comes from `url`, or nothing yet.
    pub fn open(dir: &Path, name: &str, url: &str) -> Self {
        let (path, promise_path) = (dir.join(format!("{name}.partial")), dir.join(format!("{name}.json")));
        let empty = Promise { url: url.into(), ..Promise::default() };
        let read = |path| serde_json::from_slice::<Promise>(&fs::read(path).ok()?).ok();
        let promise = read(&promise_path).filter(|p| p.url == url);
        let bytes = match &promise {
            Some(promise) => {
                let bytes = fs::symlink_metadata(&path).ok().filter(fs::Metadata::is_file).map_or(0, |m| m.len());
                if promise.bytes.is_some_and(|all| bytes > all) { 0 } else { bytes }
            }
            None => 0,
        };
        Self { path, promise_path, promise: promise.unwrap_or(empty), bytes, file: None }
    }

    /// Bytes that are here.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What was promised of the file.
    pub fn promise(&self) -> &Promise {
        &self.promise
    }

    /// Whether the rest can be asked for: by its tag, or because its hash will tell at the end.
    pub fn can_continue(&self) -> bool {
        self.bytes > 0 && (self.promise.etag.is_some() || self.promise.sha256.is_some())
    }

    /// Notes what an answer promises. `continues` says that its first byte is our next; otherwise it is the
    /// file's first, and what is here is given up.
    pub fn expect(&mut self, promise: Promise, continues: bool) -> Result<()> {
        if self.promise != promise || !self.promise_path.exists() {
            let json = serde_json::to_vec(&promise).expect("plain data serialises");
            fs::write(&self.promise_path, json).map_err(Error::io(&self.promise_path))?;
            self.promise = promise;
        }
        // Opened anew each time: it may have been removed, and a file is never written through a link.
        let mut options = File::options();
        if continues {
            options.append(true);
        } else {
            self.remove_bytes()?;
            options.write(true).create_new(true);
        }
        self.file = Some(options.open(&self.path).map_err(Error::io(&self.path))?);
        Ok(())
    }

    /// Adds bytes.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let file = self.file.as_mut().expect("expect() comes before append()");
        file.write_all(bytes).map_err(|e| match Error::io(&self.path)(e) {
            Error::DiskFull { path, free_bytes, .. } => {
                let need_bytes = self.promise.bytes.map_or(bytes.len() as u64, |all| all.saturating_sub(self.bytes));
                Error::DiskFull { path, need_bytes, free_bytes }
            }
            other => other,
        })?;
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// The bytes that are here, all on the disk.
    pub fn sync(&mut self) -> Result<&Path> {
        match self.file.take() {
            Some(file) => file.sync_all().map_err(Error::io(&self.path))?,
            // An empty file, or one that an earlier run completed but did not check.
            None if self.bytes == 0 => drop(File::create(&self.path).map_err(Error::io(&self.path))?),
            None => {}
        }
        Ok(&self.path)
    }

    /// Gives up what is here.
    pub fn discard(&mut self) -> Result<()> {
        self.file = None;
        self.remove_bytes()?;
        remove(&self.promise_path)?;
        self.promise = Promise { url: std::mem::take(&mut self.promise.url), ..Promise::default() };
        Ok(())
    }

    /// Moves the complete file to `to`.
    pub fn finish(self, to: &Path) -> Result<()> {
        fs::rename(&self.path, to).map_err(Error::io(to))?;
        remove(&self.promise_path)
    }

    fn remove_bytes(&mut self) -> Result<()> {
        self.bytes = 0;
        remove(&self.path)
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io(path)(e)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promise(bytes: u64) -> Promise {
        Promise { url: "u".into(), etag: Some("\"e\"".into()), bytes: Some(bytes), sha256: None }
    }

    #[test]
    fn what_is_here_is_continued_in_a_later_run() {
        let dir = tempfile::tempdir().unwrap();
        let mut first = Partial::open(dir.path(), "f", "u");
        assert!(!first.can_continue());
        first.expect(promise(6), false).unwrap();
        first.append(b"abc").unwrap();
        drop(first);
        let mut second = Partial::open(dir.path(), "f", "u");
        assert_eq!((second.bytes(), second.can_continue(), second.promise()), (3, true, &promise(6)));
        second.expect(promise(6), true).unwrap();
        second.append(b"def").unwrap();
        second.sync().unwrap();
        second.finish(&dir.path().join("f")).unwrap();
        assert_eq!(fs::read(dir.path().join("f")).unwrap(), b"abcdef");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left");
    }

    #[test]
    fn what_cannot_be_continued_is_begun_anew() {
        let dir = tempfile::tempdir().unwrap();
        let mut first = Partial::open(dir.path(), "f", "u");
        first.expect(promise(6), false).unwrap();
        first.append(b"abc").unwrap();
        drop(first);
        assert_eq!(Partial::open(dir.path(), "f", "another revision").bytes(), 0);
        fs::write(dir.path().join("f.partial"), b"longer than promised").unwrap();
        assert_eq!(Partial::open(dir.path(), "f", "u").bytes(), 0);
        fs::write(dir.path().join("f.json"), b"{not json").unwrap();
        let mut torn = Partial::open(dir.path(), "f", "u");
        assert_eq!(torn.bytes(), 0);
        torn.expect(promise(2), false).unwrap();
        torn.append(b"xy").unwrap();
        assert_eq!(fs::read(dir.path().join("f.partial")).unwrap(), b"xy");
    }
}
