//! What stands behind the microphone screen: a thread that hears, a thread that writes down, and the messages between
//! them and the screen.
//!
//! ```text
//! screen ─ Order ─▶ scribe ─ Wish ─▶ ear ─ sound ─▶ scribe ─ scheduler ─ live transcriber ─▶ News ─▶ screen
//!                                     └──────────────── level, elapsed time ────────────────▶ News ─▶ screen
//! ```
//! The ear owns the microphone and blocks on it; the scribe owns scheduler and model, and is busy for a second or two
//! at a time. So the level goes to the screen by itself, and a person's stop and cancel reach the scribe in the middle
//! of its work through [`Wishes`]. Each take has a number, ends exactly once ([`News::Over`]), and what was heard of it
//! is lost only if it was cancelled. Both threads end when the screen drops its [`Hearer`].

mod ear;
mod paced;
mod scribe;
mod take;
mod watch;

pub use ear::Opener;
#[cfg(test)]
pub use take::Line;
pub use take::Take;

use crate::app::in_view::Foreground;
use crate::app::models::ToLoad;
use crate::inference::Placed;
use crate::inference::speech::TranscribeOptions;
use crate::scheduler::{Policy, Reason};
use crate::sensors::microphone::MicrophoneError;
use crate::sensors::power::PowerSensor;
use paced::Paced;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;
use tokio::sync::mpsc::UnboundedReceiver;

/// The number of a take: when it began, in milliseconds since 1970. Later ones have higher ones.
pub type TakeId = u64;

/// What the screen wants.
#[derive(Debug, Clone)]
pub enum Order {
    /// Uses the model in this directory from now on, on this unit if it can be; `None` while there is none. A take that
    /// runs keeps its model.
    Model(Option<ToLoad>),
    /// Paces by this from now on.
    Pace(Policy),
    /// Listens.
    Start(TakeId, TranscribeOptions),
    /// Writes down the sound in these bytes of a file with this name.
    File(TakeId, TranscribeOptions, String, Arc<Vec<u8>>),
    /// Listens no more, and writes down the rest.
    Stop(TakeId),
    /// Throws the take away.
    Cancel(TakeId),
    /// Tries to get the microphone again.
    Retry,
}

/// What the screen learns.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// How it stands with the model.
    Model(ModelState),
    /// What the model computes on.
    Placed(Placed),
    /// How it stands with the microphone of a take.
    Microphone(TakeId, MicrophoneState),
    /// How loud it is, and how long it has been listened.
    Level(TakeId, Meter),
    /// The words so far.
    Words(TakeId, Words),
    /// Nothing is written down for this reason, and sound goes on being kept; `None`: it is again.
    Paused(Option<Reason>),
    /// Nothing more is heard of a take: the rest is written down.
    Finishing(TakeId),
    /// So much of a take is written down, 0 to 1.
    Progress(TakeId, f64),
    /// A take has ended.
    Over(TakeId, Outcome),
}

/// How it stands with the model.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelState {
    /// There is none.
    None,
    /// It is on its way into memory.
    Loading,
    /// It listens; codes of the languages that it knows. One that knows several can translate into English.
    Ready(Vec<&'static str>),
    /// It cannot be used, and why.
    Failed(String),
}

/// How it stands with the microphone.
#[derive(Debug, Clone, PartialEq)]
pub enum MicrophoneState {
    /// It is being opened, or a person is asked.
    Opening,
    /// It hears.
    Live,
    /// It does not, and why.
    Trouble(MicrophoneError),
}

/// How loud it is, and for how long.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Meter {
    /// How much of the meter is lit, 0 to 1.
    pub lit_frac: f32,
    /// Sound so far, in whole seconds.
    pub elapsed_s: u64,
}

/// The words of a take so far.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Words {
    /// These stand; they only grow.
    pub confirmed: String,
    /// The last words, right after them, which may still change.
    pub tail: String,
}

/// How a take has ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// These words were heard.
    Done(Box<Take>),
    /// Nobody spoke.
    Nothing,
    /// As the person wished.
    Cancelled,
    /// The file is no sound that can be read: why.
    BadFile(String),
    /// It could not be written down: why, and what there is of it.
    Failed(String, Option<Box<Take>>),
}

/// What a person wishes while the scribe is busy: the highest numbers that were stopped and cancelled.
#[derive(Debug, Default)]
struct Wishes {
    stopped: AtomicU64,
    cancelled: AtomicU64,
}

impl Wishes {
    fn note(&self, order: &Order) {
        match order {
            Order::Stop(take) => drop(self.stopped.fetch_max(*take, Ordering::Relaxed)),
            Order::Cancel(take) => drop(self.cancelled.fetch_max(*take, Ordering::Relaxed)),
            _ => {}
        }
    }

    fn stopped(&self, take: TakeId) -> bool {
        self.stopped.load(Ordering::Relaxed) >= take
    }

    fn cancelled(&self, take: TakeId) -> bool {
        self.cancelled.load(Ordering::Relaxed) >= take
    }
}

/// The threads, from the screen's side.
#[derive(Clone)]
pub struct Hearer {
    scribe: mpsc::Sender<scribe::Heard>,
    wishes: Arc<Wishes>,
}

impl Hearer {
    /// Starts the threads; `open` opens the microphone, on the ear's thread, whenever a take begins.
    pub fn start(open: Opener, power: Box<dyn PowerSensor>, foreground: Foreground) -> (Self, UnboundedReceiver<News>) {
        let (heard, inbox) = mpsc::channel();
        let (outbox, news) = tokio::sync::mpsc::unbounded_channel();
        let wishes = Arc::new(Wishes::default());
        let ear = ear::start(open, heard.clone(), outbox.clone());
        let scribe = scribe::Scribe::new(outbox, ear, Paced::new(power, foreground), Arc::clone(&wishes));
        std::thread::Builder::new()
            .name("scribe".into())
            .spawn(move || scribe.run(&inbox))
            .expect("the system gives a thread");
        (Self { scribe: heard, wishes }, news)
    }

    /// Tells the threads what is wanted.
    pub fn order(&self, order: Order) {
        self.wishes.note(&order);
        // They live as long as the window; after that nobody wants anything.
        let _ = self.scribe.send(scribe::Heard::Order(order));
    }
}

#[cfg(test)]
mod tests;
