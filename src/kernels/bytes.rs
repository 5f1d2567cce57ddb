//! Weights in bytes: packed for the inner product of an instruction set.

use super::Isa;
use super::aligned::{Aligned, Floats};
use super::block::{MAX_VECTORS, groups};
use super::dot::{Dot, WithDot};
use super::linear::PACKING;
use super::pool::{self, Shared};
use super::weight::Values;
use pulp::Simd;

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
                let panel =
                    unsafe { std::slice::from_raw_parts_mut(weights.get().add(first * D::LANES * padded), len) };
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
