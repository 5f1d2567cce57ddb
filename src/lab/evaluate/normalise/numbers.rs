//! Spelled-out English numbers to digits, as Whisper's `EnglishNumberNormalizer` does: cardinals (`two hundred and five`),
//! ordinals and plurals (`twenty first`, `sixties`), digits one by one (`one oh one`), years (`nineteen sixty`), percent.
//!
//! Left as they stand: signs, currencies, fractions, `double` and `triple`, `point`.

/// Names of 1 to 19.
const ONES: [&str; 19] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
/// Names of 20 to 90.
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const MULTIPLIERS: [(&str, u128); 5] = [
    ("hundred", 100),
    ("thousand", 1_000),
    ("million", 1_000_000),
    ("billion", 1_000_000_000),
    ("trillion", 1_000_000_000_000),
];
/// Ordinals that are not the name with `th` behind it.
const IRREGULAR: [(&str, &str); 7] = [
    ("first", "one"),
    ("second", "two"),
    ("third", "three"),
    ("fifth", "five"),
    ("eighth", "eight"),
    ("ninth", "nine"),
    ("twelfth", "twelve"),
];

/// What a word adds to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Zero,
    /// 1 to 19.
    Ones(u128),
    /// 20 to 90.
    Tens(u128),
    Multiplier(u128),
    /// Digits as they stand.
    Digits(u128),
}

/// A number that is being read.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Sum(u128),
    /// Digits side by side: of a year, of a telephone number.
    Row(String),
}

/// `words` with their numbers in digits.
pub fn in_digits(words: &[&str]) -> Vec<String> {
    let (mut written, mut value, mut before) = (Vec::new(), None::<Value>, None);
    let mut at = 0;
    while let Some(&word) = words.get(at) {
        at += 1;
        let next = words.get(at).and_then(|next| part(next));
        let past = std::mem::take(&mut before);
        if let Some((part, suffix)) = part(word) {
            if matches!(part, Part::Digits(_)) {
                written.extend(value.take().map(|value| value.to_string()));
            }
            let sum = with(value.take(), part, past);
            if suffix.is_empty() {
                (value, before) = (Some(sum), Some(part));
            } else {
                written.push(format!("{sum}{suffix}"));
            }
        } else if word == "and" && next.is_some() && matches!(past, Some(Part::Multiplier(_))) {
            before = past;
        } else if value.is_some() && (word == "percent" || word == "per" && words.get(at) == Some(&"cent")) {
            at += usize::from(word == "per");
            written.extend(value.take().map(|value| format!("{value}%")));
        } else {
            written.extend(value.take().map(|value| value.to_string()));
            written.push(word.into());
        }
    }
    written.extend(value.map(|value| value.to_string()));
    written
}

/// The number that `value` is with `part` behind it; `past` is the part before.
fn with(value: Option<Value>, part: Part, past: Option<Part>) -> Value {
    let (Some(value), false) = (value, matches!(part, Part::Digits(_))) else {
        return match part {
            Part::Zero => Value::Row("0".into()),
            Part::Ones(n) | Part::Tens(n) | Part::Multiplier(n) | Part::Digits(n) => Value::Sum(n),
        };
    };
    let in_a_row = |digits: u128| Value::Row(format!("{value}{digits}"));
    match (part, &value) {
        (Part::Zero, _) => in_a_row(0),
        (Part::Ones(n), Value::Row(row)) if matches!(past, Some(Part::Tens(_))) && n < 10 => {
            Value::Row(format!("{}{n}", &row[..row.len() - 1]))
        }
        (Part::Ones(n), Value::Sum(sum)) if !matches!(past, Some(Part::Ones(_))) => {
            let room = if n < 10 { 10 } else { 100 };
            if sum % room == 0 { Value::Sum(sum + n) } else { in_a_row(n) }
        }
        (Part::Tens(n), Value::Sum(sum)) if sum % 100 == 0 => Value::Sum(sum + n),
        (Part::Multiplier(n), Value::Sum(sum)) => {
            // What stands below a thousand is multiplied: in "one million two hundred thousand", two hundred.
            let (thousands, rest) = (sum / 1000 * 1000, sum % 1000);
            Value::Sum(thousands + rest * n)
        }
        (Part::Multiplier(n), Value::Row(row)) => match row.parse::<u64>() {
            Ok(row) => Value::Sum(u128::from(row) * n),
            Err(_) => in_a_row(n),
        },
        (Part::Ones(n) | Part::Tens(n) | Part::Digits(n), _) => in_a_row(n),
    }
}

/// What a word says, and the `th`, `st` or `s` behind it.
fn part(word: &str) -> Option<(Part, &'static str)> {
    if let Some(part) = cardinal(word) {
        return Some((part, ""));
    }
    if let Some((_, name)) = IRREGULAR.iter().find(|(ordinal, _)| *ordinal == word) {
        let suffix = match word {
            "first" => "st",
            "second" => "nd",
            "third" => "rd",
            _ => "th",
        };
        return cardinal(name).map(|part| (part, suffix));
    }
    let of =
        |name: String, suffix| cardinal(&name).filter(|part| !matches!(part, Part::Digits(_))).map(|p| (p, suffix));
    let cut = |ending: &str, with: &str| word.strip_suffix(ending).map(|stem| format!("{stem}{with}"));
    let table = [("ieth", "y", "th"), ("ies", "y", "s"), ("th", "", "th"), ("es", "", "s"), ("s", "", "s")];
    table.into_iter().find_map(|(ending, with, suffix)| of(cut(ending, with)?, suffix))
}

fn cardinal(word: &str) -> Option<Part> {
    let place = |names: &[&str]| names.iter().position(|name| *name == word).map(|at| at as u128);
    if ["zero", "oh", "o"].contains(&word) {
        return Some(Part::Zero);
    }
    let multiplier = || MULTIPLIERS.iter().find(|(name, _)| *name == word).map(|(_, n)| Part::Multiplier(*n));
    // Leading zeros say that these are digits and no amount. 64 bits, so that no sum or product exceeds 128.
    let digits = || word.parse::<u64>().ok().filter(|n| n.to_string() == word).map(|n| Part::Digits(n.into()));
    place(&ONES)
        .map(|at| Part::Ones(at + 1))
        .or_else(|| place(&TENS).map(|at| Part::Tens(10 * (at + 2))))
        .or_else(multiplier)
        .or_else(digits)
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        match self {
            Self::Sum(sum) => write!(f, "{sum}"),
            Self::Row(row) => f.write_str(row),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn digits(text: &str) -> String {
        in_digits(&text.split_whitespace().collect::<Vec<_>>()).join(" ")
    }

    #[test]
    fn numbers_are_those_of_whispers_normaliser() {
        for (words, want) in [
            ("two hundred and five", "205"),
            ("one million two hundred thousand thirty four", "1200034"),
            ("nineteen sixty five", "1965"),
            ("twenty twenty four", "2024"),
            ("one oh one", "101"),
            ("twenty first of the sixties", "21st of the 60s"),
            ("the fifth and the hundredth", "the 5th and the 100th"),
            ("fifty percent or five per cent", "50% or 5%"),
            ("two and three", "2 and 3"),
            ("2 million and 5", "2000000 5"),
            ("five 6", "5 6"),
            ("thousands of them", "1000s of them"),
            ("sixes and sevens", "6s and 7s"),
            ("per cent", "per cent"),
            ("a tent and a month", "a tent and a month"),
            ("007 calls", "007 calls"),
            ("no numbers here", "no numbers here"),
            ("", ""),
        ] {
            assert_eq!(digits(words), want, "{words}");
        }
    }

    proptest! {
        /// However numbers are strung together, nothing overflows and no other word is lost.
        #[test]
        fn other_words_stay(words in proptest::collection::vec(
            proptest::sample::select(vec!["cat", "o", "nine", "twelfth", "ninety", "hundred", "trillion", "and", "99", "per",
                "18446744073709551610"]), 0..40)
        ) {
            let said = in_digits(&words);
            let cats = |words: &[&str]| words.iter().filter(|word| **word == "cat").count();
            prop_assert_eq!(said.iter().filter(|word| *word == "cat").count(), cats(&words));
        }

        #[test]
        fn a_number_is_read_back(n in 1u32..1000) {
            let below_hundred = |n: usize| match n {
                0 => String::new(),
                1..20 => ONES[n - 1].into(),
                _ if n.is_multiple_of(10) => TENS[n / 10 - 2].into(),
                _ => format!("{} {}", TENS[n / 10 - 2], ONES[n % 10 - 1]),
            };
            let (hundreds, rest) = (n as usize / 100, n as usize % 100);
            let mut words = below_hundred(rest);
            if hundreds > 0 {
                words = format!("{} hundred and {words}", ONES[hundreds - 1]);
            }
            prop_assert_eq!(digits(words.trim_end().trim_end_matches(" and")), n.to_string());
        }
    }
}
