//! Layer normalisation: every row to mean 0 and variance 1, then scaled and shifted
//! (<https://arxiv.org/abs/1607.06450>).

use super::Isa;
use super::aligned::Floats;
use super::map::Arena;
use super::rows::{Rows, View};
use pulp::{Simd, WithSimd};

/// Scale and shift of every column.
#[derive(Debug)]
pub struct LayerNorm {
    isa: Isa,
    width: usize,
    scale: Floats,
    shift: Floats,
    eps: f32,
}

impl LayerNorm {
    /// `eps` is added to the variance.
    pub fn pack(isa: Isa, scale: &[f32], shift: &[f32], eps: f32) -> Self {
        assert_eq!(scale.len(), shift.len());
        let pad = |values| Floats::padded(values, isa.lanes());
        Self { isa, width: scale.len(), scale: pad(scale), shift: pad(shift), eps }
    }

    /// What it is computed with.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// The rows of `xs`, normalised.
    ///
    /// # Panics
    /// Where the width is another.
    pub fn run(&self, arena: &mut Arena, xs: View) -> Rows {
        assert_eq!(xs.width, self.width);
        let mut ys = arena.rows(self.isa, xs.count, self.width);
        self.isa.run(Run { layer: self, xs, ys: &mut ys });
        ys
    }
}

struct Run<'a> {
    layer: &'a LayerNorm,
    xs: View<'a>,
    ys: &'a mut Rows,
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let layer = self.layer;
        let (scale, _) = S::as_simd_f32s(layer.scale.as_slice());
        let (shift, _) = S::as_simd_f32s(layer.shift.as_slice());
        for row in 0..self.xs.count {
            let xs = self.xs.row(row);
            let (whole, rest) = S::as_simd_f32s(xs);
            let count = layer.width as f32;
            let mut sum = simd.splat_f32s(0.0);
            for x in whole {
                sum = simd.add_f32s(sum, *x);
            }
            let mean = (simd.reduce_sum_f32s(sum) + rest.iter().sum::<f32>()) / count;
            let mean_vector = simd.splat_f32s(mean);
            let mut squares = simd.splat_f32s(0.0);
            for x in whole {
                let off = simd.sub_f32s(*x, mean_vector);
                squares = simd.mul_add_f32s(off, off, squares);
            }
            let squares = simd.reduce_sum_f32s(squares) + rest.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>();
            let rate = simd.splat_f32s(1.0 / (squares / count + layer.eps).sqrt());
            // Padding has a scale and a shift of zero.
            let padded = &self.xs.values[row * self.xs.step..][..self.ys.step];
            let ys = &mut self.ys.floats.as_mut_slice()[row * self.ys.step..][..self.ys.step];
            let ((xs, _), (ys, _)) = (S::as_simd_f32s(padded), S::as_mut_simd_f32s(ys));
            for (((x, y), scale), shift) in xs.iter().zip(ys).zip(scale).zip(shift) {
                let off = simd.mul_f32s(simd.sub_f32s(*x, mean_vector), rate);
                *y = simd.mul_add_f32s(off, *scale, *shift);
            }
        }
    }
}
