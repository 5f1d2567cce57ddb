//! The thread that sees: owns the camera, hands its newest frame on, and shows it to the page where the page cannot.

use super::mind::Heard;
use super::{CameraState, Live};
use crate::scheduler::Slot;
use crate::sensors::bridge::Bridge;
use crate::sensors::camera::{Camera, CameraError, Frame, Preview, Source, open};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a frame is waited for before orders are looked at.
const FRAME_TIMEOUT: Duration = Duration::from_millis(250);
/// A camera that could not be opened is tried again after this.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// What the mind wants of the eye.
#[derive(Debug, Clone)]
pub enum Glance {
    /// Opens the camera, or lets it go.
    Watch(bool),
    /// Holds the picture, or lets it go.
    Freeze(bool),
    /// The other camera.
    Flip,
    /// Tries again at once.
    Retry,
    /// Shows this picture in place of the camera's.
    Show(Box<Frame>),
}

/// The eye, from the mind's side.
pub struct Eye {
    glances: Sender<Glance>,
    /// The newest frame that was not looked at.
    pub newest: Arc<Mutex<Slot<Frame>>>,
}

impl Eye {
    /// Tells the eye what is wanted.
    pub fn glance(&self, glance: Glance) {
        let _ = self.glances.send(glance);
    }

    /// Takes the newest frame.
    pub fn take(&self) -> Option<Frame> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Starts the thread. It ends when the [`Eye`] is dropped.
pub fn start(source: Source, bridge: &Bridge, mind: Sender<Heard>) -> Eye {
    let (glances, inbox) = mpsc::channel();
    let newest = Arc::new(Mutex::new(Slot::new()));
    let looker = Looker {
        preview: Preview::new(bridge),
        source,
        mind,
        newest: Arc::clone(&newest),
        camera: None,
        watching: false,
        frozen: false,
        told: None,
    };
    std::thread::Builder::new()
        .name("eye".into())
        .spawn(move || looker.run(&inbox))
        .expect("the system gives a thread");
    Eye { glances, newest }
}

struct Looker {
    source: Source,
    mind: Sender<Heard>,
    newest: Arc<Mutex<Slot<Frame>>>,
    preview: Preview,
    camera: Option<Box<dyn Camera>>,
    watching: bool,
    frozen: bool,
    /// What the mind was told last.
    told: Option<CameraState>,
}

impl Looker {
    fn run(mut self, inbox: &Receiver<Glance>) {
        loop {
            // Asleep while nothing is wanted; else orders are looked at between frames.
            let glance = if !self.watching || self.frozen {
                inbox.recv().map_err(|_| TryRecvError::Disconnected)
            } else {
                inbox.try_recv()
            };
            match glance {
                Ok(glance) => self.obey(glance),
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {
                    if self.look() == Looked::InVain && !self.rest(inbox) {
                        return;
                    }
                }
            }
        }
    }

    /// Waits before the camera is opened again; `false` when nobody wants anything any more.
    fn rest(&mut self, inbox: &Receiver<Glance>) -> bool {
        match inbox.recv_timeout(AGAIN_AFTER) {
            Ok(glance) => self.obey(glance),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        true
    }

    fn obey(&mut self, glance: Glance) {
        match glance {
            Glance::Watch(watching) => {
                self.watching = watching;
                if !watching {
                    // Somebody else may want it; and its light goes out.
                    self.camera = None;
                    self.told = None;
                }
            }
            Glance::Freeze(frozen) => {
                self.frozen = frozen;
                if let Some(camera) = &mut self.camera {
                    camera.freeze(frozen);
                }
            }
            Glance::Flip => {
                if let Some(Err(error)) = self.camera.as_mut().map(|camera| camera.flip()) {
                    self.tell(CameraState::Trouble(error));
                }
            }
            Glance::Retry => {
                if let Some(camera) = &mut self.camera {
                    camera.retry();
                }
                self.tell(CameraState::Opening);
            }
            Glance::Show(frame) => self.preview.show(&frame),
        }
    }

    /// One look: a frame handed on, or the trouble told.
    fn look(&mut self) -> Looked {
        let Some(camera) = &mut self.camera else {
            self.tell(CameraState::Opening);
            return match open(&self.source) {
                Ok(camera) => {
                    self.camera = Some(camera);
                    Looked::Seen
                }
                Err(error) => {
                    self.tell(CameraState::Trouble(error));
                    Looked::InVain
                }
            };
        };
        match camera.next_frame(FRAME_TIMEOUT) {
            Ok(frame) => {
                let live = Live { facing: camera.facing(), can_flip: camera.can_flip(), in_page: camera.is_in_page() };
                if !live.in_page {
                    self.preview.show(&frame);
                }
                self.newest.lock().unwrap_or_else(PoisonError::into_inner).put(frame);
                self.tell(CameraState::Live(live));
                let _ = self.mind.send(Heard::Frame);
            }
            // A camera takes its time to begin, and a person to answer; a gap in the pictures is no news either.
            Err(CameraError::Timeout { .. } | CameraError::NoPage) => {}
            Err(error) => self.tell(CameraState::Trouble(error)),
        }
        Looked::Seen
    }

    fn tell(&mut self, state: CameraState) {
        if self.told.as_ref() != Some(&state) {
            self.told = Some(state.clone());
            let _ = self.mind.send(Heard::Camera(state));
        }
    }
}

/// Whether it is worth looking again at once.
#[derive(PartialEq, Eq)]
enum Looked {
    Seen,
    InVain,
}
