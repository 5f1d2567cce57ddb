//! What is done with results: kept as a baseline, saved, copied, shared; and what is said about that.

use super::words;
use super::{Bench, Outcome};
use crate::app::announce::Announcer;
use crate::app::benchmark::{Record, to_csv, to_json};
use crate::app::context::model_title;
use crate::app::language::Language;
use crate::app::page::{self, Shared};
use crate::system::{self, SaveError};
use dioxus::prelude::*;
use std::rc::Rc;
use tokio::task::spawn_blocking;

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub good: bool,
    /// In the person's language.
    pub sentence: String,
    /// A path, or the system's own words.
    pub detail: Option<String>,
}

fn say(mut bench: Bench, announcer: Announcer, good: bool, sentence: String, detail: Option<String>) {
    announcer.say(match &detail {
        Some(detail) if good => format!("{sentence} {detail}"),
        _ => sentence.clone(),
    });
    bench.said.set(Some(Said { good, sentence, detail }));
}

/// Keeps `record` as the baseline of its model.
pub(super) fn keep(mut bench: Bench, record: Rc<Record>, announcer: Announcer, language: &Language) {
    // In force at once; the disk may take its time.
    let mut next = bench.baselines.peek().clone();
    let kept = language.say_with("benchmark-baseline-kept", &[("model", model_title(language, &record.model).into())]);
    let not_kept = language.say("benchmark-baseline-not-kept");
    let brief = record.without_runs();
    spawn(async move {
        let done = spawn_blocking(move || {
            let result = next.keep(&brief);
            (next, result)
        });
        let Ok((next, result)) = done.await else { return };
        bench.baselines.set(next);
        match result {
            Ok(()) => say(bench, announcer, true, kept, None),
            Err(e) => say(bench, announcer, false, not_kept, Some(e.to_string())),
        }
    });
}

/// What was measured.
fn records(bench: Bench) -> Vec<Record> {
    let outcomes = bench.outcomes.peek();
    outcomes.iter().filter_map(|o| if let Outcome::Measured(r) = o { Some((**r).clone()) } else { None }).collect()
}

/// Saves all results as `json` or `csv` where downloads lie.
pub(super) fn save(bench: Bench, extension: &'static str, announcer: Announcer, language: &Language) {
    let records = records(bench);
    let (saved, not_saved) = (language.say("benchmark-saved"), language.say("benchmark-not-saved"));
    let no_folder = language.say("benchmark-no-folder");
    spawn(async move {
        let written = spawn_blocking(move || {
            let text = if extension == "csv" { to_csv(&records) } else { to_json(&records) };
            system::save("onhand-benchmark", extension, text.as_bytes())
        });
        match written.await {
            Ok(Ok(Some(place))) => say(bench, announcer, true, saved, Some(place)),
            // The system's sheet says the rest.
            Ok(Ok(None)) => {}
            Ok(Err(SaveError::NoFolder)) => say(bench, announcer, false, not_saved, Some(no_folder)),
            Ok(Err(SaveError::Failed(why))) => say(bench, announcer, false, not_saved, Some(why)),
            Err(e) => say(bench, announcer, false, not_saved, Some(e.to_string())),
        }
    });
}

/// Puts all results on the clipboard, as JSON.
pub(super) fn copy(bench: Bench, announcer: Announcer, language: &Language) {
    let records = records(bench);
    let (copied, not_copied) = (language.say("benchmark-copied"), language.say("benchmark-not-copied"));
    spawn(async move {
        let Ok(json) = spawn_blocking(move || to_json(&records)).await else { return };
        let good = page::copy(&json).await;
        say(bench, announcer, good, if good { copied } else { not_copied }, None);
    });
}

/// Offers a summary to other apps.
pub(super) fn share(bench: Bench, announcer: Announcer, language: &Language) {
    let summary = words::summary(language, &records(bench));
    let (copied, not_copied) = (language.say("benchmark-copied"), language.say("benchmark-not-copied"));
    spawn(async move {
        match page::share(&summary).await {
            Shared::Sheet | Shared::No => {}
            Shared::Copied => say(bench, announcer, true, copied, Some(summary)),
            Shared::Failed => say(bench, announcer, false, not_copied, None),
        }
    });
}
