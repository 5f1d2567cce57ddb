//! What is done with the phone: a script of steps, from a TOML file or built in.
//!
//! ```toml
//! repeat_s = 60            # optional: begin again after so long
//! [[step]]
//! at_s = 0
//! scene = "moving"         # or "still"
//! visible = true           # optional, as are the next two
//! charging = false
//! ambient_c = 35.0         # in place of the ambient given
//! ```

use crate::timeline::Timeline;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Whether the camera sees something new in every frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Motion {
    /// Every frame is new.
    Moving,
    /// Every frame is as the one before.
    Still,
}

/// What holds from a time on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What the camera sees.
    pub scene: Motion,
    /// Whether the app is in view.
    #[serde(default = "yes")]
    pub visible: bool,
    /// Whether the battery is charged.
    #[serde(default)]
    pub charging: bool,
    /// The air's temperature, °C, in place of the one given.
    pub ambient_c: Option<f64>,
}

fn yes() -> bool {
    true
}

/// What is done, step by step.
#[derive(Debug, Clone, PartialEq)]
pub struct Usage(pub Timeline<Step>);

/// A script that cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    #[error("the trace {path} cannot be read: {source}; name a text file")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the trace {path} is not understood: {why}; it wants [[step]] tables with at_s and scene")]
    Malformed { path: PathBuf, why: String },
}

impl Usage {
    /// Pointing the phone about for 40 s, then holding it still for 20, again and again.
    pub fn demo() -> Self {
        let step = |scene| Step { scene, visible: true, charging: false, ambient_c: None };
        Self(Timeline { repeat_s: Some(60.0), steps: vec![(0.0, step(Motion::Moving)), (40.0, step(Motion::Still))] })
    }

    /// Never holding it still.
    pub fn moving() -> Self {
        let mut usage = Self::demo();
        usage.0.steps.truncate(1);
        usage
    }

    /// Reads a script.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML of this form, or its steps are not in order of time from 0 on.
    pub fn open(path: &Path) -> Result<Self, UsageError> {
        let text =
            std::fs::read_to_string(path).map_err(|source| UsageError::Unreadable { path: path.into(), source })?;
        Self::parse(&text).map_err(|why| UsageError::Malformed { path: path.into(), why })
    }

    fn parse(text: &str) -> Result<Self, String> {
        let timeline = Timeline::<Step>::parse(text)?;
        for ambient_c in timeline.steps.iter().filter_map(|(_, step)| step.ambient_c) {
            if !(-40.0..=80.0).contains(&ambient_c) {
                return Err(format!("ambient_c = {ambient_c} is not between -40 and 80"));
            }
        }
        Ok(Self(timeline))
    }

    /// The step that holds at a time, and which one it is since the start: a step that comes again is another one.
    pub fn at(&self, seconds: f64) -> (usize, &Step) {
        self.0.at(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_read_and_bad_ones_named() {
        let good = "repeat_s = 9\n[[step]]\nat_s = 0\nscene = \"still\"\n[[step]]\nat_s = 5\nscene = \"moving\"\nvisible = false";
        assert_eq!(Usage::parse(good).unwrap().0.steps.len(), 2);
        for (text, why) in [
            ("[[step]]\nat_s = 3\nscene = \"still\"", "not at 0"),
            ("[[step]]\nat_s = 0\nscene = \"walking\"", "walking"),
            ("[[step]]\nat_s = 0\nscene = \"still\"\nambient_c = 900", "900"),
            ("[[step]]\nat_s = 0\nscene = \"still\"\ncolour = 1", "colour"),
        ] {
            let error = Usage::parse(text).unwrap_err();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
