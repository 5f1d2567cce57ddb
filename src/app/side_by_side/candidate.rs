//! What can stand side by side: every installed model of a purpose, as it is on the disk and in bytes.

use crate::app::models::{InstalledModel, Purpose, ToLoad, chosen};
use crate::app::settings::{ModelChoice, ModelChoices};
use crate::inference::{Unit, Variant};

/// A model at a precision.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The model's id.
    pub id: String,
    /// Its precision.
    pub variant: Variant,
    /// The precision of the weights on the disk that it is made of.
    pub stored: Variant,
    /// Of its weights on the disk; `None` for bytes that are made of floats when they are loaded.
    pub bytes: Option<u64>,
    /// Whether the screen of its purpose uses it.
    pub used: bool,
    /// How it is loaded.
    pub to_load: ToLoad,
}

impl Candidate {
    /// What is set where the person wants this one.
    pub fn choice(&self) -> ModelChoice {
        ModelChoice { id: self.id.clone(), variant: Some(self.variant) }
    }
}

/// The candidates for `purpose` among what is installed. First the one that is used, which the others are held against,
/// then the same model at its other precision.
pub fn candidates(
    installed: &[InstalledModel],
    purpose: Purpose,
    choices: &ModelChoices,
    unit: Unit,
) -> Vec<Candidate> {
    let choice = choices.of(purpose);
    let used = chosen(installed, purpose, choices.id(purpose));
    let usable = installed.iter().filter(|model| model.is_usable() && model.purpose == Some(purpose));
    let of = |model: &InstalledModel| {
        let stored = model.variant.unwrap_or(Variant::F32);
        let is_used =
            |in_bytes| used.is_some_and(|used| used.id == model.id) && model.is_chosen_in_bytes(choice) == in_bytes;
        let one = |variant, bytes, in_bytes| Candidate {
            id: model.id.clone(),
            variant,
            stored,
            bytes,
            used: is_used(in_bytes),
            to_load: ToLoad { path: model.path.clone(), in_bytes, unit },
        };
        let beside = model.bytes_beside.unwrap_or(0);
        let as_stored = one(stored, Some(model.bytes - beside), false);
        let in_bytes = (stored != Variant::Int8).then(|| one(Variant::Int8, model.bytes_beside, true));
        std::iter::once(as_stored).chain(in_bytes)
    };
    let mut found: Vec<Candidate> = usable.flat_map(of).collect();
    found.sort_by_key(|candidate| (!candidate.used, used.is_some_and(|used| used.id != candidate.id)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::models::fixture::model;

    fn shown(installed: &[InstalledModel], choice: Option<ModelChoice>) -> Vec<(String, Option<u64>)> {
        let mut choices = ModelChoices::default();
        choices.set(Purpose::Camera, choice);
        let found = candidates(installed, Purpose::Camera, &choices, Unit::Cpu);
        assert_eq!(found.iter().filter(|c| c.used).count(), 1);
        assert!(found[0].used);
        found.iter().map(|c| (format!("{}:{}", c.id, c.variant), c.bytes)).collect()
    }

    #[test]
    fn floats_and_bytes_of_each_model_stand_there_and_the_used_one_first() {
        let large = InstalledModel { bytes: 20, ..model("large", Purpose::Camera) };
        let both = InstalledModel { bytes: 13, bytes_beside: Some(3), ..model("small", Purpose::Camera) };
        let torn = InstalledModel { damage: Some("torn".into()), ..model("torn", Purpose::Camera) };
        let installed = [large, both, torn, model("other", Purpose::Text)];
        let expected = |all: [(&str, Option<u64>); 4]| all.map(|(name, bytes)| (name.to_string(), bytes)).to_vec();
        assert_eq!(
            shown(&installed, None),
            expected([("small:f32", Some(10)), ("small:int8", Some(3)), ("large:f32", Some(20)), ("large:int8", None)])
        );
        let in_bytes = ModelChoice { id: "small".into(), variant: Some(Variant::Int8) };
        assert_eq!(shown(&installed, Some(in_bytes))[0], ("small:int8".to_string(), Some(3)));
    }

    #[test]
    fn what_is_in_bytes_alone_stands_there_once_and_is_used_whatever_was_chosen_of_it() {
        let bytes = InstalledModel { variant: Some(Variant::Int8), bytes: 3, ..model("mini", Purpose::Camera) };
        let choice = ModelChoice { id: "mini".into(), variant: Some(Variant::Int8) };
        assert_eq!(shown(&[bytes], Some(choice)), [("mini:int8".to_string(), Some(3))]);
    }
}
