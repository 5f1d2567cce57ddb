//! Convolutions across all channels: of one pixel, where they are a matrix, or of a window of a picture. With bias,
//! activation and residual in the same pass.

use super::aligned::Floats;
use super::block::{Block, groups};
use super::bytes::Bytes;
use super::int8::{Layer, Lines};
use super::map::{Arena, Map, Size, Window};
use super::pool::Shared;
use super::weight::Values;
use super::{Activation, Isa};
use pulp::{Simd, WithSimd};

/// The filters with their bias and activation, packed.
#[derive(Debug)]
pub struct Dense {
    isa: Isa,
    inputs: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    weights: Weights,
    bias: Floats,
    activation: Activation,
}

#[derive(Debug)]
enum Weights {
    /// Groups of up to three vectors of outputs; in each, for every row, column and input, the weights of these outputs.
    Floats(Floats),
    /// And where the inputs lie, if that is known beforehand.
    Bytes(Bytes, Option<(f32, f32)>),
}

impl Dense {
    /// `weight` is `[outputs, inputs, kernel, kernel]`.
    pub fn pack(
        isa: Isa,
        weight: &[f32],
        bias: &[f32],
        (kernel, stride): (usize, usize),
        activation: Activation,
    ) -> Self {
        let (outputs, places) = (bias.len(), kernel * kernel);
        let inputs = weight.len() / outputs / places;
        let mut packed = Vec::with_capacity(outputs.next_multiple_of(isa.lanes()) * inputs * places);
        for (first, vectors) in groups(outputs.div_ceil(isa.lanes())) {
            for (place, input) in (0..places).flat_map(|place| (0..inputs).map(move |input| (place, input))) {
                let of = |output: usize| weight[(output * inputs + input) * places + place];
                let columns = first * isa.lanes()..(first + vectors) * isa.lanes();
                packed.extend(columns.map(|output| if output < outputs { of(output) } else { 0.0 }));
            }
        }
        let bias = Floats::padded(bias, isa.lanes());
        let weights = Weights::Floats(Floats::padded(&packed, 1));
        Self { isa, inputs, outputs, kernel, stride, weights, bias, activation }
    }

    /// As [`Self::pack`], in bytes, for one pixel at a time: `weight` is `[outputs, inputs]`. Where it is not found for
    /// every pixel anew, `range` is where inputs lie; zero is inside, and what is outside counts as its nearest end.
    pub fn pack_int8(
        isa: Isa,
        weight: Values,
        bias: &[f32],
        activation: Activation,
        range: Option<(f32, f32)>,
    ) -> Self {
        let (inputs, outputs) = (weight.len() / bias.len(), bias.len());
        let weights = Weights::Bytes(Bytes::pack(isa, weight, outputs), range);
        Self {
            isa,
            inputs,
            outputs,
            kernel: 1,
            stride: 1,
            weights,
            bias: Floats::padded(bias, isa.lanes()),
            activation,
        }
    }

    /// The map that `window` makes of `xs`, with `border`; `residual`, of the same size, is added last.
    ///
    /// # Panics
    /// Where the sizes do not fit, or, for windows of several pixels, where pixels are padded.
    pub fn run(&self, arena: &mut Arena, xs: &Map, window: Window, border: usize, residual: Option<&Map>) -> Map {
        assert_eq!(xs.size.channels, self.inputs);
        assert!(self.kernel == 1 || xs.pixel == self.inputs);
        window.check(xs, self.kernel, self.stride);
        let Window { height, width, .. } = window;
        let mut ys = arena.map(self.isa, Size { height, width, channels: self.outputs }, border);
        if let Some(residual) = residual {
            assert_eq!(residual.size, ys.size);
        }
        match &self.weights {
            Weights::Floats(weights) => self.isa.run(Run { layer: self, weights, xs, window, residual, ys: &mut ys }),
            &Weights::Bytes(ref bytes, range) => {
                let Self { isa, ref bias, activation, .. } = *self;
                let lines = |map: &Map| Lines { step: map.pixel, width: map.size.width, line: map.row() };
                fn pixels(map: &Map) -> &[f32] {
                    &map.values()[map.at(0, 0)..]
                }
                let (first, to) = (ys.at(0, 0), lines(&ys));
                let to = (Shared::new(&mut ys.values_mut()[first..]), to);
                let past = residual.map(|map| (pixels(map), lines(map)));
                // A picture's network is loaded with numbers only, and none of its layers makes others of them.
                let layer = Layer { isa, bytes, bias, activation, check: false, range };
                layer.run(arena, height * width, (pixels(xs), lines(xs)), past, to);
            }
        }
        ys
    }
}

struct Run<'a> {
    layer: &'a Dense,
    weights: &'a Floats,
    xs: &'a Map,
    window: Window,
    residual: Option<&'a Map>,
    ys: &'a mut Map,
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if self.window.height * self.window.width == 1 {
            self.blocks::<S, 1>(simd);
        } else if S::REGISTER_COUNT >= 32 && self.ys.pixel == S::F32_LANES {
            // With one vector of outputs, so many sums keep both units busy.
            self.blocks::<S, 14>(simd);
        } else if S::REGISTER_COUNT >= 32 {
            // Seven, because the maps of a picture of 224 pixels have sides that seven divides.
            self.blocks::<S, 7>(simd);
        } else {
            self.blocks::<S, 4>(simd);
        }
    }
}

impl Run<'_> {
    #[inline(always)]
    fn blocks<S: Simd, const PIXELS: usize>(self, simd: S) {
        let (layer, window, lanes) = (self.layer, self.window, S::F32_LANES);
        let pixels = window.height * window.width;
        let y_base = self.ys.values_mut().as_mut_ptr();
        let corner = window.corner(self.xs);
        let mut block = Block {
            rows: layer.kernel,
            row: self.xs.row(),
            run: layer.kernel * layer.inputs,
            bias: Some(layer.bias.as_slice().as_ptr()),
            activation: layer.activation,
            different: PIXELS,
        };
        let mut next = (0, 0);
        for first in (0..pixels).step_by(PIXELS) {
            // The last block is filled up with the last pixel.
            block.different = PIXELS.min(pixels - first);
            let mut places = [next; PIXELS];
            for (i, place) in places.iter_mut().enumerate() {
                *place = next;
                // Counted, for divisions would take as long as a small block does.
                if first + i + 1 < pixels {
                    next.1 += 1;
                    if next.1 == window.width {
                        next = (next.0 + 1, 0);
                    }
                }
            }
            // SAFETY: every place lies inside the maps, as `Dense::run` has seen, and pixels of `ys` are whole vectors;
            // packing has padded the weights and the bias to whole vectors as well.
            unsafe {
                let x: [*const f32; PIXELS] = places.map(|(y, x)| {
                    let at = corner + y * layer.stride * self.xs.row() + x * layer.stride * self.xs.pixel;
                    self.xs.values().as_ptr().add(at)
                });
                let y: [*mut f32; PIXELS] = places.map(|(y, x)| y_base.add(self.ys.at(y, x)));
                let residual = self.residual.map(|map| places.map(|(y, x)| map.values().as_ptr().add(map.at(y, x))));
                let mut weights = self.weights.as_slice().as_ptr();
                for (vector, count) in groups(self.ys.pixel / lanes) {
                    let (at, residual) = (vector * lanes, residual.as_ref());
                    match count {
                        2 if PIXELS <= 7 => block.run::<S, f32, PIXELS, 2>(simd, weights, at, &x, &y, residual),
                        3 if PIXELS <= 7 => block.run::<S, f32, PIXELS, 3>(simd, weights, at, &x, &y, residual),
                        _ => block.run::<S, f32, PIXELS, 1>(simd, weights, at, &x, &y, residual),
                    }
                    weights = weights.add(count * lanes * block.rows * block.run);
                }
            }
        }
    }
}
