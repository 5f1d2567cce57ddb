//! What this process has used: processor time and memory; and what the whole machine has.

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

/// The memory that this process has now, from `/proc/self/status` (`VmRSS`: Linux, Android); `None` elsewhere.
pub fn memory_bytes() -> Option<u64> {
    kib_field(&std::fs::read_to_string("/proc/self/status").ok()?, "VmRSS:")
}

/// The most memory that this process has had at any time, from `/proc/self/status` (`VmHWM`: Linux, Android);
/// `None` elsewhere. Mapped weights count as far as they were read.
pub fn peak_memory_bytes() -> Option<u64> {
    kib_field(&std::fs::read_to_string("/proc/self/status").ok()?, "VmHWM:")
}

/// What all processes together have used of the machine since it started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineTime {
    /// Processor time of everybody.
    pub busy: Duration,
    /// The processors that it is the time of.
    pub cpus: usize,
}

impl MachineTime {
    /// The share of the machine, 0 to 1, that others than this process have used from `before` until now, of which this
    /// process used `own` in `wall`.
    pub fn others_share(self, before: Self, own: Duration, wall: Duration) -> f64 {
        let busy = self.busy.saturating_sub(before.busy).saturating_sub(own);
        let most = wall.as_secs_f64() * self.cpus.max(1) as f64;
        if most > 0.0 { (busy.as_secs_f64() / most).clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// What everybody has used so far, from `/proc/stat`, in steps of 10 ms; `None` where the system does not say: Android
/// shows it to no app.
pub fn machine_time() -> Option<MachineTime> {
    machine_time_of(&std::fs::read_to_string("/proc/stat").ok()?)
}

/// Fields of `proc(5)`: user, nice, system, idle, iowait, irq, softirq, steal; user holds the guests.
fn machine_time_of(stat: &str) -> Option<MachineTime> {
    let all = stat.lines().find_map(|line| line.strip_prefix("cpu "))?;
    let fields: Vec<u64> = all.split_whitespace().map_while(|field| field.parse().ok()).collect();
    let ticks: u64 = [0, 1, 2, 5, 6, 7].iter().filter_map(|at| fields.get(*at)).sum();
    let cpus = stat.lines().filter(|line| line.starts_with("cpu") && !line.starts_with("cpu ")).count();
    // USER_HZ is 100 on every Linux that programs see.
    (fields.len() >= 4 && cpus > 0).then(|| MachineTime { busy: Duration::from_millis(ticks * 10), cpus })
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

    #[test]
    fn others_are_what_the_machine_used_beside_us() {
        let stat =
            "cpu  100 0 50 800 20 5 5 40 0 0\ncpu0 50 0 25 400 10 5 5 20 0 0\ncpu1 50 0 25 400 10 0 0 20 0 0\nintr 5\n";
        let now = machine_time_of(stat).unwrap();
        assert_eq!(now, MachineTime { busy: Duration::from_secs(2), cpus: 2 });
        let before = MachineTime { busy: Duration::from_millis(500), cpus: 2 };
        let share = |own, wall| now.others_share(before, Duration::from_millis(own), Duration::from_millis(wall));
        assert_eq!([share(500, 1000), share(1500, 1000), share(9999, 1000), share(0, 0)], [0.5, 0.0, 0.0, 0.0]);
        for nonsense in ["", "cpu  1 2 3 4\n", "cpu  x\ncpu0 1\n"] {
            assert_eq!(machine_time_of(nonsense), None, "{nonsense:?}");
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
        let (now, peak) = (memory_bytes().unwrap(), peak_memory_bytes().unwrap());
        assert!(now > 100_000 && peak >= now / 2, "{now} {peak}");
    }
}
