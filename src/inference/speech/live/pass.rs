//! One pass of the model over the window.

use super::super::decode::{Prompt, Said, Scribe, echoes, stutters};
use super::super::listener::Listener;
use super::super::transcriber::Transcriber;
use super::LiveTranscriber;
use crate::inference::Result;

/// What a pass gave.
pub(super) struct Pass {
    /// The words after the confirmed ones; none where a draft was a loop or a guess.
    pub said: Option<Said>,
    /// Code and probability, where the language is still open.
    pub language: Option<(&'static str, f32)>,
}

impl LiveTranscriber {
    /// Hears the window up to `until`. A draft is greedy, and none where that fails; what is for good is tried
    /// again as in [`Transcriber::transcribe`].
    pub(super) fn pass(
        &self,
        transcriber: &Transcriber,
        until: usize,
        draft: bool,
        listener: &mut dyn Listener,
    ) -> Result<Pass> {
        let sound = &self.sound[self.window - self.sound_start..until - self.sound_start];
        let max_tokens = transcriber.max_tokens(sound.len());
        if self.written.tokens.len() >= max_tokens {
            // More than can be said has been written already.
            return Ok(Pass { said: None, language: None });
        }
        let Transcriber { vocabulary, config, .. } = transcriber;
        let mut heard = transcriber.hear(sound, &self.options, listener)?;
        let scribe = Scribe::new(vocabulary, config, false);
        let detected = match self.language {
            Some(_) => None,
            None => scribe.detect_language(&mut *heard)?.first().copied(),
        };
        let language = self.language.or(detected.map(|(code, _)| code));
        let mut write_down = |context: &[u32]| {
            let prompt = transcriber.prompt(&self.options, language, max_tokens, context);
            let prompt = Prompt { written: self.written.clone(), ..prompt };
            let cancelled = &mut || listener.cancelled();
            if draft {
                scribe.draft(&mut *heard, &prompt, max_tokens, cancelled)
            } else {
                scribe.write_down(&mut *heard, &prompt, max_tokens, false, cancelled).map(Some)
            }
        };
        let mut said = write_down(&self.context)?;
        // Told what was said before, Whisper sometimes says it again; as in `Job::listen`.
        if !self.context.is_empty()
            && self.written.tokens.is_empty()
            && let Some(first) = &said
        {
            let twice =
                stutters(&first.tokens) || echoes(&vocabulary.text(&self.context)?, &vocabulary.text(&first.tokens)?);
            if twice {
                said = write_down(&[])?;
            }
        }
        Ok(Pass { said, language: detected })
    }
}
