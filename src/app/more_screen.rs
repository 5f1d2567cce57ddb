//! The way to the screens that have no tab, with the state of each in a line.

use super::context::{ModelsContext, SettingsContext};
use super::format;
use super::icons::{Glyph, Icon};
use super::language::{Language, use_language};
use super::models::Board;
use super::settings::{LanguageChoice, Settings, Theme};
use super::shell::{Navigation, Screen};
use dioxus::prelude::*;

#[component]
pub fn MoreScreen() -> Element {
    let language = use_language();
    let navigation = use_context::<Navigation>();
    let models = use_context::<ModelsContext>().board;
    let settings = use_context::<SettingsContext>().settings;
    let line = |screen| match screen {
        Screen::Models => models_line(&language, &models.read()),
        Screen::Benchmark => language.say("benchmark-line"),
        Screen::Settings => settings_line(&language, &settings.read()),
        Screen::Diagnostics => language.say("diagnostics-line"),
        _ => String::new(),
    };
    // Nobody meets them who has not opened them.
    let diagnostics = navigation.is_open(Screen::Diagnostics).then_some(&Screen::Diagnostics);
    let items = Screen::MORE.iter().chain(diagnostics).map(|screen| (*screen, line(*screen))).collect::<Vec<_>>();
    rsx! {
        MoreView { items, ongo: move |screen| navigation.go(screen) }
    }
}

/// A list of screens, each with a line about it.
#[component]
fn MoreView(items: Vec<(Screen, String)>, ongo: EventHandler<Screen>) -> Element {
    let language = use_language();
    rsx! {
        ul { class: "ways",
            for (screen, line) in items {
                li { key: "{screen.id()}",
                    button { class: "way", onclick: move |_| ongo.call(screen),
                        span { class: "way-mark", Icon { glyph: screen.glyph() } }
                        span { class: "way-text",
                            span { class: "way-name", {language.say(screen.title_key())} }
                            span { class: "note", "{line}" }
                        }
                        Icon { glyph: Glyph::Forward }
                    }
                }
            }
        }
    }
}

fn models_line(language: &Language, board: &Board) -> String {
    let Some(installed) = board.installed() else { return language.say("models-looking") };
    let count = language.say_with("more-models", &[("n", installed.len().into())]);
    let fetching = board.is_busy().then(|| language.say("more-models-busy"));
    let free = board.free_bytes().map(|bytes| free(language, bytes));
    [Some(count), fetching, free].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

fn free(language: &Language, bytes: u64) -> String {
    language.say_with("models-free", &[("size", format::size(language, bytes).into())])
}

fn settings_line(language: &Language, settings: &Settings) -> String {
    let spoken = match settings.language {
        LanguageChoice::System => language.say("more-language-system"),
        LanguageChoice::English => "English".into(),
        LanguageChoice::Korean => "한국어".into(),
    };
    let theme = match settings.theme {
        Theme::System => None,
        Theme::Light => Some(language.say("settings-theme-light")),
        Theme::Dark => Some(language.say("settings-theme-dark")),
    };
    [Some(spoken), theme].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use super::super::models::Update;
    use super::*;

    #[test]
    fn each_way_says_how_things_stand_there() {
        let (english, korean) = (Language::of_tag("en"), Language::of_tag("ko"));
        let mut board = Board::default();
        assert_eq!(models_line(&english, &board), "Looking …");
        board.apply(Update::Looked { installed: vec![], staged_bytes: [].into(), free_bytes: Some(22_000_000_000) });
        assert_eq!(models_line(&english, &board), "None installed · 22\u{a0}GB free");
        board.apply(Update::Queued("tiny".into()));
        assert_eq!(models_line(&english, &board), "None installed · installing · 22\u{a0}GB free");
        let settings = Settings { theme: Theme::Dark, language: LanguageChoice::Korean, ..Settings::default() };
        assert_eq!(settings_line(&english, &settings), "한국어 · Dark");
        assert!(settings_line(&korean, &settings).contains("다크"));
    }
}
