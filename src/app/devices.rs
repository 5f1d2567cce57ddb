//! What the screens sense with: the bridge to the page, and where camera, microphone and power come from.

use super::args::Args;
use crate::sensors::bridge::{APP_ORIGINS, Bridge};
use crate::sensors::camera::{Facing, FrameSize, Page, Source};
use crate::sensors::power::{self, PowerSensor};
use std::time::Duration;

/// The longer side of the pictures that the page sends: the model sees 224 pixels of the square in the middle.
const FRAME_SIDE: u16 = 480;
/// A replayed camera yields pictures as often as a phone's does in a room.
const REPLAY_HZ: f32 = 15.0;
/// For how long each picture of a folder is shown.
const REPLAY_HOLD: Duration = Duration::from_secs(4);

/// What the screens sense with.
#[derive(Clone)]
pub struct Devices {
    /// The socket that the page is connected to, or why there is none.
    pub bridge: Result<Bridge, String>,
    args: Args,
}

impl Devices {
    /// Opens the socket; what is sensed is opened when a screen wants it.
    pub fn open(args: &Args) -> Self {
        Self { bridge: Bridge::start(&APP_ORIGINS).map_err(|e| e.to_string()), args: args.clone() }
    }

    /// Where pictures come from.
    pub fn camera(&self, bridge: &Bridge) -> Source {
        match &self.args.camera {
            Some(path) => Source::Replay { path: path.clone(), rate_hz: REPLAY_HZ, hold: REPLAY_HOLD },
            None => Source::Device(Page {
                bridge: bridge.clone(),
                facing: Facing::Back,
                size: FrameSize::Whole(FRAME_SIDE),
            }),
        }
    }

    /// Where heat and battery are read. A script that was readable at the start and is no more tells nothing.
    pub fn power(&self) -> Box<dyn PowerSensor> {
        match &self.args.power {
            Some(path) => power::script(path).unwrap_or_else(|_| power::system()),
            None => power::system(),
        }
    }
}
