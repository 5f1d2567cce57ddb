//! What every screen can ask for: settings, language, models, announcements.

use super::Start;
use super::announce::Announcer;
use super::arrivals;
use super::devices::Devices;
use super::format;
use super::in_view;
use super::language::Language;
use super::measurements::Measurements;
use super::models::{Board, Fetcher, InstalledModel, Purpose, Setup, chosen};
use super::settings::{Change, LanguageChoice, Notice, Saver, Settings, start_saver};
use super::units::Fallbacks;
use crate::store::Catalog;
use dioxus::prelude::*;
use std::sync::LazyLock;

/// The settings in force.
#[derive(Clone, Copy, PartialEq)]
pub struct SettingsContext {
    /// What is set; whoever reads it is drawn again when it changes.
    pub settings: Signal<Settings>,
    /// What to say about the file.
    pub notice: Signal<Option<Notice>>,
    saver: CopyValue<Saver>,
}

impl SettingsContext {
    /// Makes a change, at once; it is written by and by.
    pub fn change(mut self, change: Change) {
        change.apply(&mut self.settings.write());
        let _ = self.saver.read().send(self.settings.peek().clone());
    }
}

/// The models of this device, and who fetches more.
#[derive(Clone, Copy, PartialEq)]
pub struct ModelsContext {
    /// What is known of each.
    pub board: Signal<Board>,
    /// Who fetches, checks and removes.
    pub fetcher: CopyValue<Fetcher>,
    /// Whether Python packages can be had here.
    pub pip: bool,
}

/// Which model a screen is to use.
#[derive(Debug, Clone, PartialEq)]
pub enum Use {
    /// The disk has not been looked at yet.
    Looking,
    /// There is none.
    None,
    /// This one.
    Model(Box<InstalledModel>),
}

/// The model for `purpose`: follows settings, installs and removals.
pub fn use_model(purpose: Purpose) -> Memo<Use> {
    let models = use_context::<ModelsContext>();
    let settings = use_context::<SettingsContext>().settings;
    use_memo(move || {
        let board = models.board.read();
        let Some(installed) = board.installed() else { return Use::Looking };
        match chosen(installed, purpose, settings.read().models.id(purpose)) {
            Some(model) => Use::Model(Box::new(model.clone())),
            None => Use::None,
        }
    })
}

/// Provides all of it to the components below. Called by the root component; `setup` is asked once.
pub fn provide(start: &Start, setup: impl FnOnce() -> Setup) {
    let settings = provide_settings(start);
    let fallbacks = use_signal(Vec::new);
    use_context_provider(|| Fallbacks(fallbacks));
    use_context_provider(|| start.threads);
    use_context_provider(|| start.file.clone());
    use_context_provider(|| Devices::open(&start.args));
    in_view::provide();
    arrivals::provide();
    use_context_provider(|| start.history.clone());
    use_context_provider(|| start.log.clone());
    let measured = use_signal(Vec::new);
    use_context_provider(|| Measurements(measured));
    let language = use_memo(move || match settings.settings.read().language {
        LanguageChoice::System => Language::of_system(),
        LanguageChoice::English => Language::of_tag("en"),
        LanguageChoice::Korean => Language::of_tag("ko"),
    });
    use_context_provider(|| language);
    let said = use_signal(String::new);
    let announcer = use_context_provider(|| Announcer(said));
    provide_models(language, announcer, setup);
}

fn provide_settings(start: &Start) -> SettingsContext {
    let settings = use_signal(|| start.loaded.settings.clone());
    let mut notice = use_signal(|| start.loaded.notice.clone());
    let saver = use_hook(|| {
        let (saver, mut results) = start_saver(start.file.clone());
        spawn(async move {
            while let Some(result) = results.recv().await {
                match result {
                    Some(why) => notice.set(Some(Notice::NotSaved(why))),
                    // Written again after all.
                    None if matches!(*notice.peek(), Some(Notice::NotSaved(_))) => notice.set(None),
                    None => {}
                }
            }
        });
        CopyValue::new(saver)
    });
    use_context_provider(|| SettingsContext { settings, notice, saver })
}

fn provide_models(language: Memo<Language>, announcer: Announcer, setup: impl FnOnce() -> Setup) {
    let mut board = use_signal(Board::default);
    let (fetcher, pip) = use_hook(|| {
        let setup = setup();
        let pip = setup.pip;
        let (fetcher, mut updates) = Fetcher::start(setup);
        spawn(async move {
            while let Some(update) = updates.recv().await {
                let said = board.write().apply(update);
                if let Some((key, id)) = said {
                    announcer
                        .say(language.peek().say_with(key, &[("model", model_title(&language.peek(), &id).into())]));
                }
            }
        });
        (CopyValue::new(fetcher), pip)
    });
    use_context_provider(|| ModelsContext { board, fetcher, pip });
}

/// What people call the model `id`; one that no catalog knows has only its id.
pub fn model_title(language: &Language, id: &str) -> String {
    static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::builtin);
    CATALOG.get(id).map_or(id, |model| model.title_in(language.tag)).to_string()
}

/// `Whisper base · f32 · 290 MB`: how a model is named where it is chosen.
pub fn model_label(language: &Language, model: &InstalledModel) -> String {
    let variant = model.variant.map_or(String::new(), |v| format!(" · {v}"));
    format!("{}{variant} · {}", model_title(language, &model.id), format::size(language, model.bytes))
}
