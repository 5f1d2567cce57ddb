//! What is learned from.

use crate::lab::evaluate::LabelledText;

/// What is known of a text beside what a teacher says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// This class.
    Class(u32),
    /// That it feels like nothing: every class is as likely. A teacher that knows two feelings cannot say so.
    Neutral,
    /// Nothing.
    Unknown,
}

/// A text to learn from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// As it was written.
    pub text: String,
    /// What is known of it.
    pub label: Label,
}

impl From<LabelledText> for Text {
    fn from(labelled: LabelledText) -> Self {
        Self { text: labelled.text, label: Label::Class(labelled.class as u32) }
    }
}
