//! What a person may set, and the words in which the scheduler answers.

/// How hard to protect battery and heat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Care {
    /// Half as much again of the processor's time.
    Light,
    /// The recommended setting.
    #[default]
    Balanced,
    /// Three fifths of the processor's time.
    Strong,
}

impl Care {
    /// What the shares of the processor's time in the heat ladder are multiplied by. The temperatures stay: where a
    /// phone is too hot is not a matter of taste.
    pub(super) fn duty_factor(self) -> f64 {
        match self {
            Self::Light => 1.5,
            Self::Balanced => 1.0,
            Self::Strong => 0.6,
        }
    }
}

/// What a person sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// No two runs start closer than this, whatever else is allowed.
    pub min_interval_ms: u64,
    /// How hard to protect battery and heat.
    pub care: Care,
    /// A result older than this is renewed even where the scene seems to stand still.
    pub max_age_ms: u64,
}

impl Default for Policy {
    fn default() -> Self {
        // Ten a second is as fast as a person reads a changing label; ten seconds bound what a gate may overlook.
        Self { min_interval_ms: 100, care: Care::Balanced, max_age_ms: 10_000 }
    }
}

/// How much a run may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// The model that the person chose.
    Full,
    /// The smallest one installed for the same work.
    Reduced,
}

/// Why a turn was skipped, or what holds the pace down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// The person's own minimum interval.
    Interval,
    /// The run before is not finished.
    Busy,
    /// The model takes so long that the processor would hardly rest.
    Duty,
    /// The scene has not changed.
    Still,
    /// The phone is warm: slower.
    Warm,
    /// The phone is hot: a great deal slower, at reduced effort; or paused.
    Hot,
    /// The phone is so hot that not even a tap is answered.
    Critical,
    /// Nothing says how hot the phone is.
    HeatUnknown,
    /// The battery runs low: slower; or paused.
    LowBattery,
    /// The system saves energy.
    LowPowerMode,
    /// Nothing says how full the battery is.
    BatteryUnknown,
    /// The app is not in view.
    Hidden,
}

impl Reason {
    /// Every reason, in the order of its number.
    pub const ALL: [Self; 12] = [
        Self::Interval,
        Self::Busy,
        Self::Duty,
        Self::Still,
        Self::Warm,
        Self::Hot,
        Self::Critical,
        Self::HeatUnknown,
        Self::LowBattery,
        Self::LowPowerMode,
        Self::BatteryUnknown,
        Self::Hidden,
    ];

    /// A name for reports and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Interval => "interval",
            Self::Busy => "busy",
            Self::Duty => "duty",
            Self::Still => "still",
            Self::Warm => "warm",
            Self::Hot => "hot",
            Self::Critical => "critical",
            Self::HeatUnknown => "heat-unknown",
            Self::LowBattery => "low-battery",
            Self::LowPowerMode => "low-power-mode",
            Self::BatteryUnknown => "battery-unknown",
            Self::Hidden => "hidden",
        }
    }
}
