//! What the scheduler is told. Everything that a device may not know is an `Option`; a number that is no number
//! counts as not known.

/// How hot the system says the phone is. Android's levels, its last three in one; iOS's map onto them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThermalStatus {
    /// Not throttled; iOS: nominal.
    None,
    /// Warm, and nothing that a person would notice; iOS: fair.
    Light,
    /// The system slows itself; iOS: serious.
    Moderate,
    /// The system slows itself a great deal.
    Severe,
    /// About to shut parts down; iOS: critical.
    Critical,
}

/// Where the energy comes from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Supply {
    /// Nothing says so.
    Unknown,
    /// No battery, or one that is being charged; its level where one is known, `0..=1`.
    Charging { level_frac: Option<f32> },
    /// A battery that is being emptied; its level, `0..=1`.
    Battery { level_frac: f32 },
}

/// Heat and energy, as a power sensor reads them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Power {
    /// The system's own word for its heat.
    pub thermal_status: Option<ThermalStatus>,
    /// How near the phone is to severe throttling: 1 is there, 0 is 30 °C below it, so **higher is hotter**.
    /// Android's scale (`PowerManager.getThermalHeadroom`).
    pub headroom_frac: Option<f32>,
    /// Where the energy comes from.
    pub supply: Supply,
    /// Whether the person has asked the system to save energy.
    pub low_power_mode: Option<bool>,
}

impl Power {
    /// A device that tells nothing.
    pub const UNKNOWN: Self =
        Self { thermal_status: None, headroom_frac: None, supply: Supply::Unknown, low_power_mode: None };

    /// The headroom, if it is a number.
    pub(super) fn headroom(&self) -> Option<f32> {
        self.headroom_frac.filter(|h| h.is_finite())
    }
}

/// What the input shows, against the one that the last run saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// Nothing to compare with, or an input that has no scene (a text, a sound).
    Unknown,
    /// As before, but for noise.
    Still,
    /// Something else.
    Changed,
}

/// Everything that a turn is decided from, but the time and the history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Signals {
    /// Heat and energy.
    pub power: Power,
    /// Whether the app is in view.
    pub visible: bool,
    /// What the input shows.
    pub scene: Scene,
    /// Whether a person asks for an answer to this very input.
    pub tapped: bool,
}
