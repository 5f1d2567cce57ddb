//! What the model is given for one piece of sound: the mel spectrogram at its length, the prompt, the cap.

use super::audio::SAMPLE_RATE_HZ;
use super::decode::{Prompt, Written};
use super::listener::{Listener, Stage};
use super::network::Heard;
use super::transcriber::{Task, TranscribeOptions, Transcriber};
use crate::inference::{Error, Result};

/// Samples for one position of the encoder: two mel frames.
pub(super) const SAMPLES_PER_POSITION: usize = 2 * super::mel::HOP;
/// Padding that the encoder gets after the sound, in positions of 20 ms.
const MARGIN_POSITIONS: usize = 100;
/// The encoder never gets less, in positions of 20 ms. Whisper was trained on 1500 only, and loops when it
/// gets much less: with the margin alone the first second of a clip becomes "he hoped. He hoped. He hoped."
/// Against faster-whisper on six clips, tiny.en and base, ten answers in all:
///
/// | floor | same tokens | same words | base, encoder alone |
/// |---|---|---|---|
/// | none | 4 | 9 | 0.2 to 0.4 |
/// | 750 | 7 | 10 | 0.4 |
/// | 1000 | 9 | 10 | 0.6 |
/// | 1500 | 10 | 10 | 1 |
///
/// The one that differs at 1000 has "eyes, even" for "eyes. Even", a lead of 0.09 in the logits. The last
/// column is the share of the arithmetic. `tests/reference_speech.rs` repeats the comparison; its ignored
/// test holds the first seconds of every clip against the full length.
const MIN_POSITIONS: usize = 1000;
/// Nobody says more tokens a second; a decoder that does is in a loop. The densest clip at hand (Korean)
/// has 4.4; 10 leaves room for fast speech in scripts that take several tokens a syllable.
const MAX_TOKENS_PER_SECOND: usize = 10;
/// On top, for what is said in less than a second.
const SPARE_TOKENS: usize = 20;
/// Tokens of a prompt without context: start, language, task, times.
const PROMPT_TOKENS: usize = 4;
/// Tokens of context: two or three sentences. OpenAI takes 223; with them ten minutes of repeated clips had
/// a sentence twice at four seams of 28, and a word once misheard stayed so in every later round.
pub(super) const MAX_CONTEXT_TOKENS: usize = 64;

impl Transcriber {
    /// The longest piece that the encoder takes, in samples.
    pub(super) fn max_piece(&self) -> usize {
        self.config.max_source_positions * SAMPLES_PER_POSITION
    }

    /// Encodes a piece of sound of at most [`Self::max_piece`], for the decoder to start on.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::Unit`].
    pub(super) fn hear(
        &self,
        samples: &[f32],
        options: &TranscribeOptions,
        listener: &mut dyn Listener,
    ) -> Result<Box<dyn Heard + '_>> {
        begin(listener, Stage::Mel)?;
        let mel = self.log_mel(samples, options.full_length);
        begin(listener, Stage::Encode)?;
        let heard = self.network.hear(&mel)?;
        begin(listener, Stage::Tokens)?;
        Ok(heard)
    }

    /// The sound at its real length, but no less than the floor, frame after frame.
    fn log_mel(&self, samples: &[f32], full_length: bool) -> Vec<f32> {
        let Transcriber { mel, config, .. } = self;
        let most = config.max_source_positions;
        let real = samples.len().div_ceil(SAMPLES_PER_POSITION) + MARGIN_POSITIONS;
        let positions = if full_length { most } else { real.max(MIN_POSITIONS).min(most) };
        mel.log_mel(samples, 2 * positions)
    }

    /// What steers the decoder, with as much of `context` as there is room for.
    pub(super) fn prompt(
        &self,
        options: &TranscribeOptions,
        language: Option<&str>,
        max_tokens: usize,
        context: &[u32],
    ) -> Prompt {
        let special = &self.vocabulary.special;
        let capacity = self.config.max_target_positions;
        // The context gives way to what is to be said; `<|startofprev|>` takes one more.
        let room = capacity.saturating_sub(max_tokens + PROMPT_TOKENS + 1);
        let context = &context[context.len().saturating_sub(room)..];
        let mut until_start = Vec::new();
        if !context.is_empty() {
            until_start.push(special.previous);
            until_start.extend_from_slice(context);
        }
        until_start.push(special.start);
        let mut after_start = Vec::new();
        // English-only models have neither languages nor tasks.
        if let Some((_, language)) = special.languages.iter().find(|(code, _)| Some(*code) == language) {
            after_start.push(*language);
            after_start.push(match options.task {
                Task::Transcribe => special.transcribe,
                Task::Translate => special.translate,
            });
        }
        if !options.timestamps {
            after_start.push(special.no_timestamps);
        }
        Prompt { until_start, after_start, written: Written::default() }
    }

    /// No more tokens than can be said in so many samples, and than the decoder holds.
    pub(super) fn max_tokens(&self, samples: usize) -> usize {
        let sayable = samples * MAX_TOKENS_PER_SECOND / SAMPLE_RATE_HZ as usize + SPARE_TOKENS;
        sayable.min(self.config.max_target_positions - PROMPT_TOKENS)
    }
}

fn begin(listener: &mut dyn Listener, stage: Stage) -> Result<()> {
    if listener.cancelled() {
        return Err(Error::Cancelled);
    }
    listener.stage(stage);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    #[test]
    fn a_prompt_names_language_and_task_and_gives_way_to_what_is_said() {
        let transcriber = testing::transcriber(true);
        let special = &transcriber.vocabulary.special;
        let id = |code| special.languages.iter().find(|(c, _)| *c == code).unwrap().1;
        let plain = TranscribeOptions::default();
        let prompt = transcriber.prompt(&plain, Some("ko"), 20, &[1, 2, 3]);
        assert_eq!(prompt.until_start, [special.previous, 1, 2, 3, special.start]);
        assert_eq!(prompt.after_start, [id("ko"), special.transcribe, special.no_timestamps]);
        // The decoder holds 64: 57 to say leave room for two tokens of context, 60 for none.
        assert_eq!(
            transcriber.prompt(&plain, Some("ko"), 57, &[1, 2, 3]).until_start,
            [special.previous, 2, 3, special.start]
        );
        assert_eq!(transcriber.prompt(&plain, Some("ko"), 60, &[1, 2, 3]).until_start, [special.start]);

        let timed = TranscribeOptions { task: Task::Translate, timestamps: true, ..TranscribeOptions::default() };
        assert_eq!(transcriber.prompt(&timed, Some("de"), 20, &[]).after_start, [id("de"), special.translate]);
        let english = testing::transcriber(false);
        assert!(english.prompt(&timed, Some("en"), 20, &[]).after_start.is_empty());
    }

    #[test]
    fn the_cap_grows_with_the_sound_and_fits_the_decoder() {
        let transcriber = testing::transcriber(true);
        assert_eq!(transcriber.max_tokens(0), SPARE_TOKENS);
        assert_eq!(transcriber.max_tokens(16_000), SPARE_TOKENS + MAX_TOKENS_PER_SECOND);
        assert_eq!(transcriber.max_tokens(4_000_000), 60);
    }
}
