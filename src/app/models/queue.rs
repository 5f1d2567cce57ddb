//! Which fetch is next, and what a tap on pause or cancel means for it. Pure but for the cancel flag.

use crate::store::Cancel;
use std::collections::VecDeque;

/// A model to fetch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// It.
    pub id: String,
    /// To be fetched instead where no source of it can be reached.
    pub instead: Option<String>,
}

/// How a fetch is to end before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// What is here stays.
    Pause,
    /// What is here goes.
    Discard,
}

/// Where a job was when it was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// It had not begun, and is out of the queue.
    Waiting,
    /// It is told to stop; its thread says when it has.
    Running,
    /// It was not in the queue.
    Nowhere,
}

/// The fetches that wait, and the one that runs.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: VecDeque<Job>,
    running: Option<(String, Cancel, Option<Stop>)>,
}

impl Queue {
    /// Puts a job at the end; `false` when it is there already.
    pub fn add(&mut self, job: Job) -> bool {
        let running = self.running.as_ref().is_some_and(|(id, _, stop)| *id == job.id && stop.is_none());
        let known = running || self.waiting.iter().any(|w| w.id == job.id);
        if !known {
            self.waiting.push_back(job);
        }
        !known
    }

    /// Takes the next job; it runs until [`Queue::finish`].
    pub fn start_next(&mut self) -> Option<(Job, Cancel)> {
        let job = self.waiting.pop_front()?;
        let cancel = Cancel::default();
        self.running = Some((job.id.clone(), cancel.clone(), None));
        Some((job, cancel))
    }

    /// Stops `id` wherever it is. A discard outdoes a pause.
    pub fn stop(&mut self, id: &str, how: Stop) -> Stopped {
        if let Some(at) = self.waiting.iter().position(|job| job.id == id) {
            self.waiting.remove(at);
            return Stopped::Waiting;
        }
        match &mut self.running {
            Some((running, cancel, stop)) if running == id => {
                cancel.cancel();
                if *stop != Some(Stop::Discard) {
                    *stop = Some(how);
                }
                Stopped::Running
            }
            _ => Stopped::Nowhere,
        }
    }

    /// The running job is over; says whether and how it was stopped.
    pub fn finish(&mut self) -> Option<Stop> {
        self.running.take().and_then(|(_, _, stop)| stop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: &str) -> Job {
        Job { id: id.into(), instead: None }
    }

    #[test]
    fn jobs_run_in_order_and_once() {
        let mut queue = Queue::default();
        assert!(queue.add(job("a")) && queue.add(job("b")));
        assert!(!queue.add(job("b")), "twice in the queue");
        assert_eq!(queue.start_next().unwrap().0, job("a"));
        assert!(!queue.add(job("a")), "it runs");
        assert_eq!(queue.finish(), None);
        assert_eq!(queue.start_next().unwrap().0, job("b"));
        assert_eq!(queue.finish(), None);
        assert!(queue.start_next().is_none());
    }

    #[test]
    fn a_job_is_stopped_wherever_it_is() {
        let mut queue = Queue::default();
        queue.add(job("a"));
        queue.add(job("b"));
        let (_, cancel) = queue.start_next().unwrap();
        assert_eq!(queue.stop("b", Stop::Pause), Stopped::Waiting);
        assert_eq!(queue.stop("b", Stop::Discard), Stopped::Nowhere);
        assert!(!cancel.is_cancelled());
        assert_eq!(queue.stop("a", Stop::Discard), Stopped::Running);
        assert_eq!(queue.stop("a", Stop::Pause), Stopped::Running);
        assert!(cancel.is_cancelled());
        assert!(queue.add(job("a")), "one that is being stopped may be wanted again");
        assert_eq!(queue.finish(), Some(Stop::Discard), "a pause does not undo a discard");
        assert_eq!(queue.start_next().unwrap().0, job("a"));
    }
}
