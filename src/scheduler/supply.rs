//! The battery table: how far apart runs must be on what is left, with hysteresis.

use super::policy::Reason;
use super::signals::{Power, Supply};

/// A row holds from this level down; `None` as an interval is a pause.
struct Row {
    to_level_frac: f32,
    min_interval_ms: Option<u64>,
}

/// Systems warn at 20 and at 10 percent and shut down near nothing; the last twentieth is for calls.
const TABLE: [Row; 5] = [
    Row { to_level_frac: f32::INFINITY, min_interval_ms: Some(0) },
    Row { to_level_frac: 0.50, min_interval_ms: Some(125) },
    Row { to_level_frac: 0.20, min_interval_ms: Some(250) },
    Row { to_level_frac: 0.10, min_interval_ms: Some(500) },
    Row { to_level_frac: 0.05, min_interval_ms: None },
];

/// The row of a battery of which nothing is known, and of a system that does not say whether it saves energy.
const UNKNOWN: usize = 1;
/// The row of a system that saves energy.
const SAVING: usize = 2;
/// A battery must have gained this much to go back by a row; readings jump by a percent or two.
const HYSTERESIS_FRAC: f32 = 0.03;

/// Where a device stands in the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Energy {
    row: usize,
    reason: Option<Reason>,
}

impl Energy {
    /// The next standing, after a reading.
    pub(super) fn after(self, power: &Power) -> Self {
        let (level_row, level_reason) = match power.supply {
            Supply::Charging { .. } => return Self::default(),
            Supply::Battery { level_frac } if (0.0..=1.0).contains(&level_frac) => {
                let now = row_of(level_frac);
                let back = row_of(level_frac - HYSTERESIS_FRAC);
                // Down at once, up only with the gain.
                (now.max(back.min(self.row)), Reason::LowBattery)
            }
            Supply::Unknown | Supply::Battery { .. } => (UNKNOWN, Reason::BatteryUnknown),
        };
        let (mode_row, mode_reason) = match power.low_power_mode {
            Some(false) => (0, Reason::LowPowerMode),
            Some(true) => (SAVING, Reason::LowPowerMode),
            None => (UNKNOWN, Reason::BatteryUnknown),
        };
        let (row, reason) = if level_row >= mode_row { (level_row, level_reason) } else { (mode_row, mode_reason) };
        Self { row, reason: Some(reason) }
    }

    /// The least interval; `None` where inference pauses.
    pub(super) fn min_interval_ms(&self) -> Option<u64> {
        TABLE[self.row].min_interval_ms
    }

    /// What a person is told about it.
    pub(super) fn reason(&self) -> Reason {
        self.reason.unwrap_or(Reason::BatteryUnknown)
    }
}

fn row_of(level_frac: f32) -> usize {
    TABLE.iter().rposition(|row| level_frac <= row.to_level_frac).unwrap_or(0)
}
