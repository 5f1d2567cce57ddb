//! Whether somebody speaks, and where: decided before the speech model runs.
//!
//! In: mono samples at 16 kHz. Out: [`Region`]s in samples, none where nobody speaks. Whisper writes words
//! under anything it is given, so this decides what it is given. Four steps, each because the one before
//! is not enough:
//!
//! 1. **Level** (`level`): the foreground is brought to one loudness. What follows then answers the same
//!    at −6 and at −60 dBFS.
//! 2. **Score** (`score`): earshot, a recurrent network of 40 kB, says how much every 16 ms sounds like a
//!    voice. It passes speech in every language tried, and stops clicks, typing, drums, square waves,
//!    most motors. Energy could do none of this. But it takes for voices: chords, a piano, a flute, bells, a
//!    dialling telephone, and at times wind, fans and white noise.
//! 3. **Runs**: hysteresis joins syllables; what is voiced for less than 0.34 s is dropped.
//! 4. **Second opinion** (`evidence`): a run must also vary like speech (not noise, hum, a fan), glide (not a
//!    piano) and be rich in harmonics (not a flute, a siren, a bell).
//!
//! The limits below were set between the worst measured on either side. Speech: the six clips and nine
//! espeak-ng utterances (six languages, single words too), plain, 30 dB down at 16 bit, under white noise, a
//! fan or a piano 10 dB below, with an offset, through a 3 kHz low pass, amid silence. No speech: the
//! forty sounds of `tests/no_speech.rs`; of 640 variants of them with other seeds and pitches, none passed.
//! What it can't tell from speech: fast or plucked music with many partials (a guitar, a band), bursts
//! of noise of changing colour, barking: of 160 such sounds, 100 passed. And one syllable of 0.3 s, alone,
//! is dropped like any fragment.

mod chunks;
mod evidence;
mod level;
mod score;

pub use chunks::chunks;
pub(super) use chunks::{LONGEST_PAUSE_S, quietest};

use crate::inference::speech::audio::SAMPLE_RATE_HZ;
use evidence::{Evidence, Judge};
use level::{FRAME, Levels};
use std::ops::Range;

/// A part of a signal, in samples: `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region {
    /// The first sample.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

/// A run begins where the score reaches this …
const ENTER: f32 = 0.5;
/// … and goes on while it stays above this.
const STAY: f32 = 0.3;
/// Pauses up to this belong to the speech around them, in frames (0.3 s: stops, breaths).
const BRIDGE: usize = 19;
/// Least loud and voiced frames of a run (0.34 s): more than fit into 0.3 s. The word "no" has 21.
const LEAST_VOICED: usize = 21;
/// Least [`Evidence::variety_db`]. Speech from 4.2 ("stop" in noise) to 13; noise to 1.8, organ 1.8, a vowel 1.2.
const LEAST_VARIETY_DB: f32 = 2.7;
/// Most [`Evidence::held_frac`]. Speech to 0.11, over a piano to 0.38; piano from 0.66, chords 1.0.
const MOST_HELD_FRAC: f32 = 0.45;
/// Least [`Evidence::richness`]. Speech from 36 (a man, low-passed); sirens to 27, flutes 8, bells 12.
const LEAST_RICHNESS: f32 = 30.0;
/// Added on both sides, in samples (0.2 s): first and last consonants score low.
const PAD: usize = SAMPLE_RATE_HZ as usize / 5;

/// Where somebody speaks: sorted, disjoint, padded a little; empty if nobody does.
pub fn speech_regions(samples: &[f32]) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    for (run, evidence) in judged(samples) {
        if !is_speech(&evidence) {
            continue;
        }
        let start = (run.start * FRAME).saturating_sub(PAD);
        let end = (run.end * FRAME + PAD).min(samples.len());
        match regions.last_mut() {
            Some(previous) if previous.end >= start => previous.end = end,
            _ => regions.push(Region { start, end }),
        }
    }
    regions
}

fn is_speech(evidence: &Evidence) -> bool {
    evidence.voiced >= LEAST_VOICED
        && evidence.variety_db >= LEAST_VARIETY_DB
        && evidence.held_frac <= MOST_HELD_FRAC
        && evidence.richness >= LEAST_RICHNESS
}

/// The runs of frames that sound like a voice, each with the second opinion.
fn judged(samples: &[f32]) -> Vec<(Range<usize>, Evidence)> {
    let levels = Levels::measure(samples);
    let scores = score::scores(samples, &levels);
    let judge = Judge::new();
    let voiced = |frame: usize| scores[frame] >= STAY;
    let runs = runs(&scores).into_iter();
    runs.map(|run| (run.clone(), judge.measure(samples, &levels, run, voiced))).collect()
}

/// Runs of voiced frames, short pauses bridged.
fn runs(scores: &[f32]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    let mut inside = false;
    for (i, &score) in scores.iter().enumerate() {
        inside = score >= if inside { STAY } else { ENTER };
        match runs.last_mut() {
            _ if !inside => {}
            Some(run) if i - run.end <= BRIDGE => run.end = i + 1,
            _ => runs.push(i..i + 1),
        }
    }
    runs
}
