//! More texts out of those that are there, for a teacher to answer.
//!
//! A student that has only the labelled texts learns them by heart. What is made here needs not be good English: it
//! covers what the teacher knows and the corpus does not show (Tang et al., <https://arxiv.org/abs/1903.12136>, 3.3, and
//! Jiao et al., TinyBERT, <https://arxiv.org/abs/1909.10351>, algorithm 1).

use super::{Label, Neighbours, Text};
use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::collections::HashSet;

/// How much is made, and how.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Augmentation {
    /// Texts made of each that is there.
    pub variants: usize,
    /// How likely a word gives way to one of its neighbours, in a variant that changes words. TinyBERT has 0.4.
    pub replace_frac: f64,
    /// Decides what is made.
    pub seed: u64,
}

impl Default for Augmentation {
    fn default() -> Self {
        Self { variants: 4, replace_frac: 0.4, seed: 0 }
    }
}

/// Variants of `texts`, none of which is one of them. Nothing is known of them but that a neutral text with other words
/// about other things is neutral still.
pub fn augment(texts: &[Text], neighbours: &Neighbours, how: &Augmentation) -> Vec<Text> {
    let mut seen: HashSet<String> = texts.iter().map(|text| text.text.clone()).collect();
    let mut made = Vec::with_capacity(texts.len() * how.variants);
    for (at, text) in texts.iter().enumerate() {
        let mut random = ChaCha8Rng::seed_from_u64(how.seed);
        // A stream for each text: what is made of one does not depend on the others.
        random.set_stream(at as u64);
        for _ in 0..how.variants {
            let other = &texts[random.random_range(0..texts.len())];
            let variant = variant(text, other, neighbours, how.replace_frac, &mut random);
            if !variant.text.trim().is_empty() && seen.insert(variant.text.clone()) {
                made.push(variant);
            }
        }
    }
    made
}

fn variant(text: &Text, other: &Text, neighbours: &Neighbours, replace_frac: f64, random: &mut ChaCha8Rng) -> Text {
    let words: Vec<&str> = text.text.split_whitespace().collect();
    let same = if text.label == Label::Neutral { Label::Neutral } else { Label::Unknown };
    let (made, label) = match random.random_range(0..10) {
        0..6 => (replaced(&words, neighbours, replace_frac, random), same),
        6..8 if words.len() > 3 => {
            let length = random.random_range(2..words.len());
            let begin = random.random_range(0..=words.len() - length);
            (replaced(&words[begin..begin + length], neighbours, replace_frac / 2.0, random), same)
        }
        _ => {
            let joint = [" , but ", " and ", " . ", " , "][random.random_range(0..4)];
            (format!("{}{joint}{}", text.text, other.text), Label::Unknown)
        }
    };
    Text { text: if random.random_bool(0.3) { as_written(&made) } else { made }, label }
}

/// `words`, some of which have given way to a neighbour.
fn replaced(words: &[&str], neighbours: &Neighbours, replace_frac: f64, random: &mut ChaCha8Rng) -> String {
    let replaced = words.iter().map(|word| {
        let near = neighbours.of(word);
        let gives_way = random.random_bool(replace_frac) && !near.is_empty();
        if gives_way { near[random.random_range(0..near.len())].as_str() } else { word }
    });
    replaced.collect::<Vec<_>>().join(" ")
}

/// The spaces of a treebank's tokens taken out, as people write: `does n't` to `doesn't`, ` ,` to `,`.
fn as_written(text: &str) -> String {
    let mut written = text.replace(" n't", "n't").replace("-lrb- ", "(").replace(" -rrb-", ")").replace("`` ", "\"");
    for mark in ["'s", "'re", "'ve", "'ll", "'d", "'m", ",", ".", "!", "?", ";", ":", "''"] {
        written = written.replace(&format!(" {mark}"), mark);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_are_new_the_same_each_time_and_made_of_known_words() {
        let text = |text: &str| Text { text: text.into(), label: Label::Class(1) };
        let texts = [text("a good film , it does n't drag"), text("bad")];
        let neighbours = Neighbours::from_pairs([("good", ["fine", "great"]), ("film", ["movie", "story"])]);
        let how = Augmentation { variants: 50, ..Augmentation::default() };
        let made = augment(&texts, &neighbours, &how);
        assert_eq!(made, augment(&texts, &neighbours, &how));
        assert_ne!(made, augment(&texts, &neighbours, &Augmentation { seed: 1, ..how.clone() }));
        assert!(made.iter().all(|m| m.label == Label::Unknown && !texts.iter().any(|t| t.text == m.text)));
        let all: Vec<&str> = made.iter().map(|m| m.text.as_str()).collect();
        for part in ["fine film", "good story", ", but ", "doesn't"] {
            assert!(all.iter().any(|text| text.contains(part)), "{part} is in none of {all:?}");
        }
        let known = "a good film it does n't drag fine great movie story bad but and doesn't";
        for word in all.iter().flat_map(|text| text.split_whitespace()).map(|word| word.trim_matches([',', '.'])) {
            assert!(word.is_empty() || known.split_whitespace().any(|k| k == word), "{word}");
        }
    }

    #[test]
    fn people_write_without_the_treebank_s_spaces() {
        assert_eq!(as_written("it 's n't bad , is it ?"), "it'sn't bad, is it?");
        assert_eq!(as_written("she does n't -lrb- yet -rrb- ."), "she doesn't (yet).");
    }
}
