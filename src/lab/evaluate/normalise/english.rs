//! English, written one way: the rules of Whisper's `EnglishTextNormalizer`, in its order.
//!
//! 1. Hesitations (`um`) go; contractions (`won't`), titles (`Mr`) and a few informal words (`gonna`) are spelled out.
//! 2. Commas between digits go, full stops that no digit follows too.
//! 3. Compatibility decomposition (NFKD); diacritics go, and symbols and punctuation but `. % $ ¢ € £` become spaces.
//! 4. Spelled-out numbers become digits ([`numbers`](super::numbers)).
//! 5. What is left of those symbols goes where it does not stand at a number.

use super::{Rule, numbers, replaced, rules};
use std::sync::LazyLock;
use tokenizers::NormalizedString;

#[rustfmt::skip]
static SPELLED_OUT: LazyLock<Vec<Rule>> = LazyLock::new(|| rules(&[
    (r"\b(hmm|mm|mhm|mmm|uh|um)\b", ""),
    // The apostrophe that writers curve; Whisper itself writes the straight one.
    ("’", "'"), (r"\s+'", "'"),
    (r"\bwon't\b", "will not"), (r"\bcan't\b", "can not"), (r"\blet's\b", "let us"), (r"\bain't\b", "aint"),
    (r"\by'all\b", "you all"), (r"\bwanna\b", "want to"), (r"\bgotta\b", "got to"), (r"\bgonna\b", "going to"),
    (r"\bi'ma\b", "i am going to"), (r"\bimma\b", "i am going to"), (r"\bwoulda\b", "would have"),
    (r"\bcoulda\b", "could have"), (r"\bshoulda\b", "should have"), (r"\bma'am\b", "madam"),
    (r"\bmr\b", "mister "), (r"\bmrs\b", "missus "), (r"\bst\b", "saint "), (r"\bdr\b", "doctor "),
    (r"\bprof\b", "professor "), (r"\bcapt\b", "captain "), (r"\bgov\b", "governor "), (r"\bald\b", "alderman "),
    (r"\bgen\b", "general "), (r"\bsen\b", "senator "), (r"\brep\b", "representative "), (r"\bpres\b", "president "),
    (r"\brev\b", "reverend "), (r"\bhon\b", "honorable "), (r"\basst\b", "assistant "), (r"\bassoc\b", "associate "),
    (r"\blt\b", "lieutenant "), (r"\bcol\b", "colonel "), (r"\bjr\b", "junior "), (r"\bsr\b", "senior "),
    (r"\besq\b", "esquire "),
    (r"'d been\b", " had been"), (r"'s been\b", " has been"), (r"'d gone\b", " had gone"), (r"'s gone\b", " has gone"),
    (r"'d done\b", " had done"), (r"'s got\b", " has got"),
    (r"n't\b", " not"), (r"'re\b", " are"), (r"'s\b", " is"), (r"'d\b", " would"), (r"'ll\b", " will"),
    (r"'t\b", " not"), (r"'ve\b", " have"), (r"'m\b", " am"),
    (r"(?<=\d),(?=\d)", ""), (r"\.(?![0-9])", " "),
]));

#[rustfmt::skip]
static PLAIN_LETTERS: LazyLock<Vec<Rule>> = LazyLock::new(|| rules(&[
    (r"\p{Mn}", ""), (r"(?![.%$¢€£])[\p{M}\p{S}\p{P}]", " "),
    ("œ", "oe"), ("ø", "o"), ("æ", "ae"), ("ß", "ss"), ("đ", "d"), ("ð", "d"), ("þ", "th"), ("ł", "l"),
]));

static AT_NO_NUMBER: LazyLock<Vec<Rule>> =
    LazyLock::new(|| rules(&[(r"[.$¢€£](?![0-9])", " "), (r"(?<![0-9])%", " ")]));

/// `text`, which is in lower case and without brackets.
pub fn normalised(text: String) -> String {
    let mut decomposed = NormalizedString::from(replaced(text, &SPELLED_OUT));
    decomposed.nfkd();
    let plain = replaced(decomposed.get().to_string(), &PLAIN_LETTERS);
    let words: Vec<&str> = plain.split_whitespace().collect();
    replaced(numbers::in_digits(&words).join(" "), &AT_NO_NUMBER)
}

#[cfg(test)]
mod tests {
    use crate::lab::evaluate::normalised;

    #[test]
    fn what_writers_decide_makes_no_difference() {
        for (a, b) in [
            ("Mr. Quilter's here, isn't he?", "mister quilter is here is not he"),
            ("I won’t; I CAN'T!", "i will not i can not"),
            ("They're gonna [laughs] win (maybe).", "they are going to win"),
            ("Um, he 's been to Saint-Étienne", "he has been to saint etienne"),
            ("It cost $1,000.50 or 20%.", "it cost $1000.50 or 20%"),
            ("twenty-one thousand dollars", "21000 dollars"),
            ("a %-sign. And $ too", "a sign and too"),
            ("naïve Œuvre", "naive oeuvre"),
        ] {
            assert_eq!(normalised(a, Some("en")), normalised(b, Some("English")), "{a}");
        }
    }

    #[test]
    fn what_speakers_decide_does() {
        for (a, b) in [("he is here", "she is here"), ("can", "can not"), ("twenty", "thirty"), ("20%", "20")] {
            assert_ne!(normalised(a, Some("en")), normalised(b, Some("en")), "{a}");
        }
    }
}
