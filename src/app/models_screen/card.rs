//! One model: what it is, how it stands, what can be done with it.

use super::status::StatusView;
use super::{Act, Entry};
use crate::app::components::{Button, Weight};
use crate::app::format;
use crate::app::icons::Glyph;
use crate::app::language::{Language, use_language};
use crate::app::models::{Origin, Route, Status};
use crate::app::settings::ModelChoice;
use dioxus::prelude::*;

#[component]
pub fn ModelCard(entry: Entry, status: Status, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let mut confirming = use_signal(|| false);
    let facts = facts(&language, &entry);
    let heading = format!("model-{}", entry.id);
    let id = entry.id.clone();
    rsx! {
        article { class: "card", aria_labelledby: heading.clone(),
            div { class: "card-head",
                h3 { id: heading, "{entry.title}" }
                if entry.used {
                    span { class: "badge", {used_by(&language, &entry)} }
                }
            }
            if let Some(why) = &entry.why {
                p { "{why}" }
            }
            p { class: "note", "{facts}" }
            if confirming() {
                Confirm {
                    entry: entry.clone(),
                    onanswer: move |yes: bool| {
                        confirming.set(false);
                        if yes {
                            onact.call(Act::Remove(id.clone()));
                        }
                    },
                }
            } else {
                StatusView { status: status.clone() }
                Actions { entry: entry.clone(), status, onact, ondelete: move |()| confirming.set(true) }
            }
            Details { entry: entry.clone() }
        }
    }
}

/// `10 MB · Apache-2.0`: what is to be fetched while it is not there, what it takes when it is.
fn facts(language: &Language, entry: &Entry) -> String {
    let smallest = entry.sources.first().map_or(entry.disk_bytes, |(route, _)| route.bytes());
    let (key, bytes) = match entry.installed {
        Some(_) => ("models-on-disk", entry.disk_bytes),
        None => ("models-to-fetch", smallest),
    };
    let size = language.say_with(key, &[("size", format::size(language, bytes).into())]);
    let variant = entry.installed.as_ref().and_then(|m| m.variant).map(|v| v.to_string());
    [Some(size), variant, entry.licence.clone()].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn used_by(language: &Language, entry: &Entry) -> String {
    let screen = entry.purpose.map_or(String::new(), |purpose| language.say(purpose.title_key()));
    language.say_with("models-used-by", &[("screen", screen.into())])
}

/// What can be done in this state; the likeliest first.
#[component]
fn Actions(entry: Entry, status: Status, onact: EventHandler<Act>, ondelete: EventHandler<()>) -> Element {
    let language = use_language();
    let id = entry.id.clone();
    // Each button's name holds the model's, since every card has the same words on it.
    let named = |key: &str| (language.say(key), format!("{}: {}", language.say(key), entry.title));
    let button = |key: &str, glyph, weight, act: Act| {
        let (label, name) = named(key);
        rsx! {
            Button { glyph, label, name, weight, onclick: move |()| onact.call(act.clone()) }
        }
    };
    let fetch = || Act::Fetch { id: id.clone(), instead: None };
    let use_it = entry
        .purpose
        .zip(entry.installed.as_ref())
        .filter(|_| !entry.used)
        .map(|(purpose, model)| Act::Use(purpose, ModelChoice { id: id.clone(), variant: model.variant }));
    let (delete, delete_name) = named("models-delete");
    // What is part of the app goes with the app.
    let own = entry.installed.as_ref().is_none_or(|model| model.origin != Origin::App);
    let delete = rsx! {
        if own {
            Button { glyph: Glyph::Trash, label: delete, name: delete_name, onclick: move |()| ondelete.call(()) }
        }
    };
    let discard = || button("models-discard", Glyph::Cross, Weight::Normal, Act::Cancel(id.clone()));
    rsx! {
        div { class: "actions",
            match &status {
                Status::Absent => button("models-install", Glyph::Download, Weight::Soft, fetch()),
                Status::Paused { .. } => rsx! {
                    {button("models-resume", Glyph::Play, Weight::Soft, fetch())}
                    {discard()}
                },
                Status::Failed { staged_bytes, .. } => rsx! {
                    {button("try-again", Glyph::Again, Weight::Soft, fetch())}
                    if *staged_bytes > 0 {
                        {discard()}
                    }
                },
                Status::Queued | Status::Fetching { .. } => rsx! {
                    {button("models-pause", Glyph::Pause, Weight::Normal, Act::Pause(id.clone()))}
                    {button("cancel", Glyph::Cross, Weight::Normal, Act::Cancel(id.clone()))}
                },
                Status::Installed { .. } => rsx! {
                    if let Some(act) = use_it {
                        {button("models-use", Glyph::Check, Weight::Soft, act)}
                    }
                    {button("models-verify", Glyph::Shield, Weight::Normal, Act::Verify(id.clone()))}
                    {delete}
                },
                Status::Damaged { .. } => rsx! {
                    // A torn one is fetched over; one of somebody's own has nowhere to come from.
                    if !entry.sources.is_empty() && entry.installed.as_ref().is_some_and(|m| m.torn) {
                        {button("models-fetch-again", Glyph::Again, Weight::Soft, fetch())}
                    }
                    {delete}
                },
                Status::Looking | Status::Verifying | Status::Removing => rsx! {},
            }
        }
    }
}

/// Asked before anything is deleted.
#[component]
fn Confirm(entry: Entry, onanswer: EventHandler<bool>) -> Element {
    let language = use_language();
    let size = format::size(&language, entry.disk_bytes);
    let variables = [("model", entry.title.clone().into()), ("size", size.into())];
    rsx! {
        div { class: "confirm", role: "group", aria_label: language.say("models-delete"),
            p { role: "alert",
                {language.say_with("models-delete-sure", &variables)}
                if let Some(purpose) = entry.purpose.filter(|_| entry.used) {
                    " "
                    {language.say_with("models-delete-in-use", &[("screen", language.say(purpose.title_key()).into())])}
                }
            }
            div { class: "actions",
                Button { glyph: Glyph::Cross, label: language.say("models-keep"), onclick: move |()| onanswer.call(false) }
                Button {
                    glyph: Glyph::Trash,
                    label: language.say("models-delete"),
                    weight: Weight::Danger,
                    onclick: move |()| onanswer.call(true),
                }
            }
        }
    }
}

/// Where it comes from and where it lies: for whoever wants to know.
#[component]
fn Details(entry: Entry) -> Element {
    let language = use_language();
    let came = entry.installed.as_ref().map(|model| match &model.origin {
        Origin::App => language.say("models-from-app"),
        Origin::Hub(what) => language.say_with("models-from-hub", &[("what", what.into())]),
        Origin::Packages(what) => language.say_with("models-from-packages", &[("what", what.into())]),
        Origin::Directory(path) => {
            language.say_with("models-from-directory", &[("what", path.display().to_string().into())])
        }
        Origin::Unknown => language.say("models-from-unknown"),
    });
    let offered = entry.sources.iter().filter(|_| entry.installed.is_none()).map(|(route, name)| {
        let key = match route {
            Route::Hub { .. } => "models-offered-hub",
            Route::Packages { .. } => "models-offered-packages",
        };
        let size = format::size(&language, route.bytes());
        language.say_with(key, &[("what", name.into()), ("size", size.into())])
    });
    let path = entry.installed.as_ref().map(|model| model.path.display().to_string());
    let lines: Vec<String> = came.into_iter().chain(offered).chain(path).collect();
    rsx! {
        details {
            summary { {language.say("models-details")} span { class: "unseen", ": {entry.title}" } }
            p { class: "detail", "{entry.id}" }
            for line in lines {
                p { class: "detail", "{line}" }
            }
        }
    }
}
