//! Android: the NDK's thermal API, `BatteryManager` and `PowerManager`.
//!
//! What the platform answers comes through [`Calls`], one method a question; what it means is decided here, so that it
//! can be tried with answers that no phone at hand would give. The phone is asked once a second at most: the headroom
//! is not a number where it is asked more often (`PowerManager.getThermalHeadroom`).

#[cfg(target_os = "android")]
mod native;

#[cfg(target_os = "android")]
pub(super) use native::Native;

use super::{Power, PowerSensor, Supply, ThermalStatus};
use std::time::{Duration, Instant};

/// The system wants to be asked no faster; between, the last answer holds.
const NO_FASTER: Duration = Duration::from_secs(1);
/// How far ahead the headroom looks: as the documentation's examples, and before a person could feel it.
const FORECAST_S: i32 = 10;
/// `BatteryManager.BATTERY_STATUS_DISCHARGING`: emptied, on a weak charger too.
const DISCHARGING: i32 = 3;
/// `BatteryManager.BATTERY_STATUS_CHARGING`.
const CHARGING: i32 = 2;
/// `BatteryManager.BATTERY_STATUS_FULL`.
const FULL: i32 = 5;

/// What `ACTION_BATTERY_CHANGED` carries, each −1 where it is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Battery {
    /// From 0 to `scale`.
    pub level: i32,
    pub scale: i32,
    /// `BatteryManager.BATTERY_STATUS_…`.
    pub status: i32,
    /// 0 on the battery, else a kind of charger.
    pub plugged: i32,
}

/// What Android answers. `None`: this Android does not have the question, or threw.
pub(super) trait Calls: Send {
    /// `AThermal_getCurrentThermalStatus`, from API 30 on: 0 to 6, −1 for an error.
    fn thermal_status(&mut self) -> Option<i32>;
    /// `AThermal_getThermalHeadroom`, from API 31 on: 1 at severe throttling; NaN where it is not known.
    fn headroom(&mut self, forecast_s: i32) -> Option<f32>;
    /// The sticky broadcast of the battery.
    fn battery(&mut self) -> Option<Battery>;
    /// `PowerManager.isPowerSaveMode`.
    fn power_save_mode(&mut self) -> Option<bool>;
}

/// The sensor.
pub(super) struct Android<C> {
    calls: C,
    /// When the phone was asked last, and what it said.
    last: Option<(Instant, Power)>,
}

impl<C: Calls> Android<C> {
    pub(super) fn new(calls: C) -> Self {
        Self { calls, last: None }
    }

    fn read_at(&mut self, now: Instant) -> Power {
        match self.last {
            Some((asked, power)) if now.saturating_duration_since(asked) < NO_FASTER => power,
            _ => {
                let power = self.ask();
                self.last = Some((now, power));
                power
            }
        }
    }

    fn ask(&mut self) -> Power {
        Power {
            thermal_status: self.calls.thermal_status().and_then(thermal_status),
            headroom_frac: self.calls.headroom(FORECAST_S).filter(|headroom| headroom.is_finite() && *headroom >= 0.0),
            supply: self.calls.battery().map_or(Supply::Unknown, supply),
            low_power_mode: self.calls.power_save_mode(),
        }
    }
}

/// `ATHERMAL_STATUS_…` of `<android/thermal.h>`.
fn thermal_status(status: i32) -> Option<ThermalStatus> {
    Some(match status {
        0 => ThermalStatus::None,
        1 => ThermalStatus::Light,
        2 => ThermalStatus::Moderate,
        3 => ThermalStatus::Severe,
        // Critical, emergency, shutdown.
        4..=6 => ThermalStatus::Critical,
        _ => return None,
    })
}

fn supply(battery: Battery) -> Supply {
    let level_frac = (battery.scale > 0 && (0..=battery.scale).contains(&battery.level))
        .then(|| battery.level as f32 / battery.scale as f32);
    let charging = match battery.status {
        CHARGING | FULL => true,
        DISCHARGING => false,
        // Not charging, or unknown: on a charger the battery is not emptied.
        _ => battery.plugged > 0,
    };
    match (charging, level_frac) {
        (true, level_frac) => Supply::Charging { level_frac },
        (false, Some(level_frac)) => Supply::Battery { level_frac },
        (false, None) => Supply::Unknown,
    }
}

impl<C: Calls> PowerSensor for Android<C> {
    fn read(&mut self) -> Power {
        self.read_at(Instant::now())
    }

    fn describe(&self) -> String {
        let Some((_, power)) = self.last else { return "Android, not asked yet".into() };
        let told = |name, is_told: bool| is_told.then_some(name);
        let told: Vec<&str> = [
            told("thermal status", power.thermal_status.is_some()),
            told("headroom", power.headroom_frac.is_some()),
            told("battery", power.supply != Supply::Unknown),
            told("power saving", power.low_power_mode.is_some()),
        ]
        .into_iter()
        .flatten()
        .collect();
        if told.is_empty() { "Android tells nothing".into() } else { format!("Android: {}", told.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A phone with a script: it answers what is set, and counts how often it is asked.
    #[derive(Clone)]
    struct Phone {
        status: Option<i32>,
        headroom: Option<f32>,
        battery: Option<Battery>,
        saving: Option<bool>,
        asked: Arc<AtomicUsize>,
    }

    impl Calls for Phone {
        fn thermal_status(&mut self) -> Option<i32> {
            self.status
        }

        fn headroom(&mut self, forecast_s: i32) -> Option<f32> {
            assert!((0..=60).contains(&forecast_s), "the API takes no other");
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.headroom
        }

        fn battery(&mut self) -> Option<Battery> {
            self.battery
        }

        fn power_save_mode(&mut self) -> Option<bool> {
            self.saving
        }
    }

    const HALF: Battery = Battery { level: 50, scale: 100, status: DISCHARGING, plugged: 0 };

    fn phone() -> Phone {
        let asked = Arc::default();
        Phone { status: Some(0), headroom: Some(0.5), battery: Some(HALF), saving: Some(false), asked }
    }

    fn read(phone: Phone) -> Power {
        Android::new(phone).read()
    }

    #[test]
    fn a_phone_tells_everything() {
        let power = read(phone());
        assert_eq!(power.thermal_status, Some(ThermalStatus::None));
        assert_eq!(power.headroom_frac, Some(0.5));
        assert_eq!(power.supply, Supply::Battery { level_frac: 0.5 });
        assert_eq!(power.low_power_mode, Some(false));
        let status = |status| read(Phone { status: Some(status), ..phone() }).thermal_status;
        assert_eq!(
            [1, 2, 3].map(status),
            [ThermalStatus::Light, ThermalStatus::Moderate, ThermalStatus::Severe].map(Some)
        );
        assert_eq!([4, 5, 6].map(status), [Some(ThermalStatus::Critical); 3]);
        assert_eq!([-1, 7, i32::MIN].map(status), [None; 3], "an error, and what a later Android may say");
    }

    #[test]
    fn what_is_no_number_is_not_known() {
        for headroom in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, -1.0] {
            assert_eq!(read(Phone { headroom: Some(headroom), ..phone() }).headroom_frac, None);
        }
        // Hotter than severe is told.
        assert_eq!(read(Phone { headroom: Some(1.3), ..phone() }).headroom_frac, Some(1.3));
    }

    #[test]
    fn an_android_without_the_questions_is_unknown() {
        let old = Phone { status: None, headroom: None, battery: None, saving: None, ..phone() };
        assert_eq!(read(old.clone()), Power::UNKNOWN);
        let mut sensor = Android::new(old);
        sensor.read();
        assert_eq!(sensor.describe(), "Android tells nothing");
        // API 30 has the status and no headroom.
        let power = read(Phone { headroom: None, ..phone() });
        assert_eq!((power.thermal_status, power.headroom_frac), (Some(ThermalStatus::None), None));
    }

    #[test]
    fn batteries_and_chargers() {
        let supply = |battery| read(Phone { battery: Some(battery), ..phone() }).supply;
        assert_eq!(
            supply(Battery { status: CHARGING, plugged: 1, ..HALF }),
            Supply::Charging { level_frac: Some(0.5) }
        );
        assert_eq!(
            supply(Battery { level: 200, scale: 200, status: FULL, plugged: 2 }),
            Supply::Charging { level_frac: Some(1.0) }
        );
        assert_eq!(supply(Battery { plugged: 1, ..HALF }), Supply::Battery { level_frac: 0.5 }, "a charger too weak");
        // Held at 80 % to spare the battery.
        assert_eq!(supply(Battery { status: 4, plugged: 1, ..HALF }), Supply::Charging { level_frac: Some(0.5) });
        assert_eq!(supply(Battery { level: -1, ..HALF }), Supply::Unknown);
        assert_eq!(supply(Battery { scale: 0, ..HALF }), Supply::Unknown);
        assert_eq!(supply(Battery { level: 101, ..HALF }), Supply::Unknown);
        assert_eq!(supply(Battery { level: -1, status: CHARGING, ..HALF }), Supply::Charging { level_frac: None });
    }

    #[test]
    fn however_often_it_is_read_the_phone_is_asked_once_a_second() {
        let phone = phone();
        let asked = phone.asked.clone();
        let mut sensor = Android::new(phone);
        let start = Instant::now();
        for ms in 0..3000 {
            sensor.read_at(start + Duration::from_millis(ms));
        }
        assert_eq!(asked.load(Ordering::Relaxed), 3);
    }

    #[test]
    fn a_headroom_that_is_lost_is_unknown_and_not_the_last() {
        let mut sensor = Android::new(phone());
        let start = Instant::now();
        assert_eq!(sensor.read_at(start).headroom_frac, Some(0.5));
        sensor.calls.headroom = Some(f32::NAN);
        assert_eq!(sensor.read_at(start + NO_FASTER).headroom_frac, None);
    }
}
