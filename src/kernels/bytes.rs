//! Weights in bytes: packed for the inner product of an instruction set.

use super::Isa;
use super::aligned::{Aligned, Floats};
use super::block::{MAX_VECTORS, group_of, groups};
use super::dot::{Dot, WithDot};
use super::linear::PACKING;
use super::pool::{self, Shared};
use super::weight::Values;
use pulp::Simd;
use std::ops::Range;

/// Added to a number of less than 2^22, it leaves the nearest whole one in the low bits.
pub(super) const ROUND: f32 = 12_582_912.0;
/// The largest size of a byte.
const MOST: f32 = 127.0;

/// A matrix of bytes, packed.
#[derive(Debug)]
pub(super) struct Bytes {
    pub inputs: usize,
    pub outputs: usize,
    /// Groups of up to three vectors of outputs; in each, for every group of inputs, the weights of these outputs.
    pub weights: Aligned<i8>,
    /// What a byte of an output stands for.
    pub scales: Floats,
    /// Of all bytes of an output.
    pub sums: Aligned<i32>,
}

impl Bytes {
    /// `weight` is `[outputs, inputs]`; bytes are taken as they are.
    pub fn pack(isa: Isa, weight: Values, outputs: usize) -> Self {
        let inputs = weight.len() / outputs;
        let all = outputs.next_multiple_of(isa.lanes());
        let padded = inputs.next_multiple_of(isa.run_dot(Group));
        let weights = Aligned::zeros(all * padded);
        let mut bytes = Self { inputs, outputs, weights, scales: Floats::zeros(all), sums: Aligned::zeros(all) };
        let to = (
            Shared::new(bytes.weights.as_mut_slice()),
            Shared::new(bytes.scales.as_mut_slice()),
            Shared::new(bytes.sums.as_mut_slice()),
        );
        let panels = (all / isa.lanes()).div_ceil(MAX_VECTORS);
        pool::share(panels, PACKING * weight.len(), |_, panels| {
            isa.run_dot(Pack { weight, inputs, outputs, to, panels });
        });
        bytes
    }

    /// The weight of `output` for each input.
    pub fn weights_of(&self, isa: Isa, output: usize, to: &mut [f32]) {
        isa.run_dot(Unpack { bytes: self, output, to });
    }
}

/// Inputs that are multiplied at once.
struct Group;

impl WithDot for Group {
    type Output = usize;

    #[inline(always)]
    fn with_dot<S: Simd, D: Dot>(self, _: S) -> usize {
        D::GROUP
    }
}

struct Pack<'a> {
    weight: Values<'a>,
    inputs: usize,
    outputs: usize,
    /// Weights, scales, sums.
    to: (Shared<i8>, Shared<f32>, Shared<i32>),
    /// In threes of vectors.
    panels: Range<usize>,
}

impl WithDot for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn with_dot<S: Simd, D: Dot>(self, simd: S) {
        let Self { weight, inputs, outputs, to, panels } = self;
        let padded = inputs.next_multiple_of(D::GROUP);
        let mine = panels.start * MAX_VECTORS..panels.end * MAX_VECTORS;
        let mut floats = Floats::zeros(inputs);
        let mut row = vec![0_i8; floats.as_slice().len().max(padded)];
        for (first, count) in groups(outputs.div_ceil(D::LANES)).filter(|(first, _)| mine.contains(first)) {
            for output in first * D::LANES..((first + count) * D::LANES).min(outputs) {
                let (scale, sum) = if let Values::Bytes(bytes) = weight {
                    let (codes, scale) = bytes.part(output * inputs, inputs);
                    row[..inputs].copy_from_slice(codes);
                    (scale, codes.iter().map(|code| i32::from(*code)).sum())
                } else {
                    weight.copy_to(output * inputs, &mut floats.as_mut_slice()[..inputs]);
                    quantize(simd, floats.as_slice(), &mut row)
                };
                let (vector, lane) = (output / D::LANES - first, output % D::LANES);
                // SAFETY: no other thread has this output, and it lies within its panel.
                unsafe {
                    *to.1.get().add(output) = scale;
                    *to.2.get().add(output) = sum;
                    let panel = to.0.get().add(first * D::LANES * padded);
                    for (group, from) in row[..padded].chunks_exact(D::GROUP).enumerate() {
                        let group = panel.add((group * count + vector) * D::LANES * D::GROUP);
                        for (i, byte) in from.iter().enumerate() {
                            *group.add(D::place(lane, i)) = *byte;
                        }
                    }
                }
            }
        }
    }
}

/// The nearest bytes of the weights of one output, which are whole vectors: what a byte stands for, and the sum of all.
/// Where a weight is no number a byte stands for none either, so that no answer looks right.
#[inline(always)]
fn quantize<S: Simd>(simd: S, weights: &[f32], bytes: &mut [i8]) -> (f32, i32) {
    let (vectors, _) = S::as_simd_f32s(weights);
    let (mut most, mut all) = (simd.splat_f32s(0.0), simd.splat_f32s(0.0));
    for w in vectors {
        most = simd.max_f32s(most, simd.abs_f32s(*w));
        all = simd.add_f32s(all, simd.abs_f32s(*w));
    }
    if !simd.reduce_sum_f32s(all).is_finite() {
        bytes.fill(0);
        return (f32::NAN, 0);
    }
    let most = simd.reduce_max_f32s(most);
    let rate = if most > 0.0 { MOST / most } else { 0.0 };
    let mut sum = 0;
    for (byte, weight) in bytes.iter_mut().zip(weights) {
        *byte = (weight * rate + ROUND).to_bits() as i8;
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
        let (first, count) = group_of(vector, self.bytes.outputs.div_ceil(D::LANES));
        let panel = &self.bytes.weights.as_slice()[first * D::LANES * padded..];
        for (input, to) in self.to.iter_mut().enumerate() {
            let group = (input / D::GROUP * count + vector - first) * D::LANES * D::GROUP;
            *to = f32::from(panel[group + D::place(lane, input % D::GROUP)]) * scale;
        }
    }
}
