//! How many threads compute, and that they let the window go first. The number is settled once, at the start: pools of
//! threads stay as they are.

use super::settings::Settings;
use crate::inference::{Options, Unit};
use crate::system;
use std::sync::OnceLock;

/// What models read that are loaded without a number of threads, as in the processes that measure.
pub const VARIABLE: &str = "RAYON_NUM_THREADS";

/// The threads of this run.
static SETTLED: OnceLock<usize> = OnceLock::new();

/// How a model is loaded, to compute on `unit` with the threads of this run.
pub fn options(unit: Unit) -> Options {
    Options { unit, threads: SETTLED.get().copied(), ..Options::default() }
}

/// How much the threads that compute give way, in the steps of nice(1): what draws gets nine tenths of a core that both
/// want.
#[cfg(any(target_os = "linux", target_os = "android"))]
const GIVES_WAY: i32 = 10;

/// Makes this thread, and the threads that it starts, give way to those that draw. What computes calls it first: the
/// pool of threads that models compute with is started by whoever loads the first.
pub fn give_way() {
    // On desktops they take what is left: a core where nothing else runs counts as idle then, so what draws is woken
    // there at once. With niceness alone it waits behind others, and a page at 60 Hz misses one frame in forty.
    #[cfg(target_os = "linux")]
    if takes_what_is_left() {
        return;
    }
    // Here a thread has a niceness of its own. Elsewhere the process has one.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    if let Err(why) = rustix::process::setpriority_process(None, GIVES_WAY) {
        tracing::debug!("the system keeps the threads that compute as important as the window's: {why}");
    }
}

/// Gives this thread the policy for work that nobody waits for; whether the system does so.
#[cfg(target_os = "linux")]
fn takes_what_is_left() -> bool {
    let no_priority = libc::sched_param { sched_priority: 0 };
    // SAFETY: 0 is the calling thread, and the parameter outlives the call, which only reads it.
    unsafe { libc::sched_setscheduler(0, libc::SCHED_IDLE, &no_priority) == 0 }
}

/// The threads of this run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threads {
    /// Computing now.
    pub in_force: usize,
    /// The cores of this machine.
    pub cores: usize,
    /// Those of them that are there to be fast: as many threads as automatic takes.
    fast_cores: usize,
    /// What the environment named at the start: automatic follows it.
    named: Option<usize>,
}

impl Threads {
    /// What `settings` and the environment ask for.
    pub fn at_start(settings: &Settings) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        let fast_cores = system::fast_cores().unwrap_or(cores);
        Self::with_fast_cores(settings, std::env::var(VARIABLE).ok().as_deref(), cores, fast_cores)
    }

    #[cfg(test)]
    pub(super) fn new(settings: &Settings, environment: Option<&str>, cores: usize) -> Self {
        Self::with_fast_cores(settings, environment, cores, cores)
    }

    fn with_fast_cores(settings: &Settings, environment: Option<&str>, cores: usize, fast_cores: usize) -> Self {
        let named = environment.and_then(|text| text.parse().ok()).filter(|n| *n > 0);
        let threads = Self { in_force: 0, cores, fast_cores: fast_cores.clamp(1, cores.max(1)), named };
        Self { in_force: threads.wanted(settings), ..threads }
    }

    /// From now on models compute with these. Called once, before any is loaded.
    pub fn settle(self) {
        let _ = SETTLED.set(self.in_force);
    }

    /// What the next start would use.
    pub fn wanted(self, settings: &Settings) -> usize {
        match (settings.compute.threads, self.named) {
            (None, Some(named)) => named,
            (None, None) => self.fast_cores,
            _ => settings.threads(self.cores),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setting_goes_before_the_environment_and_that_before_the_machine() {
        let automatic = Settings::default();
        let mut two = Settings::default();
        two.compute.threads = Some(2);
        let in_force = |settings, environment, cores| Threads::new(settings, environment, cores).in_force;
        assert_eq!(in_force(&automatic, None, 8), 8);
        assert_eq!(in_force(&automatic, Some("3"), 8), 3);
        assert_eq!(in_force(&automatic, Some("no"), 8), 8);
        assert_eq!(in_force(&automatic, Some("0"), 8), 8);
        assert_eq!(in_force(&two, Some("3"), 8), 2);
        assert_eq!(in_force(&two, None, 1), 1, "no more than the machine has");
        let phone = |settings| Threads::with_fast_cores(settings, None, 9, 5).in_force;
        assert_eq!(phone(&automatic), 5, "the cores that save energy are left alone");
        assert_eq!(phone(&two), 2);
        assert_eq!(Threads::with_fast_cores(&automatic, None, 2, 0).in_force, 1, "whatever a system tells");
        assert_eq!(Threads::new(&two, Some("3"), 8).wanted(&automatic), 3, "as the next start would find it");
    }
}
