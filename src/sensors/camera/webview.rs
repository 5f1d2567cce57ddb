//! The page's camera: getUserMedia in the app's own web view, over the [bridge](crate::sensors::bridge).
//!
//! The page shows the live picture by itself, which costs nothing here. A picture crosses only when it is asked for:
//! [`Camera::next_frame`] sends a request with a new number and takes the answer with that number alone, so nothing is
//! copied needlessly and an answer that comes too late is never taken for a new picture. When the page connects
//! again, as after iOS has closed its socket in the background, it is told what is wanted.

use super::protocol::{self, FrameSize, PageFrame, PageState};
use super::{Camera, CameraError, Facing, Frame, Page};
use crate::sensors::bridge::{Bridge, Channel, Event, Link, Subscription};
use serde::Deserialize;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The page's camera.
pub struct WebviewCamera {
    bridge: Bridge,
    size: FrameSize,
    shared: Arc<Shared>,
    _subscription: Subscription,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// What is known of the page, and what is wanted of it.
#[derive(Default)]
struct State {
    wanted: Facing,
    frozen: bool,
    connected: bool,
    facing: Facing,
    label: String,
    cameras: u32,
    error: Option<CameraError>,
    /// Whether `next_frame` has told of the error.
    told: bool,
    /// The number of the newest request, and its text while it is not answered.
    sequence: u32,
    asked: Option<FrameSize>,
    frame: Option<Frame>,
}

impl WebviewCamera {
    /// Asks the page for its camera as soon as it is connected.
    pub fn open(page: &Page) -> Self {
        let shared = Arc::new(Shared::default());
        shared.lock().wanted = page.facing;
        let heard = Arc::clone(&shared);
        let subscription = page.bridge.subscribe(Channel::Camera, move |event, link| heard.hear(event, link));
        Self { bridge: page.bridge.clone(), size: page.size, shared, _subscription: subscription }
    }

    fn send(&self, command: serde_json::Value) {
        // Where no page is connected, it is told what is wanted when it comes.
        self.bridge.send(Channel::Camera, command);
    }
}

impl Camera for WebviewCamera {
    fn next_frame(&mut self, timeout: Duration) -> Result<Frame, CameraError> {
        let deadline = Instant::now() + timeout;
        let mut state = self.shared.lock();
        state.frame = None;
        if !state.frozen {
            state.sequence = state.sequence.wrapping_add(1);
            state.asked = Some(self.size);
            let request = protocol::frame(state.sequence, self.size);
            // Without the lock: the bridge's thread takes it while it holds its own.
            drop(state);
            self.send(request);
            state = self.shared.lock();
        }
        loop {
            if let Some(frame) = state.frame.take() {
                return Ok(frame);
            }
            if let Some(error) = state.error.clone().filter(|_| !state.told) {
                state.told = true;
                return Err(error);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                state.asked = None;
                return Err(state.why_nothing(timeout));
            }
            state = self.shared.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn facing(&self) -> Facing {
        self.shared.lock().facing
    }

    fn description(&self) -> String {
        protocol::named(&self.shared.lock().label)
    }

    fn is_in_page(&self) -> bool {
        true
    }

    fn can_flip(&self) -> bool {
        self.shared.lock().cameras > 1
    }

    fn flip(&mut self) -> Result<(), CameraError> {
        let mut state = self.shared.lock();
        state.wanted = state.facing.other();
        state.frame = None;
        drop(state);
        self.send(protocol::flip());
        Ok(())
    }

    fn retry(&mut self) {
        let mut state = self.shared.lock();
        state.told = false;
        state.error = None;
        let wanted = state.wanted;
        drop(state);
        self.send(protocol::start(wanted, true));
    }

    fn freeze(&mut self, frozen: bool) {
        self.shared.lock().frozen = frozen;
        self.send(protocol::freeze(frozen));
    }
}

impl Drop for WebviewCamera {
    fn drop(&mut self) {
        self.send(protocol::stop());
    }
}

impl Shared {
    /// On the bridge's thread.
    fn hear(&self, event: Event<'_>, link: &Link) {
        let mut state = self.lock();
        match event {
            Event::Opened => state.greet(link),
            Event::Closed => {
                state.connected = false;
                state.frame = None;
            }
            Event::Text(text) => match PageState::deserialize(text) {
                Ok(page) => state.follow(page),
                Err(why) => tracing::debug!("the page says something unknown: {why}"),
            },
            Event::Binary(message) => match PageFrame::parse(message) {
                Ok(frame) if state.asked.is_some() && frame.sequence == state.sequence => {
                    state.asked = None;
                    state.frame = Some(frame.to_frame(Instant::now()));
                }
                Ok(late) => tracing::debug!("picture {} came too late", late.sequence),
                Err(why) => tracing::debug!("the page sent no picture: {why}"),
            },
        }
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// A page that has just connected is told all that is wanted.
    fn greet(&mut self, link: &Link) {
        self.connected = true;
        link.send(Channel::Camera, protocol::start(self.wanted, false));
        if self.frozen {
            link.send(Channel::Camera, protocol::freeze(true));
        }
        if let Some(size) = self.asked {
            link.send(Channel::Camera, protocol::frame(self.sequence, size));
        }
    }

    fn follow(&mut self, page: PageState) {
        let error = match page {
            PageState::Asking => None,
            PageState::Live { facing, label, cameras } => {
                self.facing = facing.into();
                self.label = label;
                self.cameras = cameras;
                None
            }
            PageState::Failed(refusal) => Some(protocol::refused(refusal.meaning())),
            PageState::Ended { label } => {
                Some(CameraError::Unplugged { device: protocol::named(&label), why: "its stream has ended".into() })
            }
            PageState::Muted { label } => {
                Some(CameraError::Busy { device: protocol::named(&label), why: "its pictures were cut off".into() })
            }
        };
        // The page looks for the camera that is gone, and finds none: that is no news.
        let still_gone =
            matches!(self.error, Some(CameraError::Unplugged { .. })) && error == Some(CameraError::NoDevice);
        if self.error != error && !still_gone {
            self.told = false;
            self.error = error;
        }
    }

    fn why_nothing(&self, waited: Duration) -> CameraError {
        if !self.connected {
            return CameraError::NoPage;
        }
        self.error.clone().unwrap_or_else(|| CameraError::Timeout {
            device: protocol::named(&self.label),
            waited_ms: waited.as_millis() as u64,
        })
    }
}

#[cfg(test)]
mod tests;
