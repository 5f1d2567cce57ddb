//! The thread that goes through the models: rests, starts each measurement, reads heat meanwhile, and tells the screen.

use super::cool::{Why, wait};
use super::curve::Curve;
use super::job::{Event, Job, Measured, Phase};
use super::place::{Place, Underway};
use super::told::Told;
use crate::inference::Placed;
use crate::profile::measurement::{Input, Reading, Record, Run};
use crate::sensors::power::PowerSensor;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How often the screen is told: drawing takes from the processors that are measured.
const TELL_EVERY: Duration = Duration::from_millis(500);
/// How often heat is read: as often as phones want to be asked.
const READ_EVERY: Duration = Duration::from_secs(1);

/// What to measure, one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The models.
    pub jobs: Vec<Job>,
    /// When something was measured last: the device rests before the first as well.
    pub last_ended: Option<Instant>,
}

/// Rests before a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiting {
    /// The model that comes.
    pub model: String,
    /// So long at most.
    pub left_s: f64,
    /// Why.
    pub why: Why,
    /// How warm it is.
    pub heat: Reading,
}

/// A measurement under way.
#[derive(Debug, Clone, PartialEq)]
pub struct Live {
    /// The model.
    pub model: String,
    /// Which one of how many, from 1.
    pub number: (usize, usize),
    /// What is being done.
    pub phase: Phase,
    /// How much of the counted runs is done, 0 to 1; `None` before and after them.
    pub share: Option<f64>,
    /// So long until the counted runs are over.
    pub left_s: Option<f64>,
    /// How long the counted runs will take in all.
    pub total_s: f64,
    /// Counted runs.
    pub runs: usize,
    /// Their times.
    pub curve: Vec<(f64, f64)>,
    /// Heat and energy, each second.
    pub heat: Vec<Reading>,
}

/// What the screen is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// The device rests.
    Waiting(Waiting),
    /// A model is being measured.
    Live(Box<Live>),
    /// A model was measured.
    Measured(Box<Record>),
    /// A model could not be measured: why.
    Failed {
        /// The model.
        model: String,
        /// Why.
        why: String,
    },
    /// That was all.
    Ended,
}

enum Note {
    /// Of which measurement, and what: the last words of one that was cut must not be heard in the next.
    Event(usize, Event),
    Skip,
    Cancel,
}

/// The runner, from the screen's side; ends when it is dropped.
pub struct Runner(Sender<Note>);

impl Runner {
    /// Rests no longer.
    pub fn skip(&self) {
        let _ = self.0.send(Note::Skip);
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        let _ = self.0.send(Note::Cancel);
    }
}

/// Starts the thread. After [`Update::Ended`] nothing more comes, and nothing after the runner was dropped.
pub fn start(batch: Batch, place: Place, power: Box<dyn PowerSensor>) -> (Runner, UnboundedReceiver<Update>) {
    let (notes, inbox) = mpsc::channel();
    let (updates, told) = unbounded_channel();
    let own_notes = notes.clone();
    std::thread::spawn(move || {
        let mut thread = Thread { place, power, notes: own_notes, inbox, updates };
        if thread.all(&batch).is_some() {
            let _ = thread.updates.send(Update::Ended);
        }
    });
    (Runner(notes), told)
}

struct Thread {
    place: Place,
    power: Box<dyn PowerSensor>,
    notes: Sender<Note>,
    inbox: Receiver<Note>,
    updates: UnboundedSender<Update>,
}

/// `None`: a person has cancelled.
type GoesOn<T> = Option<T>;

impl Thread {
    fn all(&mut self, batch: &Batch) -> GoesOn<()> {
        let first = Reading::of(0.0, &self.power.read());
        let mut last_ended = batch.last_ended;
        for (at, job) in batch.jobs.iter().enumerate() {
            let skipped = match last_ended {
                Some(ended) => self.rest(job, ended, &first)?,
                None => false,
            };
            let update = match self.one(job, (at + 1, batch.jobs.len()), skipped)? {
                Ok(record) => Update::Measured(Box::new(record)),
                Err(why) => Update::Failed { model: job.model.clone(), why },
            };
            self.tell(update)?;
            last_ended = Some(Instant::now());
        }
        Some(())
    }

    fn tell(&self, update: Update) -> GoesOn<()> {
        self.updates.send(update).ok()
    }

    /// Waits until the device has cooled; returns whether a person cut that short.
    fn rest(&mut self, job: &Job, ended: Instant, first: &Reading) -> GoesOn<bool> {
        loop {
            let heat = Reading::of(0.0, &self.power.read());
            let Some((left_s, why)) = wait(ended.elapsed().as_secs_f64(), &heat, first) else { return Some(false) };
            self.tell(Update::Waiting(Waiting { model: job.model.clone(), left_s, why, heat }))?;
            match self.inbox.recv_timeout(READ_EVERY) {
                Ok(Note::Skip) => return Some(true),
                Ok(Note::Cancel) | Err(RecvTimeoutError::Disconnected) => return None,
                Ok(Note::Event(..)) | Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    /// Measures one model; the inner error is why it could not be.
    fn one(&mut self, job: &Job, number: (usize, usize), rest_skipped: bool) -> GoesOn<Result<Record, String>> {
        let notes = self.notes.clone();
        let started = self.place.start(job, move |event| drop(notes.send(Note::Event(number.0, event))));
        let _underway: Underway = match started {
            Ok(underway) => underway,
            Err(e) => return Some(Err(format!("the measuring process could not be started: {e}"))),
        };
        let mut so_far = SoFar::new(job, number);
        let (mut read_at, mut told_at) = (None::<Instant>, None::<Instant>);
        loop {
            if read_at.is_none_or(|at| at.elapsed() >= READ_EVERY) {
                read_at = Some(Instant::now());
                so_far.heat.push(Reading::of(so_far.began.elapsed().as_secs_f64(), &self.power.read()));
            }
            if told_at.is_none_or(|at| at.elapsed() >= TELL_EVERY) {
                told_at = Some(Instant::now());
                self.tell(Update::Live(Box::new(so_far.live())))?;
            }
            match self.inbox.recv_timeout(TELL_EVERY) {
                Ok(Note::Event(of, event)) if of == number.0 => {
                    if let Some(end) = so_far.take(event) {
                        so_far.heat.push(Reading::of(so_far.began.elapsed().as_secs_f64(), &self.power.read()));
                        let own_process = self.place.chooses_threads();
                        return Some(end.and_then(|end| so_far.record(end, own_process, rest_skipped)));
                    }
                }
                Ok(Note::Cancel) | Err(RecvTimeoutError::Disconnected) => return None,
                Ok(Note::Event(..) | Note::Skip) | Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// What is known of a measurement so far.
struct SoFar<'a> {
    job: &'a Job,
    number: (usize, usize),
    began: Instant,
    phase: Phase,
    loaded: Option<(f64, String, Placed, Input)>,
    warm_up_runs: usize,
    runs: Vec<Run>,
    curve: Curve,
    heat: Vec<Reading>,
}

impl<'a> SoFar<'a> {
    fn new(job: &'a Job, number: (usize, usize)) -> Self {
        Self {
            job,
            number,
            began: Instant::now(),
            phase: Phase::Loading,
            loaded: None,
            warm_up_runs: 0,
            runs: Vec::new(),
            curve: Curve::over(job.bounds.most_s),
            heat: Vec::new(),
        }
    }

    /// Takes an event in; at the last one, what is known beside the runs, or why it failed.
    fn take(&mut self, event: Event) -> Option<Result<Measured, String>> {
        match event {
            Event::Loaded { first_load_ms, variant, placed, input } => {
                self.loaded = Some((first_load_ms, variant, placed, input));
                self.phase = Phase::WarmingUp;
            }
            Event::Warm { runs } => {
                self.warm_up_runs = runs;
                self.phase = Phase::Counting;
            }
            Event::Run(run) => {
                self.curve.push(run.at_s, run.wall_ms);
                self.runs.push(run);
            }
            Event::Counted => self.phase = Phase::LoadingAgain,
            Event::Finished(measured) => return Some(Ok(measured)),
            Event::Failed { why } => return Some(Err(why)),
        }
        None
    }

    fn live(&self) -> Live {
        let elapsed_s = self.runs.last().map_or(0.0, |run| run.at_s);
        let total_s = self.job.bounds.total_s(self.runs.len(), elapsed_s);
        let counting = self.phase == Phase::Counting;
        Live {
            model: self.job.model.clone(),
            number: self.number,
            phase: self.phase,
            share: counting.then(|| (elapsed_s / total_s.max(1e-9)).clamp(0.0, 1.0)),
            left_s: counting.then(|| (total_s - elapsed_s).max(0.0)),
            total_s,
            runs: self.runs.len(),
            curve: self.curve.points(),
            heat: self.heat.clone(),
        }
    }

    fn record(self, measured: Measured, own_process: bool, rest_skipped: bool) -> Result<Record, String> {
        let nothing = || "nothing was measured".to_string();
        let (first_load_ms, variant, placed, input) = self.loaded.ok_or_else(nothing)?;
        let Self { warm_up_runs, runs, heat, .. } = self;
        let told = Told { first_load_ms, variant, placed, input, warm_up_runs, runs, heat };
        Record::of(self.job, told, measured, own_process, rest_skipped).ok_or_else(nothing)
    }
}

#[cfg(test)]
#[path = "runner_tests.rs"]
mod tests;
