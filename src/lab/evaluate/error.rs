use super::Refused;
use crate::inference;
use std::path::PathBuf;

/// Labels that are named in one sentence; of more, their number is told.
const MOST_NAMED: usize = 5;

/// Why a model cannot be judged on some data.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder is missing or unreadable.
    #[error(
        "{}: {source}; check the path of the data: a folder for pictures and speech, a table for texts", path.display()
    )]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A folder without a single picture.
    #[error(
        "{}: there is no picture in it; pictures (JPEG, PNG, WebP, GIF, BMP, TIFF) lie in a folder of their class, or \
         have names that begin with the four digits of their class", path.display()
    )]
    NoPictures {
        /// The folder.
        path: PathBuf,
    },
    /// A picture whose class nobody told.
    #[error(
        "{}: neither does it lie in a folder of its class, nor does its name begin with four digits; move or rename it",
        path.display()
    )]
    Unlabelled {
        /// The picture.
        path: PathBuf,
    },
    /// Labels of classes that the model does not have.
    #[error(
        "the model has no classes {}; it has {}, or their numbers from 0: choose data with these labels, or a model \
         with those",
        some_of(labels),
        some_of(classes)
    )]
    Labels {
        /// Each unknown label once.
        labels: Vec<String>,
        /// The names that the model has.
        classes: Vec<String>,
    },
    /// A line of a table that is not a label, a tab and a text.
    #[error("{}, line {line}: {why}", path.display())]
    Table {
        /// The table.
        path: PathBuf,
        /// Its line, from 1.
        line: usize,
        /// What is wrong, and what to do.
        why: String,
    },
    /// `transcripts.json` is not what it should be.
    #[error(
        "{}: {why}; it is an object with the name of each sound file, and for each its \"transcript\" and, if known, its \
         \"language\"", path.display()
    )]
    Transcripts {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// None of the inputs could be judged.
    #[error("none of {inputs} inputs could be judged; the first, {first}")]
    NothingJudged {
        /// How many there are.
        inputs: usize,
        /// What is wrong with the first.
        first: String,
    },
    /// No input at all was given.
    #[error("there is nothing to judge; name data with at least one input")]
    NoInputs,
    /// A model of a kind that cannot be judged.
    #[error("{model} is a {family} model; pictures, texts and speech can be judged")]
    UnknownKind {
        /// The model's name.
        model: String,
        /// Its family.
        family: String,
    },
    /// The model failed, whatever the input.
    #[error(transparent)]
    Model(#[from] inference::Error),
}

impl Error {
    /// Of so many inputs, of which `first` is the first that was refused.
    pub(super) fn nothing_judged(inputs: usize, first: Option<&Refused>) -> Self {
        match first {
            Some(Refused { input, why }) => Self::NothingJudged { inputs, first: format!("{input}: {why}") },
            None => Self::NoInputs,
        }
    }
}

/// `a, b, c and 4 more`.
fn some_of(names: &[String]) -> String {
    let named = names.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MOST_NAMED) {
        0 => named,
        more => format!("{named} and {more} more"),
    }
}
