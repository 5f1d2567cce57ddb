//! The thread that thinks: asks the scheduler before each frame, classifies, and tells the screen.

use super::eye::{Eye, Glance};
use super::{CameraState, Doing, ModelState, Models, Named, News, Order, PaceNews, Seen};
use crate::app::in_view::Foreground;
use crate::app::models::ToLoad;
use crate::app::threads;
use crate::inference::Error;
use crate::inference::vision::{ImageClassifier, Language, Orientation, RgbFrame, Selection};
use crate::scheduler::{Counts, Effort, Luma, Policy, Power, Reason, Scene, SceneGate, Scheduler, Signals, Verdict};
use crate::sensors::camera::{Facing, Frame};
use crate::sensors::power::PowerSensor;
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// Labels of a result: enough that one which rises was there before it is shown.
const LABELS: usize = 12;
/// Phones want their heat asked for no more often.
const SENSE_EVERY_MS: u64 = 1000;
/// How often the screen learns of the pace.
const TELL_EVERY_MS: u64 = 250;
/// The rate is counted over this.
const RATE_OVER_MS: u64 = 2000;
/// With nothing to do, heat is looked at all the same, so that a pause ends.
const IDLE: Duration = Duration::from_millis(250);

/// What reaches the mind.
#[derive(Debug)]
pub enum Heard {
    /// The screen wants something.
    Order(Order),
    /// The eye has a new frame.
    Frame,
    /// How it stands with the camera.
    Camera(CameraState),
}

/// A frame that was not run on yet.
struct Waiting {
    frame: RgbFrame,
    luma: Option<Luma>,
    scene: Scene,
}

struct Mind {
    screen: UnboundedSender<News>,
    eye: Eye,
    power: Box<dyn PowerSensor>,
    foreground: Foreground,
    began: Instant,
    scheduler: Scheduler,
    gate: SceneGate,
    classifier: Option<ImageClassifier>,
    sparing: Sparing,
    waiting: Option<Waiting>,
    watching: bool,
    /// A picture of a file or a held one: what is shown stands still.
    holding: bool,
    tapped: bool,
    sensed: Option<(u64, Power)>,
    verdict: Option<Verdict>,
    results_ms: VecDeque<u64>,
    told_ms: u64,
    told: Option<PaceNews>,
}

/// Works until the screen is gone.
pub fn run(
    inbox: Receiver<Heard>,
    screen: UnboundedSender<News>,
    eye: Eye,
    power: Box<dyn PowerSensor>,
    foreground: Foreground,
) {
    threads::give_way();
    let mut mind = Mind {
        screen,
        eye,
        power,
        foreground,
        began: Instant::now(),
        scheduler: Scheduler::new(Policy::default()),
        gate: SceneGate::new(),
        classifier: None,
        sparing: Sparing::None,
        waiting: None,
        watching: false,
        holding: false,
        tapped: false,
        sensed: None,
        verdict: None,
        results_ms: VecDeque::new(),
        told_ms: 0,
        told: None,
    };
    while !mind.screen.is_closed() {
        let heard = match inbox.recv_timeout(mind.patience()) {
            Ok(first) => std::iter::once(first).chain(inbox.try_iter()).collect(),
            Err(RecvTimeoutError::Timeout) => Vec::new(),
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let mut has_frame = false;
        for heard in heard {
            match heard {
                Heard::Frame => has_frame = true,
                Heard::Camera(state) => drop(mind.screen.send(News::Camera(state))),
                Heard::Order(order) => mind.obey(order),
            }
        }
        if has_frame && !mind.holding {
            mind.receive();
        }
        mind.turn();
        mind.tell_pace();
    }
}

impl Mind {
    fn now_ms(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// How long nothing needs to be done unless something is heard.
    fn patience(&self) -> Duration {
        let due = self.waiting.as_ref().and_then(|_| self.scheduler.next_ms());
        // What is due already waits for a frame that has changed.
        let due = due.map(|due_ms| due_ms.saturating_sub(self.now_ms())).filter(|ms| *ms > 0);
        due.map_or(IDLE, Duration::from_millis).min(IDLE)
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Watch(watching) => {
                if self.watching && !watching {
                    log_counts(self.scheduler.history().counts());
                }
                self.watching = watching;
                // Whoever opens the camera asks what it sees.
                self.tapped |= watching;
                // A picture that was picked may be here before the screen is in view again.
                if !self.holding {
                    self.forget();
                }
                self.eye.glance(Glance::Watch(watching && !self.holding));
            }
            Order::Pace(policy) => self.scheduler.policy = policy,
            Order::Model(models) => self.use_models(models),
            Order::Tap => self.tapped = true,
            Order::Freeze(frozen) => {
                if frozen {
                    // What stands still is what is named.
                    self.receive();
                    self.tapped = self.waiting.is_some();
                }
                self.holding = frozen;
                self.eye.glance(Glance::Freeze(frozen));
                if !frozen {
                    self.forget();
                    self.eye.glance(Glance::Watch(self.watching));
                }
            }
            Order::Picture(name, bytes) => self.show_picture(name, &bytes),
            Order::Flip => {
                self.forget();
                self.eye.glance(Glance::Flip);
            }
            Order::Retry => self.eye.glance(Glance::Retry),
        }
    }

    /// What was seen does not go on.
    fn forget(&mut self) {
        self.waiting = None;
        self.gate = SceneGate::new();
        self.verdict = None;
        self.results_ms.clear();
        drop(self.eye.take());
    }

    fn use_models(&mut self, models: Option<Models>) {
        self.classifier = None;
        self.sparing = Sparing::None;
        let Some(models) = models else { return drop(self.screen.send(News::Model(ModelState::None))) };
        let _ = self.screen.send(News::Model(ModelState::Loading));
        let state = match load(&models.chosen) {
            Ok(classifier) => {
                self.classifier = Some(classifier);
                self.sparing = models.sparing.map_or(Sparing::None, Sparing::At);
                // The scene is new to this model.
                self.gate = SceneGate::new();
                if let Some(waiting) = &mut self.waiting {
                    waiting.scene = Scene::Unknown;
                }
                tracing::info!("the camera's model is loaded");
                ModelState::Ready
            }
            Err(error) => {
                tracing::warn!("the camera has no model: {error}");
                ModelState::Failed(error.to_string())
            }
        };
        let _ = self.screen.send(News::Model(state));
    }

    /// Takes the newest frame in.
    fn receive(&mut self) {
        let Some(Frame { width, height, rgb, .. }) = self.eye.take() else { return };
        let luma = Luma::of_rgb(width as usize, height as usize, &rgb);
        let scene = luma.as_ref().map_or(Scene::Unknown, |luma| self.gate.look(luma));
        // A camera's frame is upright, and whole by its type.
        if let Ok(frame) = RgbFrame::new(width, height, rgb, Orientation::default()) {
            self.waiting = Some(Waiting { frame, luma, scene });
        }
    }

    /// Holds a picture from a file in place of the camera's.
    fn show_picture(&mut self, name: String, bytes: &[u8]) {
        match RgbFrame::decode(bytes) {
            Ok(frame) => {
                self.holding = true;
                self.eye.glance(Glance::Watch(false));
                let (width, height, rgb) = frame.upright();
                let shown = Frame { width, height, rgb, facing: Facing::Unknown, captured: Instant::now() };
                self.eye.glance(Glance::Show(Box::new(shown)));
                self.waiting = Some(Waiting { frame, luma: None, scene: Scene::Unknown });
                self.tapped = true;
            }
            Err(error) => drop(self.screen.send(News::BadPicture(name, error.to_string()))),
        }
    }

    /// Heat and battery, read once a second.
    fn power(&mut self, now_ms: u64) -> Power {
        match self.sensed {
            Some((at_ms, power)) if now_ms - at_ms < SENSE_EVERY_MS => power,
            _ => {
                let power = self.power.read();
                self.scheduler.observe(now_ms, &power);
                self.sensed = Some((now_ms, power));
                power
            }
        }
    }

    /// Runs on the frame that waits, if the scheduler lets it.
    fn turn(&mut self) {
        let now_ms = self.now_ms();
        let power = self.power(now_ms);
        if self.classifier.is_none() {
            return;
        }
        let Some(waiting) = &self.waiting else { return };
        let visible = self.watching && self.foreground.is();
        let signals = Signals { power, visible, scene: waiting.scene, tapped: self.tapped };
        let verdict = self.scheduler.turn(now_ms, &signals);
        self.verdict = Some(verdict);
        match verdict {
            Verdict::Run(effort) => self.look(now_ms, effort),
            // The gate has compared it; only another frame can differ.
            Verdict::Reuse(Reason::Still) => self.waiting = None,
            Verdict::Reuse(_) | Verdict::Pause(_) => {}
        }
    }

    fn look(&mut self, now_ms: u64, effort: Effort) {
        let sparing = if effort == Effort::Reduced { self.sparing.get() } else { None };
        let classifier = sparing.or(self.classifier.as_ref());
        let (Some(classifier), Some(Waiting { frame, luma, .. })) = (classifier, self.waiting.take()) else {
            return self.scheduler.failed();
        };
        let asked = std::mem::take(&mut self.tapped);
        if let Some(luma) = luma {
            self.gate.ran(luma);
        }
        let began = Instant::now();
        match classify(classifier, &frame) {
            Ok(labels) => {
                let latency_ms = began.elapsed().as_secs_f64() * 1000.0;
                self.scheduler.finished(latency_ms);
                let after_ms = self.results_ms.back().map_or(f64::INFINITY, |last_ms| (now_ms - last_ms) as f64);
                self.results_ms.push_back(now_ms);
                let _ = self.screen.send(News::Seen(Seen { labels, latency_ms, after_ms, asked }));
            }
            Err(error) => {
                self.scheduler.failed();
                let _ = self.screen.send(News::Model(ModelState::Failed(error.to_string())));
                self.classifier = None;
            }
        }
    }

    fn tell_pace(&mut self) {
        let now_ms = self.now_ms();
        if now_ms - self.told_ms < TELL_EVERY_MS {
            return;
        }
        let every_ms = self.every_ms(now_ms);
        let history = self.scheduler.history();
        let news = PaceNews {
            doing: self.doing(),
            every_ms,
            age_ms: history.age_ms(now_ms),
            runs: history.counts().runs(),
            still: history.counts().skips(Reason::Still),
        };
        self.told_ms = now_ms;
        if self.told != Some(news) {
            self.told = Some(news);
            let _ = self.screen.send(News::Pace(news));
        }
    }

    /// From one result to the next.
    fn every_ms(&mut self, now_ms: u64) -> Option<u64> {
        // The last one stays: the next is measured from it.
        while self.results_ms.len() > 1 && now_ms - self.results_ms[0] > RATE_OVER_MS {
            self.results_ms.pop_front();
        }
        match (self.results_ms.front(), self.results_ms.back(), self.results_ms.len() as u64) {
            (Some(first_ms), Some(last_ms), results @ 2..) => Some((last_ms - first_ms) / (results - 1)),
            _ => self.scheduler.pace().ok().map(|pace| pace.interval_ms),
        }
    }

    fn doing(&self) -> Doing {
        match self.verdict {
            // Out of view it is not paused: it goes on as soon as somebody looks.
            None | Some(Verdict::Pause(Reason::Hidden)) => Doing::Waiting,
            Some(Verdict::Pause(reason)) => Doing::Paused(reason),
            Some(Verdict::Reuse(Reason::Still)) => Doing::Still,
            Some(Verdict::Run(_) | Verdict::Reuse(_)) => match self.scheduler.pace() {
                Ok(pace) => Doing::Running(pace.because),
                // A tap was answered in a pause.
                Err(reason) => Doing::Paused(reason),
            },
        }
    }
}

/// The model for a device that must save: loaded when that is first so.
enum Sparing {
    None,
    At(ToLoad),
    Loaded(Box<ImageClassifier>),
}

impl Sparing {
    fn get(&mut self) -> Option<&ImageClassifier> {
        if let Self::At(model) = self {
            // One that cannot be loaded is none: the chosen one does its work.
            *self = load(model).map_or(Self::None, |classifier| Self::Loaded(Box::new(classifier)));
        }
        match self {
            Self::Loaded(classifier) => Some(classifier),
            _ => None,
        }
    }
}

/// How often it ran and why it did not, for who looks into a device's pace.
fn log_counts(counts: &Counts) {
    let skips: Vec<_> = counts.by_reason().map(|(reason, count)| format!(", {} {count}", reason.name())).collect();
    tracing::info!("camera left; turns so far: run {}{}", counts.runs(), skips.concat());
}

fn load(model: &ToLoad) -> Result<ImageClassifier, Error> {
    let (dir, options) = model.open()?;
    ImageClassifier::load(&dir, &options)
}

/// The most probable labels, with their names in both languages.
///
/// # Errors
/// Those of the model.
pub fn classify(classifier: &ImageClassifier, frame: &RgbFrame) -> Result<Vec<Named>, Error> {
    let input = classifier.prepare(frame)?;
    let logits = classifier.infer(&input)?;
    let names = |language| classifier.labels(&logits, &Selection { top: LABELS, threshold: 0.0, language });
    let english = names(Language::English);
    let korean = names(Language::Korean);
    Ok(english
        .into_iter()
        .zip(korean)
        .map(|(en, ko)| Named { index: en.index, english: en.name, korean: ko.name, probability: en.probability })
        .collect())
}
