//! How bytes are multiplied and summed: the inner product of every instruction set that has one.
//!
//! Weights are signed bytes from −127 to 127. Inputs are codes from 0 to 255, stored as an instruction set wants them.
//! Sums are whole numbers of 32 bits, so all of them give the same.

use super::Isa;
use super::aligned::Number;
use pulp::{Simd, WithSimd};

/// The loops of a block, in plain sight of the compiler: it makes a call of an instruction in a closure that it does not
/// inline.
macro_rules! block {
    (
        $x:ident, $weights:ident, $groups:ident, $sums:ident, $zero:expr,
        $bytes:literal: $w:ident => $load:expr, $at:ident => $splat:expr, ($sum:ident, $inputs:ident) => $add:expr
    ) => {{
        let mut from = $weights;
        let mut sums = [[$zero; VECTORS]; ROWS];
        for group in 0..$groups {
            let mut w = [$zero; VECTORS];
            for v in 0..VECTORS {
                let $w = from.add(v * $bytes);
                w[v] = $load;
            }
            from = from.add(VECTORS * $bytes);
            for row in 0..ROWS {
                let $at = $x[row].add(group * Self::GROUP);
                let $inputs = $splat;
                for v in 0..VECTORS {
                    let ($sum, $w) = (sums[row][v], w[v]);
                    sums[row][v] = $add;
                }
            }
        }
        let mut to = $sums;
        for row in 0..ROWS {
            for v in 0..VECTORS {
                std::ptr::write_unaligned(to.cast(), sums[row][v]);
                to = to.add(Self::LANES);
            }
        }
    }};
}

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod x86;

/// The inner product of an instruction set.
pub(super) trait Dot: Copy {
    /// Sums in a vector.
    const LANES: usize;
    /// Inputs whose products are summed at once. Rows and weights are padded to it.
    const GROUP: usize;
    /// What is taken from a code where it is stored.
    const OFFSET: i32;
    /// What a code is stored as.
    type Code: Number;
    /// As many floats as there are sums in a vector.
    type Floats: Copy;

    /// A code, stored.
    fn code(code: u8) -> Self::Code;

    /// Where, in the weights of a vector of outputs for a group of inputs, that of `lane` for `input` lies.
    #[inline(always)]
    fn place(lane: usize, input: usize) -> usize {
        lane * Self::GROUP + input
    }

    /// The sums of `ROWS` rows and `VECTORS` vectors of outputs, over `groups` groups of inputs: row after row.
    ///
    /// # Safety
    /// All that is read and written must be there, and this processor must have the instructions.
    unsafe fn block<const ROWS: usize, const VECTORS: usize>(
        x: &[*const Self::Code; ROWS],
        weights: *const i8,
        groups: usize,
        sums: *mut i32,
    );

    /// The vector of `sums`, less `zero` times that of `weights`.
    ///
    /// # Safety
    /// As for [`Self::block`]; `weights` are aligned.
    unsafe fn less(sums: *const i32, weights: *const i32, zero: i32) -> Self::Floats;
}

/// What is computed with an inner product, and vectors of floats for the rest.
pub(super) trait WithDot {
    type Output;

    fn with_dot<S: Simd, D: Dot>(self, simd: S) -> Self::Output;
}

/// What every processor has: the twin that the others are held against.
#[derive(Clone, Copy)]
pub(super) struct Scalar;

impl Dot for Scalar {
    const LANES: usize = 1;
    const GROUP: usize = 1;
    const OFFSET: i32 = 0;
    type Code = u8;
    type Floats = f32;

    #[inline(always)]
    fn code(code: u8) -> u8 {
        code
    }

    #[inline(always)]
    #[allow(clippy::needless_range_loop, reason = "as the others")]
    unsafe fn block<const ROWS: usize, const VECTORS: usize>(
        x: &[*const u8; ROWS],
        weights: *const i8,
        groups: usize,
        sums: *mut i32,
    ) {
        // SAFETY: the caller's.
        unsafe {
            block!(x, weights, groups, sums, 0_i32,
                1: w => i32::from(*w), at => i32::from(*at), (sum, x) => sum.wrapping_add(x * w))
        }
    }

    #[inline(always)]
    unsafe fn less(sums: *const i32, weights: *const i32, zero: i32) -> f32 {
        // SAFETY: the caller's.
        unsafe { (*sums).wrapping_sub((*weights).wrapping_mul(zero)) as f32 }
    }
}

/// An inner product that needs no more than the vectors of floats do.
struct Plain<Op, D>(Op, std::marker::PhantomData<D>);

impl<Op: WithDot, D: Dot> WithSimd for Plain<Op, D> {
    type Output = Op::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> Op::Output {
        self.0.with_dot::<S, D>(simd)
    }
}

impl Isa {
    /// Runs `op` with these instructions.
    pub(super) fn run_dot<Op: WithDot>(self, op: Op) -> Op::Output {
        fn plain<D: Dot, Op: WithDot>(simd: impl Simd, op: Op) -> Op::Output {
            simd.vectorize(Plain::<Op, D>(op, std::marker::PhantomData))
        }
        match self {
            // SAFETY: an `Isa` is had only where the processor has it.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni(simd) => unsafe { x86::with_vnni(simd, op) },
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(simd) => plain::<x86::Madd512, Op>(simd, op),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(simd) => plain::<x86::Madd256, Op>(simd, op),
            // SAFETY: as above.
            #[cfg(target_arch = "aarch64")]
            Self::NeonI8mm(simd) => unsafe { neon::with_matrix_product(simd, op) },
            // SAFETY: as above.
            #[cfg(target_arch = "aarch64")]
            Self::NeonDot(simd) => unsafe { neon::with_dot_product(simd, op) },
            #[cfg(target_arch = "aarch64")]
            Self::Neon(simd) => plain::<neon::Widening, Op>(simd, op),
            Self::Scalar => plain::<Scalar, Op>(pulp::Scalar, op),
        }
    }
}
