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

    /// What it is made of.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What it sees in `pictures`.
    ///
    /// # Errors
    /// A tensor is missing or misshapen; [`candle_core::Error`].
    pub fn see(&self, pictures: &Tensor) -> Result<Seen> {
        let mut xs = self.stem(pictures)?;
        let mut blocks = Vec::with_capacity(self.plan.blocks.len());
        for block in &self.plan.blocks {
            xs = self.block(block, &xs)?;
            blocks.push(xs.clone());
        }
        let pooled = self.pooled(&xs)?;
        let logits = self.logits(&pooled)?;
        Ok(Seen { blocks, pooled, logits })
    }

    /// Pictures `[pictures, 3, side, side]` behind the first convolution.
    ///
    /// # Errors
    /// As [`VisionNetwork::see`]; so for each step of it below.
    pub fn stem(&self, pictures: &Tensor) -> Result<Tensor> {
        let (_, _, height, width) = pictures.dims4()?;
        let seen = windows(pictures, window(self.plan.padding, (height, width), 3, 2))?;
        self.convolution("conv_stem", &seen, self.plan.activation)
    }

    /// What `block` makes of `xs`.
    ///
    /// # Errors
    /// As [`VisionNetwork::see`].
    pub fn block(&self, block: &Block, xs: &Tensor) -> Result<Tensor> {
        self.narrow(block, &self.middle(block, xs)?, xs)
    }

    /// What `block` has of `xs` where it is widest, before it narrows.
    ///
    /// # Errors
    /// As [`VisionNetwork::see`].
    pub fn middle(&self, block: &Block, xs: &Tensor) -> Result<Tensor> {
        let (names, of) = (block.names(), |layer: &str| format!("{}.{layer}", block.name));
        let wide = match names.expand {
            Some((expand, _)) => &self.convolution(&of(expand), xs, block.activation)?,
            None => xs,
        };
        let ys = self.depthwise(&of(names.depthwise.0), wide, block)?;
        if block.squeezed.is_none() {
            return Ok(ys);
        }
        let squeezed = self.convolution(&of("se.conv_reduce"), &ys.mean((1, 2))?, Activation::Relu)?;
        let factors = self.convolution(&of("se.conv_expand"), &squeezed, Activation::HardSigmoid)?;
        Ok(ys.broadcast_mul(&factors.unsqueeze(1)?.unsqueeze(1)?)?)
    }

    /// What `block` gives of its `middle`; `xs` went in.
    ///
    /// # Errors
    /// As [`VisionNetwork::see`].
    pub fn narrow(&self, block: &Block, middle: &Tensor, xs: &Tensor) -> Result<Tensor> {
        let narrow = self.linear(&format!("{}.{}", block.name, block.names().project.0), middle)?;
        Ok(if block.residual { (narrow + xs)? } else { narrow })
    }

    /// The mean over the pixels behind the last convolution, of what the blocks gave.
    ///
    /// # Errors
    /// As [`VisionNetwork::see`].
    pub fn pooled(&self, xs: &Tensor) -> Result<Tensor> {
        Ok(self.convolution(&self.plan.last.names.0, xs, self.plan.activation)?.mean((1, 2))?)
    }

    /// What the classifier reads.
    ///
    /// # Errors
    /// As [`VisionNetwork::see`].
    pub fn features(&self, pooled: &Tensor) -> Result<Tensor> {
        match self.plan.head {
            Some(_) => self.convolution("conv_head", pooled, self.plan.activation),
            None => Ok(pooled.clone()),
        }
    }

    /// The logits.
    ///
    /// # Errors
    /// As [`VisionNetwork::see`].
    pub fn logits(&self, pooled: &Tensor) -> Result<Tensor> {
        self.linear("classifier", &self.features(pooled)?)
    }

    /// The convolution `name`, whose window the last dimension of `xs` is, without the activation behind it.
    ///
    /// # Errors
    /// As [`VisionNetwork::see`].
    pub fn linear(&self, name: &str, xs: &Tensor) -> Result<Tensor> {
        let weight = self.parameters.get(&format!("{name}.weight"))?.flatten_from(1)?;
        Ok(linear(xs, &weight, &self.parameters.get(&format!("{name}.bias"))?)?)
    }

    fn convolution(&self, name: &str, xs: &Tensor, activation: Activation) -> Result<Tensor> {
        Ok(activate(&self.linear(name, xs)?, activation)?)
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
