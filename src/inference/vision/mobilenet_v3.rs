//! MobileNetV3, Small and Large, at width 1.0.
//!
//! In a picture, out logits. From "Searching for MobileNetV3"
//! (<https://arxiv.org/abs/1905.02244>), tables 1 and 2; tensor names are those of timm's
//! `mobilenetv3.py` (`conv_stem`, `blocks.<stage>.<block>`, `conv_head`, `classifier`).

use super::blocks::{BlockShape, InvertedResidual, through};
use super::layers::{Conv, ConvShape, Style};
use crate::kernels::{Activation, Arena, Isa, Map, mean};
use candle_core::Result;
use candle_nn::VarBuilder;

/// A row of the paper's tables. The paper's "exp size" of a stage's first block is `expanded`; where it
/// equals the input the block has no convolution to widen.
struct Row {
    kernel: usize,
    expanded: usize,
    outputs: usize,
    squeeze: bool,
    activation: Activation,
    stride: usize,
}

const fn row(
    kernel: usize,
    expanded: usize,
    outputs: usize,
    squeeze: bool,
    activation: Activation,
    stride: usize,
) -> Row {
    Row { kernel, expanded, outputs, squeeze, activation, stride }
}

const RE: Activation = Activation::Relu;
const HS: Activation = Activation::HardSwish;
const STEM: usize = 16;

/// Which of the paper's two networks.
pub(super) struct Variant {
    /// Blocks that share a resolution and width form a stage.
    stages: &'static [&'static [Row]],
    /// Channels of the last convolution before the pool.
    last: usize,
    /// Channels of the layer between pool and classifier.
    head: usize,
}

/// Table 2.
pub(super) const SMALL: Variant = Variant {
    stages: &[
        &[row(3, 16, 16, true, RE, 2)],
        &[row(3, 72, 24, false, RE, 2), row(3, 88, 24, false, RE, 1)],
        &[row(5, 96, 40, true, HS, 2), row(5, 240, 40, true, HS, 1), row(5, 240, 40, true, HS, 1)],
        &[row(5, 120, 48, true, HS, 1), row(5, 144, 48, true, HS, 1)],
        &[row(5, 288, 96, true, HS, 2), row(5, 576, 96, true, HS, 1), row(5, 576, 96, true, HS, 1)],
    ],
    last: 576,
    head: 1024,
};

/// Table 1.
pub(super) const LARGE: Variant = Variant {
    stages: &[
        &[row(3, 16, 16, false, RE, 1)],
        &[row(3, 64, 24, false, RE, 2), row(3, 72, 24, false, RE, 1)],
        &[row(5, 72, 40, true, RE, 2), row(5, 120, 40, true, RE, 1), row(5, 120, 40, true, RE, 1)],
        &[
            row(3, 240, 80, false, HS, 2),
            row(3, 200, 80, false, HS, 1),
            row(3, 184, 80, false, HS, 1),
            row(3, 184, 80, false, HS, 1),
        ],
        &[row(3, 480, 112, true, HS, 1), row(3, 672, 112, true, HS, 1)],
        &[row(5, 672, 160, true, HS, 2), row(5, 960, 160, true, HS, 1), row(5, 960, 160, true, HS, 1)],
    ],
    last: 960,
    head: 1280,
};

/// The network.
#[derive(Debug)]
pub(super) struct MobileNetV3 {
    stem: Conv,
    blocks: Vec<InvertedResidual>,
    last: Conv,
    head: Conv,
    classifier: Conv,
    isa: Isa,
}

impl MobileNetV3 {
    pub fn load(vb: &VarBuilder, variant: &Variant, logits: usize, style: Style) -> Result<Self> {
        let stem = ConvShape { inputs: 3, outputs: STEM, kernel: 3, stride: 2, groups: 1 };
        let stem = Conv::load(vb, ("conv_stem", "bn1"), stem, HS, style)?;
        let mut blocks = Vec::new();
        let mut inputs = STEM;
        for (s, stage) in variant.stages.iter().enumerate() {
            for (b, row) in stage.iter().enumerate() {
                let &Row { kernel, outputs, squeeze, activation, stride, .. } = row;
                let expanded = (row.expanded != inputs).then_some(row.expanded);
                let shape = BlockShape { inputs, expanded, outputs, kernel, stride, squeeze, activation };
                blocks.push(InvertedResidual::load(&vb.pp(format!("blocks.{s}.{b}")), shape, style)?);
                inputs = outputs;
            }
        }
        let last = ConvShape::pointwise(inputs, variant.last);
        let head = ConvShape::pointwise(variant.last, variant.head);
        let last_vb = vb.pp(format!("blocks.{}.0", variant.stages.len()));
        Ok(Self {
            stem,
            blocks,
            last: Conv::load(&last_vb, ("conv", "bn1"), last, HS, style)?,
            head: Conv::load_biased(vb, "conv_head", head, HS, style)?,
            classifier: Conv::load_linear(&vb.pp("classifier"), (variant.head, logits), style)?,
            isa: style.isa,
        })
    }

    /// The border of zeros that it wants around a picture.
    pub fn border(&self) -> usize {
        self.stem.border()
    }

    pub fn forward(&self, arena: &mut Arena, picture: Map) -> Map {
        let xs = through(arena, &self.stem, &self.blocks, picture);
        let last = self.last.forward(arena, &xs, 0);
        let pooled = mean(self.isa, arena, &last);
        let features = self.head.forward(arena, &pooled, 0);
        let logits = self.classifier.forward(arena, &features, 0);
        [xs, last, pooled, features].into_iter().for_each(|map| arena.give_back(map));
        logits
    }
}
