//! A vocabulary of the student's own.
//!
//! WordPiece entries by pairing, as Sennrich et al. have it (<https://arxiv.org/abs/1508.07909>, algorithm 1): each word
//! begins as its letters, and the two neighbours that stand together most often become one piece, over and over.
//! tokenizers has a trainer too; of pairs that are as frequent it takes whichever its hash map comes upon, so that no two
//! of its vocabularies are the same.

use crate::lab::train::{Error, Result};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::{NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizedString, PreTokenizer};

/// BERT's special tokens, in the order in which its vocabularies have them.
const SPECIAL: [&str; 5] = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
/// Letters and signs at most: English and what comes with it.
const ALPHABET: usize = 150;
/// A pair of letters in fewer words is chance.
const LEAST_COUNT: u64 = 2;

/// Learns a WordPiece vocabulary of at most `size` entries from `texts` in small letters: an entry a line, as `vocab.txt`
/// has them. The same texts give the same entries in the same order.
///
/// # Errors
/// [`Error::Setting`]: `size` is too small for the letters, or the texts have none.
pub fn train_vocabulary<'a>(texts: impl Iterator<Item = &'a str>, size: usize) -> Result<String> {
    let words = count_words(texts)?;
    let alphabet = alphabet(&words);
    let letters = alphabet.iter().flat_map(|letter| [letter.to_string(), format!("##{letter}")]);
    let mut entries: Vec<String> = SPECIAL.map(String::from).into_iter().chain(letters).collect();
    if alphabet.is_empty() || entries.len() >= size {
        let least = entries.len() + 1;
        return Err(Error::Setting(format!(
            "no vocabulary of {size} entries can be made of these texts: their letters alone are {least}; set vocab_size higher"
        )));
    }
    let mut known: BTreeSet<String> = entries.iter().cloned().collect();
    let mut pieces = Pieces::of(words, &alphabet);
    while entries.len() < size
        && let Some(piece) = pieces.pair()
    {
        if known.insert(piece.clone()) {
            entries.push(piece);
        }
    }
    Ok(entries.into_iter().map(|entry| entry + "\n").collect())
}

/// How often each word comes, split and written as BERT's tokenizer does.
fn count_words<'a>(texts: impl Iterator<Item = &'a str>) -> Result<BTreeMap<String, u64>> {
    let failed = |e: tokenizers::Error| Error::Setting(format!("no vocabulary can be made: {e}"));
    let normalizer = BertNormalizer::new(true, true, None, true);
    let mut words = BTreeMap::new();
    for text in texts {
        let mut text = NormalizedString::from(text);
        normalizer.normalize(&mut text).map_err(failed)?;
        let mut split = PreTokenizedString::from(text);
        BertPreTokenizer.pre_tokenize(&mut split).map_err(failed)?;
        for (word, ..) in split.get_splits(OffsetReferential::Normalized, OffsetType::Byte) {
            *words.entry(word.to_string()).or_default() += 1;
        }
    }
    Ok(words)
}

/// The most frequent letters and signs.
fn alphabet(words: &BTreeMap<String, u64>) -> BTreeSet<char> {
    let mut counts: BTreeMap<char, u64> = BTreeMap::new();
    for (word, count) in words {
        word.chars().for_each(|letter| *counts.entry(letter).or_default() += count);
    }
    let mut letters: Vec<(char, u64)> = counts.into_iter().collect();
    letters.sort_by_key(|&(letter, count)| (std::cmp::Reverse(count), letter));
    letters.into_iter().take(ALPHABET).map(|(letter, _)| letter).collect()
}

/// Two pieces that stand together.
type Pair = (u32, u32);

/// Words in pieces, and how often which stand together.
struct Pieces {
    names: Vec<String>,
    words: Vec<(Vec<u32>, u64)>,
    counts: HashMap<Pair, u64>,
    /// The words that a pair is in, or was.
    places: HashMap<Pair, BTreeSet<usize>>,
}

impl Pieces {
    /// Words in letters; one with a letter that is not in the alphabet is left out.
    fn of(words: BTreeMap<String, u64>, alphabet: &BTreeSet<char>) -> Self {
        let mut ids: HashMap<String, u32> = HashMap::new();
        let mut all = Self { names: Vec::new(), words: Vec::new(), counts: HashMap::new(), places: HashMap::new() };
        for (word, count) in words.into_iter().filter(|(word, _)| word.chars().all(|c| alphabet.contains(&c))) {
            let letters =
                word.chars().enumerate().map(|(at, c)| if at == 0 { c.to_string() } else { format!("##{c}") });
            let pieces = letters.map(|letter| {
                *ids.entry(letter).or_insert_with_key(|letter| {
                    all.names.push(letter.clone());
                    all.names.len() as u32 - 1
                })
            });
            let pieces = pieces.collect();
            all.words.push((pieces, count));
        }
        for at in 0..all.words.len() {
            all.count(at);
        }
        all
    }

    /// Adds the pairs of a word.
    fn count(&mut self, at: usize) {
        let (pieces, count) = &self.words[at];
        for pair in pieces.windows(2) {
            *self.counts.entry((pair[0], pair[1])).or_default() += count;
            self.places.entry((pair[0], pair[1])).or_default().insert(at);
        }
    }

    /// Takes them away again.
    fn discount(&mut self, at: usize) {
        let (pieces, count) = &self.words[at];
        for pair in pieces.windows(2) {
            if let Some(all) = self.counts.get_mut(&(pair[0], pair[1])) {
                *all -= count;
            }
        }
    }

    /// Makes one piece of the most frequent pair, of equals the first by name; `None` where no pair is frequent.
    fn pair(&mut self) -> Option<String> {
        let name = |pair: &Pair| (&self.names[pair.0 as usize], &self.names[pair.1 as usize]);
        let (&pair, &count) = self.counts.iter().max_by(|a, b| a.1.cmp(b.1).then_with(|| name(b.0).cmp(&name(a.0))))?;
        if count < LEAST_COUNT {
            return None;
        }
        let joint = format!("{}{}", self.names[pair.0 as usize], self.names[pair.1 as usize].trim_start_matches("##"));
        let id = self.names.len() as u32;
        self.names.push(joint.clone());
        for at in self.places.remove(&pair).unwrap_or_default() {
            self.discount(at);
            self.words[at].0 = joined(&self.words[at].0, pair, id);
            self.count(at);
        }
        self.counts.remove(&pair);
        Some(joint)
    }
}

/// `pieces` with `id` in place of each `pair`.
fn joined(pieces: &[u32], pair: Pair, id: u32) -> Vec<u32> {
    let mut joined = Vec::with_capacity(pieces.len());
    let mut rest = pieces;
    while let Some((&first, after)) = rest.split_first() {
        let hit = after.first().is_some_and(|&second| (first, second) == pair);
        joined.push(if hit { id } else { first });
        rest = if hit { &after[1..] } else { after };
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::text::Tokenizer;
    use proptest::prelude::*;

    #[test]
    fn frequent_words_are_entries_and_the_rest_is_spelt() {
        let texts = ["The film is good", "a GOOD film", "films"].repeat(10);
        let vocabulary = train_vocabulary(texts.iter().copied(), 45).unwrap();
        assert_eq!(vocabulary, train_vocabulary(texts.iter().copied(), 45).unwrap());
        let lines: Vec<&str> = vocabulary.lines().collect();
        assert_eq!(lines[..5], SPECIAL);
        assert!(lines.contains(&"good") && lines.contains(&"film") && lines.len() <= 45, "{lines:?}");
        let tokenizer = Tokenizer::of_vocab(vocabulary.as_bytes(), "student").unwrap();
        assert_eq!(tokenizer.encode("Good film").unwrap().len(), 2);
        let unknown = tokenizer.special().unk;
        assert!(tokenizer.encode("dilm").unwrap().iter().all(|token| token.id != unknown));
        assert!(train_vocabulary(std::iter::empty(), 45).is_err());
        let said = train_vocabulary(texts.iter().copied(), 20).unwrap_err().to_string();
        assert!(said.contains("set vocab_size higher"), "{said}");
    }

    proptest! {
        #[test]
        fn every_word_of_the_texts_can_be_spelt(words in proptest::collection::vec("[a-e]{1,6}", 1..30), more in 1usize..40) {
            let text = words.join(" ");
            let vocabulary = train_vocabulary(std::iter::once(text.as_str()), 15 + more).unwrap();
            let entries: BTreeSet<&str> = vocabulary.lines().collect();
            prop_assert_eq!(entries.len(), vocabulary.lines().count(), "an entry comes twice");
            prop_assert!(entries.len() <= 15 + more);
            let tokenizer = Tokenizer::of_vocab(vocabulary.as_bytes(), "student").unwrap();
            prop_assert!(tokenizer.encode(&text).unwrap().iter().all(|token| token.id != tokenizer.special().unk));
        }
    }
}
