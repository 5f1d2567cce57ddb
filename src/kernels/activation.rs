//! Activations, on a vector.

use super::math;
use pulp::Simd;

/// What is done to every value that a layer gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activation {
    None,
    /// `max(x, 0)`
    Relu,
    /// `min(max(x, 0), 6)`
    Relu6,
    /// `x · relu6(x + 3) / 6` (<https://arxiv.org/abs/1905.02244>)
    HardSwish,
    /// `relu6(x + 3) / 6`
    HardSigmoid,
    /// `x · Φ(x)`, the exact one, through erf (<https://arxiv.org/abs/1606.08415>)
    Gelu,
}

impl Activation {
    #[inline(always)]
    pub(super) fn of<S: Simd>(self, simd: S, x: S::f32s) -> S::f32s {
        let zero = simd.splat_f32s(0.0);
        let relu6 = |x| simd.min_f32s(simd.max_f32s(x, zero), simd.splat_f32s(6.0));
        let hard_sigmoid = |x| simd.mul_f32s(relu6(simd.add_f32s(x, simd.splat_f32s(3.0))), simd.splat_f32s(1.0 / 6.0));
        match self {
            Self::None => x,
            Self::Relu => simd.max_f32s(x, zero),
            Self::Relu6 => relu6(x),
            Self::HardSwish => simd.mul_f32s(x, hard_sigmoid(x)),
            Self::HardSigmoid => hard_sigmoid(x),
            Self::Gelu => math::gelu(simd, x),
        }
    }
}
