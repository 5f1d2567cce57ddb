//! What the scheduler remembers of one stream of work.

use super::counts::Counts;
use super::heat::Heat;
use super::signals::Power;
use super::supply::Energy;

/// How much a new latency moves the one that paces.
const LATENCY_WEIGHT: f64 = 0.3;

/// The past of one stream of work. Grows by [`observed`](Self::observed), [`started`](Self::started) and
/// [`finished`](Self::finished), each of which returns the next one.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct History {
    pub(super) heat: Heat,
    pub(super) energy: Energy,
    pub(super) last_start_ms: Option<u64>,
    /// When the input of the newest result was taken.
    pub(super) result_from_ms: Option<u64>,
    pub(super) running: bool,
    pub(super) latency_ms: Option<f64>,
    pub(super) counts: Counts,
}

impl History {
    /// After a reading of heat and energy.
    pub fn observed(self, now_ms: u64, power: &Power) -> Self {
        Self { heat: self.heat.after(now_ms, power), energy: self.energy.after(power), ..self }
    }

    /// After a run began, on an input taken now.
    pub fn started(self, now_ms: u64) -> Self {
        Self { last_start_ms: Some(now_ms), running: true, ..self }
    }

    /// After the run that began last ended with a result. A latency that is no number is left out.
    pub fn finished(self, latency_ms: f64) -> Self {
        let latency_ms = if latency_ms.is_finite() && latency_ms >= 0.0 {
            // A slow run counts in full at once, a fast one bit by bit.
            let before = self.latency_ms.unwrap_or(latency_ms);
            Some(latency_ms.max(before + LATENCY_WEIGHT * (latency_ms - before)))
        } else {
            self.latency_ms
        };
        Self { running: false, latency_ms, result_from_ms: self.last_start_ms, ..self }
    }

    /// After the run that began last ended without a result.
    pub fn failed(self) -> Self {
        Self { running: false, ..self }
    }

    /// How long the result that stands was taken ago, in milliseconds.
    pub fn age_ms(&self, now_ms: u64) -> Option<u64> {
        self.result_from_ms.map(|from_ms| now_ms.saturating_sub(from_ms))
    }

    /// Where the phone stands on the heat ladder: 0 is cool, the ladder's length is paused.
    pub fn rung(&self) -> usize {
        self.heat.number()
    }

    /// How often it ran, and why it did not.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }
}
