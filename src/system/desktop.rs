//! Windows, macOS, Linux: folders by convention; no share sheet, no permissions page that all have.

use super::{Received, Refused, SaveError};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// So many files of one name, each with its number.
const MAX_NAMESAKES: u32 = 9999;

pub(super) fn data_dir() -> Option<PathBuf> {
    dirs::data_dir().map(|dir| dir.join("onhand"))
}

pub(super) fn config_dir() -> Option<PathBuf> {
    dirs::config_dir().map(|dir| dir.join("onhand"))
}

/// `models` beside the program, or in a Mac's `Resources`.
pub(super) fn bundled_models_dir() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let folder = program.parent()?;
    [folder.join("models"), folder.join("../Resources/models")].into_iter().find(|dir| dir.is_dir())
}

pub(super) fn unpack_bundled_models() -> Result<(), Refused> {
    Ok(())
}

pub(super) fn free_bytes(_: &Path) -> Option<u64> {
    None
}

pub(super) fn save(stem: &str, extension: &str, bytes: &[u8]) -> Result<Option<String>, SaveError> {
    let folder = downloads().ok_or(SaveError::NoFolder)?;
    match write_new(&folder, stem, extension, bytes) {
        Ok(path) => Ok(Some(path.display().to_string())),
        Err(why) => Err(SaveError::Failed(why.to_string())),
    }
}

pub(super) fn share_text(_: &str) -> Result<(), Refused> {
    Err(Refused("this system has no sheet to share with".into()))
}

pub(super) fn share_file(_: &str, _: &str, _: &[u8]) -> Result<(), Refused> {
    share_text("")
}

pub(super) fn open_settings() -> Result<(), Refused> {
    Err(Refused("this system has no settings for a single app".into()))
}

pub(super) fn received() -> Option<Result<Received, Refused>> {
    None
}

pub(super) fn fast_cores() -> Option<usize> {
    None
}

/// The system's downloads folder, else one of that name at home, else home; `None` where there is none of them.
fn downloads() -> Option<PathBuf> {
    let at_home = dirs::home_dir().map(|home| home.join("Downloads"));
    [dirs::download_dir(), at_home, dirs::home_dir()].into_iter().flatten().find(|dir| dir.is_dir())
}

/// Writes `bytes` to a file of a name that nothing in `folder` has yet: `stem.extension`, or with a number. Returns
/// its place; what fails leaves nothing half-written.
fn write_new(folder: &Path, stem: &str, extension: &str, bytes: &[u8]) -> io::Result<PathBuf> {
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
}
