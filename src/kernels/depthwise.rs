//! Convolutions in which every channel is looked at alone; with bias and activation in the same pass.

use super::aligned::Floats;
use super::map::{Arena, Map, Size, Window};
use super::{Activation, Isa};
use pulp::{Simd, WithSimd};

/// Pixels of a row that are computed at once: the sides of a picture's maps are multiples of seven.
const STRIP: usize = 7;

/// The filters of all channels, packed.
#[derive(Debug)]
pub struct Depthwise {
    isa: Isa,
    kernel: usize,
    stride: usize,
    /// For every vector of channels, for every place in the kernel, the weights of these channels.
    weights: Floats,
    bias: Floats,
    activation: Activation,
}

impl Depthwise {
    /// `weight` is `[channels, kernel, kernel]`.
    pub fn pack(
        isa: Isa,
        weight: &[f32],
        bias: &[f32],
        (kernel, stride): (usize, usize),
        activation: Activation,
    ) -> Self {
        let (channels, places, lanes) = (bias.len(), kernel * kernel, isa.lanes());
        let padded = channels.next_multiple_of(lanes);
        let mut packed = Vec::with_capacity(padded * places);
        for first in (0..padded).step_by(lanes) {
            for place in 0..places {
                let vector = first..first + lanes;
                packed.extend(vector.map(|c| if c < channels { weight[c * places + place] } else { 0.0 }));
            }
        }
        let bias = Floats::padded(bias, lanes);
        Self { isa, kernel, stride, weights: Floats::padded(&packed, 1), bias, activation }
    }

    /// The map that `window` makes of `xs`.
    ///
    /// # Panics
    /// Where the sizes do not fit.
    pub fn run(&self, arena: &mut Arena, xs: &Map, window: Window) -> Map {
        window.check(xs, self.kernel, self.stride);
        let Window { height, width, .. } = window;
        let mut ys = arena.map(self.isa, Size { height, width, channels: xs.size.channels }, 0);
        self.isa.run(Run { layer: self, xs, window, ys: &mut ys });
        ys
    }
}

struct Run<'a> {
    layer: &'a Depthwise,
    xs: &'a Map,
    window: Window,
    ys: &'a mut Map,
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        match (self.layer.kernel, self.layer.stride) {
            (3, 1) => self.rows::<S, 3, 1>(simd),
            (3, 2) => self.rows::<S, 3, 2>(simd),
            (5, 1) => self.rows::<S, 5, 1>(simd),
            (5, 2) => self.rows::<S, 5, 2>(simd),
            other => unreachable!("no network of ours has the kernel {other:?}"),
        }
    }
}

impl Run<'_> {
    #[inline(always)]
    fn rows<S: Simd, const KERNEL: usize, const STRIDE: usize>(self, simd: S) {
        let (layer, lanes) = (self.layer, S::F32_LANES);
        let Size { height, width, .. } = self.ys.size;
        let (pixel, row) = (self.xs.pixel, self.xs.row());
        let corner = self.window.corner(self.xs);
        let out = self.ys.values_mut().as_mut_ptr();
        for y in 0..height {
            for first in (0..pixel).step_by(lanes) {
                // SAFETY: `Depthwise::run` has seen that the window lies inside the map, and pixels are whole vectors.
                unsafe {
                    let strip = Strip {
                        x: self.xs.values().as_ptr().add(corner + y * STRIDE * row + first),
                        row,
                        pixel,
                        weights: layer.weights.as_slice().as_ptr().add(first * KERNEL * KERNEL),
                        bias: layer.bias.as_slice().as_ptr().add(first),
                        activation: layer.activation,
                    };
                    let out = out.add(self.ys.at(y, 0) + first);
                    let whole = width - width % STRIP;
                    for x in (0..whole).step_by(STRIP) {
                        strip.run::<S, KERNEL, STRIDE, STRIP>(simd, x, out);
                    }
                    for x in whole..width {
                        strip.run::<S, KERNEL, STRIDE, 1>(simd, x, out);
                    }
                }
            }
        }
    }
}

/// A row of outputs in one vector of channels.
struct Strip {
    /// What the kernel sees first.
    x: *const f32,
    row: usize,
    pixel: usize,
    weights: *const f32,
    bias: *const f32,
    activation: Activation,
}

impl Strip {
    /// `COUNT` outputs from `first` on; every input is loaded once and used wherever the kernel sees it.
    #[inline(always)]
    unsafe fn run<S: Simd, const KERNEL: usize, const STRIDE: usize, const COUNT: usize>(
        &self,
        simd: S,
        first: usize,
        out: *mut f32,
    ) {
        // SAFETY: the caller's.
        unsafe {
            let load = |p: *const f32| *p.cast::<S::f32s>();
            let mut sums = [load(self.bias); COUNT];
            for ky in 0..KERNEL {
                let x = self.x.add(ky * self.row + first * STRIDE * self.pixel);
                let w: [S::f32s; KERNEL] =
                    std::array::from_fn(|kx| load(self.weights.add((ky * KERNEL + kx) * S::F32_LANES)));
                for ix in 0..(COUNT - 1) * STRIDE + KERNEL {
                    let value = load(x.add(ix * self.pixel));
                    for o in 0..COUNT {
                        if ix >= o * STRIDE && ix - o * STRIDE < KERNEL {
                            sums[o] = simd.mul_add_e_f32s(value, w[ix - o * STRIDE], sums[o]);
                        }
                    }
                }
            }
            for (o, sum) in sums.into_iter().enumerate() {
                *out.add((first + o) * self.pixel).cast::<S::f32s>() = self.activation.of(simd, sum);
            }
        }
    }
}
