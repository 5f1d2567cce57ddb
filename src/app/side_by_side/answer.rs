//! What models say, and whether two say the same.

use crate::app::camera::Named;
use crate::app::judge::Judgement;
use strsim::generic_levenshtein;

/// So many labels of two answers are compared.
const COMPARED_LABELS: usize = 5;

/// What a model says.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Of a picture: the most probable labels, the first first.
    Seen(Vec<Named>),
    /// Of a text.
    Felt(Box<Judgement>),
    /// Of a clip: the words; none where nobody spoke.
    Written(String),
}

/// How far an answer is that of the model in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// Of a picture.
    Labels {
        /// Whether the first label is the same.
        first: bool,
        /// How many of both models' first labels are the same, in any order.
        shared: usize,
        /// Of so many.
        of: usize,
    },
    /// Of a text.
    Mood {
        /// Whether both call it positive, or negative, or not their language.
        same: bool,
        /// By how much the probability of positive differs, in points of a hundred.
        points: u32,
    },
    /// Of a clip.
    Words {
        /// Words to change, add or leave out to make one text of the other; capitals and punctuation do not count.
        different: usize,
        /// Words of the model in use.
        of: usize,
    },
}

impl Agreement {
    /// Whether what a person would take from the answer is the same.
    pub fn is_same(self) -> bool {
        match self {
            Self::Labels { first, .. } => first,
            Self::Mood { same, .. } => same,
            Self::Words { different, .. } => different == 0,
        }
    }
}

/// How far `answer` is what the model in use says; `None` for answers of two kinds.
pub fn agreement(used: &Answer, answer: &Answer) -> Option<Agreement> {
    Some(match (used, answer) {
        (Answer::Seen(used), Answer::Seen(labels)) => {
            let of = COMPARED_LABELS.min(used.len()).min(labels.len());
            let (used, labels) = (&used[..of], &labels[..of]);
            // Two models may number the same labels differently.
            let has = |label: &&Named| used.iter().any(|other| other.english == label.english);
            let first = used.first().map(|label| &label.english) == labels.first().map(|label| &label.english);
            Agreement::Labels { first, shared: labels.iter().filter(has).count(), of }
        }
        (Answer::Felt(used), Answer::Felt(judgement)) => {
            let mood = |judgement: &Judgement| judgement.language_known.then_some(judgement.positive >= 0.5);
            let points = (100.0 * (used.positive - judgement.positive)).abs().round() as u32;
            Agreement::Mood { same: mood(used) == mood(judgement), points }
        }
        (Answer::Written(used), Answer::Written(words)) => {
            let (used, words) = (words_of(used), words_of(words));
            // The types are named: iOS's libraries have others of which the compiler finds no end.
            let different = generic_levenshtein::<Vec<String>, Vec<String>, &String, &String>(&used, &words);
            Agreement::Words { different, of: used.len() }
        }
        _ => return None,
    })
}

/// As they sound: capitals and punctuation do not count.
fn words_of(text: &str) -> Vec<String> {
    let sounds = |word: &str| word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    text.split_whitespace().map(sounds).filter(|word: &String| !word.is_empty()).collect()
}

#[cfg(test)]
pub(in crate::app) mod tests {
    use super::*;

    /// The model is this sure of the names, in turn.
    pub fn seen(names: &[&str]) -> Answer {
        let label = |(at, name): (usize, &&str)| Named {
            index: at,
            english: name.to_string(),
            korean: format!("{name} (한국어)"),
            probability: 0.6 / (at + 1) as f32,
        };
        Answer::Seen(names.iter().enumerate().map(label).collect())
    }

    /// A judgement of a text.
    pub fn felt(positive: f32, language_known: bool) -> Answer {
        Answer::Felt(Box::new(Judgement { positive, language_known, windows: 1, words: Vec::new(), cut: None }))
    }

    fn written(text: &str) -> Answer {
        Answer::Written(text.into())
    }

    #[test]
    fn labels_agree_by_the_first_and_by_the_five() {
        let used = seen(&["clock", "wall clock", "barometer", "sundial", "scale", "dome"]);
        let of = |names: &[&str]| agreement(&used, &seen(names)).unwrap();
        let same = of(&["clock", "barometer", "wall clock", "dome", "scale"]);
        assert_eq!(same, Agreement::Labels { first: true, shared: 4, of: 5 });
        assert!(same.is_same());
        let other = of(&["wall clock", "clock"]);
        assert_eq!(other, Agreement::Labels { first: false, shared: 2, of: 2 });
        assert!(!other.is_same());
    }

    #[test]
    fn moods_agree_by_their_side() {
        let of = |a, b| agreement(&a, &b).unwrap();
        assert_eq!(of(felt(0.93, true), felt(0.715, true)), Agreement::Mood { same: true, points: 22 });
        assert!(!of(felt(0.51, true), felt(0.49, true)).is_same());
        assert!(!of(felt(0.9, true), felt(0.9, false)).is_same(), "one does not know the language");
        assert!(of(felt(0.9, false), felt(0.1, false)).is_same(), "neither does");
    }

    #[test]
    fn words_agree_as_they_sound() {
        let of = |a, b| agreement(&written(a), &written(b)).unwrap();
        let one = of("The clock strikes nine — at ten.", "the Clock strikes nine, at ten");
        assert_eq!(one, Agreement::Words { different: 0, of: 6 });
        assert_eq!(of("a b c", "a x c d"), Agreement::Words { different: 2, of: 3 });
        assert_eq!(of("", ""), Agreement::Words { different: 0, of: 0 });
        assert_eq!(of("시계가 아홉 시를", "시계가 열 시를"), Agreement::Words { different: 1, of: 3 });
    }

    #[test]
    fn answers_of_two_kinds_cannot_be_held_against_each_other() {
        assert_eq!(agreement(&seen(&["clock"]), &written("clock")), None);
    }
}
