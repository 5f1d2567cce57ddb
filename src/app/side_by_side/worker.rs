//! The thread that lets one model after another answer.

use super::Answer;
use super::preview::preview;
use crate::app::camera::classify;
use crate::app::in_view::Foreground;
use crate::app::judge::judge;
use crate::app::models::ToLoad;
use crate::app::threads;
use crate::inference::speech::audio::{self, Audio};
use crate::inference::speech::{Listener, SAMPLE_RATE_HZ, TranscribeOptions, Transcriber};
use crate::inference::text::SentimentAnalyzer;
use crate::inference::vision::{ImageClassifier, RgbFrame};
use crate::inference::{Error, Result};
use crate::profile::{Summary, ms};
use crate::scheduler::{Policy, Reason, Scene, Scheduler, Signals, Verdict};
use crate::sensors::power::PowerSensor;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// So much of a clip is compared: Whisper hears in windows of this length.
pub const LONGEST_CLIP_S: usize = 30;
/// A model answers so often, or until that took [`ENOUGH`].
const MOST_RUNS: usize = 15;
const ENOUGH: Duration = Duration::from_millis(1000);
/// The first answer waits for the weights and does not count, unless it took so long that nobody waits for a second.
const LONG: Duration = Duration::from_secs(3);
/// While nothing may run, heat is looked at again after this.
const PATIENCE: Duration = Duration::from_millis(250);

/// What all models answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The bytes of a picture's file.
    Picture(Arc<Vec<u8>>),
    /// A text.
    Text(String),
    /// The bytes of a sound's file, and the code of the language that is spoken; `None` is found out.
    Clip(Arc<Vec<u8>>, Option<String>),
}

/// What is to be compared.
pub struct Job {
    /// What all models answer.
    pub input: Input,
    /// The models, in their turn.
    pub models: Vec<ToLoad>,
    /// Heat and battery.
    pub power: Box<dyn PowerSensor>,
    /// Nothing computes while the app is not in front.
    pub foreground: Foreground,
    /// How hard heat and battery are protected.
    pub policy: Policy,
}

/// What was made of the input.
#[derive(Debug, Clone, PartialEq)]
pub enum Taken {
    /// The picture, small and held upright, as a page shows it: a `data:` URL.
    Picture(String),
    /// The text.
    Text,
    /// So many seconds of sound are compared, of so many.
    Clip(Heard),
}

/// How much of a clip is compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Heard {
    /// Compared, in seconds.
    pub compared_s: f64,
    /// There are, in seconds.
    pub of_s: f64,
}

/// What the screen learns. Models are numbered as in the job.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// The input can be used.
    Taken(Taken),
    /// It cannot: why.
    Unusable(String),
    /// This model's turn has come.
    Working(usize),
    /// Nothing may run for this reason; `None` once it may again.
    Paused(Option<Reason>),
    /// This model has answered.
    Answered(usize, Answered),
    /// This one could not: why.
    Failed(usize, String),
    /// All have had their turn.
    Ended,
}

/// An answer, and how long it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// What the model says.
    pub answer: Answer,
    /// From the input to the answer, without loading the model, ms: the median where it answered several times.
    pub latency_ms: f64,
}

/// A comparison under way; it ends when this is dropped.
#[derive(Debug)]
pub struct Runner(Arc<AtomicBool>);

impl Drop for Runner {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Starts the comparison on a thread of its own.
pub fn start(job: Job) -> (Runner, UnboundedReceiver<Update>) {
    let stop = Arc::new(AtomicBool::new(false));
    let (outbox, updates) = unbounded_channel();
    let stopped = Arc::clone(&stop);
    std::thread::spawn(move || {
        threads::give_way();
        let Job { input, models, power, foreground, policy } = job;
        let leave = Leave { power, foreground, scheduler: Scheduler::new(policy), began: Instant::now() };
        Worker { outbox, stop: stopped, leave }.run(&input, &models);
    });
    (Runner(stop), updates)
}

/// The input as models take it.
enum Prepared {
    Picture(RgbFrame),
    Text(String),
    Clip(Vec<f32>, Option<String>),
}

/// A model in memory.
enum Model {
    Vision(Box<ImageClassifier>),
    Text(Box<SentimentAnalyzer>),
    Speech(Box<Transcriber>),
}

struct Worker {
    outbox: UnboundedSender<Update>,
    stop: Arc<AtomicBool>,
    leave: Leave,
}

/// Whether something may run.
struct Leave {
    power: Box<dyn PowerSensor>,
    foreground: Foreground,
    scheduler: Scheduler,
    began: Instant,
}

impl Leave {
    /// Why nothing may run now. A tap has asked for all of it.
    fn withheld(&mut self) -> Option<Reason> {
        let now_ms = self.began.elapsed().as_millis() as u64;
        let visible = self.foreground.is();
        let signals = Signals { power: self.power.read(), visible, scene: Scene::Changed, tapped: true };
        match self.scheduler.turn(now_ms, &signals) {
            Verdict::Pause(reason) => Some(reason),
            Verdict::Run(_) | Verdict::Reuse(_) => {
                // What it costs says nothing of the next model.
                self.scheduler.failed();
                None
            }
        }
    }
}

impl Worker {
    fn run(mut self, input: &Input, models: &[ToLoad]) {
        let prepared = match prepare(input) {
            Ok((prepared, taken)) => {
                self.tell(Update::Taken(taken));
                prepared
            }
            Err(why) => return self.tell(Update::Unusable(why.to_string())),
        };
        for (at, model) in models.iter().enumerate() {
            self.tell(Update::Working(at));
            match self.answer(model, &prepared) {
                Ok(answered) => self.tell(Update::Answered(at, answered)),
                Err(Error::Cancelled) => return,
                Err(why) => {
                    tracing::warn!("a model could not be compared: {why}");
                    self.tell(Update::Failed(at, why.to_string()));
                }
            }
        }
        self.tell(Update::Ended);
    }

    fn tell(&self, update: Update) {
        // A screen that is gone wants to know nothing.
        let _ = self.outbox.send(update);
    }

    fn answer(&mut self, model: &ToLoad, input: &Prepared) -> Result<Answered> {
        self.wait_for_leave()?;
        let model = load(model, input)?;
        let (answer, first_ms) = self.time(&model, input)?;
        let mut took_ms = Vec::new();
        while first_ms < ms(LONG) && took_ms.len() < MOST_RUNS && took_ms.iter().sum::<f64>() < ms(ENOUGH) {
            took_ms.push(self.time(&model, input)?.1);
        }
        Ok(Answered { answer, latency_ms: Summary::of(&took_ms).map_or(first_ms, |summary| summary.p50) })
    }

    /// What the model says, and after how many milliseconds.
    fn time(&mut self, model: &Model, input: &Prepared) -> Result<(Answer, f64)> {
        self.wait_for_leave()?;
        let began = Instant::now();
        let answer = model.answer(input, &self.stop)?;
        Ok((answer, ms(began.elapsed())))
    }

    /// Blocks while nothing may run.
    fn wait_for_leave(&mut self) -> Result<()> {
        let mut paused = None;
        loop {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Error::Cancelled);
            }
            let withheld = self.leave.withheld();
            if withheld != paused {
                self.tell(Update::Paused(withheld));
                paused = withheld;
            }
            if withheld.is_none() {
                return Ok(());
            }
            std::thread::sleep(PATIENCE);
        }
    }
}

fn prepare(input: &Input) -> Result<(Prepared, Taken)> {
    Ok(match input {
        Input::Picture(bytes) => {
            let frame = RgbFrame::decode(bytes)?;
            let shown = preview(&frame)?;
            (Prepared::Picture(frame), Taken::Picture(shown))
        }
        Input::Text(text) => (Prepared::Text(text.clone()), Taken::Text),
        Input::Clip(bytes, language) => {
            let Audio { mut samples, duration_s, .. } = audio::decode(bytes)?;
            samples.truncate(LONGEST_CLIP_S * SAMPLE_RATE_HZ as usize);
            let compared_s = samples.len() as f64 / f64::from(SAMPLE_RATE_HZ);
            let heard = Heard { compared_s, of_s: duration_s.max(compared_s) };
            (Prepared::Clip(samples, language.clone()), Taken::Clip(heard))
        }
    })
}

fn load(model: &ToLoad, input: &Prepared) -> Result<Model> {
    let (dir, options) = model.open()?;
    Ok(match input {
        Prepared::Picture(_) => Model::Vision(Box::new(ImageClassifier::load(&dir, &options)?)),
        Prepared::Text(_) => Model::Text(Box::new(SentimentAnalyzer::load(&dir, &options)?)),
        Prepared::Clip(..) => Model::Speech(Box::new(Transcriber::load(&dir, &options)?)),
    })
}

impl Model {
    fn answer(&self, input: &Prepared, stop: &AtomicBool) -> Result<Answer> {
        match (self, input) {
            (Self::Vision(classifier), Prepared::Picture(frame)) => Ok(Answer::Seen(classify(classifier, frame)?)),
            (Self::Text(analyzer), Prepared::Text(text)) => {
                let judgement = judge(analyzer, text, &mut || stop.load(Ordering::Relaxed))?;
                Ok(Answer::Felt(Box::new(judgement)))
            }
            (Self::Speech(transcriber), Prepared::Clip(samples, language)) => {
                let known = transcriber.languages();
                let language = language.clone().filter(|code| known.len() > 1 && known.contains(&code.as_str()));
                let options = TranscribeOptions { language, ..TranscribeOptions::default() };
                let transcript = transcriber.transcribe(samples, &options, &mut Stop(stop))?;
                Ok(Answer::Written(if transcript.no_speech { String::new() } else { transcript.text.trim().into() }))
            }
            _ => unreachable!("the model was loaded for this input"),
        }
    }
}

/// Ends the work on a clip.
struct Stop<'a>(&'a AtomicBool);

impl Listener for Stop<'_> {
    fn cancelled(&mut self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
#[path = "worker_tests.rs"]
mod tests;
