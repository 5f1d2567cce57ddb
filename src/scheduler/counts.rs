//! How often inference ran, and why it did not.

use super::decide::Verdict;
use super::policy::Reason;

/// Runs, and skipped turns by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    runs: u64,
    skips: [u64; Reason::ALL.len()],
}

impl Counts {
    /// After a turn with this verdict.
    pub(super) fn after(mut self, verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Run(_) => self.runs += 1,
            Verdict::Reuse(reason) | Verdict::Pause(reason) => self.skips[*reason as usize] += 1,
        }
        self
    }

    /// How often inference ran.
    pub fn runs(&self) -> u64 {
        self.runs
    }

    /// How many turns were skipped for this reason.
    pub fn skips(&self, reason: Reason) -> u64 {
        self.skips[reason as usize]
    }

    /// The turns skipped, with their reasons; reasons that never applied are left out.
    pub fn by_reason(&self) -> impl Iterator<Item = (Reason, u64)> + '_ {
        Reason::ALL.into_iter().map(|reason| (reason, self.skips(reason))).filter(|(_, count)| *count > 0)
    }
}
