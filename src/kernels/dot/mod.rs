//! How bytes are multiplied and summed: the inner product of every instruction set that has one.
//!
//! Weights are signed bytes from −127 to 127. Inputs are codes from 0 to 255, stored as an instruction set wants them.
//! Sums are whole numbers of 32 bits, so all of them give the same.

use super::Isa;
use super::aligned::Number;
use super::weight::as_vector;
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

/// A code of an input, as an instruction set wants it.
pub(super) trait Code: Number {
    /// What is taken from a code where it is stored.
    const OFFSET: i32;

    /// A code, stored.
    fn of(code: u8) -> Self;
}

impl Code for u8 {
    const OFFSET: i32 = 0;

    #[inline(always)]
    fn of(code: u8) -> Self {
        code
    }
}

impl Code for i8 {
    const OFFSET: i32 = 128;

    #[inline(always)]
    fn of(code: u8) -> Self {
        (code ^ 0x80) as i8
    }
}

impl Code for i16 {
    const OFFSET: i32 = 0;

    #[inline(always)]
    fn of(code: u8) -> Self {
        code.into()
    }
}

/// The inner product of an instruction set.
pub(super) trait Dot: Copy {
    /// Sums in a vector.
    const LANES: usize;
    /// Inputs whose products are summed at once. Rows and weights are padded to it.
    const GROUP: usize;
    /// What a code is stored as.
    type Code: Code;

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
}

/// The vector of `sums`, less `zero` times that of `weights`, as floats.
///
/// # Safety
/// Both are there, and `weights` are aligned as a vector.
#[inline(always)]
pub(super) unsafe fn less<S: Simd>(sums: *const i32, weights: *const i32, zero: i32) -> S::f32s {
    // SAFETY: the caller's, and a vector of so many lanes is had only where its instructions are.
    unsafe {
        match S::F32_LANES {
            #[cfg(target_arch = "x86_64")]
            16 => as_vector::<S, _>(x86::less_16(sums, weights, zero)),
            #[cfg(target_arch = "x86_64")]
            8 => as_vector::<S, _>(x86::less_8(sums, weights, zero)),
            #[cfg(target_arch = "aarch64")]
            4 => as_vector::<S, _>(neon::less_4(sums, weights, zero)),
            1 => as_vector::<S, _>((*sums).wrapping_sub((*weights).wrapping_mul(zero)) as f32),
            lanes => unreachable!("no instruction set of ours has {lanes} lanes"),
        }
    }
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
    type Code = u8;

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
