//! What the device senses. A trait for each sense, a backend a file; none knows of models or of screens.
//!
//! | module | what it is for |
//! |---|---|
//! | [`bridge`] | the socket to the app's own page, for what only a web view may use |
//! | [`camera`] | the newest picture, upright |
//! | [`microphone`] | sound: mono, 16 kHz, in order |
//! | [`page_files`] | files that are picked in the page |
//! | [`power`] | heat and battery |

pub mod bridge;
pub mod camera;
pub mod microphone;
pub mod page_files;
pub mod power;
