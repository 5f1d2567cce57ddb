//! What people see.
//!
//! ```text
//! main ─ Start (settings, threads) ─▶ run ─▶ App: contexts ─▶ shell::Shell ─▶ one screen each
//!                                             settings · language · models · navigation · announcements
//! ```
//! The window belongs to the UI thread; whatever takes time runs elsewhere and sends plain messages, so the UI never
//! waits. Each screen is a thin connected component over views that take its state as an argument, so that tests can
//! draw every state.
//!
//! To add a screen: write `NAME_screen/` with its component, add it to [`shell::Screen::TABS`] or
//! [`shell::Screen::MORE`] and to `ScreenBody` in `shell/mod.rs`. Title and icon of camera, microphone and benchmark
//! are there already; a style file of its own goes into [`STYLE`].

mod announce;
mod args;
mod arrivals;
pub mod benchmark;
mod benchmark_screen;
mod camera;
mod camera_screen;
mod components;
mod context;
mod devices;
mod diagnostics_screen;
mod file_dialog;
mod format;
pub mod icons;
mod in_view;
mod judge;
mod language;
mod logbook;
mod measurements;
mod microphone;
mod microphone_screen;
pub mod models;
mod models_screen;
mod more_screen;
mod pace;
mod page;
pub mod settings;
mod settings_screen;
pub mod shell;
mod side_by_side;
mod side_by_side_screen;
mod style;
mod takes;
mod text_screen;
mod threads;
mod units;
#[cfg(target_os = "linux")]
pub mod web_view;
mod whole_file;

#[cfg(test)]
mod locale_tests;
#[cfg(test)]
mod testing;

pub use args::Args;
pub use style::STYLE;

use crate::profile::measurement::Build;
use crate::sensors::power;
use desktop::tao::event::Event;
use desktop::{Config, LogicalSize, WindowBuilder};
#[cfg(feature = "desktop")]
use dioxus::desktop;
#[cfg(all(feature = "mobile", not(feature = "desktop")))]
use dioxus::mobile as desktop;
use dioxus::prelude::*;
use logbook::LogBook;
use settings::{Loaded, SettingsFile};
use takes::HistoryFile;
use threads::Threads;

/// What is known before the window opens.
#[derive(Clone)]
pub struct Start {
    args: Args,
    file: SettingsFile,
    loaded: Loaded,
    history: HistoryFile,
    threads: Threads,
    log: LogBook,
}

impl Start {
    /// Begins the log, reads the settings, and looks at what the command line names. Starts no thread.
    ///
    /// # Errors
    /// What the command line names cannot be used: a sentence that says what and why.
    pub fn load(args: Args) -> Result<Self, String> {
        let log = LogBook::install();
        if let Some(path) = &args.power {
            power::script(path).map_err(|e| e.to_string())?;
        }
        if let Some(path) = &args.camera {
            devices::check_pictures(path)?;
        }
        if let Some(path) = &args.microphone {
            devices::check_sound(path)?;
        }
        let file = SettingsFile::of_process();
        let loaded = file.load();
        let threads = Threads::at_start(&loaded.settings);
        Ok(Self { args, file, loaded, history: HistoryFile::of_process(), threads, log })
    }
}

/// Opens the window and runs until it is closed.
///
/// # Errors
/// A sentence, where no window can be opened.
pub fn run(start: Start) -> Result<(), String> {
    start.threads.settle();
    #[cfg(target_os = "linux")]
    web_view::check_display()?;
    log_start(&start);
    // A phone's size; the same code runs on phones. Smaller than the smallest phone nothing fits.
    let window = WindowBuilder::new()
        .with_title("Onhand")
        .with_inner_size(LogicalSize::new(412, 892))
        .with_min_inner_size(LogicalSize::new(320, 320));
    // The style is inlined, because an asset path does not resolve when the binary is started by itself.
    let head = format!(
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\"><style>{STYLE}</style>"
    );
    let config = Config::new().with_window(window).with_custom_head(head).with_menu(None);
    LaunchBuilder::new().with_cfg(config).with_context(start).launch(App);
    Ok(())
}

/// Listens to what the system tells the program: on phones, that the app is put out of view and back.
fn use_system() {
    use_hook(power::watch);
    let tell = in_view::use_system_teller(use_context::<devices::Devices>().foreground);
    desktop::use_wry_event_handler(move |event, _| match event {
        Event::Suspended => tell(false),
        Event::Resumed => tell(true),
        _ => {}
    });
}

/// What a reader of the log wants to know first.
fn log_start(start: &Start) {
    let build = Build::this();
    tracing::info!("Onhand {} {}, threads: {}", build.version, build.profile, start.threads.in_force);
}

#[component]
fn App() -> Element {
    let start = use_context::<Start>();
    #[cfg(target_os = "linux")]
    use_hook(|| {
        let window = desktop::window();
        web_view::allow_camera_and_microphone(&window);
        web_view::start_again_when_the_page_ends(&window);
    });
    context::provide(&start, models::Setup::of_process);
    use_system();
    rsx! { shell::Shell {} }
}
