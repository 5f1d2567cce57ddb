//! A picture in parts, so that a network does not learn pictures by heart.

use crate::inference::vision::{Orientation, RgbFrame};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Share of a picture that a crop has at least. Torchvision's crops for training from nothing begin at 0.08; here what is
/// to be learned is what the original sees, and it looks at the middle of whole pictures.
const LEAST_CROP: f64 = 0.35;

/// A part of `frame` by chance, perhaps mirrored: at least 35 % of it, 3 to 4 or 4 to 3 at most.
pub fn random_part(frame: &RgbFrame, random: &mut ChaCha8Rng) -> RgbFrame {
    let (width, height, pixels) = frame.upright();
    let area = f64::from(width) * f64::from(height) * random.random_range(LEAST_CROP..=1.0);
    let aspect = (random.random_range((3f64 / 4.0).ln()..=(4f64 / 3.0).ln())).exp();
    let side = |wanted: f64, most: u32| (wanted.round() as u32).clamp(1, most);
    let (w, h) = (side((area * aspect).sqrt(), width), side((area / aspect).sqrt(), height));
    let (left, top) = (random.random_range(0..=width - w), random.random_range(0..=height - h));
    let mirrored: bool = random.random();
    let mut cut = Vec::with_capacity(w as usize * h as usize * 3);
    for y in top..top + h {
        for x in 0..w {
            let x = left + if mirrored { w - 1 - x } else { x };
            let at = (y as usize * width as usize + x as usize) * 3;
            cut.extend_from_slice(&pixels[at..at + 3]);
        }
    }
    RgbFrame::new(w, h, cut, Orientation::Upright).expect("it has as many pixels as it says")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;

    proptest! {
        #[test]
        fn a_part_has_pixels_of_its_frame(width in 1u32..40, height in 1u32..40, seed in any::<u64>()) {
            let pixels: Vec<u8> = (0..width * height).flat_map(|i| [(i % width) as u8, (i / width) as u8, 7]).collect();
            let frame = RgbFrame::new(width, height, pixels, Orientation::Upright).unwrap();
            let (w, h, cut) = random_part(&frame, &mut ChaCha8Rng::seed_from_u64(seed)).upright();
            prop_assert!(w <= width && h <= height && cut.len() == (w * h * 3) as usize);
            // Neighbours of a row are neighbours there, in one direction.
            let steps: Vec<i16> = cut.chunks(3 * w as usize)
                .flat_map(|row| row.chunks(3).zip(row.chunks(3).skip(1)).map(|(a, b)| i16::from(b[0]) - i16::from(a[0])).collect::<Vec<_>>())
                .collect();
            prop_assert!(steps.iter().all(|&step| step == 1) || steps.iter().all(|&step| step == -1));
        }
    }
}
