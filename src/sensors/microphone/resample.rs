//! Any sample rate to 16 kHz, as a stream that goes on.
//!
//! In: mono samples in pieces of any length. Out: what is ready, in order, with no seam between pieces. The method
//! is rubato's synchronous FFT resampler, in blocks of about 20 ms (40 at 22.05 kHz, 80 at 11.025, which divide worse):
//! sound comes a block and a half late, and without that delay at its start, so that time zero stays time zero.

use super::SAMPLE_RATE_HZ;
use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _};

/// One block, in seconds.
const BLOCK_S: f64 = 0.02;

/// Resamples one stream of one rate.
pub(super) struct Resampler {
    rate_hz: u32,
    // None where the rate is right: such samples pass untouched.
    stage: Option<Stage>,
}

struct Stage {
    fft: Fft<f32>,
    pending: Vec<f32>,
    block: Vec<f32>,
    delay_left: usize,
}

impl Resampler {
    /// # Errors
    /// A sentence, for a rate that cannot be.
    pub fn new(rate_hz: u32) -> Result<Self, String> {
        if rate_hz == 0 {
            return Err("it claims no samples at all".into());
        }
        let stage = if rate_hz == SAMPLE_RATE_HZ { None } else { Some(Stage::new(rate_hz)?) };
        Ok(Self { rate_hz, stage })
    }

    /// Takes `samples` in and gives what is ready.
    ///
    /// # Errors
    /// A sentence; never seen.
    pub fn push(&mut self, samples: Vec<f32>) -> Result<Vec<f32>, String> {
        match &mut self.stage {
            None => Ok(samples),
            Some(stage) => stage.push(&samples),
        }
    }

    /// How many samples at 16 kHz so many are.
    pub fn resampled_len(&self, samples: usize) -> usize {
        (samples as u64 * u64::from(SAMPLE_RATE_HZ)).div_ceil(u64::from(self.rate_hz)) as usize
    }

    /// A whole recording: `ceil(n · 16000 / rate)` samples.
    ///
    /// # Errors
    /// As [`Self::new`] and [`Self::push`].
    pub fn whole(samples: Vec<f32>, rate_hz: u32) -> Result<Vec<f32>, String> {
        let mut resampler = Self::new(rate_hz)?;
        let want = resampler.resampled_len(samples.len());
        let mut out = resampler.push(samples)?;
        if let Some(stage) = &mut resampler.stage {
            while out.len() < want {
                out.extend(stage.push(&vec![0.0; stage.fft.input_frames_next()])?);
            }
        }
        out.truncate(want);
        Ok(out)
    }
}

impl Stage {
    fn new(rate_hz: u32) -> Result<Self, String> {
        let (rate, target) = (rate_hz as usize, SAMPLE_RATE_HZ as usize);
        let step = rate / gcd(rate, target);
        // An even number of steps, so that half a block is a whole number of samples on both sides.
        let chunk = ((rate as f64 * BLOCK_S) as usize).div_ceil(2 * step).max(1) * 2 * step;
        let fft = Fft::new(rate, target, chunk, 1, FixedSync::Both)
            .map_err(|e| format!("{rate_hz} samples a second cannot be resampled: {e}"))?;
        let (delay_left, block) = (fft.output_delay(), vec![0.0; fft.output_frames_max()]);
        Ok(Self { fft, pending: Vec::new(), block, delay_left })
    }

    fn push(&mut self, samples: &[f32]) -> Result<Vec<f32>, String> {
        self.pending.extend_from_slice(samples);
        let (mut out, mut done) = (Vec::new(), 0);
        loop {
            let need = self.fft.input_frames_next();
            let Some(input) = self.pending.get(done..done + need) else { break };
            let room = self.block.len();
            let input = InterleavedSlice::new(input, 1, need).map_err(|e| e.to_string())?;
            let mut output = InterleavedSlice::new_mut(&mut self.block, 1, room).map_err(|e| e.to_string())?;
            let (_, written) = self.fft.process_into_buffer(&input, &mut output, None).map_err(|e| e.to_string())?;
            let dropped = self.delay_left.min(written);
            self.delay_left -= dropped;
            out.extend_from_slice(&self.block[dropped..written]);
            done += need;
        }
        self.pending.drain(..done);
        Ok(out)
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

    fn in_pieces(rate_hz: u32, samples: &[f32], piece: usize) -> Vec<f32> {
        let mut resampler = Resampler::new(rate_hz).unwrap();
        samples.chunks(piece).flat_map(|part| resampler.push(part.to_vec()).unwrap()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// What microphones have, cut anyhow: the same as in one piece, late by a block and a half at most, a sine stays
        /// the same sine in the same place.
        #[test]
        fn pieces_have_no_seams(
            rate_hz in prop::sample::select(vec![8_000u32, 11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000]),
            hz in 60.0f64..3_400.0,
            millis in 200usize..700,
            piece in 1usize..5_000,
        ) {
            let len = rate_hz as usize * millis / 1_000;
            let input = sine(rate_hz, hz, len);
            let out = in_pieces(rate_hz, &input, piece);
            prop_assert_eq!(&out, &in_pieces(rate_hz, &input, len));
            let whole = Resampler::whole(input, rate_hz).unwrap();
            prop_assert_eq!(whole.len(), (len * 16_000).div_ceil(rate_hz as usize));
            let late = whole.len().saturating_sub(out.len());
            prop_assert!(late <= 16_000 * 120 / 1_000 + 1, "{} late", late);
            let want = sine(SAMPLE_RATE_HZ, hz, whole.len());
            // The sine is switched on and off at the ends, which rings.
            let edge = whole.len() / 4;
            for i in edge..whole.len() - edge {
                prop_assert!((whole[i] - want[i]).abs() < 5e-3, "{} Hz of {} Hz: {} for {}", hz, rate_hz, whole[i], want[i]);
            }
            prop_assert!(out.iter().zip(&whole).all(|(a, b)| (a - b).abs() < 1e-4));
        }

        /// Any samples a microphone can give stay numbers.
        #[test]
        fn no_sound_becomes_no_number(samples in prop::collection::vec(-1.0f32..=1.0, 0..4_000), rate_hz in 8_000u32..48_000) {
            let out = Resampler::whole(samples, rate_hz).unwrap();
            prop_assert!(out.iter().all(|x| x.is_finite() && x.abs() < 4.0));
        }
    }

    #[test]
    fn no_rate_is_refused() {
        assert!(Resampler::new(0).is_err());
        assert_eq!(Resampler::whole(Vec::new(), 44_100), Ok(Vec::new()));
    }
}
