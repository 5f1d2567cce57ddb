//! An image network in floats that can be looked into: batch norms folded, weights in plain memory.
//!
//! In a picture `[1, 3, side, side]`, out logits. It computes on candle's tensors, slowly, what the engine computes with its
//! kernels; a test holds both against each other.

use super::super::{Floats, Result, Weights};
use crate::inference::vision::{Block, Padding, Plan, batch_norm_eps, plan};
use crate::kernels::Activation;
use crate::model_dir::ModelDir;
use candle_core::{Device, Tensor};
use std::collections::BTreeMap;

/// A convolution, or a linear layer, which is one of a single pixel.
#[derive(Debug, Clone)]
pub struct Conv {
    /// `[outputs, inputs of a group, kernel, kernel]`, one after another.
    pub weight: Vec<f32>,
    /// `[outputs]`
    pub bias: Vec<f32>,
    /// Channels that come in.
    pub inputs: usize,
    /// Width and height of what it sees.
    pub kernel: usize,
    /// Pixels from one place to the next.
    pub stride: usize,
    /// 1, or as many as channels.
    pub groups: usize,
    /// What is done to what comes out.
    pub activation: Activation,
}

impl Conv {
    /// Channels that go out.
    pub fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// What it makes of `xs`, before the activation.
    ///
    /// # Errors
    /// `xs` has other channels.
    pub fn run(&self, xs: &Tensor, padding: Padding) -> candle_core::Result<Tensor> {
        let shape = (self.outputs(), self.inputs / self.groups, self.kernel, self.kernel);
        let weight = Tensor::from_slice(&self.weight, shape, &Device::Cpu)?;
        let bias = Tensor::from_slice(&self.bias, (1, self.outputs(), 1, 1), &Device::Cpu)?;
        let (_, _, height, width) = xs.dims4()?;
        let (above, below) = padding.amounts(height, self.kernel, self.stride);
        let (left, right) = padding.amounts(width, self.kernel, self.stride);
        let xs = xs.pad_with_zeros(2, above, below)?.pad_with_zeros(3, left, right)?;
        if self.groups == 1 {
            return xs.conv2d(&weight, 0, self.stride, 1, 1)?.broadcast_add(&bias);
        }
        // candle runs a convolution for each group; a sum over the places of the kernel is many times quicker.
        let side = |size: usize| (size - self.kernel) / self.stride + 1;
        let (_, _, height, width) = xs.dims4()?;
        let (rows, columns) = (side(height), side(width));
        let mut sum = bias.broadcast_as((1, self.outputs(), rows, columns))?.contiguous()?;
        for (y, x) in (0..self.kernel).flat_map(|y| (0..self.kernel).map(move |x| (y, x))) {
            let seen = strided(&strided(&xs, 2, y, rows, self.stride)?, 3, x, columns, self.stride)?;
            let factor = weight.narrow(2, y, 1)?.narrow(3, x, 1)?.reshape((1, self.outputs(), 1, 1))?;
            sum = (sum + seen.broadcast_mul(&factor)?)?;
        }
        Ok(sum)
    }
}

/// Every `stride`th of `count` places from `first` on.
fn strided(xs: &Tensor, axis: usize, first: usize, count: usize, stride: usize) -> candle_core::Result<Tensor> {
    if stride == 1 {
        return xs.narrow(axis, first, count);
    }
    let places: Vec<u32> = (0..count).map(|i| (first + i * stride) as u32).collect();
    xs.index_select(&Tensor::from_vec(places, count, &Device::Cpu)?, axis)
}

fn activate(xs: &Tensor, activation: Activation) -> candle_core::Result<Tensor> {
    let hard_sigmoid = |xs: &Tensor| (xs + 3.0)?.clamp(0.0, 6.0)? / 6.0;
    match activation {
        Activation::None => Ok(xs.clone()),
        Activation::Relu => xs.relu(),
        Activation::Relu6 => xs.clamp(0.0, 6.0),
        Activation::HardSwish => xs * hard_sigmoid(xs)?,
        Activation::HardSigmoid => hard_sigmoid(xs),
        Activation::Gelu => xs.gelu_erf(),
    }
}

/// What sees the inputs of each layer on its way: the layer's name, the layer, what comes in, and what goes out before the
/// activation.
pub type Look<'a> = &'a mut dyn FnMut(&str, &Conv, &Tensor, &Tensor) -> candle_core::Result<()>;

/// The network.
#[derive(Debug, Clone)]
pub struct Network {
    /// As data.
    pub plan: Plan,
    /// By the names of their tensors.
    pub convs: BTreeMap<String, Conv>,
}

impl Network {
    /// That of `dir`, whose tensors are `weights`.
    ///
    /// # Errors
    /// A configuration that cannot be.
    pub fn of(dir: &ModelDir, weights: &Weights) -> Result<Self> {
        let (plan, eps) = (plan(dir)?, batch_norm_eps(dir)?);
        let mut convs = BTreeMap::new();
        let mut add = |name: String, norm: Option<String>, inputs: usize, stride: usize, activation| {
            let conv = conv(weights, &name, norm.zip(eps), (inputs, stride), activation);
            convs.insert(name, conv);
        };
        add("conv_stem".into(), Some("bn1".into()), 3, 2, plan.activation);
        for block in &plan.blocks {
            let (names, of) = (block.names(), |name: &str| format!("{}.{name}", block.name));
            if let Some((conv, norm)) = names.expand {
                add(of(conv), Some(of(norm)), block.inputs, 1, block.activation);
            }
            let (middle, (depthwise, norm)) = (block.middle(), names.depthwise);
            add(of(depthwise), Some(of(norm)), middle, block.stride, block.activation);
            if let Some(squeezed) = block.squeezed {
                add(of("se.conv_reduce"), None, middle, 1, Activation::Relu);
                add(of("se.conv_expand"), None, squeezed, 1, Activation::HardSigmoid);
            }
            add(of(names.project.0), Some(of(names.project.1)), middle, 1, Activation::None);
        }
        let (name, norm) = plan.last.names.clone();
        add(name, Some(norm), plan.blocks.last().map_or(plan.stem, |block| block.outputs), 1, plan.activation);
        if plan.head.is_some() {
            add("conv_head".into(), None, plan.last.outputs, 1, plan.activation);
        }
        add("classifier".into(), None, plan.head.unwrap_or(plan.last.outputs), 1, Activation::None);
        Ok(Self { plan, convs })
    }

    /// The logits of `picture`, with `look` at every layer.
    ///
    /// # Errors
    /// `picture` is none, or what `look` says.
    pub fn run(&self, picture: &Tensor, look: Look) -> candle_core::Result<Tensor> {
        let mut layer = |name: &str, xs: &Tensor| {
            let conv = &self.convs[name];
            let ys = conv.run(xs, self.plan.padding)?;
            look(name, conv, xs, &ys)?;
            activate(&ys, conv.activation)
        };
        let mut xs = layer("conv_stem", picture)?;
        for block in &self.plan.blocks {
            xs = through(block, &xs, &mut layer)?;
        }
        let mut xs = mean(&layer(&self.plan.last.names.0, &xs)?)?;
        if self.plan.head.is_some() {
            xs = layer("conv_head", &xs)?;
        }
        layer("classifier", &xs)?.flatten_all()
    }
}

fn through(
    block: &Block,
    xs: &Tensor,
    layer: &mut impl FnMut(&str, &Tensor) -> candle_core::Result<Tensor>,
) -> candle_core::Result<Tensor> {
    let (names, of) = (block.names(), |name: &str| format!("{}.{name}", block.name));
    let wide = match names.expand {
        Some((expand, _)) => layer(&of(expand), xs)?,
        None => xs.clone(),
    };
    let mut ys = layer(&of(names.depthwise.0), &wide)?;
    if block.squeezed.is_some() {
        let reduced = layer(&of("se.conv_reduce"), &mean(&ys)?)?;
        ys = ys.broadcast_mul(&layer(&of("se.conv_expand"), &reduced)?)?;
    }
    let narrow = layer(&of(names.project.0), &ys)?;
    if block.residual { narrow + xs } else { Ok(narrow) }
}

/// `[1, channels, 1, 1]`
fn mean(xs: &Tensor) -> candle_core::Result<Tensor> {
    xs.mean_keepdim(3)?.mean_keepdim(2)
}

/// The convolution `name` of `weights`, with its batch norm folded in, if it has one: `γ (w·x - μ) / √(σ² + ε) + β` is a
/// convolution again.
fn conv(
    weights: &Weights,
    name: &str,
    norm: Option<(String, f64)>,
    (inputs, stride): (usize, usize),
    activation: Activation,
) -> Conv {
    let get = |name: String| weights.0.get(&name).expect("the weights were held against the configuration");
    let Floats { shape, values, .. } = get(format!("{name}.weight"));
    let (mut weight, kernel) = (values.clone(), shape.get(2).copied().unwrap_or(1));
    let (outputs, row) = (shape[0], weight.len() / shape[0]);
    let groups = inputs / shape[1];
    let bias = match norm {
        None => get(format!("{name}.bias")).values.clone(),
        Some((norm, eps)) => {
            let [gamma, beta, mean, variance] =
                ["weight", "bias", "running_mean", "running_var"].map(|part| &get(format!("{norm}.{part}")).values);
            let factor = |o: usize| f64::from(gamma[o]) / (f64::from(variance[o]) + eps).sqrt();
            for (o, row) in weight.chunks_mut(row).enumerate() {
                row.iter_mut().for_each(|w| *w = (f64::from(*w) * factor(o)) as f32);
            }
            (0..outputs).map(|o| (f64::from(beta[o]) - f64::from(mean[o]) * factor(o)) as f32).collect()
        }
    };
    Conv { weight, bias, inputs, kernel, stride, groups, activation }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::Options;
    use crate::inference::vision::random_model::RandomModel;
    use crate::inference::vision::{ImageClassifier, Orientation, RgbFrame};

    #[test]
    fn it_answers_as_the_engine_does() {
        for (family, architecture) in
            [("mobilenetv3", "mobilenetv3_small_100"), ("efficientnet_lite", "tf_efficientnet_lite0")]
        {
            for (padding, batch_norm) in [("same", "kept"), ("symmetric", "folded")] {
                let folder = tempfile::tempdir().unwrap();
                let dir = RandomModel::new(family, architecture, padding, batch_norm).write(folder.path());
                let engine = ImageClassifier::load(&dir, &Options::default()).unwrap();
                let pixels = (0..3 * 40 * 40).map(|i| (i * 7919 % 251) as u8).collect();
                let input = engine.prepare(&RgbFrame::new(40, 40, pixels, Orientation::Upright).unwrap()).unwrap();
                let network = Network::of(&dir, &Weights::open(&dir).unwrap()).unwrap();
                let mut looked = 0;
                let look: Look = &mut |_, _, _, _| {
                    looked += 1;
                    Ok(())
                };
                let ours = network.run(input.tensor(), look).unwrap().to_vec1::<f32>().unwrap();
                let engines = engine.infer(&input).unwrap();
                let size = engines.iter().fold(1f32, |size, x| size.max(x.abs()));
                for (a, b) in ours.iter().zip(&engines) {
                    assert!((a - b).abs() < 1e-3 * size, "{architecture} {padding} {batch_norm}: {ours:?} {engines:?}");
                }
                assert_eq!(looked, network.convs.len());
            }
        }
    }
}
