//! Sound files to what the models hear: mono samples at 16 kHz.
//!
//! In: WAV (8 to 32 bit, float), FLAC, MP3 or OGG/Vorbis, rates from 1 to 768 kHz, 1 to 32 channels.
//! Out: f32 samples, nominally in ±1, channels averaged, with the duration. symphonia decodes packet by
//! packet and each goes straight through the resampler, so memory is the result (at most
//! [`MAX_DURATION_S`], 0.9 GB) and a packet; nothing is allocated on a header's word.
//!
//! A recording torn in the middle gives the part that is there, with a warning: whoever lost the end of
//! a talk still wants its beginning. A file with no readable sound at all is an error.

mod source;

pub use crate::resample::SAMPLE_RATE_HZ;

use crate::inference::{Error, Result};
use crate::resample::{Block, Resampler};
use source::{Piece, Source};
use std::fs::File;
use std::io::Cursor;
use std::path::Path;
use symphonia::core::io::MediaSource;

/// The longest recording that is read, in seconds: 4 hours, which are 0.9 GB of samples.
pub const MAX_DURATION_S: u64 = 4 * 3600;
/// Sample values beyond this (full scale is 1) are damage: not even 16-bit integers taken for floats.
const MAX_VALUE: f32 = 32_768.0;

/// A sound as the models hear it.
#[derive(Debug, Clone, PartialEq)]
pub struct Audio {
    /// Mono samples at [`SAMPLE_RATE_HZ`], nominally in ±1, never NaN or infinite.
    pub samples: Vec<f32>,
    /// The duration in seconds.
    pub duration_s: f64,
    /// What a person should know: the recording was torn, or samples in it were broken.
    pub warning: Option<String>,
}

/// Reads a sound file.
///
/// Errors are [`Error::Input`]: the file cannot be opened, is no sound in a known format, holds no
/// samples, or exceeds the limits above.
pub fn read_file(path: &Path) -> Result<Audio> {
    let name = path.display();
    let unreadable = |e| Error::Input(format!("{name} cannot be opened: {e}; check its path"));
    // Asked before it is opened: a pipe is open only once somebody writes to it.
    let meta = path.metadata().map_err(unreadable)?;
    if meta.is_dir() {
        return Err(Error::Input(format!("{name} is a folder; name the recordings in it")));
    }
    if !meta.is_file() {
        return Err(Error::Input(format!("{name} is a pipe or a device; name a recording")));
    }
    if meta.len() == 0 {
        return Err(Error::Input(format!("{name} is empty; choose another recording")));
    }
    let file = File::open(path).map_err(unreadable)?;
    decode_source(Box::new(file)).map_err(|e| Error::Input(format!("{name}: {e}")))
}

/// Decodes a sound file held in memory; errors as [`read_file`].
pub fn decode(bytes: &[u8]) -> Result<Audio> {
    if bytes.is_empty() {
        return Err(Error::Input("the sound is empty; choose another recording".into()));
    }
    decode_source(Box::new(Cursor::new(bytes)))
}

fn decode_source<'s>(media: Box<dyn MediaSource + 's>) -> Result<Audio> {
    let mut source = Source::open(media)?;
    if let Some(seconds) = source.claimed_s().filter(|&s| s > MAX_DURATION_S as f64) {
        return Err(too_long(&format!("{:.1} hours long", seconds / 3600.0)));
    }
    let mut mixer = Mixer::default();
    while let Some(piece) = source.next()? {
        mixer.take(piece)?;
    }
    let broken_samples = mixer.broken;
    let samples = mixer.finish()?;
    if samples.is_empty() {
        let why = source.broke().unwrap_or("it ends before the first sample");
        return Err(Error::Input(format!("the file holds no sound: {why}")));
    }
    let duration_s = samples.len() as f64 / f64::from(SAMPLE_RATE_HZ);
    let warning = warning(&source, duration_s, broken_samples);
    Ok(Audio { samples, duration_s, warning })
}

/// What a person should know of a recording that was read but not whole.
fn warning(source: &Source, duration_s: f64, broken_samples: usize) -> Option<String> {
    // Formats that only estimate their duration are a little off.
    let short = source.claimed_s().filter(|claimed| duration_s < claimed * 0.98 - 0.1);
    let mut troubles = Vec::new();
    match (short, source.broke()) {
        (Some(claimed), _) => troubles.push(format!("it breaks off after {duration_s:.1} of {claimed:.1} s")),
        (None, Some(why)) => troubles.push(format!("it cannot be read beyond {duration_s:.1} s ({why})")),
        (None, None) => {}
    }
    if source.damaged() > 0 {
        troubles.push(format!("{} damaged parts were left out", source.damaged()));
    }
    if broken_samples > 0 {
        troubles.push(format!("{broken_samples} samples were no sound and count as silence"));
    }
    (!troubles.is_empty()).then(|| format!("the recording is damaged: {}", troubles.join(", ")))
}

fn too_long(what: &str) -> Error {
    let hours = MAX_DURATION_S / 3600;
    Error::Input(format!("the recording is {what}, at most {hours} hours can be read; cut it into parts"))
}

/// Averages the channels and resamples, following changes of rate inside a file.
#[derive(Default)]
struct Mixer {
    resampler: Option<Resampler>,
    mono: Vec<f32>,
    samples: Vec<f32>,
    broken: usize,
}

impl Mixer {
    fn take(&mut self, piece: &Piece) -> Result<()> {
        if self.resampler.as_ref().is_some_and(|r| r.rate_hz() != piece.rate_hz) {
            self.flush()?;
        }
        self.mono.clear();
        for frame in piece.samples.chunks_exact(piece.channels) {
            let mut sum = 0.0;
            for &value in frame {
                // Also false for NaN.
                if value.abs() <= MAX_VALUE {
                    sum += value;
                } else {
                    self.broken += 1;
                }
            }
            self.mono.push(sum / piece.channels as f32);
        }
        let resampler = match &mut self.resampler {
            Some(resampler) => resampler,
            none => none.insert(Resampler::new(piece.rate_hz, Block::Long).map_err(Error::Input)?),
        };
        resampler.push(&self.mono, &mut self.samples).map_err(Error::Input)?;
        if self.samples.len() as u64 > MAX_DURATION_S * u64::from(SAMPLE_RATE_HZ) {
            return Err(too_long("longer than it says"));
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<()> {
        match self.resampler.take() {
            Some(resampler) => resampler.finish(&mut self.samples).map_err(Error::Input),
            None => Ok(()),
        }
    }

    fn finish(mut self) -> Result<Vec<f32>> {
        self.flush()?;
        Ok(self.samples)
    }
}
