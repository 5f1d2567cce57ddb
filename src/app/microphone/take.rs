//! What was heard and written down.

use crate::inference::speech::Segment;
use serde::{Deserialize, Serialize};

/// Something that was said, and when.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Seconds from the start of the take.
    pub start_s: f64,
    /// Seconds from the start of the take.
    pub end_s: f64,
    /// Without space at either end.
    pub text: String,
}

/// What was heard and written down.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Take {
    /// When it began, in milliseconds since 1970; no two takes have the same.
    pub began_ms: u64,
    /// Everything said, in one.
    pub text: String,
    /// The same by the time.
    #[serde(default)]
    pub lines: Vec<Line>,
    /// The code of the language in which it was said, where that is known.
    #[serde(default)]
    pub language: Option<String>,
    /// Whether the text is an English translation.
    #[serde(default)]
    pub translated: bool,
    /// How long it is, in seconds.
    pub audio_s: f64,
    /// For how long the model worked on it, in seconds; 0 where it has not finished.
    #[serde(default)]
    pub worked_s: f64,
    /// The name of the file that it comes from.
    #[serde(default)]
    pub file: Option<String>,
    /// What is wrong with that file, in the engine's words.
    #[serde(default)]
    pub warning: Option<String>,
}

impl Take {
    /// How many times as fast as speech it was written down.
    pub fn speed(&self) -> Option<f64> {
        Some(self.audio_s / self.worked_s).filter(|speed| speed.is_finite() && *speed > 0.0)
    }

    /// Its lines as the engine's formats take them; one of all, where the app was closed before it was finished.
    pub fn segments(&self) -> Vec<Segment> {
        if self.lines.is_empty() {
            return vec![Segment { start_s: 0.0, end_s: self.audio_s, text: self.text.clone() }];
        }
        let segment = |line: &Line| Segment { start_s: line.start_s, end_s: line.end_s, text: line.text.clone() };
        self.lines.iter().map(segment).collect()
    }
}

/// The engine's segments as lines.
pub(super) fn lines(segments: &[Segment]) -> Vec<Line> {
    let line = |s: &Segment| Line { start_s: s.start_s, end_s: s.end_s, text: s.text.clone() };
    segments.iter().map(line).collect()
}
