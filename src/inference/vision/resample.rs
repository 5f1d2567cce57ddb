//! Resizing, to the bit as Pillow does it; only the window that is asked for is computed.
//!
//! In 8-bit RGB of any size, out the window of the resized picture, 8-bit RGB. Image models were trained
//! on pictures that Pillow resized, and a filter that differs, or one that does not widen when it shrinks
//! a picture, costs accuracy. The method is Pillow's (`Resample.c`): two passes, first along rows, then
//! along columns; the filter is stretched by the scale when it shrinks; weights are rounded to 22 bits
//! behind the point, and each pass is rounded to 8 bits.

/// How pixels are weighed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Filter {
    /// A triangle over 2 source pixels.
    Bilinear,
    /// Keys' cubic with a = -1/2, over 4 source pixels.
    Bicubic,
}

impl Filter {
    /// How far the filter reaches to each side, in pixels.
    fn reach(self) -> f64 {
        match self {
            Self::Bilinear => 1.0,
            Self::Bicubic => 2.0,
        }
    }

    fn weight(self, distance: f64) -> f64 {
        let d = distance.abs();
        match self {
            Self::Bilinear => (1.0 - d).max(0.0),
            Self::Bicubic if d < 1.0 => (1.5 * d - 2.5) * d * d + 1.0,
            Self::Bicubic if d < 2.0 => ((-0.5 * d + 2.5) * d - 4.0) * d + 2.0,
            Self::Bicubic => 0.0,
        }
    }
}

/// One side of a resize: `source` pixels become `target`, of which `len` from `start` on are wanted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    pub source: u64,
    pub target: u64,
    pub start: u64,
    pub len: u64,
}

/// 32-bit sums: 8 for the pixel, 2 to spare for the overshoot of the cubic's negative weights.
const FRACTION_BITS: u32 = 32 - 8 - 2;

/// The source pixels that make up one target pixel.
struct Taps {
    first: usize,
    weights: Vec<i32>,
}

impl Side {
    /// Whether the side keeps its length, so that each pixel is its own source.
    fn kept(self) -> bool {
        self.source == self.target
    }

    /// The taps of each wanted pixel.
    fn taps(self, filter: Filter) -> Vec<Taps> {
        let wanted = self.start..self.start + self.len;
        if self.kept() {
            return wanted.map(|at| Taps { first: at as usize, weights: vec![1 << FRACTION_BITS] }).collect();
        }
        let scale = self.source as f64 / self.target as f64;
        let stretch = scale.max(1.0);
        let reach = filter.reach() * stretch;
        wanted
            .map(|at| {
                let centre = (at as f64 + 0.5) * scale;
                let first = ((centre - reach + 0.5).max(0.0)) as usize;
                let end = ((centre + reach + 0.5).min(self.source as f64)) as usize;
                let raw: Vec<f64> = (first..end).map(|i| filter.weight((i as f64 - centre + 0.5) / stretch)).collect();
                let sum: f64 = raw.iter().sum();
                let one = f64::from(1 << FRACTION_BITS);
                Taps { first, weights: raw.iter().map(|w| (w / sum * one).round() as i32).collect() }
            })
            .collect()
    }
}

/// Resizes `pixels`, of `columns.source` × `rows.source` RGB pixels, and returns the wanted window.
///
/// Memory: the window's width times the source rows that it needs, three bytes each.
pub(super) fn resample(pixels: &[u8], columns: Side, rows: Side, filter: Filter) -> Vec<u8> {
    let (across, down) = (columns.taps(filter), rows.taps(filter));
    let top = down.iter().map(|t| t.first).min().unwrap_or(0);
    let bottom = down.iter().map(|t| t.first + t.weights.len()).max().unwrap_or(0);
    let (source_stride, stride) = (columns.source as usize * 3, columns.len as usize * 3);

    let mut narrowed = Vec::with_capacity((bottom - top) * stride);
    for row in pixels[top * source_stride..bottom * source_stride].chunks_exact(source_stride) {
        if columns.kept() {
            narrowed.extend_from_slice(&row[columns.start as usize * 3..][..stride]);
        } else {
            narrowed.extend(across.iter().flat_map(|taps| weigh(&row[taps.first * 3..], 3, &taps.weights)));
        }
    }
    if rows.kept() {
        return narrowed;
    }
    let mut window = Vec::with_capacity(down.len() * stride);
    for taps in &down {
        let rows = &narrowed[(taps.first - top) * stride..];
        window.extend((0..stride / 3).flat_map(|x| weigh(&rows[x * 3..], stride, &taps.weights)));
    }
    window
}

/// The weighted sum of RGB pixels that lie `step` bytes apart, rounded and clipped to 8 bits.
fn weigh(pixels: &[u8], step: usize, weights: &[i32]) -> [u8; 3] {
    let mut sum = [1 << (FRACTION_BITS - 1); 3];
    for (pixel, &weight) in pixels.chunks(step).zip(weights) {
        for (sum, &value) in sum.iter_mut().zip(pixel) {
            *sum += i32::from(value) * weight;
        }
    }
    sum.map(|s| (s >> FRACTION_BITS).clamp(0, 255) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The picture of which Pillow computed the numbers below.
    fn pattern(width: u64, height: u64) -> Vec<u8> {
        let value = |x: u64, y: u64, c: u64| ((x * x * 7 + y * 13 + c * 50 + x * y * 3) % 256) as u8;
        (0..width * height).flat_map(|i| (0..3).map(move |c| value(i % width, i / width, c))).collect()
    }

    fn whole(source: u64, target: u64) -> Side {
        Side { source, target, start: 0, len: target }
    }

    /// `Image.fromarray(pattern).resize(size, filter)` of Pillow 13.0.
    #[test]
    fn it_resizes_to_the_bit_as_pillow_does() {
        #[rustfmt::skip]
        let cases = [
            ((23, 17), (5, 3), Filter::Bilinear, vec![
                91, 126, 148, 125, 132, 131, 122, 124, 126, 122, 125, 127, 132, 125, 124, 132, 145, 133, 127, 128,
                126, 125, 128, 125, 132, 122, 115, 124, 134, 123, 132, 122, 107, 129, 136, 124, 121, 123, 119, 128,
                129, 125, 132, 125, 123,
            ]),
            ((23, 17), (5, 3), Filter::Bicubic, vec![
                85, 125, 150, 129, 132, 131, 122, 123, 126, 120, 122, 127, 133, 123, 124, 133, 148, 136, 126, 128,
                125, 125, 128, 124, 132, 124, 115, 122, 138, 123, 134, 121, 104, 130, 136, 126, 120, 123, 119, 129,
                129, 124, 132, 123, 122,
            ]),
            ((3, 2), (4, 5), Filter::Bilinear, vec![
                0, 50, 100, 4, 54, 104, 15, 65, 115, 28, 78, 128, 1, 51, 101, 5, 55, 105, 17, 67, 117, 30, 80, 130,
                7, 57, 107, 12, 62, 112, 24, 74, 124, 38, 88, 138, 12, 62, 112, 18, 68, 118, 30, 80, 130, 45, 95, 145,
                13, 63, 113, 19, 69, 119, 32, 82, 132, 47, 97, 147,
            ]),
            ((3, 2), (4, 5), Filter::Bicubic, vec![
                0, 49, 99, 2, 52, 102, 13, 63, 113, 27, 77, 127, 1, 51, 101, 4, 54, 104, 16, 66, 116, 30, 80, 130,
                6, 56, 106, 11, 61, 111, 24, 74, 124, 39, 89, 139, 11, 61, 111, 17, 67, 117, 32, 82, 132, 47, 97, 147,
                13, 63, 113, 19, 69, 119, 35, 85, 135, 50, 100, 150,
            ]),
        ];
        for (from, to, filter, want) in cases {
            let got = resample(&pattern(from.0, from.1), whole(from.0, to.0), whole(from.1, to.1), filter);
            assert_eq!(got, want, "{from:?} to {to:?}, {filter:?}");
        }
    }

    proptest! {
        #[test]
        fn a_window_is_what_the_whole_has_there(
            (width, height) in (1u64..40, 1u64..40),
            (to_width, to_height) in (1u64..40, 1u64..40),
            corner in any::<(prop::sample::Index, prop::sample::Index)>(),
            cubic in any::<bool>(),
        ) {
            let filter = if cubic { Filter::Bicubic } else { Filter::Bilinear };
            let pixels = pattern(width, height);
            let full = resample(&pixels, whole(width, to_width), whole(height, to_height), filter);
            let (left, top) = (corner.0.index(to_width as usize) as u64, corner.1.index(to_height as usize) as u64);
            let columns = Side { source: width, target: to_width, start: left, len: to_width - left };
            let rows = Side { source: height, target: to_height, start: top, len: to_height - top };
            let window = resample(&pixels, columns, rows, filter);
            let want: Vec<u8> = full
                .chunks_exact(to_width as usize * 3)
                .skip(top as usize)
                .flat_map(|row| &row[left as usize * 3..])
                .copied()
                .collect();
            prop_assert_eq!(window, want);
        }
    }
}
