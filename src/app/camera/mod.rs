//! What stands behind the camera screen: a thread that sees, a thread that thinks, and the messages between them and
//! the screen.
//!
//! ```text
//! screen ─ Order ─▶ mind ─ Glance ─▶ eye ─ newest frame ─▶ mind ─ scheduler ─ classifier ─▶ News ─▶ screen
//! ```
//! The eye owns the camera and blocks on it; the mind owns scheduler and model. Only the newest frame counts. Both end
//! when the screen drops its [`Viewer`].

mod calm;
mod eye;
mod mind;

pub use calm::{Calm, Named};
pub use mind::classify;

use crate::app::in_view::Foreground;
use crate::app::models::ToLoad;
use crate::scheduler::{Policy, Reason};
use crate::sensors::bridge::Bridge;
use crate::sensors::camera::{CameraError, Facing, Source};
use crate::sensors::power::PowerSensor;
use std::sync::Arc;
use std::sync::mpsc;
use tokio::sync::mpsc::UnboundedReceiver;

/// What the screen wants.
#[derive(Debug, Clone)]
pub enum Order {
    /// The screen comes into view, or leaves it. Out of view the camera is let go and nothing runs.
    Watch(bool),
    /// Paces by this from now on.
    Pace(Policy),
    /// Uses these models from now on; `None` while there are none.
    Model(Option<Models>),
    /// An answer to this very picture, please.
    Tap,
    /// Holds the picture, or lets it go.
    Freeze(bool),
    /// Names the picture in these bytes of a file with this name.
    Picture(String, Arc<Vec<u8>>),
    /// The other camera.
    Flip,
    /// Tries to get the camera again.
    Retry,
}

/// Where the models lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Models {
    /// The one that the person chose.
    pub chosen: ToLoad,
    /// One that costs less, for a device that must save, if there is one.
    pub sparing: Option<ToLoad>,
}

/// What the screen learns.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// How it stands with the camera.
    Camera(CameraState),
    /// How it stands with the model.
    Model(ModelState),
    /// A result.
    Seen(Seen),
    /// How fast, and why no faster.
    Pace(PaceNews),
    /// A picture file could not be used: its name, and why.
    BadPicture(String, String),
}

/// How it stands with the camera.
#[derive(Debug, Clone, PartialEq)]
pub enum CameraState {
    /// It is being opened, or a person is asked.
    Opening,
    /// It delivers.
    Live(Live),
    /// It does not, and why.
    Trouble(CameraError),
}

/// A camera that delivers.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// Where it looks.
    pub facing: Facing,
    /// Whether there is another one.
    pub can_flip: bool,
    /// Whether the page's own video shows it; else the pictures are sent to the page's canvas.
    pub in_page: bool,
}

/// How it stands with the model.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelState {
    /// There is none.
    None,
    /// It is on its way into memory.
    Loading,
    /// It answers.
    Ready,
    /// It cannot be used, and why.
    Failed(String),
}

/// What was seen in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The most probable labels, the first first; enough to smooth.
    pub labels: Vec<Named>,
    /// What the model took, with preparing the picture, ms.
    pub latency_ms: f64,
    /// Since the result before, ms.
    pub after_ms: f64,
    /// Whether a picture from a file was named, or one for a tap, and not the next of a live view.
    pub asked: bool,
}

/// How fast, and why no faster.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaceNews {
    /// What the scheduler does.
    pub doing: Doing,
    /// From one result to the next: what was measured lately, or else the interval in force, ms.
    pub every_ms: Option<u64>,
    /// Age of the result that stands, ms.
    pub age_ms: Option<u64>,
    /// Runs so far.
    pub runs: u64,
    /// Turns skipped because the scene stood still.
    pub still: u64,
}

/// What the scheduler does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Nothing yet.
    Waiting,
    /// It runs at the pace that this holds it to.
    Running(Reason),
    /// The scene stands still.
    Still,
    /// Nothing runs, for this reason.
    Paused(Reason),
}

/// The threads, from the screen's side.
#[derive(Clone)]
pub struct Viewer(mpsc::Sender<mind::Heard>);

impl Viewer {
    /// Starts the threads; the camera is opened when the screen is watched. What the page has no video of is shown to
    /// it over `bridge`.
    pub fn start(
        source: Source,
        bridge: &Bridge,
        power: Box<dyn PowerSensor>,
        foreground: Foreground,
    ) -> (Self, UnboundedReceiver<News>) {
        let (heard, inbox) = mpsc::channel();
        let (outbox, news) = tokio::sync::mpsc::unbounded_channel();
        let eye = eye::start(source, bridge, heard.clone());
        std::thread::Builder::new()
            .name("mind".into())
            .spawn(move || mind::run(inbox, outbox, eye, power, foreground))
            .expect("the system gives a thread");
        (Self(heard), news)
    }

    /// Tells the threads what is wanted.
    pub fn order(&self, order: Order) {
        // They live as long as the window; after that nobody wants anything.
        let _ = self.0.send(mind::Heard::Order(order));
    }
}

#[cfg(test)]
mod tests;
