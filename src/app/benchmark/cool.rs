//! How long a device rests between two measurements.

use crate::profile::measurement::{Reading, Status};

/// Always, so that clocks and caches settle.
const REST_S: f64 = 10.0;
/// Where nothing tells heat: a die cools with a time constant of some 8 s (the scheduler's model of a phone).
const BLIND_S: f64 = 20.0;
/// No longer, however warm it is: a skin takes nine minutes to cool, and nobody waits for that unasked.
const MOST_S: f64 = 180.0;
/// As cool as at the beginning is within 1.5 °C.
const NEAR_FRAC: f32 = 0.05;

/// Why a device rests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Between two models, always.
    Rest,
    /// It is warmer than it was at the beginning.
    Warm,
    /// Nothing tells how warm it is.
    Blind,
}

/// Whether to wait on: for how long at most, and why; `None` when it is enough. `first` was read at the very beginning.
pub fn wait(waited_s: f64, now: &Reading, first: &Reading) -> Option<(f64, Why)> {
    let until = |most_s: f64, why| (waited_s < most_s).then_some((most_s - waited_s, why));
    if !now.knows_heat() {
        return until(BLIND_S, Why::Blind);
    }
    let rest = until(REST_S, Why::Rest);
    if is_as_cool(now, first) { rest } else { until(MOST_S, Why::Warm) }
}

fn is_as_cool(now: &Reading, first: &Reading) -> bool {
    let status = now.status <= first.status.or(Some(Status::Cool));
    let headroom = match (now.headroom_frac, first.headroom_frac) {
        (Some(now), Some(first)) => now <= first + NEAR_FRAC,
        _ => true,
    };
    status && headroom
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensors::power::Power;

    fn reading(status: Option<Status>, headroom_frac: Option<f32>) -> Reading {
        Reading { status, headroom_frac, ..Reading::of(0.0, &Power::UNKNOWN) }
    }

    #[test]
    fn it_rests_a_little_always_longer_when_warm_and_a_fixed_time_when_blind() {
        let blind = reading(None, None);
        let cool = reading(Some(Status::Cool), Some(0.3));
        let (warmer, near) = (reading(Some(Status::Cool), Some(0.5)), reading(Some(Status::Cool), Some(0.34)));
        let hot = reading(Some(Status::Hot), None);
        for (now, first, waited_s, want) in [
            (&blind, &blind, 0.0, Some((20.0, Why::Blind))),
            (&blind, &blind, 20.0, None),
            (&cool, &cool, 4.0, Some((6.0, Why::Rest))),
            (&near, &cool, 10.0, None),
            (&warmer, &cool, 11.0, Some((169.0, Why::Warm))),
            (&warmer, &cool, 180.0, None),
            (&hot, &cool, 100.0, Some((80.0, Why::Warm))),
            (&hot, &hot, 100.0, None),
            // It was unknown at first: cool is what it must be.
            (&hot, &blind, 100.0, Some((80.0, Why::Warm))),
        ] {
            assert_eq!(wait(waited_s, now, first), want, "{now:?} after {waited_s} s");
        }
    }
}
