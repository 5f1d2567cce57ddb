//! The models of a purpose side by side: each answers the person's own picture, sentence or clip.
//!
//! [`SideBySideScreen`] holds the runner and turns taps into what is done; everything that is seen is drawn from
//! [`Comparison`] by the views beside it. A comparison goes on when one leaves the screen.

mod comparison;
mod row;
mod view;
mod words;

use super::announce::Announcer;
use super::components::Picked;
use super::context::{ModelsContext, SettingsContext};
use super::devices::Devices;
use super::language::Language;
use super::models::{Board, Purpose};
use super::pace;
use super::settings::{Change, ModelChoice};
use super::shell::{Navigation, Screen};
use super::side_by_side::{Input, Job, Runner, candidates, start};
use comparison::{Comparison, End};
use dioxus::core::Task;
use dioxus::prelude::*;
use std::sync::Arc;
use view::SideBySideView;

const SAMPLE_PICTURE: &[u8] = include_bytes!("../../../assets/samples/clock.jpg");
const SAMPLE_CLIP: &[u8] = include_bytes!("../../../assets/samples/speech.wav");

/// What a person wants.
#[derive(Debug, Clone, PartialEq)]
enum Act {
    /// Models of another purpose.
    Purpose(Purpose),
    /// Compare on this file.
    Pick(Picked),
    /// Compare on the picture or the clip that came with the app.
    Sample,
    /// Compare on this text.
    Text(String),
    Cancel,
    /// Let the screen of the purpose use this one.
    Use(ModelChoice),
    /// To the models.
    Models,
}

/// What was picked and could not be read.
#[derive(Debug, Clone, PartialEq)]
enum Notice {
    Unreadable { name: String, why: String },
    NoDialog,
}

/// A comparison under way. Whoever lets it go wants to hear no more of it.
struct Running {
    _runner: Runner,
    listener: Task,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.listener.cancel();
    }
}

#[component]
pub fn SideBySideScreen() -> Element {
    let board = use_context::<ModelsContext>().board;
    let mut purpose = use_signal(|| None::<Purpose>);
    let comparison = use_signal(|| None::<Comparison>);
    let notice = use_signal(|| None::<Notice>);
    let purposes = use_memo(move || purposes(&board.read()));
    let act = use_acts(purpose, comparison, notice);
    // The first that there are models for, until the person chooses; again where the last model of one is gone.
    use_effect(move || {
        if let Some(purposes) = &*purposes.read()
            && purpose().is_none_or(|purpose| !purposes.contains(&purpose))
        {
            purpose.set(purposes.first().copied());
        }
    });
    rsx! {
        SideBySideView {
            purposes: purposes(),
            purpose: purpose(),
            comparison: comparison(),
            notice: notice(),
            onact: act,
        }
    }
}

/// What there are usable models for; `None` until the disk was looked at.
fn purposes(board: &Board) -> Option<Vec<Purpose>> {
    let installed = board.installed()?;
    let has = |purpose: &Purpose| installed.iter().any(|m| m.is_usable() && m.purpose == Some(*purpose));
    Some(Purpose::ALL.into_iter().filter(has).collect())
}

fn use_acts(
    mut purpose: Signal<Option<Purpose>>,
    mut comparison: Signal<Option<Comparison>>,
    mut notice: Signal<Option<Notice>>,
) -> EventHandler<Act> {
    let board = use_context::<ModelsContext>().board;
    let settings = use_context::<SettingsContext>();
    let devices = use_context::<Devices>();
    let language = use_context::<Memo<Language>>();
    let announcer = use_context::<Announcer>();
    let navigation = use_context::<Navigation>();
    let mut running = use_signal(|| None::<Running>);
    let mut compare = move |name: String, input: Input| {
        let Some(purpose) = *purpose.peek() else { return };
        let set = settings.settings.peek();
        let unit = set.compute.unit.unit();
        let board = board.peek();
        let candidates = candidates(board.installed().unwrap_or_default(), purpose, &set.models, unit);
        let (power, foreground) = (devices.power(), devices.foreground.clone());
        let models = candidates.iter().map(|candidate| candidate.to_load.clone()).collect();
        let (runner, mut updates) = start(Job { input, models, power, foreground, policy: pace::policy(&set, 0) });
        comparison.set(Some(Comparison::new(name, candidates)));
        notice.set(None);
        let listener = spawn(async move {
            while let Some(update) = updates.recv().await {
                let said = comparison.write().as_mut().and_then(|c| c.take_in(update, &language.peek()));
                if let Some(said) = said {
                    announcer.say(said);
                }
            }
        });
        running.set(Some(Running { _runner: runner, listener }));
    };
    use_callback(move |act: Act| match act {
        Act::Purpose(chosen) => {
            running.set(None);
            comparison.set(None);
            notice.set(None);
            purpose.set(Some(chosen));
        }
        Act::Pick(Picked::File { name, bytes }) => {
            let spoken = settings.settings.peek().speech.language.clone();
            if let Some(input) = of_file(*purpose.peek(), bytes, spoken) {
                compare(name, input);
            }
        }
        Act::Pick(Picked::Unreadable { name, why }) => notice.set(Some(Notice::Unreadable { name, why })),
        Act::Pick(Picked::NoDialog) => notice.set(Some(Notice::NoDialog)),
        Act::Sample => {
            let (key, bytes) = match *purpose.peek() {
                Some(Purpose::Camera) => ("side-sample-picture", SAMPLE_PICTURE),
                Some(Purpose::Microphone) => ("side-sample-clip", SAMPLE_CLIP),
                _ => return,
            };
            if let Some(input) = of_file(*purpose.peek(), Arc::new(bytes.to_vec()), Some("en".into())) {
                compare(language.peek().say(key), input);
            }
        }
        Act::Text(text) => compare(text.clone(), Input::Text(text)),
        Act::Cancel => {
            running.set(None);
            if let Some(comparison) = comparison.write().as_mut() {
                comparison.end(End::Cancelled);
            }
            announcer.say(language.peek().say("side-cancelled"));
        }
        Act::Use(choice) => {
            let Some(purpose) = *purpose.peek() else { return };
            if let Some(comparison) = comparison.write().as_mut() {
                comparison.mark_used(&choice);
            }
            settings.change(Change::Model(purpose, Some(choice)));
        }
        Act::Models => navigation.go(Screen::Models),
    })
}

/// The input in the bytes of a file.
fn of_file(purpose: Option<Purpose>, bytes: Arc<Vec<u8>>, spoken: Option<String>) -> Option<Input> {
    match purpose? {
        Purpose::Camera => Some(Input::Picture(bytes)),
        Purpose::Microphone => Some(Input::Clip(bytes, spoken)),
        Purpose::Text => None,
    }
}

#[cfg(test)]
mod tests;
