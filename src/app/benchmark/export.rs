//! Saving a measurement where a person finds it: the downloads folder, under a name that nothing has yet.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// So many are kept side by side; then somebody should tidy up.
const MAX_FILES: u32 = 9999;

/// The system's downloads folder, else one of that name at home, else home; `None` where there is none of them.
pub fn downloads() -> Option<PathBuf> {
    let at_home = dirs::home_dir().map(|home| home.join("Downloads"));
    [dirs::download_dir(), at_home, dirs::home_dir()].into_iter().flatten().find(|dir| dir.is_dir())
}

/// Writes `text` to `onhand-benchmark-N.extension` in `folder`, the first N that is free, and tells the path.
///
/// # Errors
/// What the system said, with the path. Nothing half-written stays.
pub fn save(folder: &Path, extension: &str, text: &str) -> io::Result<PathBuf> {
    for n in 1..=MAX_FILES {
        let path = folder.join(format!("onhand-benchmark-{n}.{extension}"));
        let with_path = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
        // Only a file that was not there: nobody else's is ever overwritten.
        let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(e) => return Err(with_path(e)),
        };
        return match file.write_all(text.as_bytes()).and_then(|()| file.sync_all()) {
            Ok(()) => Ok(path),
            Err(e) => {
                let _ = fs::remove_file(&path);
                Err(with_path(e))
            }
        };
    }
    Err(io::Error::other(format!("{} has too many benchmarks; move some away", folder.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_name_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let save = |extension, text| save(dir.path(), extension, text).unwrap();
        let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
        let (first, second, other) = (save("json", "1"), save("json", "2"), save("csv", "3"));
        assert_eq!(
            [name(&first), name(&second), name(&other)],
            ["onhand-benchmark-1.json", "onhand-benchmark-2.json", "onhand-benchmark-1.csv"]
        );
        assert_eq!(fs::read_to_string(first).unwrap(), "1");
        let error = super::save(&dir.path().join("none"), "csv", "").unwrap_err().to_string();
        assert!(error.contains("onhand-benchmark-1.csv"), "{error}");
    }
}
