//! The person's language: English or Korean, from `assets/locales`.

use fluent_bundle::{FluentArgs, FluentResource, concurrent::FluentBundle};
use std::sync::Arc;
use unic_langid::langid;

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
        let (tag, id, source) = if korean {
            ("ko", langid!("ko"), include_str!("../../assets/locales/ko.ftl"))
        } else {
            ("en", langid!("en"), include_str!("../../assets/locales/en.ftl"))
        };
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // Marks around inserted values confuse screen readers, and both languages run left to right.
        bundle.set_use_isolating(false);
        let resource = FluentResource::try_new(source.into()).expect("a test parses each locale");
        bundle.add_resource(resource).expect("a test loads each locale");
        Self { tag, bundle: Arc::new(bundle) }
    }

    /// The message `id`.
    pub fn say(&self, id: &str) -> String {
        self.say_with(id, &[])
    }

    /// The message `id` with its variables.
    pub fn say_with(&self, id: &str, variables: &[(&str, String)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in variables {
            args.set(*name, value.as_str());
        }
        match self.bundle.get_message(id).and_then(|m| m.value()) {
            Some(pattern) => self.bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned(),
            None => id.to_string(),
        }
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.tag == other.tag
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(source: &str) -> Vec<&str> {
        source.lines().filter_map(|l| l.split_once(" = ")).map(|(id, _)| id).collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        let en = include_str!("../../assets/locales/en.ftl");
        let ko = include_str!("../../assets/locales/ko.ftl");
        assert_eq!(ids(en), ids(ko));
        for tag in ["en", "ko"] {
            let language = Language::of_tag(tag);
            for id in ids(en) {
                assert_ne!(language.say(id), id, "{tag} cannot say {id}");
            }
        }
    }

    #[test]
    fn variables_are_filled_in() {
        let said = Language::of_tag("ko-KR").say_with("share-positive", &[("percent", "97".into())]);
        assert!(said.contains("97"), "{said}");
    }
}
