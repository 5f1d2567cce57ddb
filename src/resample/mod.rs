//! Sound of any sample rate to the rate that speech models hear, as a stream.
//!
//! In: mono samples in pieces of any length. Out: appended to a vector, with no seam between pieces and aligned with
//! the input; over a whole stream exactly `ceil(n · 16000 / rate)` of them. The method is rubato's synchronous FFT
//! resampler (overlap-add, a Blackman-Harris² windowed sinc below the lower Nyquist frequency); its delay of half a
//! block is dropped at the start and pumped out at the end. Memory is a few blocks, whatever the length of the stream.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _};
use std::fmt::Display;

/// The rate that the models hear, in Hz.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// How much sound is filtered at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// 20 ms, for a microphone: sound comes a block and a half late. Rates that divide badly take longer ones (40 ms at
    /// 22.05 kHz, 80 at 11.025).
    Short,
    /// 64 ms, for a file. The longer, the steeper the filter: the pass band ends within 1 % of the Nyquist frequency.
    Long,
}

impl Block {
    fn seconds(self) -> f64 {
        match self {
            Self::Short => 0.02,
            Self::Long => 0.064,
        }
    }
}

/// Resamples one stream of one rate.
pub struct Resampler {
    rate_hz: u32,
    taken: u64,
    given: u64,
    // None where the rate is right: such samples pass untouched.
    stage: Option<Stage>,
}

struct Stage {
    fft: Fft<f32>,
    pending: Vec<f32>,
    block_out: Vec<f32>,
    delay_left: usize,
}

impl Resampler {
    /// # Errors
    /// A sentence, for a rate that cannot be.
    pub fn new(rate_hz: u32, block: Block) -> Result<Self, String> {
        let stage = match rate_hz {
            0 => return Err("it claims no samples at all".into()),
            SAMPLE_RATE_HZ => None,
            _ => Some(Stage::new(rate_hz, block)?),
        };
        Ok(Self { rate_hz, taken: 0, given: 0, stage })
    }

    /// The rate it resamples from, in Hz.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// How many samples at 16 kHz so many are.
    pub fn resampled_len(&self, samples: u64) -> u64 {
        (samples * u64::from(SAMPLE_RATE_HZ)).div_ceil(u64::from(self.rate_hz))
    }

    /// Takes `samples` in and appends to `out` what is ready.
    ///
    /// # Errors
    /// A sentence; never seen.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), String> {
        self.taken += samples.len() as u64;
        let before = out.len();
        match &mut self.stage {
            None => out.extend_from_slice(samples),
            Some(stage) => stage.push(samples, out)?,
        }
        self.given += (out.len() - before) as u64;
        Ok(())
    }

    /// Appends what the filter still holds, so that the whole stream has its exact length.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn finish(mut self, out: &mut Vec<f32>) -> Result<(), String> {
        let end = out.len() as u64 - self.given + self.resampled_len(self.taken);
        let Some(stage) = &mut self.stage else { return Ok(()) };
        while (out.len() as u64) < end {
            stage.push(&vec![0.0; stage.fft.input_frames_next()], out)?;
        }
        // Never longer than `out`, so the cast is safe.
        out.truncate(end as usize);
        Ok(())
    }
}

impl Stage {
    fn new(rate_hz: u32, block: Block) -> Result<Self, String> {
        let (rate, target) = (rate_hz as usize, SAMPLE_RATE_HZ as usize);
        let step = rate / gcd(rate, target);
        // An even number of steps: half a block is then a whole number of samples on both sides and the delay can be
        // dropped exactly.
        let chunk = ((rate as f64 * block.seconds()) as usize).div_ceil(2 * step).max(1) * 2 * step;
        let fft = Fft::new(rate, target, chunk, 1, FixedSync::Both)
            .map_err(|e| format!("{rate_hz} samples a second cannot be resampled: {e}"))?;
        let (delay_left, block_out) = (fft.output_delay(), vec![0.0; fft.output_frames_max()]);
        Ok(Self { fft, pending: Vec::new(), block_out, delay_left })
    }

    fn push(&mut self, mut samples: &[f32], out: &mut Vec<f32>) -> Result<(), String> {
        while !samples.is_empty() {
            let need = self.fft.input_frames_next();
            let (now, later) = samples.split_at((need - self.pending.len()).min(samples.len()));
            self.pending.extend_from_slice(now);
            samples = later;
            if self.pending.len() == need {
                self.block(out)?;
                self.pending.clear();
            }
        }
        Ok(())
    }

    fn block(&mut self, out: &mut Vec<f32>) -> Result<(), String> {
        let frames_out = self.block_out.len();
        let failed = |e: &dyn Display| format!("the sound cannot be resampled: {e}");
        let input = InterleavedSlice::new(&self.pending, 1, self.pending.len()).map_err(|e| failed(&e))?;
        let mut output = InterleavedSlice::new_mut(&mut self.block_out, 1, frames_out).map_err(|e| failed(&e))?;
        let (_, written) = self.fft.process_into_buffer(&input, &mut output, None).map_err(|e| failed(&e))?;
        let dropped = self.delay_left.min(written);
        self.delay_left -= dropped;
        out.extend_from_slice(&self.block_out[dropped..written]);
        Ok(())
    }
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f64::consts::TAU;

    fn sine(rate_hz: u32, hz: f64, len: usize) -> Vec<f32> {
        (0..len).map(|i| (0.5 * (TAU * hz * i as f64 / f64::from(rate_hz)).sin()) as f32).collect()
    }

    /// What comes without waiting for the end.
    fn so_far(rate_hz: u32, block: Block, samples: &[f32], piece: usize) -> (Resampler, Vec<f32>) {
        let mut resampler = Resampler::new(rate_hz, block).unwrap();
        let mut out = Vec::new();
        for part in samples.chunks(piece.max(1)) {
            resampler.push(part, &mut out).unwrap();
        }
        (resampler, out)
    }

    fn whole(rate_hz: u32, block: Block, samples: &[f32], piece: usize) -> Vec<f32> {
        let (resampler, mut out) = so_far(rate_hz, block, samples, piece);
        resampler.finish(&mut out).unwrap();
        out
    }

    /// Away from the ends, where the sine is switched on and off, which rings.
    fn worst_difference(a: &[f32], b: &[f32]) -> f32 {
        let edge = a.len() / 4;
        (edge..a.len() - edge).map(|i| (a[i] - b[i]).abs()).fold(0.0, f32::max)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Any rate, any cut into pieces: the length law, and a sine stays the same sine in the same place, which is
        /// energy, frequency and delay in one.
        #[test]
        fn a_sine_stays_itself(
            rate_hz in prop_oneof![8_000u32..=192_000, Just(44_100u32), Just(48_000), Just(22_050), Just(11_025), Just(16_000)],
            hz in 60.0f64..3_600.0,
            millis in 150usize..600,
            piece in 1usize..5_000,
        ) {
            let len = rate_hz as usize * millis / 1_000;
            let out = whole(rate_hz, Block::Long, &sine(rate_hz, hz, len), piece);
            prop_assert_eq!(out.len() as u64, (len as u64 * 16_000).div_ceil(u64::from(rate_hz)));
            let worst = worst_difference(&out, &sine(SAMPLE_RATE_HZ, hz, out.len()));
            prop_assert!(worst < 2e-3, "{} Hz of {} Hz differs by {}", hz, rate_hz, worst);
        }

        /// What microphones have, cut anyhow: the same as in one piece, late by a block and a half at most.
        #[test]
        fn pieces_have_no_seams_and_come_soon(
            rate_hz in prop::sample::select(vec![8_000u32, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000]),
            hz in 60.0f64..3_400.0,
            millis in 200usize..700,
            piece in 1usize..5_000,
        ) {
            let len = rate_hz as usize * millis / 1_000;
            let input = sine(rate_hz, hz, len);
            let (_, out) = so_far(rate_hz, Block::Short, &input, piece);
            prop_assert_eq!(&out, &so_far(rate_hz, Block::Short, &input, len).1);
            let whole = whole(rate_hz, Block::Short, &input, piece);
            let late = whole.len().saturating_sub(out.len());
            prop_assert!(late <= 16_000 * 120 / 1_000 + 1, "{} late", late);
            prop_assert!(out.iter().zip(&whole).all(|(a, b)| (a - b).abs() < 1e-4));
            let worst = worst_difference(&whole, &sine(SAMPLE_RATE_HZ, hz, whole.len()));
            prop_assert!(worst < 5e-3, "{} Hz of {} Hz differs by {}", hz, rate_hz, worst);
        }

        /// What lies over 8 kHz is gone, not folded down.
        #[test]
        fn what_cannot_be_kept_does_not_alias(rate_hz in 24_000u32..=192_000, place in 0.0f64..1.0) {
            let hz = 8_400.0 + place * (f64::from(rate_hz) / 2.0 - 8_500.0);
            let out = whole(rate_hz, Block::Long, &sine(rate_hz, hz, rate_hz as usize / 4), 1_000);
            let worst = worst_difference(&out, &vec![0.0; out.len()]);
            prop_assert!(worst < 1e-3, "{} Hz of {} Hz left {}", hz, rate_hz, worst);
        }

        /// Any samples a microphone can give stay numbers.
        #[test]
        fn no_sound_becomes_no_number(samples in prop::collection::vec(-1.0f32..=1.0, 0..4_000), rate_hz in 8_000u32..48_000) {
            let out = whole(rate_hz, Block::Short, &samples, 480);
            prop_assert!(out.iter().all(|x| x.is_finite() && x.abs() < 4.0));
        }
    }

    #[test]
    fn the_last_sound_is_not_lost() {
        for rate_hz in [8_000, 22_050, 44_100, 48_000, 44_101] {
            let mut samples = vec![0.0; rate_hz as usize];
            let tail = samples.len() - rate_hz as usize / 50;
            samples[tail..].copy_from_slice(&sine(rate_hz, 440.0, rate_hz as usize / 50));
            let out = whole(rate_hz, Block::Long, &samples, 777);
            let energy: f32 = out[out.len() - 320..].iter().map(|x| x * x).sum();
            assert!((energy - 40.0).abs() < 2.0, "{rate_hz} Hz kept {energy} of 40");
        }
    }

    #[test]
    fn nothing_stays_nothing_and_no_rate_is_refused() {
        assert!(whole(44_100, Block::Long, &[], 1).is_empty());
        assert_eq!(whole(44_100, Block::Long, &[0.5], 1).len(), 1);
        assert!(Resampler::new(0, Block::Short).is_err());
    }
}
