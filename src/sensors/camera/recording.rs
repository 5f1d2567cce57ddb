//! A recording: an animated GIF or WebP, which need no decoder that is not here for pictures anyway.
//!
//! It is decoded when it is opened, so that any moment of it is at hand; what goes beyond [`MAX_BYTES`] is left out.

use super::picture::{self, Picture};
use image::codecs::{gif::GifDecoder, webp::WebPDecoder};
use image::{AnimationDecoder, Frames, ImageDecoder, ImageFormat};
use std::io::Cursor;
use std::time::Duration;

/// Some 300 pictures of 640 × 480.
const MAX_BYTES: usize = 256 << 20;
/// Browsers show a picture that claims less than 20 ms for 100 ms, and recordings count on it.
const SHORTEST: Duration = Duration::from_millis(20);
const INSTEAD: Duration = Duration::from_millis(100);

/// The pictures, each with the time at which it ends.
#[derive(Debug)]
pub struct Recording {
    pictures: Vec<(Picture, Duration)>,
    /// Why it is shorter than its file, if it is.
    pub cut: Option<String>,
}

impl Recording {
    /// `None` when the file is no animation: one picture, or another kind of file. `Err` when it is one whose
    /// first picture is torn.
    pub fn decode(bytes: &[u8]) -> Option<Result<Self, String>> {
        let data = Cursor::new(bytes);
        let frames = match image::guess_format(bytes) {
            Ok(ImageFormat::Gif) => GifDecoder::new(data).and_then(|mut decoder| {
                decoder.set_limits(picture::limits())?;
                Ok(decoder.into_frames())
            }),
            Ok(ImageFormat::WebP) => match WebPDecoder::new(data) {
                Ok(decoder) if !decoder.has_animation() => return None,
                Ok(mut decoder) => decoder.set_limits(picture::limits()).map(|()| decoder.into_frames()),
                Err(error) => Err(error),
            },
            _ => return None,
        };
        let recording = frames.map_err(|e| e.to_string()).and_then(Self::collect);
        match recording {
            Ok(recording) if recording.pictures.len() < 2 && recording.cut.is_none() => None,
            other => Some(other),
        }
    }

    fn collect(frames: Frames<'_>) -> Result<Self, String> {
        let mut recording = Self { pictures: Vec::new(), cut: None };
        let (mut bytes, mut end) = (0, Duration::ZERO);
        for frame in frames {
            let frame = match frame {
                Ok(frame) => frame,
                Err(error) if recording.pictures.is_empty() => return Err(error.to_string()),
                Err(error) => {
                    recording.cut = Some(format!("it is torn: {error}"));
                    break;
                }
            };
            let delay = Duration::from(frame.delay());
            end += if delay < SHORTEST { INSTEAD } else { delay };
            let picture = Picture::of_animation(frame.into_buffer());
            bytes += picture.rgb.len();
            if bytes > MAX_BYTES {
                recording.cut = Some(format!("it has more than {} MiB of pictures", MAX_BYTES >> 20));
                break;
            }
            recording.pictures.push((picture, end));
        }
        if recording.pictures.is_empty() {
            return Err(recording.cut.unwrap_or_else(|| "it shows nothing".into()));
        }
        Ok(recording)
    }

    /// The picture that shows so long after the start; the recording begins anew when it is over.
    pub fn at(&self, elapsed: Duration) -> &Picture {
        let total = self.pictures.last().map_or(INSTEAD, |(_, end)| *end);
        let moment = Duration::from_nanos((elapsed.as_nanos() % total.as_nanos()) as u64);
        let index = self.pictures.partition_point(|(_, end)| *end <= moment);
        &self.pictures[index].0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::codecs::gif::GifEncoder;
    use image::{Delay, Frame, Rgba, RgbaImage};

    fn gif(grey: &[u8], delay_ms: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let frames = grey.iter().map(|g| {
            let picture = RgbaImage::from_pixel(8, 8, Rgba([*g, *g, *g, 255]));
            Frame::from_parts(picture, 0, 0, Delay::from_numer_denom_ms(delay_ms, 1))
        });
        GifEncoder::new(&mut bytes).encode_frames(frames).unwrap();
        bytes
    }

    #[test]
    fn each_picture_shows_for_its_time_and_it_begins_anew() {
        let recording = Recording::decode(&gif(&[0, 100, 200], 50)).unwrap().unwrap();
        for (ms, grey) in [(0, 0), (49, 0), (50, 100), (149, 200), (150, 0), (15_000_060, 100)] {
            assert_eq!(recording.at(Duration::from_millis(ms)).rgb[0], grey, "at {ms} ms");
        }
    }

    #[test]
    fn hurried_pictures_take_their_time() {
        let recording = Recording::decode(&gif(&[0, 100], 0)).unwrap().unwrap();
        assert_eq!(recording.at(Duration::from_millis(99)).rgb[0], 0);
        assert_eq!(recording.at(Duration::from_millis(100)).rgb[0], 100);
    }

    #[test]
    fn a_torn_recording_plays_what_is_left() {
        let whole = gif(&[0, 100, 200, 50], 50);
        let torn = Recording::decode(&whole[..whole.len() * 3 / 5]).unwrap().unwrap();
        assert!(torn.cut.is_some());
        assert_eq!(torn.at(Duration::ZERO).rgb[0], 0);
        assert!(Recording::decode(&whole[..20]).unwrap().is_err());
    }

    #[test]
    fn one_picture_is_no_recording() {
        assert!(Recording::decode(&gif(&[7], 50)).is_none());
        assert!(Recording::decode(b"no picture at all").is_none());
    }
}
