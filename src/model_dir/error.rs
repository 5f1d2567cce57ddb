use std::path::PathBuf;

/// Why a directory is not a model that can be opened.
#[derive(Debug, thiserror::Error)]
pub enum ModelDirError {
    /// The file is missing or unreadable.
    #[error("{}: {source}; a model directory holds config.json, model.safetensors and its labels or tokenizer", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// `config.json` is not what the model needs.
    #[error("{}: {why}; fetch the model again, or mend the file", path.display())]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The weights file contradicts itself.
    #[error("{}: not a sound safetensors file: {why}; nothing was loaded, fetch the model again", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// The lie.
        why: String,
    },
    /// More than [`super::Limits::max_model_bytes`].
    #[error("{}: the model is {} MB, the limit is {} MB; use a smaller model or variant", path.display(), bytes / 1_000_000, max_bytes / 1_000_000)]
    TooLarge {
        /// The model directory.
        path: PathBuf,
        /// Size of the weights.
        bytes: u64,
        /// The limit.
        max_bytes: u64,
    },
    /// The weights, as f32, would not fit into the memory that is free now.
    #[error("{}: needs {} MB of memory, {} MB are free; close something or use a smaller model", path.display(), need_bytes / 1_000_000, free_bytes / 1_000_000)]
    NotEnoughMemory {
        /// The model directory.
        path: PathBuf,
        /// Weights as f32.
        need_bytes: u64,
        /// What the system says is available.
        free_bytes: u64,
    },
    /// Labels or a tokenizer of absurd size.
    #[error("{}: larger than {} MB, which no label or tokenizer file is; fetch the model again", path.display(), max_bytes >> 20)]
    SideFileTooLarge {
        /// The file.
        path: PathBuf,
        /// The limit.
        max_bytes: u64,
    },
    /// A text file that is not UTF-8.
    #[error("{}: not UTF-8 text; fetch the model again", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
    },
}
