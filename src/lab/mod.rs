//! What happens on the host only: trying out what a phone would take hours for, and laying side by side what phones sent.

pub mod report;
pub mod simulate;
pub mod train;
