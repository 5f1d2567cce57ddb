//! Models on disk: which exist, how to fetch, verify, remove and find them.

mod locate;

pub use locate::{MODELS_VARIABLE, Places, is_plain_name};
