//! The settings on the disk: `settings.toml`, written whole. One that cannot be read is put aside, and what is right in
//! it is kept.

use super::data::Settings;
use crate::app::whole_file::{MAX_BYTES, WholeFile};
use crate::system;
use std::io;
use std::path::{Path, PathBuf};

/// The environment variable that names another folder for the settings.
pub const CONFIG_VARIABLE: &str = "ONHAND_CONFIG";

/// What a person should know about the settings file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It was damaged and is kept under this name; what could be read of it is in force.
    Damaged {
        /// Its new place.
        aside: PathBuf,
    },
    /// It is there and cannot be read: why. The defaults are in force.
    Unreadable(String),
    /// The last change could not be written: why. It is in force until the app is closed.
    NotSaved(String),
}

/// What a start finds.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// What is in force.
    pub settings: Settings,
    /// What to say about it.
    pub notice: Option<Notice>,
}

/// Where the settings are kept.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    /// `None`: this system names no place for them.
    folder: Option<PathBuf>,
}

impl SettingsFile {
    /// In the folder that `ONHAND_CONFIG` names, else in the platform's own.
    pub fn of_process() -> Self {
        let named = std::env::var_os(CONFIG_VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from);
        Self { folder: named.or_else(system::config_dir) }
    }

    /// In this folder, which need not be there yet.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    /// The folder, for what else is kept beside the settings; `None` where this system names no place.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    fn file(&self) -> Option<WholeFile> {
        Some(WholeFile::new(self.folder.clone()?, "settings", "toml"))
    }

    /// Reads the settings; without a file they are the defaults. Never fails: what is wrong is in the notice.
    pub fn load(&self) -> Loaded {
        let plain = |settings| Loaded { settings, notice: None };
        let Some(file) = self.file() else { return plain(Settings::default()) };
        let unreadable = |e: io::Error| Notice::Unreadable(format!("{}: {e}", file.path().display()));
        let bytes = match file.read() {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return plain(Settings::default()),
            Err(e) => return Loaded { settings: Settings::default(), notice: Some(unreadable(e)) },
        };
        match parse(&bytes) {
            (settings, true) => plain(settings),
            (settings, false) => {
                let notice = file.put_aside().map_or_else(unreadable, |aside| Notice::Damaged { aside });
                Loaded { settings, notice: Some(notice) }
            }
        }
    }

    /// Writes the settings: the whole file or nothing.
    ///
    /// # Errors
    /// What the system said: no room, no permission, no such place.
    pub fn save(&self, settings: &Settings) -> io::Result<()> {
        let file = self.file().ok_or_else(|| io::Error::other("this system names no place for settings"))?;
        let table = toml::Table::try_from(settings).map_err(io::Error::other)?;
        let text = toml::to_string_pretty(&table).map_err(io::Error::other)?;
        file.write(text.as_bytes())
    }
}

/// What can be read, and whether that was all.
fn parse(bytes: &[u8]) -> (Settings, bool) {
    let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() as u64 <= MAX_BYTES);
    let Some(table) = text.and_then(|text| text.parse::<toml::Table>().ok()) else {
        return (Settings::default(), false);
    };
    let whole = |table: toml::Table| table.try_into::<Settings>().map(Settings::within_bounds);
    if let Ok(settings) = whole(table.clone()) {
        return (settings, true);
    }
    // One wrong value must not cost the others: each part on its own.
    let sound =
        table.into_iter().filter(|(key, value)| whole(toml::Table::from_iter([(key.clone(), value.clone())])).is_ok());
    (whole(sound.collect()).unwrap_or_default(), false)
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
