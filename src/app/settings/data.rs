use crate::app::models::Purpose;
use crate::inference::{Unit, Variant};
use serde::{Deserialize, Serialize};

/// Ten a second: as fast as labels can be read, and far below what a camera gives.
pub const DEFAULT_INTERVAL_MS: u32 = 100;
/// Faster gains nothing: a preview has 30 frames a second, of which the models see every second at most.
pub const MIN_INTERVAL_MS: u32 = 50;
/// Slower than this is no live view any more.
pub const MAX_INTERVAL_MS: u32 = 2000;
/// What the screen's slider offers; a file may hold any number between the ends.
pub const INTERVALS_MS: [u32; 11] = [50, 75, 100, 150, 200, 300, 500, 750, 1000, 1500, 2000];

/// Everything that a person can set. Keys that this version does not know are kept as they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The app's language.
    pub language: LanguageChoice,
    /// Light or dark.
    pub theme: Theme,
    /// How often, and how careful.
    pub pace: Pace,
    /// Which labels the camera shows.
    pub labels: Labels,
    /// How speech is written down.
    pub speech: Speech,
    /// What computes.
    pub compute: Compute,
    /// Which model each screen uses.
    pub models: ModelChoices,
    #[serde(flatten)]
    /// Keys of other versions.
    pub unknown: toml::Table,
}

/// The app's language.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LanguageChoice {
    /// As the system is set.
    #[default]
    System,
    /// English.
    English,
    /// Korean.
    Korean,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system is set.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How often the models run, and how careful they are with the device.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pace {
    /// The least time from one run to the next, in milliseconds: [`MIN_INTERVAL_MS`] to [`MAX_INTERVAL_MS`].
    pub interval_ms: u32,
    /// How hard battery and heat are protected.
    pub protection: Protection,
    #[serde(flatten)]
    /// Keys of other versions.
    pub unknown: toml::Table,
}

impl Default for Pace {
    fn default() -> Self {
        Self { interval_ms: DEFAULT_INTERVAL_MS, protection: Protection::default(), unknown: toml::Table::new() }
    }
}

/// How hard battery and heat are protected.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protection {
    /// Answers often, slows down late.
    Light,
    /// In between.
    #[default]
    Balanced,
    /// Slows down early.
    Strong,
}

/// Which labels the camera shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Labels {
    /// No more than this: one of [`LABEL_COUNTS`], or any number up to the last.
    pub count: u8,
    /// None less probable than this, in percent, up to 99.
    pub least_percent: u8,
    #[serde(flatten)]
    /// Keys of other versions.
    pub unknown: toml::Table,
}

/// What the screen offers.
pub const LABEL_COUNTS: [u8; 3] = [1, 3, 5];
/// What the screen offers.
pub const LEAST_PERCENTS: [u8; 3] = [3, 10, 30];

impl Default for Labels {
    /// Three are read at a glance; under a tenth a label is a guess.
    fn default() -> Self {
        Self { count: 3, least_percent: 10, unknown: toml::Table::new() }
    }
}

/// How speech is written down.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Speech {
    /// The code of the language that is spoken; `None` is found out. A model that does not know it finds out, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether an English translation is written.
    pub translate: bool,
    #[serde(flatten)]
    /// Keys of other versions.
    pub unknown: toml::Table,
}

/// What computes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Compute {
    /// What computes texts and speech.
    pub unit: UnitChoice,
    /// Threads; `None` is as many as the machine has. Applies from the next start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub threads: Option<u16>,
    #[serde(flatten)]
    /// Keys of other versions.
    pub unknown: toml::Table,
}

/// What computes texts and speech, as far as this version knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum UnitChoice {
    /// This, if this build has it on this system.
    Known(Unit),
    /// One of another version, by its name: it stays in the file, and the processor computes.
    Other(String),
}

impl Default for UnitChoice {
    fn default() -> Self {
        Self::Known(Unit::default())
    }
}

impl UnitChoice {
    /// The unit to ask for.
    pub fn unit(&self) -> Unit {
        match self {
            Self::Known(unit) => *unit,
            Self::Other(_) => Unit::Cpu,
        }
    }
}

/// Which model each screen uses; without a choice, the first that is installed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelChoices {
    /// For the camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<ModelChoice>,
    /// For the microphone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub microphone: Option<ModelChoice>,
    /// For texts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<ModelChoice>,
    #[serde(flatten)]
    /// Keys of other versions.
    pub unknown: toml::Table,
}

/// A model and its precision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelChoice {
    /// The model's id.
    pub id: String,
    /// The precision; `None` takes what is installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<Variant>,
}

impl ModelChoices {
    /// The choice for a purpose.
    pub fn of(&self, purpose: Purpose) -> Option<&ModelChoice> {
        match purpose {
            Purpose::Camera => self.camera.as_ref(),
            Purpose::Microphone => self.microphone.as_ref(),
            Purpose::Text => self.text.as_ref(),
        }
    }

    /// The id of the choice for a purpose.
    pub fn id(&self, purpose: Purpose) -> Option<&str> {
        self.of(purpose).map(|choice| choice.id.as_str())
    }

    /// Chooses for a purpose.
    pub fn set(&mut self, purpose: Purpose, choice: Option<ModelChoice>) {
        match purpose {
            Purpose::Camera => self.camera = choice,
            Purpose::Microphone => self.microphone = choice,
            Purpose::Text => self.text = choice,
        }
    }
}

impl Settings {
    /// Numbers that are out of bounds moved to the nearest bound: a file may hold anything.
    pub(super) fn within_bounds(mut self) -> Self {
        self.pace.interval_ms = self.pace.interval_ms.clamp(MIN_INTERVAL_MS, MAX_INTERVAL_MS);
        self.labels.count = self.labels.count.clamp(1, LABEL_COUNTS[LABEL_COUNTS.len() - 1]);
        self.labels.least_percent = self.labels.least_percent.min(99);
        self.compute.threads = self.compute.threads.map(|n| n.clamp(1, MAX_THREADS));
        self
    }

    /// The threads to compute with on a machine of `cores`.
    pub fn threads(&self, cores: usize) -> usize {
        self.compute.threads.map_or(cores, |n| usize::from(n).min(cores)).max(1)
    }
}

/// As many as onhand-lab takes.
const MAX_THREADS: u16 = 256;
