//! Linear layers in whole numbers: the weights of an output are bytes with one scale, the inputs of a row codes with
//! one scale and one zero, found anew for every row.
//!
//! ```text
//! x ≈ a (q − z),  w ≈ b v      Σ x w ≈ a b (Σ q v − z Σ v)
//! ```
//! `q` from 0 to 255, `v` from −127 to 127, both rounded to the nearest, `z` the code of zero. Dynamic quantisation as
//! in Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference"
//! (<https://arxiv.org/abs/1712.05877>), 2.1 to 2.3, with a scale an output as in section 3 of Krishnamoorthi's
//! whitepaper (<https://arxiv.org/abs/1806.08342>). The sums are exact: every instruction set gives the same.

use super::aligned::{Aligned, Floats};
use super::block::{MAX_VECTORS, groups};
use super::dot::{Dot, WithDot};
use super::map::Arena;
use super::pool::{self, Shared};
use super::rows::View;
use super::weight::Values;
use super::{Activation, Isa};
use pulp::Simd;
use std::ops::Range;

/// The largest size of a byte of weights.
const MOST: f32 = 127.0;
/// The largest code of an input.
const MOST_CODE: f32 = 255.0;
/// Multiplications that take as long as packing a weight.
const PACKING: usize = 32;
/// Rows that are computed at once, at most.
const MAX_ROWS: usize = 8;
/// Added to a number from 0 to 2^22, it leaves the nearest whole one in the low bits.
const ROUND: f32 = 12_582_912.0;

/// A matrix of bytes, packed.
#[derive(Debug)]
pub(super) struct Bytes {
    inputs: usize,
    outputs: usize,
    /// Groups of up to three vectors of outputs; in each, for every group of inputs, the weights of these outputs.
    weights: Aligned<i8>,
    /// What a byte of an output stands for.
    scales: Floats,
    /// Of all bytes of an output.
    sums: Aligned<i32>,
}

impl Bytes {
    /// `weight` is `[outputs, inputs]`.
    pub fn pack(isa: Isa, weight: Values, outputs: usize) -> Self {
        isa.run_dot(Pack { weight, outputs })
    }

    /// The weight of `output` for each input.
    pub fn weights_of(&self, isa: Isa, output: usize, to: &mut [f32]) {
        isa.run_dot(Unpack { bytes: self, output, to });
    }
}

struct Pack<'a> {
    weight: Values<'a>,
    outputs: usize,
}

impl WithDot for Pack<'_> {
    type Output = Bytes;

    #[inline(always)]
    fn with_dot<S: Simd, D: Dot>(self, _: S) -> Bytes {
        let Self { weight, outputs } = self;
        let inputs = weight.len() / outputs;
        let all = outputs.next_multiple_of(D::LANES);
        let padded = inputs.next_multiple_of(D::GROUP);
        let mut bytes = Bytes {
            inputs,
            outputs,
            weights: Aligned::zeros(all * padded),
            scales: Floats::zeros(all),
            sums: Aligned::zeros(all),
        };
        let weights = Shared::new(bytes.weights.as_mut_slice());
        let scales = Shared::new(bytes.scales.as_mut_slice());
        let sums = Shared::new(bytes.sums.as_mut_slice());
        let vectors = all / D::LANES;
        pool::share(vectors.div_ceil(MAX_VECTORS), PACKING * weight.len(), |_, panels| {
            let mine = panels.start * MAX_VECTORS..panels.end * MAX_VECTORS;
            let (mut floats, mut row) = (vec![0.0; inputs], vec![0_i8; padded]);
            for (first, count) in groups(vectors).filter(|(first, _)| mine.contains(first)) {
                let len = count * D::LANES * padded;
                // SAFETY: no other thread has this panel.
                let panel = unsafe { std::slice::from_raw_parts_mut(weights.get().add(first * D::LANES * padded), len) };
                for output in first * D::LANES..((first + count) * D::LANES).min(outputs) {
                    weight.copy_to(output * inputs, &mut floats);
                    let (scale, sum) = quantize(&floats, &mut row);
                    // SAFETY: nor these outputs.
                    unsafe {
                        *scales.get().add(output) = scale;
                        *sums.get().add(output) = sum;
                    }
                    let (vector, lane) = (output / D::LANES - first, output % D::LANES);
                    for (group, from) in row.chunks_exact(D::GROUP).enumerate() {
                        let at = (group * count + vector) * D::LANES * D::GROUP;
                        from.iter().enumerate().for_each(|(i, byte)| panel[at + D::place(lane, i)] = *byte);
                    }
                }
            }
        });
        bytes
    }
}

/// The nearest bytes of the weights of one output: what a byte stands for, and the sum of all.
#[inline(always)]
fn quantize(weights: &[f32], bytes: &mut [i8]) -> (f32, i32) {
    let most = weights.iter().fold(0.0_f32, |most, w| if w.abs() > most { w.abs() } else { most });
    let rate = if most > 0.0 { MOST / most } else { 0.0 };
    let mut sum = 0;
    for (byte, weight) in bytes.iter_mut().zip(weights) {
        *byte = (weight * rate).round_ties_even() as i8;
        sum += i32::from(*byte);
    }
    (most / MOST, sum)
}

struct Unpack<'a> {
    bytes: &'a Bytes,
    output: usize,
    to: &'a mut [f32],
}

impl WithDot for Unpack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_dot<S: Simd, D: Dot>(self, _: S) {
        let scale = self.bytes.scales.as_slice()[self.output];
        let padded = self.bytes.inputs.next_multiple_of(D::GROUP);
        let (vector, lane) = (self.output / D::LANES, self.output % D::LANES);
        let (first, count) = groups(self.bytes.outputs.div_ceil(D::LANES))
            .find(|(first, count)| (*first..first + count).contains(&vector))
            .expect("every vector is in a group");
        let panel = &self.bytes.weights.as_slice()[first * D::LANES * padded..];
        for (input, to) in self.to.iter_mut().enumerate() {
            let group = (input / D::GROUP * count + vector - first) * D::LANES * D::GROUP;
            *to = f32::from(panel[group + D::place(lane, input % D::GROUP)]) * scale;
        }
    }
}

/// What is computed from the sums, and where it goes.
pub(super) struct Layer<'a> {
    pub isa: Isa,
    pub bytes: &'a Bytes,
    pub bias: &'a Floats,
    pub activation: Activation,
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
    /// What the layer makes of `xs`, in rows at `to` that are `step` floats apart; `past` is added last. There must be
    /// room for them.
    pub fn run(&self, arena: &mut Arena, xs: View, past: Option<View>, to: Shared<f32>, step: usize) {
        let padded = xs.width.next_multiple_of(16);
        // Codes of 16 bits at most, two to a float.
        let mut memory = arena.floats(xs.count * padded / 2);
        let mut scales = vec![Scale::default(); xs.count];
        let codes = memory.as_mut_slice().as_mut_ptr().cast::<u8>();
        self.isa.run_dot(Quantize { xs, padded, codes, scales: &mut scales });
        let codes = Shared::new(memory.as_mut_slice());
        let columns = MAX_VECTORS * self.isa.lanes();
        // Few rows take the time in which their weights come from memory, a quarter of that of floats.
        let cost = xs.count.max(8) * xs.width * self.bytes.outputs / 4;
        let scales = &scales[..];
        pool::share(self.bytes.outputs.div_ceil(columns), cost, |_, panels| {
            self.isa.run_dot(Run { layer: self, codes, padded, scales, past, to, step, panels });
        });
        arena.give_back_floats(memory);
    }
}

struct Quantize<'a> {
    xs: View<'a>,
    /// Codes from a row to the next.
    padded: usize,
    codes: *mut u8,
    scales: &'a mut [Scale],
}

impl WithDot for Quantize<'_> {
    type Output = ();

    #[inline(always)]
    fn with_dot<S: Simd, D: Dot>(self, simd: S) {
        for (row, scale) in self.scales.iter_mut().enumerate() {
            let xs = self.xs.row(row);
            let (least, most) = range(simd, xs);
            let step = (most - least) / MOST_CODE;
            let rate = if step > 0.0 { MOST_CODE / (most - least) } else { 0.0 };
            let zero = (-least * rate).round_ties_even();
            *scale = Scale { step, zero: zero as i32 - D::OFFSET };
            // SAFETY: there is room for so many codes of 16 bits in each row.
            let codes = unsafe {
                std::slice::from_raw_parts_mut(self.codes.cast::<D::Code>().add(row * self.padded), xs.len())
            };
            for (code, x) in codes.iter_mut().zip(xs) {
                let q = x * rate + zero;
                let q = if q > 0.0 { q } else { 0.0 };
                let q = if q < MOST_CODE { q } else { MOST_CODE };
                *code = D::code((q + ROUND).to_bits() as u8);
            }
        }
    }
}

/// The least and the largest of `xs` and zero.
#[inline(always)]
fn range<S: Simd>(simd: S, xs: &[f32]) -> (f32, f32) {
    let (vectors, rest) = S::as_simd_f32s(xs);
    let zero = simd.splat_f32s(0.0);
    let (mut least, mut most) = (zero, zero);
    for x in vectors {
        least = simd.min_f32s(least, *x);
        most = simd.max_f32s(most, *x);
    }
    let least = rest.iter().fold(simd.reduce_min_f32s(least), |least, x| least.min(*x));
    (least, rest.iter().fold(simd.reduce_max_f32s(most), |most, x| most.max(*x)))
}

struct Run<'a> {
    layer: &'a Layer<'a>,
    codes: Shared<f32>,
    padded: usize,
    scales: &'a [Scale],
    past: Option<View<'a>>,
    to: Shared<f32>,
    step: usize,
    /// In threes of vectors.
    panels: Range<usize>,
}

/// Sums of a block.
#[repr(C, align(64))]
struct Tile([i32; MAX_ROWS * MAX_VECTORS * 16]);

impl WithDot for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_dot<S: Simd, D: Dot>(self, simd: S) {
        let vectors = self.step / D::LANES;
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
        let mut tile = Tile([0; MAX_ROWS * MAX_VECTORS * 16]);
        let weights = bytes.weights.as_slice()[at * groups * D::GROUP..].as_ptr();
        let codes = self.codes.get().cast::<D::Code>().cast_const();
        // SAFETY: the caller's.
        let x = std::array::from_fn(|i| unsafe { codes.add((row + i).min(last) * self.padded) });
        // SAFETY: the caller's.
        unsafe { D::block::<ROWS, VECTORS>(&x, weights, groups, tile.0.as_mut_ptr()) };
        let (scales, sums) = (&bytes.scales.as_slice()[at..][..width], &bytes.sums.as_slice()[at..][..width]);
        let bias = &bias.as_slice()[at..][..width];
        for (i, tile) in tile.0.chunks_exact(width).enumerate().take(ROWS.min(last + 1 - row)) {
            let Scale { step, zero } = self.scales[row + i];
            // SAFETY: no other thread has these outputs.
            let ys = unsafe { std::slice::from_raw_parts_mut(self.to.get().add((row + i) * self.step + at), width) };
            for c in 0..width {
                let sum = tile[c].wrapping_sub(sums[c].wrapping_mul(zero));
                ys[c] = sum as f32 * (scales[c] * step) + bias[c];
            }
            if *activation != Activation::None {
                let (ys, _) = S::as_mut_simd_f32s(ys);
                for y in ys {
                    *y = activation.of(simd, *y);
                }
            }
            if let Some(past) = &self.past {
                let (ys, _) = S::as_mut_simd_f32s(ys);
                let past = &past.values[(row + i) * past.step + at..][..width];
                let (past, _) = S::as_simd_f32s(past);
                for (y, past) in ys.iter_mut().zip(past) {
                    *y = simd.add_f32s(*y, *past);
                }
            }
        }
        ROWS
    }
}
