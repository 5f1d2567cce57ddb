//! EfficientNet-Lite0: EfficientNet-B0 made for phones, with ReLU6 and without squeeze-and-excitation.
//!
//! In a picture, out logits. The widths are table 1 of
//! <https://arxiv.org/abs/1905.11946>; what Lite changes is described in
//! <https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite>. Tensor names are
//! those of timm's `efficientnet.py`.

use super::blocks::{InvertedResidual, through};
use super::layers::{Conv, ConvShape, Padding, Style};
use super::plan::{Block, Last, Plan};
use crate::kernels::{Activation, Arena, Isa, Map, mean};
use candle_core::Result;
use candle_nn::VarBuilder;

/// Blocks that share a resolution and width; the first of them has the stride.
struct Stage {
    blocks: usize,
    kernel: usize,
    stride: usize,
    /// How many times the inputs the depthwise convolution has.
    widen: usize,
    outputs: usize,
}

const fn stage(blocks: usize, kernel: usize, stride: usize, widen: usize, outputs: usize) -> Stage {
    Stage { blocks, kernel, stride, widen, outputs }
}

const STEM: usize = 32;
const HEAD: usize = 1280;
const STAGES: [Stage; 7] = [
    stage(1, 3, 1, 1, 16),
    stage(2, 3, 2, 6, 24),
    stage(2, 5, 2, 6, 40),
    stage(3, 3, 2, 6, 80),
    stage(3, 5, 1, 6, 112),
    stage(4, 5, 2, 6, 192),
    stage(1, 3, 1, 6, 320),
];

/// The network as data.
pub(super) fn plan(padding: Padding) -> Plan {
    let activation = Activation::Relu6;
    let mut blocks = Vec::new();
    let mut inputs = STEM;
    for (s, stage) in STAGES.iter().enumerate() {
        for b in 0..stage.blocks {
            let stride = if b == 0 { stage.stride } else { 1 };
            blocks.push(Block {
                name: format!("blocks.{s}.{b}"),
                inputs,
                expanded: (stage.widen > 1).then_some(inputs * stage.widen),
                outputs: stage.outputs,
                kernel: stage.kernel,
                stride,
                squeezed: None,
                activation,
                residual: stride == 1 && inputs == stage.outputs,
            });
            inputs = stage.outputs;
        }
    }
    let last = Last { names: ("conv_head".into(), "bn2".into()), outputs: HEAD };
    Plan { padding, stem: STEM, activation, blocks, last, head: None }
}

/// The network.
#[derive(Debug)]
pub(super) struct EfficientNetLite0 {
    stem: Conv,
    blocks: Vec<InvertedResidual>,
    head: Conv,
    classifier: Conv,
    isa: Isa,
}

impl EfficientNetLite0 {
    /// `plan` is that of [`plan`].
    pub fn load(vb: &VarBuilder, plan: &Plan, logits: usize, style: Style) -> Result<Self> {
        let (activation, last) = (plan.activation, plan.last.outputs);
        let inputs = plan.blocks.last().map_or(plan.stem, |block| block.outputs);
        let names = (plan.last.names.0.as_str(), plan.last.names.1.as_str());
        Ok(Self {
            stem: Conv::load(vb, ("conv_stem", "bn1"), ConvShape::stem(plan.stem), activation, style)?,
            blocks: plan.blocks.iter().map(|block| InvertedResidual::load(vb, block, style)).collect::<Result<_>>()?,
            head: Conv::load(vb, names, ConvShape::pointwise(inputs, last), activation, style)?,
            classifier: Conv::load_linear(&vb.pp("classifier"), (last, logits), style)?,
            isa: style.isa,
        })
    }

    /// The border of zeros that it wants around a picture.
    pub fn border(&self) -> usize {
        self.stem.border()
    }

    pub fn forward(&self, arena: &mut Arena, picture: Map) -> Map {
        let xs = through(arena, &self.stem, &self.blocks, picture);
        let features = self.head.forward(arena, &xs, 0);
        let pooled = mean(self.isa, arena, &features);
        let logits = self.classifier.forward(arena, &pooled, 0);
        [xs, features, pooled].into_iter().for_each(|map| arena.give_back(map));
        logits
    }
}
