//! How far what was written down is from what was said.

use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::ops::AddAssign;

/// Words or characters to insert, delete or replace, against how many there should be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ErrorRate {
    /// The fewest insertions, deletions and replacements that make the answer right.
    pub edits: usize,
    /// Words or characters of the right answer.
    pub reference: usize,
}

impl ErrorRate {
    /// Of `said` against `reference`.
    pub fn of<T: PartialEq>(said: &[T], reference: &[T]) -> Self {
        Self { edits: distance(said, reference), reference: reference.len() }
    }

    /// Edits for each word or character that there should be: 0 is right, and it can exceed 1. `None` where there should
    /// be none.
    pub fn rate(self) -> Option<f64> {
        super::share(self.edits, self.reference)
    }
}

/// With its [`rate`](ErrorRate::rate).
impl Serialize for ErrorRate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ErrorRate", 3)?;
        fields.serialize_field("edits", &self.edits)?;
        fields.serialize_field("reference", &self.reference)?;
        fields.serialize_field("rate", &self.rate())?;
        fields.end()
    }
}

/// Pooled: the sum of edits over the sum of words, so that long clips weigh more than short ones.
impl AddAssign for ErrorRate {
    fn add_assign(&mut self, other: Self) {
        self.edits += other.edits;
        self.reference += other.reference;
    }
}

/// The fewest insertions, deletions and replacements that turn `a` into `b` (Levenshtein 1966), by the rows of Wagner and
/// Fischer's table, of which one is kept: time `|a| · |b|`, memory `|b|`.
pub fn distance<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// The definition, one character at a time.
    fn naive(a: &[u8], b: &[u8]) -> usize {
        match (a.split_last(), b.split_last()) {
            (None, _) => b.len(),
            (_, None) => a.len(),
            (Some((x, a_rest)), Some((y, b_rest))) if x == y => naive(a_rest, b_rest),
            (Some((_, a_rest)), Some((_, b_rest))) => {
                1 + naive(a_rest, b_rest).min(naive(a_rest, b)).min(naive(a, b_rest))
            }
        }
    }

    #[test]
    fn known_distances() {
        for (a, b, want) in [("kitten", "sitting", 3), ("", "abc", 3), ("flaw", "lawn", 2), ("same", "same", 0)] {
            assert_eq!(distance(a.as_bytes(), b.as_bytes()), want, "{a} {b}");
        }
    }

    #[test]
    fn rates_are_pooled_by_words() {
        let mut sum = ErrorRate::of(&["a"], &["a", "b"]);
        assert_eq!(sum.rate(), Some(0.5));
        sum += ErrorRate::of(&["a"; 8], &["a"; 8]);
        assert_eq!(sum.rate(), Some(0.1));
        assert_eq!(ErrorRate::of(&["a"], &[]).rate(), None);
    }

    proptest! {
        #[test]
        fn it_agrees_with_the_definition(a in vec(0u8..3, 0..7), b in vec(0u8..3, 0..7)) {
            prop_assert_eq!(distance(&a, &b), naive(&a, &b));
        }

        #[test]
        fn it_is_a_metric(a in vec(0u8..4, 0..20), b in vec(0u8..4, 0..20), c in vec(0u8..4, 0..20)) {
            let (ab, bc, ac) = (distance(&a, &b), distance(&b, &c), distance(&a, &c));
            prop_assert_eq!(ab == 0, a == b);
            prop_assert_eq!(ab, distance(&b, &a));
            prop_assert!(ac <= ab + bc);
            prop_assert!(ab >= a.len().abs_diff(b.len()) && ab <= a.len().max(b.len()));
        }
    }
}
