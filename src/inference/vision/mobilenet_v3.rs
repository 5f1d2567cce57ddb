//! MobileNetV3, Small and Large, at width 1.0.
//!
//! In a picture, out logits. From "Searching for MobileNetV3"
//! (<https://arxiv.org/abs/1905.02244>), tables 1 and 2; tensor names are those of timm's
//! `mobilenetv3.py` (`conv_stem`, `blocks.<stage>.<block>`, `conv_head`, `classifier`).

use super::blocks::{InvertedResidual, round_to_8, through};
use super::layers::{Conv, ConvShape, Padding, Style};
use super::plan::{Block, Last, Plan};
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

impl Variant {
    /// The network as data. `channels` are squeezed to a quarter, rounded to 8.
    pub fn plan(&self, padding: Padding) -> Plan {
        let mut blocks = Vec::new();
        let mut inputs = STEM;
        for (s, stage) in self.stages.iter().enumerate() {
            for (b, row) in stage.iter().enumerate() {
                let &Row { kernel, expanded, outputs, squeeze, activation, stride } = row;
                blocks.push(Block {
                    name: format!("blocks.{s}.{b}"),
                    inputs,
                    expanded: (expanded != inputs).then_some(expanded),
                    outputs,
                    kernel,
                    stride,
                    squeezed: squeeze.then(|| round_to_8(expanded as f64 / 4.0)),
                    activation,
                    residual: stride == 1 && inputs == outputs,
                });
                inputs = outputs;
            }
        }
        let last = format!("blocks.{}.0", self.stages.len());
        let last = Last { names: (format!("{last}.conv"), format!("{last}.bn1")), outputs: self.last };
        Plan { padding, stem: STEM, activation: HS, blocks, last, head: Some(self.head) }
    }
}

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
    /// `plan` is that of a [`Variant`].
    pub fn load(vb: &VarBuilder, plan: &Plan, logits: usize, style: Style) -> Result<Self> {
        let inputs = plan.blocks.last().map_or(plan.stem, |block| block.outputs);
        let (last, head) = (plan.last.outputs, plan.head.unwrap_or(plan.last.outputs));
        let names = (plan.last.names.0.as_str(), plan.last.names.1.as_str());
        Ok(Self {
            stem: Conv::load(vb, ("conv_stem", "bn1"), ConvShape::stem(plan.stem), HS, style)?,
            blocks: plan.blocks.iter().map(|block| InvertedResidual::load(vb, block, style)).collect::<Result<_>>()?,
            last: Conv::load(vb, names, ConvShape::pointwise(inputs, last), HS, style)?,
            head: Conv::load_biased(vb, "conv_head", ConvShape::pointwise(last, head), HS, style)?,
            classifier: Conv::load_linear(&vb.pp("classifier"), (head, logits), style)?,
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
