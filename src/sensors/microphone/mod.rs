//! What the microphone hears.
//!
//! ```text
//! cpal ── any rate, format, channels ──▶ queue of 60 s ──▶ 16 kHz mono ──▶ read
//! the page's getUserMedia, any rate ───▶ 16 kHz mono ──▶ queue of 60 s ──▶ read
//! file, decoded by the app ─────────────────────────────▶ 16 kHz mono ──▶ read
//! ```
//!
//! Every backend is a [`Microphone`]: sound in order, nothing lost while the reader stays within a minute, and what
//! is lost beyond is counted. A file that is over says so; a device that vanishes is an error that re-opening mends.

mod level;
#[cfg(feature = "microphone")]
mod native;
mod protocol;
mod queue;
mod replay;
mod webview;

pub use level::{Level, LevelMeter};
#[cfg(feature = "microphone")]
pub use native::Native;
pub use replay::{Clock, Pace, Replay, SystemClock};
pub use webview::Webview;

pub use crate::resample::SAMPLE_RATE_HZ;

use crate::sensors::bridge::Bridge;
use std::time::Duration;

/// What a read brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Sound.
    Sound {
        /// Mono at [`SAMPLE_RATE_HZ`], nominally in ±1, never NaN; at least one.
        samples: Vec<f32>,
        /// So many samples before these are missing: the reader came more than a minute late.
        lost_samples: usize,
    },
    /// Nothing within the time given; more will come.
    Nothing,
    /// Nothing more will come: a replayed file is over.
    Ended,
}

/// A source of sound.
pub trait Microphone: Send {
    /// The sound since the last read, waiting at most `timeout` for some.
    ///
    /// # Errors
    /// A [`MicrophoneError`] is final for this microphone: open another.
    fn read(&mut self, timeout: Duration) -> Result<Heard, MicrophoneError>;

    /// What a person calls it.
    fn name(&self) -> &str;
}

/// Why there is no sound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MicrophoneError {
    /// The device has none.
    #[error("no microphone was found; connect one and try again")]
    NoDevice,
    /// The person, or the system for them, said no; asking again may help.
    #[error("the microphone may not be used; allow it and try again")]
    Denied,
    /// The person said no and the system will not ask again.
    #[error("the microphone may not be used; allow it for Onhand in the system's settings")]
    DeniedForGood,
    /// Another program has it.
    #[error("another program is using the microphone; close that program and try again")]
    Busy,
    /// It vanished while it was in use.
    #[error("the microphone was disconnected; connect it again and try again")]
    Unplugged,
    /// It is there, and gives no sound that can be read.
    #[error("the microphone {name} cannot be read: {why}; choose another in the system's settings")]
    Unreadable {
        /// What a person calls it.
        name: String,
        /// What the system says.
        why: String,
    },
}

/// Where sound comes from.
pub enum Source {
    /// The microphone that the system prefers; where the program finds none by itself, the page's if there is a page.
    ///
    /// Not so on Linux: there WebKitGTK hears through the same sound system, so it finds nothing either, and looking
    /// for a sound system that has gone stops its page for minutes.
    Device(Option<Bridge>),
    /// The page's microphone, whatever else there is.
    Page(Bridge),
    /// A recording, as if it were spoken now.
    Replay(Replay),
}

/// Opens a source. Takes up to five seconds where a system does not answer: never call it on the UI thread. The page's
/// microphone opens always, and gives sound once a person has allowed it: what it meets, reading tells.
///
/// # Errors
/// As [`MicrophoneError`] says; each open starts afresh.
pub fn open(source: Source) -> Result<Box<dyn Microphone>, MicrophoneError> {
    match source {
        Source::Device(page) => match (open_native(), page) {
            (Err(MicrophoneError::NoDevice), Some(bridge)) if !cfg!(target_os = "linux") => {
                Ok(Box::new(Webview::open(&bridge)))
            }
            (native, _) => native,
        },
        Source::Page(bridge) => Ok(Box::new(Webview::open(&bridge))),
        Source::Replay(replay) => Ok(Box::new(replay)),
    }
}

#[cfg(feature = "microphone")]
fn open_native() -> Result<Box<dyn Microphone>, MicrophoneError> {
    Ok(Box::new(Native::open()?))
}

#[cfg(not(feature = "microphone"))]
fn open_native() -> Result<Box<dyn Microphone>, MicrophoneError> {
    Err(MicrophoneError::NoDevice)
}
