//! The threads that fetch, check and remove models, so that the UI thread never waits.
//!
//! One fetch at a time, the others queue. Pausing ends a fetch and keeps what is here, so a pause lasts over a
//! restart and costs nothing; cancelling also throws that away. Each call returns at once; what becomes of it comes as
//! [`Update`]s.

use super::board::{Update, Verdict};
use super::installed::look;
use super::meter::Meter;
use super::plan::{can_use_pip, routes};
use super::queue::{Job, Queue, Stop, Stopped};
use super::trouble::Trouble;
use crate::model_dir::{Limits, ModelDir};
use crate::store::{
    self, Cancel, Catalog, Error, Event, FetchOptions, FileState, Hooks, Model, Outcome, Places, Progress,
};
use crate::system;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Fetches one model: [`store::fetch`] with the engine's own check.
pub type FetchOne = dyn Fn(&Model, &FetchOptions, &dyn Progress) -> store::Result<Outcome> + Send + Sync;

/// What a fetcher works with.
pub struct Setup {
    /// The models that there are.
    pub catalog: Catalog,
    /// Where they lie; fetched ones go to the first place.
    pub places: Places,
    /// How to fetch into a directory.
    pub options: Box<dyn Fn(PathBuf) -> store::Result<FetchOptions> + Send + Sync>,
    /// Fetches one.
    pub fetch: Box<FetchOne>,
    /// Whether Python packages can be had.
    pub pip: bool,
}

impl Setup {
    /// The models of this build, where this process looks for them.
    pub fn of_process() -> Self {
        Self {
            catalog: Catalog::builtin(),
            places: Places::new(None),
            options: Box::new(FetchOptions::from_env),
            fetch: Box::new(|model, options, progress| {
                store::fetch(model, options, &Hooks::new(&check_tensors), progress)
            }),
            pip: can_use_pip(&FetchOptions::pythons()),
        }
    }
}

/// Whether the engine could use this directory.
fn check_tensors(dir: &Path) -> Result<(), String> {
    let dir = ModelDir::open(dir, &Limits::default()).map_err(|e| e.to_string())?;
    crate::inference::verify_tensors(&dir).map_err(|e| e.to_string())
}

/// Fetches, checks and removes models; a handle that may be cloned.
#[derive(Clone)]
pub struct Fetcher(Arc<Shared>);

struct Shared {
    setup: Setup,
    queue: Mutex<Queue>,
    more: Condvar,
    updates: UnboundedSender<Update>,
}

impl Fetcher {
    /// Starts the thread that fetches, which takes a first look at what is installed.
    pub fn start(setup: Setup) -> (Self, UnboundedReceiver<Update>) {
        let (updates, inbox) = unbounded_channel();
        let shared = Arc::new(Shared { setup, queue: Mutex::default(), more: Condvar::new(), updates });
        let worker = shared.clone();
        std::thread::spawn(move || worker.work());
        let fetcher = Self(shared);
        fetcher.0.aside(|shared| {
            if let Err(why) = system::unpack_bundled_models() {
                tracing::warn!("the models that came with the app cannot all be used: {why}");
            }
            shared.look();
        });
        (fetcher, inbox)
    }

    /// Queues `id`, and `instead` where no source of it can be reached. One that was paused goes on.
    pub fn fetch(&self, id: &str, instead: Option<&str>) {
        self.0.add(Job { id: id.into(), instead: instead.map(Into::into) });
    }

    /// Ends the fetch of `id` and keeps what is here.
    pub fn pause(&self, id: &str) {
        if self.0.queue().stop(id, Stop::Pause) == Stopped::Waiting {
            self.0.say(Update::Stopped(id.into()));
        }
    }

    /// Ends the fetch of `id`, paused or not, and throws away what is here.
    pub fn cancel(&self, id: &str) {
        if self.0.queue().stop(id, Stop::Discard) != Stopped::Running {
            let id = id.to_string();
            self.0.aside(move |shared| shared.discard(&id));
        }
    }

    /// Holds every file of the installed `id` against what was recorded, and its tensors against what it needs.
    pub fn verify(&self, id: &str) {
        self.0.say(Update::Verifying(id.into()));
        let id = id.to_string();
        self.0.aside(move |shared| {
            let verdict = shared.verify(&id);
            shared.say(Update::Verified(id, verdict));
        });
    }

    /// Removes the installed `id`.
    pub fn remove(&self, id: &str) {
        self.0.say(Update::Removing(id.into()));
        let id = id.to_string();
        self.0.aside(move |shared| {
            let removed = shared.remove(&id);
            shared.look();
            shared.say(match removed {
                Ok(()) => Update::Removed(id),
                Err(e) => Update::Failed(id, Trouble::of(&e)),
            });
        });
    }

    /// Looks at the disk again.
    pub fn look(&self) {
        self.0.aside(Shared::look);
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, job: Job) {
        let id = job.id.clone();
        let mut queue = self.queue();
        if queue.add(job) {
            // Said under the lock: the worker must not say that it runs before.
            self.say(Update::Queued(id));
            self.more.notify_one();
        }
    }

    fn say(&self, update: Update) {
        // Nobody listens any more when the window is gone.
        let _ = self.updates.send(update);
    }

    /// Short work beside a fetch, on a thread of its own.
    fn aside(self: &Arc<Self>, work: impl FnOnce(&Self) + Send + 'static) {
        let shared = self.clone();
        std::thread::spawn(move || work(&shared));
    }

    fn work(&self) {
        loop {
            let (job, cancel) = {
                let mut queue = self.queue();
                loop {
                    match queue.start_next() {
                        Some(next) => break next,
                        None => queue = self.more.wait(queue).unwrap_or_else(PoisonError::into_inner),
                    }
                }
            };
            let fetched = self.fetch(&job.id, &cancel);
            let stop = self.queue().finish();
            self.over(job, fetched, stop);
        }
    }

    /// Tries the sources of `id`, the smallest download first; the next only where one cannot be reached.
    fn fetch(&self, id: &str, cancel: &Cancel) -> store::Result<Outcome> {
        let model = self.setup.catalog.get(id)?;
        let mut options = (self.setup.options)(self.setup.places.install_into().ok_or(Error::NoPlace)?.into())?;
        options.cancel = cancel.clone();
        let mut result = Err(Error::Cancelled);
        for route in routes(model, self.setup.pip) {
            options.source = route.source();
            result = self.fetch_once(model, &options);
            match &result {
                Err(e) if Trouble::of(e).elsewhere && !cancel.is_cancelled() => {}
                _ => break,
            }
        }
        result
    }

    fn fetch_once(&self, model: &Model, options: &FetchOptions) -> store::Result<Outcome> {
        let began = Instant::now();
        let meter = Mutex::new(Meter::default());
        let progress = |event: Event| match event {
            Event::Phase(phase) => self.say(Update::Phase(model.id.clone(), phase)),
            Event::Bytes { done, total } => {
                let mut meter = meter.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(reading) = meter.sample(began.elapsed(), done, total) {
                    self.say(Update::Bytes(model.id.clone(), reading));
                }
            }
            // The store tells whoever reads a terminal; the screen shows phases.
            Event::Notice(sentence) => tracing::info!("{sentence}"),
        };
        (self.setup.fetch)(model, options, &progress)
    }

    fn over(&self, job: Job, fetched: store::Result<Outcome>, stop: Option<Stop>) {
        let id = job.id;
        match (fetched, stop) {
            (Ok(_), _) => {
                self.look();
                self.say(Update::Installed(id));
            }
            (Err(_), Some(Stop::Discard)) => self.discard(&id),
            (Err(_), Some(Stop::Pause)) => {
                self.look();
                self.say(Update::Stopped(id));
            }
            (Err(error), None) => {
                let trouble = Trouble::of(&error);
                self.look();
                match job.instead.filter(|_| trouble.elsewhere) {
                    Some(other) => {
                        self.say(Update::Replaced { id, by: other.clone() });
                        self.add(Job { id: other, instead: None });
                    }
                    None => self.say(Update::Failed(id, trouble)),
                }
            }
        }
    }

    fn discard(&self, id: &str) {
        let models_dir = self.setup.places.install_into().ok_or(Error::NoPlace);
        let discarded = models_dir.and_then(|dir| store::discard(dir, id, &|_| {}));
        self.look();
        self.say(match discarded {
            Ok(()) => Update::Stopped(id.into()),
            Err(e) => Update::Failed(id.into(), Trouble::of(&e)),
        });
    }

    fn verify(&self, id: &str) -> Verdict {
        let Some(path) = self.setup.places.find(id) else { return Verdict::Bad(vec![format!("{id} is gone")]) };
        let files = match store::verify_files(&path) {
            Ok(files) => files,
            Err(e) => return Verdict::Bad(vec![e.to_string()]),
        };
        let bad: Vec<_> = files.iter().filter(|(_, s)| s.is_bad()).map(|(name, s)| format!("{name} {s}")).collect();
        if !bad.is_empty() {
            return Verdict::Bad(bad);
        }
        match check_tensors(&path) {
            Err(why) => Verdict::Bad(vec![why]),
            Ok(()) if files.values().any(|s| *s == FileState::NotRecorded) => Verdict::Unrecorded,
            Ok(()) => Verdict::Good,
        }
    }

    fn remove(&self, id: &str) -> store::Result<()> {
        if self.setup.places.comes_with_the_app(id) {
            return Err(Error::CameWithTheApp { id: id.into() });
        }
        let path = self.setup.places.find(id).ok_or_else(|| Error::NotInstalled { id: id.into() })?;
        store::remove(path.parent().unwrap_or(&path), id, &|_| {})
    }

    fn look(&self) {
        let models_dir = self.setup.places.install_into();
        let staged = |model: &Model| models_dir.map(|dir| (model.id.clone(), store::staged_bytes(dir, &model.id)));
        let staged: BTreeMap<_, _> = self.setup.catalog.models().iter().filter_map(staged).collect();
        self.say(Update::Looked {
            installed: look(&self.setup.places),
            staged_bytes: staged.into_iter().filter(|(_, bytes)| *bytes > 0).collect(),
            free_bytes: models_dir.and_then(store::free_bytes),
        });
    }
}
