//! The sound that is kept, and where the window in it starts.

use super::super::piece::MAX_CONTEXT_TOKENS;
use super::super::voice::{self, Region};
use super::{Draft, LiveTranscriber};

/// So much sound is kept before the window, in samples (10 s): voice activity measures its level over it.
pub(super) const BACKGROUND: usize = 10 * super::super::SAMPLE_RATE_HZ as usize;

impl LiveTranscriber {
    /// Where somebody speaks, as positions in the stream.
    pub(super) fn regions(&self) -> Vec<Region> {
        let shift = |r: Region| Region { start: r.start + self.sound_start, end: r.end + self.sound_start };
        voice::speech_regions(&self.sound).into_iter().map(shift).collect()
    }

    /// Nobody speaks: nothing is left of a draft, and where nobody spoke for so long, nobody will have.
    pub(super) fn rest(&mut self) {
        self.draft = Draft { tokens: Vec::new(), until: self.now() };
        self.tail.clear();
        let quiet = self.now().saturating_sub(BACKGROUND);
        if self.written.tokens.is_empty() && self.clean < quiet {
            self.window = quiet;
            self.clean = quiet;
            self.confirmed_until = self.confirmed_until.max(quiet);
        }
    }

    /// Lets what stands leave a long window, and starts the window where the speech starts.
    pub(super) fn trim(&mut self, longest: usize, speech: Option<&Region>) {
        let next_speech = speech.map_or(self.now(), |r| r.start);
        if self.place(longest).should_trim(next_speech) {
            self.start_at_clean();
        }
        if self.written.tokens.is_empty()
            && let Some(speech) = speech
        {
            self.window = self.window.max(speech.start);
            self.clean = self.clean.max(self.window);
            self.confirmed_until = self.confirmed_until.max(self.window);
        }
    }

    /// Starts the window after what is written down for good, which becomes its context.
    pub(super) fn start_at_clean(&mut self) {
        let trusted = self.options.context && !std::mem::take(&mut self.doubtful);
        let gone: Vec<u32> = self.written.tokens.drain(..self.clean_tokens).collect();
        self.written.log_probabilities.drain(..self.clean_tokens);
        self.clean_tokens = 0;
        self.window = self.clean;
        if trusted {
            self.context.extend(gone);
            self.context.drain(..self.context.len().saturating_sub(MAX_CONTEXT_TOKENS));
        } else {
            self.context.clear();
        }
    }

    /// Forgets sound that is no longer needed.
    pub(super) fn forget(&mut self) {
        let gone = self.window.saturating_sub(BACKGROUND).saturating_sub(self.sound_start);
        self.sound.drain(..gone);
        self.sound_start += gone;
    }
}
