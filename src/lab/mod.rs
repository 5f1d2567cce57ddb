//! What happens on the host only: trying out what a phone would take hours for.

pub mod simulate;
