//! Whether the system has a dialog to pick files with. Every system has one but a bare Linux.

use std::ffi::OsStr;

/// What makes D-Bus start the desktop portal, below a folder of the system's data.
const PORTAL: &str = "dbus-1/services/org.freedesktop.portal.Desktop.service";
/// The program that the toolkit falls back on.
const PROGRAM: &str = "zenity";

/// Whether there is one. The toolkit asks the desktop portal, and where that fails starts zenity; it tells nobody when
/// neither is there.
pub fn exists() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let shared = variable("XDG_DATA_DIRS").unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    dirs::data_dir().is_some_and(|own| own.join(PORTAL).is_file())
        || is_below(&shared, PORTAL)
        || is_below(&variable("PATH").unwrap_or_default(), PROGRAM)
}

/// Whether one of a list of folders, written as `PATH` is, holds a file of this name.
fn is_below(folders: &OsStr, name: &str) -> bool {
    std::env::split_paths(folders).any(|folder| folder.join(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_in_any_of_the_folders() {
        let [one, other] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let folders = std::env::join_paths([one.path(), other.path()]).unwrap();
        assert!(!is_below(&folders, PROGRAM));
        std::fs::write(other.path().join(PROGRAM), "").unwrap();
        assert!(is_below(&folders, PROGRAM));
        assert!(!is_below(OsStr::new(""), PROGRAM), "no folder is not this one");
    }
}
