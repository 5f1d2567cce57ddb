//! The benchmark screen: what to measure, how it goes, what came of it.
//!
//! [`BenchmarkScreen`] holds the runner and turns taps into what is done; everything that is seen is drawn from
//! [`State`] and [`Outcome`]s by the views beside it. A benchmark goes on when one leaves the screen.

mod chart;
mod choose;
mod export;
mod live;
mod results;
mod words;

use super::announce::Announcer;
use super::benchmark::{Baselines, Batch, Job, Length, Live, Place, Record, Runner, Trouble, Update, Waiting, start};
use super::components::{Button, Message, Tone};
use super::context::{ModelsContext, SettingsContext, model_title};
use super::devices::Devices;
use super::icons::Glyph;
use super::in_view::use_foreground;
use super::language::{Language, use_language};
use super::measurements::Measurements;
use super::models::{InstalledModel, Purpose, chosen};
use super::settings::{ModelChoices, SettingsFile};
use super::shell::{Navigation, Screen};
use super::threads::Threads;
use crate::inference::Unit;
use choose::ChooseView;
use dioxus::prelude::*;
use export::Said;
use live::LiveView;
use results::ResultsView;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Instant;

/// What the upper part of the screen shows.
#[derive(Debug, Clone, PartialEq)]
enum State {
    /// What to measure is chosen.
    Choosing {
        /// A benchmark was cancelled just now.
        cancelled: bool,
    },
    /// The first word of the runner is waited for.
    Starting,
    /// The device rests.
    Waiting(Waiting),
    /// A model is measured.
    Measuring(Box<Live>),
}

/// What came of a model.
#[derive(Debug, Clone, PartialEq)]
enum Outcome {
    Measured(Rc<Record>),
    Failed { model: String, why: String },
}

/// What is to be measured.
#[derive(Debug, Clone, PartialEq)]
struct Choice {
    /// Names of models.
    models: BTreeSet<String>,
    length: Length,
    threads: usize,
}

/// What a person wants.
#[derive(Debug, Clone, PartialEq)]
enum Act {
    /// Choose otherwise.
    Choose(Choice),
    Start,
    /// Rest no longer.
    Skip,
    Cancel,
    /// Hold later measurements against this one.
    Keep(Rc<Record>),
    Save(&'static str),
    Copy,
    Share,
    /// To the models.
    Models,
}

#[component]
pub fn BenchmarkScreen() -> Element {
    let installed = use_usable();
    let threads = use_context::<Threads>();
    let settings = use_context::<SettingsContext>().settings;
    let place = use_hook(Place::of_system);
    let bench = use_bench(installed);
    let act = use_acts(bench, &place);
    // A figure that was taken out of view says nothing, and phones let nothing compute there.
    let foreground = use_foreground();
    use_effect(move || {
        if !foreground() && bench.runner.peek().is_some() {
            act(Act::Cancel);
        }
    });
    rsx! {
        BaselineTrouble { trouble: bench.trouble, onclose: move |()| { let mut trouble = bench.trouble; trouble.set(None) } }
        UpperView {
            state: bench.state.read().clone(),
            installed: installed.read().clone(),
            choice: bench.choice.read().clone(),
            threads,
            unit: settings.read().compute.unit.unit(),
            chooses_threads: place.chooses_threads(),
            onact: act,
        }
        ResultsView {
            outcomes: bench.outcomes.read().clone(),
            baselines: bench.baselines.read().clone(),
            said: bench.said.read().clone(),
            onact: act,
        }
    }
}

/// What the screen knows.
#[derive(Clone, Copy, PartialEq)]
struct Bench {
    state: Signal<State>,
    choice: Signal<Choice>,
    outcomes: Signal<Vec<Outcome>>,
    baselines: Signal<Baselines>,
    trouble: Signal<Option<Trouble>>,
    said: Signal<Option<Said>>,
    installed: Memo<Option<Vec<InstalledModel>>>,
    runner: Signal<Option<Runner>>,
    last_ended: Signal<Option<Instant>>,
}

/// The models that can be measured; `None` until the disk was looked at.
fn use_usable() -> Memo<Option<Vec<InstalledModel>>> {
    let board = use_context::<ModelsContext>().board;
    use_memo(move || {
        let board = board.read();
        Some(board.installed()?.iter().filter(|m| m.is_usable()).cloned().collect())
    })
}

fn use_bench(installed: Memo<Option<Vec<InstalledModel>>>) -> Bench {
    let settings = use_context::<SettingsContext>().settings;
    let threads = use_context::<Threads>().in_force;
    let file = use_context::<SettingsFile>();
    // A few kilobytes, once, when the screen is first opened.
    let (baselines, trouble) = use_hook(|| Baselines::load(file.folder()));
    let mut choice = use_signal(|| Choice { models: BTreeSet::new(), length: Length::Quick, threads });
    // Until somebody chooses: the models that the screens use.
    let mut filled = use_signal(|| false);
    use_effect(move || {
        if let Some(installed) = &*installed.read()
            && !installed.is_empty()
            && !*filled.peek()
        {
            filled.set(true);
            choice.write().models = in_use(installed, &settings.peek().models);
        }
    });
    Bench {
        state: use_signal(|| State::Choosing { cancelled: false }),
        choice,
        outcomes: use_signal(Vec::new),
        baselines: use_signal(|| baselines),
        trouble: use_signal(|| trouble),
        said: use_signal(|| None),
        installed,
        runner: use_signal(|| None),
        last_ended: use_signal(|| None),
    }
}

fn in_use(installed: &[InstalledModel], choices: &ModelChoices) -> BTreeSet<String> {
    let used = Purpose::ALL.iter().filter_map(|purpose| chosen(installed, *purpose, choices.id(*purpose)));
    used.map(|model| model.id.clone()).collect()
}

fn use_acts(mut bench: Bench, place: &Place) -> EventHandler<Act> {
    let devices = use_context::<Devices>();
    let language = use_context::<Memo<Language>>();
    let announcer = use_context::<Announcer>();
    let navigation = use_context::<Navigation>();
    let measurements = use_context::<Measurements>();
    let settings = use_context::<SettingsContext>().settings;
    let place = place.clone();
    use_callback(move |act: Act| match act {
        Act::Choose(choice) => bench.choice.set(choice),
        Act::Start => {
            let unit = settings.peek().compute.unit.unit();
            let batch = Batch { jobs: jobs(bench, unit), last_ended: *bench.last_ended.peek() };
            let (runner, mut updates) = start(batch, place.clone(), devices.power());
            bench.runner.set(Some(runner));
            bench.state.set(State::Starting);
            bench.outcomes.set(Vec::new());
            bench.said.set(None);
            spawn(async move {
                while let Some(update) = updates.recv().await {
                    // Whoever has cancelled wants to hear no more.
                    if bench.runner.peek().is_some() {
                        hear(update, bench, measurements, announcer, &language.peek());
                    }
                }
            });
        }
        Act::Skip => {
            if let Some(runner) = &*bench.runner.peek() {
                runner.skip();
            }
        }
        Act::Cancel => {
            bench.runner.set(None);
            bench.last_ended.set(Some(Instant::now()));
            bench.state.set(State::Choosing { cancelled: true });
            announcer.say(language.peek().say("benchmark-cancelled"));
        }
        Act::Keep(record) => export::keep(bench, record, announcer, &language.peek()),
        Act::Save(extension) => export::save(bench, extension, announcer, &language.peek()),
        Act::Copy => export::copy(bench, announcer, &language.peek()),
        Act::Share => export::share(bench, announcer, &language.peek()),
        Act::Models => navigation.go(Screen::Models),
    })
}

/// The models that were chosen, in the order in which they are shown, to be measured on `unit`.
fn jobs(bench: Bench, unit: Unit) -> Vec<Job> {
    let choice = bench.choice.peek();
    let installed = bench.installed.peek();
    let picked = installed.iter().flatten().filter(|model| choice.models.contains(&model.id));
    let job = |model: &InstalledModel| Job {
        model: model.id.clone(),
        path: model.path.clone(),
        threads: choice.threads,
        unit,
        length: choice.length,
        bounds: choice.length.bounds(),
    };
    picked.map(job).collect()
}

/// Takes in what the runner tells.
fn hear(update: Update, mut bench: Bench, measurements: Measurements, announcer: Announcer, language: &Language) {
    match update {
        Update::Waiting(waiting) => bench.state.set(State::Waiting(waiting)),
        Update::Live(live) => bench.state.set(State::Measuring(live)),
        Update::Measured(record) => {
            announcer.say(words::in_a_sentence(language, &record));
            tracing::info!("{} {}: measured, {:.3} ms a run", record.model, record.variant, record.run_ms.p50);
            measurements.push(&record);
            bench.outcomes.write().push(Outcome::Measured(Rc::new(*record)));
        }
        Update::Failed { model, why } => {
            tracing::warn!("{model} could not be measured: {why}");
            announcer.say(language.say_with("benchmark-failed", &[("model", model_title(language, &model).into())]));
            bench.outcomes.write().push(Outcome::Failed { model, why });
        }
        Update::Ended => {
            bench.runner.set(None);
            bench.last_ended.set(Some(Instant::now()));
            bench.state.set(State::Choosing { cancelled: false });
            announcer.say(language.say("benchmark-finished"));
        }
    }
}

/// The upper part: choosing, or how it goes.
#[component]
fn UpperView(
    state: State,
    installed: Option<Vec<InstalledModel>>,
    choice: Choice,
    threads: Threads,
    unit: Unit,
    chooses_threads: bool,
    onact: EventHandler<Act>,
) -> Element {
    let language = use_language();
    match state {
        State::Choosing { cancelled } => rsx! {
            if cancelled {
                Message { tone: Tone::Plain, p { {language.say("benchmark-cancelled")} } }
            }
            ChooseView { installed, choice, threads, unit, chooses_threads, onact }
        },
        running => rsx! { LiveView { state: running, onact } },
    }
}

/// What became of the file with the baselines.
#[component]
fn BaselineTrouble(trouble: ReadSignal<Option<Trouble>>, onclose: EventHandler<()>) -> Element {
    let language = use_language();
    let (key, detail) = match &*trouble.read() {
        None => return rsx! {},
        Some(Trouble::Damaged { aside }) => ("benchmark-baseline-damaged", aside.display().to_string()),
        Some(Trouble::Unreadable(why)) => ("benchmark-baseline-unreadable", why.clone()),
    };
    rsx! {
        div { role: "alert",
            Message { tone: Tone::Warning,
                p { {language.say(key)} }
                p { class: "detail", "{detail}" }
                Button { glyph: Glyph::Check, label: language.say("understood"), onclick: move |()| onclose.call(()) }
            }
        }
    }
}

#[cfg(test)]
mod tests;
