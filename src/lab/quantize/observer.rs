//! Which range stands for all the numbers that a layer was seen to take.
//!
//! What was seen is kept as a [`Histogram`]; an [`Observer`] makes a range of it. A wide range loses nothing at its ends
//! and has a coarse step, a narrow one the other way round. Zero always lies inside, so that it has a code of its own
//! (Jacob et al. 2018, <https://arxiv.org/abs/1712.05877>, section 2.1).

use crate::model_dir::Range;

/// Places of a histogram: eight for each code of a byte, as fine as TensorRT's calibrator counts.
const BINS: usize = 2048;
/// Codes of an input.
const LEVELS: usize = 256;
/// Of the numbers, how many the percentile keeps inside: Wu et al. 2020 (<https://arxiv.org/abs/2004.09602>), section 5.2.
const INSIDE: f64 = 0.9999;
/// Ends that are tried on either side of zero.
const ENDS: usize = 128;

/// How a range is made of what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observer {
    /// From the least to the most.
    MinMax,
    /// All but one of ten thousand numbers, half of these at either end.
    Percentile,
    /// The range whose codes tell most of what the numbers told: the least Kullback-Leibler divergence. Migacz, "8-bit
    /// inference with TensorRT" (GTC 2017), with two ends instead of one.
    Entropy,
    /// The range with the least mean squared error, of rounding inside and of clipping outside.
    Mse,
}

impl Observer {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::MinMax, Self::Percentile, Self::Entropy, Self::Mse];

    /// The range for what `seen` holds.
    pub fn range(self, seen: &Histogram) -> Range {
        let all = seen.whole();
        let (first, last) = match self {
            Self::MinMax => all,
            Self::Percentile => seen.inside(INSIDE),
            Self::Entropy => seen.best(|first, last| seen.divergence(first, last)),
            Self::Mse => seen.best(|first, last| seen.squared_error(first, last)),
        };
        seen.range_of(first, last)
    }
}

impl std::fmt::Display for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Self::MinMax => "min-max",
            Self::Percentile => "percentile",
            Self::Entropy => "entropy",
            Self::Mse => "mse",
        })
    }
}

/// The least and the most of some numbers, zero among them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Extent {
    /// At most 0.
    pub least: f32,
    /// At least 0.
    pub most: f32,
}

impl Extent {
    /// With `values` as well.
    pub fn see(&mut self, values: &[f32]) {
        for value in values {
            self.least = self.least.min(*value);
            self.most = self.most.max(*value);
        }
    }
}

/// How often numbers lay where.
#[derive(Debug, Clone)]
pub struct Histogram {
    extent: Extent,
    counts: Vec<u64>,
}

impl Histogram {
    /// Of nothing yet; all that is going to be seen lies in `extent`.
    pub fn new(extent: Extent) -> Self {
        // Where a layer only ever saw zero, any range is right.
        let extent = if extent.least < extent.most { extent } else { Extent { least: 0.0, most: 1.0 } };
        Self { extent, counts: vec![0; BINS] }
    }

    /// The width of a place.
    fn step(&self) -> f64 {
        (f64::from(self.extent.most) - f64::from(self.extent.least)) / BINS as f64
    }

    /// Counts `values`, but for zeros: they have a code of their own in every range, and half of what a ReLU lets through
    /// would tell nothing else.
    pub fn see(&mut self, values: &[f32]) {
        let (least, rate) = (f64::from(self.extent.least), 1.0 / self.step());
        for value in values.iter().filter(|value| **value != 0.0) {
            let bin = ((f64::from(*value) - least) * rate) as usize;
            self.counts[bin.min(BINS - 1)] += 1;
        }
    }

    fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The place in which zero lies.
    fn zero(&self) -> usize {
        ((-f64::from(self.extent.least) / self.step()) as usize).min(BINS - 1)
    }

    /// The first and the last place.
    fn whole(&self) -> (usize, usize) {
        (0, BINS - 1)
    }

    /// The range from the begin of the place `first` to the end of `last`.
    fn range_of(&self, first: usize, last: usize) -> Range {
        let least = f64::from(self.extent.least);
        let at = |place: usize| (least + place as f64 * self.step()) as f32;
        let range = Range {
            least: if first == 0 { self.extent.least } else { at(first).min(0.0) },
            most: if last == BINS - 1 { self.extent.most } else { at(last + 1).max(0.0) },
        };
        debug_assert!(range.least < range.most);
        range
    }

    /// The places between which the share `inside` of the numbers lies, as many outside on either side; zero among them.
    fn inside(&self, inside: f64) -> (usize, usize) {
        let outside = (1.0 - inside) / 2.0 * self.total() as f64;
        let first = self.passed(0..BINS, outside).unwrap_or(0);
        let last = self.passed((0..BINS).rev(), outside).unwrap_or(BINS - 1);
        (first.min(self.zero()), last.max(self.zero()))
    }

    /// The first of `places` up to which more than `outside` numbers lie.
    fn passed(&self, mut places: impl Iterator<Item = usize>, outside: f64) -> Option<usize> {
        let mut passed = 0;
        places.find(|place| {
            passed += self.counts[*place];
            passed as f64 > outside
        })
    }

    /// The places with the least `loss`, among ranges that hold zero: the upper end first, then the lower.
    fn best(&self, loss: impl Fn(usize, usize) -> f64) -> (usize, usize) {
        let zero = self.zero();
        let between = |from: usize, to: usize| (0..=ENDS).map(move |i| from + (to - from) * i / ENDS);
        let least = |ends: &mut dyn Iterator<Item = (usize, usize)>| {
            ends.min_by(|a, b| loss(a.0, a.1).total_cmp(&loss(b.0, b.1))).expect("there are ends")
        };
        // From the outside in, so that of equals the widest is taken.
        let (_, last) = least(&mut between(zero, BINS - 1).rev().map(|last| (0, last)));
        least(&mut between(0, zero).map(|first| (first, last)))
    }

    /// The sum of what the codes of a range are off, squared: evenly spread within a step inside, to the nearest end
    /// outside.
    fn squared_error(&self, first: usize, last: usize) -> f64 {
        let range = self.range_of(first, last);
        let (least, most) = (f64::from(range.least), f64::from(range.most));
        let rounding = ((most - least) / (LEVELS - 1) as f64).powi(2) / 12.0;
        let start = f64::from(self.extent.least) + self.step() / 2.0;
        let seen = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        seen.map(|(place, count)| {
            let value = start + place as f64 * self.step();
            let clipped = (least - value).max(value - most).max(0.0);
            *count as f64 * if clipped > 0.0 { clipped * clipped } else { rounding }
        })
        .sum()
    }

    /// The Kullback-Leibler divergence of what the codes of a range tell from what the numbers told: of `P`, the places
    /// inside with all that is outside at the ends, from `Q`, in which the places of a code share what the code counted,
    /// of those inside alone, as far as there was something. With fewer places than codes nothing would be shared, and a
    /// single one would tell all.
    fn divergence(&self, first: usize, last: usize) -> f64 {
        let inside = &self.counts[first..=last];
        if inside.len() < LEVELS {
            return f64::INFINITY;
        }
        let mut p: Vec<f64> = inside.iter().map(|count| *count as f64).collect();
        p[0] += self.counts[..first].iter().sum::<u64>() as f64;
        p[last - first] += self.counts[last + 1..].iter().sum::<u64>() as f64;
        let (all, total) = (p.iter().sum::<f64>(), inside.iter().sum::<u64>() as f64);
        if all == 0.0 || total == 0.0 {
            return if all == 0.0 { 0.0 } else { f64::INFINITY };
        }
        let mut divergence = 0.0;
        for level in 0..LEVELS {
            let places = level * inside.len() / LEVELS..(level + 1) * inside.len() / LEVELS;
            let counted: u64 = inside[places.clone()].iter().sum();
            let taken = inside[places.clone()].iter().filter(|count| **count > 0).count();
            let q = counted as f64 / taken.max(1) as f64 / total;
            for (p, count) in p[places.clone()].iter().zip(&inside[places]) {
                // Where nothing was inside and something outside was put, Q is as good as nothing.
                let q = if *count > 0 { q } else { f64::MIN_POSITIVE };
                let p = p / all;
                divergence += if p > 0.0 { p * (p / q).ln() } else { 0.0 };
            }
        }
        divergence
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn histogram(values: &[f32]) -> Histogram {
        let mut extent = Extent::default();
        extent.see(values);
        let mut histogram = Histogram::new(extent);
        histogram.see(values);
        histogram
    }

    /// Mostly small numbers and a few large ones, on both sides of zero or on one.
    fn values() -> impl Strategy<Value = Vec<f32>> {
        let small = proptest::collection::vec(-1f32..1.0, 1..400);
        let large = proptest::collection::vec(-50f32..50.0, 0..6);
        (small, large, any::<bool>()).prop_map(|(mut values, large, positive)| {
            values.extend(large);
            if positive { values.iter().map(|v| v.abs()).collect() } else { values }
        })
    }

    proptest! {
        #[test]
        fn every_range_holds_zero_and_lies_within_what_was_seen(values in values()) {
            let seen = histogram(&values);
            let whole = Observer::MinMax.range(&seen);
            prop_assert!(values.iter().all(|v| (whole.least..=whole.most).contains(v)), "min-max covers all");
            for observer in Observer::ALL {
                let Range { least, most } = observer.range(&seen);
                prop_assert!(least <= 0.0 && most >= 0.0 && least < most, "{observer}: {least} {most}");
                prop_assert!(least >= whole.least && most <= whole.most, "{observer}: {least} {most}");
            }
        }

        #[test]
        fn by_its_own_measure_none_is_worse_than_min_max(values in values()) {
            let seen = histogram(&values);
            let (first, last) = seen.whole();
            let best = seen.best(|first, last| seen.squared_error(first, last));
            prop_assert!(seen.squared_error(best.0, best.1) <= seen.squared_error(first, last));
            let best = seen.best(|first, last| seen.divergence(first, last));
            prop_assert!(seen.divergence(best.0, best.1) <= seen.divergence(first, last));
        }

        #[test]
        fn numbers_twice_as_large_have_ranges_twice_as_wide(values in values(), exponent in -20i32..20) {
            let factor = 2f32.powi(exponent);
            let scaled: Vec<f32> = values.iter().map(|v| v * factor).collect();
            let (seen, of_scaled) = (histogram(&values), histogram(&scaled));
            for observer in Observer::ALL {
                let (range, of_scaled) = (observer.range(&seen), observer.range(&of_scaled));
                let near = |a: f32, b: f32| (a * factor - b).abs() <= 1e-5 * factor * (range.most - range.least);
                prop_assert!(near(range.least, of_scaled.least) && near(range.most, of_scaled.most), "{observer}");
            }
        }

        #[test]
        fn more_of_the_same_changes_nothing(values in values()) {
            let once = histogram(&values);
            let mut thrice = once.clone();
            (0..2).for_each(|_| thrice.see(&values));
            for observer in [Observer::MinMax, Observer::Percentile, Observer::Mse] {
                prop_assert_eq!(observer.range(&once), observer.range(&thrice));
            }
        }
    }

    #[test]
    fn one_of_a_hundred_thousand_is_left_out_by_all_but_min_max() {
        let mut values: Vec<f32> = (0..100_000).map(|i| (i as f32 / 100_000.0).powi(2)).collect();
        values.push(8.0);
        let seen = histogram(&values);
        assert_eq!(Observer::MinMax.range(&seen), Range { least: 0.0, most: 8.0 });
        for observer in [Observer::Percentile, Observer::Entropy] {
            let range = observer.range(&seen);
            assert!(range.most < 4.0, "{observer}: {range:?}");
        }
        // What it is off, squared, is as much as all others are off.
        assert!(Observer::Mse.range(&seen).most > 6.0);
    }

    /// What a ReLU lets through: most near zero, ever fewer above, and as many zeros.
    #[test]
    fn what_passes_a_relu_keeps_its_range() {
        let mut values: Vec<f32> = (1..20_000).map(|i| -(i as f32 / 20_000.0).ln()).collect();
        values.extend([0.0; 20_000]);
        let seen = histogram(&values);
        for observer in Observer::ALL {
            let range = observer.range(&seen);
            assert!(range.least == 0.0 && range.most > 5.0, "{observer}: {range:?}");
        }
    }

    #[test]
    fn of_zeros_any_range_will_do() {
        for observer in Observer::ALL {
            let range = observer.range(&histogram(&[0.0; 9]));
            assert!(range.least == 0.0 && range.most > 0.0, "{observer}: {range:?}");
        }
    }
}
