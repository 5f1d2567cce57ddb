//! When inference may run, and why not.
//!
//! In go the time, [`Signals`] (heat, battery, scene, whether the app is in view, a person's tap) and a
//! [`History`]; out comes a [`Verdict`]. [`decide`] is pure: whoever calls it reads the clock and the sensors.
//! [`Scheduler`] keeps the books around it for one stream of work.
//!
//! The interval in force is the longest of: the person's minimum, what the heat ladder allows ([`LADDER`]), the
//! model's latency over the rung's duty, and the battery table. A scene that stands still is not looked at again
//! until the last result has reached the maximum age. Slowing down takes effect at once; speeding up needs the phone
//! to have been clearly cooler for a while, and goes one rung at a time, so that the rate does not swing.

mod counts;
mod decide;
mod heat;
mod history;
#[cfg(test)]
mod laws;
mod newest;
mod policy;
mod scene;
mod signals;
mod supply;
#[cfg(test)]
mod tests;

pub use counts::Counts;
pub use decide::{Pace, Scheduler, Verdict, decide, pace};
pub use heat::{LADDER, Rung};
pub use history::History;
pub use newest::{Newest, Slot};
pub use policy::{Care, Effort, Policy, Reason};
pub use scene::{Luma, SceneGate};
pub use signals::{Power, Scene, Signals, Supply, ThermalStatus};
