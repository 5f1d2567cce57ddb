//! What the device senses. A trait each, a backend a file; none knows of models.

pub mod microphone;
