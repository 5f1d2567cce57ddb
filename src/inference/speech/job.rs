//! One recording on its way to text: what was found out so far, and the next piece.

use super::audio::SAMPLE_RATE_HZ;
use super::config::Config;
use super::decode::{Prompt, Said, Scribe, echoes, stutters};
use super::languages::writes_without_spaces;
use super::listener::{Listener, Stage};
use super::model::DecoderState;
use super::segments::cut;
use super::transcriber::{Task, TranscribeOptions, Transcriber, Transcript, seconds};
use super::voice::{self, Region};
use crate::inference::{Error, Result};
use candle_core::{Device, Tensor};

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
/// Above this temperature the text is too wild to be the context of what follows.
/// <https://github.com/openai/whisper/blob/v20240930/whisper/transcribe.py> (`prompt_reset_since`)
const MAX_CONTEXT_TEMPERATURE: f32 = 0.5;

/// Tokens of context: two or three sentences. OpenAI takes 223; with them ten minutes of repeated clips had
/// a sentence twice at four seams of 28, and a word once misheard stayed so in every later round.
const MAX_CONTEXT_TOKENS: usize = 64;

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
        let Transcriber { model, vocabulary, config, .. } = transcriber;
        Self {
            scribe: Scribe::new(&model.decoder, vocabulary, config, options.timestamps),
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
        let mut next = Some(piece);
        while let Some(piece) = next {
            next = self.once(piece, listener)?;
        }
        listener.progress(seconds(piece.end), self.transcript.audio_s);
        Ok(())
    }

    /// Everything that was said.
    pub fn finish(self) -> Transcript {
        Transcript { no_speech: self.transcript.text.is_empty(), ..self.transcript }
    }

    /// Writes down `piece` and returns what the model left of it.
    fn once(&mut self, piece: Region, listener: &mut dyn Listener) -> Result<Option<Region>> {
        let samples = &self.samples[piece.start..piece.end];
        let Transcriber { model, vocabulary, .. } = self.transcriber;
        begin(listener, Stage::Mel)?;
        let mel = self.mel(samples)?;
        begin(listener, Stage::Encode)?;
        let heard = model.encoder.forward(&mel)?;
        begin(listener, Stage::Tokens)?;
        let mut state = model.decoder.start(&heard)?;
        self.settle_language(&mut state)?;
        let max_tokens = max_tokens(samples.len(), &self.transcriber.config);
        let said = self.listen(&mut state, max_tokens, listener)?;
        if said.is_silence() {
            return Ok(None);
        }
        let cut = cut(vocabulary, &said.tokens, seconds(piece.start), seconds(samples.len()))?;
        cut.segments.iter().for_each(|segment| listener.segment(segment));
        self.transcript.segments.extend(cut.segments);
        self.append(said)?;
        Ok(cut.resume_s.and_then(|s| self.rest(piece, s)))
    }

    /// Writes down with what was said before as context. Where that makes the model say something twice, without:
    /// somebody who does say it twice is heard all the same.
    fn listen(&self, state: &mut DecoderState, max_tokens: usize, listener: &mut dyn Listener) -> Result<Said> {
        let mut write_down = |context: &[u32]| {
            let prompt = self.prompt(max_tokens, context);
            self.scribe.write_down(state, &prompt, max_tokens, &mut || listener.cancelled())
        };
        let said = write_down(&self.context)?;
        let text = |tokens: &[u32]| self.transcriber.vocabulary.text(tokens);
        let twice = stutters(&said.tokens) || echoes(&text(&self.context)?, &text(&said.tokens)?);
        if twice && !self.context.is_empty() { write_down(&[]) } else { Ok(said) }
    }

    /// The sound at its real length, but no less than the floor: `(mels, frames)`.
    fn mel(&self, samples: &[f32]) -> Result<Tensor> {
        let Transcriber { mel, config, .. } = self.transcriber;
        let most = config.max_source_positions;
        let real = samples.len().div_ceil(SAMPLES_PER_POSITION) + MARGIN_POSITIONS;
        let positions = if self.options.full_length { most } else { real.max(MIN_POSITIONS).min(most) };
        let frames = 2 * positions;
        Ok(Tensor::from_vec(mel.log_mel(samples, frames), (config.num_mel_bins, frames), &Device::Cpu)?)
    }

    /// Detects the language of the first piece, unless it was given.
    fn settle_language(&mut self, state: &mut DecoderState) -> Result<()> {
        if self.language.is_none() {
            let languages = self.scribe.detect_language(state)?;
            self.language = languages.first().map(|(code, _)| *code);
            self.transcript.language = self.language;
            self.transcript.language_probability = languages.first().map(|(_, probability)| *probability);
        }
        Ok(())
    }

    fn prompt(&self, max_tokens: usize, context: &[u32]) -> Prompt {
        let special = &self.transcriber.vocabulary.special;
        let capacity = self.transcriber.config.max_target_positions;
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
        if let Some((_, language)) = special.languages.iter().find(|(code, _)| Some(*code) == self.language) {
            after_start.push(*language);
            after_start.push(match self.options.task {
                Task::Transcribe => special.transcribe,
                Task::Translate => special.translate,
            });
        }
        if !self.options.timestamps {
            after_start.push(special.no_timestamps);
        }
        Prompt { until_start, after_start }
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
        if !self.options.context || said.temperature > MAX_CONTEXT_TEMPERATURE {
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

/// No more tokens than can be said in so many samples, and than the decoder holds.
fn max_tokens(samples: usize, config: &Config) -> usize {
    let sayable = samples * MAX_TOKENS_PER_SECOND / SAMPLE_RATE_HZ as usize + SPARE_TOKENS;
    sayable.min(config.max_target_positions - PROMPT_TOKENS)
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
        let job = Job::new(&transcriber, &[], &plain, Some("ko"));
        let prompt = job.prompt(20, &[1, 2, 3]);
        assert_eq!(prompt.until_start, [special.previous, 1, 2, 3, special.start]);
        assert_eq!(prompt.after_start, [id("ko"), special.transcribe, special.no_timestamps]);
        // The decoder holds 64: 57 to say leave room for two tokens of context, 60 for none.
        assert_eq!(job.prompt(57, &[1, 2, 3]).until_start, [special.previous, 2, 3, special.start]);
        assert_eq!(job.prompt(60, &[1, 2, 3]).until_start, [special.start]);

        let timed = TranscribeOptions { task: Task::Translate, timestamps: true, ..TranscribeOptions::default() };
        let job = Job::new(&transcriber, &[], &timed, Some("de"));
        assert_eq!(job.prompt(20, &[]).after_start, [id("de"), special.translate]);
        let english = testing::transcriber(false);
        assert!(Job::new(&english, &[], &timed, Some("en")).prompt(20, &[]).after_start.is_empty());
    }

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

    #[test]
    fn the_cap_grows_with_the_sound_and_fits_the_decoder() {
        let config = &testing::transcriber(true).config;
        assert_eq!(max_tokens(0, config), SPARE_TOKENS);
        assert_eq!(max_tokens(16_000, config), SPARE_TOKENS + MAX_TOKENS_PER_SECOND);
        assert_eq!(max_tokens(4_000_000, config), 60);
    }
}
