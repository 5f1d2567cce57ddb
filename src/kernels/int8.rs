//! Linear layers in whole numbers: the weights of an output are bytes with one scale, the inputs of a row codes with
//! one scale and one zero, found anew for every row or known beforehand for all.
//!
//! ```text
//! x ≈ a (q − z),  w ≈ b v      Σ x w ≈ a b (Σ q v − z Σ v)
//! ```
//! `q` from 0 to 255, `v` from −127 to 127, both rounded to the nearest, `z` the code of zero. Dynamic quantisation as
//! in Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference"
//! (<https://arxiv.org/abs/1712.05877>), 2.1 to 2.3, with a scale an output as in section 3 of Krishnamoorthi's
//! whitepaper (<https://arxiv.org/abs/1806.08342>). The sums are exact: every instruction set gives the same.

use super::aligned::Floats;
use super::block::{MAX_VECTORS, groups};
use super::bytes::{Bytes, ROUND};
use super::dot::{Code, Dot, WithDot, less};
use super::map::Arena;
use super::pool::{self, Shared};
use super::{Activation, Isa};
use pulp::Simd;
use std::mem::MaybeUninit;
use std::ops::Range;

/// The largest code of an input.
const MOST_CODE: f32 = 255.0;
/// Codes of a row are padded to so many: whole vectors of every instruction set.
const CODES: usize = 16;
/// Rows that are computed at once, at most.
const MAX_ROWS: usize = 8;

/// Where rows of floats lie: `width` of them in a line, their begins `step` apart, those of lines `line`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines {
    pub step: usize,
    pub width: usize,
    pub line: usize,
}

impl Lines {
    /// All in one.
    pub fn plain(step: usize) -> Self {
        Self { step, width: usize::MAX, line: 0 }
    }

    /// Where the rows from `row` on begin; the last of all is `last`.
    #[inline(always)]
    fn at<const ROWS: usize>(self, row: usize, last: usize) -> [usize; ROWS] {
        let (mut y, mut x) = (row / self.width, row % self.width);
        let mut places = [0; ROWS];
        for (i, place) in places.iter_mut().enumerate() {
            *place = y * self.line + x * self.step;
            if row + i < last {
                x += 1;
                if x == self.width {
                    (y, x) = (y + 1, 0);
                }
            }
        }
        places
    }
}

/// What is computed from the sums.
pub(super) struct Layer<'a> {
    pub isa: Isa,
    pub bytes: &'a Bytes,
    pub bias: &'a Floats,
    pub activation: Activation,
    /// Whether an input that is no number gives outputs that are none, instead of any.
    pub check: bool,
    /// Where inputs lie, zero among them; `None`: found for every row.
    pub range: Option<(f32, f32)>,
}

/// What the codes of a row stand for.
#[derive(Debug, Clone, Copy, Default)]
struct Scale {
    /// What a code more is.
    step: f32,
    /// The code of zero, as it is stored.
    zero: i32,
}

impl Layer<'_> {
    /// What the layer makes of `count` rows of `xs`, at `to`; `past` is added last. All are padded to whole vectors, and
    /// there must be room for them.
    pub fn run(
        &self,
        arena: &mut Arena,
        count: usize,
        xs: (&[f32], Lines),
        past: Option<(&[f32], Lines)>,
        to: (Shared<f32>, Lines),
    ) {
        if count == 0 {
            return;
        }
        let Bytes { inputs, outputs, .. } = *self.bytes;
        let padded = inputs.next_multiple_of(CODES);
        // Codes of 16 bits at most, two to a float.
        let mut codes = arena.floats(count * padded / 2);
        let mut scales = vec![Scale::default(); count];
        let of_codes = Shared::new(codes.as_mut_slice());
        self.isa.run_dot(Quantize { xs, inputs, padded, codes: of_codes, scales: &mut scales, layer: self });
        // Few rows take the time in which their weights come from memory, a quarter of that of floats.
        let cost = count.max(MAX_ROWS) * inputs * outputs / 4;
        let scales = &scales[..];
        pool::share(outputs.div_ceil(MAX_VECTORS * self.isa.lanes()), cost, |_, panels| {
            self.isa.run_dot(Run { layer: self, codes: of_codes, padded, scales, past, to, panels });
        });
        arena.give_back_floats(codes);
    }
}

struct Quantize<'a> {
    xs: (&'a [f32], Lines),
    inputs: usize,
    /// Codes from a row to the next.
    padded: usize,
    codes: Shared<f32>,
    scales: &'a mut [Scale],
    layer: &'a Layer<'a>,
}

impl WithDot for Quantize<'_> {
    type Output = ();

    #[inline(always)]
    fn with_dot<S: Simd, D: Dot>(self, simd: S) {
        let (values, lines) = self.xs;
        let (whole, last) = (self.inputs.next_multiple_of(S::F32_LANES), self.scales.len() - 1);
        for (row, scale) in self.scales.iter_mut().enumerate() {
            let [at] = lines.at(row, last);
            let xs = &values[at..][..whole];
            let (least, most) = match self.layer.range {
                Some(range) => range,
                None if self.layer.check => range::<S, true>(simd, xs),
                None => range::<S, false>(simd, xs),
            };
            // No number where one of them is none: the sum is then none either.
            let step = (most - least) / MOST_CODE;
            let rate = if step > 0.0 { MOST_CODE / (most - least) } else { 0.0 };
            let zero = (-least * rate).round_ties_even();
            *scale = Scale { step, zero: zero as i32 - D::Code::OFFSET };
            // SAFETY: there is room for so many codes of 16 bits in each row.
            let codes = unsafe {
                std::slice::from_raw_parts_mut(self.codes.get().cast::<D::Code>().add(row * self.padded), whole)
            };
            for (code, x) in codes.iter_mut().zip(xs) {
                let q = x * rate + zero;
                let q = if q > 0.0 { q } else { 0.0 };
                let q = if q < MOST_CODE { q } else { MOST_CODE };
                *code = D::Code::of((q + ROUND).to_bits() as u8);
            }
        }
    }
}

/// The least and the largest of `xs`, which are whole vectors, and zero; with `CHECK` no numbers where one of them is
/// none.
#[inline(always)]
fn range<S: Simd, const CHECK: bool>(simd: S, xs: &[f32]) -> (f32, f32) {
    let (vectors, _) = S::as_simd_f32s(xs);
    let zero = simd.splat_f32s(0.0);
    let (mut least, mut most, mut none) = (zero, zero, zero);
    for x in vectors {
        least = simd.min_f32s(least, *x);
        most = simd.max_f32s(most, *x);
        if CHECK {
            none = simd.mul_add_e_f32s(*x, zero, none);
        }
    }
    let none = simd.reduce_sum_f32s(none);
    (simd.reduce_min_f32s(least) + none, simd.reduce_max_f32s(most) + none)
}

struct Run<'a> {
    layer: &'a Layer<'a>,
    codes: Shared<f32>,
    padded: usize,
    scales: &'a [Scale],
    past: Option<(&'a [f32], Lines)>,
    to: (Shared<f32>, Lines),
    /// In threes of vectors.
    panels: Range<usize>,
}

/// Sums of a block.
#[repr(C, align(64))]
struct Tile(MaybeUninit<[i32; MAX_ROWS * MAX_VECTORS * 16]>);

impl WithDot for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_dot<S: Simd, D: Dot>(self, simd: S) {
        let vectors = self.layer.bytes.outputs.div_ceil(D::LANES);
        let mine = self.panels.start * MAX_VECTORS..(self.panels.end * MAX_VECTORS).min(vectors);
        for (first, count) in groups(vectors).filter(|(first, _)| mine.contains(first)) {
            // SAFETY: `Layer::run`'s caller has seen that all sizes fit.
            unsafe {
                match count {
                    1 => self.panel::<S, D, 1>(simd, first * D::LANES),
                    2 => self.panel::<S, D, 2>(simd, first * D::LANES),
                    _ => self.panel::<S, D, 3>(simd, first * D::LANES),
                }
            }
        }
    }
}

impl Run<'_> {
    /// All rows of the outputs from `at` on.
    #[inline(always)]
    unsafe fn panel<S: Simd, D: Dot, const VECTORS: usize>(&self, simd: S, at: usize) {
        let count = self.scales.len();
        let mut row = 0;
        while row < count {
            // SAFETY: the caller's.
            row += unsafe {
                match count - row {
                    1 => self.block::<S, D, 1, VECTORS>(simd, at, row),
                    left if left <= 4 || S::REGISTER_COUNT < 32 => self.block::<S, D, 4, VECTORS>(simd, at, row),
                    _ => self.block::<S, D, MAX_ROWS, VECTORS>(simd, at, row),
                }
            };
        }
    }

    /// `ROWS` rows from `row` on; where there are not so many, the last is done more than once. How many were done.
    #[inline(always)]
    unsafe fn block<S: Simd, D: Dot, const ROWS: usize, const VECTORS: usize>(
        &self,
        simd: S,
        at: usize,
        row: usize,
    ) -> usize {
        let Layer { bytes, bias, activation, .. } = self.layer;
        let (width, last) = (VECTORS * D::LANES, self.scales.len() - 1);
        let groups = bytes.inputs.div_ceil(D::GROUP);
        let mut tile = Tile(MaybeUninit::uninit());
        let weights = bytes.weights.as_slice()[at * groups * D::GROUP..].as_ptr();
        let codes = self.codes.get().cast::<D::Code>().cast_const();
        let mut x = [codes; ROWS];
        for (i, x) in x.iter_mut().enumerate() {
            // SAFETY: the caller's.
            *x = unsafe { codes.add((row + i).min(last) * self.padded) };
        }
        // SAFETY: the caller's; the block writes as much of the tile as is read below.
        let tile = unsafe {
            let sums = tile.0.as_mut_ptr().cast::<i32>();
            D::block::<ROWS, VECTORS>(&x, weights, groups, sums);
            std::slice::from_raw_parts(sums, ROWS * width)
        };
        let (scales, sums) = (bytes.scales.as_slice()[at..][..width].as_ptr(), bytes.sums.as_slice()[at..].as_ptr());
        let bias = bias.as_slice()[at..][..width].as_ptr();
        let (to, lines) = self.to;
        let places = lines.at::<ROWS>(row, last);
        let past = self.past.map(|(values, lines)| (values, lines.at::<ROWS>(row, last)));
        for i in 0..ROWS.min(last + 1 - row) {
            let (Scale { step, zero }, tile) = (self.scales[row + i], tile[i * width..][..width].as_ptr());
            let step = simd.splat_f32s(step);
            // SAFETY: these are vectors of sums; no other thread has these outputs.
            unsafe {
                let y = to.get().add(places[i] + at);
                for v in 0..VECTORS {
                    let c = v * D::LANES;
                    let sum = less::<S>(tile.add(c), sums.add(c), zero);
                    let (scale, bias) = (*scales.add(c).cast::<S::f32s>(), *bias.add(c).cast::<S::f32s>());
                    // Not fused, so that every instruction set rounds alike.
                    let sum = simd.add_f32s(simd.mul_f32s(sum, simd.mul_f32s(scale, step)), bias);
                    *y.add(c).cast::<S::f32s>() = activation.of(simd, sum);
                }
                if let Some((values, places)) = &past {
                    let past = values[places[i] + at..][..width].as_ptr();
                    for c in (0..width).step_by(D::LANES) {
                        let sum = simd.add_f32s(*y.add(c).cast::<S::f32s>(), *past.add(c).cast::<S::f32s>());
                        *y.add(c).cast::<S::f32s>() = sum;
                    }
                }
            }
        }
        ROWS
    }
}
