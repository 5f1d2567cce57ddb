//! Log-mel spectrogram: what Whisper hears instead of samples.
//!
//! In: samples at 16 kHz. Out: `frames × mels` numbers, frame after frame, one every 10 ms. Windows of 25 ms
//! (Hann), power spectrum, triangular mel bands (Slaney's scale, each of unit area), log10, at most 8
//! below the loudest, then `(x + 4) / 4`. As in
//! <https://github.com/openai/whisper/blob/v20240930/whisper/audio.py>: before the first sample lies its
//! mirror image, after the last silence.
//!
//! Frames after the sound are 0, as in faster-whisper
//! (<https://github.com/SYSTRAN/faster-whisper/blob/v1.2.1/faster_whisper/audio.py>, `pad_or_trim`); OpenAI
//! adds silent samples instead, which come out near −0.5. On ten answers of tiny.en and base (six clips) 0
//! gives faster-whisper's tokens in all, silence in five.

use super::SAMPLE_RATE_HZ;
use realfft::{RealFftPlanner, RealToComplex};
use std::sync::Arc;

/// Samples in a window: 25 ms.
const WINDOW: usize = 400;
/// Samples from one frame to the next: 10 ms.
pub(super) const HOP: usize = 160;
/// Power below which everything is equally silent.
const MIN_POWER: f32 = 1e-10;
/// Decades below the loudest that are kept.
const RANGE: f32 = 8.0;

/// A prepared transform: window, bands and FFT are computed once a model.
pub(super) struct MelSpectrogram {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    bands: Vec<Band>,
}

/// One mel band: the weights of consecutive FFT bins, all others are zero.
struct Band {
    first_bin: usize,
    weights: Vec<f32>,
}

impl MelSpectrogram {
    pub fn new(mels: usize) -> Self {
        // A periodic Hann window, as torch.hann_window gives it.
        let window = (0..WINDOW)
            .map(|i| (0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / WINDOW as f64).cos()) as f32)
            .collect();
        Self { fft: RealFftPlanner::new().plan_fft_forward(WINDOW), window, bands: slaney_bands(mels) }
    }

    /// The first `frames` frames of `samples`; 0 after the sound.
    pub fn log_mel(&self, samples: &[f32], frames: usize) -> Vec<f32> {
        let sounding = frames.min(samples.len() / HOP);
        let mels = self.bands.len();
        let mut out = vec![0.0; frames * mels];
        let (mut window, mut spectrum) = (self.fft.make_input_vec(), self.fft.make_output_vec());
        let mut scratch = self.fft.make_scratch_vec();
        let mut power = [0f32; WINDOW / 2 + 1];
        let mut loudest = MIN_POWER.log10();
        for (frame, out) in out.chunks_exact_mut(mels).take(sounding).enumerate() {
            self.fill(&mut window, samples, frame * HOP);
            let transformed = self.fft.process_with_scratch(&mut window, &mut spectrum, &mut scratch);
            transformed.expect("the vectors are of its own making");
            for (p, c) in power.iter_mut().zip(&spectrum) {
                *p = c.norm_sqr();
            }
            for (out, band) in out.iter_mut().zip(&self.bands) {
                let bins = &power[band.first_bin..];
                let energy: f32 = band.weights.iter().zip(bins).map(|(w, p)| w * p).sum();
                let log = energy.max(MIN_POWER).log10();
                loudest = loudest.max(log);
                *out = log;
            }
        }
        for x in &mut out[..sounding * mels] {
            *x = (x.max(loudest - RANGE) + 4.0) / 4.0;
        }
        out
    }

    /// The window around sample `centre`, weighted.
    fn fill(&self, window: &mut [f32], samples: &[f32], centre: usize) {
        for (i, (slot, w)) in window.iter_mut().zip(&self.window).enumerate() {
            // Before the first sample: its mirror image.
            let at = (centre + i).abs_diff(WINDOW / 2);
            *slot = samples.get(at).copied().unwrap_or(0.0) * w;
        }
    }
}

/// Triangular bands from 0 Hz to half the sample rate on Slaney's mel scale, linear below 1 kHz and
/// logarithmic above; each has unit area. As `librosa.filters.mel(sr=16000, n_fft=400, n_mels=…)`, which
/// Whisper's own table was made with.
fn slaney_bands(mels: usize) -> Vec<Band> {
    let top = hz_to_mel(SAMPLE_RATE_HZ as f64 / 2.0);
    let edges: Vec<f64> = (0..mels + 2).map(|i| mel_to_hz(top * i as f64 / (mels + 1) as f64)).collect();
    let bin_hz = SAMPLE_RATE_HZ as f64 / WINDOW as f64;
    edges
        .windows(3)
        .map(|e| {
            let area = 2.0 / (e[2] - e[0]);
            let weight = |bin: usize| {
                let hz = bin as f64 * bin_hz;
                let rise = (hz - e[0]) / (e[1] - e[0]);
                let fall = (e[2] - hz) / (e[2] - e[1]);
                (rise.min(fall).max(0.0) * area) as f32
            };
            let inside: Vec<usize> = (0..=WINDOW / 2).filter(|&bin| weight(bin) > 0.0).collect();
            Band {
                first_bin: inside.first().copied().unwrap_or(0),
                weights: inside.iter().map(|&bin| weight(bin)).collect(),
            }
        })
        .collect()
}

/// Slaney's Auditory Toolbox (1998): 200/3 Hz a mel up to 1 kHz, then 27 mels for a factor of 6.4.
const LINEAR_HZ: f64 = 200.0 / 3.0;
const LOG_FROM_HZ: f64 = 1000.0;
const LOG_FROM_MEL: f64 = LOG_FROM_HZ / LINEAR_HZ;

fn log_step() -> f64 {
    6.4f64.ln() / 27.0
}

fn hz_to_mel(hz: f64) -> f64 {
    if hz < LOG_FROM_HZ { hz / LINEAR_HZ } else { LOG_FROM_MEL + (hz / LOG_FROM_HZ).ln() / log_step() }
}

fn mel_to_hz(mel: f64) -> f64 {
    if mel < LOG_FROM_MEL { mel * LINEAR_HZ } else { LOG_FROM_HZ * ((mel - LOG_FROM_MEL) * log_step()).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tones in a little noise; the same in Python gave the numbers below.
    fn signal(samples: usize) -> Vec<f32> {
        let mut seed = 1u32;
        let mut noise = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(seed >> 8) / f64::from(1 << 24) - 0.5
        };
        let tone = |hz: f64, t: f64| (std::f64::consts::TAU * hz * t).sin();
        (0..samples)
            .map(|i| i as f64 / SAMPLE_RATE_HZ as f64)
            .map(|t| (0.5 * tone(440.0, t) + 0.25 * tone(3000.0, t) + 0.02 * noise()) as f32)
            .collect()
    }

    #[test]
    fn agrees_with_faster_whisper() {
        // faster_whisper.feature_extractor.FeatureExtractor 1.2.1 on 0.3 s of the signal: some bands of some frames.
        let bands = [0, 5, 10, 20, 40, 60, 79];
        let reference = [
            (0, [0.99635, 1.05742, 1.33957, 0.78965, 0.18201, 0.59909, 0.29083]),
            (1, [0.49079, 0.51358, 1.35004, 0.35724, -0.06681, 0.16837, 0.0614]),
            (15, [-0.06316, -0.065, 1.34848, 0.10806, -0.01449, 0.09152, 0.00178]),
            (28, [-0.1965, -0.07482, 1.34852, 0.01388, 0.02136, -0.14571, 0.01781]),
            (29, [0.32495, 0.37197, 1.34975, 0.1263, 0.15771, 0.08988, 0.05393]),
        ];
        let mel = MelSpectrogram::new(80).log_mel(&signal(4800), 30);
        for (frame, values) in reference {
            for (band, want) in bands.into_iter().zip(values) {
                let got = mel[frame * 80 + band];
                assert!((got - want).abs() < 1e-4, "frame {frame} band {band}: {got}, {want} wanted");
            }
        }
    }

    /// The definition: every frame by the sum that the Fourier transform is, in f64. All frames lie in the sound.
    fn twin(samples: &[f32], mels: usize, frames: usize) -> Vec<f32> {
        let bands = slaney_bands(mels);
        let mut logs = vec![0f64; frames * mels];
        for frame in 0..frames {
            let windowed: Vec<f64> = (0..WINDOW)
                .map(|i| {
                    let at = (frame * HOP + i) as i64 - (WINDOW / 2) as i64;
                    let x = samples.get(at.unsigned_abs() as usize).copied().unwrap_or(0.0);
                    let hann = 0.5 - 0.5 * (std::f64::consts::TAU * i as f64 / WINDOW as f64).cos();
                    f64::from(x) * hann
                })
                .collect();
            let power: Vec<f64> = (0..=WINDOW / 2)
                .map(|bin| {
                    let turn = std::f64::consts::TAU * bin as f64 / WINDOW as f64;
                    let part = |f: fn(f64) -> f64| -> f64 {
                        windowed.iter().enumerate().map(|(i, x)| x * f(turn * i as f64)).sum()
                    };
                    part(f64::cos).powi(2) + part(f64::sin).powi(2)
                })
                .collect();
            for (mel, band) in bands.iter().enumerate() {
                let bins = &power[band.first_bin..];
                let energy: f64 = band.weights.iter().zip(bins).map(|(w, p)| f64::from(*w) * p).sum();
                logs[frame * mels + mel] = energy.max(1e-10).log10();
            }
        }
        let loudest = logs.iter().copied().fold(f64::MIN, f64::max);
        logs.iter().map(|x| ((x.max(loudest - 8.0) + 4.0) / 4.0) as f32).collect()
    }

    #[test]
    fn agrees_with_the_definition_at_odd_lengths() {
        for (samples, frames) in [(160, 1), (333, 2), (400, 1), (1601, 10), (3279, 20)] {
            let samples = signal(samples);
            let fast = MelSpectrogram::new(80).log_mel(&samples, frames);
            for (i, (a, b)) in fast.iter().zip(twin(&samples, 80, frames)).enumerate() {
                assert!((a - b).abs() < 2e-4, "{} samples, {frames} frames, value {i}: {a}, {b} wanted", samples.len());
            }
        }
    }

    #[test]
    fn frames_after_the_sound_are_zero() {
        let mel = MelSpectrogram::new(80);
        for (samples, sounding) in [(0, 0), (159, 0), (160, 1), (1000, 6)] {
            let padded = mel.log_mel(&signal(samples), 9);
            let real = mel.log_mel(&signal(samples), sounding);
            let (sound, padding) = padded.split_at(sounding * 80);
            assert_eq!(sound, real);
            assert!(padding.iter().all(|x| *x == 0.0));
        }
    }

    #[test]
    fn silence_is_flat() {
        let mel = MelSpectrogram::new(80).log_mel(&[0.0; 1600], 10);
        assert!(mel.iter().all(|x| *x == -1.5));
    }

    #[test]
    fn bands_cover_the_spectrum_and_have_unit_area() {
        for (mels, per_area) in [(80, 0.35), (128, 0.5)] {
            let bands = slaney_bands(mels);
            assert_eq!(bands.len(), mels);
            assert!(bands.iter().all(|b| !b.weights.is_empty()));
            // Narrow low bands hold one or two bins, so their area is rough.
            let bin_hz = SAMPLE_RATE_HZ as f32 / WINDOW as f32;
            for band in &bands[mels / 2..] {
                let area = band.weights.iter().sum::<f32>() * bin_hz;
                assert!((area - 1.0).abs() < per_area, "{area}");
            }
        }
    }
}
