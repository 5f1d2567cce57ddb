//! The worker that judges texts, so that the UI thread never waits.
//!
//! Texts go in, [`Answer`]s come out, both through channels, and the scheduler is asked before each. Only the newest text counts: one that has been
//! overtaken is dropped, and a pass in progress stops between steps.

use super::in_view::Foreground;
use super::models::ToLoad;
use super::threads;
use crate::inference::text::{Sentiment, SentimentAnalyzer, Word};
use crate::inference::{Error, Placed};
use crate::scheduler::{Policy, Reason, Scene, Scheduler, Signals, Verdict};
use crate::sensors::power::PowerSensor;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// As much of a text is judged while somebody writes: some eight pages, seconds of work. The engine takes more, for
/// those who can wait.
pub const MAX_LIVE_BYTES: usize = 20_000;

/// Between two looks at the clock.
const LEAST_WAIT: Duration = Duration::from_millis(1);
/// Heat is looked at again after this.
const LONGEST_WAIT: Duration = Duration::from_millis(500);

/// What the worker says.
#[derive(Debug, Clone)]
pub enum Answer {
    /// The model is loaded, and on this; texts are judged from now on.
    Ready(Placed),
    /// The newest text was judged.
    Judged(Box<Judgement>),
    /// The text waits: nothing may run, for this reason.
    Paused(Reason),
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

/// What the worker is told.
#[derive(Debug, Clone)]
pub enum Ask {
    /// Judges this text in place of any before; a tap asked for it, or a pause in typing.
    Text { text: String, tapped: bool },
    /// Paces by this from now on.
    Pace(Policy),
}

/// Starts a worker with `model`, paced by what `power` tells. It ends when the sender is dropped.
pub fn start(
    model: ToLoad,
    power: Box<dyn PowerSensor>,
    foreground: Foreground,
    policy: Policy,
) -> (mpsc::Sender<Ask>, UnboundedReceiver<Answer>) {
    let (asks, inbox) = mpsc::channel();
    let (outbox, answers) = unbounded_channel();
    std::thread::spawn(move || {
        threads::give_way();
        match load(&model) {
            Ok(analyzer) => {
                tracing::info!("the model for texts is loaded");
                let _ = outbox.send(Answer::Ready(analyzer.placed().clone()));
                let scheduler = Scheduler::new(policy);
                let waiting = None;
                let (began, paused) = (Instant::now(), false);
                Worker { analyzer, inbox, outbox, power, foreground, scheduler, began, waiting, paused }.run();
            }
            Err(e) => {
                tracing::warn!("there is no model for texts: {e}");
                let _ = outbox.send(Answer::Failed(e.to_string()));
            }
        }
    });
    (asks, answers)
}

struct Worker {
    analyzer: SentimentAnalyzer,
    inbox: mpsc::Receiver<Ask>,
    outbox: UnboundedSender<Answer>,
    power: Box<dyn PowerSensor>,
    foreground: Foreground,
    scheduler: Scheduler,
    began: Instant,
    /// The newest text that was not judged, and whether a tap asked for it.
    waiting: Option<(String, bool)>,
    /// Whether the screen was told so.
    paused: bool,
}

impl Worker {
    /// Works until the screen is gone.
    fn run(mut self) {
        loop {
            let heard = if self.waiting.is_none() {
                self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                let patience = self.turn();
                self.inbox.recv_timeout(patience)
            };
            match heard {
                Ok(ask) => self.take(ask),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn take(&mut self, ask: Ask) {
        match ask {
            Ask::Text { text, tapped } => self.waiting = Some((text, tapped)),
            Ask::Pace(policy) => self.scheduler.policy = policy,
        }
    }

    /// Judges the text that waits, if the scheduler lets it; for how long nothing else needs to be done.
    fn turn(&mut self) -> Duration {
        let now_ms = self.began.elapsed().as_millis() as u64;
        let tapped = self.waiting.as_ref().is_some_and(|(_, tapped)| *tapped);
        let visible = self.foreground.is();
        let signals = Signals { power: self.power.read(), visible, scene: Scene::Changed, tapped };
        match self.scheduler.turn(now_ms, &signals) {
            Verdict::Run(_) => {
                self.paused = false;
                self.judge();
                Duration::ZERO
            }
            Verdict::Reuse(_) => {
                let due_ms = self.scheduler.next_ms().unwrap_or(now_ms);
                Duration::from_millis(due_ms.saturating_sub(now_ms)).clamp(LEAST_WAIT, LONGEST_WAIT)
            }
            Verdict::Pause(reason) => {
                if !std::mem::replace(&mut self.paused, true) {
                    let _ = self.outbox.send(Answer::Paused(reason));
                }
                LONGEST_WAIT
            }
        }
    }

    fn judge(&mut self) {
        let Some((text, _)) = self.waiting.take() else { return self.scheduler.failed() };
        let began = Instant::now();
        let (inbox, waiting, policy) = (&self.inbox, &mut self.waiting, &mut self.scheduler.policy);
        // Asked before every pass: a newer text ends the work on this one.
        let mut overtaken = || {
            for ask in inbox.try_iter() {
                match ask {
                    Ask::Text { text, tapped } => *waiting = Some((text, tapped)),
                    Ask::Pace(new) => *policy = new,
                }
            }
            waiting.is_some()
        };
        let judged = judge(&self.analyzer, &text, &mut overtaken);
        match judged {
            Ok(_) => self.scheduler.finished(began.elapsed().as_secs_f64() * 1000.0),
            Err(_) => self.scheduler.failed(),
        }
        match judged {
            Ok(judgement) => drop(self.outbox.send(Answer::Judged(Box::new(judgement)))),
            Err(Error::Cancelled) => {}
            Err(e) => drop(self.outbox.send(Answer::Failed(e.to_string()))),
        }
    }
}

fn load(model: &ToLoad) -> Result<SentimentAnalyzer, Error> {
    let (dir, options) = model.open()?;
    SentimentAnalyzer::load(&dir, &options)
}

/// How `text` feels, or its first part.
///
/// # Errors
/// [`Error::Cancelled`] once `stop` says so; those of the model.
pub fn judge(analyzer: &SentimentAnalyzer, text: &str, stop: &mut dyn FnMut() -> bool) -> Result<Judgement, Error> {
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
    use crate::inference::Unit;
    use crate::inference::text::tiny;
    use crate::sensors::power::told::Told;
    use crate::sensors::power::{self, Power, ThermalStatus};
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
        let (_asks, mut answers) = start(
            ToLoad::stored(&dir.path().join("none"), Unit::Cpu),
            power::system(),
            Foreground::default(),
            Policy::default(),
        );
        assert!(matches!(answers.blocking_recv(), Some(Answer::Failed(why)) if why.contains("config.json")));
        assert!(answers.blocking_recv().is_none());
    }

    #[test]
    fn a_unit_that_is_not_here_is_told_and_texts_are_judged_all_the_same() {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(dir.path(), &tiny::config());
        for unit in Unit::ALL.into_iter().filter(|unit| unit.lack().is_some()) {
            let (asks, mut answers) =
                start(ToLoad::stored(dir.path(), unit), power::system(), Foreground::default(), Policy::default());
            let Some(Answer::Ready(placed)) = answers.blocking_recv() else { panic!("{unit}") };
            let fallback = placed.fallback.unwrap();
            assert_eq!((placed.unit, fallback.asked, Some(fallback.why)), (Unit::Cpu, unit, unit.lack()));
            asks.send(Ask::Text { text: "a good film".into(), tapped: true }).unwrap();
            assert!(matches!(answers.blocking_recv(), Some(Answer::Judged(_))));
        }
    }

    #[test]
    fn heat_pauses_it_and_a_tap_is_answered_unless_it_is_critical() {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(dir.path(), &tiny::config());
        let severe = Power { thermal_status: Some(ThermalStatus::Severe), ..Power::UNKNOWN };
        let told = Told::new(severe);
        let (asks, mut answers) = start(
            ToLoad::stored(dir.path(), Unit::Cpu),
            Box::new(told.clone()),
            Foreground::default(),
            Policy::default(),
        );
        assert!(matches!(answers.blocking_recv(), Some(Answer::Ready(placed)) if placed == Placed::default()));
        let ask = |tapped| asks.send(Ask::Text { text: "a good film".into(), tapped }).unwrap();
        ask(false);
        assert!(matches!(answers.blocking_recv(), Some(Answer::Paused(Reason::Hot))));
        ask(true);
        assert!(matches!(answers.blocking_recv(), Some(Answer::Judged(_))));
        ask(false);
        assert!(matches!(answers.blocking_recv(), Some(Answer::Paused(Reason::Hot))));
        told.set(Power { thermal_status: Some(ThermalStatus::Critical), ..severe });
        ask(true);
        drop(asks);
        assert!(answers.blocking_recv().is_none(), "critical heat answers not even a tap, and nothing hangs");
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
