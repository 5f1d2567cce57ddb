//! Tokens to text, and the tokens that steer Whisper.
//!
//! `tokenizer.json` is transformers' file. The steering tokens are looked up by their text, because their
//! numbers differ between the English-only and the multilingual models.

use super::config::Config;
use super::languages::LANGUAGES;
use crate::inference::{Error, Result};
use crate::model_dir::ModelDir;

/// The file in a model directory.
const TOKENIZER_FILE: &str = "tokenizer.json";
/// Seconds from one timestamp token to the next: two mel frames.
pub(super) const SECONDS_PER_TIMESTAMP: f64 = 0.02;
/// What an unfinished UTF-8 sequence decodes to.
const REPLACEMENT: char = '\u{FFFD}';

/// Text from tokens, and the steering tokens.
pub(super) struct Vocabulary {
    tokenizer: tokenizers::Tokenizer,
    pub special: Special,
}

/// Tokens that are not text.
#[derive(Debug, Clone)]
pub(super) struct Special {
    /// `<|endoftext|>`: everything below is text, everything from here on is not.
    pub end: u32,
    /// `<|startoftranscript|>`
    pub start: u32,
    /// `<|startofprev|>`: what was said before follows.
    pub previous: u32,
    pub transcribe: u32,
    pub translate: u32,
    /// `<|nocaptions|>`, in newer files `<|nospeech|>`.
    pub no_speech: u32,
    pub no_timestamps: u32,
    /// 0.00 s; each later token is 20 ms more.
    pub first_timestamp: u32,
    /// 30.00 s.
    pub last_timestamp: u32,
    /// Code and token of each language that the model knows.
    pub languages: Vec<(&'static str, u32)>,
}

impl Vocabulary {
    pub fn load(dir: &ModelDir, config: &Config) -> Result<Self> {
        let wrong = |why: String| Error::Model { model: dir.name(), why: format!("{TOKENIZER_FILE}: {why}") };
        let tokenizer =
            tokenizers::Tokenizer::from_bytes(dir.read(TOKENIZER_FILE)?).map_err(|e| wrong(e.to_string()))?;
        let special = Special::find(&tokenizer, config).map_err(wrong)?;
        Ok(Self { tokenizer, special })
    }

    /// The text of `tokens`; those that are not text are left out. Bytes are joined before they are read as
    /// UTF-8, so a syllable may be split over tokens; one that the end cuts is left out.
    pub fn text(&self, tokens: &[u32]) -> Result<String> {
        let mut text = self.raw_text(tokens)?;
        text.truncate(text.trim_end_matches(REPLACEMENT).len());
        Ok(text)
    }

    /// How many of `tokens` form whole characters: the rest belongs to what follows.
    pub fn whole(&self, tokens: &[u32]) -> Result<usize> {
        // A character has at most 4 bytes, so at most 3 tokens wait for its last.
        for waiting in 0..=3.min(tokens.len()) {
            let whole = tokens.len() - waiting;
            if !self.raw_text(&tokens[..whole])?.ends_with(REPLACEMENT) {
                return Ok(whole);
            }
        }
        Ok(tokens.len())
    }

    fn raw_text(&self, tokens: &[u32]) -> Result<String> {
        let text: Vec<u32> = tokens.iter().copied().filter(|&t| self.special.is_text(t)).collect();
        self.tokenizer.decode(&text, true).map_err(|e| Error::Input(format!("the tokens cannot be read as text: {e}")))
    }
}

impl Special {
    fn find(tokenizer: &tokenizers::Tokenizer, config: &Config) -> std::result::Result<Self, String> {
        let find = |names: &[&str]| {
            let id = names.iter().find_map(|name| tokenizer.token_to_id(name));
            let id = id.ok_or_else(|| format!("it has no token {}", names.join(" or ")))?;
            let fits = (id as usize) < config.vocab_size;
            if fits { Ok(id) } else { Err(format!("token {id} lies beyond vocab_size {}", config.vocab_size)) }
        };
        let no_timestamps = find(&["<|notimestamps|>"])?;
        // Only newer files list the timestamps; in all they follow upon this token.
        let first_timestamp = no_timestamps + 1;
        let last_timestamp = first_timestamp + config.max_source_positions as u32;
        if last_timestamp as usize >= config.vocab_size {
            return Err(format!("vocab_size {} leaves no room for the timestamps", config.vocab_size));
        }
        let languages = LANGUAGES
            .iter()
            .filter_map(|(code, _)| Some((*code, find(&[&format!("<|{code}|>")]).ok()?)))
            .filter(|_| config.multilingual())
            .collect::<Vec<_>>();
        if config.multilingual() && languages.is_empty() {
            return Err("it has no language tokens".into());
        }
        Ok(Self {
            end: find(&["<|endoftext|>"])?,
            start: find(&["<|startoftranscript|>"])?,
            previous: find(&["<|startofprev|>"])?,
            transcribe: find(&["<|transcribe|>"])?,
            translate: find(&["<|translate|>"])?,
            no_speech: find(&["<|nocaptions|>", "<|nospeech|>"])?,
            no_timestamps,
            first_timestamp,
            last_timestamp,
            languages,
        })
    }

    pub fn is_text(&self, token: u32) -> bool {
        token < self.end
    }

    pub fn is_timestamp(&self, token: u32) -> bool {
        (self.first_timestamp..=self.last_timestamp).contains(&token)
    }

    /// Seconds since the start of the piece.
    pub fn seconds(&self, timestamp: u32) -> f64 {
        f64::from(timestamp.saturating_sub(self.first_timestamp)) * SECONDS_PER_TIMESTAMP
    }
}
