//! The text screen: what is typed is judged as soon as typing pauses, and each word shows what it did.

use super::judge::{self, Answer};
use super::language::Language;
use crate::inference::text::{Sentiment, Word};
use dioxus::prelude::*;
use std::time::Duration;

/// How long typing must pause before a text is judged.
const PAUSE: Duration = Duration::from_millis(350);
/// A contribution of this many units of log-odds has the full colour.
const FULL_COLOUR: f32 = 2.0;

/// What the screen shows under the text.
#[derive(Debug, Clone)]
enum State {
    Loading,
    NoModel,
    Waiting,
    Judging,
    Judged(Box<Sentiment>),
    Failed(String),
}

#[component]
pub fn TextScreen() -> Element {
    let language = use_context::<Language>();
    let mut state = use_signal(|| State::Loading);
    let mut edits = use_signal(|| 0_u64);
    // An uncontrolled text area: binding its value loses keystrokes. A new key replaces it by an example.
    let mut seed = use_signal(|| (0_u32, String::new()));
    let worker = use_hook(|| {
        let (texts, mut answers) = judge::start();
        spawn(async move {
            while let Some(answer) = answers.recv().await {
                let next = match answer {
                    Answer::Ready => State::Waiting,
                    Answer::NoModel => State::NoModel,
                    Answer::Judged(sentiment) => State::Judged(sentiment),
                    Answer::Failed(why) => State::Failed(why),
                };
                // Whoever has cleared the text meanwhile wants no answer any more.
                if !matches!((&next, &*state.peek()), (State::Judged(_), State::Waiting)) {
                    state.set(next);
                }
            }
        });
        texts
    });
    let mut edited = move |text: String| {
        if matches!(*state.peek(), State::NoModel) {
            return;
        }
        edits += 1;
        let mine = *edits.peek();
        let worker = worker.clone();
        spawn(async move {
            if text.trim().is_empty() {
                state.set(State::Waiting);
                return;
            }
            tokio::time::sleep(PAUSE).await;
            // A later keystroke has its own turn.
            if *edits.peek() == mine && worker.send(text).is_ok() {
                state.set(State::Judging);
            }
        });
    };
    let fill = {
        let mut edited = edited.clone();
        move |text: String| {
            let turn = seed.peek().0 + 1;
            seed.set((turn, text.clone()));
            edited(text);
        }
    };
    let mut clear = fill.clone();
    let examples = ["example-1", "example-2"].map(|id| language.say(id));
    rsx! {
        main { lang: language.tag,
            h1 { {language.say("title")} }
            textarea {
                key: "{seed.read().0}",
                aria_label: language.say("input-name"),
                placeholder: language.say("input-hint"),
                rows: 5,
                initial_value: seed.read().1.clone(),
                oninput: move |event| edited(event.value()),
            }
            div { class: "row",
                button { class: "quiet", onclick: move |_| clear(String::new()), {language.say("clear")} }
            }
            section { aria_live: "polite", Answered { state: state() } }
            h2 { {language.say("examples")} }
            ul { class: "examples",
                for (example, mut fill) in examples.into_iter().map(|example| (example, fill.clone())) {
                    li { button { onclick: { let text = example.clone(); move |_| fill(text.clone()) }, "{example}" } }
                }
            }
            p { class: "note", {language.say("private")} }
        }
    }
}

#[component]
fn Answered(state: ReadSignal<State>) -> Element {
    let language = use_context::<Language>();
    match &*state.read() {
        State::Loading => rsx! { p { class: "note", {language.say("loading")} } },
        State::Waiting => rsx! { p { class: "note", {language.say("waiting")} } },
        State::Judging => rsx! { p { class: "note", {language.say("judging")} } },
        State::NoModel => rsx! {
            p { class: "warning", {language.say("no-model")} }
            p { class: "note", {language.say("no-model-help")} }
        },
        State::Failed(why) => rsx! {
            p { class: "warning", {language.say("failed")} }
            p { class: "note", "{why}" }
        },
        State::Judged(sentiment) => rsx! { Verdict { sentiment: (**sentiment).clone() } },
    }
}

#[component]
fn Verdict(sentiment: Sentiment) -> Element {
    let language = use_context::<Language>();
    if !sentiment.language_known {
        return rsx! { p { class: "warning", {language.say("unknown-language")} } };
    }
    let positive = sentiment.positive >= 0.5;
    let (class, name) = if positive { ("positive", "positive") } else { ("negative", "negative") };
    let percent = format!("{:.0}", sentiment.positive * 100.0);
    rsx! {
        p { class: "verdict {class}", {language.say(name)} }
        p { {language.say_with("share-positive", &[("percent", percent.clone())])} }
        div { class: "bar", aria_hidden: true, div { class: "fill {class}", width: "{percent}%" } }
        if sentiment.windows > 1 {
            p { class: "note", {language.say_with("long-text", &[("windows", sentiment.windows.to_string())])} }
        }
        h2 { {language.say("why")} }
        p { class: "words",
            for word in sentiment.words.iter() {
                WordMark { word: word.clone() }
                " "
            }
        }
    }
}

/// A word in the colour of what it did; the sign stands there too, since colour alone tells some people nothing.
#[component]
fn WordMark(word: Word) -> Element {
    let language = use_context::<Language>();
    let strength = (word.contribution.abs() / FULL_COLOUR).min(1.0);
    if strength < 0.1 {
        return rsx! { span { "{word.text}" } };
    }
    let (class, sign, says) = if word.contribution > 0.0 {
        ("positive", "+", "toward-positive")
    } else {
        ("negative", "−", "toward-negative")
    };
    rsx! {
        mark { class, style: "--strength: {strength:.2}", title: language.say(says),
            "{word.text}"
            sup { aria_label: language.say(says), "{sign}" }
        }
    }
}
