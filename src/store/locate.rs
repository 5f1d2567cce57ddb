//! Where models are looked for: first hit wins.

use super::built_in::{self, BUILT_IN};
use crate::system;
use std::path::{Path, PathBuf};

/// The environment variable that names a directory of models.
pub const MODELS_VARIABLE: &str = "ONHAND_MODELS";

/// The places where models may lie, in the order in which they are tried.
#[derive(Debug, Clone)]
pub struct Places {
    /// `--models`, else `ONHAND_MODELS`: what a person said.
    pub named: Option<PathBuf>,
    /// What came with the app itself, for those who have no network. Nothing is installed there or removed.
    pub bundle: Option<PathBuf>,
    /// The person's data directory: where `models fetch` installs unless a directory is named.
    pub data: Option<PathBuf>,
    /// Where the model that is compiled in is laid when it is needed: [`BUILT_IN`].
    pub built_in: Option<PathBuf>,
}

impl Places {
    /// The places for this process: `named` is what `--models` said.
    pub fn new(named: Option<PathBuf>) -> Self {
        let named = named.or_else(|| std::env::var_os(MODELS_VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from));
        let of_person = |name: &str| system::data_dir().map(|dir| dir.join(name));
        Self { named, bundle: system::bundled_models_dir(), data: of_person("models"), built_in: of_person("built-in") }
    }

    /// The directories in order.
    pub fn all(&self) -> impl Iterator<Item = &Path> {
        self.named.iter().chain(&self.bundle).chain(&self.data).chain(&self.built_in).map(PathBuf::as_path)
    }

    /// Where an install goes: what a person named, else the data directory.
    pub fn install_into(&self) -> Option<&Path> {
        self.named.as_deref().or(self.data.as_deref())
    }

    /// Whether the model that is used under this name came with the app.
    pub fn comes_with_the_app(&self, id: &str) -> bool {
        self.find(id).is_some_and(|path| self.is_part_of_the_app(path.parent()))
    }

    /// Whether nothing is installed into the directory `dir` or removed from it.
    pub fn is_part_of_the_app(&self, dir: Option<&Path>) -> bool {
        [&self.bundle, &self.built_in].into_iter().any(|own| own.is_some() && own.as_deref() == dir)
    }

    /// Lays the model that is compiled in where it is looked for. Where that fails, this process is without it: why is in
    /// the log, and whoever has other models is not bothered.
    pub fn lay_built_in(&self) {
        if let Some(into) = &self.built_in
            && let Err(why) = built_in::lay(into)
        {
            tracing::warn!("the model that came with the app cannot be used: {why}");
        }
    }

    /// The directory of model `id`, if it is anywhere. `id` must be a plain name.
    pub fn find(&self, id: &str) -> Option<PathBuf> {
        if !is_plain_name(id) {
            return None;
        }
        if id == BUILT_IN {
            self.lay_built_in();
        }
        self.all().map(|d| d.join(id)).find(|d| d.join("config.json").is_file())
    }
}

/// Whether `name` is one path component that stays where it is put.
pub fn is_plain_name(name: &str) -> bool {
    let mut parts = Path::new(name).components();
    matches!((parts.next(), parts.next()), (Some(std::path::Component::Normal(_)), None)) && !name.contains(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_with_the_app_goes_before_what_was_fetched_and_nothing_is_installed_into_it() {
        let dir = tempfile::tempdir().unwrap();
        let [named, bundle, data] = ["named", "bundle", "data"].map(|name| Some(dir.path().join(name)));
        let has = |place: &Option<PathBuf>, id: &str| {
            let model = place.as_ref().unwrap().join(id);
            std::fs::create_dir_all(&model).unwrap();
            std::fs::write(model.join("config.json"), "{}").unwrap();
            model
        };
        let places = Places { named: None, bundle: bundle.clone(), data: data.clone(), built_in: None };
        let fetched = has(&data, "a");
        assert_eq!(places.find("a"), Some(fetched));
        let brought = has(&bundle, "a");
        assert_eq!(places.find("a"), Some(brought));
        assert!(places.comes_with_the_app("a") && !places.comes_with_the_app("b"));
        assert_eq!(places.install_into(), data.as_deref());
        let places = Places { named: named.clone(), ..places };
        let own = has(&named, "a");
        assert_eq!(places.find("a"), Some(own));
        assert_eq!(places.install_into(), named.as_deref());
    }

    #[test]
    fn the_model_that_is_compiled_in_is_found_without_a_fetch_and_goes_after_one_s_own() {
        let dir = tempfile::tempdir().unwrap();
        let built_in = Some(dir.path().join("built-in"));
        let places = Places { named: None, bundle: None, data: Some(dir.path().join("data")), built_in };
        assert_eq!(places.find("other"), None);
        assert!(!dir.path().join("built-in").exists(), "it is laid when it is asked for");
        assert_eq!(places.find(BUILT_IN), Some(dir.path().join("built-in").join(BUILT_IN)));
        assert!(places.comes_with_the_app(BUILT_IN));
        let own = dir.path().join("data").join(BUILT_IN);
        std::fs::create_dir_all(&own).unwrap();
        std::fs::write(own.join("config.json"), "{}").unwrap();
        assert_eq!(places.find(BUILT_IN), Some(own));
        assert!(!places.comes_with_the_app(BUILT_IN));
    }

    #[test]
    fn only_plain_names_name_a_model() {
        for good in ["whisper-tiny.en", "a", "..a"] {
            assert!(is_plain_name(good), "{good}");
        }
        for bad in ["", ".", "..", "../a", "/a", "a/b", "a/", "a\\b"] {
            assert!(!is_plain_name(bad), "{bad}");
        }
    }
}
