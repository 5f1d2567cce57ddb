//! Files on their way to a screen: picked in the page, or sent by another app ("Open in Onhand").
//!
//! ```text
//! page ─ sensors::page_files ─▶┐
//!                              ├─▶ Arrivals ─▶ the button that picks files for that screen ─▶ the screen
//! other app ─ system::received ┘      └─▶ Navigation
//! ```
//! The newest counts. One for a screen that cannot take it yet, having no model, waits until it can.

use super::components::Picked;
use super::devices::Devices;
use super::in_view::{use_foreground, use_in_view};
use super::shell::{Navigation, Screen};
use crate::sensors::page_files::{self, PageFile};
use crate::system::{self, MAX_RECEIVED_BYTES, Received, Refused};
use dioxus::prelude::*;
use std::sync::Arc;
use tokio::sync::mpsc::unbounded_channel;
use tokio::task::spawn_blocking;

/// The button that picks pictures for the camera screen.
pub const CAMERA_FILE: &str = "camera-file";
/// The button that picks sounds for the microphone screen.
pub const MICROPHONE_FILE: &str = "mic-file";

/// A file for whatever has this id.
#[derive(Debug, Clone, PartialEq)]
struct Arrival {
    to: String,
    picked: Picked,
}

/// What has arrived and was not taken.
#[derive(Clone, Copy, PartialEq)]
pub struct Arrivals(Signal<Option<Arrival>>);

impl Arrivals {
    /// Something has arrived for `to`, in place of anything that was not taken.
    pub fn put(mut self, to: &str, picked: Picked) {
        self.0.set(Some(Arrival { to: to.into(), picked }));
    }

    /// Takes what is for `id`; whoever asks is asked again when something arrives.
    pub fn take(mut self, id: &str) -> Option<Picked> {
        if self.0.read().as_ref().is_none_or(|arrival| arrival.to != id) {
            return None;
        }
        self.0.write().take().map(|arrival| arrival.picked)
    }
}

/// Makes the place for what arrives.
pub fn provide() {
    let arrivals = use_signal(|| None);
    use_context_provider(|| Arrivals(arrivals));
}

/// Takes in what arrives. Called once, by what lives as long as the page.
pub fn use_arrivals() {
    let navigation = use_context::<Navigation>();
    let arrivals = use_context::<Arrivals>();
    let bridge = use_context::<Devices>().bridge;
    let _picked = use_hook(|| {
        let (sender, mut files) = unbounded_channel();
        let listening = bridge.ok().map(|bridge| {
            let listening = page_files::listen(&bridge, MAX_RECEIVED_BYTES, move |file| drop(sender.send(file)));
            Arc::new(listening)
        });
        spawn(async move {
            while let Some(file) = files.recv().await {
                let PageFile { pick, name, bytes } = file;
                arrivals.put(&pick, picked(name, bytes));
            }
        });
        listening
    });
    let (in_view, in_front) = (use_in_view(), use_foreground());
    use_effect(move || {
        // Another app puts this one in front when it sends something.
        if in_view() && in_front() {
            spawn(async move {
                if let Ok(Some(received)) = spawn_blocking(system::received).await {
                    let (screen, to, picked) = sent(received);
                    navigation.go(screen);
                    arrivals.put(to, picked);
                }
            });
        }
    });
}

fn picked(name: String, bytes: Result<Vec<u8>, String>) -> Picked {
    match bytes {
        Ok(bytes) => Picked::File { name, bytes: Arc::new(bytes) },
        Err(why) => Picked::Unreadable { name, why },
    }
}

/// Where that goes which another app has sent.
fn sent(received: Result<Received, Refused>) -> (Screen, &'static str, Picked) {
    match received {
        Ok(Received { name, is_sound: true, bytes }) => (Screen::Microphone, MICROPHONE_FILE, picked(name, Ok(bytes))),
        Ok(Received { name, is_sound: false, bytes }) => (Screen::Camera, CAMERA_FILE, picked(name, Ok(bytes))),
        Err(Refused(why)) => (Screen::Camera, CAMERA_FILE, picked(String::new(), Err(why))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sound_goes_to_the_microphone_and_all_else_to_the_camera() {
        let received = |is_sound| Received { name: "a".into(), is_sound, bytes: vec![1] };
        let to = |received| {
            let (screen, to, picked) = sent(received);
            (screen, to, matches!(picked, Picked::File { .. }))
        };
        assert_eq!(to(Ok(received(true))), (Screen::Microphone, MICROPHONE_FILE, true));
        assert_eq!(to(Ok(received(false))), (Screen::Camera, CAMERA_FILE, true));
        assert_eq!(to(Err(Refused("gone".into()))), (Screen::Camera, CAMERA_FILE, false));
    }
}
