//! How much each 16 ms sounds like a voice: earshot's small network, at the level where it is sharpest.

use super::level::{FRAME, HighPass, Levels};
use earshot::Detector;

/// The RMS that the foreground is brought to (−26 dBFS). earshot depends on level: at full scale it takes
/// any noise for a voice (white noise: all frames), at −50 dBFS it hears no more than half of a clip. At
/// −30 dBFS it loses a tenth of the words under white noise 10 dB below, at −26 none.
const TARGET_RMS: f32 = 0.05;

/// A score in 0..=1 for each frame; the last one is filled up with silence.
pub(super) fn scores(samples: &[f32], levels: &Levels) -> Vec<f32> {
    let (mut detector, mut filter) = (Detector::default(), HighPass::default());
    let mut frame = [0.0; FRAME];
    let mut score = |(i, part): (usize, &[f32])| {
        let gain = TARGET_RMS / levels.rms_at(i);
        frame.fill(0.0);
        for (to, &from) in frame.iter_mut().zip(part) {
            *to = (filter.next(from) * gain).clamp(-1.0, 1.0);
        }
        detector.predict_f32(&frame)
    };
    samples.chunks(FRAME).enumerate().map(&mut score).collect()
}
