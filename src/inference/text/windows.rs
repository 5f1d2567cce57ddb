//! A text longer than the model reads at once, cut into overlapping windows.
//!
//! Windows are all of full length, so none is padded and all fit one batch. Each begins half a window after
//! the one before; the last is moved back to end with the text. A window's weight is the share of the text
//! that it stands for: a token that two windows cover counts half in each, so the weights sum to 1 and every
//! token of the text counts once.

use std::ops::Range;

/// A stretch of the text's tokens and its share in the answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Window {
    pub tokens: Range<usize>,
    pub weight: f32,
}

/// Covers `tokens` tokens with windows of at most `room`. Neither may be 0.
pub(super) fn windows(tokens: usize, room: usize) -> Vec<Window> {
    if tokens <= room {
        return vec![Window { tokens: 0..tokens, weight: 1.0 }];
    }
    let stride = (room / 2).max(1);
    let last = tokens - room;
    let starts: Vec<usize> = (0..last).step_by(stride).chain([last]).collect();
    let mut covered = vec![0u32; tokens];
    for &start in &starts {
        covered[start..start + room].iter_mut().for_each(|n| *n += 1);
    }
    let share = |range: Range<usize>| covered[range].iter().map(|&n| 1.0 / f64::from(n)).sum::<f64>() / tokens as f64;
    starts
        .into_iter()
        .map(|start| start..start + room)
        .map(|range| Window { weight: share(range.clone()) as f32, tokens: range })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_short_text_is_one_window() {
        for tokens in [1, 9, 10] {
            assert_eq!(windows(tokens, 10), [Window { tokens: 0..tokens, weight: 1.0 }]);
        }
    }

    #[test]
    fn a_long_text_is_covered_by_halves_and_the_last_window_is_full() {
        let ranges: Vec<_> = windows(23, 10).into_iter().map(|w| w.tokens).collect();
        assert_eq!(ranges, [0..10, 5..15, 10..20, 13..23]);
    }

    proptest! {
        #[test]
        fn every_token_is_covered_and_counts_once(tokens in 1usize..3000, room in 1usize..600) {
            let windows = windows(tokens, room);
            prop_assert!((windows.iter().map(|w| w.weight).sum::<f32>() - 1.0).abs() < 1e-3);
            let mut end = 0;
            for w in &windows {
                prop_assert!(w.tokens.start <= end && w.tokens.end > end, "a gap or no step before {:?}", w.tokens);
                prop_assert_eq!(w.tokens.len(), room.min(tokens));
                prop_assert!(w.weight > 0.0);
                end = w.tokens.end;
            }
            prop_assert_eq!(end, tokens);
            prop_assert!(windows.len() <= tokens / (room / 2).max(1) + 2);
        }
    }
}
