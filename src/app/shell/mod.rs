//! The frame around the screens: the title, the tab bar, and going from one to another.
//!
//! A screen is made when it is first visited and then kept, hidden, so that it is found as it was left. On a change
//! the focus moves to the new screen's title, where a screen reader goes on reading.

mod back;
mod screen;

pub use screen::Screen;

use super::announce::Announcer;
use super::arrivals::use_arrivals;
use super::benchmark_screen::BenchmarkScreen;
use super::camera_screen::CameraScreen;
use super::context::SettingsContext;
use super::devices::use_page;
use super::diagnostics_screen::DiagnosticsScreen;
use super::icons::{Glyph, Icon};
use super::language::use_language;
use super::microphone_screen::MicrophoneScreen;
use super::models_screen::ModelsScreen;
use super::more_screen::MoreScreen;
use super::settings::Theme;
use super::settings_screen::{NoticeBar, SettingsScreen};
use super::side_by_side_screen::SideBySideScreen;
use super::text_screen::TextScreen;
use back::use_system_back;
use dioxus::prelude::*;

/// Where one is, and how to go elsewhere.
#[derive(Clone, Copy, PartialEq)]
pub struct Navigation {
    current: Signal<Screen>,
    /// The screens that have been in view, in the order of the first visit.
    visited: Signal<Vec<Screen>>,
}

impl Navigation {
    /// The screen in view; whoever asks is drawn again when it changes. A screen that is not in view does nothing.
    pub fn current(self) -> Screen {
        (self.current)()
    }

    /// Shows `screen`.
    pub fn go(mut self, screen: Screen) {
        if !self.visited.peek().contains(&screen) {
            self.visited.write().push(screen);
        }
        if *self.current.peek() != screen {
            self.current.set(screen);
        }
    }

    /// Goes one level up from the screen in view, where there is one; closes a screen that does not stay.
    pub fn back(mut self) {
        // Read before going: what is borrowed in a condition is still borrowed in its block.
        let here = *self.current.peek();
        let Some(parent) = here.parent() else { return };
        self.go(parent);
        if !here.stays() {
            self.visited.write().retain(|screen| *screen != here);
        }
    }

    /// Whether `screen` is there, in view or not; whoever asks is drawn again when that changes.
    pub fn is_open(self, screen: Screen) -> bool {
        self.visited.read().contains(&screen)
    }
}

/// Everything inside the window.
#[component]
pub fn Shell() -> Element {
    let current = use_signal(|| Screen::TABS[0]);
    let visited = use_signal(|| vec![Screen::TABS[0]]);
    let navigation = use_context_provider(|| Navigation { current, visited });
    use_focus_on_title(current);
    use_system_back(navigation);
    use_page();
    use_arrivals();
    let language = use_language();
    let announcer = use_context::<Announcer>();
    let theme = match use_context::<SettingsContext>().settings.read().theme {
        Theme::System => "theme-system",
        Theme::Light => "theme-light",
        Theme::Dark => "theme-dark",
    };
    let leave = move |event: Event<KeyboardData>| {
        if event.key() == Key::Escape {
            navigation.back();
        }
    };
    rsx! {
        div { class: "app {theme}", lang: language.tag, onkeydown: leave,
            main { class: "screens",
                NoticeBar {}
                for screen in visited.read().iter().copied() {
                    ScreenFrame { key: "{screen.id()}", screen }
                }
            }
            TabBar {}
            p { class: "unseen", role: "status", aria_live: "polite", "{announcer.0}" }
        }
    }
}

/// Moves the focus to the title of the screen that comes into view, but not at the start.
fn use_focus_on_title(current: Signal<Screen>) {
    let mut before = use_signal(|| *current.peek());
    use_effect(move || {
        let now = current();
        if *before.peek() == now {
            return;
        }
        before.set(now);
        // The page shows the screen a moment later; a hidden element takes no focus.
        document::eval(&format!(
            "let tries = 30; const focus = () => {{ const title = document.getElementById('{}'); \
             if (title && title.offsetParent) title.focus({{ preventScroll: true }}); \
             else if (tries--) requestAnimationFrame(focus); }}; focus();",
            now.title_id()
        ));
    });
}

#[component]
fn ScreenFrame(screen: Screen) -> Element {
    let language = use_language();
    let navigation = use_context::<Navigation>();
    let parent = screen.parent();
    rsx! {
        section {
            class: "screen screen-{screen.id()}",
            hidden: navigation.current() != screen,
            aria_labelledby: screen.title_id(),
            header { class: "screen-head",
                if let Some(parent) = parent {
                    button {
                        class: "button-icon",
                        aria_label: language.say_with("back-to", &[("screen", language.say(parent.title_key()).into())]),
                        onclick: move |_| navigation.back(),
                        Icon { glyph: Glyph::Back }
                    }
                }
                h1 { id: screen.title_id(), tabindex: "-1", {language.say(screen.title_key())} }
            }
            div { class: "screen-body", ScreenBody { screen } }
        }
    }
}

/// What is inside each screen.
#[component]
fn ScreenBody(screen: Screen) -> Element {
    match screen {
        Screen::Camera => rsx! { CameraScreen {} },
        Screen::Text => rsx! { TextScreen {} },
        Screen::More => rsx! { MoreScreen {} },
        Screen::Models => rsx! { ModelsScreen {} },
        Screen::SideBySide => rsx! { SideBySideScreen {} },
        Screen::Benchmark => rsx! { BenchmarkScreen {} },
        Screen::Settings => rsx! { SettingsScreen {} },
        Screen::Diagnostics => rsx! { DiagnosticsScreen {} },
        Screen::Microphone => rsx! { MicrophoneScreen {} },
    }
}

/// The way from one tab to another, under the thumb.
#[component]
fn TabBar() -> Element {
    let language = use_language();
    let navigation = use_context::<Navigation>();
    let here = navigation.current().tab();
    rsx! {
        nav { class: "tabs", aria_label: language.say("tabs-name"),
            for tab in Screen::TABS.iter().copied() {
                button {
                    class: "tab",
                    aria_current: if tab == here { "page" },
                    onclick: move |_| navigation.go(tab),
                    span { class: "tab-mark", Icon { glyph: tab.glyph() } }
                    span { class: "tab-name", {language.say(tab.title_key())} }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
