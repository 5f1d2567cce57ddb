//! The three models: what the camera sees, what the microphone hears, how a text feels.
//!
//! Each has a `load(&ModelDir, &Options)` and methods from plain data to plain data. They own no thread
//! and read no clock: whoever calls them measures.

mod cost;
#[cfg(test)]
mod int8_tests;
mod layers;
mod on_candle;
#[cfg(test)]
#[path = "../../tests/common/mod.rs"]
mod reference;
pub mod speech;
pub mod text;
mod unit;
pub mod vision;
mod weights;

pub use cost::{Cost, cost};
pub use unit::{Fallback, Lack, Placed, Unit};
pub use weights::{family, stored_variant, tensors, verify_tensors};

use crate::model_dir::ModelDirError;

/// The precision of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variant {
    /// 32-bit floats.
    F32,
    /// 16-bit floats on disk, half the size. Arithmetic is f32.
    F16,
    /// 8-bit whole numbers where that is faster: weights, and the inputs of what multiplies matrices. As they are on disk,
    /// where they are; else made of the floats there.
    Int8,
}

impl std::fmt::Display for Variant {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Self::F32 => "f32",
            Self::F16 => "f16",
            Self::Int8 => "int8",
        })
    }
}

impl std::str::FromStr for Variant {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        [Self::F32, Self::F16, Self::Int8]
            .into_iter()
            .find(|variant| variant.to_string() == name)
            .ok_or_else(|| format!("{name} is no variant; f32, f16 and int8 are"))
    }
}

/// How a model is loaded.
///
/// What it may cost is asked earlier, where a refusal is cheap: [`Limits`](crate::model_dir::Limits) go to
/// [`ModelDir::open`](crate::model_dir::ModelDir::open).
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The precision; `None` takes what is on disk. Bytes are computed on the processor only: on another unit, a model
    /// that is asked for in bytes is computed in floats.
    pub variant: Option<Variant>,
    /// Threads that compute; `None`: as many as `RAYON_NUM_THREADS` says, or as this machine has cores. Pictures are too
    /// small to be shared, and take one whatever is said here. Other units than the processor have no use for it.
    pub threads: Option<usize>,
    /// What computes texts and speech. Where that cannot be had the processor does, and the model says so.
    pub unit: Unit,
}

impl Options {
    /// Whether matrices are multiplied in bytes.
    fn int8(&self) -> bool {
        self.variant == Some(Variant::Int8)
    }

    /// The precision that the weights on disk must have; bytes are there or are made of any.
    fn stored(&self) -> Option<Variant> {
        self.variant.filter(|_| !self.int8())
    }
}

/// Why a model could not be loaded or could not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The model directory is not sound.
    #[error(transparent)]
    ModelDir(#[from] ModelDirError),
    /// The weights are not those that the configuration asks for.
    #[error("{model}: the weights do not fit config.json: {}; fetch the model again", problems.join("; "))]
    Tensors {
        /// The model's name.
        model: String,
        /// Each missing, extra or misshapen tensor.
        problems: Vec<String>,
    },
    /// The directory holds a model of another kind.
    #[error("{model} is a {got} model, {want} is needed; choose another model")]
    WrongFamily {
        /// The model's name.
        model: String,
        /// What its configuration says.
        got: String,
        /// What was asked for.
        want: &'static str,
    },
    /// The weights have another precision than was asked for.
    #[error("{model} is stored as {got}, {want} was asked for; install that variant or ask for {got}")]
    WrongVariant {
        /// The model's name.
        model: String,
        /// On disk.
        got: Variant,
        /// In the options.
        want: Variant,
    },
    /// Something that a person gave cannot be used: a torn image, an empty sound, a text too long.
    #[error("{0}")]
    Input(String),
    /// The model's own files contradict each other.
    #[error("{model}: {why}; fetch the model again")]
    Model {
        /// The model's name.
        model: String,
        /// What is wrong.
        why: String,
    },
    /// A unit that was there when the model was loaded gave up: out of memory, or taken away from an app that is out of
    /// view.
    #[error("{unit} could not compute this ({why}); try again, or compute on the processor")]
    Unit {
        /// The unit.
        unit: Unit,
        /// What it said.
        why: String,
    },
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// candle refused an operation: a fault of ours.
    #[error("the computation failed ({0}); please report this with the input that caused it")]
    Candle(#[from] candle_core::Error),
}

/// The result of everything in this module.
pub type Result<T> = std::result::Result<T, Error>;
