//! How work is shared among threads.
//!
//! The pool is rayon's: as many threads as the process is given (`RAYON_NUM_THREADS`), started once. Sharing costs some
//! microseconds, so only what is worth it is shared.

use std::ops::Range;

/// Multiplications that one thread does before another is woken to help: some ten microseconds of them.
const WORTH_SHARING: usize = 1 << 20;

/// Threads that compute.
pub(super) fn threads() -> usize {
    rayon::current_num_threads()
}

/// Does `work` on a thread of the pool, so that what it shares need not come from outside.
pub fn within<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if threads() == 1 { work() } else { rayon::scope(|_| work()) }
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
