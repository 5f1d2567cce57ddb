//! What is written on the screens, from the app's own locales: the tour finds controls by it in both languages.

const ENGLISH: &str = include_str!("../../assets/locales/en.ftl");
const KOREAN: &str = include_str!("../../assets/locales/ko.ftl");

/// A language of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tongue {
    English,
    Korean,
}

impl Tongue {
    /// As file names have it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// Its name in the settings, which is the same in every language.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Korean => "한국어",
        }
    }

    /// A message of one line without variables.
    pub fn say(self, key: &str) -> &'static str {
        let locale = if self == Self::English { ENGLISH } else { KOREAN };
        let line = locale.lines().find_map(|line| line.strip_prefix(key)?.trim_start().strip_prefix('='));
        line.unwrap_or_else(|| panic!("no message is called {key}")).trim()
    }
}
