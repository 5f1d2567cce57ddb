//! How often a model is right, on inputs of which the right answer is known.
//!
//! ```text
//! folder of pictures ─ pictures ─▶ [LabelledPicture] ─ vision ─▶ VisionScores   top-1, top-5
//! table of texts ───── texts ────▶ [LabelledText] ──── text ───▶ TextScores     accuracy, F1, calibration error
//! folder of sounds ─── clips ────▶ [Clip] ──────────── speech ─▶ SpeechScores   word and character error rate
//! ```
//!
//! A reader turns a path into inputs and refuses labels that the model does not have before anything is computed. An
//! input that cannot be read is named in the scores and left out of every count. Scores keep the answers, so that two
//! models can be held against each other with [`agreement`]. [`judge`] does all of it for a model of any kind.

mod any;
mod calibration;
mod confusion;
mod edits;
mod error;
mod normalise;
mod speech;
mod text;
mod vision;

pub use any::{Kind, Progress, Scores, judge};
pub use calibration::calibration_error;
pub use confusion::{Confusion, WorstClass};
pub use edits::{ErrorRate, distance};
pub use error::Error;
pub use normalise::normalised;
pub use speech::{Clip, ClipScores, SpeechScores, clips, speech};
pub use text::{LabelledText, TextScores, text, texts};
pub use vision::{LabelledPicture, VisionScores, picture_files, pictures, vision};

use serde::Serialize;

/// The result of everything in this module.
pub type Result<T> = std::result::Result<T, Error>;

/// An input that could not be judged: left out of every count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Its name.
    pub input: String,
    /// Why, in words.
    pub why: String,
}

/// How often two models gave the same answer, right or wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Agreement {
    /// Inputs with the same answer.
    pub same: usize,
    /// Inputs that both answered.
    pub of: usize,
}

/// Holds the answers of two models to the same inputs against each other; what one of them did not answer is left out.
pub fn agreement<T: PartialEq>(these: &[Option<T>], those: &[Option<T>]) -> Agreement {
    let both = these.iter().zip(those).filter_map(|(a, b)| Some(a.as_ref()? == b.as_ref()?));
    both.fold(Agreement { same: 0, of: 0 }, |sum, same| Agreement {
        same: sum.same + usize::from(same),
        of: sum.of + 1,
    })
}

/// `part` of `whole`, 0 to 1; `None` of nothing.
fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The class that a label names: by its name in `names`, in any case and with `_` for a space, or by its number from 0.
fn class_of(label: &str, names: &[String]) -> Option<usize> {
    let plain = |name: &str| name.trim().replace('_', " ").to_lowercase();
    let by_name = names.iter().position(|name| plain(name) == plain(label));
    by_name.or_else(|| label.trim().parse().ok().filter(|number| *number < names.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_counts_what_both_answered() {
        let counted = agreement(&[Some(1), Some(2), None, Some(4)], &[Some(1), Some(3), Some(3), None]);
        assert_eq!(counted, Agreement { same: 1, of: 2 });
        assert_eq!(agreement::<u8>(&[], &[]), Agreement { same: 0, of: 0 });
    }

    #[test]
    fn a_class_is_found_by_name_or_number() {
        let names = ["tench", "great white shark", "7"].map(String::from);
        for (label, class) in [
            ("tench", Some(0)),
            ("Great_White_Shark", Some(1)),
            ("1", Some(1)),
            // A name goes before a number.
            ("7", Some(2)),
            ("0001", Some(1)),
            ("3", None),
            ("-1", None),
            ("cat", None),
            ("", None),
        ] {
            assert_eq!(class_of(label, &names), class, "{label}");
        }
    }
}
