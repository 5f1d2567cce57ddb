//! The person's language: English or Korean, from `assets/locales`.
//!
//! A component asks [`use_language`], which follows the setting at once, and says a message by its key. Counts and
//! sizes go in as numbers, so that the locale decides on plural forms.

use dioxus::prelude::*;
pub use fluent_bundle::FluentValue;
use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use std::sync::Arc;
use unic_langid::langid;

pub(super) const ENGLISH: &str = include_str!("../../assets/locales/en.ftl");
pub(super) const KOREAN: &str = include_str!("../../assets/locales/ko.ftl");

/// The app's words in one language.
#[derive(Clone)]
pub struct Language {
    /// The tag for the page's `lang` attribute.
    pub tag: &'static str,
    bundle: Arc<FluentBundle<FluentResource>>,
}

impl Language {
    /// What the system is set to, or English.
    pub fn of_system() -> Self {
        Self::of_tag(&sys_locale::get_locale().unwrap_or_default())
    }

    /// Korean for `ko…`, English for anything else.
    pub fn of_tag(tag: &str) -> Self {
        let korean = tag.to_lowercase().starts_with("ko");
        let (tag, id, source) = if korean { ("ko", langid!("ko"), KOREAN) } else { ("en", langid!("en"), ENGLISH) };
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Marks around inserted values confuse screen readers, and both languages run left to right.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(source.into()).expect("a test parses each locale");
        bundle.add_resource(resource).expect("a test loads each locale");
        Self { tag, bundle: Arc::new(bundle) }
    }

    /// The message `key`.
    pub fn say(&self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// The message `key` with its variables. A key that no locale has is shown as it is; tests find it before.
    pub fn say_with(&self, key: &str, variables: &[(&str, FluentValue)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in variables {
            args.set(*name, value.clone());
        }
        let Some(pattern) = self.bundle.get_message(key).and_then(|m| m.value()) else {
            if cfg!(test) {
                panic!("no message has the key {key}");
            }
            return key.to_string();
        };
        let mut errors = Vec::new();
        let said = self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        if cfg!(test) {
            assert!(errors.is_empty(), "{key}: {errors:?}");
        }
        said
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag
    }
}

/// The language of the app; whoever asks is drawn again when it changes.
pub fn use_language() -> Language {
    use_context::<Memo<Language>>()()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in() {
        let said = Language::of_tag("ko-KR").say_with("percent", &[("n", 97.into())]);
        assert!(said.contains("97"), "{said}");
    }

    #[test]
    fn a_language_that_nobody_wrote_is_english() {
        assert_eq!(Language::of_tag("").tag, "en");
        assert_eq!(Language::of_tag("fr-CA").tag, "en");
        assert_eq!(Language::of_tag("KO_kr").tag, "ko");
    }

    #[test]
    fn one_and_many_differ_where_the_language_does() {
        let english = Language::of_tag("en");
        let left = |n: u64| english.say_with("left-minutes", &[("n", n.into())]);
        assert_ne!(left(1).replace('1', "2"), left(2));
    }
}
