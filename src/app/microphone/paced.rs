//! The scheduler and the power sensor of the scribe, with a clock: when may it work, and why not.

use crate::app::in_view::Foreground;
use crate::scheduler::{Power, Reason, Scene, Scheduler, Signals, Verdict};
use crate::sensors::power::PowerSensor;
use std::time::{Duration, Instant};

/// Phones want their heat asked for no more often.
const SENSE_EVERY_MS: u64 = 1000;
/// How long a pause in the middle of a file sleeps before it looks again.
const NAP: Duration = Duration::from_millis(100);

/// When the scribe may work.
pub struct Paced {
    pub scheduler: Scheduler,
    /// Long files have their own: a piece of one takes far longer than a step of live work.
    long: Scheduler,
    power: Box<dyn PowerSensor>,
    pub foreground: Foreground,
    began: Instant,
    sensed: Option<(u64, Power)>,
}

impl Paced {
    pub fn new(power: Box<dyn PowerSensor>, foreground: Foreground) -> Self {
        let (scheduler, long) = (Scheduler::default(), Scheduler::default());
        Self { scheduler, long, power, foreground, began: Instant::now(), sensed: None }
    }

    fn now_ms(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// Heat and battery, read once a second.
    fn power(&mut self) -> Power {
        let now_ms = self.now_ms();
        match self.sensed {
            Some((at_ms, power)) if now_ms - at_ms < SENSE_EVERY_MS => power,
            _ => {
                let power = self.power.read();
                self.scheduler.observe(now_ms, &power);
                self.long.observe(now_ms, &power);
                self.sensed = Some((now_ms, power));
                power
            }
        }
    }

    /// A turn of live work; `tapped`: a person waits for the end of it. Sound has no scene. What was begun in view is
    /// finished out of it where the system lets it.
    pub fn turn(&mut self, tapped: bool) -> Verdict {
        let visible = self.foreground.is();
        let signals = Signals { power: self.power(), visible, scene: Scene::Unknown, tapped };
        self.scheduler.turn(self.now_ms(), &signals)
    }

    /// Waits in the middle of a long file until the device is cool enough for the next piece, `took` after the last
    /// piece began. A low battery is no reason: the person asked for it.
    pub fn rest(&mut self, took: Option<Duration>, cancelled: impl Fn() -> bool, tell: impl Fn(Option<Reason>)) {
        self.power();
        if let Some(took) = took {
            self.long.finished(took.as_secs_f64() * 1000.0);
        }
        let rest_from = Instant::now();
        let mut paused = None;
        while !cancelled() {
            self.power();
            let reason = match self.long.pace() {
                Err(Reason::Hot) => Reason::Hot,
                Ok(pace) if matches!(pace.because, Reason::Warm | Reason::Hot) => {
                    let due = Duration::from_millis(pace.interval_ms);
                    if took.is_none_or(|took| took + rest_from.elapsed() >= due) {
                        break;
                    }
                    pace.because
                }
                _ => break,
            };
            if paused != Some(reason) {
                paused = Some(reason);
                tell(paused);
            }
            std::thread::sleep(NAP);
        }
        if paused.is_some() {
            tell(None);
        }
    }
}
