//! The worker that judges texts, so that the UI thread never waits.
//!
//! Texts go in, [`Answer`]s come out, both through channels. Only the newest text counts: one that has been
//! overtaken is dropped, and a pass in progress stops between steps.

use crate::inference::text::{Sentiment, SentimentAnalyzer, Word};
use crate::inference::{Error, Options};
use crate::model_dir::{Limits, ModelDir};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// As much of a text is judged while somebody writes: some eight pages, seconds of work. The engine takes more, for
/// those who can wait.
pub const MAX_LIVE_BYTES: usize = 20_000;

/// What the worker says.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The model is loaded; texts are judged from now on.
    Ready,
    /// The newest text was judged.
    Judged(Box<Judgement>),
    /// The model could not be loaded, or the text not judged: why, in a sentence.
    Failed(String),
}

/// How a text feels, as the screen shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The probability of positive, 0 to 1.
    pub positive: f32,
    /// False where the answer means nothing: the model does not know the language.
    pub language_known: bool,
    /// More than 1: an average over so many overlapping parts.
    pub windows: usize,
    /// What each word did.
    pub words: Vec<Word>,
    /// Set where the text is longer than what was judged.
    pub cut: Option<Cut>,
}

/// A text that was judged in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Characters of the text.
    pub chars: usize,
    /// Characters from its beginning that were judged.
    pub judged_chars: usize,
}

/// Starts a worker with the model in `model`. It ends when the sender is dropped.
pub fn start(model: PathBuf) -> (mpsc::Sender<String>, UnboundedReceiver<Answer>) {
    let (texts, inbox) = mpsc::channel();
    let (outbox, answers) = unbounded_channel();
    std::thread::spawn(move || work(&model, &inbox, &outbox));
    (texts, answers)
}

fn work(model: &Path, inbox: &mpsc::Receiver<String>, outbox: &UnboundedSender<Answer>) {
    let analyzer = match load(model) {
        Ok(analyzer) => analyzer,
        Err(e) => return drop(outbox.send(Answer::Failed(e.to_string()))),
    };
    let _ = outbox.send(Answer::Ready);
    let mut next = inbox.recv().ok();
    while let Some(text) = next.take() {
        // Asked before every pass: a newer text ends the work on this one.
        let mut overtaken = || {
            next = inbox.try_iter().last().or_else(|| next.take());
            next.is_some()
        };
        match judge(&analyzer, &text, &mut overtaken) {
            Ok(judgement) => drop(outbox.send(Answer::Judged(Box::new(judgement)))),
            Err(Error::Cancelled) => {}
            Err(e) => drop(outbox.send(Answer::Failed(e.to_string()))),
        }
        next = next.or_else(|| inbox.recv().ok());
    }
}

fn load(model: &Path) -> Result<SentimentAnalyzer, Error> {
    let dir = ModelDir::open(model, &Limits::default())?;
    SentimentAnalyzer::load(&dir, &Options::default())
}

fn judge(analyzer: &SentimentAnalyzer, text: &str, stop: &mut dyn FnMut() -> bool) -> Result<Judgement, Error> {
    let (judged, cut) = first_part(text);
    let tokens = analyzer.tokenize(judged)?;
    let mut sentiment = analyzer.infer(&tokens, stop)?;
    analyzer.explain(&tokens, &mut sentiment, stop)?;
    let Sentiment { positive, language_known, windows, words, .. } = sentiment;
    Ok(Judgement { positive, language_known, windows, words, cut })
}

/// What is judged of `text`: all of it, or its beginning up to the last space that fits.
fn first_part(text: &str) -> (&str, Option<Cut>) {
    if text.len() <= MAX_LIVE_BYTES {
        return (text, None);
    }
    let most = &text[..text.floor_char_boundary(MAX_LIVE_BYTES)];
    let part = most.rfind(char::is_whitespace).map_or(most, |at| &most[..at]);
    // A single word as long as that has no space to be cut at.
    let part = if part.trim().is_empty() { most } else { part };
    (part, Some(Cut { chars: text.chars().count(), judged_chars: part.chars().count() }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_text_too_long_is_cut_between_words_and_says_how_much() {
        assert_eq!(first_part("short"), ("short", None));
        let long = "seven__ ".repeat(5000);
        let (part, cut) = first_part(&long);
        assert!(part.len() <= MAX_LIVE_BYTES && part.ends_with("seven__"));
        assert_eq!(cut, Some(Cut { chars: 40_000, judged_chars: part.len() }));
        let one = "가".repeat(20_000);
        let (part, cut) = first_part(&one);
        assert_eq!(cut, Some(Cut { chars: 20_000, judged_chars: 6666 }));
        assert!(one.starts_with(part));
    }

    #[test]
    fn a_model_that_cannot_be_loaded_is_told_and_the_worker_ends() {
        let dir = tempfile::tempdir().unwrap();
        let (_texts, mut answers) = start(dir.path().join("none"));
        assert!(matches!(answers.blocking_recv(), Some(Answer::Failed(why)) if why.contains("config.json")));
        assert!(answers.blocking_recv().is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        /// Whatever is written, what is judged is its beginning and fits.
        #[test]
        fn what_is_judged_is_a_beginning(unit in "\\PC{1,8}", times in 1usize..6000) {
            let text = unit.repeat(times);
            let (part, cut) = first_part(&text);
            prop_assert!(text.starts_with(part) && part.len() <= MAX_LIVE_BYTES);
            prop_assert_eq!(cut.is_some(), part.len() < text.len());
        }
    }
}
