//! Texts of known feeling: accuracy, F1, and whether the model is as sure as it should be.
//!
//! A table of texts is UTF-8, with the line `label<TAB>sentence` first and then a line for each text: its class, by name
//! or by number from 0, a tab, and the text. So is SST-2 in the GLUE benchmark (with the columns in this order).

use super::{Confusion, Error, Refused, Result, calibration_error, class_of};
use crate::inference;
use crate::inference::text::SentimentAnalyzer;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The first line of a table.
const HEADER: &str = "label\tsentence";

/// A text, and how it feels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledText {
    /// The text.
    pub text: String,
    /// Its class, from 0, in the order of the model's logits.
    pub class: usize,
}

/// How often a model was right about texts.
#[derive(Debug, Clone, Serialize)]
pub struct TextScores {
    /// Texts that were judged.
    pub texts: usize,
    /// Of these, how many were given their class.
    pub right: usize,
    /// The share of them, 0 to 1.
    pub accuracy: f64,
    /// The mean of the F1 of all classes, 0 to 1.
    pub f1_macro: f64,
    /// F1 of the positive class, 0 to 1; `None` where no text is positive and none was taken for it.
    pub f1_positive: Option<f64>,
    /// Expected calibration error over 15 bins, 0 to 1.
    pub calibration_error: f64,
    /// A row for each class that was right, in it a column for each that was answered.
    pub matrix: Vec<Vec<usize>>,
    /// What the classes are called, in the order of the matrix.
    pub classes: Vec<String>,
    /// Texts that could not be judged.
    pub refused: Vec<Refused>,
    /// The class given to each text, in the order in which they came; `None` for what was refused.
    #[serde(skip)]
    pub answers: Vec<Option<usize>>,
}

/// The texts of the table at `path`, whose classes are called `classes`.
///
/// # Errors
/// [`Error::Io`]; [`Error::Table`] names the line that is not as it should be; [`Error::Labels`] for labels that are not
/// among `classes`.
pub fn texts(path: &Path, classes: &[String]) -> Result<Vec<LabelledText>> {
    let table = |line, why: &str| Error::Table { path: path.into(), line, why: why.into() };
    let bytes = fs::read(path).map_err(|source| Error::Io { path: path.into(), source })?;
    let text = String::from_utf8(bytes).map_err(|e| {
        let before = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        table(before + 1, "this is not UTF-8 text; convert the file to UTF-8")
    })?;
    let mut lines = text.trim_start_matches('\u{feff}').lines().enumerate().map(|(at, line)| (at + 1, line));
    if lines.next().is_none_or(|(_, line)| line.trim_end() != HEADER) {
        return Err(table(1, "the first line must be `label`, a tab, `sentence`; add it, or give a table that has it"));
    }
    let (mut labelled, mut unknown) = (Vec::new(), BTreeSet::new());
    for (number, line) in lines.filter(|(_, line)| !line.trim().is_empty()) {
        let (label, text) = line
            .split_once('\t')
            .filter(|(label, text)| !label.trim().is_empty() && !text.trim().is_empty())
            .ok_or_else(|| table(number, "a label, a tab and a text are needed; mend the line or remove it"))?;
        match class_of(label, classes) {
            Some(class) => labelled.push(LabelledText { text: text.into(), class }),
            None => drop(unknown.insert(label.to_string())),
        }
    }
    if !unknown.is_empty() {
        return Err(Error::Labels { labels: unknown.into_iter().collect(), classes: classes.into() });
    }
    if labelled.is_empty() {
        return Err(table(2, "there is no text in this table; add some"));
    }
    Ok(labelled)
}

/// Judges `texts`, each on its own; `done` is called after each.
///
/// # Errors
/// [`Error::Model`] when the model fails, [`Error::NothingJudged`] when no text could be judged. One that cannot be read
/// among others is counted in [`TextScores::refused`].
pub fn text(analyzer: &SentimentAnalyzer, texts: &[LabelledText], mut done: impl FnMut()) -> Result<TextScores> {
    let classes = analyzer.class_names();
    let (mut confusion, mut sure) = (Confusion::default(), Vec::new());
    let (mut answers, mut refused) = (Vec::new(), Vec::new());
    for LabelledText { text, class } in texts {
        let answer = match analyzer.judge(text) {
            Ok(judged) => {
                let answered = class_of(&judged.label, classes).unwrap_or_default();
                confusion.add(*class, answered);
                sure.push((judged.probability, answered == *class));
                Some(answered)
            }
            Err(inference::Error::Input(why)) => {
                refused.push(Refused { input: text.clone(), why });
                None
            }
            Err(error) => return Err(error.into()),
        };
        answers.push(answer);
        done();
    }
    let (judged, right) = confusion.total_and_right();
    let (Some(f1_macro), Some(calibration_error)) = (confusion.macro_f1(), calibration_error(&sure)) else {
        return Err(Error::nothing_judged(texts.len(), refused.first()));
    };
    Ok(TextScores {
        texts: judged,
        right,
        accuracy: right as f64 / judged as f64,
        f1_macro,
        f1_positive: confusion.f1(analyzer.positive_class()),
        calibration_error,
        matrix: confusion.matrix(classes.len()),
        classes: classes.into(),
        refused,
        answers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::Options;
    use crate::inference::text::tiny;

    fn classes() -> Vec<String> {
        vec!["NEGATIVE".into(), "POSITIVE".into()]
    }

    fn read(table: &[u8]) -> std::result::Result<Vec<(usize, String)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("t.tsv");
        fs::write(&path, table).unwrap();
        let read = texts(&path, &classes()).map_err(|e| e.to_string())?;
        Ok(read.into_iter().map(|t| (t.class, t.text)).collect())
    }

    #[test]
    fn a_table_is_read_by_number_and_by_name() {
        let read = read(b"label\tsentence\r\n0\tbad\tfilm\n\npositive\tgood film\r\n1\tvery good\n").unwrap();
        let want = [(0, "bad\tfilm"), (1, "good film"), (1, "very good")];
        assert_eq!(read, want.map(|(class, text)| (class, text.to_string())));
    }

    #[test]
    fn a_line_that_is_wrong_is_named() {
        for (table, says) in [
            (&b""[..], "line 1: the first line must be"),
            (b"0\tbad\n", "line 1: the first line must be"),
            (b"label\tsentence\n", "line 2: there is no text"),
            (b"label\tsentence\n0\tbad\na film\n", "line 3: a label, a tab and a text"),
            (b"label\tsentence\n\tbad\n", "line 2: a label"),
            (b"label\tsentence\n1\t \n", "line 2: a label"),
            (b"label\tsentence\n1\tgood\n1\tcaf\xe9\n", "line 3: this is not UTF-8"),
            (b"label\tsentence\n2\tgood\nneutral\tso\n", "no classes 2, neutral; it has NEGATIVE, POSITIVE"),
        ] {
            let said = read(table).unwrap_err();
            assert!(said.contains(says), "{said}");
        }
        assert!(texts(Path::new("none.tsv"), &classes()).unwrap_err().to_string().starts_with("none.tsv: "));
    }

    #[test]
    fn every_text_counts_once_and_unreadable_ones_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let dir = tiny::write(folder.path(), &tiny::config());
        let analyzer = SentimentAnalyzer::load(&dir, &Options::default()).unwrap();
        let text_of = |class, text: &str| LabelledText { class, text: text.into() };
        let all =
            [text_of(0, "bad film"), text_of(1, "good film"), text_of(1, "\u{200b}"), text_of(0, "a good budget")];
        let mut done = 0;
        let scores = text(&analyzer, &all, || done += 1).unwrap();
        assert_eq!((done, scores.texts, scores.refused.len(), scores.answers[2]), (4, 3, 1, None));
        assert_eq!(scores.matrix.iter().flatten().sum::<usize>(), 3);
        assert_eq!(scores.matrix[0][0] + scores.matrix[1][1], scores.right);
        assert!((0.0..=1.0).contains(&scores.calibration_error));
        assert!(matches!(text(&analyzer, &all[2..3], || ()), Err(Error::NothingJudged { inputs: 1, .. })));
    }
}
