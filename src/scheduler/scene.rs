//! The scene gate: has the picture changed since the frame that ran last?
//!
//! Pictures are compared as 32×32 luma, by the root of the mean square difference, which a small thing that moves
//! raises more than noise everywhere. The threshold stands over an adaptive noise floor: the difference between
//! successive frames while nothing seems to move.

use super::signals::Scene;

/// A side of the thumbnail.
const SIDE: usize = 32;
/// In units of luma, 0..=255: below this no person calls a scene changed.
const LEAST_THRESHOLD: f32 = 2.5;
/// How far over the noise floor a change stands out; three deviations.
const OVER_NOISE: f32 = 3.0;
/// A floor above this is motion, not noise.
const MOST_NOISE: f32 = 4.0;
/// The floor falls faster than it rises, so that motion does not pass for noise.
const FALL: f32 = 0.2;
const RISE: f32 = 0.02;

/// A picture as 32×32 luma.
#[derive(Debug, Clone, PartialEq)]
pub struct Luma([f32; SIDE * SIDE]);

impl Luma {
    /// The thumbnail of an RGB8 picture, row-major: each cell is the mean luma of its pixels (ITU-R BT.601).
    ///
    /// `None` if `rgb` does not hold `width · height` pixels, or there are none.
    pub fn of_rgb(width: usize, height: usize, rgb: &[u8]) -> Option<Self> {
        if width == 0 || height == 0 || width.checked_mul(height)?.checked_mul(3)? != rgb.len() {
            return None;
        }
        let mut cells = [0.0; SIDE * SIDE];
        for (row, cells) in cells.chunks_exact_mut(SIDE).enumerate() {
            let (top, bottom) = span(row, height);
            for (column, cell) in cells.iter_mut().enumerate() {
                let (left, right) = span(column, width);
                let mut sum = 0_u64;
                for y in top..bottom {
                    for pixel in rgb[3 * (y * width + left)..3 * (y * width + right)].chunks_exact(3) {
                        sum += 299 * u64::from(pixel[0]) + 587 * u64::from(pixel[1]) + 114 * u64::from(pixel[2]);
                    }
                }
                *cell = sum as f32 / (1000 * (bottom - top) * (right - left)) as f32;
            }
        }
        Some(Self(cells))
    }

    /// Root of the mean square difference, in units of luma.
    fn difference(&self, other: &Self) -> f32 {
        let sum: f32 = self.0.iter().zip(&other.0).map(|(a, b)| (a - b) * (a - b)).sum();
        (sum / self.0.len() as f32).sqrt()
    }
}

/// The pixels of a cell, never none: pictures smaller than the thumbnail share theirs.
fn span(cell: usize, pixels: usize) -> (usize, usize) {
    let from = cell * pixels / SIDE;
    (from, ((cell + 1) * pixels / SIDE).max(from + 1))
}

/// Compares each frame with the one that ran last.
#[derive(Debug, Clone, Default)]
pub struct SceneGate {
    before: Option<Luma>,
    ran: Option<Luma>,
    noise: f32,
}

impl SceneGate {
    /// A gate that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Looks at the next frame.
    pub fn look(&mut self, frame: &Luma) -> Scene {
        if let Some(before) = &self.before {
            let step = frame.difference(before);
            let weight = if step < self.noise { FALL } else { RISE };
            self.noise = (self.noise + weight * (step - self.noise)).min(MOST_NOISE);
        }
        self.before = Some(frame.clone());
        match &self.ran {
            None => Scene::Unknown,
            Some(ran) if frame.difference(ran) > LEAST_THRESHOLD.max(OVER_NOISE * self.noise) => Scene::Changed,
            Some(_) => Scene::Still,
        }
    }

    /// This frame is the one that runs.
    pub fn ran(&mut self, frame: Luma) {
        self.ran = Some(frame);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A grey picture with noise of the given deviation, the same for the same `seed`.
    fn noisy(seed: u32, deviation: f32, bright: bool) -> Luma {
        let mut state = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
        let mut cells = [128.0; SIDE * SIDE];
        for (i, cell) in cells.iter_mut().enumerate() {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Uniform, so of this deviation.
            *cell += ((state >> 8) as f32 / (1 << 24) as f32 - 0.5) * deviation * 12_f32.sqrt();
            // A thing of 5 percent of the picture.
            if bright && i % SIDE < 7 && i / SIDE < 7 {
                *cell += 60.0;
            }
        }
        Luma(cells)
    }

    #[test]
    fn noise_is_still_and_a_small_thing_is_not() {
        for deviation in [0.0, 0.5, 1.0, 2.0] {
            let mut gate = SceneGate::new();
            assert_eq!(gate.look(&noisy(0, deviation, false)), Scene::Unknown);
            gate.ran(noisy(0, deviation, false));
            for seed in 1..200 {
                let scene = gate.look(&noisy(seed, deviation, false));
                assert!(scene == Scene::Still || seed < 60, "frame {seed} at noise {deviation}: {scene:?}");
            }
            assert_eq!(gate.look(&noisy(200, deviation, true)), Scene::Changed, "at noise {deviation}");
        }
    }

    #[test]
    fn a_slow_drift_is_seen() {
        let mut gate = SceneGate::new();
        gate.look(&Luma([100.0; SIDE * SIDE]));
        gate.ran(Luma([100.0; SIDE * SIDE]));
        let changed = (1..100).find(|i| gate.look(&Luma([100.0 + 0.1 * *i as f32; SIDE * SIDE])) == Scene::Changed);
        assert!(changed.is_some_and(|i| i < 40), "{changed:?}");
    }

    #[test]
    fn motion_does_not_become_noise() {
        let mut gate = SceneGate::new();
        for i in 0..1000 {
            let frame = noisy(i, 40.0, false);
            let scene = gate.look(&frame);
            assert!(i == 0 || scene == Scene::Changed, "frame {i}: {scene:?}");
            gate.ran(frame);
        }
    }

    #[test]
    fn thumbnails_are_means_of_any_size() {
        for (width, height) in [(1, 1), (7, 5), (32, 32), (33, 31), (640, 480)] {
            let luma = Luma::of_rgb(width, height, &vec![200; width * height * 3]).unwrap();
            assert!(luma.0.iter().all(|cell| (cell - 200.0).abs() < 1e-3), "{width}×{height}");
        }
        assert_eq!(Luma::of_rgb(0, 4, &[]), None);
        assert_eq!(Luma::of_rgb(2, 2, &[0; 11]), None);
        let mut half = vec![0; 64 * 64 * 3];
        half[64 * 32 * 3..].fill(255);
        let luma = Luma::of_rgb(64, 64, &half).unwrap();
        assert_eq!((luma.0[0], luma.0[SIDE * SIDE - 1]), (0.0, 255.0));
    }
}
