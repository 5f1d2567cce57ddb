//! The scheduler's policy from the settings, and what a person is told where it lets nothing run.

use super::settings::{Protection, Settings};
use crate::scheduler::{Care, Policy, Reason};

/// What the person has set, as the scheduler takes it.
pub fn policy(settings: &Settings) -> Policy {
    let care = match settings.pace.protection {
        Protection::Light => Care::Light,
        Protection::Balanced => Care::Balanced,
        Protection::Strong => Care::Strong,
    };
    Policy { min_interval_ms: settings.pace.interval_ms.into(), care, ..Policy::default() }
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
