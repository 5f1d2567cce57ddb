//! The text screen: what is typed is judged as soon as typing pauses, and each word shows what it did.

mod view;

use super::announce::Announcer;
use super::context::{SettingsContext, Use, use_model};
use super::devices::Devices;
use super::judge::{self, Answer, Ask, Judgement};
use super::language::Language;
use super::models::{Purpose, ToLoad};
use super::pace;
use super::shell::{Navigation, Screen};
use super::units::Fallbacks;
use crate::scheduler::Reason;
use dioxus::core::Task;
use dioxus::prelude::*;
use std::sync::mpsc;
use std::time::Duration;
pub use view::side;
use view::{AnswerView, Examples, Writing};

/// How long typing must pause before a text is judged.
const PAUSE: Duration = Duration::from_millis(350);

/// What the screen shows of the text.
#[derive(Debug, Clone, PartialEq)]
enum State {
    /// The disk is looked at, or the model is on its way into memory.
    Loading,
    NoModel,
    /// For a text.
    Waiting,
    Judging,
    /// It waits until something may run again.
    Paused(Reason),
    Judged(Box<Judgement>),
    Failed(String),
}

#[component]
pub fn TextScreen() -> Element {
    let mut state = use_signal(|| State::Loading);
    let mut edits = use_signal(|| 0_u64);
    // What the area holds now; the area itself is uncontrolled, since binding its value loses keystrokes.
    let mut latest = use_signal(String::new);
    // A new key replaces the area by one with this text.
    let mut seed = use_signal(|| (0_u32, String::new()));
    let judge = use_judge(state, latest);
    let navigation = use_context::<Navigation>();
    let mut edited = move |text: String| {
        latest.set(text);
        edits += 1;
        let mine = *edits.peek();
        spawn(async move {
            if latest.peek().trim().is_empty() {
                // Also a word to whoever is judging: nobody wants the answer any more.
                if matches!(*state.peek(), State::Judging | State::Judged(_)) {
                    state.set(State::Waiting);
                }
                return;
            }
            tokio::time::sleep(PAUSE).await;
            // A later keystroke has its own turn.
            if *edits.peek() == mine {
                judge.send(latest.peek().clone(), false);
            }
        });
    };
    let mut fill = move |text: String| {
        let turn = seed.peek().0 + 1;
        seed.set((turn, text.clone()));
        edited(text);
    };
    rsx! {
        Writing { seed: seed(), onedit: edited, onclear: move |()| fill(String::new()) }
        AnswerView {
            state: state(),
            onmodels: move |()| navigation.go(Screen::Models),
            onretry: move |()| judge.restart(),
            onask: move |()| judge.send(latest.peek().clone(), true),
        }
        Examples { onchoose: fill }
    }
}

/// The worker that judges, with the model that the screen is to use.
#[derive(Clone, Copy, PartialEq)]
struct Judge {
    state: Signal<State>,
    asks: Signal<Option<mpsc::Sender<Ask>>>,
    /// Counted up to start the worker anew.
    tries: Signal<u32>,
}

impl Judge {
    /// Has `text` judged; at once, where a tap asks for it. While the model is on its way nothing is sent: [`hear`] sends the newest when it is here.
    fn send(mut self, text: String, tapped: bool) {
        if *self.state.peek() == State::Loading {
            return;
        }
        // Without a model there is nobody; after a failure to load nobody any more.
        let ask = Ask::Text { text, tapped };
        let sent = self.asks.peek().as_ref().is_some_and(|asks| asks.send(ask).is_ok());
        if sent {
            self.state.set(State::Judging);
        }
    }

    /// Loads the model again, and judges the text that is there.
    fn restart(mut self) {
        self.tries += 1;
    }
}

/// The model that the worker is to use.
#[derive(Debug, Clone, PartialEq)]
enum Place {
    Looking,
    Nowhere,
    At(ToLoad),
}

/// Starts a worker whenever the model to use is another one, or what it is to compute on.
fn use_judge(mut state: Signal<State>, latest: Signal<String>) -> Judge {
    let language = use_context::<Memo<Language>>();
    let announcer = use_context::<Announcer>();
    let fallbacks = use_context::<Fallbacks>();
    let settings = use_context::<SettingsContext>().settings;
    let model = use_model(Purpose::Text);
    let place = use_memo(move || match &*model.read() {
        Use::Looking => Place::Looking,
        Use::None => Place::Nowhere,
        Use::Model(model) => {
            let settings = settings.read();
            Place::At(model.to_load(settings.models.of(Purpose::Text), settings.compute.unit.unit()))
        }
    });
    let mut asks = use_signal(|| None::<mpsc::Sender<Ask>>);
    let devices = use_context::<Devices>();
    let tries = use_signal(|| 0_u32);
    let mut listener = use_signal(|| None::<Task>);
    let judge = Judge { state, asks, tries };
    use_effect(move || {
        let _ = tries();
        let before = listener.write().take();
        before.inspect(|task| task.cancel());
        let model = match place() {
            Place::At(model) => model,
            other => {
                // Its worker ends with the sender.
                asks.set(None);
                state.set(if other == Place::Looking { State::Loading } else { State::NoModel });
                return;
            }
        };
        state.set(State::Loading);
        let policy = pace::policy(&settings.peek(), 0);
        let (sender, mut answers) = judge::start(model, devices.power(), devices.foreground.clone(), policy);
        asks.set(Some(sender));
        listener.set(Some(spawn(async move {
            while let Some(answer) = answers.recv().await {
                if let Answer::Ready(placed) = &answer {
                    fallbacks.note(Purpose::Text, placed);
                }
                if let Some(said) = hear(answer, judge, latest, &language.peek()) {
                    announcer.say(said);
                }
            }
        })));
    });
    let policy = use_memo(move || pace::policy(&settings.read(), 0));
    use_effect(move || {
        let policy = policy();
        if let Some(asks) = asks.peek().as_ref() {
            let _ = asks.send(Ask::Pace(policy));
        }
    });
    judge
}

/// Takes an answer in; returns what to announce.
fn hear(answer: Answer, mut judge: Judge, latest: Signal<String>, language: &Language) -> Option<String> {
    let empty = latest.peek().trim().is_empty();
    match answer {
        Answer::Ready(_) => {
            judge.state.set(State::Waiting);
            if !empty {
                judge.send(latest.peek().clone(), false);
            }
            None
        }
        // Whoever has cleared the text meanwhile wants no answer any more.
        Answer::Judged(_) if empty => None,
        Answer::Judged(judgement) => {
            let said = view::in_a_sentence(language, &judgement);
            judge.state.set(State::Judged(judgement));
            Some(said)
        }
        Answer::Paused(_) if empty => None,
        Answer::Paused(reason) => {
            judge.state.set(State::Paused(reason));
            Some(language.say(pace::paused_key(reason)))
        }
        Answer::Failed(why) => {
            judge.state.set(State::Failed(why));
            Some(language.say("text-failed"))
        }
    }
}

#[cfg(test)]
mod tests;
