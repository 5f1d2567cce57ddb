//! How a model stands, in words and, where something is under way, a bar.

use crate::app::components::{Message, Progress, Tone};
use crate::app::format;
use crate::app::language::{Language, use_language};
use crate::app::models::{Reading, Status, Trouble, Verdict};
use crate::store::Phase;
use dioxus::prelude::*;

/// Less than this is nothing that somebody would miss.
const WORTH_SAYING_BYTES: u64 = 100_000;

#[component]
pub fn StatusView(status: Status) -> Element {
    let language = use_language();
    let here = |bytes| language.say_with("models-here", &[("size", format::size(&language, bytes).into())]);
    match status {
        Status::Looking | Status::Absent => rsx! {},
        Status::Queued => rsx! { p { class: "note", {language.say("models-queued")} } },
        Status::Paused { staged_bytes } => rsx! {
            p {
                {language.say("models-paused")}
                if staged_bytes >= WORTH_SAYING_BYTES {
                    " "
                    span { class: "note", {here(staged_bytes)} }
                }
            }
        },
        Status::Fetching { phase, reading } => rsx! { Fetching { phase, reading } },
        Status::Failed { trouble, staged_bytes } => rsx! {
            TroubleView { trouble, what: "models-failed" }
            if staged_bytes >= WORTH_SAYING_BYTES {
                p { class: "note", {here(staged_bytes)} }
            }
        },
        Status::Installed { verdict, trouble } => rsx! {
            if let Some(trouble) = trouble {
                TroubleView { trouble, what: "models-not-removed" }
            }
            match verdict {
                Some(verdict) => rsx! { VerdictView { verdict } },
                None => rsx! {},
            }
        },
        Status::Damaged { why } => rsx! {
            Message { tone: Tone::Warning,
                p { {language.say("models-damaged")} }
                p { class: "detail", lang: "en", "{why}" }
            }
        },
        Status::Verifying => rsx! {
            Progress { name: language.say("models-verifying") }
            p { class: "note", {language.say("models-verifying")} }
        },
        Status::Removing => rsx! { p { class: "note", {language.say("models-removing")} } },
    }
}

#[component]
fn Fetching(phase: Option<Phase>, reading: Reading) -> Element {
    let language = use_language();
    // Only bytes have a share; what follows them is short and has none.
    let transferring = matches!(phase, None | Some(Phase::Downloading(_)));
    let name = language.say(phase_key(phase.as_ref()));
    rsx! {
        Progress { name: name.clone(), share: reading.share().filter(|_| transferring) }
        p { class: "fetching",
            span { "{name}" }
            if transferring {
                span { class: "note figure", {figures(&language, &reading)} }
            }
        }
    }
}

fn phase_key(phase: Option<&Phase>) -> &'static str {
    match phase {
        None => "phase-starting",
        Some(Phase::Waiting) => "phase-waiting",
        Some(Phase::Downloading(_)) => "phase-downloading",
        Some(Phase::Checking(_)) => "phase-checking",
        Some(Phase::Unpacking(_)) => "phase-unpacking",
        Some(Phase::Converting) => "phase-converting",
        Some(Phase::Verifying) => "phase-verifying",
        Some(Phase::Installing) => "phase-installing",
    }
}

/// `4.2 MB of 10 MB · 1.2 MB/s · 5 seconds left`, as far as it is known.
fn figures(language: &Language, reading: &Reading) -> String {
    let size = |bytes| format::size(language, bytes);
    let done = match reading.total_bytes {
        Some(total) => {
            language.say_with("done-of", &[("done", size(reading.done_bytes).into()), ("total", size(total).into())])
        }
        None => size(reading.done_bytes),
    };
    let rate = reading.rate_bytes_per_s.map(|rate| format::rate(language, rate));
    let left = reading.left_s.map(|left| format::time_left(language, left));
    [Some(done), rate, left].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// What went wrong and what to do, and below it the exact words.
#[component]
fn TroubleView(trouble: Trouble, what: &'static str) -> Element {
    let language = use_language();
    rsx! {
        Message { tone: Tone::Warning,
            p { {language.say(what)} " " {language.say(trouble.key)} }
            details {
                summary { {language.say("exact-words")} }
                p { class: "detail", lang: "en", "{trouble.detail}" }
            }
        }
    }
}

#[component]
fn VerdictView(verdict: Verdict) -> Element {
    let language = use_language();
    match verdict {
        Verdict::Good => rsx! { Message { tone: Tone::Good, p { {language.say("models-good")} } } },
        Verdict::Unrecorded => rsx! { Message { tone: Tone::Plain, p { {language.say("models-unrecorded")} } } },
        Verdict::Bad(faults) => rsx! {
            Message { tone: Tone::Warning,
                p { {language.say("models-bad")} }
                for fault in faults {
                    p { class: "detail", lang: "en", "{fault}" }
                }
            }
        },
    }
}
