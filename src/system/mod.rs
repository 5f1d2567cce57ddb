//! What only the operating system knows or can do: where things are kept, other apps, its settings, its cores.
//!
//! ```text
//! store, app, sensors ─▶ system ─▶ desktop: folders and environment
//!                                  android: framework classes through JNI, on the app's own activity
//!                                  ios:     Foundation and UIKit through objc2
//! ```
//! Nothing here keeps state of ours or knows a model or a screen. What a system does not know or cannot do is `None` or a
//! [`Refused`], never a panic: phones differ.

mod about;
mod cores;
#[cfg(any(test, all(feature = "app", target_os = "ios")))]
mod inbox;
mod received;

#[cfg(all(feature = "app", target_os = "android"))]
pub mod android;
#[cfg(not(all(feature = "app", any(target_os = "android", target_os = "ios"))))]
mod desktop;
#[cfg(all(feature = "app", target_os = "ios"))]
pub mod ios;

#[cfg(all(feature = "app", target_os = "android"))]
use android as here;
#[cfg(not(all(feature = "app", any(target_os = "android", target_os = "ios"))))]
use desktop as here;
#[cfg(all(feature = "app", target_os = "ios"))]
use ios as here;

pub use about::{device_name, os};
pub use received::{MAX_RECEIVED_BYTES, Received};

use std::path::PathBuf;

/// Whether this is a phone's system: one that has a share sheet, asks for permissions and puts apps out of view.
pub const PHONE: bool = cfg!(any(target_os = "android", target_os = "ios"));

/// The system did not do it: its own words, for a person who reports it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// Nothing was saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SaveError {
    /// The system names no place where people look for what was saved.
    #[error("this system has no folder for downloads")]
    NoFolder,
    /// The system's words.
    #[error("{0}")]
    Failed(String),
}

/// Where the app keeps what it must not lose and no backup needs: models, what was heard. On phones no copy of it leaves
/// the device.
pub fn data_dir() -> Option<PathBuf> {
    here::data_dir()
}

/// Where the app keeps what a person has set.
pub fn config_dir() -> Option<PathBuf> {
    here::config_dir()
}

/// The folder of the models that came with the app itself; `None` where none can have. On Android there is nothing in it
/// before [`unpack_bundled_models`].
pub fn bundled_models_dir() -> Option<PathBuf> {
    here::bundled_models_dir()
}

/// Copies the models that came with the app out of its package, on systems that keep them packed, and throws away those
/// of an earlier package. Takes as long as writing them where that was not done yet: not for the UI thread.
///
/// # Errors
/// No room, or the system's words. What is there then is whole models.
pub fn unpack_bundled_models() -> Result<(), Refused> {
    here::unpack_bundled_models()
}

/// Bytes that the person's apps may still write where `path` is, if the system has a better answer than its file
/// system: iOS makes room by itself.
pub fn free_bytes(path: &std::path::Path) -> Option<u64> {
    here::free_bytes(path)
}

/// Puts `bytes` where people look for what a program has saved, under `stem.extension` or with a number. Returns the
/// place, as a person would find it; `None` where the person chooses it in the system's sheet, which is opened.
///
/// # Errors
/// What the system said: no room, no permission, no such place.
pub fn save(stem: &str, extension: &str, bytes: &[u8]) -> Result<Option<String>, SaveError> {
    here::save(stem, extension, bytes)
}

/// Offers `text` to other apps through the system's sheet. `Ok` says that the sheet is open, not what became of it.
///
/// # Errors
/// There is no sheet here, or the system's words.
pub fn share_text(text: &str) -> Result<(), Refused> {
    here::share_text(text)
}

/// Offers a file of this name and content to other apps through the system's sheet.
///
/// # Errors
/// As [`share_text`].
pub fn share_file(stem: &str, extension: &str, bytes: &[u8]) -> Result<(), Refused> {
    here::share_file(stem, extension, bytes)
}

/// Opens the page of the system's settings on which a person allows this app camera and microphone.
///
/// # Errors
/// There is no such page, or the system's words.
pub fn open_settings() -> Result<(), Refused> {
    here::open_settings()
}

/// What another app has sent since this was last asked: "Open in Onhand". Reads it whole: not for the UI thread.
///
/// # Errors
/// What was sent cannot be read: a sentence.
pub fn received() -> Option<Result<Received, Refused>> {
    here::received()
}

/// The cores that a model should compute on: on a phone those that are not there to save energy. `None` where the
/// system does not tell cores apart.
pub fn fast_cores() -> Option<usize> {
    here::fast_cores()
}

/// The media type of what the app itself writes.
#[cfg(all(feature = "app", target_os = "android"))]
fn media_type(extension: &str) -> &'static str {
    match extension {
        "json" => "application/json",
        "csv" => "text/csv",
        "srt" => "application/x-subrip",
        "vtt" => "text/vtt",
        _ => "text/plain",
    }
}
