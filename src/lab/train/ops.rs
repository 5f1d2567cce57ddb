//! Operations that learn: with a backward pass, on any device of candle's.

use candle_core::{D, Result, Tensor};

/// Rows of `xs` about their mean, by their deviation, times `weight`, plus `bias` (Ba et al.,
/// <https://arxiv.org/abs/1607.06450>). candle-nn's own is fused and has no backward pass.
///
/// # Errors
/// Shapes that do not fit.
pub fn layer_norm(xs: &Tensor, weight: &Tensor, bias: &Tensor, eps: f64) -> Result<Tensor> {
    let centred = xs.broadcast_sub(&xs.mean_keepdim(D::Minus1)?)?;
    let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
    centred.broadcast_mul(&(variance + eps)?.sqrt()?.recip()?)?.broadcast_mul(weight)?.broadcast_add(bias)
}

/// The softmax of each row.
///
/// # Errors
/// [`candle_core::Error`].
pub fn softmax(xs: &Tensor) -> Result<Tensor> {
    // The largest is taken away so that no power is infinite; the answer does not depend on it, so no gradient goes there.
    let powers = xs.broadcast_sub(&xs.max_keepdim(D::Minus1)?.detach())?.exp()?;
    powers.broadcast_div(&powers.sum_keepdim(D::Minus1)?)
}

/// `xs` times the transpose of `weight`, `[outputs, inputs]`, plus `bias`. All but the last dimension of `xs` are rows.
///
/// # Errors
/// Shapes that do not fit.
pub fn linear(xs: &Tensor, weight: &Tensor, bias: &Tensor) -> Result<Tensor> {
    let mut shape = xs.dims().to_vec();
    let width = shape.pop().unwrap_or(1);
    let rows = xs.elem_count() / width.max(1);
    shape.push(weight.dim(0)?);
    xs.reshape((rows, width))?.matmul(&weight.t()?)?.broadcast_add(bias)?.reshape(shape)
}
