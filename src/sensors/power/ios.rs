//! iOS: `ProcessInfo` and `UIDevice`.
//!
//! The system notifies of changes on the main thread and this sensor is read on others, so between them lies what was
//! told [last](Told). What it means is decided here, so that it can be tried without a phone. iOS tells no headroom.

#[cfg(target_os = "ios")]
mod native;

#[cfg(target_os = "ios")]
pub(super) use native::{told, watch};

use super::{Power, PowerSensor, Supply, ThermalStatus};

/// What iOS told last, in its own numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Told {
    /// `ProcessInfo.ThermalState`: 0 to 3.
    pub thermal_state: isize,
    /// `ProcessInfo.isLowPowerModeEnabled`.
    pub low_power_mode: bool,
    /// `UIDevice.batteryLevel`: 0 to 1, −1 where it is not known.
    pub battery_level: f32,
    /// `UIDevice.BatteryState`: 0 unknown, 1 unplugged, 2 charging, 3 full.
    pub battery_state: isize,
}

/// The sensor; asks for what was told last, `None` before anything was.
pub(super) struct Ios<F>(pub F);

impl<F: Fn() -> Option<Told> + Send> PowerSensor for Ios<F> {
    fn read(&mut self) -> Power {
        (self.0)().map_or(Power::UNKNOWN, power)
    }

    fn describe(&self) -> String {
        match (self.0)() {
            None => "iOS has told nothing yet".into(),
            Some(_) => "iOS: thermal state, battery, low power mode".into(),
        }
    }
}

fn power(told: Told) -> Power {
    let level_frac = Some(told.battery_level).filter(|level| (0.0..=1.0).contains(level));
    Power {
        thermal_status: match told.thermal_state {
            0 => Some(ThermalStatus::None),
            1 => Some(ThermalStatus::Light),
            2 => Some(ThermalStatus::Moderate),
            3 => Some(ThermalStatus::Critical),
            _ => None,
        },
        headroom_frac: None,
        supply: match (told.battery_state, level_frac) {
            (2 | 3, level_frac) => Supply::Charging { level_frac },
            (1, Some(level_frac)) => Supply::Battery { level_frac },
            _ => Supply::Unknown,
        },
        low_power_mode: Some(told.low_power_mode),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOL: Told = Told { thermal_state: 0, low_power_mode: false, battery_level: 0.5, battery_state: 1 };

    #[test]
    fn a_phone_tells_its_heat_and_its_battery() {
        let power = Ios(|| Some(COOL)).read();
        assert_eq!(power.thermal_status, Some(ThermalStatus::None));
        assert_eq!(power.supply, Supply::Battery { level_frac: 0.5 });
        assert_eq!(power.low_power_mode, Some(false));
        assert_eq!(power.headroom_frac, None, "iOS has none");
        let status = |thermal_state| super::power(Told { thermal_state, ..COOL }).thermal_status;
        assert_eq!(
            [1, 2, 3].map(status),
            [ThermalStatus::Light, ThermalStatus::Moderate, ThermalStatus::Critical].map(Some)
        );
        assert_eq!([-1, 4].map(status), [None; 2], "what a later iOS may say");
    }

    #[test]
    fn what_is_not_known_is_not_made_up() {
        assert_eq!(Ios(|| None).read(), Power::UNKNOWN);
        let supply = |battery_level, battery_state| super::power(Told { battery_level, battery_state, ..COOL }).supply;
        // A simulator has no battery.
        assert_eq!(supply(-1.0, 0), Supply::Unknown);
        assert_eq!(supply(f32::NAN, 1), Supply::Unknown);
        assert_eq!(supply(0.5, 0), Supply::Unknown);
        assert_eq!(supply(-1.0, 2), Supply::Charging { level_frac: None });
        assert_eq!(supply(1.0, 3), Supply::Charging { level_frac: Some(1.0) });
    }
}
