//! What a person has set, and keeping it.
//!
//! ```text
//! settings.toml ─▶ SettingsFile::load ─▶ Settings ─▶ every screen, the scheduler, main (threads)
//!                  SettingsFile::save ◀─ Saver (its own thread) ◀─ Change ◀─ the Settings screen
//! ```
//! A change applies at once, in memory, and is then written. A disk that cannot be written loses the change at the
//! next start and nothing else.

mod change;
mod data;
mod file;
mod saver;

pub use change::Change;
pub use data::{
    Compute, DEFAULT_INTERVAL_MS, INTERVALS_MS, LABEL_COUNTS, LEAST_PERCENTS, Labels, LanguageChoice, MAX_INTERVAL_MS,
    MIN_INTERVAL_MS, ModelChoice, ModelChoices, Pace, Protection, Settings, Speech, Theme, UnitChoice,
};
pub use file::{CONFIG_VARIABLE, Loaded, Notice, SettingsFile};
pub use saver::{Saver, start_saver};
