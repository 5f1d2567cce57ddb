//! A script of readings, for demos and tests: what a phone would tell, in TOML.
//!
//! ```toml
//! repeat_s = 300           # optional: begin again after so long
//! [[step]]
//! at_s = 0                 # what is left out is unknown
//! status = "none"          # light, moderate, severe, critical
//! headroom = 0.6           # 1 at severe, 0 is 30 °C below it
//! battery = 0.8
//! charging = false
//! low_power_mode = false
//! ```

use super::{Power, PowerSensor, Supply, ThermalStatus};
use crate::timeline::Timeline;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Readings, each from its time on.
#[derive(Debug, Clone)]
pub struct Script {
    timeline: Timeline<Step>,
    began: Instant,
}

/// A script that cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The file cannot be read.
    #[error("the power script {path} cannot be read: {source}; check the path")]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// The file is no such script.
    #[error(
        "the power script {path} is not understood: {why}; it wants [[step]] tables with at_s, and what is told from then on"
    )]
    Malformed { path: PathBuf, why: String },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    status: Option<Status>,
    headroom: Option<f32>,
    battery: Option<f32>,
    charging: Option<bool>,
    low_power_mode: Option<bool>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    None,
    Light,
    Moderate,
    Severe,
    Critical,
}

impl Script {
    /// Reads a script and starts it.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML of this form, or its steps are not in order of time from 0 on.
    pub fn open(path: &Path) -> Result<Self, ScriptError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| ScriptError::Unreadable { path: path.into(), source })?;
        Self::parse(&text).map_err(|why| ScriptError::Malformed { path: path.into(), why })
    }

    fn parse(text: &str) -> Result<Self, String> {
        Ok(Self { timeline: Timeline::parse(text)?, began: Instant::now() })
    }

    /// What is told so many seconds after the start.
    pub fn at(&self, seconds: f64) -> Power {
        let (_, step) = self.timeline.at(seconds);
        Power {
            thermal_status: step.status.map(|status| match status {
                Status::None => ThermalStatus::None,
                Status::Light => ThermalStatus::Light,
                Status::Moderate => ThermalStatus::Moderate,
                Status::Severe => ThermalStatus::Severe,
                Status::Critical => ThermalStatus::Critical,
            }),
            headroom_frac: step.headroom,
            supply: match (step.charging, step.battery) {
                (Some(true), level_frac) => Supply::Charging { level_frac },
                (_, Some(level_frac)) => Supply::Battery { level_frac },
                _ => Supply::Unknown,
            },
            low_power_mode: step.low_power_mode,
        }
    }
}

impl PowerSensor for Script {
    fn read(&mut self) -> Power {
        self.at(self.began.elapsed().as_secs_f64())
    }

    fn describe(&self) -> String {
        // Not which one: its path may name a person.
        "a script".into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_hold_until_the_next_and_repeat() {
        let text = "repeat_s = 20\n[[step]]\nat_s = 0\nstatus = \"light\"\nbattery = 0.5\n\
                    [[step]]\nat_s = 10\nheadroom = 1.1\ncharging = true";
        let script = Script::parse(text).unwrap();
        let light = Power {
            thermal_status: Some(ThermalStatus::Light),
            supply: Supply::Battery { level_frac: 0.5 },
            ..Power::UNKNOWN
        };
        let hot = Power { headroom_frac: Some(1.1), supply: Supply::Charging { level_frac: None }, ..Power::UNKNOWN };
        assert_eq!([0.0, 9.9, 10.0, 19.9, 20.0].map(|s| script.at(s)), [light, light, hot, hot, light]);
        assert_eq!(Script::parse("[[step]]\nat_s = 0").unwrap().at(1e9), Power::UNKNOWN);
    }

    #[test]
    fn bad_scripts_are_named() {
        for (text, why) in [
            ("[[step]]\nat_s = 1", "not at 0"),
            ("[[step]]\nat_s = 0\nstatus = \"boiling\"", "boiling"),
            ("[[step]]\nat_s = 0\nheat = 1", "heat"),
        ] {
            let error = Script::parse(text).unwrap_err();
            assert!(error.contains(why), "{text:?}: {error}");
        }
        let error = Script::open(Path::new("/nowhere/at/all")).unwrap_err().to_string();
        assert!(error.contains("/nowhere/at/all") && error.contains("check the path"), "{error}");
    }
}
