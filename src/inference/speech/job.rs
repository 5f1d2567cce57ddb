//! One recording on its way to text: what was found out so far, and the next piece.

use super::audio::SAMPLE_RATE_HZ;
use super::decode::{Said, Scribe, echoes, stutters};
use super::languages::writes_without_spaces;
use super::listener::Listener;
use super::network::Heard;
use super::piece::MAX_CONTEXT_TOKENS;
use super::segments::cut;
use super::transcriber::{Task, TranscribeOptions, Transcriber, Transcript, seconds};
use super::voice::{self, Region};
use crate::inference::Result;

/// Shorter pieces are not halved: 8 s, in which nobody says a phrase of eight tokens four times.
const SHORTEST_HALVED: usize = 8 * SAMPLE_RATE_HZ as usize;

/// One recording on its way.
pub(super) struct Job<'a> {
    transcriber: &'a Transcriber,
    samples: &'a [f32],
    options: &'a TranscribeOptions,
    scribe: Scribe<'a>,
    language: Option<&'static str>,
    /// Tokens of the pieces before.
    context: Vec<u32>,
    transcript: Transcript,
}

impl<'a> Job<'a> {
    pub fn new(
        transcriber: &'a Transcriber,
        samples: &'a [f32],
        options: &'a TranscribeOptions,
        language: Option<&'static str>,
    ) -> Self {
        let Transcriber { vocabulary, config, .. } = transcriber;
        Self {
            scribe: Scribe::new(vocabulary, config, options.timestamps),
            transcriber,
            samples,
            options,
            language,
            context: Vec::new(),
            transcript: Transcript {
                text: String::new(),
                tokens: Vec::new(),
                // What was given is known, even when nobody speaks.
                language,
                language_probability: language.map(|_| 1.0),
                no_speech: true,
                segments: Vec::new(),
                audio_s: seconds(samples.len()),
                margins: Vec::new(),
            },
        }
    }

    /// Writes down one piece, resuming where the model stopped early.
    pub fn write_down(&mut self, piece: Region, listener: &mut dyn Listener) -> Result<()> {
        // The next one is the last.
        let mut parts = vec![piece];
        while let Some(part) = parts.pop() {
            let left = self.once(part, listener)?;
            parts.extend(left.into_iter().rev());
        }
        listener.progress(seconds(piece.end), self.transcript.audio_s);
        Ok(())
    }

    /// Everything that was said.
    pub fn finish(self) -> Transcript {
        Transcript { no_speech: self.transcript.text.is_empty(), ..self.transcript }
    }

    /// Writes down `piece` and returns what the model left of it, in order.
    fn once(&mut self, piece: Region, listener: &mut dyn Listener) -> Result<Vec<Region>> {
        let samples = &self.samples[piece.start..piece.end];
        let vocabulary = &self.transcriber.vocabulary;
        let mut heard = self.transcriber.hear(samples, self.options, listener)?;
        self.settle_language(&mut *heard)?;
        let max_tokens = self.transcriber.max_tokens(samples.len());
        let may_be_cut = piece.end - piece.start >= SHORTEST_HALVED;
        let said = self.listen(&mut *heard, max_tokens, may_be_cut, listener)?;
        if said.is_silence() {
            return Ok(Vec::new());
        }
        if may_be_cut && !said.finished {
            return Ok(self.halves(piece).into());
        }
        let cut = cut(vocabulary, &said.tokens, seconds(piece.start), seconds(samples.len()))?;
        cut.segments.iter().for_each(|segment| listener.segment(segment));
        self.transcript.segments.extend(cut.segments);
        self.append(said)?;
        Ok(cut.resume_s.and_then(|s| self.rest(piece, s)).into_iter().collect())
    }

    /// `piece` cut in the quietest moment about its middle. A loop is cut off at its second round,
    /// and with it what was said after it; in a half there are fewer rounds of what somebody does repeat.
    fn halves(&self, piece: Region) -> [Region; 2] {
        let length = piece.end - piece.start;
        let at = voice::quietest(self.samples, piece.start + length / 3, piece.end - length / 3);
        [Region { end: at, ..piece }, Region { start: at, ..piece }]
    }

    /// Writes down with what was said before as context. Where that makes the model say something twice, without:
    /// somebody who does say it twice is heard all the same.
    fn listen(
        &self,
        heard: &mut dyn Heard,
        max_tokens: usize,
        may_be_cut: bool,
        listener: &mut dyn Listener,
    ) -> Result<Said> {
        let mut write_down = |context: &[u32]| {
            let prompt = self.transcriber.prompt(self.options, self.language, max_tokens, context);
            self.scribe.write_down(heard, &prompt, max_tokens, may_be_cut, &mut || listener.cancelled())
        };
        let said = write_down(&self.context)?;
        let text = |tokens: &[u32]| self.transcriber.vocabulary.text(tokens);
        let twice = stutters(&said.tokens) || echoes(&text(&self.context)?, &text(&said.tokens)?);
        if twice && !self.context.is_empty() { write_down(&[]) } else { Ok(said) }
    }

    /// Detects the language of the first piece, unless it was given.
    fn settle_language(&mut self, heard: &mut dyn Heard) -> Result<()> {
        if self.language.is_none() {
            let languages = self.scribe.detect_language(heard)?;
            self.language = languages.first().map(|(code, _)| *code);
            self.transcript.language = self.language;
            self.transcript.language_probability = languages.first().map(|(_, probability)| *probability);
        }
        Ok(())
    }

    fn append(&mut self, said: Said) -> Result<()> {
        let vocabulary = &self.transcriber.vocabulary;
        let words = vocabulary.text(&said.tokens)?;
        let all = &mut self.transcript.text;
        let spaced = self.options.task == Task::Translate || !self.language.is_some_and(writes_without_spaces);
        if spaced && !all.is_empty() && !words.trim().is_empty() {
            all.push(' ');
        }
        all.push_str(words.trim());
        let spoken = said.tokens.iter().zip(&said.margins).filter(|(token, _)| vocabulary.special.is_text(**token));
        for (token, margin) in spoken {
            self.transcript.tokens.push(*token);
            self.transcript.margins.push(*margin);
        }
        if !self.options.context || said.is_doubtful() {
            self.context.clear();
        } else {
            self.context.extend(said.tokens);
            self.context.drain(..self.context.len().saturating_sub(MAX_CONTEXT_TOKENS));
        }
        Ok(())
    }

    /// What is left of `piece` from `done_s` on, if somebody speaks there. Without a second of progress the
    /// model would only hear the same again.
    fn rest(&self, piece: Region, done_s: f64) -> Option<Region> {
        let start = piece.start + (done_s * f64::from(SAMPLE_RATE_HZ)) as usize;
        let progress = start >= piece.start + SAMPLE_RATE_HZ as usize && start < piece.end;
        let rest = Region { start, ..piece };
        (progress && !voice::speech_regions(&self.samples[start..piece.end]).is_empty()).then_some(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn context_is_the_last_sentences_and_only_of_what_is_trusted() {
        let transcriber = testing::transcriber(true);
        let options = TranscribeOptions::default();
        let mut job = Job::new(&transcriber, &[], &options, Some("en"));
        let said =
            |temperature| Said { tokens: (65..115).collect(), margins: vec![1.0; 50], temperature, ..Said::default() };
        job.append(said(0.0)).unwrap();
        job.append(said(0.4)).unwrap();
        assert_eq!(job.context.len(), MAX_CONTEXT_TOKENS);
        assert_eq!(job.context.last(), Some(&114));
        job.append(said(0.6)).unwrap();
        assert!(job.context.is_empty());
        assert_eq!(job.transcript.tokens.len(), 150);
        // Pieces are joined by a space.
        assert_eq!(job.transcript.text.split(' ').count(), 3);
    }
}
