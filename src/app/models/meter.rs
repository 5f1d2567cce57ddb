//! How fast a fetch is and how long it will take. Pure: the time is an argument.

use std::time::Duration;

/// A reading this old has lost most of its weight.
const MEMORY_S: f64 = 4.0;
/// No time is told before this much was measured: the first guess would be wild.
const SETTLED_S: f64 = 1.0;
/// Screens are told no more often than this.
const EVERY: Duration = Duration::from_millis(200);

/// How far a fetch is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reading {
    /// Bytes that are here, of this run and of earlier ones.
    pub done_bytes: u64,
    /// All of them, where that is known.
    pub total_bytes: Option<u64>,
    /// Bytes per second, once some were measured.
    pub rate_bytes_per_s: Option<f64>,
    /// Seconds that are left at this rate.
    pub left_s: Option<f64>,
}

impl Reading {
    /// The share that is here, 0 to 1.
    pub fn share(&self) -> Option<f64> {
        self.total_bytes.filter(|t| *t > 0).map(|t| (self.done_bytes as f64 / t as f64).clamp(0.0, 1.0))
    }
}

/// Turns byte counts into readings.
#[derive(Debug, Default)]
pub struct Meter {
    first: Option<Duration>,
    last: Option<(Duration, u64)>,
    rate: Option<f64>,
}

impl Meter {
    /// `done` bytes of `total` are here at `now`, which never runs backwards. `None`: too soon to say anything new.
    pub fn sample(&mut self, now: Duration, done: u64, total: Option<u64>) -> Option<Reading> {
        let first = *self.first.get_or_insert(now);
        let finished = total == Some(done);
        if let Some((before, bytes)) = self.last {
            let step = now.saturating_sub(before);
            if step < EVERY && !finished {
                return None;
            }
            // Fewer bytes than before: the server gave the whole anew. That says nothing about the rate.
            if step > Duration::ZERO && done >= bytes {
                let rate = (done - bytes) as f64 / step.as_secs_f64();
                let weight = 1.0 - (-step.as_secs_f64() / MEMORY_S).exp();
                self.rate = Some(self.rate.map_or(rate, |old| old + weight * (rate - old)));
            }
        }
        self.last = Some((now, done));
        let settled = now.saturating_sub(first).as_secs_f64() >= SETTLED_S;
        let rate = self.rate.filter(|r| settled && *r > 0.0);
        let left_s = total.and_then(|t| rate.map(|r| t.saturating_sub(done) as f64 / r));
        Some(Reading { done_bytes: done, total_bytes: total, rate_bytes_per_s: rate, left_s })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_steady_fetch_is_told_its_rate_and_time() {
        let mut meter = Meter::default();
        let at = |s: f64| Duration::from_secs_f64(s);
        let first = meter.sample(at(5.0), 50_000_000, Some(100_000_000)).unwrap();
        assert_eq!(
            (first.rate_bytes_per_s, first.share()),
            (None, Some(0.5)),
            "what an earlier run fetched is no rate"
        );
        assert_eq!(meter.sample(at(5.1), 50_100_000, Some(100_000_000)), None, "too soon");
        let mut last = first;
        for step in 1..=20 {
            last = meter
                .sample(at(5.0 + f64::from(step)), 50_000_000 + step as u64 * 1_000_000, Some(100_000_000))
                .unwrap();
        }
        assert!((last.rate_bytes_per_s.unwrap() - 1e6).abs() < 1.0, "{last:?}");
        assert!((last.left_s.unwrap() - 30.0).abs() < 0.01, "{last:?}");
    }

    #[test]
    fn one_that_stalls_slows_down_and_tells_no_end() {
        let mut meter = Meter::default();
        meter.sample(Duration::ZERO, 0, Some(1000));
        let fast = meter.sample(Duration::from_secs(1), 500, Some(1000)).unwrap().rate_bytes_per_s.unwrap();
        let slow = meter.sample(Duration::from_secs(9), 500, Some(1000)).unwrap().rate_bytes_per_s.unwrap();
        assert!(slow < fast / 5.0, "{slow} of {fast}");
    }

    proptest! {
        /// Whatever comes in, no reading is absurd.
        #[test]
        fn readings_are_finite(steps in prop::collection::vec((0u64..100_000, 0u64..u64::MAX / 2), 1..40), total in prop::option::of(0u64..u64::MAX / 2)) {
            let mut meter = Meter::default();
            let mut now = 0;
            for (ms, done) in steps {
                now += ms;
                if let Some(reading) = meter.sample(Duration::from_millis(now), done, total) {
                    prop_assert!(reading.rate_bytes_per_s.is_none_or(|r| r.is_finite() && r > 0.0));
                    prop_assert!(reading.left_s.is_none_or(|s| s.is_finite() && s >= 0.0));
                    prop_assert!(reading.share().is_none_or(|s| (0.0..=1.0).contains(&s)));
                }
            }
        }
    }
}
