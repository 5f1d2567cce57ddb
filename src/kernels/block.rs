//! The kernel of everything that multiplies matrices: some rows times some columns of weights, kept in registers.

use super::Activation;
use super::weight::Weight;
use pulp::Simd;

/// Vectors of outputs that are computed at once.
pub(super) const MAX_VECTORS: usize = 3;

/// Vectors in groups of at most three, none of one where it can be two and two: first vector and how many.
pub(super) fn groups(vectors: usize) -> impl Iterator<Item = (usize, usize)> + Clone {
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

/// The group that `vector` is in, of all `vectors`: its first vector and how many.
pub(super) fn group_of(vector: usize, vectors: usize) -> (usize, usize) {
    let mut all = groups(vectors);
    all.find(|(first, count)| (*first..first + count).contains(&vector)).expect("every vector is in a group")
}

/// What is the same for some rows and some vectors of outputs, wherever they lie.
pub(super) struct Block {
    /// Stretches of inputs.
    pub rows: usize,
    /// Floats from a stretch to the next.
    pub row: usize,
    /// Floats of a stretch.
    pub run: usize,
    /// What the sums begin with; without it, with what the outputs are.
    pub bias: Option<*const f32>,
    pub activation: Activation,
    /// How many of the rows are different ones; the others are the last of these again.
    pub different: usize,
}

impl Block {
    /// The outputs from `at` on, for all of `x`: `VECTORS` vectors, whose weights lie together for every input.
    ///
    /// # Safety
    /// `x` and `y`, `bias` and `residual` from `at` on, and `weights` must hold what is read and written; weights,
    /// outputs, bias and residual are aligned as vectors.
    #[allow(clippy::needless_range_loop, reason = "the sums stay in registers only where they are plainly indexed")]
    #[inline(always)]
    pub unsafe fn run<S: Simd, W: Weight, const PIXELS: usize, const VECTORS: usize>(
        &self,
        simd: S,
        mut weights: *const W,
        at: usize,
        x: &[*const f32; PIXELS],
        y: &[*mut f32; PIXELS],
        residual: Option<&[*const f32; PIXELS]>,
    ) {
        let lanes = S::F32_LANES;
        // SAFETY: the caller's.
        unsafe {
            let load = |p: *const f32| *p.cast::<S::f32s>();
            let mut sums: [[S::f32s; VECTORS]; PIXELS] = match self.bias {
                Some(bias) => [std::array::from_fn(|v| load(bias.add(at + v * lanes))); PIXELS],
                None => std::array::from_fn(|p| std::array::from_fn(|v| load(y[p].add(at + v * lanes)))),
            };
            for row in 0..self.rows {
                for input in row * self.row..row * self.row + self.run {
                    let w: [S::f32s; VECTORS] = std::array::from_fn(|v| W::load(simd, weights.add(v * lanes)));
                    weights = weights.add(VECTORS * lanes);
                    for p in 0..PIXELS {
                        let value = simd.splat_f32s(*x[p].add(input));
                        for v in 0..VECTORS {
                            sums[p][v] = simd.mul_add_e_f32s(value, w[v], sums[p][v]);
                        }
                    }
                }
            }
            // Nothing but stores: with more in this loop the compiler does not unroll it, and then keeps all sums in
            // memory, in the loop above too, which takes three times as long.
            for p in 0..PIXELS {
                for v in 0..VECTORS {
                    *y[p].add(at + v * lanes).cast::<S::f32s>() = sums[p][v];
                }
            }
            if self.activation == Activation::None && residual.is_none() {
                return;
            }
            for p in 0..self.different {
                for at in (at..at + VECTORS * lanes).step_by(lanes) {
                    let out = y[p].add(at).cast::<S::f32s>();
                    let mut value = self.activation.of(simd, *out);
                    if let Some(residual) = residual {
                        value = simd.add_f32s(value, load(residual[p].add(at)));
                    }
                    *out = value;
                }
            }
        }
    }
}
