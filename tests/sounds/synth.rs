//! The workshop in which the sounds are made: noise, tones, filters, envelopes. All at 16 kHz.

use std::f32::consts::TAU;

/// Samples a second.
pub const RATE: f32 = 16_000.0;

/// Samples in `seconds`.
pub fn len(seconds: f32) -> usize {
    (seconds * RATE) as usize
}

/// A small generator of pseudo-random numbers (splitmix64), so that every run hears the same.
pub struct Rng(pub u64);

impl Rng {
    /// Uniform in 0..1.
    pub fn unit(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }

    /// Uniform in `low..high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// White noise in ±1.
    pub fn white(&mut self, seconds: f32) -> Vec<f32> {
        (0..len(seconds)).map(|_| self.between(-1.0, 1.0)).collect()
    }

    /// Noise that falls 3 dB an octave (a bank of one-pole filters an octave apart).
    pub fn pink(&mut self, seconds: f32) -> Vec<f32> {
        let white = self.white(seconds);
        let mut sum = vec![0.0; white.len()];
        for octave in 0..9 {
            let low = low_pass(&white, 25.0 * 2f32.powi(octave));
            let gain = 2f32.powf(-0.5 * octave as f32);
            sum.iter_mut().zip(low).for_each(|(s, x)| *s += gain * x);
        }
        sum
    }

    /// Noise that falls 6 dB an octave.
    pub fn brown(&mut self, seconds: f32) -> Vec<f32> {
        low_pass(&self.white(seconds), 20.0)
    }
}

/// One-pole low pass at `hz`.
pub fn low_pass(samples: &[f32], hz: f32) -> Vec<f32> {
    let keep = (-TAU * hz / RATE).exp();
    let mut state = 0.0;
    samples
        .iter()
        .map(|&x| {
            state = keep * state + (1.0 - keep) * x;
            state
        })
        .collect()
}

/// Two-pole resonance at `hz`, as wide as `width_hz`.
pub fn resonance(samples: &[f32], hz: f32, width_hz: f32) -> Vec<f32> {
    let radius = (-std::f32::consts::PI * width_hz / RATE).exp();
    let (a1, a2) = (2.0 * radius * (TAU * hz / RATE).cos(), -radius * radius);
    let (mut y1, mut y2) = (0.0, 0.0);
    samples
        .iter()
        .map(|&x| {
            let y = (1.0 - radius) * x + a1 * y1 + a2 * y2;
            (y2, y1) = (y1, y);
            y
        })
        .collect()
}

/// A tone whose frequency at each second `t` is `hz(t)`, with the strength of each harmonic.
pub fn glide(seconds: f32, harmonics: &[f32], hz: impl Fn(f32) -> f32) -> Vec<f32> {
    let mut phase = 0.0f32;
    (0..len(seconds))
        .map(|i| {
            let f = hz(i as f32 / RATE);
            phase = (phase + f / RATE).fract();
            harmonics
                .iter()
                .enumerate()
                .filter(|(h, _)| f * (*h as f32 + 1.0) < RATE / 2.0)
                .map(|(h, a)| a * (TAU * phase * (h as f32 + 1.0)).sin())
                .sum()
        })
        .collect()
}

/// A steady tone with harmonics.
pub fn tone(seconds: f32, hz: f32, harmonics: &[f32]) -> Vec<f32> {
    glide(seconds, harmonics, |_| hz)
}

/// Multiplies by an envelope over seconds.
pub fn shaped(mut samples: Vec<f32>, envelope: impl Fn(f32) -> f32) -> Vec<f32> {
    samples.iter_mut().enumerate().for_each(|(i, x)| *x *= envelope(i as f32 / RATE));
    samples
}

/// An attack within `attack_s`, then a decay that halves every `half_s`.
pub fn struck(samples: Vec<f32>, attack_s: f32, half_s: f32) -> Vec<f32> {
    shaped(samples, |t| (t / attack_s).min(1.0) * (-t / half_s).exp2())
}

/// Adds `sound` into `to` from second `at`, as far as there is room.
pub fn add(to: &mut [f32], at_s: f32, gain: f32, sound: &[f32]) {
    let Some(room) = to.get_mut(len(at_s)..) else { return };
    room.iter_mut().zip(sound).for_each(|(t, x)| *t += gain * x);
}

/// The sum of sounds of one length.
pub fn mix(parts: &[(f32, Vec<f32>)]) -> Vec<f32> {
    let mut sum = vec![0.0; parts.iter().map(|p| p.1.len()).max().unwrap_or(0)];
    parts.iter().for_each(|(gain, part)| add(&mut sum, 0.0, *gain, part));
    sum
}

/// Scales so that the peak is at `dbfs`.
pub fn at_level(mut samples: Vec<f32>, dbfs: f32) -> Vec<f32> {
    let peak = samples.iter().fold(0.0f32, |m, x| m.max(x.abs()));
    if peak > 0.0 {
        let gain = 10f32.powf(dbfs / 20.0) / peak;
        samples.iter_mut().for_each(|x| *x *= gain);
    }
    samples
}
