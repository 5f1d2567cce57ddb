//! The inner products of 64-bit Arm.

use super::{Dot, WithDot};
use std::arch::aarch64::*;
use std::arch::asm;

/// Bytes that are multiplied to 16 bits, and summed in pairs.
#[derive(Clone, Copy)]
pub struct Widening;

impl Dot for Widening {
    const LANES: usize = 4;
    const GROUP: usize = 4;
    type Code = i8;

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
    type Code = i8;

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
}

/// `smmla`: two rows times two outputs, eight bytes a sum, 32 in an instruction.
#[derive(Clone, Copy)]
pub struct MatrixProduct;

/// `sums + x · w`: two rows of eight bytes times two outputs of eight. The intrinsic is not stable.
#[target_feature(enable = "neon,i8mm")]
#[inline]
fn smmla(mut sums: int32x4_t, x: int8x16_t, w: int8x16_t) -> int32x4_t {
    // SAFETY: the processor has it, and it touches its registers alone.
    unsafe {
        asm!("smmla {0:v}.4s, {1:v}.16b, {2:v}.16b", inout(vreg) sums, in(vreg) x, in(vreg) w,
            options(pure, nomem, nostack, preserves_flags));
    }
    sums
}

impl Dot for MatrixProduct {
    const LANES: usize = 4;
    const GROUP: usize = 8;
    type Code = i8;

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
            let mut from = weights;
            // Of two rows: their sums for two outputs, and for two more. Only the first half of the rows is used.
            let mut tiles = [[[vdupq_n_s32(0); 2]; VECTORS]; ROWS];
            for group in 0..groups {
                let mut w = [[vdupq_n_s8(0); 2]; VECTORS];
                for v in 0..VECTORS {
                    w[v] = [vld1q_s8(from.add(v * 32)), vld1q_s8(from.add(v * 32 + 16))];
                }
                from = from.add(VECTORS * 32);
                for pair in 0..ROWS.div_ceil(2) {
                    let first = vld1_s8(x[2 * pair].add(group * 8));
                    let second = vld1_s8(x[(2 * pair + 1).min(ROWS - 1)].add(group * 8));
                    let rows = vcombine_s8(first, second);
                    for v in 0..VECTORS {
                        tiles[pair][v][0] = smmla(tiles[pair][v][0], rows, w[v][0]);
                        tiles[pair][v][1] = smmla(tiles[pair][v][1], rows, w[v][1]);
                    }
                }
            }
            for row in 0..ROWS {
                for v in 0..VECTORS {
                    let [a, b] = tiles[row / 2][v];
                    let of_row = match row % 2 {
                        0 => vcombine_s32(vget_low_s32(a), vget_low_s32(b)),
                        _ => vcombine_s32(vget_high_s32(a), vget_high_s32(b)),
                    };
                    vst1q_s32(sums.add((row * VECTORS + v) * 4), of_row);
                }
            }
        }
    }
}

/// Runs `op` where the processor is known to have these instructions.
#[target_feature(enable = "neon,i8mm")]
pub unsafe fn with_matrix_product<Op: WithDot>(simd: pulp::aarch64::Neon, op: Op) -> Op::Output {
    op.with_dot::<pulp::aarch64::Neon, MatrixProduct>(simd)
}

/// Runs `op` where the processor is known to have these instructions.
#[target_feature(enable = "neon,dotprod")]
pub unsafe fn with_dot_product<Op: WithDot>(simd: pulp::aarch64::Neon, op: Op) -> Op::Output {
    op.with_dot::<pulp::aarch64::Neon, DotProduct>(simd)
}

/// The vector of `sums`, less `zero` times that of `weights`.
///
/// # Safety
/// Both are there.
#[target_feature(enable = "neon")]
#[inline]
pub unsafe fn less_4(sums: *const i32, weights: *const i32, zero: i32) -> float32x4_t {
    // SAFETY: the caller's.
    let (sums, weights) = unsafe { (vld1q_s32(sums), vld1q_s32(weights)) };
    vcvtq_f32_s32(vmlsq_s32(sums, weights, vdupq_n_s32(zero)))
}
