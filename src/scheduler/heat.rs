//! The heat ladder: how much a phone of a given heat may work, with hysteresis.
//!
//! The rungs lie close together just under the limit, so that a phone settles near it instead of far below: heat
//! follows the share of the processor's time, the skin follows heat over minutes, and each rung's equilibrium lies
//! within the hysteresis of the next. `onhand-lab simulate` shows it.

use super::policy::{Effort, Reason};
use super::signals::{Power, ThermalStatus};

/// What a phone on this rung may do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rung {
    /// The rung holds from this headroom on. Android's scale: 30 °C a unit, 1 at the threshold of `Severe`.
    pub from_headroom_frac: f32,
    /// No two runs start closer than this.
    pub min_interval_ms: u64,
    /// Largest share of the time that may be spent in inference.
    pub duty_frac: f64,
    /// How much a run may cost.
    pub effort: Effort,
    /// What a person is told.
    pub reason: Reason,
}

const fn rung(from_headroom_frac: f32, min_interval_ms: u64, duty_frac: f64, effort: Effort, reason: Reason) -> Rung {
    Rung { from_headroom_frac, min_interval_ms, duty_frac, effort, reason }
}

/// From cool to hot; past the last one inference pauses.
///
/// Pixel phones report `Moderate` from 43 °C of skin and `Severe` from 45 °C (thermal_info_config.json of their
/// kernels, VIRTUAL-SKIN: 39, 43, 45, 46.5 °C), so that 43 °C is a headroom of 0.933. 43 °C is also what IEC 62368-1
/// allows for a surface of plastic or glass held for longer than a minute (48 °C, touched up to a minute).
pub const LADDER: [Rung; 6] = [
    rung(f32::NEG_INFINITY, 0, 0.50, Effort::Full, Reason::Duty),
    rung(0.905, 125, 0.25, Effort::Full, Reason::Warm),
    rung(0.912, 150, 0.20, Effort::Full, Reason::Warm),
    rung(0.919, 200, 0.15, Effort::Full, Reason::Warm),
    rung(0.926, 300, 0.10, Effort::Reduced, Reason::Hot),
    rung(0.933, 600, 0.05, Effort::Reduced, Reason::Hot),
];

/// The number of the rung on which inference pauses.
pub(super) const PAUSED: usize = LADDER.len();
/// Severe throttling begins at 1: nothing live may run there.
const PAUSE_FROM_HEADROOM_FRAC: f32 = 1.0;
/// The rung of a phone that says "warm" and gives no headroom.
const LIGHT: usize = 2;
/// The rung of a phone that slows itself.
const MODERATE: usize = LADDER.len() - 1;
/// The rung of a device that tells nothing.
const UNKNOWN: usize = 1;
/// 0.6 °C: wider than the step between the equilibria of two rungs, so that a phone settles on one.
const HYSTERESIS_FRAC: f32 = 0.02;
/// Cooler than its rung for this long, a phone goes up by one.
const SPEED_UP_AFTER_MS: u64 = 20_000;

/// Where a phone stands on the ladder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Heat {
    rung: usize,
    cooler_since_ms: Option<u64>,
    unknown: bool,
    critical: bool,
}

impl Heat {
    /// The next standing, after a reading at `now_ms`.
    pub(super) fn after(self, now_ms: u64, power: &Power) -> Self {
        let unknown = power.thermal_status.is_none() && power.headroom().is_none();
        let critical = power.thermal_status == Some(ThermalStatus::Critical);
        let (hot, clearly) = (rung_of(power, 0.0), rung_of(power, HYSTERESIS_FRAC));
        let since_ms = self.cooler_since_ms.unwrap_or(now_ms);
        let rested = clearly < self.rung && now_ms.saturating_sub(since_ms) >= SPEED_UP_AFTER_MS;
        let rung = hot.max(self.rung - usize::from(rested));
        // The wait begins anew on each rung.
        let cooler_since_ms = (clearly < rung).then_some(if rested { now_ms } else { since_ms });
        Self { rung, cooler_since_ms, unknown, critical }
    }

    /// The rung; `None` where inference pauses.
    pub(super) fn rung(&self) -> Option<&'static Rung> {
        LADDER.get(self.rung)
    }

    /// The number of the rung: 0 is cool, [`PAUSED`] is past the last.
    pub(super) fn number(&self) -> usize {
        self.rung
    }

    /// Whether not even a tap may be answered.
    pub(super) fn critical(&self) -> bool {
        self.critical
    }

    /// What a person is told about the rung.
    pub(super) fn reason(&self) -> Reason {
        match self.rung() {
            Some(rung) if self.rung == UNKNOWN && self.unknown && rung.reason == Reason::Warm => Reason::HeatUnknown,
            Some(rung) => rung.reason,
            None => Reason::Hot,
        }
    }
}

/// The rung of a reading, taken `margin_frac` hotter than it is.
fn rung_of(power: &Power, margin_frac: f32) -> usize {
    let by_headroom = power.headroom().map(|headroom| {
        let headroom = headroom + margin_frac;
        if headroom >= PAUSE_FROM_HEADROOM_FRAC {
            PAUSED
        } else {
            LADDER.iter().rposition(|rung| headroom >= rung.from_headroom_frac).unwrap_or(0)
        }
    });
    let by_status = power.thermal_status.map(|status| match status {
        ThermalStatus::None => 0,
        // The headroom says more exactly how warm.
        ThermalStatus::Light if by_headroom.is_some() => 0,
        ThermalStatus::Light => LIGHT,
        ThermalStatus::Moderate => MODERATE,
        ThermalStatus::Severe | ThermalStatus::Critical => PAUSED,
    });
    by_headroom.max(by_status).unwrap_or(UNKNOWN)
}
