//! The settings on the disk: `settings.toml`.
//!
//! Written beside, made to last, renamed into place: whoever is killed at any moment leaves the old file or the new
//! one. One that cannot be read is put aside, never overwritten, and what is right in it is kept.

use super::data::Settings;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The environment variable that names another folder for the settings.
pub const CONFIG_VARIABLE: &str = "ONHAND_CONFIG";
const NAME: &str = "settings.toml";
/// Settings are a few hundred bytes; more than this is something else.
const MAX_BYTES: u64 = 1 << 20;
/// So many damaged files are kept before the last is overwritten: each is a fault that should be reported.
const MAX_ASIDE: u32 = 99;

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
        Self { folder: named.or_else(|| dirs::config_dir().map(|dir| dir.join("onhand"))) }
    }

    /// In this folder, which need not be there yet.
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    /// Reads the settings; without a file they are the defaults. Never fails: what is wrong is in the notice.
    pub fn load(&self) -> Loaded {
        let plain = |settings| Loaded { settings, notice: None };
        let Some(folder) = &self.folder else { return plain(Settings::default()) };
        sweep(folder);
        let path = folder.join(NAME);
        let bytes = match read(&path) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return plain(Settings::default()),
            Err(e) => {
                let notice = Some(Notice::Unreadable(format!("{}: {e}", path.display())));
                return Loaded { settings: Settings::default(), notice };
            }
        };
        match parse(&bytes) {
            (settings, true) => plain(settings),
            (settings, false) => {
                let notice = match put_aside(folder, &path) {
                    Ok(aside) => Notice::Damaged { aside },
                    Err(e) => Notice::Unreadable(format!("{}: {e}", path.display())),
                };
                Loaded { settings, notice: Some(notice) }
            }
        }
    }

    /// Writes the settings: the whole file or nothing.
    ///
    /// # Errors
    /// What the system said: no room, no permission, no such place.
    pub fn save(&self, settings: &Settings) -> io::Result<()> {
        let folder = self.folder.as_ref().ok_or_else(|| io::Error::other("this system names no place for settings"))?;
        let table = toml::Table::try_from(settings).map_err(io::Error::other)?;
        let text = toml::to_string_pretty(&table).map_err(io::Error::other)?;
        fs::create_dir_all(folder)?;
        let mut written = replace(folder, text.as_bytes());
        // Another window that starts sweeps away what is being written.
        for _ in 1..TRIES {
            match &written {
                Err(e) if e.kind() == io::ErrorKind::NotFound => written = replace(folder, text.as_bytes()),
                _ => break,
            }
        }
        written?;
        sync_folder(folder)
    }
}

/// How often a write is tried that another window's start interrupts.
const TRIES: u32 = 5;
/// The beginning of the names of files that are being written.
const FRESH: &str = ".settings-new-";

/// Writes `bytes` beside the settings and renames them into place.
fn replace(folder: &Path, bytes: &[u8]) -> io::Result<()> {
    // The process in the name: two windows must not write one file.
    let fresh = folder.join(format!("{FRESH}{}", std::process::id()));
    let written = write_through(&fresh, bytes).and_then(|()| fs::rename(&fresh, folder.join(NAME)));
    if written.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    written
}

fn write_through(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a rename last through a power cut; Windows does it by itself and opens no folders.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Removes what somebody who was killed had begun to write.
fn sweep(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten().filter(|e| e.file_name().to_string_lossy().starts_with(FRESH)) {
        let _ = fs::remove_file(entry.path());
    }
}

/// The file's bytes; `None` where there is none.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(e),
    };
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
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

/// Renames a damaged file to `settings.damaged-N`, the first N that is free.
fn put_aside(folder: &Path, path: &Path) -> io::Result<PathBuf> {
    let mut names = (1..=MAX_ASIDE).map(|n| folder.join(format!("settings.damaged-{n}")));
    let aside = names.clone().find(|p| !p.exists()).or_else(|| names.next_back()).expect("there are names");
    fs::rename(path, &aside)?;
    Ok(aside)
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
