//! What the page's script (`assets/camera.js`) and the camera say to each other, on the bridge's channel `camera`.
//!
//! # To the page, as text
//! | `command` | with | meaning |
//! |---|---|---|
//! | `start` | `facing`: `front`, `back`; `again` | open this camera and show it; `again`: even if it was refused |
//! | `flip` | | turn to the other camera |
//! | `freeze` | `frozen` | hold the preview still, or let it go on |
//! | `frame` | `sequence`, `crop`: `square`, `whole`, `side` | send one picture that was not sent before |
//! | `stop` | | close the camera |
//!
//! # From the page, as text
//! | `state` | with | meaning |
//! |---|---|---|
//! | `asking` | | the person or the system is being asked |
//! | `live` | `facing`, `label`, `cameras` | pictures come; so many cameras there are |
//! | `failed` | as [`PageRefusal`] has it | getUserMedia refused |
//! | `ended` | `label` | the camera vanished in use |
//! | `muted` | `label` | the system gives its pictures to another program |
//!
//! # From the page, binary: one picture
//! Integers are little-endian.
//!
//! | bytes | |
//! |---|---|
//! | 0 | 1, the channel |
//! | 1 | quarter turns clockwise that make it upright, 0 to 3 |
//! | 2 | 0 unknown, 1 front, 2 back |
//! | 3 | 1 if it is mirrored, else 0 |
//! | 4–7 | the `sequence` that it answers |
//! | 8–9, 10–11 | width, height as sent, 1 to [`MAX_SIDE`] |
//! | 12–15 | its age in milliseconds |
//! | 16– | RGBA, `width * height * 4` bytes; alpha is opaque for a camera and not looked at |

use super::{CameraError, Facing, Frame, QuarterTurns, frame::upright};
use crate::sensors::bridge::{PageRefusal, Refusal};
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The longest side of a picture that a page may send.
pub const MAX_SIDE: u16 = 1920;
/// Before the pixels.
pub const HEADER_BYTES: usize = 16;

/// What the page sends of each picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameSize {
    /// The square in the middle, scaled to this many pixels a side.
    Square(u16),
    /// All of it, scaled down until its longer side has at most so many pixels.
    Whole(u16),
}

/// Why a message of the page is not a picture.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("{0} bytes hold no header of {HEADER_BYTES}")]
    Short(usize),
    #[error("byte {at} of the header is {value}")]
    Header { at: usize, value: u8 },
    #[error("{width} × {height} pixels, sides go from 1 to {MAX_SIDE}")]
    Size { width: u16, height: u16 },
    #[error("{got} bytes of pixels instead of {want}")]
    Length { got: usize, want: usize },
}

/// A picture as the page sent it, checked.
#[derive(Debug, PartialEq, Eq)]
pub struct PageFrame<'a> {
    pub sequence: u32,
    facing: Facing,
    turns: QuarterTurns,
    mirrored: bool,
    size: (u32, u32),
    age: Duration,
    rgba: &'a [u8],
}

impl<'a> PageFrame<'a> {
    /// Reads a binary message. Takes no memory.
    pub fn parse(message: &'a [u8]) -> Result<Self, Malformed> {
        let Some((header, rgba)) = message.split_first_chunk::<HEADER_BYTES>() else {
            return Err(Malformed::Short(message.len()));
        };
        let wrong = |at: usize| Malformed::Header { at, value: header[at] };
        let turns = QuarterTurns::from_degrees(u16::from(header[1]) * 90).ok_or(wrong(1))?;
        let facing = *[Facing::Unknown, Facing::Front, Facing::Back].get(usize::from(header[2])).ok_or(wrong(2))?;
        if header[3] > 1 {
            return Err(wrong(3));
        }
        let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
        let (width, height) = (word(8) as u16, (word(8) >> 16) as u16);
        if [width, height].iter().any(|side| !(1..=MAX_SIDE).contains(side)) {
            return Err(Malformed::Size { width, height });
        }
        let want = usize::from(width) * usize::from(height) * 4;
        if rgba.len() != want {
            return Err(Malformed::Length { got: rgba.len(), want });
        }
        Ok(Self {
            sequence: word(4),
            facing,
            turns,
            mirrored: header[3] == 1,
            size: (width.into(), height.into()),
            age: Duration::from_millis(word(12).into()),
            rgba,
        })
    }

    /// The picture, upright and not mirrored; `now` is when it arrived.
    pub fn to_frame(&self, now: Instant) -> Frame {
        let (width, height, mut rgb) = upright::<4>(self.rgba, self.size, self.turns);
        if self.mirrored {
            mirror(&mut rgb, width);
        }
        Frame { width, height, rgb, facing: self.facing, captured: now.checked_sub(self.age).unwrap_or(now) }
    }
}

/// Mirrors left and right what is seen upright.
fn mirror(rgb: &mut [u8], width: u32) {
    for row in rgb.chunks_exact_mut(width as usize * 3) {
        let (pixels, _) = row.as_chunks_mut::<3>();
        pixels.reverse();
    }
}

/// What the page says of its camera.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
pub enum PageState {
    Asking,
    Live {
        #[serde(default)]
        facing: PageFacing,
        #[serde(default)]
        label: String,
        #[serde(default)]
        cameras: u32,
    },
    Failed(PageRefusal),
    Ended {
        #[serde(default)]
        label: String,
    },
    Muted {
        #[serde(default)]
        label: String,
    },
}

/// [`Facing`] by the names of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PageFacing {
    Front,
    Back,
    #[default]
    #[serde(other)]
    Unknown,
}

impl From<PageFacing> for Facing {
    fn from(facing: PageFacing) -> Self {
        match facing {
            PageFacing::Front => Self::Front,
            PageFacing::Back => Self::Back,
            PageFacing::Unknown => Self::Unknown,
        }
    }
}

/// What a person calls a camera without a name.
pub fn named(label: &str) -> String {
    if label.is_empty() { "the camera".into() } else { label.chars().take(80).collect() }
}

/// Why getUserMedia gives no pictures.
pub fn refused(refusal: Refusal) -> CameraError {
    let device = named("");
    match refusal {
        Refusal::NoDevice => CameraError::NoDevice,
        Refusal::Denied => CameraError::Denied,
        Refusal::DeniedForGood => CameraError::DeniedForGood,
        Refusal::Busy(why) => CameraError::Busy { device, why },
        Refusal::Other(why) => CameraError::Failed { device, why },
    }
}

/// `again`: a person wants to be asked again.
pub fn start(facing: Facing, again: bool) -> Value {
    let facing = if facing == Facing::Front { "front" } else { "back" };
    json!({ "command": "start", "facing": facing, "again": again })
}

pub fn flip() -> Value {
    json!({ "command": "flip" })
}

pub fn freeze(frozen: bool) -> Value {
    json!({ "command": "freeze", "frozen": frozen })
}

pub fn stop() -> Value {
    json!({ "command": "stop" })
}

pub fn frame(sequence: u32, size: FrameSize) -> Value {
    let (crop, side) = match size {
        FrameSize::Square(side) => ("square", side),
        FrameSize::Whole(side) => ("whole", side),
    };
    json!({ "command": "frame", "sequence": sequence, "crop": crop, "side": side.clamp(1, MAX_SIDE) })
}

#[cfg(test)]
mod tests;
