//! What happens on the host only: making models smaller and judging them, trying out what a phone would take hours for,
//! and laying side by side what phones sent.

pub mod compare;
pub mod distil;
pub mod evaluate;
pub mod finetune;
pub mod made;
pub mod prune;
pub mod quantize;
pub mod report;
pub mod simulate;
pub mod train;
mod whole_file;

pub use whole_file::write_whole;
