//! Models as the app knows them: what each is for, what is installed, and fetching more.
//!
//! ```text
//! taps ─▶ Fetcher (threads) ─▶ Update ─▶ Board ─▶ the Models screen
//!              │ store            └─▶ what is installed ─▶ every screen that needs a model
//! ```
//! [`Board`] is pure: what a screen shows is decided there, from plain updates. The threads of [`Fetcher`] do the work.

mod board;
mod fetcher;
mod installed;
mod meter;
mod plan;
mod purpose;
mod queue;
mod to_load;
mod trouble;

pub use board::{Board, Status, Update, Verdict};
pub use fetcher::{Fetcher, Setup};
pub use installed::{InstalledModel, Origin, chosen, look};
pub use meter::{Meter, Reading};
pub use plan::{Offer, Route, can_use_pip, routes, starter};
pub use purpose::Purpose;
pub use to_load::ToLoad;
pub use trouble::Trouble;

/// Models as they would be found, for tests of what shows them.
#[cfg(test)]
pub(super) use installed::tests as fixture;
