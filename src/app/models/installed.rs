//! What is installed: found by looking at the disk, never on the UI thread.

use super::purpose::Purpose;
use crate::inference::{self, Variant};
use crate::model_dir::{INT8_WEIGHTS_FILE, Limits, ModelDir};
use crate::store::{self, Places, Source};
use std::path::{Path, PathBuf};

/// Where an installed model came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// With the app itself; nobody removes it from there.
    App,
    /// From a hub: its repository and commit.
    Hub(String),
    /// In packages of the Python registry.
    Packages(String),
    /// Out of a directory.
    Directory(PathBuf),
    /// Somebody put it there without a record.
    Unknown,
}

/// A model on the disk.
#[derive(Debug, Clone, PartialEq)]
pub struct InstalledModel {
    /// Its directory's name.
    pub id: String,
    /// Its directory.
    pub path: PathBuf,
    /// What it is for; `None` for a kind that Onhand does not know, or one that cannot be opened.
    pub purpose: Option<Purpose>,
    /// The precision of its weights, where they can be read.
    pub variant: Option<Variant>,
    /// Bytes on the disk.
    pub bytes: u64,
    /// Of them those of its weights in bytes, where these lie beside its floats.
    pub bytes_beside: Option<u64>,
    /// Where from.
    pub origin: Origin,
    /// A file is missing, torn, or of another size than was recorded: why it cannot be used.
    pub damage: Option<String>,
    /// Whether fetching it again would mend it: its files are not those that were recorded.
    pub torn: bool,
}

impl InstalledModel {
    /// Looks at the model directory `path`. Reads its configuration and the weights' header, not the weights.
    fn at(path: &Path, id: String) -> Self {
        let opened = ModelDir::open(path, &Limits::default());
        let family = opened.as_ref().ok().map(inference::family);
        let models_dir = path.parent().unwrap_or(path);
        let torn = matches!(store::state(models_dir, &id), store::State::Damaged(_));
        let damage = match &opened {
            Err(e) => Some(e.to_string()),
            Ok(_) if torn => Some(format!("{} is not as it was installed", path.display())),
            Ok(_) => None,
        };
        Self {
            torn,
            purpose: family.and_then(Purpose::of_config),
            variant: opened.as_ref().ok().map(inference::stored_variant),
            bytes: store::dir_bytes(path),
            bytes_beside: opened.as_ref().ok().and_then(beside),
            origin: origin(path),
            path: path.into(),
            damage,
            id,
        }
    }

    /// Whether a screen can use it.
    pub fn is_usable(&self) -> bool {
        self.damage.is_none() && self.purpose.is_some()
    }
}

/// Bytes of the weights in bytes that lie beside the floats of `dir`.
fn beside(dir: &ModelDir) -> Option<u64> {
    let file = dir.path().join(INT8_WEIGHTS_FILE);
    // Alone they are the weights.
    file.metadata().ok().filter(|_| dir.recipe().is_none()).map(|file| file.len())
}

fn origin(path: &Path) -> Origin {
    match store::recorded_source(path) {
        Some(Source::Hub { repo, revision, .. }) => {
            let short: String = revision.chars().take(7).collect();
            Origin::Hub(format!("{repo}@{short}"))
        }
        Some(Source::Wheel { requirements }) => Origin::Packages(requirements.join(", ")),
        Some(Source::Directory { path }) => Origin::Directory(path),
        None => Origin::Unknown,
    }
}

/// All models in all `places`, by name; of two with one name the one that is used.
pub fn look(places: &Places) -> Vec<InstalledModel> {
    places.lay_built_in();
    let mut found: Vec<InstalledModel> = Vec::new();
    for dir in places.all() {
        for id in store::installed_ids(dir) {
            if !found.iter().any(|model| model.id == id) {
                let mut model = InstalledModel::at(&dir.join(&id), id);
                if places.is_part_of_the_app(Some(dir)) {
                    model.origin = Origin::App;
                }
                found.push(model);
            }
        }
    }
    found
}

/// The model that a screen uses: the one that was chosen where it is usable. Unchosen, the camera takes the smallest,
/// since it is asked many times a second and by somebody who waits; texts take the largest, so that what was fetched goes
/// before what came with the app; speech takes the first by name.
pub fn chosen<'a>(
    installed: &'a [InstalledModel],
    purpose: Purpose,
    choice: Option<&str>,
) -> Option<&'a InstalledModel> {
    let usable = || installed.iter().filter(move |m| m.is_usable() && m.purpose == Some(purpose));
    usable().find(|m| Some(m.id.as_str()) == choice).or_else(|| match purpose {
        Purpose::Camera => usable().min_by_key(|m| m.bytes),
        Purpose::Microphone => usable().next(),
        Purpose::Text => usable().max_by_key(|m| m.bytes),
    })
}

/// The smallest model for `purpose`, for a device that must save, if it is smaller than `than`.
pub fn smaller<'a>(
    installed: &'a [InstalledModel],
    purpose: Purpose,
    than: &InstalledModel,
) -> Option<&'a InstalledModel> {
    let usable = installed.iter().filter(|m| m.is_usable() && m.purpose == Some(purpose) && m.bytes < than.bytes);
    usable.min_by_key(|m| m.bytes)
}

#[cfg(test)]
pub(in crate::app) mod tests {
    use super::*;

    /// A sound model of this name.
    pub fn model(id: &str, purpose: Purpose) -> InstalledModel {
        InstalledModel {
            id: id.into(),
            path: PathBuf::from("/models").join(id),
            purpose: Some(purpose),
            variant: Some(Variant::F32),
            bytes: 10_300_000,
            bytes_beside: None,
            origin: Origin::Hub(format!("owner/{id}@0123456")),
            damage: None,
            torn: false,
        }
    }

    #[test]
    fn a_screen_uses_what_was_chosen_or_else_one_that_works() {
        let torn = InstalledModel { damage: Some("torn".into()), bytes: 1, ..model("a", Purpose::Camera) };
        let large = InstalledModel { bytes: 30_000_000, ..model("b", Purpose::Camera) };
        let speech = |id, bytes| InstalledModel { bytes, ..model(id, Purpose::Microphone) };
        let models = [torn, large, model("c", Purpose::Camera), speech("base", 140), speech("tiny", 70)];
        let id = |purpose, choice| chosen(&models, purpose, choice).map(|m| m.id.as_str());
        assert_eq!(id(Purpose::Camera, Some("b")), Some("b"));
        assert_eq!(id(Purpose::Camera, None), Some("c"), "the smallest");
        assert_eq!(id(Purpose::Camera, Some("a")), Some("c"), "a torn one is not used");
        assert_eq!(id(Purpose::Camera, Some("tiny")), Some("c"), "nor one for something else");
        assert_eq!(id(Purpose::Microphone, None), Some("base"), "the first by name");
        assert_eq!(id(Purpose::Text, None), None);
        let text = |id, bytes| InstalledModel { bytes, ..model(id, Purpose::Text) };
        let texts = [text("mini", 3), text("large", 130)];
        assert_eq!(chosen(&texts, Purpose::Text, None).map(|m| m.id.as_str()), Some("large"), "what was fetched");
        assert_eq!(chosen(&texts[..1], Purpose::Text, None).map(|m| m.id.as_str()), Some("mini"));
    }

    #[test]
    fn a_directory_that_is_no_sound_model_is_listed_with_its_damage() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("torn")).unwrap();
        std::fs::write(dir.path().join("torn/config.json"), r#"{"family": "whisper"}"#).unwrap();
        let found = look(&Places { named: Some(dir.path().into()), bundle: None, data: None, built_in: None });
        assert_eq!(found.len(), 1);
        assert!(found[0].damage.as_ref().is_some_and(|why| why.contains("model.safetensors")), "{found:?}");
        assert!(!found[0].is_usable());
    }

    #[test]
    fn a_device_that_must_save_takes_the_smallest() {
        let sized = |id, bytes| InstalledModel { bytes, ..model(id, Purpose::Camera) };
        let torn = InstalledModel { damage: Some("torn".into()), ..sized("torn", 1) };
        let installed =
            [sized("large", 30), sized("small", 10), sized("middle", 20), torn, model("speech", Purpose::Microphone)];
        let found = |of: usize| smaller(&installed, Purpose::Camera, &installed[of]).map(|m| m.id.as_str());
        assert_eq!([found(0), found(2), found(1)], [Some("small"), Some("small"), None]);
    }
}
