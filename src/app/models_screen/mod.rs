//! The models screen: what there is, what is installed, and getting from one to the other.
//!
//! [`ModelsView`] draws a [`Board`] and turns taps into [`Act`]s; the fetcher of the app's context carries them out, and
//! goes on when one leaves the screen.

mod card;
mod starter;
mod status;

use super::components::{Button, Message, Tone};
use super::context::{ModelsContext, SettingsContext};
use super::format;
use super::icons::Glyph;
use super::language::use_language;
use super::models::{Board, InstalledModel, Offer, Origin, Purpose, Route, chosen, routes, starter};
use super::settings::{Change, ModelChoice, ModelChoices};
use super::shell::{Navigation, Screen};
use crate::store::{Catalog, Model};
use card::ModelCard;
use dioxus::prelude::*;
use starter::Starter;

/// What a person wants done.
#[derive(Debug, Clone, PartialEq)]
enum Act {
    /// Fetch a model, or go on with it; another where no source of it can be reached.
    Fetch { id: String, instead: Option<String> },
    /// Hold its fetch.
    Pause(String),
    /// Give its fetch up, and what is here of it.
    Cancel(String),
    /// Check its files.
    Verify(String),
    /// Delete it.
    Remove(String),
    /// Hold the installed ones against each other.
    Compare,
    /// Let the screen of this purpose use it.
    Use(Purpose, ModelChoice),
}

/// What the screen knows of a model beside its status.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    id: String,
    title: String,
    /// What speaks for it; `None` like the licence.
    why: Option<String>,
    /// `None` for a model of one's own, that no catalog knows.
    licence: Option<String>,
    purpose: Option<Purpose>,
    /// Ways to fetch it, the smallest first, each with its name.
    sources: Vec<(Route, String)>,
    /// On the disk, once it is installed.
    disk_bytes: u64,
    installed: Option<InstalledModel>,
    /// Whether the screen of its purpose uses it.
    used: bool,
}

/// What is being fetched stands at the top, and its card leaves the place where it was tapped: the view goes with it.
const TO_THE_TOP: &str = "requestAnimationFrame(() => { \
     const screen = document.querySelector('.screen-models'); if (screen) screen.scrollTop = 0; });";

#[component]
pub fn ModelsScreen() -> Element {
    let context = use_context::<ModelsContext>();
    let settings = use_context::<SettingsContext>();
    let navigation = use_context::<Navigation>();
    let language = use_language();
    let catalog = use_hook(Catalog::builtin);
    let entries = entries(&catalog, language.tag, &context.board.read(), &settings.settings.read().models, context.pip);
    let lacking = |offer: &Offer| {
        let board = context.board.read();
        chosen(board.installed().unwrap_or_default(), offer.purpose, None).is_none()
    };
    let offers = starter(&catalog, language.tag, context.pip).into_iter().filter(lacking).collect::<Vec<_>>();
    let fetcher = context.fetcher;
    let act = move |act| match act {
        Act::Fetch { id, instead } => {
            fetcher.read().fetch(&id, instead.as_deref());
            document::eval(TO_THE_TOP);
        }
        Act::Pause(id) => fetcher.read().pause(&id),
        Act::Cancel(id) => fetcher.read().cancel(&id),
        Act::Verify(id) => fetcher.read().verify(&id),
        Act::Remove(id) => fetcher.read().remove(&id),
        Act::Compare => navigation.go(Screen::SideBySide),
        Act::Use(purpose, choice) => settings.change(Change::Model(purpose, Some(choice))),
    };
    rsx! {
        ModelsView { board: context.board.read().clone(), entries, offers, onact: act }
    }
}

/// The models of the catalog and those that somebody put there; what is used comes first, then what is installed.
fn entries(catalog: &Catalog, tag: &str, board: &Board, choices: &ModelChoices, pip: bool) -> Vec<Entry> {
    let installed = board.installed().unwrap_or_default();
    let used = |m: &InstalledModel| {
        m.purpose.is_some_and(|p| chosen(installed, p, choices.id(p)).is_some_and(|c| c.id == m.id))
    };
    let found = |id: &str| installed.iter().find(|m| m.id == id);
    let known = catalog.models().iter().map(|model| of_catalog(model, tag, found(&model.id), pip, used));
    let own = installed.iter().filter(|m| catalog.get(&m.id).is_err()).map(|m| Entry {
        id: m.id.clone(),
        title: m.id.clone(),
        why: None,
        licence: None,
        purpose: m.purpose,
        sources: Vec::new(),
        disk_bytes: m.bytes,
        installed: Some(m.clone()),
        used: used(m),
    });
    let mut entries: Vec<Entry> = known.chain(own).collect();
    entries.sort_by_key(|entry| (entry.installed.is_none(), !entry.used));
    entries
}

fn of_catalog(
    model: &Model,
    tag: &str,
    installed: Option<&InstalledModel>,
    pip: bool,
    used: impl Fn(&InstalledModel) -> bool,
) -> Entry {
    let name = |route: &Route| match route {
        Route::Hub { .. } => model.hub.as_ref().map_or(String::new(), |hub| hub.repo.clone()),
        Route::Packages { .. } => model.wheel.as_ref().map_or(String::new(), |wheel| {
            wheel.packages.iter().map(|p| p.requirement()).collect::<Vec<_>>().join(", ")
        }),
    };
    Entry {
        id: model.id.clone(),
        title: model.title_in(tag).to_string(),
        why: Some(model.why_in(tag).to_string()),
        licence: Some(model.licence.clone()),
        purpose: Some(Purpose::of_family(model.family)),
        sources: routes(model, pip).into_iter().map(|route| (route, name(&route))).collect(),
        disk_bytes: installed.map_or(model.installed_bytes, |m| m.bytes),
        used: installed.is_some_and(used),
        installed: installed.cloned(),
    }
}

/// The whole screen, from what is known.
#[component]
fn ModelsView(board: Board, entries: Vec<Entry>, offers: Vec<Offer>, onact: EventHandler<Act>) -> Element {
    let language = use_language();
    let nothing_own = |installed: &[InstalledModel]| installed.iter().all(|model| model.origin == Origin::App);
    let first_start = board.installed().is_some_and(nothing_own) && board.is_untouched() && !offers.is_empty();
    let title = |id: &str| entries.iter().find(|e| e.id == id).map_or(id.to_string(), |e| e.title.clone());
    let (unfinished, others): (Vec<_>, Vec<_>) =
        entries.iter().cloned().partition(|entry| board.status(&entry.id).is_unfinished());
    let replaced: Vec<_> = board.replaced().iter().map(|(id, by)| (title(id), title(by))).collect();
    rsx! {
        if first_start {
            Starter { offers, free_bytes: board.free_bytes(), onact }
        }
        for (wanted, comes) in replaced {
            Message { key: "{wanted}", tone: Tone::Plain,
                p { {language.say_with("models-replaced", &[("wanted", wanted.into()), ("comes", comes.into())])} }
            }
        }
        match (board.installed(), board.free_bytes()) {
            (None, _) => rsx! { p { class: "note", {language.say("models-looking")} } },
            (_, Some(bytes)) => rsx! {
                p { class: "note", {language.say_with("models-free", &[("size", format::size(&language, bytes).into())])} }
            },
            _ => rsx! {},
        }
        if board.installed().is_some_and(|installed| installed.iter().any(InstalledModel::is_usable)) {
            div { class: "actions",
                Button { glyph: Glyph::Columns, label: language.say("models-compare"), onclick: move |()| onact.call(Act::Compare) }
            }
        }
        // On top, since somebody waits for them, or is to do something.
        Group { title: "models-in-progress", entries: unfinished, board: board.clone(), onact }
        for purpose in Purpose::ALL.map(Some).into_iter().chain([None]) {
            Group {
                key: "{purpose:?}",
                title: purpose.map_or("models-other", Purpose::title_key),
                does: purpose.map(Purpose::does_key),
                entries: others.iter().filter(|e| e.purpose == purpose).cloned().collect::<Vec<_>>(),
                board: board.clone(),
                onact,
            }
        }
    }
}

/// Models under a heading, which goes with the last of them.
#[component]
fn Group(
    title: &'static str,
    #[props(default)] does: Option<&'static str>,
    entries: Vec<Entry>,
    board: Board,
    onact: EventHandler<Act>,
) -> Element {
    let language = use_language();
    if entries.is_empty() {
        return rsx! {};
    }
    rsx! {
        section { class: "group",
            h2 { {language.say(title)} }
            if let Some(does) = does {
                p { class: "note", {language.say(does)} }
            }
            div { class: "cards",
                for entry in entries {
                    ModelCard { key: "{entry.id}", status: board.status(&entry.id), entry, onact }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
