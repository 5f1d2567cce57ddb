//! What the phone sees: the newest picture of a camera, upright.
//!
//! ```text
//! desktop's camera (nokhwa) ──▶┐
//! the page's getUserMedia  ───▶├─▶ Camera::next_frame ─▶ Frame: RGB, upright, never mirrored
//! picture, folder, recording ─▶┘
//! ```
//!
//! A [`Camera`] blocks, so it lives on a thread of its own. It hands out the newest picture only: whoever is slow
//! misses pictures, and never gets a stale one. It owns no inference and knows no model. After an error it may be
//! asked again: what has come back is opened again.
//!
//! A frame shows the scene as others see it. Mirroring a front camera's preview, as people expect of a mirror, is the
//! page's business: the model must see letters the right way round.

mod error;
mod frame;
#[cfg(all(feature = "app", not(any(target_os = "android", target_os = "ios"))))]
mod native;
mod picture;
mod preview;
mod protocol;
mod recording;
mod replay;
mod webview;

pub use error::CameraError;
pub use frame::{Facing, Frame, QuarterTurns};
#[cfg(all(feature = "app", not(any(target_os = "android", target_os = "ios"))))]
pub use native::NativeCamera;
pub use preview::Preview;
pub use protocol::FrameSize;
pub use replay::ReplayCamera;
pub use webview::WebviewCamera;

use crate::sensors::bridge::Bridge;
use std::path::PathBuf;
use std::time::Duration;

/// A source of pictures.
pub trait Camera: Send {
    /// The newest picture that this has not handed out yet. Blocks until there is one, `timeout` at most.
    ///
    /// # Errors
    /// [`CameraError`] says why there is none. The first time it comes at once; while nothing changes, the next
    /// call waits up to `timeout` before it says so again, so a loop around it does not spin. When the camera is
    /// back, it yields pictures again by itself.
    fn next_frame(&mut self, timeout: Duration) -> Result<Frame, CameraError>;

    /// Where the camera looks.
    fn facing(&self) -> Facing;

    /// What it is, for a person: a device's name, a file's path, and what of it could not be used.
    fn description(&self) -> String;

    /// Whether there is another camera to turn to.
    fn can_flip(&self) -> bool;

    /// Whether the page's own video shows what it sees; of any other camera the page shows a [`Preview`].
    fn is_in_page(&self) -> bool {
        false
    }

    /// Turns to the other camera: front to back and back, or the next device.
    ///
    /// # Errors
    /// [`CameraError`] when the other one cannot be opened; the next call of `next_frame` tries it again. Where there
    /// is no other, nothing happens.
    fn flip(&mut self) -> Result<(), CameraError>;

    /// A person asks to try again: permission is asked for again, a device opened again.
    fn retry(&mut self);

    /// Stops and starts the stream of pictures; while frozen, `next_frame` times out.
    fn freeze(&mut self, frozen: bool);
}

/// Which camera to open.
#[derive(Clone)]
pub enum Source {
    /// A desktop's own camera; the page's where there is none, and on phones.
    Device(Page),
    /// The page's camera, whatever else there is.
    Page(Page),
    /// A picture, a folder of pictures or an animation, replayed.
    Replay {
        /// The file or folder.
        path: PathBuf,
        /// How many pictures a second it yields, as a camera would.
        rate_hz: f32,
        /// For how long each picture of a folder shows.
        hold: Duration,
    },
}

/// The page's side of a camera.
#[derive(Clone)]
pub struct Page {
    /// The socket that the page is connected to.
    pub bridge: Bridge,
    /// Which camera is wanted.
    pub facing: Facing,
    /// What the page sends of each picture.
    pub size: FrameSize,
}

/// Opens a camera.
///
/// # Errors
/// [`CameraError`] when a replayed source cannot be read, or a desktop's camera is there and cannot be opened. The
/// page's camera opens always: what it meets, `next_frame` tells.
pub fn open(source: &Source) -> Result<Box<dyn Camera>, CameraError> {
    match source {
        #[cfg(all(feature = "app", not(any(target_os = "android", target_os = "ios"))))]
        Source::Device(page) => match NativeCamera::open() {
            Ok(camera) => Ok(Box::new(camera)),
            Err(CameraError::NoDevice) => Ok(Box::new(WebviewCamera::open(page))),
            Err(error) => Err(error),
        },
        #[cfg(not(all(feature = "app", not(any(target_os = "android", target_os = "ios")))))]
        Source::Device(page) => Ok(Box::new(WebviewCamera::open(page))),
        Source::Page(page) => Ok(Box::new(WebviewCamera::open(page))),
        Source::Replay { path, rate_hz, hold } => Ok(Box::new(ReplayCamera::open(path, *rate_hz, *hold)?)),
    }
}
