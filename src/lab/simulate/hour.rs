//! One hour, step by step.

use super::pacer::Pacer;
use super::phone::Phone;
use super::usage::{Motion, Step, Usage};
use crate::scheduler::{Counts, Policy, Power, Scene, Scheduler, Signals, Slot, Verdict};

/// The step of the virtual clock.
const STEP_MS: u64 = 5;
/// Thirty frames a second.
const FRAME_MS: f64 = 1000.0 / 30.0;
/// Phones want their heat asked for no more often.
const SENSE_EVERY_MS: u64 = 1000;
/// Heat flows in steps of this.
const HEAT_EVERY_MS: u64 = 50;
/// One point of the plot.
const SAMPLE_EVERY_MS: u64 = 10_000;

/// What is simulated.
#[derive(Debug, Clone, PartialEq)]
pub struct Setup {
    /// The air's temperature, °C.
    pub ambient_c: f64,
    /// What a run takes on a cool phone, ms.
    pub latency_ms: f64,
    /// How long, s.
    pub duration_s: u64,
    /// What is done with the phone.
    pub usage: Usage,
}

impl Setup {
    /// An hour of pointing about at 35 °C with a run of 60 ms: a small network without kernels of its own.
    pub fn demo() -> Self {
        Self { ambient_c: 35.0, latency_ms: 60.0, duration_s: 3600, usage: Usage::demo() }
    }
}

/// A point of the plot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample {
    /// Minutes since the start.
    pub at_min: f64,
    /// Temperature of the case, °C.
    pub skin_c: f64,
    /// Inferences a second, over the last ten seconds.
    pub rate_hz: f64,
}

/// How it went.
#[derive(Debug, Clone, PartialEq)]
pub struct Hour {
    /// Runs that were finished.
    pub runs: u64,
    /// Runs on a frame that showed something that the run before had not seen.
    pub useful: u64,
    /// Energy used, of inference, screen and camera, J.
    pub used_j: f64,
    /// Highest temperature of the case, °C.
    pub peak_skin_c: f64,
    /// When the phone first slowed its clock.
    pub throttled_at_min: Option<f64>,
    /// 90 % of the frames shown while the scene moved had a result no older than this, ms.
    pub age_p90_ms: f64,
    /// How often the rung of the heat ladder changed; adaptive only.
    pub level_changes: u64,
    /// Turns by reason; adaptive only.
    pub counts: Counts,
    /// The plot.
    pub samples: Vec<Sample>,
}

/// A frame: when it was taken, and what it shows (frames that show the same have the same number).
#[derive(Debug, Clone, Copy)]
struct Frame {
    taken_ms: u64,
    shows: u64,
}

/// A run in progress.
struct Run {
    frame: Frame,
    started_ms: u64,
    /// Milliseconds of work left, on a cool phone's clock.
    left_ms: f64,
}

/// Plays an hour, or as long as the setup says.
pub fn run(setup: &Setup, pacer: Pacer) -> Hour {
    let mut world = World::new(setup, pacer);
    for now_ms in (0..setup.duration_s * 1000).step_by(STEP_MS as usize) {
        let (number, step) = setup.usage.at(now_ms as f64 / 1000.0);
        world.sense(now_ms, step);
        let arrived = world.camera(now_ms, number, step);
        world.work(now_ms);
        world.pace(now_ms, arrived, step);
        world.warm(now_ms, step);
        world.sample(now_ms);
    }
    world.end()
}

/// Phone, camera, pacer and what has been counted.
struct World<'a> {
    setup: &'a Setup,
    pacer: Pacer,
    scheduler: Scheduler,
    phone: Phone,
    /// What the phone has told last.
    power: Power,
    slot: Slot<Frame>,
    next_frame_ms: f64,
    frames: u64,
    running: Option<Run>,
    last_turn_ms: u64,
    last_start_ms: Option<u64>,
    /// What the last run saw.
    ran_on: Option<u64>,
    shown: Option<Frame>,
    /// Of the result, at each frame of a moving scene.
    ages_ms: Vec<f64>,
    /// Since heat flowed last.
    busy_ms: u64,
    runs_at_sample: u64,
    rung: usize,
    hour: Hour,
}

impl<'a> World<'a> {
    fn new(setup: &'a Setup, pacer: Pacer) -> Self {
        let policy = if let Pacer::Adaptive(policy) = pacer { policy } else { Policy::default() };
        let phone = Phone::at_rest(setup.ambient_c);
        Self {
            setup,
            pacer,
            scheduler: Scheduler::new(policy),
            phone,
            power: phone.power(false),
            slot: Slot::new(),
            next_frame_ms: 0.0,
            frames: 0,
            running: None,
            last_turn_ms: 0,
            last_start_ms: None,
            ran_on: None,
            shown: None,
            ages_ms: Vec::new(),
            busy_ms: 0,
            runs_at_sample: 0,
            rung: 0,
            hour: Hour {
                runs: 0,
                useful: 0,
                used_j: 0.0,
                peak_skin_c: phone.skin_c,
                throttled_at_min: None,
                age_p90_ms: f64::NAN,
                level_changes: 0,
                counts: Counts::default(),
                samples: Vec::new(),
            },
        }
    }

    /// The phone tells its heat and battery.
    fn sense(&mut self, now_ms: u64, step: &Step) {
        if now_ms.is_multiple_of(SENSE_EVERY_MS) {
            self.power = self.phone.power(step.charging);
            self.scheduler.observe(now_ms, &self.power);
            self.hour.level_changes += u64::from(self.scheduler.history().rung() != self.rung);
            self.rung = self.scheduler.history().rung();
        }
    }

    /// The camera delivers, if the app is in view; whether it did.
    fn camera(&mut self, now_ms: u64, step_number: usize, step: &Step) -> bool {
        if (now_ms as f64) < self.next_frame_ms {
            return false;
        }
        self.next_frame_ms += FRAME_MS;
        self.frames += 1;
        if !step.visible {
            return false;
        }
        let moving = step.scene == Motion::Moving;
        // A still step shows one thing: its number, far from those of frames.
        let shows = if moving { self.frames } else { u64::MAX - step_number as u64 };
        self.slot.put(Frame { taken_ms: now_ms, shows });
        if moving && let Some(shown) = self.shown {
            self.ages_ms.push((now_ms - shown.taken_ms) as f64);
        }
        true
    }

    /// Inference goes on, as fast as the clock allows.
    fn work(&mut self, now_ms: u64) {
        if let Some(run) = &mut self.running {
            run.left_ms -= STEP_MS as f64 * self.phone.clock_frac();
            if run.left_ms <= 0.0 {
                self.scheduler.finished((now_ms - run.started_ms) as f64);
                self.shown = Some(run.frame);
                self.hour.runs += 1;
                self.running = None;
            }
        }
    }

    /// The newest frame runs, if the pacer lets it.
    fn pace(&mut self, now_ms: u64, arrived: bool, step: &Step) {
        let Some(frame) = self.slot.take() else { return };
        let may_run = match self.pacer {
            Pacer::FlatOut => self.running.is_none(),
            Pacer::Constant { interval_ms } => {
                self.running.is_none() && self.last_start_ms.is_none_or(|last_ms| now_ms - last_ms >= interval_ms)
            }
            Pacer::Adaptive(_) => self.turn(now_ms, arrived, frame, step),
        };
        if may_run {
            self.hour.useful += u64::from(self.ran_on != Some(frame.shows));
            self.ran_on = Some(frame.shows);
            self.last_start_ms = Some(now_ms);
            self.running = Some(Run { frame, started_ms: now_ms, left_ms: self.setup.latency_ms });
        } else if step.visible {
            self.slot.put(frame);
        }
    }

    /// A turn for each frame, and one more when the interval is over, so that a frame never waits for the next.
    fn turn(&mut self, now_ms: u64, arrived: bool, frame: Frame, step: &Step) -> bool {
        let over = self.scheduler.next_ms().is_some_and(|next_ms| self.last_turn_ms < next_ms && next_ms <= now_ms);
        if !arrived && !over {
            return false;
        }
        self.last_turn_ms = now_ms;
        let scene = match self.ran_on {
            None => Scene::Unknown,
            Some(shows) if shows == frame.shows => Scene::Still,
            Some(_) => Scene::Changed,
        };
        let signals = Signals { power: self.power, visible: step.visible, scene, tapped: false };
        matches!(self.scheduler.turn(now_ms, &signals), Verdict::Run(_))
    }

    /// Heat flows, energy is used.
    fn warm(&mut self, now_ms: u64, step: &Step) {
        self.busy_ms += if self.running.is_some() { STEP_MS } else { 0 };
        if !(now_ms + STEP_MS).is_multiple_of(HEAT_EVERY_MS) {
            return;
        }
        let ambient_c = step.ambient_c.unwrap_or(self.setup.ambient_c);
        let busy_frac = self.busy_ms as f64 / HEAT_EVERY_MS as f64;
        self.phone = self.phone.after(HEAT_EVERY_MS as f64 / 1000.0, ambient_c, busy_frac, step.visible);
        self.busy_ms = 0;
        self.hour.peak_skin_c = self.hour.peak_skin_c.max(self.phone.skin_c);
        if self.phone.clock_frac() < 1.0 && self.hour.throttled_at_min.is_none() {
            self.hour.throttled_at_min = Some(now_ms as f64 / 60_000.0);
        }
    }

    fn sample(&mut self, now_ms: u64) {
        if (now_ms + STEP_MS).is_multiple_of(SAMPLE_EVERY_MS) {
            self.hour.samples.push(Sample {
                at_min: (now_ms + STEP_MS) as f64 / 60_000.0,
                skin_c: self.phone.skin_c,
                rate_hz: (self.hour.runs - self.runs_at_sample) as f64 / (SAMPLE_EVERY_MS as f64 / 1000.0),
            });
            self.runs_at_sample = self.hour.runs;
        }
    }

    fn end(mut self) -> Hour {
        self.hour.used_j = self.phone.used_j;
        self.hour.age_p90_ms = percentile(&mut self.ages_ms, 0.9);
        if matches!(self.pacer, Pacer::Adaptive(_)) {
            self.hour.counts = *self.scheduler.history().counts();
        } else {
            self.hour.level_changes = 0;
        }
        self.hour
    }
}

fn percentile(values: &mut [f64], share: f64) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let at = ((values.len() - 1) as f64 * share) as usize;
    *values.select_nth_unstable_by(at, f64::total_cmp).1
}
