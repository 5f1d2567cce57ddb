//! A sensor that tells what a test sets.

use super::{Power, PowerSensor, Supply, ThermalStatus};
use std::sync::{Arc, Mutex};

/// Cool, on the charger, saving nothing.
pub const COOL: Power = Power {
    thermal_status: Some(ThermalStatus::None),
    headroom_frac: None,
    supply: Supply::Charging { level_frac: None },
    low_power_mode: Some(false),
};

/// Tells what was set last; copies tell the same.
#[derive(Clone)]
pub struct Told(Arc<Mutex<Power>>);

impl Told {
    pub fn new(power: Power) -> Self {
        Self(Arc::new(Mutex::new(power)))
    }

    pub fn set(&self, power: Power) {
        *self.0.lock().unwrap() = power;
    }
}

impl PowerSensor for Told {
    fn read(&mut self) -> Power {
        *self.0.lock().unwrap()
    }

    fn describe(&self) -> String {
        "a test".into()
    }
}
