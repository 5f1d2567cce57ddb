//! Operations against candle's own and against finite differences, the network against the engine's.

use super::*;
use crate::inference::Options;
use crate::inference::vision::random_model::RandomModel;
use crate::inference::vision::{ImageClassifier, Orientation, RgbFrame, plan};
use crate::kernels::Activation;
use crate::lab::train::tests::differences;
use crate::lab::train::{NO_LABEL, Parameters, distillation};
use candle_core::{Device, Tensor};
use proptest::prelude::*;
use tempfile::TempDir;

fn tensor(shape: &[usize], seed: u32) -> Tensor {
    let mut state = seed;
    let values = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    });
    Tensor::from_vec(values.take(shape.iter().product()).collect::<Vec<f32>>(), shape, &Device::Cpu).unwrap()
}

fn furthest(a: &Tensor, b: &Tensor) -> f32 {
    assert_eq!(a.dims(), b.dims());
    (a - b).unwrap().abs().unwrap().flatten_all().unwrap().max(0).unwrap().to_scalar().unwrap()
}

/// PyTorch's padding.
fn symmetric(height: usize, width: usize, kernel: usize, stride: usize) -> Window {
    let made = |side: usize| (side + kernel / 2 * 2 - kernel) / stride + 1;
    Window { kernel, stride, above: kernel / 2, left: kernel / 2, height: made(height), width: made(width) }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_depthwise_convolution_is_candles_with_groups_and_so_are_its_gradients(
        sizes in (1usize..3, 1usize..5, 5usize..8), kernel in prop_oneof![Just(3usize), Just(5)],
        stride in 1usize..3, seed in any::<u32>(),
    ) {
        // Candle's way back from a convolution takes maps for square.
        let (pictures, channels, height) = sizes;
        let width = height;
        let window = symmetric(height, width, kernel, stride);
        let xs = candle_core::Var::from_tensor(&tensor(&[pictures, height, width, channels], seed)).unwrap();
        let weight = candle_core::Var::from_tensor(&tensor(&[channels, 1, kernel, kernel], !seed)).unwrap();
        let (xs, weight) = (xs.as_tensor(), weight.as_tensor());
        let ours = depthwise(xs, &weight.flatten_from(1).unwrap().t().unwrap(), window).unwrap();
        let planes = xs.permute((0, 3, 1, 2)).unwrap().contiguous().unwrap();
        let theirs = planes.conv2d(weight, kernel / 2, stride, 1, channels).unwrap().permute((0, 2, 3, 1)).unwrap();
        prop_assert!(furthest(&ours, &theirs.contiguous().unwrap()) < 1e-5);
        // A loss that gives every number a gradient of its own.
        let loss = |ys: &Tensor| (ys * tensor(ys.dims(), 7)).unwrap().sum_all().unwrap();
        let (a, b) = (loss(&ours).backward().unwrap(), loss(&theirs).backward().unwrap());
        for of in [xs, weight] {
            prop_assert!(furthest(a.get(of).unwrap(), b.get(of).unwrap()) < 1e-4);
        }
    }

    #[test]
    fn its_gradients_are_those_that_differences_find(seed in any::<u32>(), stride in 1usize..3) {
        let window = Window { kernel: 3, stride, above: 0, left: 1, height: 3 / stride, width: 4 / stride };
        let (xs, filters) = (tensor(&[2, 4, 4, 3], seed), tensor(&[9, 3], !seed));
        let of = |ys: Tensor| ys.sqr().unwrap().mean_all().unwrap();
        prop_assert!(differences(&xs, |xs| of(depthwise(xs, &filters, window).unwrap())) < 1e-2);
        prop_assert!(differences(&filters, |filters| of(depthwise(&xs, filters, window).unwrap())) < 1e-2);
    }

    #[test]
    fn a_product_with_windows_is_candles_convolution(seed in any::<u32>(), stride in 1usize..3, side in 3usize..9) {
        let (pictures, weight) = (tensor(&[2, 3, side, side], seed), tensor(&[4, 3, 3, 3], !seed));
        let seen = windows(&pictures, symmetric(side, side, 3, stride)).unwrap();
        let zero = Tensor::zeros(4, candle_core::DType::F32, &Device::Cpu).unwrap();
        let ours = crate::lab::train::ops::linear(&seen, &weight.flatten_from(1).unwrap(), &zero).unwrap();
        let theirs = pictures.conv2d(&weight, 1, stride, 1, 1).unwrap().permute((0, 2, 3, 1)).unwrap();
        prop_assert!(furthest(&ours, &theirs.contiguous().unwrap()) < 1e-5);
    }
}

#[test]
fn activations_have_the_slopes_that_differences_find() {
    use Activation::{HardSigmoid, HardSwish, Relu, Relu6};
    // Away from the corners, where there are two slopes.
    let xs = Tensor::new(&[-4f32, -2.5, -1.0, -0.1, 0.1, 1.0, 2.5, 3.5, 5.5, 7.0], &Device::Cpu).unwrap();
    for activation in [Relu, Relu6, HardSwish, HardSigmoid] {
        let off = differences(&xs, |xs| activate(xs, activation).unwrap().sqr().unwrap().mean_all().unwrap());
        assert!(off < 1e-2, "{activation:?}: {off}");
    }
}

const NETWORKS: [(&str, &str, &str); 3] = [
    ("mobilenetv3", "mobilenetv3_small_100", "same"),
    ("mobilenetv3", "mobilenetv3_large_100", "symmetric"),
    ("efficientnet_lite", "efficientnet_lite0", "same"),
];

#[test]
fn the_network_that_learns_sees_what_the_engine_does_and_every_parameter_has_a_gradient() {
    for (family, architecture, padding) in NETWORKS {
        let folder = TempDir::new().unwrap();
        let dir = RandomModel::new(family, architecture, padding, "folded").write(folder.path());
        let engine = ImageClassifier::load(&dir, &Options::default()).unwrap();
        let parameters = Parameters::of_model(&dir, &Device::Cpu).unwrap();
        let network = VisionNetwork::new(plan(&dir).unwrap(), parameters);
        let pixels = (0..40 * 48 * 3).map(|i| (i * 7 % 251) as u8).collect();
        let frame = RgbFrame::new(40, 48, pixels, Orientation::Upright).unwrap();
        let input = engine.prepare(&frame).unwrap();
        let seen = network.see(input.tensor()).unwrap();
        let ours = seen.logits.flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let theirs = engine.infer(&input).unwrap();
        assert!(ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-4), "{architecture}: {ours:?} {theirs:?}");

        let other = (&seen.logits * -1.0).unwrap();
        let loss = distillation(&seen.logits, &other, &[NO_LABEL], Default::default()).unwrap();
        let gradients = loss.backward().unwrap();
        for (name, var) in network.parameters().iter() {
            assert!(gradients.get(var.as_tensor()).is_some(), "{architecture}: {name} has none");
        }
    }
}
