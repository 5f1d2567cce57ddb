//! From a text to token ids and back to the words that a person wrote.
//!
//! In: any text. Out: ids without `[CLS]` and `[SEP]`, and for each token the bytes of the original text that
//! it stands for. The tokenizer is what lies in the model's directory: `tokenizer.json`, or `vocab.txt`, for
//! which BERT's own steps are built here (clean, split at spaces and punctuation, WordPiece; Devlin et al.,
//! <https://arxiv.org/abs/1810.04805>, A.2 and its reference code). Padding and truncation that a
//! `tokenizer.json` brings along are switched off: nothing is padded, and what is too long is windowed, not cut.

use crate::inference::{Error, Result};
use crate::model_dir::ModelDir;
use std::collections::HashMap;
use std::ops::Range;
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;

/// One token of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its place in the vocabulary.
    pub id: u32,
    /// The bytes of the text that it stands for: on character boundaries, in order, may be empty.
    pub bytes: Range<usize>,
    /// Which of BERT's words it is a piece of: letters between spaces, or one punctuation mark.
    pub word: u32,
}

/// The tokens with a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpecialIds {
    /// Before a text.
    pub cls: u32,
    /// After it.
    pub sep: u32,
    /// In place of what the vocabulary has nothing for.
    pub unk: u32,
    /// In place of what is covered.
    pub mask: u32,
}

/// A tokenizer whose ids all lie inside the model's vocabulary.
pub struct Tokenizer {
    inner: tokenizers::Tokenizer,
    special: SpecialIds,
}

impl Tokenizer {
    /// Reads the tokenizer of `dir` for a model with `vocab_size` entries.
    ///
    /// # Errors
    /// Neither file is there or it cannot be read; it lacks one of BERT's special tokens; it has ids that the
    /// model has no vectors for.
    pub fn load(dir: &ModelDir, vocab_size: usize) -> Result<Self> {
        let model = |why: String| Error::Model { model: dir.name(), why };
        let inner = if dir.has("tokenizer.json") {
            tokenizers::Tokenizer::from_bytes(dir.read("tokenizer.json")?)
                .map_err(|e| model(format!("tokenizer.json cannot be read: {e}")))?
        } else if dir.has("vocab.txt") {
            let lowercase = lowercases(dir)?;
            from_vocab(&dir.read("vocab.txt")?, lowercase)
                .map_err(|e| model(format!("vocab.txt cannot be used: {e}")))?
        } else {
            return Err(model("it has neither tokenizer.json nor vocab.txt".into()));
        };
        Self::checked(inner, &dir.name(), vocab_size)
    }

    /// BERT's tokenizer over the entries of a `vocab.txt`, lower case unless one of them has a capital letter. `name` is
    /// what messages call the model.
    ///
    /// # Errors
    /// It is not UTF-8 text, or lacks one of BERT's special tokens.
    pub fn of_vocab(vocab: &[u8], name: &str) -> Result<Self> {
        let inner = from_vocab(vocab, None)
            .map_err(|e| Error::Model { model: name.into(), why: format!("vocab.txt cannot be used: {e}") })?;
        let vocab_size = inner.get_vocab_size(true);
        Self::checked(inner, name, vocab_size)
    }

    fn checked(mut inner: tokenizers::Tokenizer, name: &str, vocab_size: usize) -> Result<Self> {
        let model = |why: String| Error::Model { model: name.into(), why };
        inner.with_padding(None);
        inner.with_truncation(None).map_err(|e| model(format!("tokenizer.json: {e}")))?;
        // What a person writes is text, never a command: "[SEP]" is five characters.
        inner.set_encode_special_tokens(true);

        let largest = inner.get_vocab(true).into_values().max().unwrap_or(0);
        if largest as usize >= vocab_size {
            return Err(model(format!("the tokenizer has the id {largest}, the model has {vocab_size} entries")));
        }
        let id = |token: &str| {
            inner.token_to_id(token).ok_or_else(|| model(format!("the tokenizer has no {token}, which BERT needs")))
        };
        let special = SpecialIds { cls: id("[CLS]")?, sep: id("[SEP]")?, unk: id("[UNK]")?, mask: id("[MASK]")? };
        Ok(Self { inner, special })
    }

    /// What a network reads of `text`: `[CLS]`, its tokens as far as `most` ids in all allow, `[SEP]`.
    ///
    /// # Errors
    /// As [`Tokenizer::encode`].
    pub fn row(&self, text: &str, most: usize) -> Result<Vec<u32>> {
        let tokens = self.encode(text)?;
        let inside = tokens.iter().take(most.saturating_sub(2)).map(|token| token.id);
        Ok(std::iter::once(self.special.cls).chain(inside).chain([self.special.sep]).collect())
    }

    /// The tokens with a meaning of their own.
    pub fn special(&self) -> SpecialIds {
        self.special
    }

    /// The entries of the vocabulary, in no order.
    pub fn vocab(&self) -> HashMap<String, u32> {
        self.inner.get_vocab(false)
    }

    /// The tokens of `text`, without `[CLS]` and `[SEP]`.
    ///
    /// # Errors
    /// [`Error::Input`] where the tokenizer refuses the text.
    pub fn encode(&self, text: &str) -> Result<Vec<Token>> {
        let encoding = self.inner.encode(text, false).map_err(|e| Error::Input(format!("the text: {e}")))?;
        let mut at = 0;
        let tokens = encoding.get_ids().iter().zip(encoding.get_offsets()).zip(encoding.get_word_ids());
        Ok(tokens
            .map(|((&id, &(start, end)), &word)| {
                // Offsets come from somebody else's code: held to order and character boundaries here.
                let start = text.floor_char_boundary(start.max(at));
                let end = text.ceil_char_boundary(end.max(start));
                at = start;
                Token { id, bytes: start..end, word: word.unwrap_or(0) }
            })
            .collect())
    }
}

/// `do_lower_case` of `tokenizer_config.json`, where the directory says it.
fn lowercases(dir: &ModelDir) -> Result<Option<bool>> {
    const FILE: &str = "tokenizer_config.json";
    if !dir.has(FILE) {
        return Ok(None);
    }
    let config: serde_json::Value = serde_json::from_slice(&dir.read(FILE)?)
        .map_err(|e| Error::Model { model: dir.name(), why: format!("{FILE} cannot be read: {e}") })?;
    Ok(config.get("do_lower_case").and_then(serde_json::Value::as_bool))
}

fn is_special(entry: &str) -> bool {
    entry.starts_with('[') && entry.ends_with(']')
}

/// BERT's tokenizer over the entries of `vocab.txt`, one a line, whose id is the line's number from 0. Unless
/// `lowercase` says so, a vocabulary without a capital letter is an uncased one.
fn from_vocab(vocab: &[u8], lowercase: Option<bool>) -> tokenizers::Result<tokenizers::Tokenizer> {
    let vocab = WordPiece::read_bytes(vocab)?;
    let lowercase = lowercase
        .unwrap_or_else(|| !vocab.keys().any(|entry| !is_special(entry) && entry.chars().any(char::is_uppercase)));
    let mut tokenizer = tokenizers::Tokenizer::new(WordPiece::builder().vocab(vocab).build()?);
    // Accents go where case goes, and ideographs are words of their own, as in BERT's reference code.
    tokenizer.with_normalizer(Some(BertNormalizer::new(true, true, None, lowercase)))?;
    tokenizer.with_pre_tokenizer(Some(BertPreTokenizer));
    Ok(tokenizer)
}

#[cfg(test)]
mod tests {
    use super::super::tiny;
    use super::*;
    use serde_json::json;

    fn pieces(tokenizer: &Tokenizer, text: &str) -> Vec<String> {
        let encoded = tokenizer.encode(text).unwrap();
        encoded.iter().map(|t| tokenizer.inner.id_to_token(t.id).unwrap()).collect()
    }

    fn load(path: &std::path::Path) -> Result<Tokenizer> {
        Tokenizer::load(&tiny::open(path), 26)
    }

    #[test]
    fn case_is_what_the_configuration_says_else_what_the_vocabulary_shows() {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(dir.path(), &tiny::config());
        assert_eq!(pieces(&load(dir.path()).unwrap(), "GOOD Films"), ["good", "film", "##s"]);

        tiny::write_json(dir.path(), "tokenizer_config.json", &json!({"do_lower_case": false}));
        assert_eq!(pieces(&load(dir.path()).unwrap(), "GOOD films"), ["[UNK]", "film", "##s"]);

        std::fs::remove_file(dir.path().join("tokenizer_config.json")).unwrap();
        std::fs::write(dir.path().join("vocab.txt"), tiny::vocab().replace("bad", "Bad")).unwrap();
        assert_eq!(pieces(&load(dir.path()).unwrap(), "Bad Good good bad"), ["Bad", "[UNK]", "good", "[UNK]"]);
    }

    #[test]
    fn tokenizer_json_comes_first_and_neither_cuts_nor_pads() {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(dir.path(), &tiny::config());
        let mut inner = load(dir.path()).unwrap().inner;
        inner.with_padding(Some(Default::default()));
        let cut = tokenizers::TruncationParams { max_length: 2, ..Default::default() };
        inner.with_truncation(Some(cut)).unwrap();
        inner.save(dir.path().join("tokenizer.json"), false).unwrap();
        std::fs::write(dir.path().join("vocab.txt"), "").unwrap();
        assert_eq!(pieces(&load(dir.path()).unwrap(), "a good film."), ["a", "good", "film", "."]);
    }

    #[test]
    fn what_a_person_writes_is_never_a_special_token() {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(dir.path(), &tiny::config());
        let path = dir.path();
        load(path).unwrap().inner.save(path.join("tokenizer.json"), false).unwrap();
        let mut json: serde_json::Value =
            serde_json::from_slice(&std::fs::read(path.join("tokenizer.json")).unwrap()).unwrap();
        json["added_tokens"] = json!([{"id": 3, "content": "[SEP]", "single_word": false, "lstrip": false,
            "rstrip": false, "normalized": false, "special": true}]);
        tiny::write_json(path, "tokenizer.json", &json);
        let tokenizer = load(path).unwrap();
        assert!(!tokenizer.encode("good [SEP] bad").unwrap().iter().any(|t| t.id == tokenizer.special().sep));
    }

    #[test]
    fn bytes_are_those_of_the_original_text() {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(dir.path(), &tiny::config());
        let text = "\u{1}Cool 😀\u{200b} 영화 E\u{301}, films";
        let encoded = load(dir.path()).unwrap().encode(text).unwrap();
        let written: Vec<&str> = encoded.iter().map(|t| &text[t.bytes.clone()]).collect();
        assert_eq!(written, ["Co", "ol", "😀", "영화", "E", ",", "film", "s"]);
    }

    #[test]
    fn a_tokenizer_that_cannot_serve_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        tiny::write(dir.path(), &tiny::config());
        let path = dir.path();
        let said = || load(path).err().unwrap().to_string();
        std::fs::write(path.join("vocab.txt"), tiny::vocab().replace("[MASK]", "mask")).unwrap();
        assert!(said().contains("no [MASK]"), "{}", said());
        std::fs::write(path.join("vocab.txt"), tiny::vocab() + "more\n").unwrap();
        assert!(said().contains("the id 26, the model has 26 entries"), "{}", said());
        std::fs::write(path.join("vocab.txt"), [0xff, 0xfe]).unwrap();
        assert!(said().contains("vocab.txt cannot be used"), "{}", said());
        std::fs::write(path.join("tokenizer.json"), "{}").unwrap();
        assert!(said().contains("tokenizer.json cannot be read"), "{}", said());
        std::fs::remove_file(path.join("tokenizer.json")).unwrap();
        std::fs::remove_file(path.join("vocab.txt")).unwrap();
        assert!(said().contains("neither tokenizer.json nor vocab.txt"), "{}", said());
    }
}
