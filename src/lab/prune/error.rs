use std::path::{Path, PathBuf};

/// Why a model could not be pruned.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file could not be read or written.
    #[error("{}: {source}; {advice}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
        /// What to do.
        advice: &'static str,
    },
    /// A model of a kind that has no dependency graph.
    #[error("{model} is a {family} model; mobilenetv3, efficientnet_lite and distilbert can be pruned")]
    Family {
        /// The model's name.
        model: String,
        /// What kind it is.
        family: String,
    },
    /// A share that cannot be.
    #[error("an amount of {amount} cannot be pruned; give a number above 0 and below 1")]
    Amount {
        /// It.
        amount: f64,
    },
    /// A network of pictures was to learn on a GPU.
    #[error("pictures are learned from on the processor; leave --device out")]
    Device,
    /// What is left could not learn.
    #[error(transparent)]
    Learning(#[from] crate::lab::train::Error),
    /// The result cannot be written.
    #[error(transparent)]
    Made(#[from] crate::lab::made::Error),
    /// The model cannot be opened.
    #[error(transparent)]
    Model(#[from] crate::inference::Error),
    /// candle refused an operation.
    #[error("the computation failed ({0}); please report this with the command that caused it")]
    Candle(#[from] candle_core::Error),
}

/// The result of everything in this module.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// For `map_err`: `path` could not be read.
    pub fn read(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.into(), source, advice: "check the path" }
    }

    /// For `map_err`: `path` could not be written.
    pub fn written(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.into(), source, advice: "make room or choose another place with --out" }
    }
}
