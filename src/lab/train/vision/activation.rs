//! Activations of image networks, each in one pass, forward and backward: as candle's single operations a hard swish is
//! four passes over the map and twice as many back.

use super::floats;
use crate::kernels::Activation;
use candle_core::{CpuStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor};

/// What `activation` makes of every number of `xs`.
///
/// # Errors
/// [`candle_core::Error`]; GELU, which no image network has.
pub fn activate(xs: &Tensor, activation: Activation) -> Result<Tensor> {
    match activation {
        Activation::None => Ok(xs.clone()),
        Activation::Gelu => xs.gelu_erf(),
        _ => xs.contiguous()?.apply_op1(Forward(activation)),
    }
}

/// The value at `x`.
fn value(activation: Activation, x: f32) -> f32 {
    match activation {
        Activation::None | Activation::Gelu => x,
        Activation::Relu => x.max(0.0),
        Activation::Relu6 => x.clamp(0.0, 6.0),
        Activation::HardSwish => x * (x + 3.0).clamp(0.0, 6.0) / 6.0,
        Activation::HardSigmoid => (x + 3.0).clamp(0.0, 6.0) / 6.0,
    }
}

/// The slope at `x`; where there are two, the one on the left.
fn slope(activation: Activation, x: f32) -> f32 {
    let inside = |low: f32, high: f32, slope: f32| if x > low && x <= high { slope } else { 0.0 };
    match activation {
        Activation::None | Activation::Gelu => 1.0,
        Activation::Relu => inside(0.0, f32::INFINITY, 1.0),
        Activation::Relu6 => inside(0.0, 6.0, 1.0),
        Activation::HardSwish if x > 3.0 => 1.0,
        Activation::HardSwish => inside(-3.0, 3.0, (2.0 * x + 3.0) / 6.0),
        Activation::HardSigmoid => inside(-3.0, 3.0, 1.0 / 6.0),
    }
}

struct Forward(Activation);

impl CustomOp1 for Forward {
    fn name(&self) -> &'static str {
        "activation"
    }

    fn cpu_fwd(&self, xs: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let ys: Vec<f32> = floats(xs, layout)?.iter().map(|&x| value(self.0, x)).collect();
        Ok((CpuStorage::F32(ys), layout.shape().clone()))
    }

    fn bwd(&self, xs: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(xs.apply_op2_no_bwd(&gradient.contiguous()?, &Backward(self.0))?))
    }
}

/// Of the inputs and the gradient behind: the gradient before.
struct Backward(Activation);

impl CustomOp2 for Backward {
    fn name(&self) -> &'static str {
        "activation, back"
    }

    fn cpu_fwd(
        &self,
        xs: &CpuStorage,
        xs_layout: &Layout,
        gradient: &CpuStorage,
        layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let both = floats(xs, xs_layout)?.iter().zip(floats(gradient, layout)?);
        let before: Vec<f32> = both.map(|(&x, gradient)| gradient * slope(self.0, x)).collect();
        Ok((CpuStorage::F32(before), layout.shape().clone()))
    }
}
