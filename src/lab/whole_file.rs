//! A report, a table, a figure: there whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes `bytes` to `path`: beside it first, then in its place. Who is killed at any moment leaves the old file or the
/// new one.
///
/// # Errors
/// What the system said: no room, no permission, no such folder.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or_else(|| io::Error::other("this is no name of a file"))?;
    // The process in the name: two at a time must not write one file.
    let fresh = path.with_file_name(format!(".{}-new-{}", name.to_string_lossy(), std::process::id()));
    let written = write_through(&fresh, bytes).and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    written
}

/// Until it lies on the disk.
fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        for bytes in [&b"old"[..], b"new"] {
            write_whole(&path, bytes).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes);
        }
        // A folder stands where the file should.
        fs::create_dir(folder.path().join("taken")).unwrap();
        assert!(write_whole(&folder.path().join("taken"), b"x").is_err());
        assert!(
            write_whole(&folder.path().join("nowhere/a"), b"x").is_err() && write_whole(Path::new("/"), b"x").is_err()
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
