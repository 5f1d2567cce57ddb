//! From what the encoder heard to the tokens of one piece of sound.
//!
//! Greedy first. What looks like a loop or a guess is tried again with sampling at rising temperature, as
//! in section 4.5 of the Whisper paper (<https://arxiv.org/abs/2212.04356>). The sampling is seeded, so the
//! same sound always gives the same text.

mod quality;
mod rules;
mod sample;

use super::config::Config;
use super::network::Heard;
use super::tokenizer::Vocabulary;
use crate::inference::{Error, Result};
pub(super) use quality::{echoes, stutters};
use rules::Rules;
use sample::{Dice, greedy, log_sum_exp};

/// Tried in turn until one is good. Source of all five:
/// <https://github.com/openai/whisper/blob/v20240930/whisper/transcribe.py>
const TEMPERATURES: [f32; 6] = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0];
const MAX_COMPRESSION_RATIO: f32 = 2.4;
const MIN_MEAN_LOG_PROBABILITY: f32 = -1.0;
const MAX_NO_SPEECH_PROBABILITY: f32 = 0.6;
/// Above this temperature the text is too wild to be the context of what follows (`prompt_reset_since`).
const MAX_CONTEXT_TEMPERATURE: f32 = 0.5;

/// What steers the decoder before it speaks.
pub(super) struct Prompt {
    /// What was said before, and `<|startoftranscript|>`.
    pub until_start: Vec<u32>,
    /// Language, task, whether times are written; nothing for English-only models that write times.
    pub after_start: Vec<u32>,
    /// What was written down for good of this very sound: the decoder goes on after it.
    pub written: Written,
}

/// Tokens that stand, each with its log-probability.
#[derive(Debug, Clone, Default)]
pub(super) struct Written {
    pub tokens: Vec<u32>,
    pub log_probabilities: Vec<f32>,
}

/// One piece of sound, written down.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    /// Text and timestamps, without the end; after what the prompt says was written.
    pub tokens: Vec<u32>,
    /// Of each token.
    pub log_probabilities: Vec<f32>,
    /// How far each token led the runner-up, in logits.
    pub margins: Vec<f32>,
    /// Of the tokens and the end, with those written before.
    pub mean_log_probability: f32,
    pub no_speech_probability: f32,
    /// The temperature at which it was accepted, or the last one tried.
    pub temperature: f32,
    /// It ended by itself: neither cut at the cap nor in a loop.
    pub finished: bool,
}

impl Said {
    /// The model itself doubts that this is speech, and what it wrote down is a guess.
    pub fn is_silence(&self) -> bool {
        self.no_speech_probability > MAX_NO_SPEECH_PROBABILITY && self.mean_log_probability < MIN_MEAN_LOG_PROBABILITY
    }

    /// Too wild to be the context of what follows.
    pub fn is_doubtful(&self) -> bool {
        self.temperature > MAX_CONTEXT_TEMPERATURE
    }
}

/// Writes down pieces of sound with one vocabulary and one set of rules.
pub(super) struct Scribe<'a> {
    vocabulary: &'a Vocabulary,
    rules: Rules<'a>,
}

impl<'a> Scribe<'a> {
    pub fn new(vocabulary: &'a Vocabulary, config: &'a Config, timestamps: bool) -> Self {
        Self { vocabulary, rules: Rules::new(&vocabulary.special, config, timestamps) }
    }

    /// Each language that the model knows with its probability, likeliest first.
    ///
    /// # Errors
    /// [`Error::Unit`].
    pub fn detect_language(&self, heard: &mut dyn Heard) -> Result<Vec<(&'static str, f32)>> {
        let special = &self.vocabulary.special;
        heard.truncate(0)?;
        let logits = heard.step(&[special.start])?;
        let mut languages: Vec<_> = special.languages.iter().map(|&(code, id)| (code, logits[id as usize])).collect();
        let total = log_sum_exp(languages.iter().map(|(_, logit)| *logit));
        languages.iter_mut().for_each(|(_, x)| *x = (*x - total).exp());
        languages.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ok(languages)
    }

    /// At most `max_tokens` tokens. `cancelled` is asked before each. A sound that `may_be_cut` and gives a loop is not
    /// tried again: in its parts there is less to repeat.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::Unit`].
    pub fn write_down(
        &self,
        heard: &mut dyn Heard,
        prompt: &Prompt,
        max_tokens: usize,
        may_be_cut: bool,
        cancelled: &mut dyn FnMut() -> bool,
    ) -> Result<Said> {
        let mut best: Option<Said> = None;
        for (attempt, temperature) in TEMPERATURES.into_iter().enumerate() {
            let dice = (temperature > 0.0).then(|| Dice::new(attempt as u64));
            let said = self.attempt(heard, prompt, max_tokens, temperature, dice, cancelled)?;
            // Only what the model says when it is not made to guess tells whether it doubts: of somebody who repeats
            // himself it is sure, and a hot attempt at the same words is improbable whatever was said.
            let doubted = temperature == 0.0 && said.is_silence();
            if doubted
                || (may_be_cut && !said.finished)
                || (said.mean_log_probability >= MIN_MEAN_LOG_PROBABILITY && self.varied(&said, prompt)?)
            {
                return Ok(said);
            }
            let rank = |said: &Said| (said.finished, said.mean_log_probability);
            if best.as_ref().is_none_or(|best| rank(&said) > rank(best)) {
                best = Some(said);
            }
        }
        // None was good: the likeliest that ended by itself, marked as hot so that it is no context.
        let last = TEMPERATURES[TEMPERATURES.len() - 1];
        Ok(best.map(|said| Said { temperature: last, ..said }).unwrap_or_default())
    }

    /// What is said so far of a sound that goes on: greedy only, and nothing where that is a loop or a guess,
    /// since the next draft hears more.
    ///
    /// # Errors
    /// [`Error::Cancelled`], [`Error::Unit`].
    pub fn draft(
        &self,
        heard: &mut dyn Heard,
        prompt: &Prompt,
        max_tokens: usize,
        cancelled: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Said>> {
        let said = self.attempt(heard, prompt, max_tokens, 0.0, None, cancelled)?;
        let good = self.varied(&said, prompt)? && said.mean_log_probability >= MIN_MEAN_LOG_PROBABILITY;
        Ok(good.then_some(said))
    }

    /// Whether it ended by itself and is no loop.
    fn varied(&self, said: &Said, prompt: &Prompt) -> Result<bool> {
        let all = [&prompt.written.tokens[..], &said.tokens].concat();
        let ratio = quality::compression_ratio(self.vocabulary.text(&all)?.trim());
        Ok(said.finished && ratio <= MAX_COMPRESSION_RATIO)
    }

    fn attempt(
        &self,
        heard: &mut dyn Heard,
        prompt: &Prompt,
        max_tokens: usize,
        temperature: f32,
        mut dice: Option<Dice>,
        cancelled: &mut dyn FnMut() -> bool,
    ) -> Result<Said> {
        let special = &self.vocabulary.special;
        heard.truncate(0)?;
        let mut logits = heard.step(&prompt.until_start)?;
        let no_speech = logits[special.no_speech as usize] - log_sum_exp(logits.iter().copied());
        let mut said = Said { no_speech_probability: no_speech.exp(), temperature, ..Said::default() };
        let written = &prompt.written.tokens;
        let forced = [&prompt.after_start[..], written].concat();
        if !forced.is_empty() {
            logits = heard.step(&forced)?;
        }
        let mut log_probability: f32 = prompt.written.log_probabilities.iter().sum();
        let mut all = written.clone();
        loop {
            if cancelled() {
                return Err(Error::Cancelled);
            }
            self.rules.apply(&mut logits, &all);
            let (likeliest, margin) = greedy(&logits);
            let token = dice.as_mut().map_or(likeliest, |dice| dice.pick(&logits, temperature));
            let token_log_probability = logits[token as usize] - log_sum_exp(logits.iter().copied());
            if token_log_probability.is_nan() {
                // Weights are numbers, so these are so large that their sums are none.
                let why = "its answer is not a number".into();
                return Err(Error::Model { model: "the speech model".into(), why });
            }
            log_probability += token_log_probability;
            if token == special.end {
                said.finished = true;
                break;
            }
            all.push(token);
            said.margins.push(margin);
            said.log_probabilities.push(token_log_probability);
            if let Some(start) = quality::loop_start(&all) {
                all.truncate(start.max(written.len()));
                break;
            }
            if all.len() >= max_tokens {
                break;
            }
            logits = heard.step(&[token])?;
        }
        said.mean_log_probability = log_probability / (all.len() + 1) as f32;
        said.tokens = all.split_off(written.len());
        said.margins.truncate(said.tokens.len());
        said.log_probabilities.truncate(said.tokens.len());
        Ok(said)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;
    use super::*;

    fn with_scribe(test: impl FnOnce(&Scribe, &mut dyn Heard, &Prompt)) {
        let transcriber = testing::transcriber(true);
        let mut heard = transcriber.network.hear(&[0.0; 80 * 60]).unwrap();
        let scribe = Scribe::new(&transcriber.vocabulary, &transcriber.config, false);
        let special = &transcriber.vocabulary.special;
        let prompt = Prompt {
            until_start: vec![special.previous, 72, 105, special.start],
            after_start: vec![special.languages[0].1, special.transcribe, special.no_timestamps],
            written: Written::default(),
        };
        test(&scribe, &mut *heard, &prompt);
    }

    #[test]
    fn a_guess_is_tried_at_every_temperature_and_marked_hot() {
        with_scribe(|scribe, heard, prompt| {
            // Random weights find every token about equally likely: ln(1/368) on average.
            let mut asked = 0;
            let said = scribe
                .write_down(heard, prompt, 12, false, &mut || {
                    asked += 1;
                    false
                })
                .unwrap();
            assert!(said.mean_log_probability < MIN_MEAN_LOG_PROBABILITY);
            assert_eq!(said.temperature, 1.0);
            assert!(said.tokens.len() <= 12 && said.tokens.len() == said.margins.len());
            assert!((TEMPERATURES.len()..=12 * TEMPERATURES.len()).contains(&asked), "{asked}");
            assert!(said.tokens.iter().all(|t| ![1, 2].contains(t) && *t < 256));
        });
    }

    #[test]
    fn languages_are_likeliest_first_and_sum_to_one() {
        with_scribe(|scribe, heard, _| {
            let languages = scribe.detect_language(heard).unwrap();
            assert_eq!(languages.len(), 3);
            assert!(languages.is_sorted_by(|a, b| a.1 >= b.1));
            assert!((languages.iter().map(|(_, p)| p).sum::<f32>() - 1.0).abs() < 1e-5);
        });
    }

    #[test]
    fn silence_takes_doubt_and_a_guess() {
        let said = |no_speech_probability, mean_log_probability| {
            Said { no_speech_probability, mean_log_probability, ..Said::default() }.is_silence()
        };
        assert!(said(0.7, -1.2));
        assert!(!said(0.7, -0.5));
        assert!(!said(0.3, -1.2));
    }
}
