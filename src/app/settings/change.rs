use super::data::{
    LanguageChoice, MAX_INTERVAL_MS, MIN_INTERVAL_MS, ModelChoice, Protection, Settings, Theme, UnitChoice,
};
use crate::app::models::Purpose;
use crate::inference::Unit;

/// One thing that a person sets.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The least time between two runs, in milliseconds.
    Interval(u32),
    /// How hard battery and heat are protected.
    Protection(Protection),
    /// No more labels than this.
    LabelCount(u8),
    /// No label less probable than this, in percent.
    LeastPercent(u8),
    /// The code of the language that is spoken; `None` is found out.
    SpokenLanguage(Option<String>),
    /// Whether speech is translated into English.
    Translate(bool),
    /// What computes texts and speech.
    Unit(Unit),
    /// Threads; `None` is automatic.
    Threads(Option<u16>),
    /// The app's language.
    Language(LanguageChoice),
    /// Light or dark.
    Theme(Theme),
    /// Which model a screen uses; `None` is automatic.
    Model(Purpose, Option<ModelChoice>),
}

impl Change {
    /// Makes the change.
    pub fn apply(self, settings: &mut Settings) {
        match self {
            Self::Interval(ms) => settings.pace.interval_ms = ms.clamp(MIN_INTERVAL_MS, MAX_INTERVAL_MS),
            Self::Protection(protection) => settings.pace.protection = protection,
            Self::LabelCount(count) => settings.labels.count = count,
            Self::LeastPercent(percent) => settings.labels.least_percent = percent,
            Self::SpokenLanguage(language) => settings.speech.language = language,
            Self::Translate(translate) => settings.speech.translate = translate,
            Self::Unit(unit) => settings.compute.unit = UnitChoice::Known(unit),
            Self::Threads(threads) => settings.compute.threads = threads,
            Self::Language(language) => settings.language = language,
            Self::Theme(theme) => settings.theme = theme,
            Self::Model(purpose, choice) => settings.models.set(purpose, choice),
        }
    }
}
