//! The way to the page of the system's settings on which a person allows this app camera and microphone.

use super::{Button, Message, Tone, Weight};
use crate::app::icons::Glyph;
use crate::app::language::use_language;
use crate::system::{self, Refused};
use dioxus::prelude::*;

/// Opens that page.
pub type OpenSettings = fn() -> Result<(), Refused>;

/// How the page is opened, where a test opens another.
#[derive(Clone, Copy)]
pub struct SystemSettings(pub OpenSettings);

/// The button; nothing where the system has no such page. Whoever comes back is asked by the screen itself.
#[component]
pub fn ToSettings(#[props(default = Weight::Normal)] weight: Weight) -> Element {
    let language = use_language();
    let open = use_hook(|| match try_consume_context::<SystemSettings>() {
        Some(SystemSettings(open)) => Some(open),
        None => system::PHONE.then_some(system::open_settings as OpenSettings),
    });
    let mut refused = use_signal(|| None::<String>);
    let Some(open) = open else { return rsx! {} };
    rsx! {
        Button {
            glyph: Glyph::Settings,
            label: language.say("to-system-settings"),
            weight,
            onclick: move |()| refused.set(open().err().map(|why| why.to_string())),
        }
        if let Some(why) = refused() {
            div { role: "alert",
                Message { tone: Tone::Warning,
                    p { {language.say("to-system-settings-failed")} }
                    p { class: "detail", lang: "en", "{why}" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::Page;

    fn page(tag: &'static str, open: Option<OpenSettings>) -> Page {
        Page::of(tag, move || {
            if let Some(open) = open {
                use_context_provider(|| SystemSettings(open));
            }
            rsx! { ToSettings {} }
        })
    }

    #[test]
    fn the_way_to_the_settings_stands_only_where_there_is_one() {
        assert!(page("en", None).look().buttons().is_empty(), "desktops have no such page");
        assert_eq!(page("en", Some(|| Ok(()))).look().buttons(), ["System settings"]);
        assert_eq!(page("ko", Some(|| Ok(()))).look().buttons(), ["시스템 설정"]);
    }

    #[test]
    fn a_page_that_does_not_open_is_said() {
        let mut page = page("en", Some(|| Err(Refused("no activity found".into()))));
        page.press("System settings");
        let text = page.look().text();
        assert!(text.contains("Open them yourself") && text.contains("no activity found"), "{text}");
    }
}
