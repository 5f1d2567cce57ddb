//! The log: the newest line at the bottom, where it stays in view until somebody scrolls up.

use super::words;
use crate::app::language::use_language;
use crate::profile::diagnostics::{Level, LogLine};
use dioxus::prelude::*;

/// `first` is the number of the first line: each keeps its place on the page, so that what is selected stays selected.
#[component]
pub fn LogView(first: u64, lines: Vec<LogLine>) -> Element {
    let language = use_language();
    rsx! {
        section { class: "card", aria_labelledby: "diagnostics-log",
            h2 { id: "diagnostics-log", {language.say("diagnostics-log")} }
            p { class: "note", {language.say("diagnostics-log-help")} }
            if lines.is_empty() {
                p { {language.say("diagnostics-log-empty")} }
            } else {
                // What cannot be reached by the keyboard cannot be scrolled by it. Not a live region: it would never be quiet.
                div { class: "log", role: "region", tabindex: "0", aria_labelledby: "diagnostics-log", lang: "en",
                    ol { class: "log-lines",
                        for (number, line) in (first..).zip(lines) {
                            li { key: "{number}", class: class(line.level),
                                span { class: "log-about", "{words::at(line.at_s)} {words::level(line.level)} {line.target} " }
                                span { "{line.message}" }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn class(level: Level) -> &'static str {
    match level {
        Level::Debug | Level::Info => "log-line",
        Level::Warn | Level::Error => "log-line log-line-warning",
    }
}
