//! A model of any kind on the data of its kind.

use super::{Agreement, Error, Refused, Result, SpeechScores, TextScores, VisionScores, agreement};
use super::{clips, pictures, speech, text, texts, vision};
use crate::inference::speech::Transcriber;
use crate::inference::text::SentimentAnalyzer;
use crate::inference::vision::{ImageClassifier, Language};
use crate::inference::{self, Options, Placed, family};
use crate::model_dir::ModelDir;
use serde::Serialize;
use std::path::Path;

/// What a model answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Pictures.
    Vision,
    /// How texts feel.
    Text,
    /// What is said.
    Speech,
}

impl Kind {
    /// That of the model in `dir`.
    ///
    /// # Errors
    /// [`Error::UnknownKind`].
    pub fn of(dir: &ModelDir) -> Result<Self> {
        match family(dir) {
            "mobilenetv3" | "efficientnet_lite" => Ok(Self::Vision),
            "distilbert" => Ok(Self::Text),
            "whisper" => Ok(Self::Speech),
            other => Err(Error::UnknownKind { model: dir.name(), family: other.into() }),
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Self::Vision => "vision",
            Self::Text => "text",
            Self::Speech => "speech",
        })
    }
}

/// How far an evaluation is.
pub trait Progress {
    /// So many inputs will be judged.
    fn begin(&mut self, inputs: usize);
    /// One more has been.
    fn done(&mut self);
}

/// How often a model was right.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Scores {
    Vision(VisionScores),
    Text(TextScores),
    Speech(SpeechScores),
}

impl Scores {
    /// One figure, 0 to 1, of which more is better: the share of right answers, and of speech 1 less the error rate of
    /// words, or of characters where no clip is counted in words.
    pub fn accuracy(&self) -> Option<f64> {
        match self {
            Self::Vision(scores) => Some(scores.top1_share),
            Self::Text(scores) => Some(scores.accuracy),
            Self::Speech(scores) => scores.words.rate().or(scores.characters.rate()).map(|rate| 1.0 - rate),
        }
    }

    /// What could not be judged.
    pub fn refused(&self) -> &[Refused] {
        match self {
            Self::Vision(scores) => &scores.refused,
            Self::Text(scores) => &scores.refused,
            Self::Speech(scores) => &scores.refused,
        }
    }

    /// How often the answers are those of `other`, which judged the same inputs; `None` for one of another kind.
    pub fn agreement(&self, other: &Self) -> Option<Agreement> {
        match (self, other) {
            (Self::Vision(these), Self::Vision(those)) => Some(agreement(&these.answers, &those.answers)),
            (Self::Text(these), Self::Text(those)) => Some(agreement(&these.answers, &those.answers)),
            (Self::Speech(these), Self::Speech(those)) => Some(agreement(&these.answers, &those.answers)),
            _ => None,
        }
    }
}

/// Loads the model in `dir` and judges it on the `data` of its kind: a folder of pictures, a table of texts, a folder of
/// clips. Of more than `limit` inputs so many are taken, evenly spaced, so that every class keeps its share.
///
/// # Errors
/// Those of the readers and judges of each kind; [`Error::Model`] when the model cannot be loaded, or is not computed on
/// the unit that `options` asks for.
pub fn judge(
    dir: &ModelDir,
    options: &Options,
    data: &Path,
    limit: Option<usize>,
    progress: &mut dyn Progress,
) -> Result<Scores> {
    match Kind::of(dir)? {
        Kind::Vision => {
            let classifier = ImageClassifier::load(dir, options)?;
            held(classifier.placed())?;
            let all = some(pictures(data, classifier.class_names(Language::English))?, limit);
            progress.begin(all.len());
            vision(&classifier, &all, || progress.done()).map(Scores::Vision)
        }
        Kind::Text => {
            let analyzer = SentimentAnalyzer::load(dir, options)?;
            held(analyzer.placed())?;
            let all = some(texts(data, analyzer.class_names())?, limit);
            progress.begin(all.len());
            text(&analyzer, &all, || progress.done()).map(Scores::Text)
        }
        Kind::Speech => {
            let transcriber = Transcriber::load(dir, options)?;
            held(transcriber.placed())?;
            let (all, untold) = clips(data)?;
            let all = some(all, limit);
            progress.begin(all.len());
            let mut scores = speech(&transcriber, &all, || progress.done())?;
            scores.refused.extend(untold);
            Ok(Scores::Speech(scores))
        }
    }
}

/// Figures of one unit must not be taken for those of another.
fn held(placed: &Placed) -> Result<()> {
    match &placed.fallback {
        None => Ok(()),
        Some(fallback) => Err(inference::Error::Input(format!("{fallback}; leave the unit out")).into()),
    }
}

/// At most `limit` of `inputs`, evenly spaced.
fn some<T>(inputs: Vec<T>, limit: Option<usize>) -> Vec<T> {
    let (all, limit) = (inputs.len(), limit.unwrap_or(usize::MAX).min(inputs.len()));
    let is_taken = |at: usize| (at + 1) * limit / all > at * limit / all;
    inputs.into_iter().enumerate().filter(|(at, _)| is_taken(*at)).map(|(_, input)| input).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::text::tiny;
    use proptest::prelude::*;

    #[derive(Default)]
    struct Count {
        of: usize,
        done: usize,
    }

    impl Progress for Count {
        fn begin(&mut self, inputs: usize) {
            self.of = inputs;
        }
        fn done(&mut self) {
            self.done += 1;
        }
    }

    #[test]
    fn a_model_is_judged_on_the_data_of_its_kind_and_agrees_with_itself() {
        let folder = tempfile::tempdir().unwrap();
        let dir = tiny::write(folder.path(), &tiny::config());
        let table = folder.path().join("t.tsv");
        std::fs::write(&table, "label\tsentence\n0\tbad\n1\tgood\n1\tgood film\n0\tbad film\n").unwrap();
        let mut count = Count::default();
        let mut of = |limit| judge(&dir, &Options::default(), &table, limit, &mut count).unwrap();
        let scores = of(None);
        assert_eq!(scores.agreement(&scores), Some(Agreement { same: 4, of: 4 }));
        let fewer = of(Some(2));
        assert!(matches!(&fewer, Scores::Text(scores) if scores.texts == 2), "{fewer:?}");
        assert_eq!((count.of, count.done), (2, 6));
        let json = serde_json::to_value(&scores).unwrap();
        assert_eq!((&json["kind"], &json["texts"]), (&"text".into(), &4.into()));
    }

    proptest! {
        #[test]
        fn some_are_as_many_as_asked_and_evenly_spaced(all in 0usize..300, limit in 0usize..400) {
            let taken = some((0..all).collect(), Some(limit));
            prop_assert_eq!(taken.len(), all.min(limit));
            let gaps: Vec<usize> = taken.windows(2).map(|pair| pair[1] - pair[0]).collect();
            if let (Some(least), Some(most)) = (gaps.iter().min(), gaps.iter().max()) {
                prop_assert!(most - least <= 1);
            }
        }
    }
}
