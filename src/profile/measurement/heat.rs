//! Heat and energy during a measurement, as they are kept in its record.

use crate::scheduler::{Power, Supply, ThermalStatus};
use serde::{Deserialize, Serialize};

/// How hot the system says the device is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Cool.
    Cool,
    /// Warm; nothing is slowed.
    Warm,
    /// The system slows itself.
    Hot,
    /// The system slows itself a great deal, or is about to shut down.
    VeryHot,
}

impl From<ThermalStatus> for Status {
    fn from(status: ThermalStatus) -> Self {
        match status {
            ThermalStatus::None => Self::Cool,
            ThermalStatus::Light => Self::Warm,
            ThermalStatus::Moderate => Self::Hot,
            ThermalStatus::Severe | ThermalStatus::Critical => Self::VeryHot,
        }
    }
}

/// Where the energy came from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Energy {
    /// Nothing says so.
    Unknown,
    /// No battery, or one that is being charged.
    Plugged,
    /// A battery that is being emptied.
    Battery {
        /// Its level, 0 to 1.
        level_frac: f32,
    },
}

/// What the device told at one time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// From the beginning of the measurement.
    pub at_s: f64,
    /// The system's own word.
    pub status: Option<Status>,
    /// How near severe throttling is: 1 is there, 0 is 30 °C below.
    pub headroom_frac: Option<f32>,
    /// Where the energy came from.
    pub energy: Energy,
    /// Whether the system saved energy.
    pub low_power_mode: Option<bool>,
}

impl Reading {
    /// What `power` says, so long after the beginning.
    pub fn of(at_s: f64, power: &Power) -> Self {
        Self {
            at_s,
            status: power.thermal_status.map(Status::from),
            headroom_frac: power.headroom_frac.filter(|h| h.is_finite()),
            energy: match power.supply {
                Supply::Unknown => Energy::Unknown,
                Supply::Charging { .. } => Energy::Plugged,
                Supply::Battery { level_frac } => Energy::Battery { level_frac },
            },
            low_power_mode: power.low_power_mode,
        }
    }

    /// Whether anything tells how hot it is.
    pub fn knows_heat(&self) -> bool {
        self.status.is_some() || self.headroom_frac.is_some()
    }

    /// The system's word, or the one that the headroom comes to.
    pub fn warmth(&self) -> Option<Status> {
        let by_headroom = self.headroom_frac.map(|h| match h {
            h if h >= 1.0 => Status::VeryHot,
            h if h >= HOT_HEADROOM_FRAC => Status::Hot,
            h if h >= WARM_HEADROOM_FRAC => Status::Warm,
            _ => Status::Cool,
        });
        self.status.max(by_headroom)
    }
}

/// 3 °C below severe throttling, where systems have begun to slow themselves.
const HOT_HEADROOM_FRAC: f32 = 0.9;
/// 9 °C below it.
const WARM_HEADROOM_FRAC: f32 = 0.7;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hotter_of_word_and_headroom_counts() {
        let warmth = |status, headroom_frac| {
            let power = Power { thermal_status: status, headroom_frac, ..Power::UNKNOWN };
            Reading::of(0.0, &power).warmth()
        };
        assert_eq!(warmth(None, None), None);
        assert_eq!(warmth(None, Some(f32::NAN)), None);
        assert_eq!(warmth(None, Some(0.2)), Some(Status::Cool));
        assert_eq!(warmth(Some(ThermalStatus::None), Some(0.75)), Some(Status::Warm));
        assert_eq!(warmth(Some(ThermalStatus::Moderate), Some(0.1)), Some(Status::Hot));
        assert_eq!(warmth(Some(ThermalStatus::Light), Some(1.1)), Some(Status::VeryHot));
    }
}
