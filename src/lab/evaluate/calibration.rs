//! Whether a model that says 90 % is right nine times of ten.

/// Bins of confidence; those of Guo et al.
const BINS: usize = 15;

/// The expected calibration error: over 15 equally wide bins of confidence, how far the share of right answers lies from
/// the mean confidence, weighted by the answers in the bin. 0 to 1; `None` of no answers.
///
/// Guo et al., "On Calibration of Modern Neural Networks", equation 3 (<https://arxiv.org/abs/1706.04599>). In go the
/// confidence in each answer, 0 to 1, and whether it was right; bin `m` holds what lies in `((m − 1)/15, m/15]`.
pub fn calibration_error(answers: &[(f32, bool)]) -> Option<f64> {
    /// Sums over the answers of a bin.
    #[derive(Clone, Copy, Default)]
    struct Bin {
        confidence: f64,
        right: f64,
    }
    let mut bins = [Bin::default(); BINS];
    for &(confidence, right) in answers {
        let at = (f64::from(confidence) * BINS as f64).ceil() as usize;
        let bin = &mut bins[at.clamp(1, BINS) - 1];
        bin.confidence += f64::from(confidence);
        bin.right += f64::from(u8::from(right));
    }
    // |B|/n · |right/|B| − confidence/|B||: the size of the bin cancels out.
    let gaps: f64 = bins.iter().map(|bin| (bin.right - bin.confidence).abs()).sum();
    (!answers.is_empty()).then(|| gaps / answers.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(answers: &[(f32, bool)], want: f64) {
        let got = calibration_error(answers).unwrap();
        assert!((got - want).abs() < 1e-6, "{answers:?}: {got}, {want}");
    }

    #[test]
    fn it_is_what_the_definition_says() {
        assert_eq!(calibration_error(&[]), None);
        close(&[(1.0, true)], 0.0);
        close(&[(1.0, false)], 1.0);
        close(&[(0.75, true), (0.75, true), (0.75, true), (0.75, false)], 0.0);
        // Two bins: 0.9 twice right (off by 0.1), 0.6 once of two (off by 0.1).
        close(&[(0.9, true), (0.9, true), (0.6, true), (0.6, false)], 0.1);
        // In different bins, opposite errors do not cancel out.
        close(&[(0.95, false), (0.55, true)], (0.95 + 0.45) / 2.0);
    }

    proptest! {
        #[test]
        fn it_lies_between_the_overall_gap_and_one(
            answers in proptest::collection::vec((0.0f32..=1.0, any::<bool>()), 1..200)
        ) {
            let error = calibration_error(&answers).unwrap();
            let n = answers.len() as f64;
            let overall: f64 = answers.iter().map(|(c, right)| f64::from(u8::from(*right)) - f64::from(*c)).sum();
            prop_assert!(error >= overall.abs() / n - 1e-9 && error <= 1.0 + 1e-9);
        }
    }
}
