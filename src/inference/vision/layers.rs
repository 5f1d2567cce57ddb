//! Convolution as the image networks use it: with its bias, its activation, and whichever padding and batch
//! norm the framework that trained the network gave it.
//!
//! Tensors are `[batch, channels, height, width]`, f32. Batch norm that is kept on disk is folded into its
//! convolution while loading: at inference it is a constant scale and shift per channel, so the answer is
//! the same and three passes over the activations are saved.

use candle_core::{Result, Tensor};
use candle_nn::{Activation, Conv2d, Conv2dConfig, Module, VarBuilder};

/// Where a strided convolution puts its border of zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Padding {
    /// PyTorch: `kernel / 2` on every side.
    Symmetric,
    /// TensorFlow: as few as give `ceil(size / stride)` outputs; an odd one goes to the right and bottom.
    Same,
}

impl Padding {
    /// Zeros before and after one side of `size` pixels.
    pub fn amounts(self, size: usize, kernel: usize, stride: usize) -> (usize, usize) {
        match self {
            Self::Symmetric => (kernel / 2, kernel / 2),
            Self::Same => {
                let covered = (size.div_ceil(stride) - 1) * stride + kernel;
                let total = covered.saturating_sub(size);
                (total / 2, total - total / 2)
            }
        }
    }
}

/// Whether batch norm is on disk.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Norm {
    /// In the weight and the bias of each convolution.
    Folded,
    /// As a layer of its own behind each convolution, with this epsilon.
    Kept { eps: f64 },
}

/// What the framework that trained a network decided for all of its convolutions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub padding: Padding,
    pub norm: Norm,
}

/// The shape of a convolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct ConvShape {
    pub inputs: usize,
    pub outputs: usize,
    pub kernel: usize,
    pub stride: usize,
    pub groups: usize,
}

impl ConvShape {
    /// One pixel at a time, across channels.
    pub fn pointwise(inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs, kernel: 1, stride: 1, groups: 1 }
    }

    /// Every channel on its own.
    pub fn depthwise(channels: usize, kernel: usize, stride: usize) -> Self {
        Self { inputs: channels, outputs: channels, kernel, stride, groups: channels }
    }

    fn weight(self) -> [usize; 4] {
        [self.outputs, self.inputs / self.groups, self.kernel, self.kernel]
    }
}

/// A convolution with its bias and, perhaps, an activation.
#[derive(Debug)]
pub(super) struct Conv {
    weight: Tensor,
    bias: Tensor,
    shape: ConvShape,
    padding: Padding,
    activation: Option<Activation>,
}

impl Conv {
    /// The convolution `conv` and the batch norm `norm` behind it, if `style` says that it is on disk.
    pub fn load(
        vb: &VarBuilder,
        (conv, norm): (&str, &str),
        shape: ConvShape,
        activation: Option<Activation>,
        style: Style,
    ) -> Result<Self> {
        match style.norm {
            Norm::Folded => Self::load_biased(vb, conv, shape, activation, style),
            Norm::Kept { eps } => {
                let weight = vb.pp(conv).get(&shape.weight(), "weight")?;
                let (weight, bias) = fold(&weight, &vb.pp(norm), shape.outputs, eps)?;
                Ok(Self { weight, bias, shape, padding: style.padding, activation })
            }
        }
    }

    /// A convolution that has a bias and never had a batch norm.
    pub fn load_biased(
        vb: &VarBuilder,
        conv: &str,
        shape: ConvShape,
        activation: Option<Activation>,
        style: Style,
    ) -> Result<Self> {
        let weight = vb.pp(conv).get(&shape.weight(), "weight")?;
        let bias = vb.pp(conv).get(shape.outputs, "bias")?;
        Ok(Self { weight, bias, shape, padding: style.padding, activation })
    }
}

/// `gamma * (w·x - mean) / sqrt(var + eps) + beta` is a convolution again: its weight and bias.
fn fold(weight: &Tensor, norm: &VarBuilder, channels: usize, eps: f64) -> Result<(Tensor, Tensor)> {
    let [gamma, beta, mean, variance] =
        ["weight", "bias", "running_mean", "running_var"].map(|name| norm.get(channels, name));
    let scale = (gamma? / (variance? + eps)?.sqrt()?)?;
    let bias = (beta? - (mean? * &scale)?)?;
    Ok((weight.broadcast_mul(&scale.reshape((channels, 1, 1, 1))?)?, bias))
}

impl Module for Conv {
    fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        let ConvShape { kernel, stride, groups, .. } = self.shape;
        let (_, _, height, width) = xs.dims4()?;
        let (top, bottom) = self.padding.amounts(height, kernel, stride);
        let (left, right) = self.padding.amounts(width, kernel, stride);
        // candle pads all sides alike; anything else is a copy of its own.
        let even = [bottom, left, right].iter().all(|&side| side == top);
        let (xs, padding) = if even {
            (xs.clone(), top)
        } else {
            (xs.pad_with_zeros(2, top, bottom)?.pad_with_zeros(3, left, right)?, 0)
        };
        let config = Conv2dConfig { padding, stride, groups, ..Default::default() };
        let ys = Conv2d::new(self.weight.clone(), Some(self.bias.clone()), config).forward(&xs)?;
        match self.activation {
            Some(activation) => activation.forward(&ys),
            None => Ok(ys),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use candle_core::{DType, Device};
    use std::collections::HashMap;

    #[test]
    fn padding_is_as_each_framework_defines_it() {
        for (size, kernel, stride, same, symmetric) in [
            (224, 3, 2, (0, 1), (1, 1)),
            (112, 5, 2, (1, 2), (2, 2)),
            (7, 3, 2, (1, 1), (1, 1)),
            (7, 5, 2, (2, 2), (2, 2)),
            (14, 3, 1, (1, 1), (1, 1)),
            (7, 5, 1, (2, 2), (2, 2)),
            (8, 1, 1, (0, 0), (0, 0)),
            (1, 5, 2, (2, 2), (2, 2)),
            (2, 3, 2, (0, 1), (1, 1)),
            (2, 1, 2, (0, 0), (0, 0)),
        ] {
            let case = format!("{size} pixels, kernel {kernel}, stride {stride}");
            assert_eq!(Padding::Same.amounts(size, kernel, stride), same, "{case}");
            assert_eq!(Padding::Symmetric.amounts(size, kernel, stride), symmetric, "{case}");
            let outputs = (size + same.0 + same.1 - kernel) / stride + 1;
            assert_eq!(outputs, size.div_ceil(stride), "{case}");
        }
    }

    /// What a convolution is, one multiplication at a time.
    fn naive(xs: &Tensor, weight: &Tensor, shape: ConvShape, padding: Padding) -> Vec<f32> {
        let (_, channels, height, width) = xs.dims4().unwrap();
        let x = xs.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let w = weight.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let ConvShape { outputs, kernel, stride, groups, .. } = shape;
        let (top, bottom) = padding.amounts(height, kernel, stride);
        let (left, right) = padding.amounts(width, kernel, stride);
        let rows = (height + top + bottom - kernel) / stride + 1;
        let columns = (width + left + right - kernel) / stride + 1;
        let per_group = channels / groups;
        let mut ys = Vec::new();
        for (o, row, column) in
            (0..outputs).flat_map(|o| (0..rows).flat_map(move |r| (0..columns).map(move |c| (o, r, c))))
        {
            let mut sum = 0.0;
            for (i, ky, kx) in
                (0..per_group).flat_map(|i| (0..kernel).flat_map(move |y| (0..kernel).map(move |x| (i, y, x))))
            {
                let (y, x_at) = (row * stride + ky, column * stride + kx);
                if (top..top + height).contains(&y) && (left..left + width).contains(&x_at) {
                    let channel = o / (outputs / groups) * per_group + i;
                    let value = x[(channel * height + y - top) * width + x_at - left];
                    sum += value * w[((o * per_group + i) * kernel + ky) * kernel + kx];
                }
            }
            ys.push(sum);
        }
        ys
    }

    fn ramp(shape: &[usize]) -> Tensor {
        let count = shape.iter().product::<usize>();
        let values: Vec<f32> = (0..count).map(|i| ((i * 37 + 11) % 101) as f32 / 50.0 - 1.0).collect();
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    }

    #[test]
    fn convolutions_agree_with_the_definition() {
        let mut shapes =
            vec![ConvShape::pointwise(3, 5), ConvShape { inputs: 3, outputs: 4, kernel: 3, stride: 2, groups: 1 }];
        for kernel in [3, 5] {
            shapes.extend([1, 2].map(|stride| ConvShape::depthwise(3, kernel, stride)));
        }
        for shape in shapes {
            for padding in [Padding::Same, Padding::Symmetric] {
                for (height, width) in [(8, 8), (7, 9), (5, 6), (1, 2)] {
                    let weight = ramp(&shape.weight());
                    let tensors = [
                        ("c.weight".to_string(), weight.clone()),
                        ("c.bias".to_string(), Tensor::zeros(shape.outputs, DType::F32, &Device::Cpu).unwrap()),
                    ];
                    let vb = VarBuilder::from_tensors(HashMap::from(tensors), DType::F32, &Device::Cpu);
                    let style = Style { padding, norm: Norm::Folded };
                    let xs = ramp(&[1, shape.inputs, height, width]);
                    let conv = Conv::load(&vb, ("c", "unused"), shape, None, style).unwrap();
                    let ys = conv.forward(&xs).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
                    let want = naive(&xs, &weight, shape, padding);
                    assert_eq!(ys.len(), want.len(), "{shape:?} {padding:?} {height} × {width}");
                    for (got, want) in ys.iter().zip(&want) {
                        assert!((got - want).abs() < 1e-5, "{shape:?} {padding:?} {height} × {width}: {got}, {want}");
                    }
                }
            }
        }
    }
}
