//! About: version, and whose work this is.

use super::version::Version;
use crate::app::language::use_language;
use crate::store::Catalog;
use dioxus::prelude::*;

/// The crates and their licences, written by `scripts/licences.py`; a test holds it against `Cargo.lock`.
const CRATES: &str = include_str!("../../../assets/licences.txt");

#[component]
pub fn About(ondiagnostics: EventHandler<()>) -> Element {
    let language = use_language();
    let catalog = Catalog::builtin();
    let models = catalog.models().iter().map(|m| (m.title_in(language.tag).to_string(), m.licence.clone()));
    rsx! {
        section { class: "card",
            h2 { {language.say("about")} }
            Version { onopen: ondiagnostics }
            p { class: "note", {language.say("about-private")} }
            p { {language.say_with("about-licence", &[("licence", env!("CARGO_PKG_LICENSE").into())])} }
            details {
                summary { {language.say("about-models")} }
                ul { class: "plain-list",
                    for (title, licence) in models {
                        li { key: "{title}", span { "{title}" } span { class: "note", "{licence}" } }
                    }
                }
            }
            details {
                summary { {language.say("about-crates")} }
                pre { class: "licences", tabindex: "0", aria_label: language.say("about-crates"), lang: "en", "{CRATES}" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CRATES;
    use std::collections::BTreeSet;

    /// The names after `name = ` in the lock file, without our own.
    fn locked() -> BTreeSet<&'static str> {
        let lock = include_str!("../../../Cargo.lock");
        let names = lock.lines().filter_map(|l| l.strip_prefix("name = \"")?.strip_suffix('"'));
        names.filter(|name| *name != "onhand").collect()
    }

    /// The names in the list: below each licence, apart by commas.
    fn listed() -> BTreeSet<&'static str> {
        let names = CRATES.lines().filter_map(|l| l.strip_prefix("  "));
        names.flat_map(|l| l.split(", ")).map(|name| name.trim_end_matches(',')).collect()
    }

    #[test]
    fn every_crate_is_listed() {
        let (locked, listed) = (locked(), listed());
        let missing: Vec<_> = locked.difference(&listed).collect();
        let gone: Vec<_> = listed.difference(&locked).collect();
        assert!(missing.is_empty() && gone.is_empty(), "run scripts/licences.py: missing {missing:?}, gone {gone:?}");
        assert!(!CRATES.contains("unknown"), "each has a licence");
    }
}
