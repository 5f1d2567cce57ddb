//! What may be said next: the logits of everything else become −∞.
//!
//! As `SuppressTokens`, `SuppressBlank` and `ApplyTimestampRules` in
//! <https://github.com/openai/whisper/blob/v20240930/whisper/decoding.py>.

use crate::inference::speech::config::Config;
use crate::inference::speech::tokenizer::Special;
use std::ops::Range;

/// The first timestamp lies in the first second: 50 steps of 20 ms.
const MAX_INITIAL_TIMESTAMP: u32 = 50;

/// The rules for one piece of sound.
pub(super) struct Rules<'a> {
    pub special: &'a Special,
    pub never: &'a [u32],
    pub never_first: &'a [u32],
    /// Whether times are written between the words.
    pub timestamps: bool,
}

impl<'a> Rules<'a> {
    pub fn new(special: &'a Special, config: &'a Config, timestamps: bool) -> Self {
        Self {
            special,
            never: config.suppress_tokens.as_deref().unwrap_or_default(),
            never_first: config.begin_suppress_tokens.as_deref().unwrap_or_default(),
            timestamps,
        }
    }

    /// Forbids what must not follow `said`.
    pub fn apply(&self, logits: &mut [f32], said: &[u32]) {
        let first = if said.is_empty() { self.never_first } else { &[] };
        for &token in self.never.iter().chain(first) {
            if let Some(logit) = logits.get_mut(token as usize) {
                *logit = f32::NEG_INFINITY;
            }
        }
        let special = self.special;
        if !self.timestamps {
            // Languages, tasks and times are for the prompt.
            forbid(logits, special.end + 1..u32::MAX);
            return;
        }
        forbid(logits, special.end + 1..special.first_timestamp);
        forbid(logits, special.last_timestamp + 1..u32::MAX);
        self.keep_times_in_pairs(logits, said);
        self.keep_times_rising(logits, said);
        if said.is_empty() {
            forbid(logits, 0..special.first_timestamp);
            forbid(logits, special.first_timestamp + MAX_INITIAL_TIMESTAMP + 1..u32::MAX);
        }
        self.prefer_a_time_when_times_together_are_likelier(logits);
    }

    /// A segment ends with a time and the next begins with one; the very last may stand alone.
    fn keep_times_in_pairs(&self, logits: &mut [f32], said: &[u32]) {
        let is_time = |token: Option<&u32>| token.is_none_or(|&t| self.special.is_timestamp(t));
        let mut back = said.iter().rev();
        let Some(last) = back.next() else { return };
        if !self.special.is_timestamp(*last) {
            return;
        }
        if is_time(back.next()) {
            forbid(logits, self.special.first_timestamp..u32::MAX);
        } else {
            forbid(logits, 0..self.special.end);
        }
    }

    /// No segment ends before it begins, none is empty.
    fn keep_times_rising(&self, logits: &mut [f32], said: &[u32]) {
        let Some(&time) = said.iter().rev().find(|&&t| self.special.is_timestamp(t)) else { return };
        let mut back = said.iter().rev().map(|&t| self.special.is_timestamp(t));
        // The time that opens a segment may equal the one that closed the last.
        let opens = back.next() == Some(true) && back.next() == Some(false);
        forbid(logits, self.special.first_timestamp..if opens { time } else { time + 1 });
    }

    fn prefer_a_time_when_times_together_are_likelier(&self, logits: &mut [f32]) {
        let Some((texts, times)) = logits.split_at_mut_checked(self.special.first_timestamp as usize) else { return };
        let likeliest_text = texts.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let likeliest = times.iter().copied().fold(likeliest_text, f32::max);
        // Relative to the likeliest, so that no exponential overflows.
        let together: f32 = times.iter().map(|x| (x - likeliest).exp()).sum();
        if likeliest > f32::NEG_INFINITY && together > (likeliest_text - likeliest).exp() {
            texts.fill(f32::NEG_INFINITY);
        }
    }
}

fn forbid(logits: &mut [f32], tokens: Range<u32>) {
    let end = (tokens.end as usize).min(logits.len());
    let start = (tokens.start as usize).min(end);
    logits[start..end].fill(f32::NEG_INFINITY);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 0..10 text, 10 end, 11..=18 steering, 20..=120 times.
    fn special() -> Special {
        Special {
            end: 10,
            start: 11,
            previous: 12,
            transcribe: 13,
            translate: 14,
            no_speech: 15,
            no_timestamps: 19,
            first_timestamp: 20,
            last_timestamp: 120,
            languages: vec![("en", 16), ("ko", 17)],
        }
    }

    /// The tokens that may follow `said` when all are equally likely but `favoured`.
    fn allowed(said: &[u32], timestamps: bool, favoured: &[u32]) -> Vec<u32> {
        let special = special();
        let rules = Rules { special: &special, never: &[3, 999], never_first: &[4, 10], timestamps };
        let mut logits = vec![0f32; 121];
        // Text so likely that the sum of times stays below it.
        logits[..=10].fill(20.0);
        favoured.iter().for_each(|&t| logits[t as usize] = 60.0);
        rules.apply(&mut logits, said);
        (0..121).filter(|&t| logits[t as usize] > f32::NEG_INFINITY).collect()
    }

    #[test]
    fn without_times_only_text_and_the_end_may_be_said() {
        assert_eq!(allowed(&[], false, &[]), [0, 1, 2, 5, 6, 7, 8, 9]);
        assert_eq!(allowed(&[1], false, &[30]), [0, 1, 2, 4, 5, 6, 7, 8, 9, 10]);
    }

    #[test]
    fn the_first_is_a_time_within_a_second() {
        assert_eq!(allowed(&[], true, &[]), (20..=70).collect::<Vec<_>>());
    }

    #[test]
    fn times_come_in_pairs_and_rise() {
        // After the opening time: text, or the end.
        assert_eq!(allowed(&[30], true, &[]), [0, 1, 2, 4, 5, 6, 7, 8, 9, 10]);
        // Within a segment: text, the end, or a later time.
        assert_eq!(allowed(&[30, 1], true, &[]).split_off(10), (31..=120).collect::<Vec<_>>());
        // After the closing time: the end, or a time no earlier.
        let after = allowed(&[30, 1, 50], true, &[]);
        assert_eq!(after[0], 10);
        assert_eq!(after[1..], (50..=120).collect::<Vec<_>>());
    }

    #[test]
    fn times_that_are_likelier_together_than_any_word_win() {
        assert_eq!(allowed(&[30, 1], true, &[90]), (31..=120).collect::<Vec<_>>());
    }

    #[test]
    fn a_vocabulary_shorter_than_the_rules_is_no_panic() {
        let special = special();
        for timestamps in [false, true] {
            let rules = Rules { special: &special, never: &[3], never_first: &[], timestamps };
            for said in [&[][..], &[30], &[30, 1, 31]] {
                rules.apply(&mut [0.0; 5], said);
            }
        }
    }
}
