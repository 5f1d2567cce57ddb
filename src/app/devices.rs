//! What the screens sense with: the bridge to the page, and where camera, microphone and power come from.

use super::args::Args;
use super::in_view::Foreground;
use super::microphone::Opener;
use crate::inference::speech::audio;
use crate::sensors::bridge::{APP_ORIGINS, Bridge};
use crate::sensors::camera::{self, Facing, FrameSize, Page, Source};
use crate::sensors::microphone::{self, Microphone, MicrophoneError, Pace, Replay};
use crate::sensors::power::{self, PowerSensor};
use crate::system;
use dioxus::prelude::*;
use std::path::Path;
use std::time::Duration;

/// The page's side of camera and microphone, and of the socket to them.
const SCRIPTS: [&str; 4] = [
    include_str!("../../assets/bridge.js"),
    include_str!("../../assets/camera.js"),
    include_str!("../../assets/microphone.js"),
    include_str!("../../assets/files.js"),
];
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
    /// Whether the system lets the app be in front.
    pub foreground: Foreground,
    args: Args,
}

impl Devices {
    /// Opens the socket; what is sensed is opened when a screen wants it.
    pub fn open(args: &Args) -> Self {
        let bridge = Bridge::start(&APP_ORIGINS).map_err(|e| e.to_string());
        Self { bridge, foreground: Foreground::default(), args: args.clone() }
    }

    /// Where pictures come from.
    pub fn camera(&self, bridge: &Bridge) -> Source {
        match &self.args.camera {
            Some(path) => replayed(path),
            None => Source::Device(Page {
                bridge: bridge.clone(),
                facing: Facing::Back,
                size: FrameSize::Whole(FRAME_SIDE),
            }),
        }
    }

    /// Opens the microphone, or the recording in its place, from its start each time.
    pub fn microphone(&self) -> Opener {
        match self.args.microphone.clone() {
            Some(path) => Box::new(move || replay(&path)),
            None => {
                // On phones the page is asked for everything: one question for a permission, one that is tried.
                let only_page = self.args.page_microphone || system::PHONE;
                let page = self.bridge.clone().ok();
                Box::new(move || {
                    microphone::open(match page.clone() {
                        Some(page) if only_page => microphone::Source::Page(page),
                        page => microphone::Source::Device(page),
                    })
                })
            }
        }
    }

    /// Whether files are picked in the page: only desktops have a dialog outside of it.
    pub fn picks_in_page(&self) -> bool {
        self.args.page_files || system::PHONE
    }

    /// Where heat and battery are read. A script that was readable at the start and is no more tells nothing.
    pub fn power(&self) -> Box<dyn PowerSensor> {
        match &self.args.power {
            Some(path) => power::script(path).unwrap_or_else(|_| power::system()),
            None => power::system(),
        }
    }
}

/// Gives the page its side of the senses, and connects it. Called once, by what lives as long as the page.
pub fn use_page() {
    let bridge = use_context::<Devices>().bridge;
    use_effect(move || {
        if let Ok(bridge) = &bridge {
            document::eval(&format!("{}\nonhandBridge.connect('{}');", SCRIPTS.join("\n"), bridge.url()));
        }
    });
}

/// Pictures in place of the camera.
fn replayed(path: &Path) -> Source {
    Source::Replay { path: path.into(), rate_hz: REPLAY_HZ, hold: REPLAY_HOLD }
}

/// Whether there is a picture in what is to stand for the camera.
///
/// # Errors
/// A sentence that says why not.
pub fn check_pictures(path: &Path) -> Result<(), String> {
    camera::open(&replayed(path)).map(drop).map_err(|e| e.to_string())
}

/// Whether the sound file that is to stand for the microphone can be read.
///
/// # Errors
/// A sentence that says why not.
pub fn check_sound(path: &Path) -> Result<(), String> {
    audio::read_file(path).map(drop).map_err(|e| e.to_string())
}

/// A recording as if it were spoken now.
fn replay(path: &Path) -> Result<Box<dyn Microphone>, MicrophoneError> {
    let name = path.display().to_string();
    let sound =
        audio::read_file(path).map_err(|e| MicrophoneError::Unreadable { name: name.clone(), why: e.to_string() })?;
    Ok(Box::new(Replay::new(name, sound.samples, Pace::Times(1.0))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_picture_is_said_at_the_start() {
        let dir = tempfile::tempdir().unwrap();
        let noise = dir.path().join("noise.txt");
        std::fs::write(&noise, [7; 500]).unwrap();
        assert!(check_pictures(&noise).unwrap_err().contains("noise.txt"));
        assert!(check_pictures(dir.path()).unwrap_err().contains("no picture"));
        check_pictures(&Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/clock.jpg")).unwrap();
    }

    #[test]
    fn a_recording_stands_for_the_microphone_and_a_bad_one_is_said_at_the_start() {
        let dir = tempfile::tempdir().unwrap();
        let noise = dir.path().join("noise.wav");
        std::fs::write(&noise, [7; 500]).unwrap();
        let said = check_sound(&noise).unwrap_err();
        assert!(said.contains("noise.wav") && said.contains("use WAV"), "{said}");
        assert!(matches!(replay(&noise), Err(MicrophoneError::Unreadable { .. })));
        let speech = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples/speech.wav");
        check_sound(&speech).unwrap();
        assert!(replay(&speech).unwrap().name().ends_with("speech.wav"));
    }
}
