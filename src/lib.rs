//! Onhand sees, hears and reads on the device: nothing leaves the phone.
//!
//! | module | what it is for |
//! |---|---|
//! | [`model_dir`] | a model on disk: configuration, weights, labels; opened and checked |
//! | [`resample`] | sound of any rate to the one that speech models hear |
//! | [`inference`] | image classification, speech recognition, sentiment: plain data in, plain data out |
//! | [`kernels`] | the arithmetic of the models: packed weights, vector instructions |
//! | [`store`] | which models exist, and how they get onto the disk |
//! | [`scheduler`] | when inference may run, and why not |
//! | [`sensors`] | camera, microphone, heat and battery: a trait each, a backend a file |
//! | [`system`] | what only the operating system knows or can do: folders, other apps, its cores |
//! | [`profile`] | how long it took, how much memory, on which device; what is kept of it |
//! | [`lab`] | on the host only: a simulated phone, and what real ones measured side by side |
//! | [`timeline`] | scripts of heat, battery and use: steps, each of which holds from its time on |
//! | `app` | what people see; behind the feature of that name |
//!
//! `tests/modules.rs` holds who may use whom.

// For what the tests of this crate share with those in `tests`, which know it by its name.
#[cfg(test)]
extern crate self as onhand;

#[cfg(feature = "app")]
pub mod app;
pub mod inference;
pub mod kernels;
pub mod lab;
pub mod model_dir;
pub mod profile;
pub mod resample;
pub mod scheduler;
pub mod sensors;
pub mod store;
pub mod system;
pub mod timeline;
