//! The phone: two thermal nodes, a clock that slows with heat, and a battery.
//!
//! ```text
//! inference ─▶ die ─ R_die ─▶ skin ─ R_skin ─▶ ambient
//! screen, camera ────────────▶ skin
//! ```

use crate::scheduler::{Power, Supply, ThermalStatus};

/// Time constant of the die, and of the skin; measured ones of phones lie about these.
const DIE_TAU_S: f64 = 8.0;
const SKIN_TAU_S: f64 = 540.0;
/// A phone gives off 3 to 4 W at an 18 K warmer skin (Halpern et al., "Mobile CPU's Rise to Power", HPCA 2016).
const SKIN_K_PER_W: f64 = 5.0;
/// A core at 3 W is about 25 K hotter than the skin.
const DIE_K_PER_W: f64 = 8.0;
/// The screen at half brightness and the camera with its image processor.
const IN_VIEW_W: f64 = 0.9;
/// A phone in a pocket.
const HIDDEN_W: f64 = 0.05;
/// One big core and its memory, busy.
const INFERENCE_W: f64 = 3.0;
/// 4355 mAh at 3.86 V, a Pixel 7's.
const BATTERY_J: f64 = 60_500.0;
const BATTERY_AT_START_FRAC: f64 = 0.8;
/// Skin temperatures from which a Pixel reports light, moderate, severe and critical heat.
const STATUS_FROM_C: [f64; 4] = [39.0, 43.0, 45.0, 46.5];
/// From here the clock slows, by this much a degree, down to this.
const SLOW_FROM_C: f64 = 43.0;
const SLOWER_PER_K: f64 = 0.15;
const LEAST_CLOCK_FRAC: f64 = 0.4;

/// The skin temperature to stay under, in °C: from here on phones slow themselves.
pub const LIMIT_SKIN_C: f64 = SLOW_FROM_C;

/// A phone at a moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Phone {
    /// Temperature of the processor, °C.
    pub die_c: f64,
    /// Temperature of the case, °C.
    pub skin_c: f64,
    /// Energy used since the start, J.
    pub used_j: f64,
}

impl Phone {
    /// A phone that has lain about at this temperature.
    pub fn at_rest(ambient_c: f64) -> Self {
        Self { die_c: ambient_c, skin_c: ambient_c, used_j: 0.0 }
    }

    /// The clock as a share of its fastest.
    pub fn clock_frac(&self) -> f64 {
        (1.0 - SLOWER_PER_K * (self.skin_c - SLOW_FROM_C).max(0.0)).max(LEAST_CLOCK_FRAC)
    }

    /// The phone `seconds` later, of which inference took the share `busy_frac` (explicit Euler; the step must be small
    /// against the die's 8 s).
    pub fn after(&self, seconds: f64, ambient_c: f64, busy_frac: f64, in_view: bool) -> Self {
        // Voltage falls with the clock, so power falls with its square.
        let inference_w = busy_frac * INFERENCE_W * self.clock_frac().powi(2);
        let base_w = if in_view { IN_VIEW_W } else { HIDDEN_W };
        let die_to_skin_w = (self.die_c - self.skin_c) / DIE_K_PER_W;
        let skin_to_air_w = (self.skin_c - ambient_c) / SKIN_K_PER_W;
        let die_j_per_k = DIE_TAU_S / DIE_K_PER_W;
        let skin_j_per_k = SKIN_TAU_S / SKIN_K_PER_W;
        Self {
            die_c: self.die_c + seconds * (inference_w - die_to_skin_w) / die_j_per_k,
            skin_c: self.skin_c + seconds * (base_w + die_to_skin_w - skin_to_air_w) / skin_j_per_k,
            used_j: self.used_j + seconds * (inference_w + base_w),
        }
    }

    /// What the phone tells an app.
    pub fn power(&self, charging: bool) -> Power {
        use ThermalStatus::*;
        let level_frac = (BATTERY_AT_START_FRAC - self.used_j / BATTERY_J).max(0.0) as f32;
        let status = STATUS_FROM_C.iter().rposition(|from_c| self.skin_c >= *from_c);
        // Sensors tell tenths.
        let told_c = (self.skin_c * 10.0).round() / 10.0;
        Power {
            thermal_status: Some(status.map_or(None, |i| [Light, Moderate, Severe, Critical][i])),
            // Android's scale: 30 °C a unit, 1 at severe.
            headroom_frac: Some((1.0 + (told_c - STATUS_FROM_C[2]) / 30.0) as f32),
            supply: if charging {
                Supply::Charging { level_frac: Some(level_frac) }
            } else {
                Supply::Battery { level_frac }
            },
            low_power_mode: Some(false),
        }
    }
}
