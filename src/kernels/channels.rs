//! What is done to whole channels: their mean, and scaling them.

use super::Isa;
use super::map::{Arena, Map, Size};
use pulp::{Simd, WithSimd};

/// The mean of every channel, as a map of one pixel.
pub fn mean(isa: Isa, arena: &mut Arena, xs: &Map) -> Map {
    let mut ys = arena.map(isa, Size { height: 1, width: 1, channels: xs.size.channels }, 0);
    isa.run(Mean { xs, ys: &mut ys });
    ys
}

/// Multiplies every channel of `xs` by its value in `factors`, a map of one pixel.
pub fn scale(isa: Isa, xs: &mut Map, factors: &Map) {
    assert_eq!((1, 1, xs.size.channels), (factors.size.height, factors.size.width, factors.size.channels));
    isa.run(Scale { xs, factors });
}

struct Mean<'a> {
    xs: &'a Map,
    ys: &'a mut Map,
}

impl WithSimd for Mean<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Size { height, width, .. } = self.xs.size;
        let share = simd.splat_f32s(1.0 / (height * width) as f32);
        let (sums, _) = S::as_mut_simd_f32s(&mut self.ys.values_mut()[..self.xs.pixel]);
        sums.fill(simd.splat_f32s(0.0));
        for y in 0..height {
            for x in 0..width {
                let (values, _) = S::as_simd_f32s(&self.xs.values()[self.xs.at(y, x)..][..self.xs.pixel]);
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum = simd.add_f32s(*sum, *value);
                }
            }
        }
        for sum in sums {
            *sum = simd.mul_f32s(*sum, share);
        }
    }
}

struct Scale<'a> {
    xs: &'a mut Map,
    factors: &'a Map,
}

impl WithSimd for Scale<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let (Size { height, width, .. }, pixel) = (self.xs.size, self.xs.pixel);
        let (factors, _) = S::as_simd_f32s(&self.factors.values()[..pixel]);
        for y in 0..height {
            for x in 0..width {
                let at = self.xs.at(y, x);
                let (values, _) = S::as_mut_simd_f32s(&mut self.xs.values_mut()[at..][..pixel]);
                for (value, factor) in values.iter_mut().zip(factors) {
                    *value = simd.mul_f32s(*value, *factor);
                }
            }
        }
    }
}
