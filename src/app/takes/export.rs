//! Saving a take where others find it: as text or as subtitles, where the system keeps what people save.

use crate::app::microphone::Take;
use crate::inference::speech::formats::{srt, vtt};
use crate::system::{self, SaveError};
use std::path::Path;

/// A file name is at most so many characters before its extension: all systems take it, all lists show it.
const MAX_NAME_CHARS: usize = 40;

/// How a take is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The words alone.
    Text,
    /// SubRip subtitles.
    Srt,
    /// WebVTT subtitles.
    Vtt,
}

impl Format {
    /// In the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Text, Self::Srt, Self::Vtt];

    fn extension(self) -> &'static str {
        match self {
            Self::Text => "txt",
            Self::Srt => "srt",
            Self::Vtt => "vtt",
        }
    }

    fn write(self, take: &Take) -> String {
        match self {
            Self::Text => format!("{}\n", take.text),
            Self::Srt => srt(&take.segments()),
            Self::Vtt => vtt(&take.segments()),
        }
    }
}

/// Saves a take under a name that nothing has yet. Returns its place; `None` where the person chooses one.
///
/// # Errors
/// What the system said: no room, no permission, no such place.
pub fn save(take: &Take, format: Format) -> Result<Option<String>, SaveError> {
    system::save(&stem(take), format.extension(), format.write(take).as_bytes())
}

/// The first words, or the name of the file that it comes from, as a file name that every system takes.
fn stem(take: &Take) -> String {
    let from_file = take.file.as_deref().and_then(|name| Path::new(name).file_stem()?.to_str());
    let mut name = String::new();
    for word in from_file.unwrap_or(&take.text).split_whitespace() {
        // Letters of any script; what has a meaning to a file system goes.
        let word: String = word.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect();
        let chars = name.chars().count() + 1 + word.chars().count();
        if !word.is_empty() && chars <= MAX_NAME_CHARS {
            name.push_str(if name.is_empty() { "" } else { " " });
            name.push_str(&word);
        } else if !word.is_empty() {
            if name.is_empty() {
                name.extend(word.chars().take(MAX_NAME_CHARS));
            }
            break;
        }
    }
    // The app's name in front: on Windows a few bare words are devices.
    if name.is_empty() { "Onhand".into() } else { format!("Onhand - {name}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::microphone::Line;
    use proptest::prelude::*;

    fn take(text: &str, file: Option<&str>) -> Take {
        let lines = vec![Line { start_s: 0.5, end_s: 2.0, text: text.into() }];
        Take {
            began_ms: 1,
            text: text.into(),
            lines,
            language: None,
            translated: false,
            audio_s: 3.0,
            worked_s: 1.0,
            file: file.map(str::to_string),
            warning: None,
        }
    }

    #[test]
    fn each_format_is_written() {
        let take = take("And so, my fellow: citizens?", None);
        for (format, extension, content) in [
            (Format::Text, "txt", "And so, my fellow: citizens?\n"),
            (Format::Srt, "srt", "1\n00:00:00,500 --> 00:00:02,000\nAnd so, my fellow: citizens?\n\n"),
            (Format::Vtt, "vtt", "WEBVTT\n\n00:00:00.500 --> 00:00:02.000\nAnd so, my fellow: citizens?\n\n"),
        ] {
            assert_eq!(format.extension(), extension);
            assert_eq!(format.write(&take), content);
        }
        assert_eq!(stem(&take), "Onhand - And so my fellow citizens");
    }

    #[test]
    fn names_come_from_the_file_or_the_first_words() {
        assert_eq!(stem(&take("words", Some("my talk.final.mp3"))), "Onhand - my talkfinal");
        assert_eq!(stem(&take("오늘 날씨가 좋네요.", None)), "Onhand - 오늘 날씨가 좋네요");
        assert_eq!(stem(&take("…", Some("../../etc/passwd"))), "Onhand - passwd");
        assert_eq!(stem(&take(". . .", None)), "Onhand");
        assert_eq!(stem(&take(&"a".repeat(99), None)), format!("Onhand - {}", "a".repeat(40)));
    }

    proptest! {
        /// Whatever was said, the name is one that a folder takes.
        #[test]
        fn a_name_is_a_name(text in "\\PC{0,80}") {
            let name = stem(&take(&text, None));
            prop_assert!(name.chars().count() <= MAX_NAME_CHARS + 9);
            prop_assert!(name.chars().all(|c| c.is_alphanumeric() || " -_".contains(c)), "{:?}", name);
            prop_assert!(!name.ends_with(' '));
        }
    }
}
