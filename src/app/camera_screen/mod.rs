//! The camera screen: what the camera sees, named live.
//!
//! The threads of [`camera`](super::camera) see and think; this component tells them what is wanted and keeps what
//! they told for the views.

mod view;
mod words;

use super::announce::Announcer;
use super::camera::{self, Calm, CameraState, ModelState, Named, News, Order, PaceNews, Viewer};
use super::components::Picked;
use super::context::{ModelsContext, SettingsContext, Use, use_model};
use super::devices::Devices;
use super::in_view::use_in_view;
use super::language::Language;
use super::models::Purpose;
use super::pace;
use super::page::{self, Shared};
use super::settings::{Change, Labels};
use super::shell::{Navigation, Screen};
use crate::inference::Unit;
use crate::sensors::bridge::Bridge;
use dioxus::prelude::*;
use std::time::{Duration, Instant};
use view::CameraView;
pub use words::result as labels_in_words;

/// A label is said aloud once it has led for so long.
const SAY_AFTER: Duration = Duration::from_millis(1200);

/// What is on the screen.
#[derive(Debug, Clone, PartialEq)]
struct Sight {
    camera: CameraState,
    model: ModelState,
    /// What stands still, if anything.
    held: Held,
    /// The most probable first.
    labels: Vec<Named>,
    /// Of the last run, ms.
    latency_ms: Option<f64>,
    pace: Option<PaceNews>,
    /// What a person should know about what they just did.
    notice: Option<Notice>,
}

/// What stands still.
#[derive(Debug, Clone, PartialEq)]
enum Held {
    /// Nothing: live.
    No,
    /// The camera's picture.
    Frozen,
    /// A picture from a file with this name.
    Picture(String),
}

/// What a person should know about what they just did.
#[derive(Debug, Clone, PartialEq)]
enum Notice {
    Copied(String),
    CannotCopy,
    BadPicture {
        name: String,
        why: String,
    },
    /// The system has no dialog to pick files with.
    NoDialog,
}

/// What a person does.
#[derive(Debug, Clone, PartialEq)]
enum Act {
    Freeze,
    Live,
    Flip,
    Pick(Picked),
    Ask,
    Retry,
    Models,
    Copy(String),
    Share,
    Set(Change),
}

impl Sight {
    fn new() -> Self {
        Self {
            camera: CameraState::Opening,
            model: ModelState::Loading,
            held: Held::No,
            labels: Vec::new(),
            latency_ms: None,
            pace: None,
            notice: None,
        }
    }
}

#[component]
pub fn CameraScreen() -> Element {
    let bridge = use_context::<Devices>().bridge;
    match bridge {
        Ok(bridge) => rsx! { Connected { bridge: Shy(bridge) } },
        Err(why) => rsx! { view::NoBridge { why } },
    }
}

/// A bridge as a property: all copies are the same socket.
#[derive(Clone)]
struct Shy(Bridge);

impl PartialEq for Shy {
    fn eq(&self, other: &Self) -> bool {
        self.0.url() == other.0.url()
    }
}

#[component]
fn Connected(bridge: Shy) -> Element {
    let sight = use_signal(Sight::new);
    let settings = use_context::<SettingsContext>();
    let viewer = use_viewer(bridge.0, sight);
    let act = use_acts(viewer, sight);
    rsx! {
        CameraView { sight: sight(), labels: settings.settings.read().labels.clone(), onact: act }
    }
}

/// The threads, told what is wanted whenever that changes; what they tell goes to `sight`.
fn use_viewer(bridge: Bridge, sight: Signal<Sight>) -> CopyValue<Viewer> {
    let devices = use_context::<Devices>();
    let language = use_context::<Memo<Language>>();
    let announcer = use_context::<Announcer>();
    let settings = use_context::<SettingsContext>().settings;
    let navigation = use_context::<Navigation>();
    let in_view = use_in_view();
    let model = use_model(Purpose::Camera);
    let mut calm = use_hook(|| CopyValue::new(Calm::default()));
    let viewer = use_hook(|| {
        let (viewer, mut news) =
            Viewer::start(devices.camera(&bridge), &bridge, devices.power(), devices.foreground.clone());
        spawn(async move {
            let mut leader = Leader::default();
            while let Some(news) = news.recv().await {
                take(news, sight, &mut calm.write(), &settings.peek().labels);
                if let Some(label) = leader.ripe(&sight.peek().labels) {
                    announcer.say(words::label(&language.peek(), label));
                }
            }
        });
        CopyValue::new(viewer)
    });
    let models = use_context::<ModelsContext>();
    let wanted = use_memo(move || match &*model.read() {
        Use::Looking => None,
        Use::None => Some(None),
        Use::Model(model) => {
            let board = models.board.peek();
            let chosen = model.to_load(settings.read().models.of(Purpose::Camera), Unit::Cpu);
            let sparing = model.sparing(&chosen, board.installed().unwrap_or_default());
            Some(Some(camera::Models { chosen, sparing }))
        }
    });
    use_effect(move || {
        if let Some(models) = wanted() {
            viewer.read().order(Order::Model(models));
        }
    });
    // Another number of labels is in force at once: the next result may be seconds away.
    let labels = use_memo(move || settings.read().labels.clone());
    use_effect(move || {
        let shown = shown(&mut calm.write(), &labels.read());
        let mut sight = sight;
        sight.write().labels = shown;
    });
    let policy = use_memo(move || pace::policy(&settings.read(), 0));
    use_effect(move || viewer.read().order(Order::Pace(policy())));
    let watching = use_memo(move || navigation.current() == Screen::Camera && in_view());
    use_effect(move || viewer.read().order(Order::Watch(watching())));
    viewer
}

/// Takes what the threads told in.
fn take(news: News, mut sight: Signal<Sight>, calm: &mut Calm, labels: &Labels) {
    let mut sight = sight.write();
    match news {
        News::Camera(camera) => {
            // What was seen before says nothing of a camera that is gone.
            if matches!(camera, CameraState::Trouble(_)) && sight.held == Held::No {
                calm.clear();
                sight.labels.clear();
                sight.latency_ms = None;
            }
            sight.camera = camera;
        }
        News::Model(model) => sight.model = model,
        News::Pace(pace) => sight.pace = Some(pace),
        News::Seen(seen) => {
            if seen.asked {
                calm.clear();
            }
            calm.take(&seen.labels, seen.after_ms as f32);
            sight.labels = shown(calm, labels);
            sight.latency_ms = Some(seen.latency_ms);
        }
        News::BadPicture(name, why) => {
            sight.held = Held::No;
            sight.notice = Some(Notice::BadPicture { name, why });
        }
    }
}

/// The labels to show now.
fn shown(calm: &mut Calm, labels: &Labels) -> Vec<Named> {
    calm.shown(f32::from(labels.least_percent) / 100.0, labels.count.into())
}

/// The label that leads, said once when it has led for a while.
#[derive(Default)]
struct Leader {
    since: Option<(usize, Instant)>,
    said: Option<usize>,
}

impl Leader {
    /// The label to say now, if there is one.
    fn ripe<'a>(&mut self, labels: &'a [Named]) -> Option<&'a Named> {
        let first = labels.first()?;
        match self.since {
            Some((index, since)) if index == first.index => {
                if self.said == Some(index) || since.elapsed() < SAY_AFTER {
                    return None;
                }
                self.said = Some(index);
                Some(first)
            }
            _ => {
                self.since = Some((first.index, Instant::now()));
                None
            }
        }
    }
}

/// Does what a person does.
fn use_acts(viewer: CopyValue<Viewer>, mut sight: Signal<Sight>) -> EventHandler<Act> {
    let language = use_context::<Memo<Language>>();
    let announcer = use_context::<Announcer>();
    let settings = use_context::<SettingsContext>();
    let navigation = use_context::<Navigation>();
    let mut notify = move |notice: Notice| {
        announcer.say(words::notice(&language.peek(), &notice));
        sight.write().notice = Some(notice);
    };
    use_callback(move |act: Act| {
        let order = |order| viewer.read().order(order);
        sight.write().notice = None;
        match act {
            Act::Freeze => {
                sight.write().held = Held::Frozen;
                order(Order::Freeze(true));
            }
            Act::Live => {
                sight.write().held = Held::No;
                order(Order::Freeze(false));
            }
            Act::Flip => order(Order::Flip),
            Act::Ask => order(Order::Tap),
            Act::Pick(Picked::File { name, bytes }) => {
                {
                    let mut sight = sight.write();
                    sight.held = Held::Picture(name.clone());
                    sight.labels.clear();
                }
                order(Order::Picture(name, bytes));
            }
            Act::Pick(Picked::Unreadable { name, why }) => notify(Notice::BadPicture { name, why }),
            Act::Pick(Picked::NoDialog) => notify(Notice::NoDialog),
            Act::Retry => order(Order::Retry),
            Act::Models => navigation.go(Screen::Models),
            Act::Set(change) => settings.change(change),
            Act::Copy(text) => drop(spawn(async move {
                let copied = page::copy(&text).await;
                notify(if copied { Notice::Copied(text) } else { Notice::CannotCopy });
            })),
            Act::Share => drop(spawn(async move {
                let text = words::result(&language.peek(), &sight.peek().labels);
                match page::share(&text).await {
                    Shared::Copied => notify(Notice::Copied(text)),
                    Shared::Failed => notify(Notice::CannotCopy),
                    Shared::Sheet | Shared::No => {}
                }
            })),
        }
    })
}

#[cfg(test)]
mod tests;
