//! Sound on its way from the system's audio thread to the reader.
//!
//! Bounded: a reader that comes more than a minute late loses the oldest sound, and is told how much. The audio
//! thread only copies; resampling is the reader's work.

use super::MicrophoneError;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// So much waits for the reader, in seconds.
pub(super) const CAPACITY_S: usize = 60;

/// What waits: samples, or why no more come.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub samples: Vec<f32>,
    /// So many before these are missing.
    pub lost: usize,
}

#[derive(Default)]
struct Waiting {
    samples: VecDeque<f32>,
    lost: usize,
    failure: Option<MicrophoneError>,
}

/// One writer, one reader.
pub(super) struct Queue {
    capacity: usize,
    waiting: Mutex<Waiting>,
    came: Condvar,
}

impl Queue {
    /// Room for `capacity` samples.
    pub fn new(capacity: usize) -> Self {
        Self { capacity, waiting: Mutex::default(), came: Condvar::new() }
    }

    /// Appends; the oldest give way. What is no number counts as silence.
    pub fn push(&self, samples: impl Iterator<Item = f32>) {
        let mut waiting = self.lock();
        waiting.samples.extend(samples.map(|x| if x.is_finite() { x } else { 0.0 }));
        let over = waiting.samples.len().saturating_sub(self.capacity);
        waiting.samples.drain(..over);
        waiting.lost += over;
        drop(waiting);
        self.came.notify_one();
    }

    /// No more will come. The first reason counts; the reader gets what waits before it.
    pub fn fail(&self, why: MicrophoneError) {
        self.lock().failure.get_or_insert(why);
        self.came.notify_one();
    }

    /// Everything that waits, or after at most `timeout` nothing.
    ///
    /// # Errors
    /// Why no more will come, once everything is taken; from then on always.
    pub fn take(&self, timeout: Duration) -> Result<Taken, MicrophoneError> {
        let idle = |waiting: &mut Waiting| waiting.samples.is_empty() && waiting.failure.is_none();
        let waited = self.came.wait_timeout_while(self.lock(), timeout, idle);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match &waiting.failure {
            Some(why) if waiting.samples.is_empty() => Err(why.clone()),
            _ => Ok(Taken {
                samples: std::mem::take(&mut waiting.samples).into(),
                lost: std::mem::take(&mut waiting.lost),
            }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Plain data: whoever panicked left nothing half done.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::Arc;

    const NO_WAIT: Duration = Duration::ZERO;

    #[test]
    fn nothing_comes_after_the_timeout_and_sound_wakes_the_reader() {
        let queue = Arc::new(Queue::new(100));
        assert!(queue.take(NO_WAIT).unwrap().samples.is_empty());
        let writer = Arc::clone(&queue);
        let thread = std::thread::spawn(move || writer.push([0.5, f32::NAN].into_iter()));
        assert_eq!(queue.take(Duration::from_secs(10)).unwrap().samples, [0.5, 0.0]);
        thread.join().unwrap();
    }

    #[test]
    fn what_waits_is_read_before_the_reason() {
        let queue = Queue::new(100);
        queue.push([0.25].into_iter());
        queue.fail(MicrophoneError::Unplugged);
        queue.fail(MicrophoneError::Busy);
        assert_eq!(queue.take(NO_WAIT).unwrap().samples, [0.25]);
        assert_eq!(queue.take(Duration::from_secs(10)).unwrap_err(), MicrophoneError::Unplugged);
        assert_eq!(queue.take(NO_WAIT).unwrap_err(), MicrophoneError::Unplugged);
    }

    proptest! {
        /// Any pushes and reads: each sample is read once and in order, or counted as lost.
        #[test]
        fn every_sample_is_read_or_counted(
            capacity in 1usize..50,
            rounds in prop::collection::vec((prop::collection::vec(0usize..40, 0..4), any::<bool>()), 0..20),
        ) {
            let queue = Queue::new(capacity);
            let (mut written, mut expected) = (0, 0);
            for (pushes, read) in rounds {
                for count in pushes {
                    queue.push((written..written + count).map(|i| i as f32));
                    written += count;
                }
                if read {
                    let taken = queue.take(NO_WAIT).unwrap();
                    expected += taken.lost;
                    prop_assert!(taken.samples.len() <= capacity);
                    for sample in taken.samples {
                        prop_assert_eq!(sample, expected as f32);
                        expected += 1;
                    }
                    prop_assert_eq!(expected, written);
                }
            }
        }
    }
}
