//! Any sample rate to 16 kHz, as a stream.
//!
//! In: mono samples in pieces of any length. Out: appended to a vector; over a whole stream exactly
//! `ceil(n · 16000 / rate)` of them, aligned with the input and nothing missing at the end. The method
//! is rubato's synchronous FFT resampler (overlap-add, a Blackman-Harris² windowed sinc below the lower
//! Nyquist frequency); its delay of half a block is dropped at the start and pumped out at the end.
//! Memory is a few blocks, whatever the length of the stream.

use crate::inference::{Error, Result};
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _};

/// The rate that the models hear, in Hz.
pub const SAMPLE_RATE_HZ: u32 = 16_000;

/// One block in seconds. The longer, the steeper the filter: at 64 ms the pass band ends within 1 % of
/// the Nyquist frequency, and a block is still small.
const BLOCK_S: f64 = 0.064;

/// Resamples one stream of one rate.
pub(super) struct Resampler {
    rate_hz: u32,
    taken: u64,
    given: u64,
    // None where the rate is already right: such samples pass untouched.
    fft: Option<Stage>,
}

struct Stage {
    fft: Fft<f32>,
    pending: Vec<f32>,
    block_out: Vec<f32>,
    delay_left: usize,
}

impl Resampler {
    /// A resampler from `rate_hz`, which is at least 1.
    pub(super) fn new(rate_hz: u32) -> Result<Self> {
        let fft = if rate_hz == SAMPLE_RATE_HZ { None } else { Some(Stage::new(rate_hz)?) };
        Ok(Self { rate_hz, taken: 0, given: 0, fft })
    }

    /// The rate it resamples from, in Hz.
    pub(super) fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Takes `samples` in and appends to `out` what is ready.
    pub(super) fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<()> {
        self.taken += samples.len() as u64;
        let before = out.len();
        match &mut self.fft {
            None => out.extend_from_slice(samples),
            Some(stage) => stage.push(samples, out)?,
        }
        self.given += (out.len() - before) as u64;
        Ok(())
    }

    /// Appends what the filter still holds, so that the whole stream has its exact length.
    pub(super) fn finish(mut self, out: &mut Vec<f32>) -> Result<()> {
        let whole = (self.taken * u64::from(SAMPLE_RATE_HZ)).div_ceil(u64::from(self.rate_hz));
        let Some(stage) = &mut self.fft else { return Ok(()) };
        let start = out.len() as u64 - self.given;
        while (out.len() as u64) < start + whole {
            stage.push(&vec![0.0; stage.fft.input_frames_next()], out)?;
        }
        // Never longer than `out`, so the cast is safe.
        out.truncate((start + whole) as usize);
        Ok(())
    }
}

impl Stage {
    fn new(rate_hz: u32) -> Result<Self> {
        let (rate, target) = (rate_hz as usize, SAMPLE_RATE_HZ as usize);
        let step = rate / gcd(rate, target);
        // An even number of steps: half a block is then a whole number of samples on both sides and
        // the delay can be dropped exactly.
        let block = (rate as f64 * BLOCK_S) as usize;
        let chunk = block.div_ceil(2 * step).max(1) * 2 * step;
        let fft = Fft::new(rate, target, chunk, 1, FixedSync::Both)
            .map_err(|e| Error::Input(format!("sound at {rate_hz} Hz cannot be resampled: {e}")))?;
        let delay_left = fft.output_delay();
        let block_out = vec![0.0; fft.output_frames_max()];
        Ok(Self { fft, pending: Vec::new(), block_out, delay_left })
    }

    fn push(&mut self, mut samples: &[f32], out: &mut Vec<f32>) -> Result<()> {
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

    fn block(&mut self, out: &mut Vec<f32>) -> Result<()> {
        let frames_out = self.block_out.len();
        let failed = |e: &dyn std::fmt::Display| Error::Input(format!("the sound cannot be resampled: {e}"));
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

    fn resample(rate_hz: u32, samples: &[f32], piece: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(rate_hz).unwrap();
        let mut out = Vec::new();
        for part in samples.chunks(piece.max(1)) {
            resampler.push(part, &mut out).unwrap();
        }
        resampler.finish(&mut out).unwrap();
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        /// Any rate, any cut into pieces: the length law, and a sine stays the same sine in the same
        /// place, which is energy, frequency and delay in one.
        #[test]
        fn a_sine_stays_itself(
            rate_hz in prop_oneof![8_000u32..=192_000, Just(44_100u32), Just(48_000), Just(22_050), Just(11_025), Just(16_000)],
            hz in 60.0f64..3_600.0,
            millis in 150usize..600,
            piece in 1usize..5_000,
        ) {
            let len = rate_hz as usize * millis / 1_000;
            let out = resample(rate_hz, &sine(rate_hz, hz, len), piece);
            prop_assert_eq!(out.len() as u64, (len as u64 * 16_000).div_ceil(u64::from(rate_hz)));
            let want = sine(SAMPLE_RATE_HZ, hz, out.len());
            // The sine is switched on and off at the ends, which rings.
            let edge = out.len() / 4;
            let worst = (edge..out.len() - edge).map(|i| (out[i] - want[i]).abs()).fold(0.0, f32::max);
            prop_assert!(worst < 2e-3, "{} Hz of {} Hz differs by {}", hz, rate_hz, worst);
        }

        /// What lies over 8 kHz is gone, not folded down.
        #[test]
        fn what_cannot_be_kept_does_not_alias(rate_hz in 24_000u32..=192_000, place in 0.0f64..1.0) {
            let hz = 8_400.0 + place * (f64::from(rate_hz) / 2.0 - 8_500.0);
            let out = resample(rate_hz, &sine(rate_hz, hz, rate_hz as usize / 4), 1_000);
            let edge = out.len() / 4;
            let worst = out[edge..out.len() - edge].iter().fold(0.0f32, |m, x| m.max(x.abs()));
            prop_assert!(worst < 1e-3, "{} Hz of {} Hz left {}", hz, rate_hz, worst);
        }
    }

    #[test]
    fn the_last_sound_is_not_lost() {
        for rate_hz in [8_000, 22_050, 44_100, 48_000, 44_101] {
            let mut samples = vec![0.0; rate_hz as usize];
            let tail = samples.len() - rate_hz as usize / 50;
            samples[tail..].copy_from_slice(&sine(rate_hz, 440.0, rate_hz as usize / 50));
            let out = resample(rate_hz, &samples, 777);
            let energy: f32 = out[out.len() - 320..].iter().map(|x| x * x).sum();
            assert!((energy - 40.0).abs() < 2.0, "{rate_hz} Hz kept {energy} of 40");
        }
    }

    #[test]
    fn nothing_stays_nothing() {
        assert!(resample(44_100, &[], 1).is_empty());
        assert_eq!(resample(44_100, &[0.5], 1).len(), 1);
    }
}
