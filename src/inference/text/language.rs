//! Whether a text is written in letters that the model has learned.
//!
//! A vocabulary shows what a model was trained on: it has whole words of its own languages and at most lone
//! characters of others. A script counts as known when at least [`KNOWN_SHARE`] of the vocabulary's entries
//! begin with a letter of it. This tells Korean from English; it can't tell German from English, for both are
//! Latin: no claim is made there.

/// English BERT (cased, 28,996 entries) has 96 % Latin entries; the next, Han, has 0.8 %, Hangul 0.04 %.
const KNOWN_SHARE: f32 = 0.02;

/// First and last code point of the blocks that hold a script's letters, from the Unicode standard's `Scripts.txt`,
/// for the scripts that people are likely to write in. The number groups the blocks of one script.
const SCRIPTS: [(u32, u32, u8); 26] = [
    (0x0041, 0x024F, 0),    // Latin
    (0x1E00, 0x1EFF, 0),    // Latin, Vietnamese among them
    (0x0370, 0x03FF, 1),    // Greek
    (0x1F00, 0x1FFF, 1),    // Greek, polytonic
    (0x0400, 0x052F, 2),    // Cyrillic
    (0x0530, 0x058F, 3),    // Armenian
    (0x0590, 0x05FF, 4),    // Hebrew
    (0x0600, 0x06FF, 5),    // Arabic
    (0x0750, 0x077F, 5),    // Arabic
    (0xFB50, 0xFEFC, 5),    // Arabic, presentation forms
    (0x0900, 0x097F, 6),    // Devanagari
    (0x0980, 0x09FF, 7),    // Bengali
    (0x0B80, 0x0BFF, 8),    // Tamil
    (0x0C00, 0x0C7F, 9),    // Telugu
    (0x0E00, 0x0E7F, 10),   // Thai
    (0x10A0, 0x10FF, 11),   // Georgian
    (0x1100, 0x11FF, 12),   // Hangul, jamo
    (0x3130, 0x318F, 12),   // Hangul, compatibility jamo
    (0xAC00, 0xD7AF, 12),   // Hangul, syllables
    (0x3040, 0x30FF, 13),   // Hiragana and katakana
    (0xFF66, 0xFF9F, 13),   // Katakana, half width
    (0x3400, 0x4DBF, 14),   // Han
    (0x4E00, 0x9FFF, 14),   // Han
    (0xF900, 0xFAFF, 14),   // Han, compatibility
    (0x20000, 0x323AF, 14), // Han, extensions
    (0x1780, 0x17FF, 15),   // Khmer
];
/// Scripts in [`SCRIPTS`], and one for all the others, which counts as never known.
const KINDS: usize = 17;
const OTHER: usize = KINDS - 1;

/// The scripts of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct KnownScripts([bool; KINDS]);

impl KnownScripts {
    /// Reads the scripts off a vocabulary's entries; `##` before a piece is no part of it.
    pub fn of_vocab<'a>(entries: impl IntoIterator<Item = &'a str>) -> Self {
        let mut counts = [0u32; KINDS];
        let first_letters = entries.into_iter().filter_map(|e| e.strip_prefix("##").unwrap_or(e).chars().next());
        first_letters.filter_map(script).for_each(|s| counts[s] += 1);
        let least = counts.iter().sum::<u32>() as f32 * KNOWN_SHARE;
        let mut known = counts.map(|n| n > 0 && n as f32 >= least);
        known[OTHER] = false;
        Self(known)
    }

    /// Whether at least half of the letters of `text` are of known scripts; true where it has no letters.
    pub fn know(&self, text: &str) -> bool {
        let (mut letters, mut known) = (0usize, 0usize);
        for s in text.chars().filter_map(script) {
            letters += 1;
            known += usize::from(self.0[s]);
        }
        2 * known >= letters
    }
}

/// Which script a letter belongs to; `None` for what is no letter.
fn script(c: char) -> Option<usize> {
    let code = c as u32;
    let find = || SCRIPTS.iter().find(|(first, last, _)| (*first..=*last).contains(&code));
    c.is_alphabetic().then(|| find().map_or(OTHER, |(_, _, kind)| usize::from(*kind)))
}

#[cfg(test)]
mod tests {
    use super::KnownScripts;

    #[test]
    fn scripts_of_the_vocabulary_are_known_and_others_are_not() {
        let latin: Vec<String> = ('a'..='z').flat_map(|a| ['x', 'y'].map(|b| format!("{a}{b}"))).collect();
        let vocab = latin.iter().map(String::as_str).chain(["[UNK]", "##ing", "영", "."]);
        let known = KnownScripts::of_vocab(vocab);
        for text in ["a good film", "Ça va? Größe", "12 !", "", "😀", "film 영화 and more film"] {
            assert!(known.know(text), "{text}");
        }
        for text in ["фильм", "хороший film", "映画はよかった", "فيلم", "ᏣᎳᎩ"] {
            assert!(!known.know(text), "{text}");
        }
    }

    #[test]
    fn one_korean_entry_among_many_makes_no_korean_model() {
        let latin: Vec<String> = (0..99).map(|i| format!("w{i}")).collect();
        let english = KnownScripts::of_vocab(latin.iter().map(String::as_str).chain(["영"]));
        assert!(!english.know("좋은 영화"));
        let both = KnownScripts::of_vocab(latin.iter().map(String::as_str).chain(["영", "좋", "##은"]));
        assert!(both.know("좋은 영화") && both.know("a good film"));
    }

    #[test]
    fn a_vocabulary_without_letters_knows_nothing() {
        assert!(!KnownScripts::of_vocab(["[UNK]", "."]).know("a"));
    }
}
