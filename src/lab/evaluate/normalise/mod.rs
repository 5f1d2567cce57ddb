//! What two transcripts of the same words have in common: they lose what a writer decides and a speaker does not.
//!
//! The rules are those of Whisper's evaluation (Radford et al. 2022, appendix C;
//! <https://github.com/openai/whisper/tree/v20240930/whisper/normalizers>), so that error rates can be held against
//! published ones:
//!
//! - English: [`english`], with contractions, titles and numbers written one way.
//! - Other languages: what stands in brackets goes, everything else is composed (NFKC) and in lower case, symbols and
//!   punctuation become spaces. Marks stay, as with Whisper's later option `preserve_marks`: without it the words of
//!   Indic scripts fall apart.
//!
//! What is left out of Whisper's: the list of British and American spellings.

mod english;
mod numbers;

use std::borrow::Cow;
use std::sync::LazyLock;
use tokenizers::NormalizedString;
use tokenizers::utils::SysRegex;

/// Languages whose error rate is that of characters: in some no space stands between words, and in Korean writers differ
/// in where it stands.
const IN_CHARACTERS: [&str; 9] = ["zh", "yue", "ja", "ko", "th", "lo", "my", "km", "bo"];

/// A regular expression, and what stands in the place of what it matches.
type Rule = (SysRegex, &'static str);

static BRACKETS: LazyLock<Vec<Rule>> = LazyLock::new(|| rules(&[(r"[<\[][^>\]]*[>\]]", ""), (r"\([^)]+?\)", "")]));
static SYMBOLS: LazyLock<Vec<Rule>> = LazyLock::new(|| rules(&[(r"[\p{S}\p{P}]", " ")]));

/// Whether the error rate of a language, by its code or English name, is that of characters.
pub fn is_counted_in_characters(language: &str) -> bool {
    let names = ["chinese", "cantonese", "japanese", "korean", "thai", "lao", "myanmar", "khmer", "tibetan"];
    let language = language.to_lowercase();
    IN_CHARACTERS.contains(&language.as_str()) || names.contains(&language.as_str())
}

/// `text` as it is compared: words with one space between. `language` is a code or an English name.
pub fn normalised(text: &str, language: Option<&str>) -> String {
    let is_english = language.is_some_and(|l| ["en", "english"].contains(&l.to_lowercase().as_str()));
    let text = replaced(text.to_lowercase(), &BRACKETS);
    let text = if is_english { english::normalised(text) } else { basic(&text) };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn basic(text: &str) -> String {
    let mut composed = NormalizedString::from(text);
    composed.nfkc();
    replaced(composed.get().to_string(), &SYMBOLS).to_lowercase()
}

fn rules(table: &[(&str, &'static str)]) -> Vec<Rule> {
    table.iter().map(|(pattern, with)| (SysRegex::new(pattern).expect("our own patterns are sound"), *with)).collect()
}

/// `text` after one rule and then the next.
fn replaced(text: String, rules: &[Rule]) -> String {
    rules.iter().fold(text, |text, (pattern, with)| match replace(&text, pattern, with) {
        Cow::Borrowed(_) => text,
        Cow::Owned(changed) => changed,
    })
}

fn replace<'t>(text: &'t str, pattern: &SysRegex, with: &str) -> Cow<'t, str> {
    let (mut changed, mut copied) = (String::new(), 0);
    for (start, end) in pattern.find_iter(text) {
        changed += &text[copied..start];
        changed += with;
        copied = end;
    }
    if copied == 0 { Cow::Borrowed(text) } else { Cow::Owned(changed + &text[copied..]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_languages_lose_case_and_punctuation() {
        for (language, text, want) in [
            ("de", "Der „Raum“, [Musik] DIESER (leise) Straße.", "der raum dieser straße"),
            ("ko", "그는 이리저리 피하면서, 길 한 옆으로!", "그는 이리저리 피하면서 길 한 옆으로"),
            ("hi", "नमस्ते, दुनिया।", "नमस्ते दुनिया"),
            // Full-width letters, and a Korean syllable in its parts, are composed.
            ("ja", "ＡＢＣ　です。", "abc です"),
            ("ko", "\u{1112}\u{1161}\u{11ab}글", "한글"),
            ("fr", "", ""),
        ] {
            assert_eq!(normalised(text, Some(language)), want, "{text}");
        }
    }

    #[test]
    fn korean_and_chinese_are_counted_in_characters() {
        assert!(["ko", "Korean", "zh", "Thai"].into_iter().all(is_counted_in_characters));
        assert!(!["en", "German", "de", ""].into_iter().any(is_counted_in_characters));
    }

    proptest! {
        /// Nothing that a model may write breaks it.
        #[test]
        fn normal_text_has_single_spaces_and_no_capitals(text in "\\PC{0,40}", english in any::<bool>()) {
            let normal = normalised(&text, Some(if english { "en" } else { "de" }));
            prop_assert!(!normal.contains("  ") && normal.trim() == normal);
        }

        #[test]
        fn what_is_normal_stays_so(text in "[a-zé ]{0,40}") {
            let normal = normalised(&text, Some("de"));
            prop_assert_eq!(normalised(&normal, Some("de")), normal);
        }
    }
}
