//! The thread that hears: owns the microphone while a take runs, hands its sound on, and shows how loud it is.

use super::scribe::Heard;
use super::{Meter, MicrophoneState, News, TakeId};
use crate::sensors::microphone::{self, LevelMeter, Microphone, MicrophoneError, SAMPLE_RATE_HZ};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;

/// Opens the microphone; takes its time where a system does not answer.
pub type Opener = Box<dyn FnMut() -> Result<Box<dyn Microphone>, MicrophoneError> + Send>;

/// How long sound is waited for before wishes are looked at: a person sees no delay.
const SOUND_TIMEOUT: Duration = Duration::from_millis(80);
/// A microphone that is not there is looked for again after this.
const AGAIN_AFTER: Duration = Duration::from_secs(2);
/// The quiet end of the level meter: a quiet room.
const METER_FLOOR_DBFS: f32 = -60.0;

/// What the scribe wants of the ear.
#[derive(Debug, Clone, Copy)]
pub enum Wish {
    /// Hears for this take.
    Listen(TakeId),
    /// Hears no more; what was heard is handed on first.
    Hush,
    /// Tries again at once.
    Retry,
}

/// The ear, from the scribe's side; the thread ends when it is dropped.
pub struct Ear(Sender<Wish>);

impl Ear {
    /// Tells the ear what is wanted.
    pub fn wish(&self, wish: Wish) {
        let _ = self.0.send(wish);
    }
}

/// Starts the thread.
pub fn start(open: Opener, scribe: Sender<Heard>, screen: UnboundedSender<News>) -> Ear {
    let (wishes, inbox) = mpsc::channel();
    let listener = Listener { open, scribe, screen, microphone: None, take: None };
    std::thread::Builder::new()
        .name("ear".into())
        .spawn(move || listener.run(&inbox))
        .expect("the system gives a thread");
    Ear(wishes)
}

struct Listener {
    open: Opener,
    scribe: Sender<Heard>,
    screen: UnboundedSender<News>,
    microphone: Option<Box<dyn Microphone>>,
    take: Option<Listening>,
}

/// A take that is listened to.
struct Listening {
    id: TakeId,
    level: LevelMeter,
    samples: u64,
    /// What the screen was told last.
    told: Option<MicrophoneState>,
}

/// When it is worth listening again.
enum Next {
    AtOnce,
    After(Duration),
    /// Only if somebody wants it.
    WhenAsked,
}

impl Listener {
    fn run(mut self, inbox: &Receiver<Wish>) {
        loop {
            // Asleep while nothing is wanted; else wishes are looked at between pieces of sound.
            let wish = match self.take {
                None => inbox.recv().map_err(|_| TryRecvError::Disconnected),
                Some(_) => inbox.try_recv(),
            };
            match wish {
                Ok(wish) => self.obey(wish),
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {
                    let next = self.listen();
                    if !self.rest(next, inbox) {
                        return;
                    }
                }
            }
        }
    }

    /// Waits before listening again; `false` when nobody wants anything any more.
    fn rest(&mut self, next: Next, inbox: &Receiver<Wish>) -> bool {
        let wish = match next {
            Next::AtOnce => return true,
            Next::After(time) => inbox.recv_timeout(time),
            Next::WhenAsked => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match wish {
            Ok(wish) => self.obey(wish),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        true
    }

    fn obey(&mut self, wish: Wish) {
        match wish {
            Wish::Listen(id) => {
                self.take = Some(Listening { id, level: LevelMeter::new(), samples: 0, told: None });
            }
            Wish::Hush => {
                if let Some(Ok(heard)) = self.microphone.as_mut().map(|m| m.read(Duration::ZERO)) {
                    self.hand_on(heard);
                }
                self.end();
            }
            Wish::Retry => {
                self.microphone = None;
                self.tell(MicrophoneState::Opening);
            }
        }
    }

    /// Lets the microphone go: somebody else may want it, and its light goes out.
    fn end(&mut self) {
        self.microphone = None;
        if let Some(take) = self.take.take() {
            let _ = self.scribe.send(Heard::Ended(take.id));
        }
    }

    /// One piece of sound handed on, or the trouble told.
    fn listen(&mut self) -> Next {
        let Some(microphone) = &mut self.microphone else { return self.try_open() };
        match microphone.read(SOUND_TIMEOUT) {
            Ok(microphone::Heard::Ended) => self.end(),
            Ok(heard) => self.hand_on(heard),
            Err(error) => {
                self.microphone = None;
                return self.trouble(error);
            }
        }
        Next::AtOnce
    }

    fn try_open(&mut self) -> Next {
        if self.take.as_ref().is_some_and(|take| take.told.is_none()) {
            self.tell(MicrophoneState::Opening);
        }
        match (self.open)() {
            Ok(microphone) => {
                // That it hears is told when it does: a person may still be asked.
                self.microphone = Some(microphone);
                Next::AtOnce
            }
            Err(error) => self.trouble(error),
        }
    }

    fn trouble(&mut self, error: MicrophoneError) -> Next {
        let next = match &error {
            // The system would ask the person again and again.
            MicrophoneError::Denied | MicrophoneError::DeniedForGood => Next::WhenAsked,
            _ => Next::After(AGAIN_AFTER),
        };
        if let Some(take) = &self.take {
            let _ = self.screen.send(News::Level(take.id, take.meter(0.0)));
        }
        self.tell(MicrophoneState::Trouble(error));
        next
    }

    fn hand_on(&mut self, heard: microphone::Heard) {
        let (Some(take), microphone::Heard::Sound { samples, lost_samples }) = (&mut self.take, heard) else { return };
        take.level.push(&samples);
        take.samples += (lost_samples + samples.len()) as u64;
        let lit_frac = take.level.level().lit_frac(METER_FLOOR_DBFS);
        let _ = self.screen.send(News::Level(take.id, take.meter(lit_frac)));
        // What is missing is silence, so that the times of the rest are right.
        let samples = if lost_samples == 0 { samples } else { [vec![0.0; lost_samples], samples].concat() };
        let _ = self.scribe.send(Heard::Sound(take.id, samples));
        self.tell(MicrophoneState::Live);
    }

    fn tell(&mut self, state: MicrophoneState) {
        let Some(take) = &mut self.take else { return };
        if take.told.as_ref() != Some(&state) {
            take.told = Some(state.clone());
            let _ = self.screen.send(News::Microphone(take.id, state));
        }
    }
}

impl Listening {
    fn meter(&self, lit_frac: f32) -> Meter {
        Meter { lit_frac, elapsed_s: self.samples / u64::from(SAMPLE_RATE_HZ) }
    }
}
