//! How loud it is, for a meter that moves calmly.
//!
//! The RMS is smoothed over 0.3 s, as in a VU meter (IEC 60268-17); the peak jumps up at once and falls by 20 dB
//! in 1.7 s, as in a programme meter (IEC 60268-10, type I). Both in decibels against full scale; silence is −∞.

use super::SAMPLE_RATE_HZ;

/// The time in which the RMS follows a step by 99 %, in seconds.
const RMS_RISE_S: f32 = 0.3;
/// How fast a peak falls, in decibels a second.
const PEAK_FALL_DB_PER_S: f32 = 20.0 / 1.7;
/// Below this there is nothing to show: the last bit of a 24-bit recording.
const SILENT_DBFS: f32 = -140.0;

/// A loudness, in decibels against full scale: 0 is the loudest, −∞ is silence.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Level {
    /// The smoothed root mean square.
    pub rms_dbfs: f32,
    /// The peak, falling slowly.
    pub peak_dbfs: f32,
}

impl Level {
    /// Nothing is heard.
    pub const SILENCE: Self = Self { rms_dbfs: f32::NEG_INFINITY, peak_dbfs: f32::NEG_INFINITY };

    /// How much of a meter that starts at `floor_dbfs` (below 0) is lit by the RMS, in 0..=1.
    pub fn lit_frac(&self, floor_dbfs: f32) -> f32 {
        (1.0 - self.rms_dbfs / floor_dbfs.min(-1.0)).clamp(0.0, 1.0)
    }
}

/// Follows the level of a stream.
#[derive(Debug, Clone, Default)]
pub struct LevelMeter {
    mean_square: f32,
    peak: f32,
}

impl LevelMeter {
    /// Nothing heard yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in samples at [`SAMPLE_RATE_HZ`]; what is no number counts as silence.
    pub fn push(&mut self, samples: &[f32]) {
        let rate = SAMPLE_RATE_HZ as f32;
        // 99 % are reached after ln 100 time constants.
        let follow = 1.0 - (-(100f32.ln()) / (RMS_RISE_S * rate)).exp();
        let fall = 10f32.powf(-PEAK_FALL_DB_PER_S / 20.0 / rate);
        for &sample in samples {
            let size = if sample.is_finite() { sample.abs() } else { 0.0 };
            self.mean_square += (size * size - self.mean_square) * follow;
            self.peak = size.max(self.peak * fall);
        }
    }

    /// The level now.
    pub fn level(&self) -> Level {
        Level { rms_dbfs: dbfs(self.mean_square.sqrt()), peak_dbfs: dbfs(self.peak) }
    }
}

fn dbfs(amplitude: f32) -> f32 {
    let dbfs = 20.0 * amplitude.log10();
    if dbfs > SILENT_DBFS { dbfs } else { f32::NEG_INFINITY }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sine(amplitude: f32, seconds: f32) -> Vec<f32> {
        let count = (seconds * SAMPLE_RATE_HZ as f32) as usize;
        (0..count).map(|i| amplitude * (i as f32 * 440.0 * std::f32::consts::TAU / 16_000.0).sin()).collect()
    }

    #[test]
    fn a_sine_has_its_level() {
        let mut meter = LevelMeter::new();
        meter.push(&sine(0.1, 1.0));
        let level = meter.level();
        assert!((level.peak_dbfs + 20.0).abs() < 0.1 && (level.rms_dbfs + 23.0).abs() < 0.2, "{level:?}");
    }

    #[test]
    fn silence_is_minus_infinity_and_lights_nothing() {
        let mut meter = LevelMeter::new();
        assert_eq!(meter.level(), Level::SILENCE);
        meter.push(&[0.0, f32::NAN, f32::INFINITY]);
        assert_eq!(meter.level(), Level::SILENCE);
        assert_eq!(Level::SILENCE.lit_frac(-60.0), 0.0);
        assert_eq!(Level { rms_dbfs: -30.0, ..Level::SILENCE }.lit_frac(-60.0), 0.5);
        assert_eq!(Level { rms_dbfs: 3.0, ..Level::SILENCE }.lit_frac(-60.0), 1.0);
    }

    #[test]
    fn it_rises_in_0_3_s_and_falls_to_silence() {
        let mut meter = LevelMeter::new();
        meter.push(&sine(0.5, 0.3));
        assert!((meter.level().rms_dbfs + 9.03).abs() < 0.3, "{:?}", meter.level());
        meter.push(&vec![0.0; 27_200]);
        let level = meter.level();
        assert!((level.peak_dbfs + 26.0).abs() < 0.3, "{level:?}");
        meter.push(&vec![0.0; 16_000 * 20]);
        assert_eq!(meter.level(), Level::SILENCE);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Any samples, cut anyhow: never NaN, the RMS never above the loudest, the same level.
        #[test]
        fn levels_are_sound(samples in prop::collection::vec(prop::num::f32::ANY, 1..2_000), piece in 1usize..500) {
            let (mut whole, mut pieces) = (LevelMeter::new(), LevelMeter::new());
            let samples: Vec<f32> = samples.iter().map(|x| x.clamp(-2.0, 2.0)).collect();
            whole.push(&samples);
            samples.chunks(piece).for_each(|part| pieces.push(part));
            prop_assert_eq!(whole.level(), pieces.level());
            let level = whole.level();
            prop_assert!(!level.rms_dbfs.is_nan() && !level.peak_dbfs.is_nan());
            prop_assert!(level.rms_dbfs <= 6.1 && level.peak_dbfs <= 6.1);
            prop_assert!((0.0..=1.0).contains(&level.lit_frac(-60.0)));
        }
    }
}
