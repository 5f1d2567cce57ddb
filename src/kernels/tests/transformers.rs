//! The kernels of transformers, against loops in double precision.

use super::{numbers, used_arena};
use crate::kernels::{Activation, Attention, Isa, KeysValues, LayerNorm, Linear, Rows, Table, Values, math};
use half::f16;
use proptest::prelude::*;
use pulp::{Simd, WithSimd};

/// Half a unit in the last place of 1.
const ROUNDING: f64 = f32::EPSILON as f64 / 2.0;

/// In memory that others have used.
pub(super) fn rows(isa: Isa, values: &[f32], width: usize) -> Rows {
    let mut rows = used_arena(isa).rows(isa, values.len() / width, width);
    values.chunks(width).enumerate().for_each(|(at, row)| rows.row_mut(at).copy_from_slice(row));
    rows
}

/// Their padding must be zero.
pub(super) fn values(rows: &Rows) -> Vec<f64> {
    let padded = rows.view().values.chunks(rows.step).take(rows.count);
    assert!(padded.clone().all(|row| row[rows.width..].iter().all(|x| *x == 0.0)), "padding is not zero");
    padded.flat_map(|row| row[..rows.width].iter().map(|x| f64::from(*x))).collect()
}

fn check(isa: Isa, ours: &Rows, exact: &[(f64, f64)]) -> Result<(), TestCaseError> {
    let ours = values(ours);
    prop_assert_eq!(ours.len(), exact.len());
    for (i, (ours, (exact, allowed))) in ours.iter().zip(exact).enumerate() {
        prop_assert!((ours - exact).abs() <= *allowed, "{}: {ours} where {exact} is right, at {i}", isa.name());
    }
    Ok(())
}

/// `erf`, by its series: exact for the small numbers that are asked for here.
fn erf(x: f64) -> f64 {
    let mut term = x;
    let mut sum = x;
    for n in 1..200 {
        term *= -x * x / f64::from(n);
        sum += term / f64::from(2 * n + 1);
    }
    sum * std::f64::consts::FRAC_2_SQRT_PI
}

fn gelu(x: f64) -> f64 {
    x * 0.5 * (1.0 + erf(x / std::f64::consts::SQRT_2))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_linear_layer_is_a_matrix(
        (count, inputs, outputs, xs, weight, bias, past) in (1_usize..=20, 1_usize..=300, 1_usize..=120).prop_flat_map(|(count, inputs, outputs)| {
            (Just(count), Just(inputs), Just(outputs), numbers(count * inputs), numbers(outputs * inputs), numbers(outputs), numbers(count * outputs))
        }),
        has_bias: bool,
        has_past: bool,
        is_half: bool,
    ) {
        let weight: Vec<f32> = if is_half { weight.iter().map(|w| f16::from_f32(*w).to_f32()).collect() } else { weight };
        let exact: Vec<(f64, f64)> = (0..count * outputs).map(|i| {
            let (row, output) = (i / outputs, i % outputs);
            let bias = if has_bias { f64::from(bias[output]) } else { 0.0 };
            let past = if has_past { f64::from(past[i]) } else { 0.0 };
            let products = (0..inputs).map(|k| f64::from(xs[row * inputs + k]) * f64::from(weight[output * inputs + k]));
            let sizes = products.clone().map(f64::abs).sum::<f64>() + bias.abs() + past.abs();
            (products.sum::<f64>() + bias + past, ROUNDING * (inputs + 4) as f64 * sizes)
        }).collect();
        for isa in Isa::all() {
            let layer = Linear::pack(isa, Values::Floats(&weight), outputs, has_bias.then_some(&bias[..]), Activation::None);
            let mut first = vec![0.0; inputs];
            layer.weights_of(count % outputs, &mut first);
            prop_assert_eq!(&first[..], &weight[count % outputs * inputs..][..inputs]);
            let (xs, past) = (rows(isa, &xs, inputs), rows(isa, &past, outputs));
            let ys = layer.run(&mut used_arena(isa), xs.view(), has_past.then_some(past.view()));
            check(isa, &ys, &exact)?;
        }
    }

    #[test]
    fn rows_are_normalised(
        (width, xs, scale, shift) in (2_usize..=70).prop_flat_map(|width| {
            (Just(width), numbers(3 * width), numbers(width), numbers(width))
        }),
    ) {
        let exact: Vec<(f64, f64)> = xs.chunks(width).flat_map(|row| {
            let mean = row.iter().map(|x| f64::from(*x)).sum::<f64>() / width as f64;
            let variance = row.iter().map(|x| (f64::from(*x) - mean).powi(2)).sum::<f64>() / width as f64;
            let rate = 1.0 / (variance + 1e-5).sqrt();
            row.iter().zip(scale.iter().zip(&shift)).map(move |(x, (scale, shift))| {
                let scaled = (f64::from(*x) - mean) * rate * f64::from(*scale);
                // The mean is off by some roundings of numbers below 4.
                let allowed = ROUNDING * (width + 8) as f64 * (scaled.abs() + 4.0 * rate * f64::from(scale.abs()) + f64::from(shift.abs()));
                (scaled + f64::from(*shift), allowed)
            }).collect::<Vec<_>>()
        }).collect();
        for isa in Isa::all() {
            let layer = LayerNorm::pack(isa, &scale, &shift, 1e-5);
            check(isa, &layer.run(&mut used_arena(isa), rows(isa, &xs, width).view()), &exact)?;
        }
    }

    #[test]
    fn a_query_takes_values_by_how_well_their_keys_fit(
        (heads, head, queries, before, q, k, v) in (1_usize..=3, 1_usize..=20, 1_usize..=10, 0_usize..=110).prop_flat_map(|(heads, head, queries, before)| {
            let width = heads * head;
            let all = before + queries;
            (Just(heads), Just(head), Just(queries), Just(before), numbers(queries * width), numbers(all * width), numbers(all * width))
        }),
        causal: bool,
        split in 0_usize..=120,
    ) {
        let (width, all) = (heads * head, before + queries);
        let scale = 1.0 / (head as f64).sqrt();
        let exact: Vec<(f64, f64)> = (0..queries * width).map(|i| {
            let (query, h) = (i / width, i % width / head);
            let seen = if causal { before + query + 1 } else { all };
            let score = |at: usize| (h * head..(h + 1) * head).map(|c| f64::from(q[query * width + c]) * f64::from(k[at * width + c])).sum::<f64>() * scale;
            let most = (0..seen).map(score).fold(f64::NEG_INFINITY, f64::max);
            let weights: Vec<f64> = (0..seen).map(|at| (score(at) - most).exp()).collect();
            let sum: f64 = weights.iter().sum();
            let taken = weights.iter().enumerate().map(|(at, w)| w * f64::from(v[at * width + i % width])).sum::<f64>() / sum;
            // Scores of up to 16 √head are off by some roundings, and so, relatively, is what they weigh.
            (taken, ROUNDING * 4.0 * (64.0 * (head as f64).powf(1.5) + all as f64 + 16.0))
        }).collect();
        for isa in Isa::all() {
            let (q, k, v) = (rows(isa, &q, width), rows(isa, &k, width), rows(isa, &v, width));
            let mut memory = KeysValues::new(isa, heads, head, all + split % 7);
            let split = split.min(all);
            memory.append(k.part(0, split), v.part(0, split));
            memory.append(k.part(split, all - split), v.part(split, all - split));
            let attention = Attention { isa, scale: scale as f32, causal };
            check(isa, &attention.run(&mut used_arena(isa), q.view(), &memory), &exact)?;
        }
    }

    #[test]
    fn gelu_is_the_exact_one(xs in prop::collection::vec(-6.0_f32..6.0, 40)) {
        let exact: Vec<(f64, f64)> = xs.iter().map(|x| (gelu(f64::from(*x)), 2e-7 * f64::from(x.abs()).max(1.0))).collect();
        let mut identity = vec![0.0; 1600];
        (0..40).for_each(|i| identity[i * 41] = 1.0);
        for isa in Isa::all() {
            let layer = Linear::pack(isa, Values::Floats(&identity), 40, None, Activation::Gelu);
            check(isa, &layer.run(&mut used_arena(isa), rows(isa, &xs, 40).view(), None), &exact)?;
        }
    }

    #[test]
    fn powers_of_e_are_right_to_two_roundings(xs in prop::collection::vec(-86.0_f32..86.0, 32)) {
        struct Exp<'a>(&'a [f32]);
        impl WithSimd for Exp<'_> {
            type Output = Vec<f32>;
            #[inline(always)]
            fn with_simd<S: Simd>(self, simd: S) -> Vec<f32> {
                let mut powers = vec![0.0; self.0.len()];
                for (x, y) in self.0.chunks(S::F32_LANES).zip(powers.chunks_mut(S::F32_LANES)) {
                    simd.partial_store_f32s(y, math::exp(simd, simd.partial_load_f32s(x)));
                }
                powers
            }
        }
        for isa in Isa::all() {
            for (x, y) in xs.iter().zip(isa.run(Exp(&xs))) {
                let exact = f64::from(*x).exp();
                prop_assert!((f64::from(y) - exact).abs() <= 4.0 * ROUNDING * exact, "{}: e^{x} = {y}", isa.name());
            }
        }
    }
}

#[test]
fn a_table_gives_rows_in_the_order_asked_for() {
    let isa = Isa::best();
    for half in [false, true] {
        let tenth = if half { 0.5 } else { 0.1 };
        let numbers: Vec<f32> = (0..12).map(|i| i as f32 * tenth).collect();
        let table = Table::new(Values::Floats(&numbers), 3);
        let rows = table.rows(isa, &mut used_arena(isa), [3, 0, 3].into_iter());
        let row = |at: usize| (0..3).map(|i| f64::from((at * 3 + i) as f32 * tenth)).collect::<Vec<_>>();
        assert_eq!(values(&rows), [row(3), row(0), row(3)].concat());
    }
}
