//! How work is shared among threads.
//!
//! A pool is rayon's. There is one for each number of threads that is asked for, started once a process. Sharing costs
//! some microseconds, so only what is worth it is shared.

use rayon::{ThreadPool, ThreadPoolBuilder};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// How many threads compute where nobody says it, beside the number of cores.
const VARIABLE: &str = "RAYON_NUM_THREADS";

static POOLS: Mutex<BTreeMap<usize, Pool>> = Mutex::new(BTreeMap::new());

/// Threads that compute.
#[derive(Debug, Clone)]
pub struct Pool(Option<Arc<ThreadPool>>);

impl Pool {
    /// The caller's thread and no other.
    pub const ONE: Self = Self(None);

    /// So many threads; without a number as many as the environment variable `RAYON_NUM_THREADS` says, or as this machine
    /// has cores. Where the system gives none, the caller's alone.
    pub fn of(threads: Option<usize>) -> Self {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        let named = || std::env::var(VARIABLE).ok().and_then(|n| n.parse().ok()).filter(|n| *n > 0);
        let threads = threads.or_else(named).unwrap_or_else(cores);
        let mut pools = POOLS.lock().expect("no holder panics");
        pools.entry(threads).or_insert_with(|| Self::start(threads)).clone()
    }

    fn start(threads: usize) -> Self {
        if threads < 2 {
            return Self::ONE;
        }
        let pool = ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("compute-{i}")).build();
        Self(
            pool.map_err(|why| tracing::warn!("one thread computes, {threads} cannot be started: {why}"))
                .ok()
                .map(Arc::new),
        )
    }

    /// Does `work` on a thread of the pool, so that what it shares is shared with the others.
    pub fn within<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        match &self.0 {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}

/// Multiplications that one thread does before another is woken to help: some ten microseconds of them.
const WORTH_SHARING: usize = 1 << 20;

/// Threads of the pool that the caller is in; outside of any, its own.
pub(super) fn threads() -> usize {
    if rayon::current_thread_index().is_some() { rayon::current_num_threads() } else { 1 }
}

/// Does `work` for all of `0..count`, of `cost` multiplications in all, in at most as many ranges as there are threads;
/// it is told which of them it does.
pub(super) fn share(count: usize, cost: usize, work: impl Fn(usize, Range<usize>) + Sync) {
    let parts = if cost < WORTH_SHARING { 1 } else { threads().min(count) };
    if parts < 2 {
        return work(0, 0..count);
    }
    let part = |i: usize| i * count / parts..(i + 1) * count / parts;
    rayon::scope(|scope| {
        let work = &work;
        (1..parts).for_each(|i| scope.spawn(move |_| work(i, part(i))));
        work(0, part(0));
    });
}

/// A place that several threads write to, each to its own part.
#[derive(Clone, Copy)]
pub(super) struct Shared<T>(*mut T);

// SAFETY: who writes through it sees to it that no two write, or one writes and another reads, at the same place.
unsafe impl<T> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Shared<T> {}

impl<T> Shared<T> {
    pub fn new(values: &mut [T]) -> Self {
        Self(values.as_mut_ptr())
    }

    pub fn get(self) -> *mut T {
        self.0
    }
}
