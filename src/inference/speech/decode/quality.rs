//! Whether what was written down can be speech: loops compress well, guesses are improbable.

use std::io::Write;

/// A loop of at most this many tokens is looked for.
const MAX_PERIOD: usize = 32;
/// It must come round so often …
const MIN_ROUNDS: usize = 4;
/// … and cover so many tokens: "no, no, no, no" is speech.
const MIN_LOOP_TOKENS: usize = 32;

/// Shorter than this is how people talk: "no, no", "I mean, I mean".
const MIN_PHRASE_TOKENS: usize = 6;
/// Shorter than this is chance: "and the", "그래서".
const MIN_ECHO_LETTERS: usize = 8;

/// Length of the UTF-8 text over its length after zlib; speech stays below 2.4, a loop goes above it.
/// <https://github.com/openai/whisper/blob/v20240930/whisper/utils.py> (`compression_ratio`)
pub(super) fn compression_ratio(text: &str) -> f32 {
    if text.is_empty() {
        return 0.0;
    }
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    let compressed = zlib.write_all(text.as_bytes()).and_then(|()| zlib.finish()).expect("a Vec takes all bytes");
    text.len() as f32 / compressed.len() as f32
}

/// Where a loop begins that runs to the end of `tokens`: its second round. Without this guard a loop would
/// run until the token cap before the compression ratio shows it.
pub(super) fn loop_start(tokens: &[u32]) -> Option<usize> {
    (1..=MAX_PERIOD).find_map(|period| {
        let same = tokens.iter().rev().zip(tokens.iter().rev().skip(period)).take_while(|(a, b)| a == b).count();
        let covered = same + period;
        (same > 0 && covered >= MIN_LOOP_TOKENS.max(MIN_ROUNDS * period)).then(|| tokens.len() - same)
    })
}

/// Whether a phrase comes twice in a row.
pub(in crate::inference::speech) fn stutters(tokens: &[u32]) -> bool {
    (MIN_PHRASE_TOKENS..=tokens.len() / 2).any(|period| {
        let mut same = 0;
        tokens.iter().zip(&tokens[period..]).any(|(a, b)| {
            same = if a == b { same + 1 } else { 0 };
            same == period
        })
    })
}

/// Whether `now` begins with what `before` ended with. Told what was said before, Whisper sometimes says it
/// again.
pub(in crate::inference::speech) fn echoes(before: &str, now: &str) -> bool {
    let letters = |text: &str| -> Vec<char> {
        text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (before, now) = (letters(before), letters(now));
    (MIN_ECHO_LETTERS..=before.len().min(now.len())).any(|n| before.ends_with(&now[..n]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_compresses_little_and_a_loop_much() {
        let speech = "And so my fellow Americans, ask not what your country can do for you.";
        // zlib.compress in Python gives 71 bytes for these 69.
        assert!((compression_ratio(speech) - 69.0 / 71.0).abs() < 0.05, "{}", compression_ratio(speech));
        assert!(compression_ratio(&"I'm sorry. ".repeat(12)) > 2.4);
        assert_eq!(compression_ratio(""), 0.0);
    }

    #[test]
    fn an_echo_is_found_in_any_script_and_whatever_the_punctuation() {
        let before = "He went home. The cut on his chest is still dripping blood.";
        assert!(echoes(before, "the cut on his chest is still dripping blood, the ache"));
        assert!(echoes(before, "Dripping blood."));
        assert!(!echoes(before, "The ache of his eyes. The cut on his chest is still dripping blood."));
        assert!(!echoes(before, "blood"));
        assert!(!echoes("", "blood") && !echoes(before, ""));
        assert!(echoes("그는 이리저리 피하면서 걸어갔다.", "피하면서 걸어갔다. 그리고"));
    }

    #[test]
    fn a_phrase_said_twice_in_a_row_is_found_anywhere() {
        let phrase = [1, 2, 3, 4, 5, 6];
        assert!(stutters(&[&[9, 8][..], &phrase, &phrase, &[7]].concat()));
        assert!(!stutters(&[&phrase[..], &[7], &phrase].concat()));
        assert!(!stutters(&[1, 2, 3, 1, 2, 3, 4]));
        assert!(!stutters(&phrase) && !stutters(&[]));
    }

    #[test]
    fn a_loop_is_found_where_it_starts_again() {
        let mut tokens = vec![9, 8, 7];
        tokens.extend([1, 2, 3].repeat(11));
        assert_eq!(loop_start(&tokens), Some(6));
        tokens.push(1);
        assert_eq!(loop_start(&tokens), Some(6));
        tokens.push(99);
        assert_eq!(loop_start(&tokens), None);
    }

    #[test]
    fn what_people_repeat_is_no_loop() {
        assert_eq!(loop_start(&[5; 12]), None);
        assert_eq!(loop_start(&[]), None);
        assert_eq!(loop_start(&(0..10).collect::<Vec<_>>().repeat(3)), None);
        assert_eq!(loop_start(&[5; 40]), Some(1));
    }
}
