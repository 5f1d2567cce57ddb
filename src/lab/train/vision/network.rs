//! MobileNetV3 and EfficientNet-Lite0, as in [`inference::vision`](crate::inference::vision), with gradients.
//!
//! In: pictures `[pictures, 3, side, side]`, as [`ImageClassifier::prepare`](crate::inference::vision::ImageClassifier)
//! makes them. Out: logits, and what the network saw on the way. Batch norm is folded into the convolutions, and so is
//! what is learned: a few hundred pictures would give worse statistics than those that it was trained with, and what is
//! served has no other parameters either.

use super::{Window, activate, depthwise, windows};
use crate::inference::vision::{Block, Padding, Plan};
use crate::kernels::Activation;
use crate::lab::train::ops::linear;
use crate::lab::train::{Parameters, Result};
use candle_core::Tensor;

/// An image network over [`Parameters`].
pub struct VisionNetwork {
    plan: Plan,
    parameters: Parameters,
}

/// What a network sees in pictures.
pub struct Seen {
    /// What each block gives, `[pictures, height, width, channels]`.
    pub blocks: Vec<Tensor>,
    /// The mean over the pixels of the last convolution, `[pictures, channels]`.
    pub pooled: Tensor,
    /// `[pictures, logits]`.
    pub logits: Tensor,
}

impl VisionNetwork {
    /// The network that `plan` describes over `parameters`, whose batch norms are folded.
    pub fn new(plan: Plan, parameters: Parameters) -> Self {
        Self { plan, parameters }
    }

    /// What it learns.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// What it learned.
    pub fn into_parameters(self) -> Parameters {
        self.parameters
    }

    /// What it sees in `pictures`.
    ///
    /// # Errors
    /// A tensor is missing or misshapen; [`candle_core::Error`].
    pub fn see(&self, pictures: &Tensor) -> Result<Seen> {
        let plan = &self.plan;
        let (_, _, height, width) = pictures.dims4()?;
        let stem = windows(pictures, window(plan.padding, (height, width), 3, 2))?;
        let mut xs = self.convolution("conv_stem", &stem, plan.activation)?;
        let mut blocks = Vec::with_capacity(plan.blocks.len());
        for block in &plan.blocks {
            xs = self.block(block, &xs)?;
            blocks.push(xs.clone());
        }
        let last = self.convolution(&plan.last.names.0, &xs, plan.activation)?;
        let pooled = last.mean((1, 2))?;
        let features = match plan.head {
            Some(_) => self.convolution("conv_head", &pooled, plan.activation)?,
            None => pooled.clone(),
        };
        let logits = self.convolution("classifier", &features, Activation::None)?;
        Ok(Seen { blocks, pooled, logits })
    }

    fn block(&self, block: &Block, xs: &Tensor) -> Result<Tensor> {
        let (names, of) = (block.names(), |layer: &str| format!("{}.{layer}", block.name));
        let wide = match names.expand {
            Some((expand, _)) => &self.convolution(&of(expand), xs, block.activation)?,
            None => xs,
        };
        let mut ys = self.depthwise(&of(names.depthwise.0), wide, block)?;
        if block.squeezed.is_some() {
            let squeezed = self.convolution(&of("se.conv_reduce"), &ys.mean((1, 2))?, Activation::Relu)?;
            let factors = self.convolution(&of("se.conv_expand"), &squeezed, Activation::HardSigmoid)?;
            ys = ys.broadcast_mul(&factors.unsqueeze(1)?.unsqueeze(1)?)?;
        }
        let narrow = self.convolution(&of(names.project.0), &ys, Activation::None)?;
        Ok(if block.residual { (narrow + xs)? } else { narrow })
    }

    /// A convolution whose window the last dimension of `xs` is: of one pixel, all but the stem.
    fn convolution(&self, name: &str, xs: &Tensor, activation: Activation) -> Result<Tensor> {
        let weight = self.parameters.get(&format!("{name}.weight"))?.flatten_from(1)?;
        let ys = linear(xs, &weight, &self.parameters.get(&format!("{name}.bias"))?)?;
        Ok(activate(&ys, activation)?)
    }

    fn depthwise(&self, name: &str, xs: &Tensor, block: &Block) -> Result<Tensor> {
        let (_, height, width, _) = xs.dims4()?;
        let window = window(self.plan.padding, (height, width), block.kernel, block.stride);
        let filters = self.parameters.get(&format!("{name}.weight"))?.flatten_from(1)?.t()?;
        let bias = self.parameters.get(&format!("{name}.bias"))?;
        Ok(activate(&depthwise(xs, &filters, window)?.broadcast_add(&bias)?, block.activation)?)
    }
}

/// What a convolution sees of a map of `height` × `width`.
fn window(padding: Padding, (height, width): (usize, usize), kernel: usize, stride: usize) -> Window {
    let side = |size: usize| {
        let (before, after) = padding.amounts(size, kernel, stride);
        (before, (size + before + after - kernel) / stride + 1)
    };
    let ((above, height), (left, width)) = (side(height), side(width));
    Window { kernel, stride, above, left, height, width }
}
