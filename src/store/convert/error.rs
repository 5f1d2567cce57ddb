use crate::model_dir::ModelDirError;
use std::path::{Path, PathBuf};

/// Why fetched files could not be turned into a model directory. Nothing of the output is to be used then.
#[derive(Debug, thiserror::Error)]
pub enum ConvertError {
    /// A file is missing, unreadable, or could not be written.
    #[error("{}: {source}; fetch the model again, and see that the disk has room", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A fetched file is not what the recipe reads, or it contradicts itself.
    #[error("{}: {why}; nothing was converted, fetch the model again", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// One tensor of a fetched file cannot become one of ours.
    #[error("{}: tensor {tensor} {why}; nothing was converted, choose another source of this model", path.display())]
    Tensor {
        /// The file.
        path: PathBuf,
        /// The tensor's name in that file.
        tensor: String,
        /// What is wrong with it.
        why: String,
    },
    /// A fetched safetensors file lies, or what was written does not pass the checks of a model directory.
    #[error(transparent)]
    Weights(#[from] ModelDirError),
}

/// The result of everything in this module.
pub(super) type Result<T> = std::result::Result<T, ConvertError>;

impl ConvertError {
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| Self::Io { path: path.into(), source }
    }

    pub(super) fn file(path: &Path, why: impl Into<String>) -> Self {
        Self::File { path: path.into(), why: why.into() }
    }

    pub(super) fn tensor(path: &Path, tensor: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Tensor { path: path.into(), tensor: tensor.into(), why: why.into() }
    }
}
