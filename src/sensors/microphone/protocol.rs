//! What the page's script (`assets/microphone.js`) and the microphone say to each other, on the bridge's channel
//! `microphone`.
//!
//! # To the page, as text
//! | `command` | with | meaning |
//! |---|---|---|
//! | `start` | `take` | open the microphone, and send its sound under this number |
//! | `stop` | | let it go |
//!
//! # From the page, as text
//! | `state` | with | meaning |
//! |---|---|---|
//! | `asking` | | the person or the system is being asked |
//! | `live` | `label` | sound comes |
//! | `failed` | as [`PageRefusal`] has it | getUserMedia refused |
//! | `ended` | | the microphone vanished in use |
//! | `muted` | | the system gives its sound to another program |
//!
//! # From the page, binary: a piece of sound
//! Numbers are little-endian.
//!
//! | bytes | |
//! |---|---|
//! | 0 | 2, the channel |
//! | 1–3 | 0 |
//! | 4–7 | the `take` that it belongs to |
//! | 8–11 | samples a second, [`RATES_HZ`] |
//! | 12– | mono samples in ±1, 32-bit floats |

use super::MicrophoneError;
use crate::sensors::bridge::{PageRefusal, Refusal};
use serde::Deserialize;
use serde_json::{Value, json};
use std::ops::RangeInclusive;

/// Before the samples.
pub const HEADER_BYTES: usize = 12;
/// The rates that the Web Audio standard asks of every browser.
pub const RATES_HZ: RangeInclusive<u32> = 8_000..=96_000;

/// Why a message of the page is no sound.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("{0} bytes are no header of {HEADER_BYTES} and whole samples")]
    Length(usize),
    #[error("{0} samples a second")]
    Rate(u32),
}

/// A piece of sound as the page sent it, checked.
#[derive(Debug, PartialEq)]
pub struct PageSound<'a> {
    pub take: u32,
    pub rate_hz: u32,
    bytes: &'a [u8],
}

impl<'a> PageSound<'a> {
    /// Reads a binary message. Takes no memory.
    pub fn parse(message: &'a [u8]) -> Result<Self, Malformed> {
        let Some((header, bytes)) = message.split_first_chunk::<HEADER_BYTES>().filter(|(_, b)| b.len() % 4 == 0)
        else {
            return Err(Malformed::Length(message.len()));
        };
        let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        match word(8) {
            rate_hz if RATES_HZ.contains(&rate_hz) => Ok(Self { take: word(4), rate_hz, bytes }),
            rate_hz => Err(Malformed::Rate(rate_hz)),
        }
    }

    /// The samples; what is no number counts as silence.
    pub fn samples(&self) -> impl Iterator<Item = f32> {
        let (words, _) = self.bytes.as_chunks::<4>();
        words.iter().map(|word| f32::from_le_bytes(*word)).map(|x| if x.is_finite() { x } else { 0.0 })
    }
}

/// What the page says of its microphone.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum PageState {
    Asking,
    Live {
        #[serde(default)]
        label: String,
    },
    Failed(PageRefusal),
    Ended,
    Muted,
}

/// Why getUserMedia gives no sound.
pub fn refused(refusal: Refusal) -> MicrophoneError {
    match refusal {
        Refusal::NoDevice => MicrophoneError::NoDevice,
        Refusal::Denied => MicrophoneError::Denied,
        Refusal::DeniedForGood => MicrophoneError::DeniedForGood,
        Refusal::Busy(_) => MicrophoneError::Busy,
        Refusal::Other(why) => unreadable(why),
    }
}

/// It is there, and gives no sound: why.
pub fn unreadable(why: String) -> MicrophoneError {
    MicrophoneError::Unreadable { name: "of the app's page".into(), why }
}

pub fn start(take: u32) -> Value {
    json!({ "command": "start", "take": take })
}

pub fn stop() -> Value {
    json!({ "command": "stop" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_piece_of_sound_is_read_and_a_lying_one_refused() {
        let mut message = vec![2, 0, 0, 0, 7, 0, 0, 0, 0x80, 0xbb, 0, 0];
        message.extend([0.5f32, f32::NAN, -1.0].iter().flat_map(|x| x.to_le_bytes()));
        let sound = PageSound::parse(&message).unwrap();
        assert_eq!((sound.take, sound.rate_hz), (7, 48_000));
        assert_eq!(sound.samples().collect::<Vec<_>>(), [0.5, 0.0, -1.0]);
        assert_eq!(PageSound::parse(&message[..23]), Err(Malformed::Length(23)));
        assert_eq!(PageSound::parse(&message[..11]), Err(Malformed::Length(11)));
        message[8..12].fill(0);
        assert_eq!(PageSound::parse(&message), Err(Malformed::Rate(0)));
    }

    #[test]
    fn the_pages_states_are_read() {
        let read = |json: &str| serde_json::from_str::<PageState>(json);
        let live = read(r#"{"channel":"microphone","state":"live","label":"Desk"}"#);
        assert_eq!(live.unwrap(), PageState::Live { label: "Desk".into() });
        assert!(matches!(read(r#"{"state":"failed","error":"AbortError"}"#), Ok(PageState::Failed(_))));
        assert!(read(r#"{"state":"failed"}"#).is_err() && read(r#"{"state":"humming"}"#).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_sound_or_refused(message in proptest::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(sound) = PageSound::parse(&message) {
                prop_assert!(sound.samples().all(f32::is_finite));
                prop_assert_eq!(sound.samples().count() * 4 + HEADER_BYTES, message.len());
            }
        }
    }
}
