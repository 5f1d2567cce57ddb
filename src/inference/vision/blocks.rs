//! The blocks that both image networks are made of, and how timm names their weights.
//!
//! Maps go in and out, channels last; a map that is no longer needed goes back into the arena.

use super::layers::{Conv, ConvShape, Style};
use super::plan::Block;
use crate::kernels::{Activation, Arena, Isa, Map, mean, scale};
use candle_core::Result;
use candle_nn::VarBuilder;

/// Squeeze-and-excitation: each channel is scaled by what the whole picture says about it
/// (<https://arxiv.org/abs/1709.01507>; with a hard sigmoid in MobileNetV3).
#[derive(Debug)]
struct SqueezeExcite {
    reduce: Conv,
    expand: Conv,
    isa: Isa,
}

impl SqueezeExcite {
    fn load(vb: &VarBuilder, channels: usize, squeezed: usize, style: Style) -> Result<Self> {
        let conv = |name, shape, activation| Conv::load_biased(vb, name, shape, activation, style);
        Ok(Self {
            reduce: conv("conv_reduce", ConvShape::pointwise(channels, squeezed), Activation::Relu)?,
            expand: conv("conv_expand", ConvShape::pointwise(squeezed, channels), Activation::HardSigmoid)?,
            isa: style.isa,
        })
    }

    fn forward(&self, arena: &mut Arena, xs: &mut Map) {
        let mean = mean(self.isa, arena, xs);
        let reduced = self.reduce.forward(arena, &mean, 0);
        let factors = self.expand.forward(arena, &reduced, 0);
        scale(self.isa, xs, &factors);
        [mean, reduced, factors].into_iter().for_each(|map| arena.give_back(map));
    }
}

/// The nearest multiple of 8, at least 8, and never more than a tenth below: how channels are counted in
/// the MobileNet papers' own code.
pub(super) fn round_to_8(channels: f64) -> usize {
    let rounded = (((channels + 4.0) / 8.0) as usize * 8).max(8);
    if (rounded as f64) < 0.9 * channels { rounded + 8 } else { rounded }
}

/// Widen, look around in each channel, weigh the channels, narrow again; with a way past where the shape
/// stays (<https://arxiv.org/abs/1801.04381>).
#[derive(Debug)]
pub(super) struct InvertedResidual {
    expand: Option<Conv>,
    depthwise: Conv,
    squeeze: Option<SqueezeExcite>,
    project: Conv,
    residual: bool,
}

impl InvertedResidual {
    /// The block that `block` describes, of the tensors below its name.
    pub fn load(vb: &VarBuilder, block: &Block, style: Style) -> Result<Self> {
        let &Block { inputs, outputs, kernel, stride, activation, residual, .. } = block;
        let (vb, names, middle) = (&vb.pp(&block.name), block.names(), block.middle());
        let conv = |names, shape, activation| Conv::load(vb, names, shape, activation, style);
        let expand = |names| conv(names, ConvShape::pointwise(inputs, middle), activation);
        let squeeze = |squeezed| SqueezeExcite::load(&vb.pp("se"), middle, squeezed, style);
        Ok(Self {
            expand: names.expand.map(expand).transpose()?,
            depthwise: conv(names.depthwise, ConvShape::depthwise(middle, kernel, stride), activation)?,
            squeeze: block.squeezed.map(squeeze).transpose()?,
            project: conv(names.project, ConvShape::pointwise(middle, outputs), Activation::None)?,
            residual,
        })
    }

    /// The border of zeros that it wants around its input.
    pub fn border(&self) -> usize {
        if self.expand.is_some() { 0 } else { self.depthwise.border() }
    }

    pub fn forward(&self, arena: &mut Arena, xs: Map, border: usize) -> Map {
        let wide = self.expand.as_ref().map(|expand| expand.forward(arena, &xs, self.depthwise.border()));
        let mut ys = self.depthwise.forward(arena, wide.as_ref().unwrap_or(&xs), 0);
        if let Some(squeeze) = &self.squeeze {
            squeeze.forward(arena, &mut ys);
        }
        let narrow = self.project.forward_past(arena, &ys, border, self.residual.then_some(&xs));
        wide.into_iter().chain([xs, ys]).for_each(|map| arena.give_back(map));
        narrow
    }
}

/// A picture through the first convolution and all blocks; each makes the border that the next one wants.
pub(super) fn through(arena: &mut Arena, stem: &Conv, blocks: &[InvertedResidual], picture: Map) -> Map {
    let border_before = |at: usize| blocks.get(at).map_or(0, InvertedResidual::border);
    let mut xs = stem.forward(arena, &picture, border_before(0));
    arena.give_back(picture);
    for (at, block) in blocks.iter().enumerate() {
        xs = block.forward(arena, xs, border_before(at + 1));
    }
    xs
}

#[cfg(test)]
mod tests {
    use super::round_to_8;

    #[test]
    fn channels_are_rounded_as_in_the_papers_code() {
        for (channels, want) in [(4.0, 8), (18.0, 24), (60.0, 64), (30.0, 32), (36.0, 40), (72.0, 72), (10.0, 16)] {
            assert_eq!(round_to_8(channels), want, "{channels}");
        }
    }
}
