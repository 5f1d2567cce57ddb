//! Linear layers: rows of numbers times a matrix, with bias, activation and residual in the same pass.
//!
//! ```text
//! for three vectors of outputs            shared among the threads
//!   for 128 inputs                        their weights, as floats, stay in the first cache
//!     for 8 rows                          24 vectors of sums, in registers
//! ```

use super::aligned::{Aligned, Floats, Number};
use super::block::{Block, MAX_VECTORS, group_of, groups};
use super::bytes::Bytes;
use super::int8::{Layer, Lines};
use super::map::Arena;
use super::pool::{self, Shared};
use super::rows::{Rows, View};
use super::weight::{Order, Packed, Values, Weight};
use super::{Activation, Isa};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// Inputs whose weights are kept in the first cache: 24 KB for three vectors of 16.
const INPUTS_AT_ONCE: usize = 128;

/// Multiplications that take as long as packing a weight.
pub(super) const PACKING: usize = 32;

/// The matrix with its bias and activation, packed.
#[derive(Debug)]
pub struct Linear {
    isa: Isa,
    pub inputs: usize,
    pub outputs: usize,
    weights: Weights,
    bias: Floats,
    activation: Activation,
}

#[derive(Debug)]
enum Weights {
    /// Groups of up to three vectors of outputs; in each, for every input, the weights of these outputs.
    Floats(Packed),
    Bytes(Bytes),
}

impl Linear {
    /// `weight` is `[outputs, inputs]`; without `bias` it is zero.
    pub fn pack(isa: Isa, weight: Values, outputs: usize, bias: Option<&[f32]>, activation: Activation) -> Self {
        let packed = Packed::new(weight, &Panels { isa, outputs });
        Self::with(isa, Weights::Floats(packed), (weight.len() / outputs, outputs), bias, activation)
    }

    /// As [`Self::pack`], in bytes: a quarter of the room, and answers that are as near as they get.
    pub fn pack_int8(isa: Isa, weight: Values, outputs: usize, bias: Option<&[f32]>, activation: Activation) -> Self {
        let bytes = Bytes::pack(isa, weight, outputs);
        Self::with(isa, Weights::Bytes(bytes), (weight.len() / outputs, outputs), bias, activation)
    }

    fn with(
        isa: Isa,
        weights: Weights,
        (inputs, outputs): (usize, usize),
        bias: Option<&[f32]>,
        activation: Activation,
    ) -> Self {
        let bias = match bias {
            Some(bias) => Floats::padded(bias, isa.lanes()),
            None => Floats::zeros(outputs.next_multiple_of(isa.lanes())),
        };
        Self { isa, inputs, outputs, weights, bias, activation }
    }

    /// What the layer makes of `xs`; `past`, of the same size, is added last.
    ///
    /// # Panics
    /// Where the sizes do not fit.
    pub fn run(&self, arena: &mut Arena, xs: View, past: Option<View>) -> Rows {
        let mut ys = arena.rows(self.isa, xs.count, self.outputs);
        self.run_into(arena, xs, past, &mut ys, 0);
        ys
    }

    /// As [`Self::run`], into the rows of `ys` from `first` on.
    ///
    /// # Panics
    /// Where the sizes do not fit.
    pub fn run_into(&self, arena: &mut Arena, xs: View, past: Option<View>, ys: &mut Rows, first: usize) {
        assert_eq!((xs.width, ys.width), (self.inputs, self.outputs));
        assert!(first + xs.count <= ys.count);
        if let Some(past) = past {
            assert_eq!((past.count, past.width, past.step), (xs.count, ys.width, ys.step));
        }
        if xs.count == 0 {
            return;
        }
        let (step, to) = (ys.step, Shared::new(&mut ys.floats.as_mut_slice()[first * ys.step..]));
        match &self.weights {
            Weights::Floats(weights) => {
                let columns = MAX_VECTORS * self.isa.lanes();
                // Few rows take the time in which their weights come from memory.
                let cost = xs.count.max(8) * self.inputs * self.outputs;
                pool::share(self.outputs.div_ceil(columns), cost, |_, panels| {
                    self.isa.run(Run { layer: self, weights, xs, past, to, step, panels });
                });
            }
            Weights::Bytes(bytes) => {
                let Self { isa, ref bias, activation, .. } = *self;
                let past = past.map(|past| (past.values, Lines::plain(past.step)));
                let xs_at = (xs.values, Lines::plain(xs.step));
                let layer = Layer { isa, bytes, bias, activation, check: true, range: None };
                layer.run(arena, xs.count, xs_at, past, (to, Lines::plain(step)));
            }
        }
    }

    /// The weights of an output, without its bias: what a network whose vocabulary is also its embedding looks up.
    pub fn weights_of(&self, output: usize, to: &mut [f32]) {
        assert!(output < self.outputs && to.len() == self.inputs);
        match &self.weights {
            Weights::Floats(weights) => {
                let lanes = self.isa.lanes();
                let (first, count) = group_of(output / lanes, self.outputs.div_ceil(lanes));
                let places = (first * lanes * self.inputs + output - first * lanes..).step_by(count * lanes);
                to.iter_mut().zip(places).for_each(|(to, at)| *to = weights.get(at));
            }
            Weights::Bytes(bytes) => bytes.weights_of(self.isa, output, to),
        }
    }
}

/// Groups of up to three vectors of outputs; in each, for every input, the weights of these outputs.
struct Panels {
    isa: Isa,
    outputs: usize,
}

impl Order for Panels {
    fn order<T: Number + Send + Sync>(&self, weight: &[T]) -> Aligned<T> {
        let (inputs, lanes) = (weight.len() / self.outputs, self.isa.lanes());
        let vectors = self.outputs.div_ceil(lanes);
        let mut packed = Aligned::<T>::zeros(vectors * lanes * inputs);
        let to = Shared::new(packed.as_mut_slice());
        pool::share(vectors.div_ceil(MAX_VECTORS), PACKING * weight.len(), |_, panels| {
            let mine = panels.start * MAX_VECTORS..panels.end * MAX_VECTORS;
            for (first, count) in groups(vectors).filter(|(first, _)| mine.contains(first)) {
                let (first, columns) = (first * lanes, count * lanes);
                // SAFETY: no other thread has this panel.
                let panel = unsafe { std::slice::from_raw_parts_mut(to.get().add(first * inputs), columns * inputs) };
                let rows: Vec<_> = weight.chunks(inputs.max(1)).skip(first).take(columns).collect();
                for (input, to) in panel.chunks_mut(columns).enumerate() {
                    to.iter_mut().zip(&rows).for_each(|(to, row)| *to = row[input]);
                }
            }
        });
        packed
    }
}

struct Run<'a> {
    layer: &'a Linear,
    weights: &'a Packed,
    xs: View<'a>,
    past: Option<View<'a>>,
    to: Shared<f32>,
    step: usize,
    /// In threes of vectors.
    panels: Range<usize>,
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match self.weights {
            Packed::Float(weights) => self.panels(simd, weights.as_slice()),
            Packed::Half(weights) => self.panels(simd, weights.as_slice()),
        }
    }
}

/// Floats of the weights that are in use.
#[repr(C, align(64))]
struct Chunk([f32; INPUTS_AT_ONCE * MAX_VECTORS * 16]);

impl Run<'_> {
    #[inline(always)]
    fn panels<S: Simd, W: Weight>(self, simd: S, weights: &[W]) {
        let (inputs, lanes) = (self.layer.inputs, S::F32_LANES);
        let vectors = self.step / lanes;
        let mine = self.panels.start * MAX_VECTORS..(self.panels.end * MAX_VECTORS).min(vectors);
        for (first, count) in groups(vectors).filter(|(first, _)| mine.contains(first)) {
            let panel = &weights[first * lanes * inputs..][..count * lanes * inputs];
            // SAFETY: the panel has so many vectors for each input, and `Linear::run` has seen that the rest fits.
            unsafe {
                match count {
                    1 => self.panel::<S, W, 1>(simd, panel.as_ptr(), first * lanes),
                    2 => self.panel::<S, W, 2>(simd, panel.as_ptr(), first * lanes),
                    _ => self.panel::<S, W, 3>(simd, panel.as_ptr(), first * lanes),
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn panel<S: Simd, W: Weight, const VECTORS: usize>(&self, simd: S, panel: *const W, at: usize) {
        let (inputs, columns) = (self.layer.inputs, VECTORS * S::F32_LANES);
        let most = if S::REGISTER_COUNT >= 32 { 8 } else { 4 };
        // SAFETY: the caller's.
        unsafe {
            if self.xs.count <= most {
                // Every weight is used once.
                return self.blocks::<S, W, VECTORS>(simd, panel, at, 0..inputs);
            }
            let mut chunk = Chunk([0.0; INPUTS_AT_ONCE * MAX_VECTORS * 16]);
            for first in (0..inputs).step_by(INPUTS_AT_ONCE) {
                let range = first..(first + INPUTS_AT_ONCE).min(inputs);
                for i in (0..range.len() * columns).step_by(S::F32_LANES) {
                    *chunk.0.as_mut_ptr().add(i).cast::<S::f32s>() = W::load(simd, panel.add(first * columns + i));
                }
                self.blocks::<S, f32, VECTORS>(simd, chunk.0.as_ptr(), at, range);
            }
        }
    }

    /// All rows, for these `inputs`, whose weights are at `weights`.
    #[inline(always)]
    unsafe fn blocks<S: Simd, W: Weight, const VECTORS: usize>(
        &self,
        simd: S,
        weights: *const W,
        at: usize,
        inputs: Range<usize>,
    ) {
        let mut row = 0;
        while row < self.xs.count {
            let left = self.xs.count - row;
            // SAFETY: the caller's.
            row += unsafe {
                match left {
                    1 => self.block::<S, W, 1, VECTORS>(simd, weights, at, &inputs, row),
                    _ if left <= 4 || S::REGISTER_COUNT < 32 => {
                        self.block::<S, W, 4, VECTORS>(simd, weights, at, &inputs, row)
                    }
                    _ => self.block::<S, W, 8, VECTORS>(simd, weights, at, &inputs, row),
                }
            };
        }
    }

    /// `ROWS` rows from `row` on; where there are not so many, the last is done more than once. How many were done.
    #[inline(always)]
    unsafe fn block<S: Simd, W: Weight, const ROWS: usize, const VECTORS: usize>(
        &self,
        simd: S,
        weights: *const W,
        at: usize,
        inputs: &Range<usize>,
        row: usize,
    ) -> usize {
        let is_last = inputs.end == self.layer.inputs;
        let block = Block {
            rows: 1,
            row: 0,
            run: inputs.len(),
            bias: (inputs.start == 0).then(|| self.layer.bias.as_slice().as_ptr()),
            activation: if is_last { self.layer.activation } else { Activation::None },
            different: ROWS.min(self.xs.count - row),
        };
        let last = self.xs.count - 1;
        // SAFETY: the caller's.
        unsafe {
            let x = std::array::from_fn(|i| self.xs.at(row + i).add(inputs.start));
            let y = std::array::from_fn(|i| self.to.get().add((row + i).min(last) * self.step));
            let past = self.past.filter(|_| is_last).map(|past| std::array::from_fn(|i| past.at(row + i)));
            block.run::<S, W, ROWS, VECTORS>(simd, weights, at, &x, &y, past.as_ref());
        }
        ROWS
    }
}
