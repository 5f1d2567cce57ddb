//! The scheduler's policy from the settings, and what a person is told where it lets nothing run.

use super::settings::{Protection, Settings};
use crate::scheduler::{Care, Policy, Reason};

/// What the person has set, as the scheduler takes it; for work that makes no sense more often than `least_ms`.
pub fn policy(settings: &Settings, least_ms: u64) -> Policy {
    let care = match settings.pace.protection {
        Protection::Light => Care::Light,
        Protection::Balanced => Care::Balanced,
        Protection::Strong => Care::Strong,
    };
    let min_interval_ms = u64::from(settings.pace.interval_ms).max(least_ms);
    Policy { min_interval_ms, care, ..Policy::default() }
}

/// Why nothing runs.
pub fn paused_key(reason: Reason) -> &'static str {
    match reason {
        Reason::Critical => "paused-critical",
        Reason::LowBattery => "paused-battery",
        Reason::Hidden => "paused-hidden",
        _ => "paused-hot",
    }
}
