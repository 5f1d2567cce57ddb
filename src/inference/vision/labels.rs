//! What the classes are called, in the person's language.

use crate::inference::{Error, Result};
use crate::model_dir::ModelDir;

const ENGLISH: &str = include_str!("../../../models/labels/imagenet-1k.en.txt");
const KOREAN: &str = include_str!("../../../models/labels/imagenet-1k.ko.txt");
const IMAGENET_CLASSES: usize = 1000;
/// One name a line, for a model whose classes are not ImageNet's.
const LABELS_FILE: &str = "labels.txt";

/// A language in which labels are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Language {
    #[default]
    English,
    Korean,
}

/// The names of a model's classes, by class index.
#[derive(Debug)]
pub(super) struct Labels {
    english: Vec<String>,
    korean: Vec<String>,
}

impl Labels {
    /// Names for `classes` classes: ImageNet-1k's where there are a thousand, else the model's own, which
    /// then stand for every language.
    ///
    /// # Errors
    /// [`Error::Model`] when the model needs names of its own and has another number of them.
    pub fn of(dir: &ModelDir, classes: usize) -> Result<Self> {
        if classes == IMAGENET_CLASSES {
            return Ok(Self { english: lines(ENGLISH), korean: lines(KOREAN) });
        }
        let own = lines(&dir.read_text(LABELS_FILE)?);
        if own.len() != classes {
            let why = format!("{LABELS_FILE} names {} classes, config.json says {classes}", own.len());
            return Err(Error::Model { model: dir.name(), why });
        }
        Ok(Self { korean: own.clone(), english: own })
    }

    /// The names of all classes, by class index.
    pub fn names(&self, language: Language) -> &[String] {
        match language {
            Language::English => &self.english,
            Language::Korean => &self.korean,
        }
    }

    /// The name of class `index`.
    pub fn name(&self, index: usize, language: Language) -> &str {
        &self.names(language)[index]
    }
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn imagenet_has_a_thousand_different_names_in_each_language() {
        for text in [ENGLISH, KOREAN] {
            let names = lines(text);
            assert_eq!(names.len(), IMAGENET_CLASSES);
            for name in &names {
                assert!(!name.is_empty() && name.trim() == name, "{name:?}");
            }
            let distinct: BTreeSet<_> = names.iter().map(|n| n.to_lowercase()).collect();
            let mut seen = BTreeSet::new();
            let twice: Vec<_> = names.iter().filter(|n| !seen.insert(n.to_lowercase())).collect();
            assert_eq!(distinct.len(), IMAGENET_CLASSES, "twice: {twice:?}");
        }
    }

    #[test]
    fn the_languages_name_the_same_classes() {
        for (index, english, korean) in [(1, "goldfish", "금붕어"), (999, "toilet paper", "두루마리 화장지")]
        {
            assert_eq!(lines(ENGLISH)[index], english);
            assert_eq!(lines(KOREAN)[index], korean);
        }
        assert!(lines(KOREAN).iter().all(|n| n.chars().any(|c| ('가'..='힣').contains(&c))));
    }
}
