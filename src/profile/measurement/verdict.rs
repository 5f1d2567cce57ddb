//! Whether a measurement can be believed, and if not, why.

use super::heat::{Energy, Reading, Status};
use super::record::{MIN_RUNS, Run};
use crate::profile::Summary;
use serde::{Deserialize, Serialize};

/// On a quiet machine the spread of a run's time is some 2 to 5 % of it; three times that is not quiet.
const MAX_SPREAD_FRAC: f64 = 0.15;
/// The medians of the first and the last third: a clock that was lowered by a step shows as more.
const MAX_DRIFT_FRAC: f64 = 0.10;
/// Others that take more of the machine take it from the model.
const MAX_OTHERS_FRAC: f64 = 0.15;
/// A run computes all the time, on one processor at least; less means that it had to wait for one.
const MIN_CPU_FRAC: f64 = 0.85;
/// Systems warn at this level, and many slow down.
const LOW_BATTERY_FRAC: f32 = 0.20;

/// Why a measurement is not valid. Shares are in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// The device was hot: its clock may have been lowered.
    Hot,
    /// The system was saving energy.
    LowPowerMode,
    /// The battery was nearly empty.
    LowBattery {
        /// Its least level.
        percent: u32,
    },
    /// Too few runs to say anything.
    TooFewRuns {
        /// So many.
        runs: usize,
    },
    /// Runs differed too much.
    Spread {
        /// Standard deviation against the mean.
        percent: u32,
    },
    /// It became slower.
    Slower {
        /// The last third's median against the first's.
        percent: u32,
    },
    /// It became faster: the device was not settled.
    Faster {
        /// The last third's median against the first's.
        percent: u32,
    },
    /// Other programs used the machine.
    Busy {
        /// So much of it.
        percent: u32,
    },
    /// The model did not get a whole processor.
    Starved {
        /// So much of one.
        percent: u32,
    },
}

/// What should be known about a measurement that may be valid all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caveat {
    /// Nothing told how hot the device was.
    HeatUnknown,
    /// It ran on a battery; laptops are slower then.
    OnBattery,
    /// The rest before it was cut short.
    RestSkipped,
    /// The app is a build for developers.
    DebugBuild,
}

/// What a measurement is worth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// Valid if empty.
    pub problems: Vec<Problem>,
    /// To be known.
    pub caveats: Vec<Caveat>,
}

impl Verdict {
    /// Whether it can be believed.
    pub fn is_valid(&self) -> bool {
        self.problems.is_empty()
    }
}

/// What is judged beside the runs.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Doubt {
    /// What others used of the machine, 0 to 1; `None` where the system does not say.
    pub others_share: Option<f64>,
    /// The rest before it was cut short.
    pub rest_skipped: bool,
    /// The app is a build for developers.
    pub debug_build: bool,
    /// A GPU computed: the processor waited for it, and was not kept from its work.
    pub on_gpu: bool,
}

/// Judges a measurement.
pub fn judge(runs: &[Run], heat: &[Reading], doubt: Doubt) -> Verdict {
    let mut problems = Vec::new();
    if heat.iter().any(|r| r.warmth() >= Some(Status::Hot)) {
        problems.push(Problem::Hot);
    }
    if heat.iter().any(|r| r.low_power_mode == Some(true)) {
        problems.push(Problem::LowPowerMode);
    }
    let levels = heat.iter().filter_map(|r| match r.energy {
        Energy::Battery { level_frac } => Some(level_frac),
        _ => None,
    });
    let level = levels.clone().reduce(f32::min);
    problems.extend(
        level.filter(|l| *l <= LOW_BATTERY_FRAC).map(|l| Problem::LowBattery { percent: percent(l.max(0.0).into()) }),
    );
    let wall: Vec<f64> = runs.iter().map(|r| r.wall_ms).collect();
    match Summary::of(&wall) {
        Some(all) if all.n >= MIN_RUNS => problems.extend(by_time(&wall, &all)),
        _ => problems.push(Problem::TooFewRuns { runs: runs.len() }),
    }
    problems.extend(doubt.others_share.filter(|s| *s > MAX_OTHERS_FRAC).map(|s| Problem::Busy { percent: percent(s) }));
    let share = cpu_share(runs).filter(|_| !doubt.on_gpu);
    problems.extend(share.filter(|s| *s < MIN_CPU_FRAC).map(|s| Problem::Starved { percent: percent(s) }));

    let caveats = [
        (!heat.iter().any(Reading::knows_heat), Caveat::HeatUnknown),
        (level.is_some(), Caveat::OnBattery),
        (doubt.rest_skipped, Caveat::RestSkipped),
        (doubt.debug_build, Caveat::DebugBuild),
    ];
    Verdict { problems, caveats: caveats.into_iter().filter(|(holds, _)| *holds).map(|(_, c)| c).collect() }
}

/// What the times themselves tell.
fn by_time(wall: &[f64], all: &Summary) -> Vec<Problem> {
    let mut problems = Vec::new();
    let spread = all.sd / all.mean;
    if spread > MAX_SPREAD_FRAC {
        problems.push(Problem::Spread { percent: percent(spread) });
    }
    let third = wall.len().div_ceil(3);
    let median = |part: &[f64]| Summary::of(part).map_or(all.p50, |s| s.p50);
    let drift = median(&wall[wall.len() - third..]) / median(&wall[..third]) - 1.0;
    if drift > MAX_DRIFT_FRAC {
        problems.push(Problem::Slower { percent: percent(drift) });
    } else if drift < -MAX_DRIFT_FRAC {
        problems.push(Problem::Faster { percent: percent(-drift) });
    }
    problems
}

/// Processor time against time on the wall; `None` where the system does not say.
fn cpu_share(runs: &[Run]) -> Option<f64> {
    let cpu: f64 = runs.iter().map(|r| r.cpu_ms).sum::<Option<f64>>()?;
    let wall: f64 = runs.iter().map(|r| r.wall_ms).sum();
    (wall > 0.0).then(|| cpu / wall)
}

fn percent(share: f64) -> u32 {
    (share * 100.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scheduler::Power;

    fn runs(wall_ms: impl IntoIterator<Item = f64>, cpu_share: Option<f64>) -> Vec<Run> {
        let run = |wall_ms: f64| Run { at_s: 0.0, wall_ms, cpu_ms: cpu_share.map(|s| s * wall_ms) };
        wall_ms.into_iter().map(run).collect()
    }

    fn steady() -> Vec<Run> {
        runs((0..30).map(|at| 10.0 + f64::from(at % 3) * 0.1), Some(1.9))
    }

    fn reading() -> Reading {
        let cool = Some(Status::Cool);
        Reading {
            status: cool,
            energy: Energy::Plugged,
            low_power_mode: Some(false),
            ..Reading::of(0.0, &Power::UNKNOWN)
        }
    }

    #[test]
    fn each_problem_is_found_alone() {
        let heat = |change: fn(&mut Reading)| {
            let mut odd = reading();
            change(&mut odd);
            vec![reading(), odd, reading()]
        };
        let calm = vec![reading()];
        let none = Doubt::default();
        let table: Vec<(Vec<Run>, Vec<Reading>, Doubt, Problem)> = vec![
            (steady(), heat(|r| r.status = Some(Status::Hot)), none, Problem::Hot),
            (steady(), heat(|r| r.headroom_frac = Some(0.95)), none, Problem::Hot),
            (steady(), heat(|r| r.low_power_mode = Some(true)), none, Problem::LowPowerMode),
            (
                steady(),
                heat(|r| r.energy = Energy::Battery { level_frac: 0.12 }),
                none,
                Problem::LowBattery { percent: 12 },
            ),
            (runs([10.0; 4], None), calm.clone(), none, Problem::TooFewRuns { runs: 4 }),
            (
                runs((0..30).map(|at| 10.0 + f64::from(at % 2) * 10.0), None),
                calm.clone(),
                none,
                Problem::Spread { percent: 34 },
            ),
            (
                runs((0..30).map(|at| 10.0 + f64::from(at / 15) * 1.2), None),
                calm.clone(),
                none,
                Problem::Slower { percent: 12 },
            ),
            (
                runs((0..30).map(|at| 10.0 - f64::from(at / 15) * 1.2), None),
                calm.clone(),
                none,
                Problem::Faster { percent: 12 },
            ),
            (steady(), calm.clone(), Doubt { others_share: Some(0.4), ..none }, Problem::Busy { percent: 40 }),
            (runs([10.0; 30], Some(0.6)), calm.clone(), none, Problem::Starved { percent: 60 }),
        ];
        for (runs, heat, doubt, problem) in table {
            let verdict = judge(&runs, &heat, doubt);
            assert_eq!(verdict.problems, [problem]);
            assert!(!verdict.is_valid());
        }
    }

    #[test]
    fn a_quiet_run_is_valid_and_what_is_unknown_is_said() {
        let quiet = Doubt { others_share: Some(0.05), ..Doubt::default() };
        assert_eq!(judge(&steady(), &[reading()], quiet), Verdict::default());
        let unknown = judge(&runs([10.0; 9], None), &[], Doubt { rest_skipped: true, debug_build: true, ..quiet });
        assert!(unknown.is_valid());
        assert_eq!(unknown.caveats, [Caveat::HeatUnknown, Caveat::RestSkipped, Caveat::DebugBuild]);
        let battery = Reading { energy: Energy::Battery { level_frac: 0.8 }, ..reading() };
        assert_eq!(judge(&steady(), &[battery], quiet).caveats, [Caveat::OnBattery]);
        let waiting = runs([10.0; 30], Some(0.1));
        assert_eq!(judge(&waiting, &[reading()], Doubt { on_gpu: true, ..quiet }), Verdict::default());
        assert_eq!(judge(&[], &[], quiet).problems, [Problem::TooFewRuns { runs: 0 }]);
    }
}
