//! The last takes, kept over restarts, and saving one where others find it.
//!
//! ```text
//! history.json ─▶ Keeper (its own thread) ─▶ History ─▶ the Microphone screen
//!              ◀─                         ◀─
//! ```
//! A take is put into the history as soon as words of it stand, and again as it grows: whoever is killed in the middle
//! finds what was heard. Nothing of it leaves the device but by a person's own copy, share or save.

mod export;
mod file;
mod keeper;

pub use export::{Format, save};
pub use file::HistoryFile;
pub use keeper::{Keeper, Kept, start_keeper};

use super::microphone::Take;
use std::path::PathBuf;

/// So many takes are kept; the oldest go.
pub const MAX_TAKES: usize = 100;

/// What a person should know about the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// It was damaged and is kept under this name; what could be read of it is here.
    Damaged(PathBuf),
    /// It is there and cannot be read: why. Nothing is written, so that nothing is lost.
    Unreadable(String),
    /// The last change could not be written: why. It holds until the app is closed.
    NotSaved(String),
}

/// The last takes, the newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    takes: Vec<Take>,
    /// Whether the file was read.
    loaded: bool,
    /// What to say about the file.
    pub notice: Option<Notice>,
}

impl History {
    /// The takes, the newest first.
    pub fn takes(&self) -> &[Take] {
        &self.takes
    }

    /// The take of this number.
    pub fn take(&self, began_ms: u64) -> Option<&Take> {
        self.takes.iter().find(|take| take.began_ms == began_ms)
    }

    /// Takes in what the file held, under what came meanwhile.
    pub fn load(&mut self, takes: Vec<Take>, notice: Option<Notice>) {
        self.loaded = true;
        self.notice = notice;
        let newer = std::mem::replace(&mut self.takes, takes);
        newer.into_iter().rev().for_each(|take| self.put(take));
        self.tidy();
    }

    /// Puts a take in, or in place of its earlier self.
    pub fn put(&mut self, take: Take) {
        self.takes.retain(|other| other.began_ms != take.began_ms);
        self.takes.push(take);
        self.tidy();
    }

    /// Forgets a take.
    pub fn remove(&mut self, began_ms: u64) {
        self.takes.retain(|take| take.began_ms != began_ms);
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.takes.clear();
    }

    /// What is to be written; nothing before the file was read.
    pub fn to_write(&self) -> Option<Vec<Take>> {
        self.loaded.then(|| self.takes.clone())
    }

    fn tidy(&mut self) {
        self.takes.sort_by_key(|take| std::cmp::Reverse(take.began_ms));
        self.takes.truncate(MAX_TAKES);
    }
}

#[cfg(test)]
mod tests;
