//! What is loaded for a screen.

use super::installed::InstalledModel;
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
