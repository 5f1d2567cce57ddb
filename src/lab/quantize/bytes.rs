//! From floats to bytes with scales and back: symmetric, round to nearest.
//!
//! `w ≈ s v`, `v` from -127 to 127, `s` the largest size of a row divided by 127, one for each output or one for all
//! (Krishnamoorthi 2018, <https://arxiv.org/abs/1806.08342>, sections 2.2 and 3). It is the rounding with which the kernels
//! make bytes of floats when a model is loaded, so that an answer is the same bit for bit wherever they were made.

/// The largest size of a byte.
const MOST: f32 = 127.0;

/// Rows of bytes, and what they stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct Bytes {
    /// From -127 to 127.
    pub codes: Vec<i8>,
    /// For each row, or one for all; above 0.
    pub scales: Vec<f32>,
}

impl Bytes {
    /// The bytes nearest to `values`, which are so many rows.
    pub fn of(values: &[f32], rows: usize, per_tensor: bool) -> Self {
        let row = if per_tensor { values.len() } else { values.len() / rows.max(1) }.max(1);
        let mut bytes = Self { codes: Vec::with_capacity(values.len()), scales: Vec::new() };
        for row in values.chunks(row) {
            let most = row.iter().fold(0.0, |most: f32, w| most.max(w.abs()));
            let rate = MOST / most;
            // Of zeros, or of numbers so small that nothing is lost with them.
            let (scale, rate) = if rate.is_finite() { (most / MOST, rate) } else { (1.0, 0.0) };
            bytes.scales.push(scale);
            bytes.codes.extend(row.iter().map(|w| (w * rate).round_ties_even() as i8));
        }
        bytes
    }

    /// What they stand for.
    pub fn to_floats(&self) -> Vec<f32> {
        let row = (self.codes.len() / self.scales.len().max(1)).max(1);
        let rows = self.codes.chunks(row).zip(&self.scales);
        rows.flat_map(|(row, scale)| row.iter().map(move |code| f32::from(*code) * scale)).collect()
    }
}

/// Signal to noise of `got` instead of `wanted`, in decibels: `10 log10(Σ w² / Σ (w - g)²)`. `None` where nothing differs.
pub fn snr_db(wanted: &[f32], got: &[f32]) -> Option<f64> {
    let square = |x: f64| x * x;
    let signal: f64 = wanted.iter().map(|w| square((*w).into())).sum();
    let noise: f64 = wanted.iter().zip(got).map(|(w, g)| square(f64::from(*w) - f64::from(*g))).sum();
    (noise > 0.0).then(|| 10.0 * (signal / noise).log10())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows() -> impl Strategy<Value = (Vec<f32>, usize)> {
        (1usize..6, 1usize..20, -30i32..30).prop_flat_map(|(rows, width, exponent)| {
            let size = 2f32.powi(exponent);
            (proptest::collection::vec(-size..=size, rows * width), Just(rows))
        })
    }

    proptest! {
        #[test]
        fn there_and_back_is_within_half_a_step((values, rows) in rows(), per_tensor: bool) {
            let bytes = Bytes::of(&values, rows, per_tensor);
            prop_assert_eq!(bytes.scales.len(), if per_tensor { 1 } else { rows });
            let width = values.len() / bytes.scales.len();
            for (i, (value, back)) in values.iter().zip(bytes.to_floats()).enumerate() {
                let step = bytes.scales[i / width];
                // A little more than half: the scale itself was rounded.
                prop_assert!((value - back).abs() <= step * 0.500_02, "{} {} {}", value, back, step);
            }
            prop_assert!(bytes.codes.iter().all(|code| *code > i8::MIN));
        }

        #[test]
        fn bytes_of_what_bytes_stand_for_are_the_same((values, rows) in rows()) {
            let bytes = Bytes::of(&values, rows, false);
            prop_assert_eq!(Bytes::of(&bytes.to_floats(), rows, false).codes, bytes.codes);
        }

        #[test]
        fn a_power_of_two_changes_the_scales_alone((values, rows) in rows(), exponent in -8i32..8) {
            let factor = 2f32.powi(exponent);
            let scaled: Vec<f32> = values.iter().map(|v| v * factor).collect();
            let (bytes, of_scaled) = (Bytes::of(&values, rows, false), Bytes::of(&scaled, rows, false));
            prop_assert_eq!(&of_scaled.codes, &bytes.codes);
            let zero = |row: usize| bytes.codes[row * values.len() / rows..][..values.len() / rows].iter().all(|c| *c == 0);
            for (row, (a, b)) in bytes.scales.iter().zip(&of_scaled.scales).enumerate() {
                prop_assert!(zero(row) || *b == a * factor, "{} {}", a, b);
            }
        }

        #[test]
        fn a_scale_for_each_row_is_never_further_off((values, rows) in rows()) {
            // As far as it can be held to it: each number is within half a step, and no step is larger.
            let (fine, coarse) = (Bytes::of(&values, rows, false), Bytes::of(&values, rows, true));
            let largest = coarse.scales[0];
            let zeros = values.iter().all(|v| *v == 0.0);
            prop_assert!(zeros || fine.scales.iter().all(|s| *s <= largest || *s == 1.0));
        }
    }

    #[test]
    fn zeros_and_the_smallest_numbers_have_a_scale() {
        for value in [0.0, -0.0, f32::MIN_POSITIVE, f32::from_bits(1)] {
            let bytes = Bytes::of(&[value; 3], 1, false);
            assert!(bytes.scales[0] > 0.0 && bytes.scales[0].is_finite(), "{value:e}: {bytes:?}");
            assert!((bytes.to_floats()[0] - value).abs() <= bytes.scales[0] / 2.0);
        }
        assert_eq!(Bytes::of(&[f32::MAX, -f32::MAX], 1, false).codes, [127, -127]);
    }

    #[test]
    fn the_ratio_is_in_decibels() {
        assert_eq!(snr_db(&[1.0, 0.0], &[1.0, 0.0]), None);
        assert!((snr_db(&[1.0, 0.0], &[1.0, 0.1]).unwrap() - 20.0).abs() < 1e-5);
    }
}
