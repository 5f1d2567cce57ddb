//! What the device senses: a trait each, a backend a file. A sensor knows nothing of models or screens.

pub mod power;
