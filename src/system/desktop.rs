//! Windows, macOS, Linux: folders by convention; no share sheet, no permissions page that all have.

use super::files::write_new;
use super::{Received, Refused, SaveError};
use std::path::{Path, PathBuf};

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

pub(super) fn save(stem: &str, extension: &str, bytes: &[u8]) -> Result<String, SaveError> {
    let folder = downloads().ok_or(SaveError::NoFolder)?;
    match write_new(&folder, stem, extension, bytes) {
        Ok(path) => Ok(path.display().to_string()),
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

pub(super) fn device_name() -> Option<String> {
    None
}

/// The system's downloads folder, else one of that name at home, else home; `None` where there is none of them.
fn downloads() -> Option<PathBuf> {
    let at_home = dirs::home_dir().map(|home| home.join("Downloads"));
    [dirs::download_dir(), at_home, dirs::home_dir()].into_iter().flatten().find(|dir| dir.is_dir())
}
