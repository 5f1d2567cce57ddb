//! Which words of a draft stand: those that the draft before had too (LocalAgreement).
//!
//! Macháček, Dabre, Bojar 2023, "Turning Whisper into Real-Time Transcription System"
//! (<https://arxiv.org/abs/2307.14743>): the longest common beginning of two passes, the second of which
//! heard more. Here it ends with a word, because "coun" becomes "country" in the next pass.

use super::super::tokenizer::Vocabulary;
use crate::inference::Result;

/// A word less probable than this is a guess …
const SURE_LOG_PROBABILITY: f32 = -0.7;
/// … that stands once so many tokens follow it (3 to 4 s of speech). Measured with tiny.en: "soaring a re-ener
/// around", guessed at 0.35 by two drafts, becomes "arena" when more is heard; "flower-fattened" stays.
const TOKENS_AFTER_A_GUESS: usize = 12;

/// How many tokens of `now`, each with its log-probability, stand beside `before`: whole words with the marks
/// after them. `spaced` says whether the script puts spaces between words.
pub(super) fn agreed(
    vocabulary: &Vocabulary,
    before: &[u32],
    now: &[u32],
    log_probabilities: &[f32],
    spaced: bool,
) -> Result<usize> {
    // The last word of either is what the end of the sound left of one, or may go on.
    let most = before.len().min(now.len()).saturating_sub(1);
    let stands = |i: usize| {
        let guess = log_probabilities[i] < SURE_LOG_PROBABILITY;
        before[i] == now[i] && !(guess && before.len() < i + TOKENS_AFTER_A_GUESS)
    };
    let same = (0..most).take_while(|&i| stands(i)).count();
    for count in (1..=same).rev() {
        let ends = if spaced {
            vocabulary.text(&now[count..=count])?.starts_with(' ') && has_word(vocabulary, &before[count..])?
        } else {
            vocabulary.whole(&now[..count])? == count
        };
        if ends {
            return Ok(count);
        }
    }
    Ok(0)
}

/// Whether another word begins in `tokens`.
fn has_word(vocabulary: &Vocabulary, tokens: &[u32]) -> Result<bool> {
    Ok(vocabulary.text(tokens)?.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::super::super::{config::Config, testing};
    use super::*;

    fn agreed_text(before: &str, now: &str, spaced: bool) -> String {
        agreed_with(before, now, spaced, |_| 0.0)
    }

    fn agreed_with(before: &str, now: &str, spaced: bool, log_probability: impl Fn(usize) -> f32) -> String {
        let folder = tempfile::tempdir().unwrap();
        let dir = testing::write(folder.path(), true);
        let vocabulary = Vocabulary::load(&dir, &Config::read(&dir).unwrap()).unwrap();
        // The tiny vocabulary has a token for each byte.
        let tokens = |text: &str| text.bytes().map(u32::from).collect::<Vec<_>>();
        let now = tokens(now);
        let log_probabilities: Vec<f32> = (0..now.len()).map(log_probability).collect();
        let count = agreed(&vocabulary, &tokens(before), &now, &log_probabilities, spaced).unwrap();
        vocabulary.text(&now[..count]).unwrap()
    }

    #[test]
    fn whole_words_stand_that_both_drafts_have() {
        assert_eq!(agreed_text(" ask not what", " ask not what your", true), " ask not");
        assert_eq!(agreed_text(" ask not wha", " ask not what your", true), " ask not");
        assert_eq!(agreed_text(" ask. Not", " ask now", true), " ask");
        assert_eq!(agreed_text(" ask, not", " ask, now", true), " ask,");
        assert_eq!(agreed_text(" ask. Not", " ask, not", true), "");
    }

    #[test]
    fn the_last_word_of_either_waits() {
        assert_eq!(agreed_text(" ask not", " ask not", true), " ask");
        assert_eq!(agreed_text(" ask", " ask", true), "");
        assert_eq!(agreed_text("", " ask", true), "");
        assert_eq!(agreed_text(" ask", "", true), "");
    }

    #[test]
    fn a_guess_waits_for_what_follows() {
        let unsure_of_x = |i: usize| if i == 5 { -1.0 } else { 0.0 };
        assert_eq!(agreed_with(" ask x you", " ask x you", true, unsure_of_x), " ask");
        let more = " ask x you all of it";
        assert_eq!(agreed_with(more, more, true, unsure_of_x), " ask x you all of");
    }

    #[test]
    fn without_spaces_characters_stand() {
        assert_eq!(agreed_text("今天天", "今天天气", false), "今天");
        assert_eq!(agreed_text("今天", "今天", false), "今");
    }
}
