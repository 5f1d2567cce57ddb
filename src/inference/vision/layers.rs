//! Convolution as the image networks use it: with its bias, its activation, and whichever padding and batch
//! norm the framework that trained the network gave it.
//!
//! Weights on disk are `[outputs, inputs, height, width]`, f32; loading packs them for the kernels. Batch norm that is
//! kept on disk is folded into its convolution then: at inference it is a constant scale and shift per channel, so the
//! answer is the same and three passes over the activations are saved.

use crate::kernels::{Activation, Arena, Dense, Depthwise, Isa, Map, Quantized, Values, Window};
use crate::model_dir::{Range, SCALE_SUFFIX};
use candle_core::{Result, Tensor};
use candle_nn::VarBuilder;
use std::collections::BTreeMap;

/// Inputs from which on bytes are faster than floats: with fewer, finding the codes takes longer than it saves.
pub const LEAST_INT8_INPUTS: usize = 32;

/// Where a strided convolution puts its border of zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Padding {
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

/// What the framework that trained a network decided for all of its convolutions, and what they are computed with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style<'a> {
    pub padding: Padding,
    pub norm: Norm,
    pub isa: Isa,
    pub int8: Int8<'a>,
}

/// Which layers that see one pixel at a time are computed in bytes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Int8<'a> {
    None,
    /// All: bytes are made of the floats on disk.
    AtLoad,
    /// Those whose bytes are on disk. The inputs of a layer lie in its range, or have one found for every pixel.
    Stored(&'a BTreeMap<String, Range>),
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
    /// The first convolution of our networks, on a picture.
    pub fn stem(outputs: usize) -> Self {
        Self { inputs: 3, outputs, kernel: 3, stride: 2, groups: 1 }
    }

    /// One pixel at a time, across channels.
    pub fn pointwise(inputs: usize, outputs: usize) -> Self {
        Self { inputs, outputs, kernel: 1, stride: 1, groups: 1 }
    }

    /// Every channel on its own.
    pub fn depthwise(channels: usize, kernel: usize, stride: usize) -> Self {
        Self { inputs: channels, outputs: channels, kernel, stride, groups: channels }
    }

    /// Whether every channel is looked at on its own. Pruning may leave one channel, which is one group as well; of what
    /// looks across channels at several pixels there is only the stem, which sees three.
    fn is_depthwise(self) -> bool {
        self.kernel > 1 && self.groups == self.inputs
    }

    fn weight(self) -> [usize; 4] {
        [self.outputs, self.inputs / self.groups, self.kernel, self.kernel]
    }
}

/// A convolution with its bias and its activation.
#[derive(Debug)]
pub(super) struct Conv {
    filters: Filters,
    shape: ConvShape,
    padding: Padding,
}

#[derive(Debug)]
enum Filters {
    Dense(Dense),
    Depthwise(Depthwise),
}

impl Conv {
    /// The convolution `conv` and the batch norm `norm` behind it, if `style` says that it is on disk.
    pub fn load(
        vb: &VarBuilder,
        (conv, norm): (&str, &str),
        shape: ConvShape,
        activation: Activation,
        style: Style,
    ) -> Result<Self> {
        match style.norm {
            Norm::Folded => Self::load_biased(vb, conv, shape, activation, style),
            Norm::Kept { eps } => {
                let weight = vb.pp(conv).get(&shape.weight(), "weight")?;
                let (weight, bias) = fold(&weight, &vb.pp(norm), shape.outputs, eps)?;
                // What is folded into bytes are bytes no more.
                let int8 = if let Int8::Stored(_) = style.int8 { Int8::None } else { style.int8 };
                Self::pack(&vb.pp(conv), &weight, &bias, shape, activation, Style { int8, ..style })
            }
        }
    }

    /// A convolution that has a bias and never had a batch norm.
    pub fn load_biased(
        vb: &VarBuilder,
        conv: &str,
        shape: ConvShape,
        activation: Activation,
        style: Style,
    ) -> Result<Self> {
        let weight = vb.pp(conv).get(&shape.weight(), "weight")?;
        let bias = vb.pp(conv).get(shape.outputs, "bias")?;
        Self::pack(&vb.pp(conv), &weight, &bias, shape, activation, style)
    }

    /// A linear layer, which is a convolution of one pixel.
    pub fn load_linear(vb: &VarBuilder, (inputs, outputs): (usize, usize), style: Style) -> Result<Self> {
        let weight = vb.get((outputs, inputs), "weight")?;
        let bias = vb.get(outputs, "bias")?;
        Self::pack(vb, &weight, &bias, ConvShape::pointwise(inputs, outputs), Activation::None, style)
    }

    fn pack(
        vb: &VarBuilder,
        weight: &Tensor,
        bias: &Tensor,
        shape: ConvShape,
        activation: Activation,
        style: Style,
    ) -> Result<Self> {
        let (weight, bias) = (weight.flatten_all()?.to_vec1::<f32>()?, bias.to_vec1::<f32>()?);
        let window = (shape.kernel, shape.stride);
        let fits_int8 = shape.kernel == 1 && shape.inputs >= LEAST_INT8_INPUTS;
        let scale = format!("weight{SCALE_SUFFIX}");
        let filters = if fits_int8 && matches!(style.int8, Int8::AtLoad) {
            Filters::Dense(Dense::pack_int8(style.isa, Values::Floats(&weight), &bias, activation, None))
        } else if let Int8::Stored(ranges) = style.int8
            && fits_int8
            && vb.contains_tensor(&scale)
        {
            let scales = vb.get_unchecked(&scale)?.to_vec1::<f32>()?;
            let codes = codes(&weight, &scales);
            let bytes = Values::Bytes(Quantized { codes: &codes, scales: &scales });
            let range = ranges.get(&vb.prefix()).map(|range| (range.least, range.most));
            Filters::Dense(Dense::pack_int8(style.isa, bytes, &bias, activation, range))
        } else if shape.is_depthwise() {
            Filters::Depthwise(Depthwise::pack(style.isa, &weight, &bias, window, activation))
        } else {
            Filters::Dense(Dense::pack(style.isa, &weight, &bias, window, activation))
        };
        Ok(Self { filters, shape, padding: style.padding })
    }

    /// The border of zeros that it wants around its input: no padding is wider on any side.
    pub fn border(&self) -> usize {
        self.shape.kernel / 2
    }

    /// The map of `xs`, with the `border` that the next layer wants.
    pub fn forward(&self, arena: &mut Arena, xs: &Map, border: usize) -> Map {
        self.forward_past(arena, xs, border, None)
    }

    /// As [`Self::forward`], with `past` added: what went past the layers of a block.
    pub fn forward_past(&self, arena: &mut Arena, xs: &Map, border: usize, past: Option<&Map>) -> Map {
        let ConvShape { kernel, stride, .. } = self.shape;
        let side = |size: usize| {
            let (before, after) = self.padding.amounts(size, kernel, stride);
            (before, (size + before + after - kernel) / stride + 1)
        };
        let ((above, height), (left, width)) = (side(xs.size.height), side(xs.size.width));
        let window = Window { above, left, height, width };
        match &self.filters {
            Filters::Dense(filters) => filters.run(arena, xs, window, border, past),
            Filters::Depthwise(filters) => filters.run(arena, xs, window),
        }
    }
}

/// The bytes that `weight` was made of: as floats they are within a rounding of whole times their scale.
fn codes(weight: &[f32], scales: &[f32]) -> Vec<i8> {
    let rows = weight.chunks((weight.len() / scales.len()).max(1)).zip(scales);
    rows.flat_map(|(row, scale)| row.iter().map(move |w| (w / scale).round() as i8)).collect()
}

/// `gamma * (w·x - mean) / sqrt(var + eps) + beta` is a convolution again: its weight and bias.
fn fold(weight: &Tensor, norm: &VarBuilder, channels: usize, eps: f64) -> Result<(Tensor, Tensor)> {
    let [gamma, beta, mean, variance] =
        ["weight", "bias", "running_mean", "running_var"].map(|name| norm.get(channels, name));
    let scale = (gamma? / (variance? + eps)?.sqrt()?)?;
    let bias = (beta? - (mean? * &scale)?)?;
    Ok((weight.broadcast_mul(&scale.reshape((channels, 1, 1, 1))?)?, bias))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::Size;
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

    /// Planes as a map with the border that `conv` wants; what sees several pixels of a picture wants them unpadded.
    fn map(arena: &mut Arena, conv: &Conv, xs: &Tensor, isa: Isa) -> Map {
        let (_, channels, height, width) = xs.dims4().unwrap();
        let size = Size { height, width, channels };
        let is_picture = !conv.shape.is_depthwise() && conv.shape.kernel > 1;
        let mut map = if is_picture { arena.picture(size, conv.border()) } else { arena.map(isa, size, conv.border()) };
        let values = xs.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for (i, value) in values.into_iter().enumerate() {
            let (channel, y, x) = (i / (height * width), i / width % height, i % width);
            let at = map.at(y, x) + channel;
            map.values_mut()[at] = value;
        }
        map
    }

    /// The planes of a map, one after another.
    fn planes(map: &Map) -> Vec<f32> {
        let Size { height, width, channels } = map.size;
        let places = (0..channels).flat_map(|c| (0..height * width).map(move |i| (c, i / width, i % width)));
        places.map(|(c, y, x)| map.values()[map.at(y, x) + c]).collect()
    }

    #[test]
    fn convolutions_agree_with_the_definition() {
        let mut shapes =
            vec![ConvShape::pointwise(3, 5), ConvShape { inputs: 3, outputs: 4, kernel: 3, stride: 2, groups: 1 }];
        for kernel in [3, 5] {
            shapes.extend([1, 2].map(|stride| ConvShape::depthwise(3, kernel, stride)));
            shapes.push(ConvShape::depthwise(1, kernel, 1));
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
                    let isa = Isa::best();
                    let style = Style { padding, norm: Norm::Folded, isa, int8: Int8::None };
                    let xs = ramp(&[1, shape.inputs, height, width]);
                    let conv = Conv::load(&vb, ("c", "unused"), shape, Activation::None, style).unwrap();
                    let arena = &mut Arena::default();
                    let xs_map = map(arena, &conv, &xs, isa);
                    let ys = planes(&conv.forward(arena, &xs_map, 0));
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
