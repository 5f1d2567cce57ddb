//! What a series of measurements comes down to.

use serde::{Deserialize, Serialize};

/// Mean, spread and percentiles of a series.
///
/// Percentiles interpolate linearly between the two closest ranks, as NumPy's `percentile` does by default
/// (type 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996): of 100 runs, p99 lies
/// between the second-largest and the largest. `sd` is the sample's standard deviation (divided by n - 1).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Number of measurements.
    pub n: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation; 0 for a single measurement.
    pub sd: f64,
    /// The least.
    pub min: f64,
    /// The median.
    pub p50: f64,
    /// Nine of ten lie below.
    pub p90: f64,
    /// Ninety-nine of a hundred lie below.
    pub p99: f64,
    /// The largest.
    pub max: f64,
}

impl Summary {
    /// Summarises `values`, in the unit they have; `None` of nothing.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (&min, &max) = (sorted.first()?, sorted.last()?);
        let n = sorted.len();
        let mean = sorted.iter().sum::<f64>() / n as f64;
        let squares = sorted.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
        let sd = (squares / (n.max(2) - 1) as f64).sqrt();
        let at = |p| percentile(&sorted, p);
        Some(Self { n, mean, sd, min, p50: at(0.5), p90: at(0.9), p99: at(0.99), max })
    }
}

/// The value below which the share `p` of `sorted` lies. `sorted` is not empty.
fn percentile(sorted: &[f64], p: f64) -> f64 {
    let rank = p * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[rank.floor() as usize], sorted[rank.ceil() as usize]);
    low + (high - low) * rank.fract()
}

#[cfg(test)]
mod tests {
    use super::Summary;
    use proptest::prelude::*;

    #[test]
    fn percentiles_are_those_of_numpy() {
        // numpy: np.percentile([15, 20, 35, 40, 50], [50, 90, 99]), np.std(…, ddof=1)
        let s = Summary::of(&[35.0, 20.0, 15.0, 50.0, 40.0]).unwrap();
        assert_eq!((s.n, s.min, s.p50, s.max, s.mean), (5, 15.0, 35.0, 50.0, 32.0));
        assert!((s.p90 - 46.0).abs() < 1e-9 && (s.p99 - 49.6).abs() < 1e-9, "{s:?}");
        assert!((s.sd - 14.404_860_290_887_933).abs() < 1e-9, "{s:?}");
    }

    #[test]
    fn one_measurement_has_no_spread_and_none_has_no_summary() {
        let s = Summary::of(&[3.0]).unwrap();
        assert_eq!((s.sd, s.min, s.p50, s.p99), (0.0, 3.0, 3.0, 3.0));
        assert_eq!(Summary::of(&[]), None);
    }

    proptest! {
        #[test]
        fn a_summary_is_in_order(values in proptest::collection::vec(0.0f64..1e6, 1..200)) {
            let s = Summary::of(&values).unwrap();
            prop_assert!(s.min <= s.p50 && s.p50 <= s.p90 && s.p90 <= s.p99 && s.p99 <= s.max);
            prop_assert!(s.min <= s.mean + 1e-6 && s.mean <= s.max + 1e-6 && s.sd >= 0.0);
        }
    }
}
