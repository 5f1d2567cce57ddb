//! How loud the foreground of a recording is, as it changes over time.
//!
//! A voice is recorded at −6 dBFS or at −60; what follows judges it at one level. The level is what the
//! loudest [`LOUD`] frames of each ten seconds exceed: longer than a click, shorter than a word. An offset
//! and rumble below the voice are filtered out first, or they would pass for loudness.

/// Samples in a frame: 16 ms at 16 kHz, what earshot takes.
pub(super) const FRAME: usize = 256;
/// No sample exceeds this: 16-bit integers taken for floats.
const LOUDEST: f32 = 32_768.0;
/// Below this RMS (−90 dBFS, the last bit of a 16-bit recording) there is nothing to hear.
const SILENT_RMS: f32 = 3e-5;
/// The level is measured over so many frames (10 s): speakers differ and move.
const BLOCK: usize = 625;
/// "Loud" is what so many frames of a block exceed (0.16 s).
const LOUD: usize = 10;

/// Takes away what lies below about 80 Hz (one zero at 0 Hz, one pole), keeping its state.
#[derive(Default)]
pub(super) struct HighPass {
    input: f32,
    output: f32,
}

impl HighPass {
    /// The next sample. What is no sound counts as silence.
    pub(super) fn next(&mut self, sample: f32) -> f32 {
        let sample = sound(sample);
        self.output = sample - self.input + 0.97 * self.output;
        self.input = sample;
        self.output
    }
}

/// The sample, or silence if it is NaN, infinite or absurd: full scale is 1.
pub(super) fn sound(sample: f32) -> f32 {
    // False for NaN, too.
    if sample.abs() <= LOUDEST { sample } else { 0.0 }
}

/// The level of the foreground at every frame.
pub(super) struct Levels(Vec<f32>);

impl Levels {
    /// Measures a whole signal.
    pub(super) fn measure(samples: &[f32]) -> Self {
        let mut filter = HighPass::default();
        let mut rms_of = |frame: &[f32]| {
            let energy: f32 = frame.iter().map(|&x| filter.next(x).powi(2)).sum();
            (energy / FRAME as f32).sqrt()
        };
        let loudness = |block: &[f32]| {
            let mut rms: Vec<f32> = block.chunks(FRAME).map(&mut rms_of).collect();
            rms.sort_by(|a, b| b.total_cmp(a));
            rms[LOUD.min(rms.len() - 1)].max(SILENT_RMS)
        };
        Self(samples.chunks(BLOCK * FRAME).map(loudness).collect())
    }

    /// The RMS of the foreground around `frame`. Between the middles of two blocks it goes over
    /// smoothly, in decibels.
    pub(super) fn rms_at(&self, frame: usize) -> f32 {
        let last = self.0.len().saturating_sub(1);
        let place = (frame as f32 / BLOCK as f32 - 0.5).clamp(0.0, last as f32);
        let (left, part) = (place as usize, place.fract());
        let level = |i: usize| self.0.get(i.min(last)).map_or(SILENT_RMS, |rms| *rms).ln();
        (level(left) * (1.0 - part) + level(left + 1) * part).exp()
    }
}
