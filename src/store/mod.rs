//! Models on disk: which exist, how to fetch, verify, remove and find them.

mod convert;
mod locate;

pub use convert::{ConvertError, Recipe, convert};
pub use locate::{MODELS_VARIABLE, Places, is_plain_name};
