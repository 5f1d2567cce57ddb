//! The decision, and the books around it.

use super::history::History;
use super::policy::{Effort, Policy, Reason};
use super::signals::{Power, Scene, Signals};

/// What becomes of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Run on this input.
    Run(Effort),
    /// Skip this input and show the last result, marked with its age.
    Reuse(Reason),
    /// Nothing runs until the reason has passed; the screen says which.
    Pause(Reason),
}

/// How fast live work may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// No two runs start closer than this.
    pub interval_ms: u64,
    /// What holds it there.
    pub because: Reason,
}

/// The interval in force; `Err` with the reason where live work pauses.
///
/// Depends on what the history has last observed of heat and energy, on the model's latency and on the policy. Never
/// longer than the maximum age of a result: whoever waits longer should see a pause and its reason.
pub fn pace(history: &History, policy: &Policy) -> Result<Pace, Reason> {
    let rung = history.heat.rung().ok_or(history.heat.reason())?;
    let supply_ms = history.energy.min_interval_ms().ok_or(history.energy.reason())?;
    let duty_frac = (rung.duty_frac * policy.care.duty_factor()).min(1.0);
    let rest_ms = history.latency_ms.map_or(0, |latency_ms| (latency_ms / duty_frac).ceil() as u64);
    let limits = [
        (policy.min_interval_ms, Reason::Interval),
        (rung.min_interval_ms, history.heat.reason()),
        (rest_ms, history.heat.reason()),
        (supply_ms, history.energy.reason()),
    ];
    let (interval_ms, because) =
        limits.into_iter().reduce(|longest, limit| if limit.0 > longest.0 { limit } else { longest }).unwrap();
    Ok(Pace { interval_ms: interval_ms.min(policy.max_age_ms.max(policy.min_interval_ms)), because })
}

/// Whether inference may run at `now_ms` (any clock that never goes back), and if not, why not.
///
/// `history` must have [observed](History::observed) the heat and energy in `signals`.
pub fn decide(now_ms: u64, signals: &Signals, history: &History, policy: &Policy) -> Verdict {
    if !signals.visible {
        return Verdict::Pause(Reason::Hidden);
    }
    if history.heat.critical() {
        return Verdict::Pause(Reason::Critical);
    }
    if history.running {
        return Verdict::Reuse(Reason::Busy);
    }
    let since_start_ms = history.last_start_ms.map_or(u64::MAX, |start_ms| now_ms.saturating_sub(start_ms));
    let effort = history.heat.rung().map_or(Effort::Reduced, |rung| rung.effort);
    if signals.tapped {
        return if since_start_ms >= policy.min_interval_ms {
            Verdict::Run(effort)
        } else {
            Verdict::Reuse(Reason::Interval)
        };
    }
    let pace = match pace(history, policy) {
        Ok(pace) => pace,
        Err(reason) => return Verdict::Pause(reason),
    };
    if since_start_ms < pace.interval_ms {
        return Verdict::Reuse(pace.because);
    }
    let fresh = history.age_ms(now_ms).is_some_and(|age_ms| age_ms < policy.max_age_ms);
    if signals.scene == Scene::Still && fresh {
        return Verdict::Reuse(Reason::Still);
    }
    Verdict::Run(effort)
}

/// The books of one stream of work: asks [`decide`] and remembers.
#[derive(Debug, Clone, Default)]
pub struct Scheduler {
    /// What the person has set; takes effect with the next turn.
    pub policy: Policy,
    history: History,
}

impl Scheduler {
    /// A stream that has not run yet.
    pub fn new(policy: Policy) -> Self {
        Self { policy, history: History::default() }
    }

    /// Decides a turn, and counts it. After `Run` one of [`finished`](Self::finished) and [`failed`](Self::failed)
    /// must follow, or every later turn is busy.
    pub fn turn(&mut self, now_ms: u64, signals: &Signals) -> Verdict {
        self.observe(now_ms, &signals.power);
        let verdict = decide(now_ms, signals, &self.history, &self.policy);
        self.history.counts = self.history.counts.after(&verdict);
        if matches!(verdict, Verdict::Run(_)) {
            self.history = self.history.started(now_ms);
        }
        verdict
    }

    /// Notes heat and energy between turns.
    pub fn observe(&mut self, now_ms: u64, power: &Power) {
        self.history = self.history.observed(now_ms, power);
    }

    /// The run is over, and there is a result.
    pub fn finished(&mut self, latency_ms: f64) {
        self.history = self.history.finished(latency_ms);
    }

    /// The run is over, and there is none.
    pub fn failed(&mut self) {
        self.history = self.history.failed();
    }

    /// The interval in force, or why live work pauses.
    pub fn pace(&self) -> Result<Pace, Reason> {
        pace(&self.history, &self.policy)
    }

    /// When the interval in force is over, in ms; `None` before the first run and while live work pauses.
    pub fn next_ms(&self) -> Option<u64> {
        Some(self.history.last_start_ms? + self.pace().ok()?.interval_ms)
    }

    /// What is remembered.
    pub fn history(&self) -> &History {
        &self.history
    }
}
