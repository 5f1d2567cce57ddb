//! The worker that judges texts, so that the UI thread never waits.
//!
//! Texts go in, [`Answer`]s come out, both through channels. Only the newest text counts: one that has been
//! overtaken is dropped, and a pass in progress stops between steps.

use crate::inference::text::{Sentiment, SentimentAnalyzer};
use crate::inference::{Error, Options};
use crate::model_dir::{Limits, ModelDir};
use crate::store::Places;
use std::sync::mpsc;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// The text model of the catalog.
const MODEL: &str = "distilbert-sst2";

/// What the worker says.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The model is loaded; texts are judged from now on.
    Ready,
    /// There is no model on this device.
    NoModel,
    /// The newest text was judged.
    Judged(Box<Sentiment>),
    /// The model could not be loaded, or the text not judged: why, in a sentence.
    Failed(String),
}

/// Starts the worker. It ends when the sender is dropped.
pub fn start() -> (mpsc::Sender<String>, UnboundedReceiver<Answer>) {
    let (texts, inbox) = mpsc::channel();
    let (outbox, answers) = unbounded_channel();
    std::thread::spawn(move || work(&inbox, &outbox));
    (texts, answers)
}

fn work(inbox: &mpsc::Receiver<String>, outbox: &UnboundedSender<Answer>) {
    let analyzer = match load() {
        Ok(Some(analyzer)) => analyzer,
        Ok(None) => return drop(outbox.send(Answer::NoModel)),
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
            Ok(sentiment) => drop(outbox.send(Answer::Judged(Box::new(sentiment)))),
            Err(Error::Cancelled) => {}
            Err(e) => drop(outbox.send(Answer::Failed(e.to_string()))),
        }
        next = next.or_else(|| inbox.recv().ok());
    }
}

fn load() -> Result<Option<SentimentAnalyzer>, Error> {
    match Places::new(None).find(MODEL) {
        Some(path) => {
            let dir = ModelDir::open(path, &Limits::default())?;
            SentimentAnalyzer::load(&dir, &Options::default()).map(Some)
        }
        None => Ok(None),
    }
}

fn judge(analyzer: &SentimentAnalyzer, text: &str, stop: &mut dyn FnMut() -> bool) -> Result<Sentiment, Error> {
    let tokens = analyzer.tokenize(text)?;
    let mut sentiment = analyzer.infer(&tokens, stop)?;
    analyzer.explain(&tokens, &mut sentiment, stop)?;
    Ok(sentiment)
}
