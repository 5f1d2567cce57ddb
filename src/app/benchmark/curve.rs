//! A long series in as many points as a screen can show.

/// As many as a narrow phone has room for.
const POINTS: usize = 100;

/// Means over equal stretches of time. When time outgrows it, two stretches become one, so that it is never dear to
/// draw and never forgets the beginning.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    stretch_s: f64,
    /// Sum and number of each stretch.
    sums: Vec<(f64, u32)>,
}

impl Curve {
    /// For a series that is expected to last `total_s`.
    pub fn over(total_s: f64) -> Self {
        Self { stretch_s: (total_s / POINTS as f64).max(1e-3), sums: Vec::new() }
    }

    /// Takes a value in.
    pub fn push(&mut self, at_s: f64, value: f64) {
        if !(at_s >= 0.0 && at_s.is_finite() && value.is_finite()) {
            return;
        }
        while at_s / self.stretch_s >= POINTS as f64 {
            self.halve();
        }
        let at = (at_s / self.stretch_s) as usize;
        if self.sums.len() <= at {
            self.sums.resize(at + 1, (0.0, 0));
        }
        self.sums[at].0 += value;
        self.sums[at].1 += 1;
    }

    fn halve(&mut self) {
        self.stretch_s *= 2.0;
        self.sums = self.sums.chunks(2).map(|pair| pair.iter().fold((0.0, 0), |a, b| (a.0 + b.0, a.1 + b.1))).collect();
    }

    /// Time in the middle of each stretch, and the mean of its values.
    pub fn points(&self) -> Vec<(f64, f64)> {
        let middle = |at: usize| (at as f64 + 0.5) * self.stretch_s;
        let stretches = self.sums.iter().enumerate().filter(|(_, (_, n))| *n > 0);
        stretches.map(|(at, (sum, n))| (middle(at), sum / f64::from(*n))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_stretch_is_the_mean_of_its_values() {
        let mut curve = Curve::over(100.0);
        for (at_s, value) in [(0.1, 1.0), (0.9, 3.0), (2.5, 7.0), (-1.0, 9.0), (3.0, f64::NAN)] {
            curve.push(at_s, value);
        }
        assert_eq!(curve.points(), [(0.5, 2.0), (2.5, 7.0)]);
        curve.push(150.0, 5.0);
        assert_eq!(curve.points(), [(1.0, 2.0), (3.0, 7.0), (151.0, 5.0)]);
    }

    proptest! {
        /// However long it gets, it stays small, in order, and between the least and the largest value.
        #[test]
        fn it_stays_small(values in proptest::collection::vec((0.0f64..1e4, 1.0f64..9.0), 1..300), total_s in 0.0f64..60.0) {
            let mut curve = Curve::over(total_s);
            values.iter().for_each(|(at_s, value)| curve.push(*at_s, *value));
            let points = curve.points();
            prop_assert!(!points.is_empty() && points.len() <= POINTS);
            prop_assert!(points.windows(2).all(|pair| pair[0].0 < pair[1].0));
            prop_assert!(points.iter().all(|(_, value)| (1.0..9.0).contains(value)));
        }
    }
}
