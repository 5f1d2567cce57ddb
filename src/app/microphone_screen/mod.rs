//! The microphone screen: what is said is written down while it is said.
//!
//! The threads of [`microphone`](super::microphone) hear and write; this component tells them what is wanted, keeps
//! what they told for the views ([`state`]), and the takes for the next start ([`takes`](super::takes)).

mod dock;
mod history;
mod languages;
mod result;
mod state;
mod view;
mod words;

use super::announce::Announcer;
use super::components::Picked;
use super::context::{SettingsContext, Use, use_model};
use super::devices::Devices;
use super::in_view::use_in_view;
use super::language::Language;
use super::microphone::{Hearer, Meter, MicrophoneState, ModelState, News, Order, TakeId};
use super::models::Purpose;
use super::pace;
use super::page::{self, Shared};
use super::settings::{Change, Speech};
use super::shell::{Navigation, Screen};
use super::takes::{self, Format, History, HistoryFile, Keeper, Kept, start_keeper};
use super::units::Fallbacks;
use crate::inference::speech::{Task, TranscribeOptions};
use crate::system::SaveError;
use dioxus::prelude::*;
use state::{Notice, Said, Sight, Stage};
use std::time::{SystemTime, UNIX_EPOCH};
use view::MicrophoneView;

/// Words sooner than this after the last are hardly words: two syllables.
const LEAST_INTERVAL_MS: u64 = 700;
/// Shows the end of the page.
const TO_THE_END: &str = "requestAnimationFrame(() => { const screen = document.querySelector('.screen-microphone'); \
     if (screen) screen.scrollTop = screen.scrollHeight; });";
/// Follows the words down, unless a person has scrolled up to read.
const FOLLOW: &str = "const screen = document.querySelector('.screen-microphone'); \
     if (screen && screen.scrollHeight - screen.scrollTop - screen.clientHeight < 240) \
       requestAnimationFrame(() => { screen.scrollTop = screen.scrollHeight; });";

/// What a person does.
#[derive(Debug, Clone, PartialEq)]
enum Act {
    Start,
    Stop,
    Cancel,
    Retry,
    Models,
    Pick(Picked),
    Set(Change),
    Copy,
    Share,
    Save(Format),
    Close,
    Open(TakeId),
    Delete(TakeId),
    DeleteAll,
    Understood,
}

/// The earlier takes, and who writes them.
#[derive(Clone, Copy, PartialEq)]
struct Shelf {
    history: Signal<History>,
    keeper: CopyValue<Keeper>,
}

impl Shelf {
    /// Changes the list, and has it written if it is another.
    fn change<T>(mut self, change: impl FnOnce(&mut History) -> T) -> T {
        let mut history = self.history.peek().clone();
        let result = change(&mut history);
        if history.takes() != self.history.peek().takes() {
            if let Some(takes) = history.to_write() {
                let _ = self.keeper.read().send(takes);
            }
            self.history.set(history);
        }
        result
    }
}

#[component]
pub fn MicrophoneScreen() -> Element {
    let sight = use_signal(Sight::new);
    let meter = use_signal(Meter::default);
    let settings = use_context::<SettingsContext>().settings;
    let shelf = use_shelf();
    let hearer = use_hearer(sight, meter, shelf);
    let act = use_acts(hearer, sight, meter, shelf);
    let length = use_memo(move || sight.read().words.confirmed.len() + sight.read().words.tail.len());
    // With large text on a small phone the way to stop lies at the end of the page.
    let running = use_memo(move || sight.read().stage.running().is_some());
    use_effect(move || {
        if running() {
            document::eval(TO_THE_END);
        }
    });
    use_effect(move || {
        if length() > 0 {
            document::eval(FOLLOW);
        }
    });
    rsx! {
        MicrophoneView {
            sight: sight(),
            meter,
            speech: settings.read().speech.clone(),
            history: shelf.history.read().clone(),
            now_ms: now_ms(),
            onact: act,
        }
    }
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// The earlier takes, read and written on a thread of their own.
fn use_shelf() -> Shelf {
    let file = use_context::<HistoryFile>();
    let mut history = use_signal(History::default);
    let keeper = use_hook(|| {
        let (keeper, mut told) = start_keeper(file);
        let writer = keeper.clone();
        spawn(async move {
            while let Some(kept) = told.recv().await {
                let mut history = history.write();
                match kept {
                    Kept::Loaded(takes, notice) => {
                        let came_meanwhile = !history.takes().is_empty();
                        history.load(takes, notice);
                        if let (true, Some(takes)) = (came_meanwhile, history.to_write()) {
                            let _ = writer.send(takes);
                        }
                    }
                    Kept::Saved(Some(why)) => history.notice = Some(takes::Notice::NotSaved(why)),
                    // Written again after all.
                    Kept::Saved(None) if matches!(history.notice, Some(takes::Notice::NotSaved(_))) => {
                        history.notice = None;
                    }
                    Kept::Saved(None) => {}
                }
            }
        });
        CopyValue::new(keeper)
    });
    Shelf { history, keeper }
}

/// The threads, told what is wanted whenever that changes; what they tell goes to `sight` and `meter`.
fn use_hearer(mut sight: Signal<Sight>, mut meter: Signal<Meter>, shelf: Shelf) -> CopyValue<Hearer> {
    let devices = use_context::<Devices>();
    let language = use_context::<Memo<Language>>();
    let announcer = use_context::<Announcer>();
    let settings = use_context::<SettingsContext>().settings;
    let navigation = use_context::<Navigation>();
    let fallbacks = use_context::<Fallbacks>();
    let in_view = use_in_view();
    let model = use_model(Purpose::Microphone);
    let hearer = use_hook(|| {
        let (hearer, mut news) = Hearer::start(devices.microphone(), devices.power(), devices.foreground.clone());
        spawn(async move {
            while let Some(news) = news.recv().await {
                if let News::Level(id, level) = news {
                    if sight.peek().stage.running() == Some(id) && *meter.peek() != level {
                        meter.set(level);
                    }
                    continue;
                }
                if let News::Placed(placed) = &news {
                    fallbacks.note(Purpose::Microphone, placed);
                }
                let said = shelf.change(|history| sight.write().take_in(news, *meter.peek(), history));
                match said {
                    Some(Said::Words(words)) => announcer.say(words),
                    Some(Said::Message(key)) => announcer.say(language.peek().say(key)),
                    None => {}
                }
            }
        });
        CopyValue::new(hearer)
    });
    let wanted = use_memo(move || match &*model.read() {
        Use::Looking => None,
        Use::None => Some(None),
        Use::Model(model) => {
            let settings = settings.read();
            Some(Some(model.to_load(settings.models.of(Purpose::Microphone), settings.compute.unit.unit())))
        }
    });
    use_effect(move || {
        if let Some(model) = wanted() {
            hearer.read().order(Order::Model(model));
        }
    });
    let policy = use_memo(move || pace::policy(&settings.read(), LEAST_INTERVAL_MS));
    use_effect(move || hearer.read().order(Order::Pace(policy())));
    let watching = use_memo(move || navigation.current() == Screen::Microphone && in_view());
    use_effect(move || {
        if let Some(order) = sight.peek().stage.when_watched(watching()) {
            hearer.read().order(order);
        }
    });
    hearer
}

/// What the person has set, as far as the model can.
fn options(speech: &Speech, model: &ModelState) -> TranscribeOptions {
    let ModelState::Ready(known) = model else { return TranscribeOptions::default() };
    let several = known.len() > 1;
    TranscribeOptions {
        language: speech.language.clone().filter(|code| several && known.contains(&code.as_str())),
        task: if speech.translate && several { Task::Translate } else { Task::Transcribe },
        ..TranscribeOptions::default()
    }
}

/// Does what a person does.
fn use_acts(
    hearer: CopyValue<Hearer>,
    mut sight: Signal<Sight>,
    mut meter: Signal<Meter>,
    shelf: Shelf,
) -> EventHandler<Act> {
    let language = use_context::<Memo<Language>>();
    let announcer = use_context::<Announcer>();
    let settings = use_context::<SettingsContext>();
    let navigation = use_context::<Navigation>();
    let mut last = use_signal(|| 0_u64);
    let mut notify = move |notice: Notice| {
        announcer.say(words::notice(&language.peek(), &notice));
        sight.write().notice = Some(notice);
    };
    // Later than all others, even after the clock was set back.
    let mut next_id = move || {
        let id = now_ms().max(*last.peek() + 1);
        last.set(id);
        id
    };
    use_callback(move |act: Act| {
        let order = |order| hearer.read().order(order);
        let running = sight.peek().stage.running();
        let text = sight.peek().stage.shown().map(|take| take.text.clone()).unwrap_or_default();
        let options = options(&settings.settings.peek().speech, &sight.peek().model);
        sight.write().notice = None;
        match act {
            Act::Start if running.is_none() => {
                let id = next_id();
                meter.set(Meter::default());
                sight.write().enter(Stage::Listening(id, MicrophoneState::Opening));
                order(Order::Start(id, options));
            }
            Act::Pick(Picked::File { name, bytes }) if running.is_none() => {
                let id = next_id();
                sight.write().enter(Stage::Reading(id, name.clone(), None));
                order(Order::File(id, options, name, bytes));
            }
            Act::Pick(Picked::Unreadable { name, why }) if running.is_none() => {
                sight.write().enter(Stage::BadFile(name, why));
            }
            Act::Pick(Picked::NoDialog) if running.is_none() => notify(Notice::NoDialog),
            // A file was picked while something else had begun.
            Act::Start | Act::Pick(_) => {}
            Act::Stop => running.into_iter().for_each(|id| order(Order::Stop(id))),
            Act::Cancel => running.into_iter().for_each(|id| {
                order(Order::Cancel(id));
                shelf.change(|history| history.remove(id));
                sight.write().enter(Stage::Ready);
                announcer.say(language.peek().say("mic-cancelled"));
            }),
            Act::Retry => order(Order::Retry),
            Act::Models => navigation.go(Screen::Models),
            Act::Set(change) => settings.change(change),
            Act::Copy => drop(spawn(async move {
                notify(if page::copy(&text).await { Notice::Copied } else { Notice::CannotCopy });
            })),
            Act::Share => drop(spawn(async move {
                match page::share(&text).await {
                    Shared::Copied => notify(Notice::Copied),
                    Shared::Failed => notify(Notice::CannotCopy),
                    Shared::Sheet | Shared::No => {}
                }
            })),
            Act::Save(format) => drop(spawn(async move {
                if let Some(saved) = save(sight, format).await {
                    notify(saved);
                }
            })),
            Act::Close => sight.write().enter(Stage::Ready),
            Act::Open(id) => {
                let take = shelf.history.peek().take(id).cloned();
                take.into_iter().for_each(|take| sight.write().enter(Stage::Result(Box::new(take))));
            }
            Act::Delete(id) => shelf.change(|history| history.remove(id)),
            Act::DeleteAll => {
                shelf.change(History::clear);
                sight.write().enter(Stage::Ready);
            }
            Act::Understood => {
                let mut history = shelf.history;
                history.write().notice = None;
            }
        }
    })
}

/// Saves the take that is shown, on a thread of its own; what to say of it.
async fn save(sight: Signal<Sight>, format: Format) -> Option<Notice> {
    let take = sight.peek().stage.shown().cloned()?;
    let (done, saved) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || done.send(takes::save(&take, format)));
    Some(match saved.await {
        Ok(Ok(place)) => Notice::Saved(place?),
        Ok(Err(SaveError::NoFolder)) => Notice::NoFolder,
        Ok(Err(SaveError::Failed(why))) => Notice::NotSaved(why),
        Err(gone) => Notice::NotSaved(gone.to_string()),
    })
}

#[cfg(test)]
mod tests;
