//! Files that are given to people and taken from them, on systems where both are folders.

#[cfg(any(test, target_os = "ios"))]
use super::{MAX_RECEIVED_BYTES, Received, Refused};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// So many files of one name, each with its number.
const MAX_NAMESAKES: u32 = 9999;

/// Writes `bytes` to a file of a name that nothing in `folder` has yet: `stem.extension`, or with a number. Returns
/// its place; what fails leaves nothing half-written.
pub(super) fn write_new(folder: &Path, stem: &str, extension: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let numbered = (2..=MAX_NAMESAKES).map(|n| format!("{stem} {n}.{extension}"));
    for name in std::iter::once(format!("{stem}.{extension}")).chain(numbered) {
        let path = folder.join(name);
        // Claims the name: of two that want it one gets it, and nobody else's file is overwritten.
        let mut file = match File::options().write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => continue,
            Err(e) => return Err(e),
        };
        return match file.write_all(bytes).and_then(|()| file.sync_all()) {
            Ok(()) => Ok(path),
            Err(e) => {
                let _ = fs::remove_file(&path);
                Err(e)
            }
        };
    }
    Err(io::Error::other(format!("{} has too many files called {stem}; move some away", folder.display())))
}

/// Reads the newest file of `inbox` and deletes all of them: they are copies that the system made for the app.
#[cfg(any(test, target_os = "ios"))]
pub(super) fn take_newest(inbox: &Path) -> Option<Result<Received, Refused>> {
    let entries = fs::read_dir(inbox).ok()?.filter_map(Result::ok);
    let mut files: Vec<_> = entries
        .filter_map(|entry| {
            let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((about.modified().ok()?, about.len(), entry.path()))
        })
        .collect();
    files.sort();
    let (_, bytes, path) = files.last()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let read = if *bytes > MAX_RECEIVED_BYTES {
        Err(Refused(format!("{name} is larger than any picture or recording")))
    } else {
        fs::read(path).map(|bytes| Received::new(name, "", bytes)).map_err(|e| Refused(e.to_string()))
    };
    for (_, _, path) in &files {
        let _ = fs::remove_file(path);
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_never_replaces_another() {
        let dir = tempfile::tempdir().unwrap();
        for (text, name) in [("a", "Talk.txt"), ("b", "Talk 2.txt"), ("c", "Talk 3.txt")] {
            let path = write_new(dir.path(), "Talk", "txt", text.as_bytes()).unwrap();
            assert_eq!(path, dir.path().join(name));
            assert_eq!(fs::read_to_string(path).unwrap(), text);
        }
    }

    #[test]
    fn what_fails_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let in_the_way = dir.path().join("file");
        fs::write(&in_the_way, "x").unwrap();
        assert!(write_new(&in_the_way, "Talk", "txt", b"x").is_err());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_newest_file_of_the_inbox_is_taken_once() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(take_newest(&dir.path().join("gone")), None);
        assert_eq!(take_newest(dir.path()), None);
        for (name, age_s) in [("old.png", 60), ("new.wav", 1)] {
            let file = File::create(dir.path().join(name)).unwrap();
            let modified = std::time::SystemTime::now() - std::time::Duration::from_secs(age_s);
            (&file).write_all(name.as_bytes()).unwrap();
            file.set_modified(modified).unwrap();
        }
        fs::create_dir(dir.path().join("folder")).unwrap();
        let taken = take_newest(dir.path()).unwrap().unwrap();
        assert_eq!((taken.name.as_str(), taken.is_sound), ("new.wav", true));
        assert_eq!(take_newest(dir.path()), None);
        let huge = File::create(dir.path().join("huge.wav")).unwrap();
        huge.set_len(MAX_RECEIVED_BYTES + 1).unwrap();
        assert!(take_newest(dir.path()).unwrap().unwrap_err().to_string().contains("huge.wav"));
    }
}
