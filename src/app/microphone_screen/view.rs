//! What the microphone screen draws, from its state alone: the page with the words.

use super::dock::Dock;
use super::history::Earlier;
use super::result::ResultView;
use super::state::{Notice, Sight, Stage};
use super::{Act, languages, words};
use crate::app::components::{Button, Message, Picker, Progress, ToSettings, Tone, Weight};
use crate::app::icons::Glyph;
use crate::app::language::use_language;
use crate::app::microphone::{Meter, MicrophoneState, ModelState, Words};
use crate::app::settings::{Change, Speech};
use crate::app::takes::History;
use crate::sensors::microphone::MicrophoneError;
use dioxus::prelude::*;

/// All of the screen. The meter is a signal, so that ten times a second no more than the meter is drawn.
#[component]
pub fn MicrophoneView(
    sight: Sight,
    meter: Signal<Meter>,
    speech: Speech,
    history: History,
    now_ms: u64,
    onact: EventHandler<Act>,
) -> Element {
    let language = use_language();
    let running = sight.stage.running();
    let idle = running.is_none();
    let empty = sight.stage == Stage::Ready && history.takes().is_empty();
    rsx! {
        div { class: "mic",
            section { class: if empty { "mic-page mic-page-empty" } else { "mic-page" }, aria_label: language.say("mic-page"),
                Main { sight: sight.clone(), onact }
                if let Some(notice) = sight.notice.clone() {
                    NoticeView { notice }
                }
                if idle {
                    if let (ModelState::Ready(known), None) = (sight.model.clone(), sight.stage.shown()) {
                        Choices { known, speech, onact }
                    }
                    Earlier { history, now_ms, shown: sight.stage.shown().map(|take| take.began_ms), onact }
                }
            }
            Dock { sight, meter, onact }
        }
    }
}

/// What is being done, or was.
#[component]
fn Main(sight: Sight, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    match sight.stage.clone() {
        Stage::Ready => rsx! { ModelView { model: sight.model, onact } },
        Stage::Listening(_, state) => rsx! {
            if let MicrophoneState::Trouble(error) = state.clone() {
                TroubleView { error, heard: !sight.words.confirmed.is_empty(), onact }
            }
            if let Some(reason) = sight.paused {
                Message { tone: Tone::Warning, p { {language.say(words::paused_key(reason, false))} } }
            }
            WordsView { words: sight.words, live: state == MicrophoneState::Live }
        },
        Stage::Finishing(_, share) => rsx! {
            if let Some(reason) = sight.paused {
                Message { tone: Tone::Warning, p { {language.say(words::paused_key(reason, false))} } }
            }
            WordsView { words: sight.words, live: false }
            div { class: "mic-progress",
                p { class: "note", {language.say("mic-finishing")} }
                Progress { name: language.say("mic-finishing"), share }
            }
        },
        Stage::Reading(_, name, share) => rsx! {
            div { class: "mic-progress",
                p { {language.say_with("mic-reading", &[("name", name.into())])} }
                Progress { name: language.say("mic-writing"), share }
            }
            if let Some(reason) = sight.paused {
                Message { tone: Tone::Warning, p { {language.say(words::paused_key(reason, true))} } }
            }
            WordsView { words: sight.words, live: false }
        },
        Stage::Result(take) => rsx! { ResultView { take: *take, onact } },
        Stage::Nothing(Some(name)) => rsx! {
            Message { tone: Tone::Plain, p { {language.say_with("mic-nothing-in-file", &[("name", name.into())])} } }
        },
        Stage::Nothing(None) => rsx! {
            Message { tone: Tone::Plain, p { {language.say("mic-nothing")} } }
        },
        Stage::BadFile(name, why) => rsx! {
            Message { tone: Tone::Warning,
                p { {language.say_with("mic-bad-file", &[("name", name.into())])} }
                Exactly { why }
            }
        },
        Stage::Failed(why, kept) => rsx! {
            Message { tone: Tone::Warning,
                p { {language.say(if kept.is_some() { "mic-failed-kept" } else { "mic-failed" })} }
                Exactly { why }
                Button { glyph: Glyph::Models, label: language.say("to-models"), onclick: move |()| onact.call(Act::Models) }
            }
            if let Some(take) = kept {
                ResultView { take: *take, onact }
            }
        },
    }
}

#[component]
fn ModelView(model: ModelState, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let label = language.say("to-models");
    let to_models = move |weight| {
        rsx! { Button { glyph: Glyph::Models, label, weight, onclick: move |()| onact.call(Act::Models) } }
    };
    match model {
        ModelState::None => rsx! {
            Message { tone: Tone::Plain,
                p { {language.say("mic-no-model")} }
                {to_models(Weight::Main)}
            }
        },
        ModelState::Failed(why) => rsx! {
            Message { tone: Tone::Warning,
                p { {language.say("mic-model-failed")} }
                Exactly { why }
                {to_models(Weight::Normal)}
            }
        },
        ModelState::Loading => rsx! { p { class: "note", {language.say("mic-loading")} } },
        ModelState::Ready(_) => rsx! { p { class: "mic-hint", {language.say("mic-hint")} } },
    }
}

/// The words so far: those that stand firm, the last ones faint.
#[component]
fn WordsView(words: Words, live: bool) -> Element {
    let language = use_language();
    if words == Words::default() {
        return rsx! {
            if live {
                p { class: "mic-words mic-tail", {language.say("mic-listening")} }
            }
        };
    }
    rsx! {
        p { id: "mic-words", class: "mic-words",
            "{words.confirmed}"
            if !words.tail.is_empty() {
                span { class: "mic-tail", "{words.tail}" }
            }
        }
    }
}

#[component]
fn TroubleView(error: MicrophoneError, heard: bool, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let why = match &error {
        MicrophoneError::Unreadable { .. } => Some(error.to_string()),
        _ => None,
    };
    rsx! {
        Message { tone: Tone::Warning,
            p { {language.say(words::trouble_key(&error))} }
            if heard {
                p { {language.say("mic-kept")} }
            }
            if let Some(why) = why {
                Exactly { why }
            }
            div { class: "actions",
                if error == MicrophoneError::DeniedForGood {
                    ToSettings { weight: Weight::Main }
                }
                Button { glyph: Glyph::Again, label: language.say("try-again"), onclick: move |()| onact.call(Act::Retry) }
                if error == MicrophoneError::Denied {
                    ToSettings {}
                }
            }
        }
    }
}

#[component]
pub fn Exactly(why: String) -> Element {
    let language = use_language();
    rsx! {
        details {
            summary { {language.say("exact-words")} }
            p { class: "detail", lang: "en", "{why}" }
        }
    }
}

#[component]
fn NoticeView(notice: Notice) -> Element {
    let language = use_language();
    let tone = if matches!(notice, Notice::Copied | Notice::Saved(_)) { Tone::Good } else { Tone::Warning };
    rsx! {
        Message { tone,
            p { {words::notice(&language, &notice)} }
            if let Notice::NotSaved(why) = notice {
                Exactly { why }
            }
        }
    }
}

/// Which language is spoken, and whether it is translated.
#[component]
fn Choices(known: Vec<&'static str>, speech: Speech, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    if known.len() < 2 {
        return rsx! {
            p { class: "note", {language.say("mic-english-only")} }
            div { class: "actions",
                Button { glyph: Glyph::Models, label: language.say("to-models"), onclick: move |()| onact.call(Act::Models) }
            }
        };
    }
    let automatic = ("auto".to_string(), language.say("mic-language-auto"));
    let options = [vec![automatic], languages::to_choose(&language, &known)].concat();
    let chosen = speech.language.filter(|code| known.contains(&code.as_str())).unwrap_or_else(|| "auto".into());
    rsx! {
        div { class: "card mic-choices",
            Picker {
                id: "mic-language",
                name: language.say("mic-language"),
                options,
                chosen,
                onchoose: move |code: String| onact.call(Act::Set(Change::SpokenLanguage((code != "auto").then_some(code)))),
            }
            label { class: "field mic-translate",
                span { class: "field-name", {language.say("mic-translate")} }
                input {
                    r#type: "checkbox",
                    checked: speech.translate,
                    onchange: move |event| onact.call(Act::Set(Change::Translate(event.checked()))),
                }
            }
        }
    }
}
