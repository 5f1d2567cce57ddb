//! The thread that writes down: asks the scheduler before each step, lends the model to it, and tells the screen.

use super::ear::{Ear, Wish};
use super::paced::Paced;
use super::take::{Take, lines};
use super::watch::{Watch, Work};
use super::{ModelState, News, Order, Outcome, TakeId, Wishes, Words};
use crate::app::models::ToLoad;
use crate::app::threads;
use crate::inference::speech::audio::{self, Audio, MAX_DURATION_S};
use crate::inference::speech::live::{LiveTranscriber, Step};
use crate::inference::speech::{SAMPLE_RATE_HZ, Task, TranscribeOptions, Transcriber};
use crate::inference::{Error, Result};
use crate::scheduler::{Reason, Verdict};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// How often the scheduler is asked while a take runs; sound wakes the scribe anyway.
const PATIENCE: Duration = Duration::from_millis(100);

/// No step before a second of new sound: what ends in the middle of the first word is guessed wrong.
const STEP_SAMPLES: usize = SAMPLE_RATE_HZ as usize;

/// What reaches the scribe.
#[derive(Debug)]
pub enum Heard {
    /// The screen wants something.
    Order(Order),
    /// The ear has heard this.
    Sound(TakeId, Vec<f32>),
    /// The ear hears no more of this take.
    Ended(TakeId),
}

/// A take that is listened to or finished.
struct Running {
    id: TakeId,
    options: TranscribeOptions,
    live: LiveTranscriber,
    phase: Phase,
    /// Samples that no step has heard.
    fresh: usize,
    worked: Duration,
}

/// How far a take is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Listening,
    /// It was stopped; the ear still hands on what it has.
    Hushing,
    /// Everything was heard; the rest is to be written down.
    Finishing,
}

pub struct Scribe {
    screen: UnboundedSender<News>,
    ear: Ear,
    wishes: Arc<Wishes>,
    paced: Paced,
    transcriber: Option<Transcriber>,
    /// The model to use once the take is over.
    next_model: Option<Option<ToLoad>>,
    running: Option<Running>,
    /// What the screen was told.
    paused: Option<Reason>,
}

impl Scribe {
    pub fn new(screen: UnboundedSender<News>, ear: Ear, paced: Paced, wishes: Arc<Wishes>) -> Self {
        Self { screen, ear, wishes, paced, transcriber: None, next_model: None, running: None, paused: None }
    }

    /// Works until the screen is gone.
    pub fn run(mut self, inbox: &Receiver<Heard>) {
        threads::give_way();
        while !self.screen.is_closed() {
            match inbox.recv_timeout(PATIENCE) {
                Ok(first) => {
                    for heard in std::iter::once(first).chain(inbox.try_iter()) {
                        self.take_in(heard);
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.turn();
            self.change_model();
        }
    }

    fn tell(&self, news: News) {
        let _ = self.screen.send(news);
    }

    fn take_in(&mut self, heard: Heard) {
        match heard {
            Heard::Order(order) => self.obey(order),
            Heard::Sound(id, samples) => {
                if let Some(running) = self.running.as_mut().filter(|running| running.id == id) {
                    // What is no number was made silence by the microphone.
                    running.fresh += running.live.push(&samples).map_or(0, |()| samples.len());
                    if running.live.audio_s() >= MAX_DURATION_S as f64 && running.phase == Phase::Listening {
                        self.hush(id);
                    }
                }
            }
            Heard::Ended(id) => {
                if let Some(running) = self.running.as_mut().filter(|running| running.id == id) {
                    running.phase = Phase::Finishing;
                    self.tell(News::Finishing(id));
                }
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Model(model) => self.next_model = Some(model),
            Order::Pace(policy) => self.paced.scheduler.policy = policy,
            Order::Start(id, options) => self.start(id, options),
            Order::File(id, options, name, bytes) => self.write_file(id, &options, name, &bytes),
            Order::Stop(id) => self.hush(id),
            // It was noted when it was sent; the next turn ends the take.
            Order::Cancel(_) => {}
            Order::Retry => self.ear.wish(Wish::Retry),
        }
    }

    fn start(&mut self, id: TakeId, options: TranscribeOptions) {
        // Its model came just before it.
        if self.running.is_none() {
            self.change_model();
        }
        if self.running.is_some() || self.transcriber.is_none() || self.wishes.cancelled(id) {
            return self.tell(News::Over(id, Outcome::Cancelled));
        }
        let live = LiveTranscriber::new(options.clone());
        let phase = Phase::Listening;
        self.running = Some(Running { id, options, live, phase, fresh: 0, worked: Duration::ZERO });
        self.ear.wish(Wish::Listen(id));
    }

    /// Listens no more; the rest comes with [`Heard::Ended`].
    fn hush(&mut self, id: TakeId) {
        if let Some(running) = self.running.as_mut().filter(|r| r.id == id && r.phase == Phase::Listening) {
            running.phase = Phase::Hushing;
            self.ear.wish(Wish::Hush);
            self.tell(News::Finishing(id));
        }
    }

    fn end(&mut self, outcome: Outcome) {
        if let Some(running) = self.running.take() {
            if running.phase == Phase::Listening {
                self.ear.wish(Wish::Hush);
            }
            self.say_paused(None);
            self.tell(News::Over(running.id, outcome));
        }
    }

    fn say_paused(&mut self, paused: Option<Reason>) {
        if self.paused != paused {
            self.paused = paused;
            self.tell(News::Paused(paused));
        }
    }

    /// Writes down what came, if the scheduler lets it.
    fn turn(&mut self) {
        let Some(running) = &self.running else { return };
        if self.wishes.cancelled(running.id) {
            return self.end(Outcome::Cancelled);
        }
        let last = running.phase == Phase::Finishing;
        if !last && (running.fresh < STEP_SAMPLES || self.wishes.stopped(running.id)) {
            return;
        }
        match self.paced.turn(last) {
            Verdict::Run(_) => {
                self.say_paused(None);
                self.work(last);
            }
            Verdict::Pause(reason) => self.say_paused(Some(reason)),
            Verdict::Reuse(_) => {}
        }
    }

    fn work(&mut self, last: bool) {
        let (Some(running), Some(transcriber)) = (&mut self.running, &self.transcriber) else {
            return self.paced.scheduler.failed();
        };
        let work = if last { Work::Finish { audio_s: running.live.audio_s() } } else { Work::Step };
        let foreground = self.paced.foreground.clone();
        let (wishes, screen) = (&self.wishes, &self.screen);
        let watch = &mut Watch { take: running.id, wishes, screen, foreground, work, rested: Duration::ZERO };
        let began = Instant::now();
        let fresh = std::mem::take(&mut running.fresh);
        let step = if last { running.live.finish(transcriber, watch) } else { running.live.step(transcriber, watch) };
        let took = began.elapsed();
        running.worked += took;
        match step {
            // Nobody spoke: that says nothing of what a step costs.
            Ok(Step { decoded_s: 0.0, .. }) | Err(_) => self.paced.scheduler.failed(),
            Ok(_) => self.paced.scheduler.finished(took.as_secs_f64() * 1000.0),
        }
        match step {
            Ok(step) if step.changed && !last => {
                let words = Words { confirmed: running.live.text(), tail: running.live.tail().into() };
                let id = running.id;
                self.tell(News::Words(id, words));
            }
            Ok(_) if last => {
                let outcome = running.written().map_or(Outcome::Nothing, |take| Outcome::Done(Box::new(take)));
                self.end(outcome);
            }
            // The next turn sees why; sound that was not heard to the end is still to be heard.
            Err(Error::Cancelled) => running.fresh += fresh,
            Err(error) => {
                let kept = running.written().map(Box::new);
                self.end(Outcome::Failed(error.to_string(), kept));
            }
            Ok(_) => {}
        }
    }

    /// Loads another model, unless a take still needs the one that is here.
    fn change_model(&mut self) {
        if self.running.is_some() {
            return;
        }
        let Some(model) = self.next_model.take() else { return };
        self.transcriber = None;
        let Some(model) = model else { return self.tell(News::Model(ModelState::None)) };
        self.tell(News::Model(ModelState::Loading));
        let state = match load(&model) {
            Ok(transcriber) => {
                let languages = transcriber.languages();
                self.tell(News::Placed(transcriber.placed().clone()));
                self.transcriber = Some(transcriber);
                tracing::info!("the microphone's model is loaded");
                ModelState::Ready(languages)
            }
            Err(error) => {
                tracing::warn!("the microphone has no model: {error}");
                ModelState::Failed(error.to_string())
            }
        };
        self.tell(News::Model(state));
    }

    fn write_file(&mut self, id: TakeId, options: &TranscribeOptions, name: String, bytes: &[u8]) {
        if self.running.is_none() {
            self.change_model();
        }
        let outcome = match &self.transcriber {
            Some(transcriber) if self.running.is_none() => {
                let options = TranscribeOptions { timestamps: true, ..options.clone() };
                let foreground = self.paced.foreground.clone();
                let work = Work::File { paced: &mut self.paced, piece_began: None, words: String::new() };
                let (wishes, screen) = (&self.wishes, &self.screen);
                let watch = Watch { take: id, wishes, screen, foreground, work, rested: Duration::ZERO };
                write_file(transcriber, watch, &options, name, bytes)
            }
            _ => Outcome::Cancelled,
        };
        self.tell(News::Over(id, outcome));
    }
}

impl Running {
    /// What is written down; `None` while nobody has spoken.
    fn written(&self) -> Option<Take> {
        let text = self.live.text();
        (!text.trim().is_empty()).then(|| Take {
            began_ms: self.id,
            text: text.trim().into(),
            lines: lines(self.live.confirmed()),
            language: self.live.language().map(str::to_string),
            translated: self.options.task == Task::Translate,
            audio_s: self.live.audio_s(),
            worked_s: self.worked.as_secs_f64(),
            file: None,
            warning: None,
        })
    }
}

fn load(model: &ToLoad) -> Result<Transcriber> {
    let (dir, options) = model.open()?;
    Transcriber::load(&dir, &options)
}

fn write_file(
    transcriber: &Transcriber,
    mut watch: Watch,
    options: &TranscribeOptions,
    name: String,
    bytes: &[u8],
) -> Outcome {
    let began_ms = watch.take;
    if watch.wishes.cancelled(watch.take) {
        return Outcome::Cancelled;
    }
    let Audio { samples, duration_s, warning } = match audio::decode(bytes) {
        Ok(audio) => audio,
        Err(error) => return Outcome::BadFile(error.to_string()),
    };
    let began = Instant::now();
    let transcript = match transcriber.transcribe(&samples, options, &mut watch) {
        Ok(transcript) => transcript,
        Err(Error::Cancelled) => return Outcome::Cancelled,
        Err(error) => return Outcome::Failed(error.to_string(), None),
    };
    if transcript.no_speech {
        return Outcome::Nothing;
    }
    Outcome::Done(Box::new(Take {
        began_ms,
        text: transcript.text.trim().into(),
        lines: lines(&transcript.segments),
        language: transcript.language.map(str::to_string),
        translated: options.task == Task::Translate,
        audio_s: duration_s,
        worked_s: began.elapsed().saturating_sub(watch.rested).as_secs_f64(),
        file: Some(name),
        warning,
    }))
}
