use std::path::{Path, PathBuf};

/// Why a network could not be trained.
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
    /// A file of ours is not what it should be.
    #[error("{}: {why}; remove it to begin anew", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// What is to be learned from cannot be used.
    #[error("{path}: {why}")]
    Data {
        /// The file or folder, with the line where there is one.
        path: String,
        /// What is wrong and what to do.
        why: String,
    },
    /// Labelled data cannot be used.
    #[error(transparent)]
    Labelled(#[from] crate::lab::evaluate::Error),
    /// What was made cannot be written.
    #[error(transparent)]
    Made(#[from] crate::lab::made::Error),
    /// A setting that cannot be.
    #[error("{0}")]
    Setting(String),
    /// The loss is no number.
    #[error("step {step}: the loss is {loss}; try a smaller learning rate")]
    Diverged {
        /// From 0.
        step: usize,
        /// What it is.
        loss: f32,
    },
    /// The model that is trained, or the one that teaches, failed.
    #[error(transparent)]
    Model(#[from] crate::inference::Error),
    /// Somebody asked to stop. What was learned up to the last checkpoint is kept.
    #[error("stopped; the same command goes on from where it was")]
    Cancelled,
    /// candle refused an operation: a fault of ours, or a device that gave up.
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
