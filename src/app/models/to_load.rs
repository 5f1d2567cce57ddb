//! What is loaded for a screen.

use super::installed::{InstalledModel, smaller};
use crate::app::settings::ModelChoice;
use crate::app::threads;
use crate::inference::{Options, Result, Unit, Variant};
use crate::model_dir::{Limits, ModelDir};
use std::path::{Path, PathBuf};

/// A model, its precision, and what is to compute it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToLoad {
    /// Its directory.
    pub path: PathBuf,
    /// Whether it is computed in bytes, on the processor whatever `unit` says; else as it is on the disk.
    pub in_bytes: bool,
    /// What computes it, where it can.
    pub unit: Unit,
}

impl ToLoad {
    /// The model in `path` as it is on the disk.
    pub fn stored(path: &Path, unit: Unit) -> Self {
        Self { path: path.into(), in_bytes: false, unit }
    }

    /// Opens the directory; and how its model is loaded, with the threads of this run.
    ///
    /// # Errors
    /// It is no sound model directory.
    pub fn open(&self) -> Result<(ModelDir, Options)> {
        let dir = ModelDir::open(&self.path, &Limits::default())?;
        let options = threads::options(if self.in_bytes { Unit::Cpu } else { self.unit });
        Ok((dir, Options { variant: self.in_bytes.then_some(Variant::Int8), ..options }))
    }
}

impl InstalledModel {
    /// What a screen loads that uses this model, where `choice` is what the person has chosen for it: a choice of another
    /// model says nothing of this one.
    pub fn to_load(&self, choice: Option<&ModelChoice>, unit: Unit) -> ToLoad {
        ToLoad { path: self.path.clone(), in_bytes: self.is_chosen_in_bytes(choice), unit }
    }

    /// What takes its place on a device that must save: the smallest model of its purpose among `installed`, else the same
    /// in bytes. `None` where there is neither.
    pub fn sparing(&self, chosen: &ToLoad, installed: &[Self]) -> Option<ToLoad> {
        let smaller = self.purpose.and_then(|purpose| smaller(installed, purpose, self));
        let in_bytes = || {
            let not_yet = !chosen.in_bytes && self.variant != Some(Variant::Int8);
            not_yet.then(|| ToLoad { in_bytes: true, ..chosen.clone() })
        };
        smaller.map(|model| model.to_load(None, chosen.unit)).or_else(in_bytes)
    }

    /// Whether `choice` is this model in bytes, which it is not on the disk.
    pub fn is_chosen_in_bytes(&self, choice: Option<&ModelChoice>) -> bool {
        choice.is_some_and(|choice| choice.id == self.id && choice.variant == Some(Variant::Int8))
            && self.variant != Some(Variant::Int8)
    }
}

#[cfg(test)]
mod tests {
    use super::super::installed::tests::model;
    use super::super::purpose::Purpose;
    use super::*;
    use crate::inference::text::{SentimentAnalyzer, tiny};

    #[test]
    fn bytes_are_chosen_for_the_model_that_they_were_chosen_for() {
        let floats = model("a", Purpose::Text);
        let bytes = InstalledModel { variant: Some(Variant::Int8), ..model("a", Purpose::Text) };
        let choice = |id: &str, variant| Some(ModelChoice { id: id.into(), variant });
        let chosen =
            |model: &InstalledModel, choice: Option<ModelChoice>| model.to_load(choice.as_ref(), Unit::Cpu).in_bytes;
        assert!(chosen(&floats, choice("a", Some(Variant::Int8))));
        assert!(!chosen(&floats, choice("b", Some(Variant::Int8))), "another model's choice");
        assert!(!chosen(&floats, choice("a", Some(Variant::F16))), "as it is on the disk, whatever that is");
        assert!(!chosen(&floats, None));
        assert!(!chosen(&bytes, choice("a", Some(Variant::Int8))), "it is in bytes anyway");
    }

    #[test]
    fn a_device_that_must_save_takes_a_smaller_model_or_the_same_in_bytes() {
        let sized = |id: &str, bytes| InstalledModel { bytes, ..model(id, Purpose::Camera) };
        let (small, large) = (sized("small", 1), sized("large", 2));
        let both = [large.clone(), small.clone()];
        let chosen = |model: &InstalledModel| model.to_load(None, Unit::Cpu);
        assert_eq!(large.sparing(&chosen(&large), &both), Some(chosen(&small)));
        let in_bytes = ToLoad { in_bytes: true, ..chosen(&small) };
        assert_eq!(small.sparing(&chosen(&small), &both), Some(in_bytes.clone()));
        assert_eq!(small.sparing(&in_bytes, &both), None);
        let stored = InstalledModel { variant: Some(Variant::Int8), ..small };
        assert_eq!(stored.sparing(&chosen(&stored), &both), None, "it is in bytes on the disk");
    }

    #[test]
    fn in_bytes_it_answers_nearly_the_same_and_on_the_processor() {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(dir.path(), &tiny::config());
        let load = |in_bytes| {
            let to_load = ToLoad { path: dir.path().into(), in_bytes, unit: *Unit::ALL.last().unwrap() };
            let (dir, options) = to_load.open().unwrap();
            assert!(!in_bytes || options.unit == Unit::Cpu);
            let analyzer = SentimentAnalyzer::load(&dir, &options).unwrap();
            analyzer.infer(&analyzer.tokenize("a good film").unwrap(), &mut || false).unwrap().positive
        };
        let (floats, bytes) = (load(false), load(true));
        assert!(floats != bytes && (floats - bytes).abs() < 0.05, "{floats} {bytes}");
    }
}
