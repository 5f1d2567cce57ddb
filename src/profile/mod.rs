//! How long something took and how much memory it needed.
