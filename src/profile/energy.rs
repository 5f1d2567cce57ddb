//! What the processor has used of the socket, where the system counts it.
//!
//! Linux shows the counters of Intel's and AMD's processors (RAPL, running average power limit) as a tree of zones below
//! `/sys/class/powercap` (<https://docs.kernel.org/power/powercap/powercap.html>). Counted are all packages and, where it
//! has a zone of its own, their memory; `core` and `uncore` are parts of a package, and `psys` is a sum. Since 2020 only
//! root may read them (CVE-2020-8694), virtual machines seldom have them, phones never.

use std::fs::read_to_string;
use std::path::{Path, PathBuf};

/// Where Linux has the zones.
const POWERCAP: &str = "/sys/class/powercap";
/// How their folders' names begin. `intel-rapl-mmio:` counts the same once more.
const ZONE: &str = "intel-rapl:";

/// The counters at one moment.
#[derive(Debug)]
pub struct Energy(Vec<Zone>);

#[derive(Debug)]
struct Zone {
    folder: PathBuf,
    start_uj: u64,
    /// The counter begins anew after this.
    range_uj: u64,
}

impl Energy {
    /// Reads the counters of this machine; `None` where there are none, or one cannot be read.
    pub fn now() -> Option<Self> {
        Self::below(Path::new(POWERCAP))
    }

    fn below(root: &Path) -> Option<Self> {
        let mut zones = Vec::new();
        for entry in std::fs::read_dir(root).ok()? {
            let folder = entry.ok()?.path();
            let named = folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(ZONE));
            if named && is_counted(read_to_string(folder.join("name")).ok()?.trim()) {
                let range_uj = number(&folder, "max_energy_range_uj")?;
                zones.push(Zone { start_uj: number(&folder, "energy_uj")?, folder, range_uj });
            }
        }
        (!zones.is_empty()).then_some(Self(zones))
    }

    /// Joules that all processors together, with all that ran on them, have used since; `None` where a counter cannot be
    /// read any more, or none has moved. A counter may begin anew once meanwhile: it takes many minutes for a round.
    pub fn joules_since(&self) -> Option<f64> {
        let used_uj: Vec<u64> = self.0.iter().map(Zone::used_uj).collect::<Option<_>>()?;
        let sum_uj: u64 = used_uj.iter().sum();
        (sum_uj > 0).then(|| sum_uj as f64 / 1e6)
    }
}

impl Zone {
    fn used_uj(&self) -> Option<u64> {
        let now_uj = number(&self.folder, "energy_uj")?;
        match now_uj.checked_sub(self.start_uj) {
            Some(used_uj) => Some(used_uj),
            None => self.range_uj.checked_sub(self.start_uj)?.checked_add(now_uj),
        }
    }
}

fn is_counted(zone: &str) -> bool {
    zone.starts_with("package") || zone == "dram"
}

fn number(folder: &Path, file: &str) -> Option<u64> {
    // Sums of a few zones stay far below what 64 bits hold.
    read_to_string(folder.join(file)).ok()?.trim().parse().ok().filter(|n| *n < 1 << 56)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{create_dir_all, write};
    use tempfile::TempDir;

    fn zone(root: &TempDir, folder: &str, name: &str, energy_uj: &str) {
        let zone = root.path().join(folder);
        create_dir_all(&zone).unwrap();
        write(zone.join("name"), format!("{name}\n")).unwrap();
        write(zone.join("energy_uj"), format!("{energy_uj}\n")).unwrap();
        write(zone.join("max_energy_range_uj"), "10000000\n").unwrap();
    }

    #[test]
    fn packages_and_their_memory_are_added_and_a_counter_may_begin_anew() {
        let root = tempfile::tempdir().unwrap();
        zone(&root, "intel-rapl:0", "package-0", "1000000");
        zone(&root, "intel-rapl:1", "package-1", "9500000");
        zone(&root, "intel-rapl:0:1", "dram", "0");
        // Parts and sums of these.
        zone(&root, "intel-rapl:0:0", "core", "5");
        zone(&root, "intel-rapl:2", "psys", "7");
        zone(&root, "intel-rapl-mmio:0", "package-0", "1000000");
        create_dir_all(root.path().join("dtpm")).unwrap();
        let energy = Energy::below(root.path()).unwrap();
        assert_eq!(energy.joules_since(), None, "none has moved");
        zone(&root, "intel-rapl:0", "package-0", "3000000");
        zone(&root, "intel-rapl:1", "package-1", "500000");
        zone(&root, "intel-rapl:0:1", "dram", "250000");
        zone(&root, "intel-rapl:0:0", "core", "900000");
        assert_eq!(energy.joules_since(), Some(2.0 + 1.0 + 0.25));
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        assert!(Energy::below(Path::new("nowhere")).is_none());
        let root = tempfile::tempdir().unwrap();
        assert!(Energy::below(root.path()).is_none(), "no zones");
        zone(&root, "intel-rapl:0", "package-0", "1000000");
        let energy = Energy::below(root.path()).unwrap();
        for nonsense in ["", "many", "-1", "99999999999999999999"] {
            zone(&root, "intel-rapl:0", "package-0", nonsense);
            assert_eq!(energy.joules_since(), None, "{nonsense}");
            // One package of two would be half of the truth.
            zone(&root, "intel-rapl:1", "package-1", "5");
            assert!(Energy::below(root.path()).is_none(), "{nonsense}");
        }
    }
}
