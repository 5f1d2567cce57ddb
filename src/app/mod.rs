//! What people see.
//!
//! The window belongs to the UI thread, inference to a worker thread ([`judge`]); between them go plain
//! messages, so the UI never waits. One screen so far: [`text_screen`].

mod judge;
mod language;
#[cfg(target_os = "linux")]
pub mod media_permission;
mod text_screen;

use dioxus::desktop::{Config, LogicalSize, WindowBuilder};
use dioxus::prelude::*;

/// Inlined, because an asset path does not resolve when the binary is started by itself.
const STYLE: &str = include_str!("../../assets/style.css");

/// Opens the window and runs until it is closed.
pub fn run() {
    // A phone's size; the same code runs on phones.
    let window = WindowBuilder::new().with_title("Onhand").with_inner_size(LogicalSize::new(412, 892));
    let head = format!(
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1, viewport-fit=cover\"><style>{STYLE}</style>"
    );
    let config = Config::new().with_window(window).with_custom_head(head).with_menu(None);
    LaunchBuilder::desktop().with_cfg(config).launch(App);
}

#[component]
fn App() -> Element {
    use_context_provider(language::Language::of_system);
    rsx! { text_screen::TextScreen {} }
}
