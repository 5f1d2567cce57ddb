//! An hour in a person's hand, on a virtual clock: how a way of pacing inference fares against heat and battery.
//!
//! In go a [`Setup`] (the phone, what is done with it, how long a run takes) and a [`Pacer`]; out comes an [`Hour`].
//! The phone is a two-node thermal model that slows its clock when its skin grows hot, so heat feeds back into
//! latency. The adaptive pacer is the app's own [`Scheduler`](crate::scheduler::Scheduler), which sees only what a
//! phone would tell it: a status and a headroom, once a second, in tenths of a degree.

mod hour;
mod pacer;
mod phone;
mod plot;
mod table;
#[cfg(test)]
mod tests;
mod usage;

pub use hour::{Hour, Sample, Setup, run};
pub use pacer::{Pacer, best_constant};
pub use phone::{LIMIT_SKIN_C, Phone};
pub use plot::plot;
pub use table::table;
pub use usage::{Motion, Step, Usage, UsageError};
