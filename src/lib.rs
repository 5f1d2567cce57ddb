//! Onhand sees, hears and reads on the device: nothing leaves the phone.
//!
//! | module | what it is for |
//! |---|---|
//! | [`model_dir`] | a model on disk: configuration, weights, labels; opened and checked |
//! | [`inference`] | image classification, speech recognition, sentiment: plain data in, plain data out |
//! | [`sensors`] | what the device senses, live or replayed |
//! | [`store`] | which models exist, and how they get onto the disk |
//! | [`profile`] | how long it took, and how much memory |
//! | `app` | what people see; behind the feature of that name |
//!
//! `tests/modules.rs` holds who may use whom.

#[cfg(feature = "app")]
pub mod app;
pub mod inference;
pub mod model_dir;
pub mod profile;
pub mod sensors;
pub mod store;
