//! What is said to somebody who does not look: one polite live region for the whole app.

use dioxus::prelude::*;

/// Says sentences through the live region that the shell draws.
#[derive(Clone, Copy, PartialEq)]
pub struct Announcer(pub Signal<String>);

impl Announcer {
    /// Says `sentence` when the screen reader has time.
    pub fn say(mut self, sentence: String) {
        self.0.set(sentence);
    }
}
