//! Files read as one: a weights file that was cut in parts to fit a registry's size limit is read where it
//! lies, without being joined first.

use super::error::{ConvertError, Result};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// One or more files, end to end. Reads are positioned; nothing is cached.
pub(super) struct Chain {
    parts: Vec<Part>,
    bytes: u64,
}

struct Part {
    path: PathBuf,
    file: File,
    begin: u64,
    end: u64,
}

impl Chain {
    /// Opens the files in the order given.
    pub fn open(paths: &[PathBuf]) -> Result<Self> {
        let mut parts = Vec::with_capacity(paths.len());
        let mut bytes = 0u64;
        for path in paths {
            let file = File::open(path).map_err(ConvertError::io(path))?;
            let length = file.metadata().map_err(ConvertError::io(path))?.len();
            let end = bytes.checked_add(length).ok_or_else(|| ConvertError::file(path, "its size is absurd"))?;
            parts.push(Part { path: path.clone(), file, begin: bytes, end });
            bytes = end;
        }
        Ok(Self { parts, bytes })
    }

    /// Length of all parts together.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What messages call it: the first part.
    pub fn path(&self) -> &Path {
        self.parts.first().map_or(Path::new(""), |p| &p.path)
    }

    /// Fills `into` with the bytes from `at` on, across parts.
    pub fn read_exact_at(&self, mut at: u64, mut into: &mut [u8]) -> Result<()> {
        for part in &self.parts {
            if into.is_empty() {
                return Ok(());
            }
            if at < part.begin || at >= part.end {
                continue;
            }
            let here = into.len().min(usize::try_from(part.end - at).unwrap_or(usize::MAX));
            let (now, later) = into.split_at_mut(here);
            let mut file = &part.file;
            file.seek(SeekFrom::Start(at - part.begin)).map_err(ConvertError::io(&part.path))?;
            file.read_exact(now).map_err(ConvertError::io(&part.path))?;
            at += here as u64;
            into = later;
        }
        if into.is_empty() { Ok(()) } else { Err(ConvertError::file(self.path(), "it ends too early: it was cut")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_across_parts_and_not_past_the_end() {
        let dir = tempfile::tempdir().unwrap();
        let paths: Vec<_> = ["a", "b", "c"].iter().map(|n| dir.path().join(n)).collect();
        for (path, bytes) in paths.iter().zip([&b"abc"[..], b"", b"defg"]) {
            std::fs::write(path, bytes).unwrap();
        }
        let chain = Chain::open(&paths).unwrap();
        assert_eq!(chain.bytes(), 7);
        for at in 0..7 {
            for end in at..=7 {
                let mut got = vec![0; end - at];
                chain.read_exact_at(at as u64, &mut got).unwrap();
                assert_eq!(got, b"abcdefg"[at..end]);
            }
        }
        assert!(chain.read_exact_at(6, &mut [0; 2]).is_err());
        assert!(chain.read_exact_at(u64::MAX, &mut [0; 1]).is_err());
    }
}
