//! How bytes are multiplied and summed: the inner product of every instruction set that has one.
//!
//! Weights are signed bytes from −127 to 127. Inputs are codes from 0 to 255, stored as an instruction set wants them.
//! Sums are whole numbers of 32 bits, so all of them give the same.

use super::Isa;
use super::aligned::Number;
use pulp::{Simd, WithSimd};

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

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Dot, WithDot};
    use std::arch::x86_64::*;

    /// `vpdpbusd`: four bytes a sum, 64 in an instruction.
    #[derive(Clone, Copy)]
    pub struct Vnni;

    impl Dot for Vnni {
        const LANES: usize = 16;
        const GROUP: usize = 4;
        const OFFSET: i32 = 0;
        type Code = u8;
        type Floats = __m512;

        #[inline(always)]
        fn code(code: u8) -> u8 {
            code
        }

        #[inline(always)]
        #[allow(clippy::needless_range_loop, reason = "the sums stay in registers only where they are plainly indexed")]
        unsafe fn block<const ROWS: usize, const VECTORS: usize>(
            x: &[*const u8; ROWS],
            weights: *const i8,
            groups: usize,
            sums: *mut i32,
        ) {
            // SAFETY: the caller's.
            unsafe {
                block!(x, weights, groups, sums, _mm512_setzero_si512(),
                    64: w => _mm512_load_si512(w.cast()),
                    at => _mm512_set1_epi32(at.cast::<i32>().read_unaligned()),
                    (sum, x) => _mm512_dpbusd_epi32(sum, x, w))
            }
        }

        #[inline(always)]
        unsafe fn less(sums: *const i32, weights: *const i32, zero: i32) -> __m512 {
            // SAFETY: the caller's.
            unsafe {
                _mm512_cvtepi32_ps(_mm512_sub_epi32(
                    _mm512_loadu_si512(sums.cast()),
                    _mm512_mullo_epi32(_mm512_load_si512(weights.cast()), _mm512_set1_epi32(zero)),
                ))
            }
        }
    }

    /// Runs `op` where the processor is known to have these instructions.
    #[target_feature(
        enable = "avx,avx2,bmi1,bmi2,fma,lzcnt,popcnt,avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni"
    )]
    pub unsafe fn with_vnni<Op: WithDot>(simd: pulp::x86::V4, op: Op) -> Op::Output {
        op.with_dot::<pulp::x86::V4, Vnni>(simd)
    }

    /// `vpmaddwd` of 512 bits: bytes widened to 16 bits, two a sum.
    #[derive(Clone, Copy)]
    pub struct Madd512;

    impl Dot for Madd512 {
        const LANES: usize = 16;
        const GROUP: usize = 2;
        const OFFSET: i32 = 0;
        type Code = i16;
        type Floats = __m512;

        #[inline(always)]
        fn code(code: u8) -> i16 {
            code.into()
        }

        #[inline(always)]
        #[allow(clippy::needless_range_loop, reason = "the sums stay in registers only where they are plainly indexed")]
        unsafe fn block<const ROWS: usize, const VECTORS: usize>(
            x: &[*const i16; ROWS],
            weights: *const i8,
            groups: usize,
            sums: *mut i32,
        ) {
            // SAFETY: the caller's.
            unsafe {
                block!(x, weights, groups, sums, _mm512_setzero_si512(),
                    32: w => _mm512_cvtepi8_epi16(_mm256_load_si256(w.cast())),
                    at => _mm512_set1_epi32(at.cast::<i32>().read_unaligned()),
                    (sum, x) => _mm512_add_epi32(sum, _mm512_madd_epi16(x, w)))
            }
        }

        #[inline(always)]
        unsafe fn less(sums: *const i32, weights: *const i32, zero: i32) -> __m512 {
            // SAFETY: the caller's.
            unsafe {
                _mm512_cvtepi32_ps(_mm512_sub_epi32(
                    _mm512_loadu_si512(sums.cast()),
                    _mm512_mullo_epi32(_mm512_load_si512(weights.cast()), _mm512_set1_epi32(zero)),
                ))
            }
        }
    }

    /// The same of 256 bits.
    #[derive(Clone, Copy)]
    pub struct Madd256;

    impl Dot for Madd256 {
        const LANES: usize = 8;
        const GROUP: usize = 2;
        const OFFSET: i32 = 0;
        type Code = i16;
        type Floats = __m256;

        #[inline(always)]
        fn code(code: u8) -> i16 {
            code.into()
        }

        #[inline(always)]
        #[allow(clippy::needless_range_loop, reason = "the sums stay in registers only where they are plainly indexed")]
        unsafe fn block<const ROWS: usize, const VECTORS: usize>(
            x: &[*const i16; ROWS],
            weights: *const i8,
            groups: usize,
            sums: *mut i32,
        ) {
            // SAFETY: the caller's.
            unsafe {
                block!(x, weights, groups, sums, _mm256_setzero_si256(),
                    16: w => _mm256_cvtepi8_epi16(_mm_load_si128(w.cast())),
                    at => _mm256_set1_epi32(at.cast::<i32>().read_unaligned()),
                    (sum, x) => _mm256_add_epi32(sum, _mm256_madd_epi16(x, w)))
            }
        }

        #[inline(always)]
        unsafe fn less(sums: *const i32, weights: *const i32, zero: i32) -> __m256 {
            // SAFETY: the caller's.
            unsafe {
                _mm256_cvtepi32_ps(_mm256_sub_epi32(
                    _mm256_loadu_si256(sums.cast()),
                    _mm256_mullo_epi32(_mm256_load_si256(weights.cast()), _mm256_set1_epi32(zero)),
                ))
            }
        }
    }
}

#[cfg(target_arch = "aarch64")]
mod neon {
    use super::{Dot, WithDot};
    use std::arch::aarch64::*;
    use std::arch::asm;

    /// Bytes that are multiplied to 16 bits, and summed in pairs.
    #[derive(Clone, Copy)]
    pub struct Widening;

    impl Dot for Widening {
        const LANES: usize = 4;
        const GROUP: usize = 4;
        const OFFSET: i32 = 128;
        type Code = i8;
        type Floats = float32x4_t;

        #[inline(always)]
        fn code(code: u8) -> i8 {
            (code ^ 0x80) as i8
        }

        /// First two inputs for each lane, then two more.
        #[inline(always)]
        fn place(lane: usize, input: usize) -> usize {
            input / 2 * 8 + lane * 2 + input % 2
        }

        #[inline(always)]
        #[allow(clippy::needless_range_loop, reason = "the sums stay in registers only where they are plainly indexed")]
        unsafe fn block<const ROWS: usize, const VECTORS: usize>(
            x: &[*const i8; ROWS],
            weights: *const i8,
            groups: usize,
            sums: *mut i32,
        ) {
            // SAFETY: the caller's.
            unsafe {
                block!(x, weights, groups, sums, vdupq_n_s32(0),
                16: w => vreinterpretq_s32_s8(vld1q_s8(w)),
                at => {
                    let first = vdup_n_s16(at.cast::<i16>().read_unaligned());
                    let second = vdup_n_s16(at.add(2).cast::<i16>().read_unaligned());
                    vreinterpretq_s8_s16(vcombine_s16(first, second))
                },
                (sum, x) => {
                    let w = vreinterpretq_s8_s32(w);
                    // Two products of at most 128 · 127 fit 16 bits.
                    let products = vmull_s8(vget_low_s8(x), vget_low_s8(w));
                    vpadalq_s16(sum, vmlal_high_s8(products, x, w))
                })
            }
        }

        #[inline(always)]
        unsafe fn less(sums: *const i32, weights: *const i32, zero: i32) -> float32x4_t {
            // SAFETY: the caller's.
            unsafe { vcvtq_f32_s32(vmlsq_s32(vld1q_s32(sums), vld1q_s32(weights), vdupq_n_s32(zero))) }
        }
    }

    /// `sdot`: four bytes a sum, 16 in an instruction.
    #[derive(Clone, Copy)]
    pub struct DotProduct;

    /// `sum + x · w`, in each lane of four bytes. The intrinsic is not stable.
    #[target_feature(enable = "neon,dotprod")]
    #[inline]
    fn sdot(mut sum: int32x4_t, x: int8x16_t, w: int8x16_t) -> int32x4_t {
        // SAFETY: the processor has it, and it touches its registers alone.
        unsafe {
            asm!("sdot {0:v}.4s, {1:v}.16b, {2:v}.16b", inout(vreg) sum, in(vreg) x, in(vreg) w,
                options(pure, nomem, nostack, preserves_flags));
        }
        sum
    }

    impl Dot for DotProduct {
        const LANES: usize = 4;
        const GROUP: usize = 4;
        const OFFSET: i32 = 128;
        type Code = i8;
        type Floats = float32x4_t;

        #[inline(always)]
        fn code(code: u8) -> i8 {
            (code ^ 0x80) as i8
        }

        #[inline(always)]
        #[allow(clippy::needless_range_loop, reason = "the sums stay in registers only where they are plainly indexed")]
        unsafe fn block<const ROWS: usize, const VECTORS: usize>(
            x: &[*const i8; ROWS],
            weights: *const i8,
            groups: usize,
            sums: *mut i32,
        ) {
            // SAFETY: the caller's.
            unsafe {
                block!(x, weights, groups, sums, vdupq_n_s32(0),
                    16: w => vreinterpretq_s32_s8(vld1q_s8(w)),
                    at => vreinterpretq_s8_s32(vdupq_n_s32(at.cast::<i32>().read_unaligned())),
                    (sum, x) => sdot(sum, x, vreinterpretq_s8_s32(w)))
            }
        }

        #[inline(always)]
        unsafe fn less(sums: *const i32, weights: *const i32, zero: i32) -> float32x4_t {
            // SAFETY: the caller's.
            unsafe { vcvtq_f32_s32(vmlsq_s32(vld1q_s32(sums), vld1q_s32(weights), vdupq_n_s32(zero))) }
        }
    }

    /// Runs `op` where the processor is known to have these instructions.
    #[target_feature(enable = "neon,dotprod")]
    pub unsafe fn with_dot_product<Op: WithDot>(simd: pulp::aarch64::Neon, op: Op) -> Op::Output {
        op.with_dot::<pulp::aarch64::Neon, DotProduct>(simd)
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
            Self::NeonDot(simd) => unsafe { neon::with_dot_product(simd, op) },
            #[cfg(target_arch = "aarch64")]
            Self::Neon(simd) => plain::<neon::Widening, Op>(simd, op),
            Self::Scalar => plain::<Scalar, Op>(pulp::Scalar, op),
        }
    }
}
