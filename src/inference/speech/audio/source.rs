//! A sound file as a stream of decoded pieces: symphonia behind one small door.
//!
//! In: a byte source. Out: [`Piece`]s of interleaved f32 samples with their rate and channels, then the
//! end, then what went wrong on the way. What a header claims is checked before a decoder is made
//! from it, because decoders take memory by the channel.

use crate::inference::{Error, Result};
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as Symphonia;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

/// The rates that a file may have, in Hz. Below the least no word can be understood, above the greatest
/// no recorder works.
const RATES_HZ: std::ops::RangeInclusive<u32> = 1_000..=768_000;
/// The most channels that a file may have.
const CHANNELS: std::ops::RangeInclusive<usize> = 1..=32;
/// So many unreadable packets on end, and the rest is given up: a bound on time for hostile files.
const MAX_FAILURES: usize = 1_000;

/// Decoded samples.
#[derive(Debug, Default)]
pub(super) struct Piece {
    /// Interleaved by channel.
    pub samples: Vec<f32>,
    /// How many channels.
    pub channels: usize,
    /// Their rate in Hz.
    pub rate_hz: u32,
}

/// An open sound file.
pub(super) struct Source<'s> {
    format: Box<dyn FormatReader + 's>,
    track: u32,
    decoder: Box<dyn AudioDecoder>,
    piece: Piece,
    claimed_s: Option<f64>,
    damaged: usize,
    broke: Option<String>,
}

impl<'s> Source<'s> {
    /// Recognises the format and prepares the decoder.
    pub(super) fn open(media: Box<dyn MediaSource + 's>) -> Result<Self> {
        guard(|| Self::open_unguarded(media))
            .unwrap_or_else(|| Err(Error::Input("the sound is damaged at its start and cannot be read".into())))
    }

    fn open_unguarded(media: Box<dyn MediaSource + 's>) -> Result<Self> {
        let bytes = media.byte_len();
        let stream = MediaSourceStream::new(media, Default::default());
        let format = symphonia::default::get_probe()
            .probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|e| {
                let why = e.to_string();
                // That none of its formats fits says no more than the sentence does.
                let why = if why.contains("probe") { String::new() } else { format!(" ({why})") };
                Error::Input(format!("this is no sound that can be read{why}; use WAV, FLAC, MP3 or OGG"))
            })?;
        let (track, decoder) = decoder(format.as_ref())?;
        let claimed_s = claimed_s(format.as_ref(), bytes);
        Ok(Self { format, track, decoder, piece: Piece::default(), claimed_s, damaged: 0, broke: None })
    }

    /// The duration in seconds that the file announces, where it does.
    pub(super) fn claimed_s(&self) -> Option<f64> {
        self.claimed_s
    }

    /// Packets that could not be read and were left out.
    pub(super) fn damaged(&self) -> usize {
        self.damaged
    }

    /// Why the file could not be read to its end, if so.
    pub(super) fn broke(&self) -> Option<&str> {
        self.broke.as_deref()
    }

    /// The next decoded samples; `None` at the end, be it the right one or an early one.
    pub(super) fn next(&mut self) -> Result<Option<&Piece>> {
        let mut failures = 0;
        while self.broke.is_none() && failures < MAX_FAILURES {
            match guard(|| self.step()) {
                None => self.broke = Some("it is damaged".into()),
                Some(Step::Piece) => {
                    check(self.piece.rate_hz, self.piece.channels)?;
                    return Ok(Some(&self.piece));
                }
                Some(Step::End) => return Ok(None),
                Some(Step::Skip) => {}
                Some(Step::Damaged) => {
                    failures += 1;
                    self.damaged += 1;
                }
                Some(Step::NewStream) => {
                    // Without progress between two of them, a hostile file could do this for ever.
                    failures += 1;
                    (self.track, self.decoder) = decoder(self.format.as_ref())?;
                    // The claim was about the first stream alone.
                    self.claimed_s = None;
                }
                Some(Step::Broken(why)) => self.broke = Some(why),
            }
        }
        self.broke.get_or_insert_with(|| "it is damaged".into());
        Ok(None)
    }

    fn step(&mut self) -> Step {
        let packet = match self.format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Step::End,
            Err(Symphonia::ResetRequired) => return Step::NewStream,
            Err(Symphonia::IoError(e)) if e.kind() == ErrorKind::UnexpectedEof => return Step::End,
            Err(Symphonia::DecodeError(_)) => return Step::Damaged,
            Err(e) => return Step::Broken(e.to_string()),
        };
        if packet.track_id != self.track {
            return Step::Skip;
        }
        match self.decoder.decode(&packet) {
            Ok(decoded) => {
                self.piece.rate_hz = decoded.spec().rate();
                self.piece.channels = decoded.spec().channels().count();
                decoded.copy_to_vec_interleaved(&mut self.piece.samples);
                if self.piece.samples.is_empty() { Step::Skip } else { Step::Piece }
            }
            Err(Symphonia::ResetRequired) => Step::NewStream,
            Err(Symphonia::DecodeError(_) | Symphonia::IoError(_)) => Step::Damaged,
            Err(e) => Step::Broken(e.to_string()),
        }
    }
}

enum Step {
    Piece,
    End,
    Skip,
    Damaged,
    NewStream,
    Broken(String),
}

/// The track to read and its decoder, once the claims of the header are found bearable.
fn decoder(format: &dyn FormatReader) -> Result<(u32, Box<dyn AudioDecoder>)> {
    let none = || Error::Input("the file holds no sound track that can be read; use WAV, FLAC, MP3 or OGG".into());
    let track = format.default_track(TrackType::Audio).ok_or_else(none)?;
    let params = params(format).ok_or_else(none)?;
    let channels = params.channels.as_ref().map_or(1, |c| c.count());
    check(params.sample_rate.unwrap_or(*RATES_HZ.start()), channels)?;
    let decoder =
        symphonia::default::get_codecs().make_audio_decoder(params, &AudioDecoderOptions::default()).map_err(|e| {
            Error::Input(format!("the sound is coded in a way that cannot be read ({e}); use WAV, FLAC, MP3 or OGG"))
        })?;
    Ok((track.id, decoder))
}

fn params(format: &dyn FormatReader) -> Option<&AudioCodecParameters> {
    format.default_track(TrackType::Audio)?.codec_params.as_ref().and_then(CodecParameters::audio)
}

fn check(rate_hz: u32, channels: usize) -> Result<()> {
    if !RATES_HZ.contains(&rate_hz) {
        return Err(Error::Input(format!(
            "the sound has {rate_hz} samples a second, {} to {} can be read; convert it to 16000",
            RATES_HZ.start(),
            RATES_HZ.end()
        )));
    }
    if !CHANNELS.contains(&channels) {
        return Err(Error::Input(format!(
            "the sound has {channels} channels, 1 to {} can be read; convert it to mono",
            CHANNELS.end()
        )));
    }
    Ok(())
}

/// What the header says of the duration. A WAV file has a stand-in there when it was written into a
/// pipe: a number of samples that would need more bytes than the format can count says nothing.
fn claimed_s(format: &dyn FormatReader, bytes: Option<u64>) -> Option<f64> {
    let track = format.default_track(TrackType::Audio)?;
    let params = params(format)?;
    let frames = track.num_frames?;
    let whole_file = bytes.unwrap_or(u64::MAX);
    let stand_in =
        format.format_info().short_name == "wave" && frames > whole_file && frames >= u64::from(u32::MAX / 64);
    (!stand_in).then_some(frames as f64 / f64::from(params.sample_rate?))
}

/// Runs a part of symphonia; `None` if it panicked. Mutated files found one such place (the WAV reader
/// multiplies 16-bit header fields, which overflows where arithmetic is checked); nothing of symphonia
/// is used again afterwards.
fn guard<T>(run: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(run)).ok()
}
