//! A script in TOML: steps, each of which holds from its time on.
//!
//! ```toml
//! repeat_s = 300           # optional: begin again after so long
//! [[step]]
//! at_s = 0                 # what else a step holds is its user's
//! ```

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// Steps in order of time; the first is at 0. `S` is what a step holds besides its time.
#[derive(Debug, Clone, PartialEq)]
pub struct Timeline<S> {
    /// After so many seconds it begins again; later than the last step.
    pub repeat_s: Option<f64>,
    /// From when on, s, and what then holds. Never empty.
    pub steps: Vec<(f64, S)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    repeat_s: Option<f64>,
    #[serde(rename = "step")]
    steps: Vec<toml::Spanned<toml::Table>>,
}

impl<S: DeserializeOwned> Timeline<S> {
    /// Reads a script.
    ///
    /// # Errors
    /// It is no TOML of this form, or its steps are not in order of time from 0 on: what is wrong, and in which line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let in_line = |at: usize, why: &str| format!("line {}: {why}", 1 + text[..at].matches('\n').count());
        let of_toml = |e: toml::de::Error| match e.span() {
            Some(span) if span.start > 0 => in_line(span.start, e.message()),
            _ => e.message().to_string(),
        };
        let File { repeat_s, steps: tables } = toml::from_str(text).map_err(of_toml)?;
        let mut steps: Vec<(f64, S)> = Vec::new();
        for table in tables {
            let wrong = |why: String| in_line(table.span().start, &why);
            let mut fields = table.get_ref().clone();
            let at_s = match fields.remove("at_s") {
                Some(toml::Value::Integer(at_s)) => at_s as f64,
                Some(toml::Value::Float(at_s)) => at_s,
                _ => return Err(wrong("at_s, a number of seconds, is missing".into())),
            };
            match steps.last() {
                None if at_s != 0.0 => return Err(wrong(format!("the first step is at {at_s} s, not at 0"))),
                // Written so that a NaN fails too.
                Some((before_s, _)) if !(at_s > *before_s && at_s.is_finite()) => {
                    return Err(wrong(format!("the step at {at_s} s comes after the one at {before_s} s")));
                }
                _ => steps.push((at_s, fields.try_into().map_err(|e: toml::de::Error| wrong(e.message().into()))?)),
            }
        }
        let last_s = steps.last().ok_or("there is no step")?.0;
        if repeat_s.is_some_and(|repeat_s| !(repeat_s > last_s && repeat_s.is_finite())) {
            return Err(format!("repeat_s must lie after the last step, at {last_s} s"));
        }
        Ok(Self { repeat_s, steps })
    }
}

impl<S> Timeline<S> {
    /// The step that holds at a time, and which one it is since the start: a step that comes again is another one.
    pub fn at(&self, seconds: f64) -> (usize, &S) {
        let (round, seconds) = match self.repeat_s {
            Some(repeat_s) => ((seconds / repeat_s) as usize, seconds % repeat_s),
            None => (0, seconds),
        };
        let index = self.steps.partition_point(|(at_s, _)| *at_s <= seconds).saturating_sub(1);
        (round * self.steps.len() + index, &self.steps[index].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Step {
        scene: Option<String>,
    }

    #[test]
    fn steps_hold_until_the_next_and_repeat() {
        let timeline = Timeline { repeat_s: Some(20.0), steps: vec![(0.0, 'a'), (10.0, 'b')] };
        let told = [0.0, 9.9, 10.0, 19.9, 20.0, 30.0].map(|s| timeline.at(s));
        assert_eq!(told, [(0, &'a'), (0, &'a'), (1, &'b'), (1, &'b'), (2, &'a'), (3, &'b')]);
        let once = Timeline { repeat_s: None, steps: vec![(0.0, 'a')] };
        assert_eq!(once.at(1e9), (0, &'a'));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let good = "repeat_s = 9\n[[step]]\nat_s = 0\nscene = \"still\"\n[[step]]\nat_s = 5.5";
        let read = Timeline::<Step>::parse(good).unwrap();
        assert_eq!([0.0, 5.5].map(|s| read.at(s).1.scene.as_deref()), [Some("still"), None]);
        for (text, why) in [
            ("", "missing field `step`"),
            ("step = []", "no step"),
            ("repeat_s = 1\nstep == 1", "line 2"),
            ("repeats = 1\n[[step]]\nat_s = 0", "repeats"),
            ("[[step]]\nscene = \"a\"", "line 1: at_s, a number of seconds, is missing"),
            ("[[step]]\nat_s = \"soon\"", "is missing"),
            ("[[step]]\nat_s = 3", "line 1: the first step is at 3 s, not at 0"),
            ("[[step]]\nat_s = 0\n[[step]]\nat_s = nan", "comes after"),
            ("[[step]]\nat_s = 0\n\n[[step]]\nat_s = -1", "line 4: the step at -1 s comes after the one at 0 s"),
            ("[[step]]\nat_s = 0\nscene = 7", "line 1"),
            ("[[step]]\nat_s = 0\ncolour = 1", "colour"),
            ("repeat_s = 0\n[[step]]\nat_s = 0", "repeat_s"),
        ] {
            let error = Timeline::<Step>::parse(text).unwrap_err();
            assert!(error.contains(why), "{text:?}: {error}");
        }
    }
}
