//! What a file says of its device.

use super::words::{self, tidy};
use crate::profile::diagnostics::{Diagnostics, FieldFile};
use crate::profile::measurement::{Build, Record};
use crate::profile::{Device, measurement::Reading};
use serde::Serialize;

/// A device, as one file tells it. What the file does not tell is `None`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Column {
    /// What the file is called.
    #[serde(rename = "input")]
    pub name: String,
    /// When it was made, or the last measurement in it ended: seconds since 1970.
    pub at_unix_s: Option<u64>,
    /// Which Onhand wrote it.
    pub build: Build,
    /// The machine.
    pub device: Device,
    /// The first reading of the first measurement.
    pub heat_at_start: Option<Reading>,
    /// The last reading of the last measurement.
    pub heat_at_end: Option<Reading>,
    /// What the app had of the memory at most.
    pub peak_memory_bytes: Option<u64>,
    /// Warnings and errors in the log.
    pub warnings: Option<usize>,
}

impl Column {
    /// What `file` says.
    pub fn of(name: &str, file: &FieldFile) -> Self {
        let mut by_time: Vec<&Record> = file.measurements().iter().collect();
        by_time.sort_by_key(|record| record.at_unix_s);
        let last = by_time.last();
        let (build, device) = match (file, last) {
            (FieldFile::Diagnostics(diagnostics), _) => (diagnostics.build.clone(), diagnostics.device.clone()),
            (FieldFile::Records(_), Some(record)) => (record.build.clone(), record.device.clone()),
            (FieldFile::Records(_), None) => {
                (Build { version: String::new(), profile: String::new(), commit: None }, Device::default())
            }
        };
        let told: Option<&Diagnostics> = match file {
            FieldFile::Diagnostics(diagnostics) => Some(diagnostics),
            FieldFile::Records(_) => None,
        };
        Self {
            name: tidy(name),
            at_unix_s: told.map(|d| d.at_unix_s).or(last.map(|r| r.at_unix_s)),
            build,
            device,
            // Baselines come without their readings.
            heat_at_start: by_time.iter().find_map(|record| record.heat.first()).copied(),
            heat_at_end: by_time.iter().rev().find_map(|record| record.heat.last()).copied(),
            peak_memory_bytes: told.and_then(|d| d.memory.peak_bytes),
            warnings: told.map(|d| d.log.iter().filter(|line| line.level >= words::WARNS).count()),
        }
    }

    /// Its rows in a table: what each is called, and what stands there.
    pub(super) fn rows(&self) -> Vec<(&'static str, String)> {
        let (device, unknown) = (&self.device, || "unknown".to_string());
        let text = |text: &Option<String>| text.as_deref().map_or_else(unknown, tidy);
        let system = match device.architecture.as_deref() {
            Some(architecture) => format!("{}, {}", tidy(&device.os), tidy(architecture)),
            None => tidy(&device.os),
        };
        let commit = self.build.commit.as_ref().map_or(String::new(), |commit| format!(" ({})", tidy(commit)));
        vec![
            ("device", text(&device.name)),
            ("processor", text(&device.cpu)),
            ("system", system),
            ("cores", device.cores.map_or_else(unknown, |n| n.to_string())),
            ("instructions", text(&device.isa)),
            ("memory", device.memory_bytes.map_or_else(unknown, words::size)),
            ("Onhand", format!("{} {}{commit}", tidy(&self.build.version), tidy(&self.build.profile))),
            ("made (UTC)", self.at_unix_s.and_then(words::date).unwrap_or_else(unknown)),
            ("heat at start", words::heat(self.heat_at_start.as_ref())),
            ("heat at end", words::heat(self.heat_at_end.as_ref())),
            ("app's peak memory", self.peak_memory_bytes.map_or_else(unknown, words::size)),
            ("warnings in the log", self.warnings.map_or_else(unknown, |n| n.to_string())),
        ]
    }
}
