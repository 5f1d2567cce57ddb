//! Convolutions across all channels: of one pixel, where they are a matrix, or of a window of a picture. With bias,
//! activation and residual in the same pass.

use super::map::{Arena, Floats, Map, Size, Window};
use super::{Activation, Isa};
use pulp::{Simd, WithSimd};

/// Vectors of outputs that are computed at once.
const MAX_VECTORS: usize = 3;

/// The filters with their bias and activation, packed.
#[derive(Debug)]
pub struct Dense {
    isa: Isa,
    inputs: usize,
    outputs: usize,
    kernel: usize,
    stride: usize,
    /// Groups of up to three vectors of outputs; in each, for every row, column and input, the weights of these outputs.
    weights: Floats,
    bias: Floats,
    activation: Activation,
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
        Self { isa, inputs, outputs, kernel, stride, weights: Floats::padded(&packed, 1), bias, activation }
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
        self.isa.run(Run { layer: self, xs, window, residual, ys: &mut ys });
        ys
    }
}

/// Vectors in groups of at most three, none of one where it can be two and two: first vector and how many.
fn groups(vectors: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let count = match vectors - done {
            0 => return None,
            4 => 2,
            left => left.min(MAX_VECTORS),
        };
        done += count;
        Some((done - count, count))
    })
}

struct Run<'a> {
    layer: &'a Dense,
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
        let block = Block {
            rows: layer.kernel,
            row: self.xs.row(),
            run: layer.kernel * layer.inputs,
            bias: layer.bias.as_slice().as_ptr(),
            activation: layer.activation,
        };
        for first in (0..pixels).step_by(PIXELS) {
            // The last block is filled up with the last pixel, which is then written more than once.
            let places: [(usize, usize); PIXELS] = std::array::from_fn(|i| {
                let pixel = (first + i).min(pixels - 1);
                (pixel / window.width, pixel % window.width)
            });
            // SAFETY: every place lies inside the maps, as `Dense::run` has seen, and pixels of `ys` are whole vectors;
            // packing has padded the weights and the bias to whole vectors as well.
            unsafe {
                let x: [*const f32; PIXELS] = places.map(|(y, x)| {
                    let at = corner + y * layer.stride * self.xs.row() + x * layer.stride * self.xs.pixel;
                    self.xs.values().as_ptr().add(at)
                });
                let y: [*mut f32; PIXELS] = places.map(|(y, x)| y_base.add(self.ys.at(y, x)));
                let residual = self.residual.map(|map| places.map(|(y, x)| map.values().as_ptr().add(map.at(y, x))));
                let mut weights = layer.weights.as_slice().as_ptr();
                for (vector, count) in groups(self.ys.pixel / lanes) {
                    let (at, residual) = (vector * lanes, residual.as_ref());
                    match count {
                        1 => block.run::<S, PIXELS, 1>(simd, weights, at, &x, &y, residual),
                        2 => block.run::<S, PIXELS, 2>(simd, weights, at, &x, &y, residual),
                        _ => block.run::<S, PIXELS, 3>(simd, weights, at, &x, &y, residual),
                    }
                    weights = weights.add(count * lanes * block.rows * block.run);
                }
            }
        }
    }
}

/// What is the same for some pixels and some vectors of outputs, wherever they lie.
struct Block {
    /// Of the window.
    rows: usize,
    /// Floats from a row of the map to the next.
    row: usize,
    /// Floats of a row of the window.
    run: usize,
    bias: *const f32,
    activation: Activation,
}

impl Block {
    /// The outputs from `at` on, for all of `x`.
    #[inline(always)]
    unsafe fn run<S: Simd, const PIXELS: usize, const VECTORS: usize>(
        &self,
        simd: S,
        mut weights: *const f32,
        at: usize,
        x: &[*const f32; PIXELS],
        y: &[*mut f32; PIXELS],
        residual: Option<&[*const f32; PIXELS]>,
    ) {
        let lanes = S::F32_LANES;
        // SAFETY: the caller's.
        unsafe {
            let load = |p: *const f32| *p.cast::<S::f32s>();
            let bias: [S::f32s; VECTORS] = std::array::from_fn(|v| load(self.bias.add(at + v * lanes)));
            let mut sums = [bias; PIXELS];
            for row in 0..self.rows {
                for input in row * self.row..row * self.row + self.run {
                    let w: [S::f32s; VECTORS] = std::array::from_fn(|v| load(weights.add(v * lanes)));
                    weights = weights.add(VECTORS * lanes);
                    for p in 0..PIXELS {
                        let value = simd.splat_f32s(*x[p].add(input));
                        for v in 0..VECTORS {
                            sums[p][v] = simd.mul_add_e_f32s(value, w[v], sums[p][v]);
                        }
                    }
                }
            }
            for p in 0..PIXELS {
                for (v, sum) in sums[p].into_iter().enumerate() {
                    let at = at + v * lanes;
                    let mut sum = self.activation.of(simd, sum);
                    if let Some(residual) = residual {
                        sum = simd.add_f32s(sum, load(residual[p].add(at)));
                    }
                    *y[p].add(at).cast::<S::f32s>() = sum;
                }
            }
        }
    }
}
