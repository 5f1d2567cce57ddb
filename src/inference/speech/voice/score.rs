//! How much each 16 ms sound like a voice: earshot's small network, at the level that it is sharpest at.

use earshot::Detector;

/// Samples in a frame: 16 ms, earshot's.
pub(super) const FRAME: usize = 256;
/// The level that loud frames are brought to, as RMS (−30 dBFS). earshot depends on level: at full
/// scale it takes any noise for a voice, below −40 dBFS it hears nobody.
const TARGET_RMS: f32 = 0.03;
/// Below this RMS (−90 dBFS, the last bit of a 16-bit recording) there is nothing to hear.
const SILENT_RMS: f32 = 3e-5;
/// The level is measured over so many frames (10 s): speakers differ and move.
const BLOCK: usize = 625;
/// "Loud" is what so many frames of a block exceed (0.16 s): longer than a click, shorter than a word.
const LOUD: usize = 10;

/// A score in 0..=1 for each frame; the last one is filled up with silence.
pub(super) fn scores(samples: &[f32]) -> Vec<f32> {
    let mut detector = Detector::default();
    let mut scores = Vec::with_capacity(samples.len().div_ceil(FRAME));
    let levels: Vec<f32> = samples.chunks(BLOCK * FRAME).map(loudness).collect();
    let mut frame = [0.0; FRAME];
    for (i, part) in samples.chunks(FRAME).enumerate() {
        let gain = TARGET_RMS / level_at(&levels, i);
        frame.fill(0.0);
        for (to, &from) in frame.iter_mut().zip(part) {
            *to = (from * gain).clamp(-1.0, 1.0);
        }
        scores.push(detector.predict_f32(&frame));
    }
    scores
}

/// The level between the middles of two blocks goes over smoothly (in decibels).
fn level_at(levels: &[f32], frame: usize) -> f32 {
    let place = (frame as f32 / BLOCK as f32 - 0.5).clamp(0.0, (levels.len() - 1) as f32);
    let (left, part) = (place as usize, place.fract());
    let right = (left + 1).min(levels.len() - 1);
    (levels[left].ln() * (1.0 - part) + levels[right].ln() * part).exp()
}

fn loudness(block: &[f32]) -> f32 {
    let mut rms: Vec<f32> =
        block.chunks(FRAME).map(|f| (f.iter().map(|x| x * x).sum::<f32>() / FRAME as f32).sqrt()).collect();
    rms.sort_by(|a, b| b.total_cmp(a));
    rms[LOUD.min(rms.len() - 1)].max(SILENT_RMS)
}
