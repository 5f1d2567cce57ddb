//! Models of one kind side by side: what they weigh, what an answer costs, and how often it is right.
//!
//! In go [`Entry`]s, of which each was measured in a process of its own, so that peaks of memory are a model's alone. Out
//! comes one table, for a [`terminal`] or as [`markdown`], and one [`figure()`].

mod figure;
mod table;

pub use figure::figure;
pub use table::{markdown, terminal};

use super::evaluate::{Agreement, Scores};
use crate::inference::{Cost, Variant};
use crate::model_dir::{CONFIG_FILE, ModelDir, ModelDirError, PROVENANCE_FILE};
use serde::{Deserialize, Serialize};

/// A model in a variant, and all that was found out about it.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    /// What it is called.
    pub model: String,
    /// The precision that it computes in.
    pub variant: Variant,
    /// The precision on disk; where it is another, the variant is made of it when the model is loaded.
    pub stored: Variant,
    /// What has to be on the disk for this variant.
    pub size_bytes: u64,
    /// Parameters and multiply-adds.
    pub cost: Cost,
    /// How long an answer takes.
    pub timing: Timing,
    /// How often it is right, where there was data.
    pub scores: Option<Scores>,
    /// How often it answers as the first model.
    pub agreement: Option<Agreement>,
}

impl Entry {
    /// `whisper-base:int8`.
    pub fn name(&self) -> String {
        format!("{}:{}", self.model, self.variant)
    }
}

/// Whether all that were judged on speech were judged on the same clips: a model that does not know all languages is not.
fn same_clips<'e>(entries: impl Iterator<Item = &'e Entry>) -> bool {
    let mut speech = entries.filter_map(|entry| match &entry.scores {
        Some(Scores::Speech(scores)) => Some(scores),
        _ => None,
    });
    speech.next().is_none_or(|first| speech.all(|other| first.same_clips(other)))
}

/// What `onhand-lab profile` measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timing {
    /// What one answer is for, in words.
    pub input: String,
    /// Answers that were timed.
    pub runs: usize,
    /// Milliseconds: half of the answers took less.
    pub p50_ms: f64,
    /// Milliseconds: nine of ten took less.
    pub p90_ms: f64,
    /// The most memory of its process; `None` where the system does not say.
    pub peak_memory_bytes: Option<u64>,
    /// Joules for an answer, of all processors with all that they did meanwhile; `None` where nothing counts them.
    pub joules: Option<f64>,
}

/// Files of a model beside its weights, as far as it has them.
const SIDE_FILES: [&str; 5] = [CONFIG_FILE, PROVENANCE_FILE, "labels.txt", "tokenizer.json", "vocab.txt"];

/// Bytes on disk of the model in `dir` as `variant`: its weights in that precision, or in that of which they are made, and
/// its other files. With them comes the precision of these weights.
///
/// # Errors
/// Weights that cannot be read.
pub fn size_bytes(dir: &ModelDir, variant: Option<Variant>) -> Result<(u64, Variant), ModelDirError> {
    let int8 = if variant == Some(Variant::Int8) { dir.int8()? } else { None };
    let dir = int8.as_ref().unwrap_or(dir);
    let bytes = |name| dir.path().join(name).metadata().map_or(0, |file: std::fs::Metadata| file.len());
    let others: u64 = SIDE_FILES.into_iter().map(bytes).sum();
    Ok((dir.header().file_bytes() + others, crate::inference::stored_variant(dir)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::text::tiny;
    use crate::lab::evaluate::{ErrorRate, SpeechScores};

    /// An entry with easy numbers.
    pub fn entry(model: &str, variant: Variant, accuracy: Option<f64>) -> Entry {
        let speech = |right: f64| SpeechScores {
            words: ErrorRate { edits: (100.0 * (1.0 - right)).round() as usize, reference: 100 },
            ..SpeechScores::default()
        };
        Entry {
            model: model.into(),
            variant,
            stored: Variant::F16,
            size_bytes: 4_200_000,
            cost: Cost { parameters: 2_500_000, multiply_adds: 56_500_000, input: "the encoder".into() },
            timing: Timing {
                input: "a recording of 11.0 s".into(),
                runs: 30,
                p50_ms: 3.25,
                p90_ms: 14.0,
                peak_memory_bytes: Some(30_000_000),
                joules: None,
            },
            scores: accuracy.map(|right| Scores::Speech(speech(right))),
            agreement: accuracy.map(|_| Agreement { same: 9, of: 10 }),
        }
    }

    #[test]
    fn rates_over_different_clips_are_marked() {
        let mut entries = [entry("a", Variant::F16, Some(0.9)), entry("b", Variant::F16, Some(0.8))];
        let marked = |entries: &[Entry]| {
            let (table, svg) = (markdown(entries), figure(entries).unwrap());
            assert_eq!(table.contains("over different clips"), svg.contains("a:f16 (clips: 1)"), "{table}");
            table.contains("over different clips")
        };
        assert!(!marked(&entries));
        if let Some(Scores::Speech(scores)) = &mut entries[0].scores {
            scores.clips.push(crate::lab::evaluate::ClipScores {
                clip: "a.wav".into(),
                language: None,
                reference: "x".into(),
                said: "x".into(),
                words: None,
                characters: ErrorRate { edits: 0, reference: 1 },
            });
        }
        assert!(marked(&entries));
    }

    #[test]
    fn the_size_is_that_of_the_files_that_the_variant_needs() {
        let folder = tempfile::tempdir().unwrap();
        let dir = tiny::write(folder.path(), &tiny::config());
        std::fs::write(folder.path().join("notes.txt"), "no part of the model").unwrap();
        let len = |name: &str| folder.path().join(name).metadata().unwrap().len();
        let want = len("model.safetensors") + len("config.json") + len("vocab.txt");
        for variant in [None, Some(Variant::Int8)] {
            assert_eq!(size_bytes(&dir, variant).unwrap(), (want, Variant::F32), "no bytes lie beside the floats");
        }
    }
}
