//! How much each 16 ms sounds like a voice: earshot's small network, at the level where it is sharpest.

use super::level::{FRAME, HighPass, Levels};
use earshot::Detector;

/// The RMS that the foreground is brought to (−26 dBFS). earshot depends on level: with peaks at full
/// scale it takes all of white noise for a voice, with peaks at −60 dBFS it hears hardly any recorded
/// speech. At −30 dBFS it found 9.0 of 11 s of a speech under white noise 10 dB below, here 10.0.
const TARGET_RMS: f32 = 0.05;

/// A frame so far below the foreground (−45 dB) is silence, whatever the network remembers: after speech
/// it goes on hearing a voice in digital silence for as long as five seconds.
const SILENCE: f32 = 0.0056;

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
        let score = detector.predict_f32(&frame);
        let rms = (frame.iter().map(|x| x * x).sum::<f32>() / FRAME as f32).sqrt();
        if rms < TARGET_RMS * SILENCE { 0.0 } else { score }
    };
    samples.chunks(FRAME).enumerate().map(&mut score).collect()
}
