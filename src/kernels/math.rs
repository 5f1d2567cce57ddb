//! Functions of one number, on a vector.

use pulp::Simd;

/// `e^x`, to 2 roundings; 0 and the largest that is finite beyond what a float holds.
///
/// `x = n ln 2 + r`, and a polynomial for `e^r`. Constants of Cephes' `expf` (<https://www.netlib.org/cephes/>).
#[inline(always)]
pub(super) fn exp<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    /// Added to a number of less than 2^22, it leaves the nearest whole one in the low bits.
    const ROUND: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    const COEFFICIENTS: [f32; 6] = [1.987_569_1e-4, 1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 1.666_666_5e-1, 0.5];
    let splat = |x| simd.splat_f32s(x);
    // Below, a float is too coarse to be scaled; the result is then 1e-38, which is as good as 0.
    let x = simd.min_f32s(simd.max_f32s(x, splat(-87.0)), splat(88.0));
    let shifted = simd.mul_add_f32s(x, splat(std::f32::consts::LOG2_E), splat(ROUND));
    let n = simd.sub_f32s(shifted, splat(ROUND));
    let r = simd.mul_add_f32s(n, splat(-LN_2_HIGH), x);
    let r = simd.mul_add_f32s(n, splat(-LN_2_LOW), r);
    let mut sum = splat(COEFFICIENTS[0]);
    for c in &COEFFICIENTS[1..] {
        sum = simd.mul_add_f32s(sum, r, splat(*c));
    }
    let power = simd.add_f32s(simd.mul_add_f32s(sum, simd.mul_f32s(r, r), r), splat(1.0));
    let exponent = simd.wrapping_dyn_shl_u32s(simd.transmute_u32s_f32s(shifted), simd.splat_u32s(23));
    simd.transmute_f32s_u32s(simd.add_u32s(simd.transmute_u32s_f32s(power), exponent))
}

/// `x · Φ(x)`, Φ the normal distribution, to `2e-7 · max(|x|, 1)`.
///
/// `erfc` by formula 7.1.26 of Abramowitz and Stegun, "Handbook of Mathematical Functions".
#[inline(always)]
pub(super) fn gelu<S: Simd>(simd: S, x: S::f32s) -> S::f32s {
    const P: f32 = 0.327_591_1;
    const COEFFICIENTS: [f32; 5] = [1.061_405_4, -1.453_152, 1.421_413_7, -0.284_496_74, 0.254_829_6];
    let splat = |x| simd.splat_f32s(x);
    let size = simd.mul_f32s(simd.abs_f32s(x), splat(std::f32::consts::FRAC_1_SQRT_2));
    let t = simd.div_f32s(splat(1.0), simd.mul_add_f32s(size, splat(P), splat(1.0)));
    let mut sum = splat(COEFFICIENTS[0]);
    for c in &COEFFICIENTS[1..] {
        sum = simd.mul_add_f32s(sum, t, splat(*c));
    }
    // Half of erfc(|x| / √2): what Φ lacks to 1 on the right, and what it is on the left.
    let tail = simd.mul_f32s(simd.mul_f32s(sum, t), exp(simd, simd.neg_f32s(simd.mul_f32s(size, size))));
    let tail = simd.mul_f32s(tail, splat(0.5));
    let is_left = simd.less_than_f32s(x, splat(0.0));
    simd.mul_f32s(x, simd.select_f32s(is_left, tail, simd.sub_f32s(splat(1.0), tail)))
}
