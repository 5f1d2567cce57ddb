//! What a pass of the model changes: words that stand, the tail, the language.

use super::super::listener::Listener;
use super::super::segments::Segment;
use super::super::transcriber::{Transcriber, seconds};
use super::super::voice::Region;
use super::agree::agreed;
use super::{Draft, LiveTranscriber};
use crate::inference::Result;

/// A language is kept once this much speech has been heard, in samples (3 s).
const ENOUGH_FOR_LANGUAGE: usize = 3 * super::super::SAMPLE_RATE_HZ as usize;

impl LiveTranscriber {
    /// Hears the window and confirms what this draft and the last agree upon. Returns the samples heard.
    pub(super) fn draft(
        &mut self,
        transcriber: &Transcriber,
        speech: &[Region],
        listener: &mut dyn Listener,
    ) -> Result<usize> {
        let now = self.now();
        let pass = self.pass(transcriber, now, true, listener)?;
        let heard = now - self.window;
        // Without words since the last pause, saying nothing is being deaf to what follows it.
        let Some(said) = pass.said.filter(|said| self.open || !said.tokens.is_empty()) else {
            // Or a loop, or a guess. The words of the last draft stay in view, but nobody has agreed to them; the next
            // draft starts afresh.
            self.draft.until = now;
            self.start_at_clean();
            return Ok(heard);
        };
        let mut stands = 0;
        if self.keep_language(&pass.language, speech) {
            let (vocabulary, spaced) = (&transcriber.vocabulary, self.spaced());
            stands = agreed(vocabulary, &self.draft.tokens, &said.tokens, &said.log_probabilities, spaced)?;
        }
        if stands > 0 {
            let until = self.draft.until;
            self.write(transcriber, &said.tokens[..stands], &said.log_probabilities[..stands], speech, until)?;
            self.confirmed_until = self.confirmed_until.max(until);
        }
        self.draft = Draft { tokens: said.tokens[stands..].to_vec(), until: now };
        let text = transcriber.vocabulary.text(&self.draft.tokens)?;
        self.tail = if self.confirmed.is_empty() { text.trim().into() } else { text.trim_end().into() };
        let bare = !text.is_empty() && !text.starts_with(' ');
        if bare && !self.open && !self.confirmed.is_empty() && self.spaced() {
            self.tail.insert(0, ' ');
        }
        Ok(heard)
    }

    /// Writes down for good what was said until `until`, and closes the segment. Returns the samples heard.
    pub(super) fn settle(
        &mut self,
        transcriber: &Transcriber,
        speech: &[Region],
        until: usize,
        speech_end: usize,
        listener: &mut dyn Listener,
    ) -> Result<usize> {
        let mut heard = until - self.window;
        let mut pass = self.pass(transcriber, until, false, listener)?;
        let deaf = pass.said.as_ref().is_none_or(|said| said.tokens.is_empty() || said.is_silence());
        if deaf && !self.open && self.clean > self.window {
            // After a pause Whisper sometimes believes that all was said. Somebody speaks, so it hears that alone.
            self.start_at_clean();
            heard += until - self.window;
            pass = self.pass(transcriber, until, false, listener)?;
        }
        self.keep_language(&pass.language, speech);
        if let Some(said) = pass.said.filter(|said| !said.is_silence()) {
            self.doubtful |= said.is_doubtful();
            self.write(transcriber, &said.tokens, &said.log_probabilities, speech, speech_end)?;
        }
        self.clean = until;
        self.confirmed_until = self.confirmed_until.max(until);
        self.clean_tokens = self.written.tokens.len();
        self.draft = Draft { tokens: Vec::new(), until };
        self.tail.clear();
        if std::mem::take(&mut self.open)
            && let Some(segment) = self.confirmed.last_mut()
        {
            segment.end_s = seconds(speech_end).max(segment.start_s);
            self.finished += &segment.text;
            self.finished_speech += speech.iter().filter(|r| r.start < until).map(|r| r.end - r.start).sum::<usize>();
            listener.segment(segment);
        }
        Ok(heard)
    }

    /// Keeps the language once enough was heard, and says whether it is known.
    fn keep_language(&mut self, detected: &Option<(&'static str, f32)>, speech: &[Region]) -> bool {
        let heard = self.finished_speech + speech.iter().map(|r| r.end - r.start).sum::<usize>();
        if let Some((language, probability)) = detected.filter(|_| heard >= ENOUGH_FOR_LANGUAGE) {
            self.language = Some(language);
            self.language_probability = Some(probability);
        }
        self.language.is_some()
    }

    /// Confirms `tokens`, said until `end`: the open segment grows, or one opens.
    fn write(
        &mut self,
        transcriber: &Transcriber,
        tokens: &[u32],
        log_probabilities: &[f32],
        speech: &[Region],
        end: usize,
    ) -> Result<()> {
        self.written.tokens.extend_from_slice(tokens);
        self.written.log_probabilities.extend_from_slice(log_probabilities);
        let text = transcriber.vocabulary.text(&self.written.tokens[self.clean_tokens..])?.trim().to_string();
        if text.is_empty() {
            return Ok(());
        }
        let start_s = seconds(speech.first().map_or(self.clean, |r| r.start).max(self.clean));
        let end_s = seconds(end);
        match self.confirmed.last_mut().filter(|_| self.open) {
            Some(segment) => {
                segment.text = text;
                segment.end_s = end_s.max(segment.end_s);
            }
            None => {
                if self.spaced() && !self.finished.is_empty() {
                    self.finished.push(' ');
                }
                self.confirmed.push(Segment { start_s, end_s: end_s.max(start_s), text });
            }
        }
        self.open = true;
        Ok(())
    }
}
