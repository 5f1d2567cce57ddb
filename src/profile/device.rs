//! The machine that was measured: a figure without it says nothing.

use super::process::kib_field;
use crate::kernels::Isa;
use crate::system;
use serde::{Deserialize, Serialize};
use std::fs::read_to_string;

/// What it is called, processor, memory and system. What the system does not tell is `None`; files of earlier versions
/// lack some of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// What its maker calls it: `Google Pixel 7`, `iPhone15,2`.
    #[serde(default)]
    pub name: Option<String>,
    /// The processor's name.
    pub cpu: Option<String>,
    /// The kind of its processor: `aarch64`, `x86_64`.
    #[serde(default)]
    pub architecture: Option<String>,
    /// Processors that this process may use.
    pub cores: Option<usize>,
    /// The instructions that the kernels use, by their name in `ONHAND_ISA`.
    #[serde(default)]
    pub isa: Option<String>,
    /// All that the processor offers of those that the kernels know, the best first.
    #[serde(default)]
    pub isas: Vec<String>,
    /// Physical memory.
    pub memory_bytes: Option<u64>,
    /// Name and version of the system.
    pub os: String,
}

impl Device {
    /// Describes the machine that this process runs on.
    pub fn this() -> Self {
        let cpu_info = read_to_string("/proc/cpuinfo").unwrap_or_default();
        Self {
            name: system::device_name(),
            cpu: cpu_name(&cpu_info),
            architecture: Some(std::env::consts::ARCH.into()),
            cores: std::thread::available_parallelism().ok().map(Into::into),
            // One that was asked for and is not to be had is refused when a model is loaded: none is in use then.
            isa: Isa::chosen().ok().map(|isa| isa.name().into()),
            isas: Isa::all().into_iter().map(|isa| isa.name().into()).collect(),
            memory_bytes: read_to_string("/proc/meminfo").ok().and_then(|text| kib_field(&text, "MemTotal:")),
            os: system::os(),
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

#[cfg(test)]
mod tests {
    use super::*;

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
    fn this_machine_has_a_system_and_instructions() {
        let device = Device::this();
        assert!(!device.os.is_empty() && device.architecture.as_deref() == Some(std::env::consts::ARCH));
        assert_eq!(device.isas.last().map(String::as_str), Some("scalar"), "what every processor has");
        assert!(device.isa.is_none_or(|isa| device.isas.contains(&isa)));
    }

    #[test]
    fn a_device_of_an_earlier_version_is_read() {
        let old = r#"{"cpu":"A chip","cores":4,"memory_bytes":null,"os":"An OS, arm"}"#;
        let device: Device = serde_json::from_str(old).unwrap();
        assert_eq!((device.name, device.isa, device.isas.len()), (None, None, 0));
    }
}
