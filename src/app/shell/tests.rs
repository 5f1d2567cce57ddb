use super::*;
use crate::app::logbook::LogBook;
use crate::app::models::Setup;
use crate::app::settings::{LanguageChoice, Loaded, Settings, SettingsFile, Theme};
use crate::app::takes::HistoryFile;
use crate::app::testing::{Node, Page};
use crate::app::threads::Threads;
use crate::app::{Args, Start, context};
use crate::store::{Catalog, Error, FetchOptions, Places};
use std::path::Path;

/// The whole app, with its settings and models in `dir`.
fn app(dir: &Path, settings: Settings) -> Page {
    with(dir, Loaded { settings, notice: None })
}

/// As [`app`], after this was found at the start.
fn with(dir: &Path, loaded: Loaded) -> Page {
    let threads = Threads::new(&loaded.settings, None, 2);
    let file = SettingsFile::in_folder(dir.join("config"));
    let history = HistoryFile::in_folder(dir.join("config"));
    let start = Start { args: Args::default(), file, loaded, history, threads, log: LogBook::default() };
    let models = dir.join("models");
    Page::with_root(move || {
        let models = models.clone();
        context::provide(&start, move || Setup {
            catalog: Catalog::builtin(),
            places: Places { named: Some(models), bundle: None, data: None, built_in: None },
            options: Box::new(FetchOptions::from_env),
            fetch: Box::new(|_, _, _| Err(Error::NoPlace)),
            pip: false,
        });
        rsx! { Shell {} }
    })
}

fn english() -> Settings {
    Settings { language: LanguageChoice::English, ..Settings::default() }
}

/// The title of the screen in view.
fn title(root: &Node) -> String {
    let titles: Vec<_> = root.tags("h1").iter().map(|h| h.text()).collect();
    assert_eq!(titles.len(), 1, "one screen is in view: {titles:?}");
    titles[0].clone()
}

fn tab_here(root: &Node) -> Vec<String> {
    let tabs = root.tags("button").into_iter().filter(|b| b.attribute("aria-current") == Some("page"));
    tabs.map(|b| b.name()).collect()
}

#[test]
fn tabs_lead_to_screens_and_back_leads_up() {
    let dir = tempfile::tempdir().unwrap();
    let mut page = app(dir.path(), english());
    assert_eq!((title(&page.look()), tab_here(&page.look())), ("Camera".into(), vec!["Camera".into()]));
    page.press("Microphone");
    page.wait("the disk was looked at", |root| root.text().contains("no model for speech"));
    assert_eq!(title(&page.look()), "Microphone");
    page.press("Text");
    assert_eq!((title(&page.look()), tab_here(&page.look())), ("Text".into(), vec!["Text".into()]));
    page.press("More");
    assert_eq!((title(&page.look()), tab_here(&page.look())), ("More".into(), vec!["More".into()]));
    page.press("Settings");
    assert_eq!((title(&page.look()), tab_here(&page.look())), ("Settings".into(), vec!["More".into()]));
    page.press("Back to More");
    assert_eq!(title(&page.look()), "More");
    page.press("Models");
    for _ in 0..2 {
        let root = page.look();
        let app = root.tags("div").into_iter().find(|d| d.attribute("lang").is_some()).unwrap();
        page.escape(app);
        assert_eq!(title(&page.look()), "More", "a tab has nowhere to go back to");
    }
}

#[test]
fn the_page_has_its_landmarks_and_every_screen_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let page = app(dir.path(), english());
    let root = page.look();
    assert_eq!(root.tags("main").len(), 1);
    assert_eq!(root.tags("nav")[0].attribute("aria-label"), Some("Screens"));
    let live = root.roles("status");
    assert_eq!((live.len(), live[0].attribute("aria-live")), (1, Some("polite")));
    for section in root.tags("section").iter().filter(|s| s.attribute("aria-labelledby").is_some()) {
        let title = section.attribute("aria-labelledby").unwrap();
        let heading = root.tags("h1").into_iter().find(|h| h.attribute("id") == Some(title)).expect("its heading");
        assert_eq!(heading.attribute("tabindex"), Some("-1"), "the focus can be put there");
    }
}

#[test]
fn a_screen_is_found_as_it_was_left() {
    let dir = tempfile::tempdir().unwrap();
    let mut page = app(dir.path(), english());
    page.press("Text");
    page.press("What a lovely evening");
    let area =
        |page: &Page| page.look().tags("textarea").first().and_then(|a| a.attribute("value").map(str::to_string));
    assert_eq!(area(&page), Some("What a lovely evening: nobody wanted to leave.".into()));
    page.press("More");
    assert_eq!(area(&page), None, "out of view");
    page.press("Text");
    assert_eq!(area(&page), Some("What a lovely evening: nobody wanted to leave.".into()));
}

#[test]
fn language_and_theme_apply_at_once_and_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let mut page = app(dir.path(), english());
    page.press("More");
    page.press("Settings");
    for label in ["한국어", "Dark", "다크"] {
        let root = page.look();
        let Some(found) = root.tags("label").into_iter().find(|l| l.text() == label) else {
            assert_eq!(label, "Dark", "it was switched to Korean before");
            continue;
        };
        let radio = found.tags("input")[0].clone();
        page.enter(&radio, "change", "on");
    }
    let root = page.look();
    assert_eq!((title(&root), tab_here(&root)), ("설정".into(), vec!["더 보기".into()]));
    let app = root.all().into_iter().find(|n| n.attribute("lang").is_some()).expect("the language is marked").clone();
    assert_eq!((app.attribute("lang"), app.attribute("class")), (Some("ko"), Some("app theme-dark")));
    let file = SettingsFile::in_folder(dir.path().join("config"));
    let kept = || file.load().settings;
    page.wait("saved", |_| kept().theme == Theme::Dark && kept().language == LanguageChoice::Korean);
}

#[test]
fn a_setting_that_cannot_be_saved_is_in_force_and_said() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("config"), "in the way").unwrap();
    let mut page = app(dir.path(), english());
    page.press("More");
    page.press("Settings");
    let root = page.look();
    let dark = root.tags("label").into_iter().find(|l| l.text() == "Dark").unwrap().tags("input")[0].clone();
    page.enter(&dark, "change", "on");
    let root = page.wait("said", |root| root.text().contains("could not be saved"));
    assert!(root.all().iter().any(|n| n.attribute("class") == Some("app theme-dark")), "in force");
}

#[test]
fn a_damaged_settings_file_is_said_on_the_first_screen() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("config");
    std::fs::create_dir(&config).unwrap();
    std::fs::write(config.join("settings.toml"), "language = \"english\"\ntheme = 3\n").unwrap();
    let loaded = SettingsFile::in_folder(config.clone()).load();
    let mut page = with(dir.path(), loaded);
    let alert = page.look().roles("alert")[0].text();
    assert!(alert.contains("was damaged") && alert.contains("settings.damaged-1"), "{alert}");
    page.press("OK");
    assert!(page.look().roles("alert").is_empty());
    assert!(config.join("settings.damaged-1").exists());
}

#[test]
fn without_a_model_the_text_screen_leads_to_the_models_which_offer_some() {
    let dir = tempfile::tempdir().unwrap();
    let mut page = app(dir.path(), english());
    page.press("Text");
    page.wait("the disk was looked at", |root| root.text().contains("no model for texts"));
    page.press("Go to Models");
    assert_eq!(title(&page.look()), "Models");
    let root = page.wait("offers", |root| root.text().contains("Nothing is downloaded until you tap Install."));
    assert!(root.button("Install 3 models").name().contains("MB"));
    page.press("Install 3 models");
    let failed = page.wait("each fails with its reason", |root| root.text().matches("Not installed.").count() == 3);
    assert!(failed.roles("status")[0].text().contains("that did not work"), "announced");
}

#[test]
fn the_diagnostics_open_by_the_version_and_are_there_until_one_goes_back() {
    let dir = tempfile::tempdir().unwrap();
    let mut page = app(dir.path(), english());
    page.press("More");
    assert!(!page.look().text().contains("Diagnostics"), "nobody meets them by chance");
    page.press("Settings");
    (0..7).for_each(|_| page.press("Onhand "));
    assert_eq!((title(&page.look()), tab_here(&page.look())), ("Diagnostics".into(), vec!["More".into()]));
    let root = page.wait("the device was looked at", |root| root.text().contains("Cores"));
    assert!(root.text().contains("None installed") && root.text().contains("Nothing was measured"), "{}", root.text());
    page.press("Text");
    page.press("More");
    page.press("Diagnostics");
    page.press("Back to More");
    assert_eq!(title(&page.look()), "More");
    assert!(!page.look().text().contains("Diagnostics"), "closed");
}

#[test]
fn only_screens_that_are_listed_have_a_way_to_them() {
    for screen in Screen::TABS.iter().chain(Screen::MORE) {
        assert!(Screen::TABS.contains(&screen.tab()));
        assert_eq!(Screen::MORE.contains(screen), screen.parent().is_some());
    }
}
