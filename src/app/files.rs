//! Files that are whole or not there: written beside, made to last, renamed into place.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The beginning of the names of files that are being written.
const FRESH: &str = ".onhand-new-";
/// So many damaged files are kept before the last is overwritten: each is a fault that should be reported.
const MAX_ASIDE: u32 = 99;

/// Replaces `folder/name` by `bytes`: whoever is killed at any moment leaves the old file or the new one.
///
/// # Errors
/// What the system said: no room, no permission, no such place.
pub fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let fresh = write_beside(folder, name, bytes)?;
    let renamed = fs::rename(&fresh, folder.join(name)).and_then(|()| sync_folder(folder));
    if renamed.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    renamed
}

/// Writes `bytes` to a file of a name that nothing has yet: `stem.extension`, or with a number. Returns its place.
///
/// # Errors
/// What the system said: no room, no permission, no such place.
pub fn write_new(folder: &Path, stem: &str, extension: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    let first = format!("{stem}.{extension}");
    let fresh = write_beside(folder, &first, bytes)?;
    let numbered = (2..1000).map(|n| format!("{stem} {n}.{extension}"));
    let placed = std::iter::once(first.clone()).chain(numbered).find_map(|name| {
        let path = folder.join(name);
        // Claims the name: of two that want it one gets it.
        match File::options().write(true).create_new(true).open(&path) {
            Ok(_) => Some(fs::rename(&fresh, &path).and_then(|()| sync_folder(folder)).map(|()| path)),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => None,
            Err(e) => Some(Err(e)),
        }
    });
    let placed = placed.unwrap_or_else(|| Err(io::Error::other(format!("there are too many files called {first}"))));
    if placed.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    placed
}

/// Removes what somebody who was killed had begun to write as `folder/name`.
pub fn sweep(folder: &Path, name: &str) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let begun = format!("{FRESH}{name}-");
    for entry in entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with(&begun)) {
        let _ = fs::remove_file(entry.path());
    }
}

/// The file's bytes, `max_bytes` and one at most; `None` where there is none.
///
/// # Errors
/// What the system said.
pub fn read(path: &Path, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut bytes = Vec::new();
    file.take(max_bytes + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// Renames a damaged file to `stem.damaged-N`, the first N that is free. Returns its new place.
///
/// # Errors
/// What the system said.
pub fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let mut names = (1..=MAX_ASIDE).map(|n| path.with_extension(format!("damaged-{n}")));
    let aside = names.clone().find(|p| !p.exists()).or_else(|| names.next_back()).expect("there are names");
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// Writes a file beside `folder/name`, to be renamed; nothing is left of it where that fails.
fn write_beside(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    // The process in the name: two windows must not write one file.
    let fresh = folder.join(format!("{FRESH}{name}-{}", std::process::id()));
    let written = File::create(&fresh).and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    match written {
        Ok(()) => Ok(fresh),
        Err(e) => {
            let _ = fs::remove_file(&fresh);
            Err(e)
        }
    }
}

/// Makes a rename last through a power cut; Windows does it by itself and opens no folders.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_file_never_replaces_another() {
        let dir = tempfile::tempdir().unwrap();
        for text in ["a", "b", "c"] {
            let path = write_new(dir.path(), "Talk", "txt", text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(path).unwrap(), text);
        }
        assert_eq!(names(dir.path()), ["Talk 2.txt", "Talk 3.txt", "Talk.txt"]);
    }

    #[test]
    fn what_fails_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let in_the_way = dir.path().join("file");
        fs::write(&in_the_way, "x").unwrap();
        assert!(write_new(&in_the_way, "Talk", "txt", b"x").is_err());
        assert!(replace(&in_the_way.join("deeper"), "a", b"x").is_err());
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        assert!(replace(dir.path(), "a", b"x").is_err(), "a folder is in the way");
        assert_eq!(names(dir.path()), ["a", "file"]);
    }

    #[test]
    fn what_was_begun_is_swept_and_the_damaged_kept() {
        let dir = tempfile::tempdir().unwrap();
        replace(dir.path(), "a.json", b"1").unwrap();
        fs::write(dir.path().join(".onhand-new-a.json-77"), "half").unwrap();
        sweep(dir.path(), "a.json");
        assert_eq!(names(dir.path()), ["a.json"]);
        put_aside(&dir.path().join("a.json")).unwrap();
        replace(dir.path(), "a.json", b"2").unwrap();
        put_aside(&dir.path().join("a.json")).unwrap();
        assert_eq!(names(dir.path()), ["a.damaged-1", "a.damaged-2"]);
        assert_eq!(read(&dir.path().join("a.json"), 9).unwrap(), None);
        assert_eq!(read(&dir.path().join("a.damaged-2"), 9).unwrap(), Some(b"2".to_vec()));
    }
}
