//! Who watches a transcription: how far it is, and whether to stop.

use super::segments::Segment;

/// What a transcription does next. Each stage comes once a piece of at most 30 s, [`Stage::Voice`] once a
/// recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stage {
    /// Looking for speech.
    Voice,
    /// Samples to mel spectrogram.
    Mel,
    /// Mel spectrogram to what the decoder attends to.
    Encode,
    /// Writing down, token by token; the language is detected here too.
    Tokens,
}

/// Watches a transcription. The engine reads no clock: who wants times takes them here.
pub trait Listener {
    /// Whether to stop. Asked before each stage and each token; a stage takes well under a second a piece.
    fn cancelled(&mut self) -> bool {
        false
    }

    /// A stage begins; the last has ended.
    fn stage(&mut self, _stage: Stage) {}

    /// A segment is final.
    fn segment(&mut self, _segment: &Segment) {}

    /// So many seconds of the recording are done.
    fn progress(&mut self, _done_s: f64, _total_s: f64) {}
}

/// Nobody watches.
impl Listener for () {}
