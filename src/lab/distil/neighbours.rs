//! Which words a teacher takes for nearly the same.

use crate::inference::text::Tokenizer;
use crate::lab::train::Result;
use candle_core::Tensor;
use std::collections::{BTreeSet, HashMap};

/// Neighbours that a word has at most: further ones share little but their part of speech.
const MOST: usize = 8;
/// The least cosine of two vectors that are neighbours.
const LEAST_COSINE: f32 = 0.35;

/// Words and their neighbours.
#[derive(Debug, Clone, Default)]
pub struct Neighbours {
    of: HashMap<String, Vec<String>>,
}

impl Neighbours {
    /// Of each word of `texts` that is one token of the teacher's: those of its whole words in small letters whose vectors
    /// in `table`, `[vocabulary, dim]`, are at the smallest angle.
    ///
    /// # Errors
    /// [`Error::Candle`](crate::lab::train::Error::Candle).
    pub fn among<'a>(texts: impl Iterator<Item = &'a str>, tokenizer: &Tokenizer, table: &Tensor) -> Result<Self> {
        let vocabulary = tokenizer.vocab();
        let mut words: Vec<(&str, u32)> =
            vocabulary.iter().filter(|(word, _)| is_word(word)).map(|(word, id)| (word.as_str(), *id)).collect();
        words.sort_by_key(|(_, id)| *id);
        let used: BTreeSet<&str> = texts.flat_map(str::split_whitespace).collect();
        let asked: Vec<usize> = (0..words.len()).filter(|&at| used.contains(words[at].0)).collect();
        let ids: Vec<u32> = words.iter().map(|(_, id)| *id).collect();
        let table = table.index_select(&Tensor::new(&ids[..], table.device())?, 0)?;
        // About their mean: what all words share says nothing of any.
        let table = table.broadcast_sub(&table.mean_keepdim(0)?)?;
        let table = table.broadcast_div(&table.sqr()?.sum_keepdim(1)?.sqrt()?)?;
        let mut of = HashMap::new();
        for some in asked.chunks(512) {
            let places: Vec<u32> = some.iter().map(|&at| at as u32).collect();
            let asking = table.index_select(&Tensor::new(places, table.device())?, 0)?;
            let cosines = asking.matmul(&table.t()?)?.to_vec2::<f32>()?;
            for (&at, cosines) in some.iter().zip(cosines) {
                let mut near: Vec<usize> =
                    (0..words.len()).filter(|&other| other != at && cosines[other] >= LEAST_COSINE).collect();
                near.sort_by(|&a, &b| cosines[b].total_cmp(&cosines[a]));
                near.truncate(MOST);
                of.insert(words[at].0.to_string(), near.iter().map(|&at| words[at].0.to_string()).collect());
            }
        }
        Ok(Self { of })
    }

    /// Those of `word`, nearest first; none where it is not known.
    pub fn of(&self, word: &str) -> &[String] {
        self.of.get(word).map_or(&[], Vec::as_slice)
    }

    /// How many words have neighbours.
    pub fn len(&self) -> usize {
        self.of.values().filter(|near| !near.is_empty()).count()
    }

    /// Whether no word has any.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[cfg(test)]
    pub fn from_pairs<const N: usize>(pairs: [(&str, [&str; 2]); N]) -> Self {
        Self { of: pairs.into_iter().map(|(word, near)| (word.into(), near.map(String::from).into())).collect() }
    }
}

/// Small letters only, and more than two.
fn is_word(entry: &str) -> bool {
    entry.len() > 2 && entry.bytes().all(|b| b.is_ascii_lowercase())
}
