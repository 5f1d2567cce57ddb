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
    /// From when on, s.
    pub at_s: f64,
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

/// A script of steps, in order of time; the first is at 0.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Usage {
    /// After so many seconds the script begins again.
    pub repeat_s: Option<f64>,
    /// The steps.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

/// A script that cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum UsageError {
    #[error("the trace {path} cannot be read: {source}; check the path")]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("the trace {path} is not understood: {why}; it wants [[step]] tables with at_s and scene")]
    Malformed { path: PathBuf, why: String },
}

impl Usage {
    /// Pointing the phone about for 40 s, then holding it still for 20, again and again.
    pub fn demo() -> Self {
        let step = |at_s, scene| Step { at_s, scene, visible: true, charging: false, ambient_c: None };
        Self { repeat_s: Some(60.0), steps: vec![step(0.0, Motion::Moving), step(40.0, Motion::Still)] }
    }

    /// Never holding it still.
    pub fn moving() -> Self {
        let mut usage = Self::demo();
        usage.steps.truncate(1);
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
        let usage: Self = toml::from_str(text).map_err(|e| e.message().to_string())?;
        let first = usage.steps.first().ok_or("there is no step")?;
        if first.at_s != 0.0 {
            return Err(format!("the first step is at {} s, not at 0", first.at_s));
        }
        for pair in usage.steps.windows(2) {
            // Written so that a NaN fails too.
            if !(pair[1].at_s > pair[0].at_s && pair[1].at_s.is_finite()) {
                return Err(format!("the step at {} s comes after the one at {} s", pair[1].at_s, pair[0].at_s));
            }
        }
        let last_s = usage.steps[usage.steps.len() - 1].at_s;
        if usage.repeat_s.is_some_and(|repeat_s| !(repeat_s > last_s && repeat_s.is_finite())) {
            return Err(format!("repeat_s must lie after the last step, at {last_s} s"));
        }
        for ambient_c in usage.steps.iter().filter_map(|step| step.ambient_c) {
            if !(-40.0..=80.0).contains(&ambient_c) {
                return Err(format!("ambient_c = {ambient_c} is not between -40 and 80"));
            }
        }
        Ok(usage)
    }

    /// The step that holds at a time, and which one it is since the start: a step that comes again is another one.
    pub fn at(&self, seconds: f64) -> (usize, &Step) {
        let (round, seconds) = match self.repeat_s {
            Some(repeat_s) => ((seconds / repeat_s) as usize, seconds % repeat_s),
            None => (0, seconds),
        };
        let index = self.steps.partition_point(|step| step.at_s <= seconds).saturating_sub(1);
        (round * self.steps.len() + index, &self.steps[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_hold_until_the_next_and_repeat() {
        let usage = Usage::demo();
        let at = |seconds| usage.at(seconds).1.scene;
        assert_eq!([0.0, 39.9].map(at), [Motion::Moving; 2]);
        assert_eq!([40.0, 59.9].map(at), [Motion::Still; 2]);
        assert_eq!(at(60.0), Motion::Moving);
        assert_eq!([0.0, 40.0, 60.0, 100.0].map(|s| usage.at(s).0), [0, 1, 2, 3]);
    }

    #[test]
    fn scripts_are_read_and_bad_ones_named() {
        let good = "repeat_s = 9\n[[step]]\nat_s = 0\nscene = \"still\"\n[[step]]\nat_s = 5\nscene = \"moving\"\nvisible = false";
        assert_eq!(Usage::parse(good).unwrap().steps.len(), 2);
        for (text, why) in [
            ("", "missing field `step`"),
            ("step = []", "no step"),
            ("[[step]]\nat_s = 3\nscene = \"still\"", "not at 0"),
            ("[[step]]\nat_s = 0\nscene = \"walking\"", "walking"),
            ("[[step]]\nat_s = 0\nscene = \"still\"\n[[step]]\nat_s = nan\nscene = \"still\"", "comes after"),
            ("repeat_s = 0\n[[step]]\nat_s = 0\nscene = \"still\"", "repeat_s"),
            ("[[step]]\nat_s = 0\nscene = \"still\"\nambient_c = 900", "900"),
            ("[[step]]\nat_s = 0\nscene = \"still\"\ncolour = 1", "colour"),
        ] {
            let error = Usage::parse(text).unwrap_err();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
