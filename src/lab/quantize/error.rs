use crate::inference;
use crate::lab::made;
use crate::model_dir::Method;
use std::path::{Path, PathBuf};

/// Why a model could not be quantized.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There are no floats to start from.
    #[error("{model} is {got} already; name the model that it was made of")]
    Already {
        /// The model's name.
        model: String,
        /// What it is.
        got: inference::Variant,
    },
    /// A number that no half can hold.
    #[error("{model}: {tensor} has numbers above 65504, which f16 cannot hold; take int8")]
    TooLarge {
        /// The model's name.
        model: String,
        /// The tensor's.
        tensor: String,
    },
    /// A method that a family has no use for.
    #[error("{model} is a {family} model, for which there is no --method {method}; take {instead}")]
    NoUse {
        /// The model's name.
        model: String,
        /// What kind it is.
        family: String,
        /// What was asked for.
        method: Method,
        /// What there is.
        instead: Method,
    },
    /// Nothing to find ranges on.
    #[error(
        "{}: no picture in it can be read{}; name a folder of pictures (JPEG, PNG, WebP, GIF, BMP, TIFF) with --calibrate",
        folder.display(),
        why.as_ref().map_or_else(String::new, |why| format!(", the first since: {why}"))
    )]
    NoPictures {
        /// Where they were looked for.
        folder: PathBuf,
        /// What is wrong with the first.
        why: Option<String>,
    },
    /// Ranges are asked for, and nothing to find them on is named.
    #[error("{model}: --method static needs pictures to find ranges on; name a folder of them with --calibrate")]
    Uncalibrated {
        /// The model's name.
        model: String,
    },
    /// A file could not be read.
    #[error("{}: {source}; check the path", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("{}: {source}; make room, or choose another place with --out", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The new model could not be put in its place.
    #[error(transparent)]
    Made(#[from] made::Error),
    /// The model cannot be opened.
    #[error(transparent)]
    Model(#[from] inference::Error),
    /// candle refused an operation.
    #[error("the computation failed ({0}); please report this with the command that caused it")]
    Candle(#[from] candle_core::Error),
}

/// The result of everything in this module.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// For `map_err`: `path` could not be read.
    pub(super) fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Read { path: path.into(), source }
    }

    /// For `map_err`: `path` could not be written.
    pub(super) fn written(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Write { path: path.into(), source }
    }
}
