//! What an engineer wants to know of a phone that lies somewhere else, in one file.
//!
//! The app's diagnostics screen gathers a [`Diagnostics`] and hands it over as JSON; [`read`] takes such files, and what
//! the benchmark screen exports, into a [`FieldFile`], for `onhand-lab report`. What a device does not tell is null.
//!
//! Nothing of a person's is in it: no text, no speech, no picture, no name of a file. [`without_home`] keeps the name that
//! stands in paths out of the log.

mod file;

pub use file::{FieldFile, MAX_BYTES, ReadError, parse, read};

use super::Device;
use super::measurement::{Build, Record};
use crate::scheduler::{Power, Supply, ThermalStatus};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// One device at one time. Times are in the units that their names say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Diagnostics {
    /// The form of the file: [`Diagnostics::FORMAT`].
    pub format: u32,
    /// When it was made, in seconds since 1970.
    pub at_unix_s: u64,
    /// How long the app had been running then, in seconds: the clock of the log.
    pub up_s: f64,
    /// Which Onhand it is.
    pub build: Build,
    /// On which machine.
    pub device: Device,
    /// How hot it is.
    pub heat: Heat,
    /// What it runs on.
    pub battery: Battery,
    /// What the app has of the memory.
    pub memory: Memory,
    /// What a person has set.
    pub settings: InForce,
    /// What is installed.
    pub models: Vec<Model>,
    /// What was measured since the app was started, and the baselines that were kept before; without each single run.
    pub measurements: Vec<Record>,
    /// The last lines of the log, the newest last.
    pub log: Vec<LogLine>,
}

impl Diagnostics {
    /// Counted up when a reader of old files would misread new ones.
    pub const FORMAT: u32 = 1;

    /// The file's text.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("diagnostics are plain data") + "\n"
    }
}

/// How hot the device is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Heat {
    /// What tells it, or that nothing does.
    pub told_by: String,
    /// The system's own word.
    pub status: Option<ThermalStatus>,
    /// How near severe throttling is: 1 is there, 0 is 30 °C below.
    pub headroom_frac: Option<f32>,
}

/// What the device runs on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Battery {
    /// Whether it is charged, or needs none; `None` where nothing says so.
    pub plugged: Option<bool>,
    /// How full it is, 0 to 1.
    pub level_frac: Option<f32>,
    /// Whether the system saves energy.
    pub low_power_mode: Option<bool>,
}

impl Heat {
    /// What `power` says of it.
    pub fn of(power: &Power, told_by: &str) -> Self {
        let headroom_frac = power.headroom_frac.filter(|h| h.is_finite());
        Self { told_by: told_by.into(), status: power.thermal_status, headroom_frac }
    }
}

impl Battery {
    /// What `power` says of it.
    pub fn of(power: &Power) -> Self {
        let (plugged, level_frac) = match power.supply {
            Supply::Unknown => (None, None),
            Supply::Charging { level_frac } => (Some(true), level_frac),
            Supply::Battery { level_frac } => (Some(false), Some(level_frac)),
        };
        let level_frac = level_frac.filter(|level| level.is_finite());
        Self { plugged, level_frac, low_power_mode: power.low_power_mode }
    }
}

/// What a process has of the memory; `None` where the system does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Now.
    pub now_bytes: Option<u64>,
    /// The most so far.
    pub peak_bytes: Option<u64>,
}

impl Memory {
    /// That of this process.
    pub fn now() -> Self {
        Self { now_bytes: super::memory_bytes(), peak_bytes: super::peak_memory_bytes() }
    }
}

/// The settings that decide how fast and how hot a device gets, in the words of `settings.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// The least time between two answers.
    pub interval_ms: u32,
    /// How early it slows down: `light`, `balanced`, `strong`.
    pub protection: String,
    /// Threads that were set; `None` is automatic.
    pub threads: Option<u16>,
    /// Threads that compute.
    pub threads_in_force: usize,
    /// What computes: `cpu`.
    pub unit: String,
}

/// A model on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    /// Its name.
    pub id: String,
    /// The precision of its weights, where they can be read.
    pub variant: Option<String>,
    /// Bytes on the disk.
    pub bytes: u64,
    /// Where it came from: `hub: REPO@REVISION`, `packages: …`, `directory`; `None` where nothing says so.
    pub origin: Option<String>,
    /// Whether it can be used.
    pub usable: bool,
}

/// How much a line of the log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// For who looks for a fault.
    Debug,
    /// What happens.
    Info,
    /// Something did not go as it should.
    Warn,
    /// Something failed.
    Error,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogLine {
    /// Seconds after the start of the app.
    pub at_s: f64,
    /// How much it matters.
    pub level: Level,
    /// The module that says it.
    pub target: String,
    /// What it says.
    pub message: String,
}

/// `text` with the person's home folder as `~`: its name may be the person's.
pub fn without_home(text: &str, home: Option<&Path>) -> String {
    // A home of `/` would be found everywhere.
    match home.and_then(Path::to_str).filter(|home| home.len() > 1) {
        Some(home) => text.replace(home.trim_end_matches(['/', '\\']), "~"),
        None => text.into(),
    }
}

/// A file as a phone would send it, for tests of what reads or shows it.
#[cfg(test)]
pub(crate) mod fixture {
    use super::super::measurement::fixture::record;
    use super::*;

    /// A phone with this name that took so long for a picture.
    pub fn phone(name: &str, run_ms: f64) -> Diagnostics {
        let record = Record { runs: Vec::new(), ..record("mobilenet-v3-small", run_ms) };
        let line =
            |at_s, level, message: &str| LogLine { at_s, level, target: "onhand::app".into(), message: message.into() };
        Diagnostics {
            format: Diagnostics::FORMAT,
            at_unix_s: 1_700_000_100,
            up_s: 93.5,
            build: record.build.clone(),
            device: Device {
                name: Some(name.into()),
                architecture: Some("aarch64".into()),
                isa: Some("neon-dotprod".into()),
                isas: ["neon-dotprod", "neon", "scalar"].map(String::from).into(),
                memory_bytes: Some(8_000_000_000),
                ..record.device.clone()
            },
            heat: Heat { told_by: "a phone".into(), status: Some(ThermalStatus::Light), headroom_frac: Some(0.72) },
            battery: Battery { plugged: Some(false), level_frac: Some(0.64), low_power_mode: Some(false) },
            memory: Memory { now_bytes: Some(120_000_000), peak_bytes: Some(180_000_000) },
            settings: InForce {
                interval_ms: 100,
                protection: "balanced".into(),
                threads: None,
                threads_in_force: 4,
                unit: "cpu".into(),
            },
            models: vec![Model {
                id: "mobilenet-v3-small".into(),
                variant: Some("f32".into()),
                bytes: 10_300_000,
                origin: Some("hub: timm/mobilenetv3@0123456".into()),
                usable: true,
            }],
            measurements: vec![record],
            log: vec![line(0.25, Level::Info, "started"), line(61.5, Level::Warn, "the page sent no picture")],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_null_and_never_a_number() {
        let (heat, battery) = (Heat::of(&Power::UNKNOWN, "nothing"), Battery::of(&Power::UNKNOWN));
        assert_eq!(
            serde_json::to_string(&(heat, battery)).unwrap(),
            r#"[{"told_by":"nothing","status":null,"headroom_frac":null},{"plugged":null,"level_frac":null,"low_power_mode":null}]"#
        );
        let odd =
            Power { headroom_frac: Some(f32::NAN), supply: Supply::Battery { level_frac: f32::NAN }, ..Power::UNKNOWN };
        assert_eq!((Heat::of(&odd, "x").headroom_frac, Battery::of(&odd).level_frac), (None, None));
        assert_eq!(Battery::of(&odd).plugged, Some(false));
    }

    #[test]
    fn units_stand_in_the_names() {
        let json = fixture::phone("A phone", 4.0).to_json();
        for name in
            ["\"format\": 1", "at_unix_s", "up_s", "now_bytes", "interval_ms", "level_frac", "\"status\": \"light\""]
        {
            assert!(json.contains(name), "{name} in {json}");
        }
        assert!(!json.contains("commit"), "left out where it is not known");
    }

    #[test]
    fn the_person_s_home_is_no_part_of_it() {
        let home = Path::new("/home/ada");
        assert_eq!(without_home("read /home/ada/x and /home/ada", Some(home)), "read ~/x and ~");
        assert_eq!(without_home("/a/b", Some(Path::new("/"))), "/a/b");
        assert_eq!(without_home("/a/b", None), "/a/b");
    }
}
