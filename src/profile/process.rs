//! What this process has used: processor time and memory.

use std::time::Duration;

/// Processor time of all threads of this process so far; `None` where the system does not say.
///
/// Wall time says how long a person waits, processor time what it costs the battery.
#[cfg(unix)]
pub fn cpu_time() -> Option<Duration> {
    let t = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Some(Duration::new(t.tv_sec.try_into().ok()?, t.tv_nsec.try_into().ok()?))
}

/// Processor time of all threads of this process so far; `None` where the system does not say.
#[cfg(not(unix))]
pub fn cpu_time() -> Option<Duration> {
    None
}

/// The most memory that this process has had at any time, from `/proc/self/status` (`VmHWM`: Linux, Android);
/// `None` elsewhere. Mapped weights count as far as they were read.
pub fn peak_memory_bytes() -> Option<u64> {
    kib_field(&std::fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

/// The bytes of a line such as `MemTotal:  16000 kB`.
pub(super) fn kib_field(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_proc_are_read_and_nonsense_is_unknown() {
        assert_eq!(kib_field("VmPeak:\t 9 kB\nVmHWM:\t   5120 kB\n", "VmHWM:"), Some(5_242_880));
        for text in ["", "VmHWM:", "VmHWM: many kB", "VmHWM: 5", "VmHWM: 99999999999999999999 kB"] {
            assert_eq!(kib_field(text, "VmHWM:"), None, "{text}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_used_something() {
        let before = cpu_time().unwrap();
        let mut x = 1u64;
        while cpu_time().unwrap() == before {
            x = std::hint::black_box(x.wrapping_mul(3));
        }
        assert!(peak_memory_bytes().unwrap() > 100_000);
    }
}
