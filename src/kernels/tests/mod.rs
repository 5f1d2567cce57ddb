//! Every kernel, with every instruction set of this processor, against loops that say what it computes.
//!
//! A sum of `n` products in any order, fused or not, differs from the exact one by at most `n + 2` roundings of the sum
//! of their sizes (Higham, "Accuracy and Stability of Numerical Algorithms", 3.1): that is what is allowed. Activations
//! and residuals round twice more, and none of them makes a difference larger.

use super::{Activation, Arena, Dense, Depthwise, Isa, Map, Size, Window, mean, scale};
use proptest::prelude::*;

mod int8;
mod transformers;

/// A map as plain numbers: `[height][width][channels]`.
#[derive(Debug, Clone)]
struct Plain {
    size: Size,
    values: Vec<f32>,
}

impl Plain {
    /// Zero outside, as a border is.
    fn at(&self, y: isize, x: isize, channel: usize) -> f64 {
        let Size { height, width, channels } = self.size;
        match (usize::try_from(y), usize::try_from(x)) {
            (Ok(y), Ok(x)) if y < height && x < width => self.values[(y * width + x) * channels + channel].into(),
            _ => 0.0,
        }
    }

    /// As the kernels want it. What it is given, `arena` has used before: its padding and pixels are anything.
    fn map(&self, isa: Isa, arena: &mut Arena, border: usize, packed: bool) -> Map {
        let mut map = if packed { arena.picture(self.size, border) } else { arena.map(isa, self.size, border) };
        let Size { height, width, channels } = self.size;
        for y in 0..height {
            for x in 0..width {
                let (at, pixel) = (map.at(y, x), map.pixel);
                let values = &mut map.values_mut()[at..][..pixel];
                values[..channels].copy_from_slice(&self.values[(y * width + x) * channels..][..channels]);
                values[channels..].fill(0.0);
            }
        }
        map
    }
}

fn values(map: &Map) -> Vec<f32> {
    let Size { height, width, channels } = map.size;
    let pixel = |i| map.at(i / width, i % width);
    (0..height * width).flat_map(|i| map.values()[pixel(i)..][..channels].to_vec()).collect()
}

/// What a convolution is, and what its result may differ by.
struct Conv<'a> {
    kernel: usize,
    stride: usize,
    /// `[outputs][inputs of one output][kernel][kernel]`
    weight: &'a [f32],
    bias: &'a [f32],
    depthwise: bool,
    activation: Activation,
}

impl Conv<'_> {
    fn window(&self, size: Size) -> Window {
        let before = self.kernel / 2;
        let count = |side: usize| (side + 2 * before - self.kernel) / self.stride + 1;
        Window { above: before, left: before, height: count(size.height), width: count(size.width) }
    }

    /// Each output, and how far from it a right one may be.
    fn exact(&self, xs: &Plain, residual: Option<&[f32]>) -> Vec<(f64, f64)> {
        let (window, places) = (self.window(xs.size), self.kernel * self.kernel);
        let inputs = if self.depthwise { 1 } else { xs.size.channels };
        let mut outputs = Vec::new();
        for (y, x) in (0..window.height).flat_map(|y| (0..window.width).map(move |x| (y, x))) {
            for output in 0..self.bias.len() {
                let (mut sum, mut sizes) = (f64::from(self.bias[output]), f64::from(self.bias[output]).abs());
                for (input, place) in (0..inputs).flat_map(|input| (0..places).map(move |place| (input, place))) {
                    let at = |first: usize, before: usize, place: usize| {
                        (first * self.stride + place) as isize - before as isize
                    };
                    let (ky, kx) = (place / self.kernel, place % self.kernel);
                    let channel = if self.depthwise { output } else { input };
                    let value = xs.at(at(y, window.above, ky), at(x, window.left, kx), channel);
                    let product = value * f64::from(self.weight[(output * inputs + input) * places + place]);
                    sum += product;
                    sizes += product.abs();
                }
                let rounding = f64::from(f32::EPSILON) / 2.0;
                let past = residual.map_or(0.0, |residual| residual[outputs.len()].into());
                let result = activate(self.activation, sum) + past;
                // h-swish is steeper than 1 by half at most.
                let allowed = 1.5 * rounding * (inputs * places + 4) as f64 * sizes + 4.0 * rounding * result.abs();
                outputs.push((result, allowed + 4.0 * rounding * past.abs() + f64::from(f32::MIN_POSITIVE)));
            }
        }
        outputs
    }
}

fn activate(activation: Activation, x: f64) -> f64 {
    match activation {
        Activation::None => x,
        Activation::Relu => x.max(0.0),
        Activation::Relu6 => x.clamp(0.0, 6.0),
        Activation::HardSwish => x * (x + 3.0).clamp(0.0, 6.0) / 6.0,
        Activation::HardSigmoid => (x + 3.0).clamp(0.0, 6.0) / 6.0,
        Activation::Gelu => unreachable!("no convolution of ours has one"),
    }
}

fn check(isa: Isa, ours: &[f32], exact: &[(f64, f64)]) -> Result<(), TestCaseError> {
    prop_assert_eq!(ours.len(), exact.len());
    for (i, (ours, (exact, allowed))) in ours.iter().zip(exact).enumerate() {
        let apart = (f64::from(*ours) - exact).abs();
        prop_assert!(apart <= *allowed, "{}: {} where {} is right, {} apart at {}", isa.name(), ours, exact, apart, i);
    }
    Ok(())
}

/// An arena that holds what others left behind.
fn used_arena(isa: Isa) -> Arena {
    let mut arena = Arena::default();
    let mut map = arena.map(isa, Size { height: 24, width: 24, channels: 48 }, 2);
    map.values_mut().fill(f32::NAN);
    arena.give_back(map);
    arena
}

fn numbers(count: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-4.0_f32..4.0, count)
}

fn plain(channels: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Plain> {
    (1_usize..=15, 1_usize..=15, channels).prop_flat_map(|(height, width, channels)| {
        numbers(height * width * channels)
            .prop_map(move |values| Plain { size: Size { height, width, channels }, values })
    })
}

fn activation() -> impl Strategy<Value = Activation> {
    use Activation::*;
    prop::sample::select(vec![None, Relu, Relu6, HardSwish, HardSigmoid])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn one_pixel_of_all_channels_is_a_matrix(
        (xs, outputs, weight, bias, past) in (plain(1..=40), 1_usize..=70).prop_flat_map(|(xs, outputs)| {
            let (inputs, pixels) = (xs.size.channels, xs.size.height * xs.size.width);
            (Just(xs), Just(outputs), numbers(outputs * inputs), numbers(outputs), numbers(pixels * outputs))
        }),
        with_past: bool,
        border in 0_usize..=2,
        activation in activation(),
    ) {
        let conv =
            Conv { kernel: 1, stride: 1, weight: &weight, bias: &bias, depthwise: false, activation };
        let past_plain = Plain { size: Size { channels: outputs, ..xs.size }, values: past.clone() };
        let exact = conv.exact(&xs, with_past.then_some(&past[..]));
        for isa in Isa::all() {
            let arena = &mut used_arena(isa);
            let layer = Dense::pack(isa, &weight, &bias, (1, 1), activation);
            let past = past_plain.map(isa, arena, border, false);
            let map = xs.map(isa, arena, 0, false);
            let ys = layer.run(arena, &map, Window::pixels(&map), border, with_past.then_some(&past));
            check(isa, &values(&ys), &exact)?;
            prop_assert!(border_is_zero(&ys));
        }
    }

    #[test]
    fn windows_of_a_picture_are_seen_whole(
        (xs, weight, bias) in (plain(3..=3), 1_usize..=35).prop_flat_map(|(xs, outputs)| {
            (Just(xs), numbers(outputs * 27), numbers(outputs))
        }),
        stride in 1_usize..=2,
        activation in activation(),
    ) {
        let conv = Conv { kernel: 3, stride, weight: &weight, bias: &bias, depthwise: false, activation };
        let exact = conv.exact(&xs, None);
        for isa in Isa::all() {
            let arena = &mut used_arena(isa);
            let layer = Dense::pack(isa, &weight, &bias, (3, stride), activation);
            let map = xs.map(isa, arena, 1, true);
            let ys = layer.run(arena, &map, conv.window(xs.size), 0, None);
            check(isa, &values(&ys), &exact)?;
        }
    }

    #[test]
    fn each_channel_is_seen_alone(
        (xs, kernel, weight, bias) in (plain(1..=40), prop::sample::select(vec![3_usize, 5])).prop_flat_map(|(xs, kernel)| {
            let channels = xs.size.channels;
            (Just(xs), Just(kernel), numbers(channels * kernel * kernel), numbers(channels))
        }),
        stride in 1_usize..=2,
        activation in activation(),
    ) {
        let conv = Conv { kernel, stride, weight: &weight, bias: &bias, depthwise: true, activation };
        let exact = conv.exact(&xs, None);
        for isa in Isa::all() {
            let arena = &mut used_arena(isa);
            let layer = Depthwise::pack(isa, &weight, &bias, (kernel, stride), activation);
            let map = xs.map(isa, arena, kernel / 2, false);
            let ys = layer.run(arena, &map, conv.window(xs.size));
            check(isa, &values(&ys), &exact)?;
        }
    }

    #[test]
    fn a_channel_has_one_mean_and_one_factor(xs in plain(1..=40), border in 0_usize..=2) {
        let pixels = xs.size.height * xs.size.width;
        let sums = |of: fn(f64) -> f64| -> Vec<f64> {
            let channel = |c| (0..pixels).map(move |i| (i, c));
            (0..xs.size.channels)
                .map(|c| channel(c).map(|(i, c)| of(xs.values[i * xs.size.channels + c].into())).sum())
                .collect()
        };
        let (sum, sizes) = (sums(|x| x), sums(f64::abs));
        let rounding = f64::from(f32::EPSILON) / 2.0;
        let means: Vec<(f64, f64)> =
            sum.iter().zip(&sizes).map(|(sum, size)| (sum / pixels as f64, rounding * (pixels + 4) as f64 * size)).collect();
        for isa in Isa::all() {
            let arena = &mut used_arena(isa);
            let mut map = xs.map(isa, arena, border, false);
            let factors = mean(isa, arena, &map);
            check(isa, &values(&factors), &means)?;
            scale(isa, &mut map, &factors);
            let factors = values(&factors);
            let scaled: Vec<f32> =
                xs.values.iter().enumerate().map(|(i, x)| x * factors[i % xs.size.channels]).collect();
            prop_assert_eq!(values(&map), scaled, "{}", isa.name());
        }
    }
}

/// Whatever lay in the memory before.
fn border_is_zero(map: &Map) -> bool {
    let (rows, columns) = (map.size.height + 2 * map.border, map.size.width + 2 * map.border);
    let inside = |y: usize, x: usize| {
        (map.border..rows - map.border).contains(&y) && (map.border..columns - map.border).contains(&x)
    };
    (0..rows)
        .flat_map(|y| (0..columns).map(move |x| (y, x)))
        .filter(|(y, x)| !inside(*y, *x))
        .all(|(y, x)| map.values()[y * map.row() + x * map.pixel..][..map.pixel].iter().all(|value| *value == 0.0))
}

#[test]
fn the_instructions_can_be_named_and_only_those_that_are_there() {
    let all = Isa::all();
    assert_eq!(all.last().map(|isa| isa.name()), Some("scalar"));
    assert_eq!(Isa::best().name(), all[0].name());
    for isa in all {
        assert_eq!(Isa::named(Some(isa.name().into())).unwrap().name(), isa.name());
    }
    assert_eq!(Isa::named(None).unwrap().name(), Isa::best().name());
    assert!(Isa::named(Some("abacus".into())).unwrap_err().contains("ONHAND_ISA=abacus"));
}
