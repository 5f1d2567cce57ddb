//! Whether somebody speaks, and where: decided before the speech model runs.
//!
//! In: mono samples at 16 kHz. Out: [`Region`]s in samples, none where nobody speaks.

mod chunks;
mod score;

pub use chunks::chunks;

use crate::inference::speech::audio::SAMPLE_RATE_HZ;
use score::FRAME;

/// A part of a signal, in samples: `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// The first sample.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

/// A region begins where the score reaches this …
const ENTER: f32 = 0.5;
/// … and goes on while it stays above this.
const STAY: f32 = 0.3;
/// Pauses up to this belong to the speech around them, in frames (0.3 s: stops, breaths).
const BRIDGE: usize = 19;
/// Less than this between the first and the last voiced frame is no speech, in frames (0.32 s).
const LEAST: usize = 20;
/// Added on both sides, in samples (0.2 s): first and last consonants score low.
const PAD: usize = SAMPLE_RATE_HZ as usize / 5;

/// Where somebody speaks: sorted, disjoint, padded a little; empty if nobody does.
pub fn speech_regions(samples: &[f32]) -> Vec<Region> {
    let scores = score::scores(samples);
    let mut regions: Vec<Region> = Vec::new();
    for (first, last) in runs(&scores) {
        let start = (first * FRAME).saturating_sub(PAD);
        let end = (last * FRAME + PAD).min(samples.len());
        match regions.last_mut() {
            Some(previous) if previous.end >= start => previous.end = end,
            _ => regions.push(Region { start, end }),
        }
    }
    regions
}

/// Runs of voiced frames, `first..last`, short pauses bridged, short runs dropped.
fn runs(scores: &[f32]) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut inside = false;
    for (i, &score) in scores.iter().enumerate() {
        inside = score >= if inside { STAY } else { ENTER };
        if !inside {
            continue;
        }
        match runs.last_mut() {
            Some(run) if i - run.1 <= BRIDGE => run.1 = i + 1,
            _ => runs.push((i, i + 1)),
        }
    }
    runs.retain(|(first, last)| last - first >= LEAST);
    runs
}
