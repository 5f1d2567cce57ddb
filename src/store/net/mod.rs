//! Downloads that survive bad networks and wrong servers.
//!
//! Address in, complete and verified file out. A [`Client`] asks, follows redirects and keeps the token to
//! the hub; a [`Partial`](partial::Partial) is what lies on the disk between two tries; [`download()`] brings
//! both together. hf-hub builds the addresses and finds the token, but its own download cannot be used: it
//! sends the token on to whomever the hub redirects to, has no timeout, and panics on a redirect without
//! an address.

mod client;
mod download;
mod headers;
mod partial;
mod retry;

pub use client::Client;
pub use download::{Checked, Job, download, fetch_small};
