//! From a frame to what the network sees: resize the shorter side, cut the middle square, turn it upright,
//! normalise.
//!
//! In a frame of any size and orientation, out `[1, 3, side, side]` f32. Only the square's pixels are ever
//! computed, so a 50-megapixel photo costs no copy, and a camera's frame no more than a thumbnail.

use super::config::PreparationConfig;
use super::frame::RgbFrame;
use super::resample::{Side, resample};
use candle_core::{Device, Tensor};

/// One or more prepared pictures, `[count, 3, side, side]` f32.
#[derive(Debug, Clone)]
pub struct Input(pub(super) Tensor);

impl Input {
    /// As a tensor, for networks that learn.
    pub fn tensor(&self) -> &Tensor {
        &self.0
    }
}

/// Prepares frames for one model.
#[derive(Debug)]
pub(super) struct Preparation {
    config: PreparationConfig,
    /// For each channel, what each of the 256 values becomes.
    normalised: [[f32; 256]; 3],
}

impl Preparation {
    pub fn new(config: PreparationConfig) -> Self {
        let normalised = std::array::from_fn(|channel| {
            std::array::from_fn(|value| (value as f32 / 255.0 - config.mean[channel]) / config.std[channel])
        });
        Self { config, normalised }
    }

    pub fn prepare(&self, frame: &RgbFrame) -> candle_core::Result<Input> {
        let side = self.config.input_size as usize;
        let square = self.square(frame);
        let mut values = vec![0f32; 3 * side * side];
        let span = self.config.input_size;
        for (i, (y, x)) in (0..span).flat_map(|y| (0..span).map(move |x| (y, x))).enumerate() {
            let (column, row) = frame.orientation().stored((x, y), (span, span));
            let pixel = (row * span + column) as usize * 3;
            for (channel, normalised) in self.normalised.iter().enumerate() {
                values[channel * side * side + i] = normalised[usize::from(square[pixel + channel])];
            }
        }
        Ok(Input(Tensor::from_vec(values, (1, 3, side, side), &Device::Cpu)?))
    }

    /// The middle square in RGB, still lying as it is stored.
    fn square(&self, frame: &RgbFrame) -> Vec<u8> {
        let span = self.config.input_size;
        let upright = resized(frame.upright_size(), self.config.resize_short_side);
        // Cut where the middle is when the picture is held upright: an odd margin has its larger half at
        // the right and the bottom, which lie elsewhere in a turned picture.
        let (left, top) = ((upright.0 - span) / 2, (upright.1 - span) / 2);
        let corners = [(left, top), (left + span - 1, top + span - 1)].map(|c| frame.orientation().stored(c, upright));
        let (width, height) = frame.stored_size();
        let stored = frame.orientation().turned(upright);
        let columns = Side { source: width, target: stored.0, start: corners[0].0.min(corners[1].0), len: span };
        let rows = Side { source: height, target: stored.1, start: corners[0].1.min(corners[1].1), len: span };
        resample(frame.pixels(), columns, rows, self.config.interpolation)
    }
}

/// The size with the shorter side at `short`, the longer one rounded down as torchvision's `Resize` does.
fn resized((width, height): (u64, u64), short: u64) -> (u64, u64) {
    if width <= height { (short, short * height / width) } else { (short * width / height, short) }
}

#[cfg(test)]
mod tests {
    use super::super::frame::Orientation;
    use super::super::resample::Filter;
    use super::*;

    fn preparation(input_size: u64, resize_short_side: u64) -> Preparation {
        Preparation::new(PreparationConfig {
            input_size,
            resize_short_side,
            interpolation: Filter::Bilinear,
            mean: [0.5; 3],
            std: [0.5; 3],
        })
    }

    fn values(input: &Input) -> Vec<f32> {
        input.0.flatten_all().unwrap().to_vec1().unwrap()
    }

    /// Turns `pixels`, upright, so that a frame of this orientation stores it.
    fn store(pixels: &[[u8; 3]], size: (u64, u64), orientation: Orientation) -> RgbFrame {
        let (width, height) = orientation.turned(size);
        let mut stored = vec![0; pixels.len() * 3];
        for (i, pixel) in (0u64..).zip(pixels) {
            let (x, y) = orientation.stored((i % size.0, i / size.0), size);
            let at = (y * width + x) as usize * 3;
            stored[at..at + 3].copy_from_slice(pixel);
        }
        RgbFrame::new(width as u32, height as u32, stored, orientation).unwrap()
    }

    #[test]
    fn a_picture_of_four_corners_comes_out_upright_in_every_orientation() {
        const RED: [u8; 3] = [255, 0, 0];
        const GREEN: [u8; 3] = [0, 255, 0];
        const BLUE: [u8; 3] = [0, 0, 255];
        const WHITE: [u8; 3] = [255; 3];
        let (width, height) = (37, 53);
        let corner = |x, y| match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => WHITE,
        };
        let pixels: Vec<_> = (0..width * height).map(|i| corner(i % width, i / width)).collect();
        let preparation = preparation(32, 34);
        for orientation in Orientation::ALL {
            let values = values(&preparation.prepare(&store(&pixels, (width, height), orientation)).unwrap());
            for (x, y, colour) in [(0, 0, RED), (31, 0, GREEN), (0, 31, BLUE), (31, 31, WHITE)] {
                for (channel, value) in colour.into_iter().enumerate() {
                    let want = if value == 255 { 1.0 } else { -1.0 };
                    assert_eq!(values[channel * 32 * 32 + y * 32 + x], want, "{orientation:?} at {x}, {y}");
                }
            }
        }
    }

    /// Margins of 5 and 3 pixels, so the cut is not symmetric.
    #[test]
    fn every_orientation_cuts_the_same_pixels() {
        let (width, height) = (37, 35);
        let pixels: Vec<_> = (0..width * height).map(|i| [(i % width) as u8, (i / width) as u8, 7]).collect();
        let preparation = preparation(32, 35);
        let upright = values(&preparation.prepare(&store(&pixels, (width, height), Orientation::Upright)).unwrap());
        assert_eq!(upright[0], (2.0 / 255.0 - 0.5) / 0.5, "37 - 32 is cut by 2 at the left");
        for orientation in Orientation::ALL {
            let turned = values(&preparation.prepare(&store(&pixels, (width, height), orientation)).unwrap());
            assert_eq!(turned, upright, "{orientation:?}");
        }
    }

    #[test]
    fn sizes_are_torchvisions() {
        for (size, want) in [
            ((500, 375), (341, 256)),
            ((375, 500), (256, 341)),
            ((1, 1), (256, 256)),
            ((1, 5000), (256, 1_280_000)),
            ((256, 384), (256, 384)),
        ] {
            assert_eq!(resized(size, 256), want, "{size:?}");
        }
        assert_eq!(resized((u64::from(u32::MAX), 1), 4096).0, 4096 * u64::from(u32::MAX));
    }

    #[test]
    fn any_shape_of_picture_is_prepared() {
        let preparation = preparation(224, 256);
        for (width, height) in [(1, 1), (1, 5000), (5000, 1), (2, 70_000), (3, 257), (255, 256), (1280, 720)] {
            let pixels = vec![[9, 99, 199]; (width * height) as usize];
            let frame = store(&pixels, (width, height), Orientation::Rotate90);
            let values = values(&preparation.prepare(&frame).unwrap());
            for (channel, value) in [9f32, 99.0, 199.0].into_iter().enumerate() {
                let want = (value / 255.0 - 0.5) / 0.5;
                let plane = &values[channel * 224 * 224..][..224 * 224];
                assert!(plane.iter().all(|v| *v == want), "{width} × {height}: a plain colour stays what it is");
            }
        }
    }
}
