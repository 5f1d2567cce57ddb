//! EfficientNet-Lite0: EfficientNet-B0 made for phones, with ReLU6 and without squeeze-and-excitation.
//!
//! In a picture, out logits. The widths are table 1 of
//! <https://arxiv.org/abs/1905.11946>; what Lite changes is described in
//! <https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite>. Tensor names are
//! those of timm's `efficientnet.py`.

use super::blocks::{BlockShape, InvertedResidual, through};
use super::layers::{Conv, ConvShape, Style};
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
    pub fn load(vb: &VarBuilder, logits: usize, style: Style) -> Result<Self> {
        let activation = Activation::Relu6;
        let stem = ConvShape { inputs: 3, outputs: STEM, kernel: 3, stride: 2, groups: 1 };
        let stem = Conv::load(vb, ("conv_stem", "bn1"), stem, activation, style)?;
        let mut blocks = Vec::new();
        let mut inputs = STEM;
        for (s, stage) in STAGES.iter().enumerate() {
            for b in 0..stage.blocks {
                let shape = BlockShape {
                    inputs,
                    expanded: (stage.widen > 1).then_some(inputs * stage.widen),
                    outputs: stage.outputs,
                    kernel: stage.kernel,
                    stride: if b == 0 { stage.stride } else { 1 },
                    squeeze: false,
                    activation,
                };
                blocks.push(InvertedResidual::load(&vb.pp(format!("blocks.{s}.{b}")), shape, style)?);
                inputs = stage.outputs;
            }
        }
        let head = ConvShape::pointwise(inputs, HEAD);
        Ok(Self {
            stem,
            blocks,
            head: Conv::load(vb, ("conv_head", "bn2"), head, activation, style)?,
            classifier: Conv::load_linear(&vb.pp("classifier"), (HEAD, logits), style)?,
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
