//! What is to be measured, and what is told while it is: the words between the app and the process that measures.
//!
//! Both go over a pipe as one JSON value a line.

use crate::inference::{Placed, Unit};
use crate::profile::measurement::{Input, Length, MIN_RUNS, Run};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

impl Length {
    /// What the screen offers.
    pub const ALL: [Self; 4] =
        [Self::Quick, Self::Sustained { minutes: 1 }, Self::Sustained { minutes: 5 }, Self::Sustained { minutes: 10 }];

    /// When it is enough. A quick measurement takes five seconds and the hundred runs that a 99th percentile needs,
    /// but gives up on the hundred after twenty seconds: Whisper takes seconds a run.
    pub fn bounds(self) -> Bounds {
        let (least_s, most_s) = match self {
            Self::Quick => (5.0, 20.0),
            Self::Sustained { minutes } => (f64::from(minutes) * 60.0, f64::from(minutes) * 60.0),
        };
        Bounds { warm_up_s: 1.0, least_s, most_s, enough_runs: 100, later_loads: 3 }
    }
}

/// When a measurement is enough.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Runs that are not counted go on for so long, and there are two at least: caches fill, clocks rise.
    pub warm_up_s: f64,
    /// Counted runs go on for so long at least.
    pub least_s: f64,
    /// After this it is enough, whatever the number of runs, if it is five at least.
    pub most_s: f64,
    /// This many are enough, once they took `least_s`.
    pub enough_runs: usize,
    /// Loads after the first.
    pub later_loads: usize,
}

impl Bounds {
    /// Whether so many runs in so long a time are enough.
    pub fn enough(&self, runs: usize, elapsed_s: f64) -> bool {
        runs >= MIN_RUNS && (elapsed_s >= self.most_s || (elapsed_s >= self.least_s && runs >= self.enough_runs))
    }

    /// How long the counted runs will take in all, as far as can be told.
    pub fn total_s(&self, runs: usize, elapsed_s: f64) -> f64 {
        if runs == 0 {
            return self.most_s;
        }
        let of = |wanted: usize| elapsed_s / runs as f64 * wanted as f64;
        self.least_s.max(of(self.enough_runs)).min(self.most_s).max(of(MIN_RUNS))
    }
}

/// One model to measure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Job {
    /// Its name.
    pub model: String,
    /// Its directory.
    pub path: PathBuf,
    /// Threads to compute with.
    pub threads: usize,
    /// What is to compute texts and speech.
    pub unit: Unit,
    /// What was asked for.
    pub length: Length,
    /// What that comes to.
    pub bounds: Bounds,
}

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// For the first time.
    Loading,
    /// Runs that do not count.
    WarmingUp,
    /// Runs that count.
    Counting,
    /// The later loads.
    LoadingAgain,
}

/// What is known at the end, beside the runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Each load after the first.
    pub later_load_ms: Vec<f64>,
    /// The most memory of the process, with one model loaded; `None` where the system does not say.
    pub peak_memory_bytes: Option<u64>,
    /// What others used of the machine meanwhile, 0 to 1; `None` where the system does not say.
    pub others_share: Option<f64>,
}

/// What happens while a model is measured, in this order; [`Event::Failed`] may end it anywhere.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The model was loaded for the first time.
    Loaded {
        /// How long that took.
        first_load_ms: f64,
        /// Precision on the disk.
        variant: String,
        /// What it computes on.
        placed: Placed,
        /// What each run is given.
        input: Input,
    },
    /// The warm-up is over.
    Warm {
        /// Runs that it took.
        runs: usize,
    },
    /// A counted run.
    Run(Run),
    /// The counted runs are over; the later loads come.
    Counted,
    /// That was all.
    Finished(Measured),
    /// It could not be measured: why, in a sentence.
    Failed {
        /// Why.
        why: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::{Fallback, Lack};
    use proptest::prelude::*;

    #[test]
    fn quick_is_a_hundred_runs_or_twenty_seconds_and_sustained_its_minutes() {
        let quick = Length::Quick.bounds();
        for (runs, elapsed_s, enough) in
            [(1000, 4.9, false), (99, 5.0, false), (100, 5.0, true), (5, 20.0, true), (4, 60.0, false)]
        {
            assert_eq!(quick.enough(runs, elapsed_s), enough, "{runs} in {elapsed_s} s");
        }
        let minute = Length::Sustained { minutes: 1 }.bounds();
        assert!(!minute.enough(100_000, 59.9) && minute.enough(5, 60.0));
        assert_eq!([quick.total_s(0, 0.0), quick.total_s(10, 0.1), quick.total_s(10, 1.0)], [20.0, 5.0, 10.0]);
        assert_eq!([quick.total_s(1, 10.0), minute.total_s(10, 1.0)], [50.0, 60.0]);
    }

    #[test]
    fn an_event_is_a_line() {
        let refused = Lack::Refused { why: "torn\nand more".into() };
        let events = [
            Event::Loaded {
                first_load_ms: 81.5,
                variant: "f32".into(),
                placed: Placed { unit: Unit::Cpu, fallback: Some(Fallback { asked: Unit::Metal, why: refused }) },
                input: Input::Sound { seconds: 30.0 },
            },
            Event::Run(Run { at_s: 0.5, wall_ms: 12.25, cpu_ms: None }),
            Event::Finished(Measured { later_load_ms: vec![2.5], peak_memory_bytes: Some(7), others_share: None }),
            Event::Failed { why: "torn\nand more".into() },
        ];
        for event in events {
            let line = serde_json::to_string(&event).unwrap();
            assert!(!line.contains('\n'), "{line}");
            assert_eq!(serde_json::from_str::<Event>(&line).unwrap(), event);
        }
    }

    proptest! {
        /// Time left never runs out before it is enough, and never is longer than a person was told.
        #[test]
        fn the_total_is_where_it_is_enough(runs in 1usize..5000, elapsed_s in 0.01f64..100.0) {
            let bounds = Length::Quick.bounds();
            let total_s = bounds.total_s(runs, elapsed_s);
            if !bounds.enough(runs, elapsed_s) {
                prop_assert!(total_s >= elapsed_s - 1e-9, "{total_s}");
            }
            let slowest_s = elapsed_s / runs as f64 * MIN_RUNS as f64;
            prop_assert!(total_s <= bounds.most_s.max(slowest_s) + 1e-9);
        }
    }
}
