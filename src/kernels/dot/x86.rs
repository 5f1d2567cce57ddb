//! The inner products of x86-64.

use super::{Dot, WithDot};
use std::arch::x86_64::*;

/// `vpdpbusd`: four bytes a sum, 64 in an instruction.
#[derive(Clone, Copy)]
pub struct Vnni;

impl Dot for Vnni {
    const LANES: usize = 16;
    const GROUP: usize = 4;
    type Code = u8;

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
}

/// Runs `op` where the processor is known to have these instructions.
#[target_feature(enable = "avx,avx2,bmi1,bmi2,fma,lzcnt,popcnt,avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni")]
pub unsafe fn with_vnni<Op: WithDot>(simd: pulp::x86::V4, op: Op) -> Op::Output {
    op.with_dot::<pulp::x86::V4, Vnni>(simd)
}

/// `vpmaddwd` of 512 bits: bytes widened to 16 bits, two a sum.
#[derive(Clone, Copy)]
pub struct Madd512;

impl Dot for Madd512 {
    const LANES: usize = 16;
    const GROUP: usize = 2;
    type Code = i16;

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
}

/// The same of 256 bits.
#[derive(Clone, Copy)]
pub struct Madd256;

impl Dot for Madd256 {
    const LANES: usize = 8;
    const GROUP: usize = 2;
    type Code = i16;

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
}

/// The vector of `sums`, less `zero` times that of `weights`.
///
/// # Safety
/// Both are there; `weights` are aligned.
#[target_feature(enable = "avx512f")]
#[inline]
pub unsafe fn less_16(sums: *const i32, weights: *const i32, zero: i32) -> __m512 {
    // SAFETY: the caller's.
    let (sums, weights) = unsafe { (_mm512_loadu_si512(sums.cast()), _mm512_load_si512(weights.cast())) };
    _mm512_cvtepi32_ps(_mm512_sub_epi32(sums, _mm512_mullo_epi32(weights, _mm512_set1_epi32(zero))))
}

/// The same of 256 bits.
///
/// # Safety
/// As above.
#[target_feature(enable = "avx2")]
#[inline]
pub unsafe fn less_8(sums: *const i32, weights: *const i32, zero: i32) -> __m256 {
    // SAFETY: the caller's.
    let (sums, weights) = unsafe { (_mm256_loadu_si256(sums.cast()), _mm256_load_si256(weights.cast())) };
    _mm256_cvtepi32_ps(_mm256_sub_epi32(sums, _mm256_mullo_epi32(weights, _mm256_set1_epi32(zero))))
}
