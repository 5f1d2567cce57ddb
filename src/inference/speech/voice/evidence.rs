//! The second opinion: does what sounds like a voice also move like one?
//!
//! In: a run of frames that earshot takes for a voice. Out: three figures from the short-time spectrum
//! (64 ms Hann windows), and how long the run is loud.
//!
//! - **Variety**: how far the spectral envelope (twelve bands, decibels, mean taken off) strays from its
//!   average over the run. Speech goes from vowel to hiss; noise, fans, hum, a chord or a held vowel stay.
//! - **Held tones**: the fraction of frames whose fine spectrum is still there 80 ms later (cosine of
//!   magnitudes over 0.9). Notes are held and then change; the harmonics of a voice glide all the time,
//!   in every language, also when it is synthesised.
//! - **Richness**: by how many bins a spectrum is shared. A voice has many harmonics or hisses; a flute,
//!   a bell, a bird or a siren has a few lines.

use super::level::{FRAME, Levels, sound};
use rustfft::{Fft, FftPlanner, num_complex::Complex};
use std::collections::VecDeque;
use std::f32::consts::TAU;
use std::ops::Range;
use std::sync::Arc;

/// The window of the spectrum, in samples (64 ms): resolves the harmonics of a low voice.
const WINDOW: usize = 1024;
/// Edges of the bands, in bins of 15.6 Hz: 94 Hz to 6.2 kHz, about as wide as hearing's.
const EDGES: [usize; 13] = [6, 13, 20, 29, 39, 52, 68, 88, 114, 148, 192, 256, 400];
const BANDS: usize = EDGES.len() - 1;
/// The bins in which tones are compared: 94 Hz to 4 kHz.
const TONES: Range<usize> = 6..256;
/// Tones are compared this many frames apart (80 ms): windows that hardly overlap.
const LAG: usize = 5;
/// A tone is held when the cosine of the two spectra exceeds this. Independent noise reaches 0.8.
const HELD: f32 = 0.9;
/// Frames quieter than this against the foreground (−30 dB) are pauses.
const PAUSE_POWER: f32 = 1e-3;
/// Added to each band against the foreground (−76 dB a bin), so that silence has a shape too.
const FLOOR_POWER: f32 = 1e-5 / 400.0;

/// What was measured over a run.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Evidence {
    /// How many frames are loud and voiced.
    pub voiced: usize,
    /// The standard deviation of the envelope in decibels, root mean square over the bands.
    pub variety_db: f32,
    /// The fraction of the frames in which a tone is held, in 0..=1.
    pub held_frac: f32,
    /// The median number of bins that share the spectrum.
    pub richness: f32,
}

/// Measures spectra; keeps the transform.
pub(super) struct Judge {
    fft: Arc<dyn Fft<f32>>,
    window: Vec<f32>,
}

struct Spectrum {
    frame: usize,
    magnitudes: Vec<f32>,
}

impl Judge {
    pub(super) fn new() -> Self {
        let window = (0..WINDOW).map(|i| 0.5 - 0.5 * (TAU * i as f32 / WINDOW as f32).cos()).collect();
        Self { fft: FftPlanner::new().plan_fft_forward(WINDOW), window }
    }

    /// Measures the frames of `run` whose entry in `voiced` is true.
    pub(super) fn measure(
        &self,
        samples: &[f32],
        levels: &Levels,
        run: Range<usize>,
        voiced: impl Fn(usize) -> bool,
    ) -> Evidence {
        let mut shapes = Spread::default();
        let mut recent: VecDeque<Spectrum> = VecDeque::new();
        let (mut held, mut compared) = (0, 0);
        let mut richness = Vec::new();
        for frame in run {
            let power = self.power(samples, frame);
            let loud = levels.rms_at(frame).powi(2);
            let total: f32 = power[EDGES[0]..EDGES[BANDS]].iter().sum();
            while recent.front().is_some_and(|s| s.frame + LAG < frame) {
                recent.pop_front();
            }
            if total <= loud * PAUSE_POWER {
                continue;
            }
            let now = Spectrum { frame, magnitudes: power[TONES].iter().map(|p| p.sqrt()).collect() };
            if let Some(before) = recent.front().filter(|s| s.frame + LAG == frame) {
                compared += 1;
                held += usize::from(cosine(&before.magnitudes, &now.magnitudes) > HELD);
            }
            if voiced(frame) {
                richness.push(shared_by(&now.magnitudes));
                shapes.add(&shape(&power, loud * FLOOR_POWER));
                recent.push_back(now);
            }
        }
        richness.sort_by(f32::total_cmp);
        Evidence {
            voiced: richness.len(),
            richness: richness.get(richness.len() / 2).copied().unwrap_or(0.0),
            variety_db: shapes.deviation(),
            held_frac: held as f32 / compared.max(1) as f32,
        }
    }

    /// The power spectrum of the window around the middle of a frame; sums to the mean square.
    fn power(&self, samples: &[f32], frame: usize) -> Vec<f32> {
        let centre = frame * FRAME + FRAME / 2;
        let at = |i: usize| (centre + i).checked_sub(WINDOW / 2).and_then(|at| samples.get(at));
        let windowed = |(i, w): (usize, &f32)| Complex::new(w * at(i).map_or(0.0, |&x| sound(x)), 0.0);
        let mut buffer: Vec<Complex<f32>> = self.window.iter().enumerate().map(windowed).collect();
        self.fft.process(&mut buffer);
        // Half of the spectrum holds half of the power; a Hann window lets 3/8 of it through.
        let scale = 2.0 / (WINDOW as f32 * WINDOW as f32 * 0.375);
        buffer[..WINDOW / 2].iter().map(|c| c.norm_sqr() * scale).collect()
    }
}

/// The envelope: decibels by band, without the loudness.
fn shape(power: &[f32], floor: f32) -> [f32; BANDS] {
    let mut bands = std::array::from_fn(|b| {
        let bins = &power[EDGES[b]..EDGES[b + 1]];
        10.0 * (bins.iter().sum::<f32>() / bins.len() as f32 + floor).log10()
    });
    let mean = bands.iter().sum::<f32>() / BANDS as f32;
    bands.iter_mut().for_each(|x| *x -= mean);
    bands
}

/// By how many bins the spectrum is shared: the participation ratio (Σm)² / Σm² of the magnitudes, each
/// raised by its frequency, because a voice falls off by 6 to 12 dB an octave.
fn shared_by(magnitudes: &[f32]) -> f32 {
    let raised = magnitudes.iter().enumerate().map(|(i, m)| m * (TONES.start + i) as f32);
    let (sum, squares) = raised.fold((0.0, 0.0), |(sum, squares), m| (sum + m, squares + m * m));
    sum * sum / squares.max(f32::MIN_POSITIVE)
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(p, q)| p * q).sum::<f32>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt().max(f32::MIN_POSITIVE)
}

/// Mean and variance of envelopes, one pass (Welford).
#[derive(Default)]
struct Spread {
    count: f32,
    mean: [f32; BANDS],
    squares: f32,
}

impl Spread {
    fn add(&mut self, shape: &[f32; BANDS]) {
        self.count += 1.0;
        for (mean, x) in self.mean.iter_mut().zip(shape) {
            let off = x - *mean;
            *mean += off / self.count;
            self.squares += off * (x - *mean);
        }
    }

    fn deviation(&self) -> f32 {
        (self.squares / (self.count.max(1.0) * BANDS as f32)).sqrt()
    }
}
