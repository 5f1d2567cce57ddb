//! The ways of pacing that are compared.

use super::hour::{Setup, run};
use super::phone::LIMIT_SKIN_C;
use crate::scheduler::Policy;

/// When the next run may start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pacer {
    /// As soon as the run before is over.
    FlatOut,
    /// Never closer than this.
    Constant { interval_ms: u64 },
    /// As the app does.
    Adaptive(Policy),
}

/// The constant interval that gives the most useful results: the shortest from `least_ms` on at which the skin stays
/// under [`LIMIT_SKIN_C`], in ms. `None` if there is none under a minute.
pub fn best_constant(setup: &Setup, least_ms: u64) -> Option<u64> {
    let cool = |interval_ms| run(setup, Pacer::Constant { interval_ms }).peak_skin_c < LIMIT_SKIN_C;
    if cool(least_ms) {
        return Some(least_ms);
    }
    let mut cool_ms = 2 * least_ms.max(1);
    while !cool(cool_ms) {
        if cool_ms > 60_000 {
            return None;
        }
        cool_ms *= 2;
    }
    let mut hot_ms = (cool_ms / 2).max(least_ms);
    // To one percent: nearer than that the phone is not known.
    while cool_ms - hot_ms > cool_ms / 100 + 1 {
        let middle_ms = (hot_ms + cool_ms) / 2;
        if cool(middle_ms) { cool_ms = middle_ms } else { hot_ms = middle_ms }
    }
    Some(cool_ms)
}
