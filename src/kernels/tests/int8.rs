//! Linear layers in bytes: to the bit as the scalar twin on every instruction set, and as near to the matrix as halves
//! of a step can be.

use super::transformers::{rows, values};
use super::{Plain, numbers, used_arena};
use crate::kernels::{Activation, Dense, Isa, Linear, Rows, Size, Values, Window};
use proptest::prelude::*;

/// Widths below a group, of whole groups, and odd ones; more rows than are computed at once.
fn case() -> impl Strategy<Value = (usize, usize, Vec<f32>, Vec<f32>, Vec<f32>, Vec<f32>)> {
    (1_usize..=20, 1_usize..=200, 1_usize..=120).prop_flat_map(|(count, inputs, outputs)| {
        let of = |n| numbers(n);
        (Just(inputs), Just(outputs), of(count * inputs), of(outputs * inputs), of(outputs), of(count * outputs))
    })
}

/// Half a step of each weight, times its input, and the other way round, and both.
fn allowed(xs: &[f32], weights: &[f32]) -> f64 {
    let most = |values: &[f32]| values.iter().fold(0.0_f64, |most, x| most.max(f64::from(x.abs())));
    let (least, largest) = xs.iter().fold((0.0_f64, 0.0_f64), |(a, b), x| (a.min(f64::from(*x)), b.max(f64::from(*x))));
    // The code of zero is rounded as well, so the ends of the range may be off by a whole step.
    let (x_off, w_off) = ((largest - least) / 255.0, most(weights) / 127.0 / 2.0);
    let size = |values: &[f32]| values.iter().map(|x| f64::from(x.abs())).sum::<f64>();
    1.001 * (size(xs) * w_off + size(weights) * x_off + xs.len() as f64 * x_off * w_off) + 1e-4
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn bytes_are_as_near_to_the_matrix_as_they_can_be((inputs, outputs, xs, weight, bias, past) in case()) {
        let layer = Linear::pack_int8(Isa::Scalar, Values::Floats(&weight), outputs, Some(&bias), Activation::None);
        let given = rows(Isa::Scalar, &xs, inputs);
        let past_rows = rows(Isa::Scalar, &past, outputs);
        let ys = values(&layer.run(&mut used_arena(Isa::Scalar), given.view(), Some(past_rows.view())));
        for (i, y) in ys.iter().enumerate() {
            let (x, w) = (&xs[i / outputs * inputs..][..inputs], &weight[i % outputs * inputs..][..inputs]);
            let exact: f64 = x.iter().zip(w).map(|(x, w)| f64::from(*x) * f64::from(*w)).sum();
            let exact = exact + f64::from(bias[i % outputs]) + f64::from(past[i]);
            prop_assert!((y - exact).abs() <= allowed(x, w), "{y} where {exact} is right, at {i}");
        }
    }

    #[test]
    fn every_instruction_set_gives_the_same_bits((inputs, outputs, xs, weight, bias, past) in case(), split in 0_usize..120) {
        let run = |isa: Isa| {
            let layer = Linear::pack_int8(isa, Values::Floats(&weight), outputs, Some(&bias), Activation::Relu);
            let (xs, past) = (rows(isa, &xs, inputs), rows(isa, &past, outputs));
            let ys = layer.run(&mut used_arena(isa), xs.view(), Some(past.view()));
            let mut weights = vec![0.0; inputs];
            layer.weights_of(split % outputs, &mut weights);
            (values(&ys), weights)
        };
        let twin = run(Isa::Scalar);
        for isa in Isa::all() {
            prop_assert_eq!(&run(isa), &twin, "{}", isa.name());
        }
        let step = weight[split % outputs * inputs..][..inputs].iter().fold(0.0_f32, |most, w| most.max(w.abs())) / 127.0;
        for (byte, weight) in twin.1.iter().zip(&weight[split % outputs * inputs..]) {
            prop_assert!((byte - weight).abs() <= 0.5001 * step, "{byte} for {weight}, steps of {step}");
        }
    }

    #[test]
    fn pixels_in_bytes_are_rows_in_bytes(
        (xs, outputs, weight, past) in super::plain(1..=70).prop_flat_map(|xs| (Just(xs), 1_usize..=60)).prop_flat_map(|(xs, outputs)| {
            let Size { height, width, channels } = xs.size;
            (Just(xs), Just(outputs), numbers(outputs * channels), numbers(outputs * height * width))
        }),
        border in 0_usize..3,
        past_border in 0_usize..3,
    ) {
        let Size { height, width, channels } = xs.size;
        let bias = vec![0.25; outputs];
        for isa in Isa::all() {
            let rows_in = rows(isa, &xs.values, channels);
            let linear = Linear::pack_int8(isa, Values::Floats(&weight), outputs, Some(&bias), Activation::HardSwish);
            let past_rows = rows(isa, &past, outputs);
            let twin = values(&linear.run(&mut used_arena(isa), rows_in.view(), Some(past_rows.view())));
            let arena = &mut used_arena(isa);
            let size = Size { height, width, channels: outputs };
            let past = Plain { size, values: past.clone() }.map(isa, arena, past_border, false);
            let map = xs.map(isa, arena, 0, false);
            let dense = Dense::pack_int8(isa, Values::Floats(&weight), &bias, Activation::HardSwish, None);
            let ys = dense.run(arena, &map, Window::pixels(&map), border, Some(&past));
            let ys: Vec<f64> = super::values(&ys).into_iter().map(f64::from).collect();
            prop_assert_eq!(&ys, &twin, "{}", isa.name());
        }
    }
}

#[test]
fn nothing_gives_the_bias() {
    for isa in Isa::all() {
        let layer = Linear::pack_int8(isa, Values::Floats(&[1.0; 35]), 5, Some(&[0.5; 5]), Activation::None);
        let ys = layer.run(&mut used_arena(isa), rows(isa, &[0.0; 21], 7).view(), None);
        assert_eq!(values(&ys), [0.5; 15]);
        let layer = Linear::pack_int8(isa, Values::Floats(&[0.0; 35]), 5, None, Activation::None);
        let ys = layer.run(&mut used_arena(isa), rows(isa, &[3.0; 21], 7).view(), None);
        assert_eq!(values(&ys), [0.0; 15]);
    }
}

#[test]
fn what_is_no_number_gives_none() {
    for isa in Isa::all() {
        for broken in [f32::NAN, f32::INFINITY] {
            let (mut weight, mut xs) = (vec![1.0; 35], vec![1.0; 21]);
            let whole = Linear::pack_int8(isa, Values::Floats(&weight), 5, None, Activation::None);
            weight[8] = broken;
            xs[15] = broken;
            let layer = Linear::pack_int8(isa, Values::Floats(&weight), 5, None, Activation::None);
            // Not `values`: where an answer is broken, so is its padding.
            let broken_of = |ys: &Rows| -> Vec<bool> {
                (0..3).flat_map(|row| ys.row(row).iter().map(|y| !y.is_finite()).collect::<Vec<_>>()).collect()
            };
            let ys = layer.run(&mut used_arena(isa), rows(isa, &[1.0; 21], 7).view(), None);
            let is_broken = broken_of(&ys);
            assert_eq!(is_broken, [false, true, false, false, false].repeat(3), "{}: a weight of {broken}", isa.name());
            let ys = whole.run(&mut used_arena(isa), rows(isa, &xs, 7).view(), None);
            let is_broken = broken_of(&ys);
            assert_eq!(is_broken, [[false; 5], [false; 5], [true; 5]].concat(), "{}: an input of {broken}", isa.name());
        }
    }
}
