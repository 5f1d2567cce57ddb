//! The machine that was measured: a figure without it says nothing.

use super::process::kib_field;
use serde::{Deserialize, Serialize};
use std::fs::read_to_string;

/// Processor, memory and system. What the system does not tell is `None`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The processor's name.
    pub cpu: Option<String>,
    /// Processors that this process may use.
    pub cores: Option<usize>,
    /// Physical memory.
    pub memory_bytes: Option<u64>,
    /// Name and version of the system, with the architecture.
    pub os: String,
}

impl Device {
    /// Describes the machine that this process runs on.
    pub fn this() -> Self {
        let cpu_info = read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self {
            cpu: cpu_name(&cpu_info),
            cores: std::thread::available_parallelism().ok().map(Into::into),
            memory_bytes: read_to_string("/proc/meminfo").ok().and_then(|text| kib_field(&text, "MemTotal:")),
            os: os(),
        }
    }
}

/// x86 has `model name`, Arm phones have `Hardware`, or nothing but an implementer and a part number.
fn cpu_name(cpu_info: &str) -> Option<String> {
    let field = |name: &str| {
        let fields = cpu_info.lines().filter_map(|line| line.split_once(':'));
        fields.map(|(k, v)| (k.trim(), v.trim())).find(|(k, v)| *k == name && !v.is_empty()).map(|(_, v)| v.to_string())
    };
    let part = || Some(format!("Arm implementer {} part {}", field("CPU implementer")?, field("CPU part")?));
    field("model name").or_else(|| field("Hardware")).or_else(part)
}

fn os() -> String {
    let release = read_to_string("/etc/os-release").unwrap_or_default();
    let pretty = release.lines().find_map(|l| l.strip_prefix("PRETTY_NAME=")).map(|n| n.trim_matches('"').to_string());
    let name = pretty.unwrap_or_else(|| std::env::consts::OS.to_string());
    format!("{name}, {}", std::env::consts::ARCH)
}

#[cfg(test)]
mod tests {
    use super::{Device, cpu_name};

    #[test]
    fn every_kind_of_cpuinfo_is_understood() {
        let table = [
            ("processor\t: 0\nmodel name\t: AMD EPYC\n", Some("AMD EPYC")),
            ("processor : 0\nHardware\t: Qualcomm SM8250\n", Some("Qualcomm SM8250")),
            ("CPU implementer\t: 0x41\nCPU part\t: 0xd4d\n", Some("Arm implementer 0x41 part 0xd4d")),
            ("model name\t:\n", None),
            ("", None),
        ];
        for (text, want) in table {
            assert_eq!(cpu_name(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn this_machine_has_a_system() {
        assert!(Device::this().os.contains(std::env::consts::ARCH));
    }
}
