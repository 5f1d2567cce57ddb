//! From tokens to the words that a person sees.
//!
//! BERT splits at every punctuation mark, so `don't` is three of its words and `low-budget` too. A person sees
//! one: an apostrophe or hyphen between letters, with no space around it, joins what it stands between. Every
//! other punctuation mark is a word of its own, because it can carry a feeling (`!`).

use super::tokenizer::Token;
use std::ops::Range;

/// A word: its bytes in the text and its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Span {
    pub bytes: Range<usize>,
    pub tokens: Range<usize>,
}

/// The words of `text`: in order, apart from each other, and together they have every token.
pub(super) fn words(text: &str, tokens: &[Token]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let new_word = at == 0 || tokens[at - 1].word != token.word;
        match spans.last_mut() {
            // What the tokenizer lays over each other (a character that became several) stays one word.
            Some(last) if !new_word || token.bytes.start < last.bytes.end || token.bytes.is_empty() => {
                last.bytes.end = last.bytes.end.max(token.bytes.end);
                last.tokens.end = at + 1;
            }
            _ => spans.push(Span { bytes: token.bytes.clone(), tokens: at..at + 1 }),
        }
    }
    join(text, spans)
}

/// Joins `don`, `'`, `t` where nothing stands between them.
fn join(text: &str, spans: Vec<Span>) -> Vec<Span> {
    let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
    let mut rest = spans.into_iter().peekable();
    while let Some(span) = rest.next() {
        let is_joiner = matches!(&text[span.bytes.clone()], "'" | "’" | "-" | "‐");
        let before = joined.last().is_some_and(|b| b.bytes.end == span.bytes.start && ends_in_letter(text, b));
        let after = rest.peek().is_some_and(|a| a.bytes.start == span.bytes.end && begins_with_letter(text, a));
        match (joined.last_mut(), is_joiner && before && after, rest.peek()) {
            (Some(last), true, Some(next)) => {
                last.bytes.end = next.bytes.end;
                last.tokens.end = next.tokens.end;
                rest.next();
            }
            _ => joined.push(span),
        }
    }
    joined
}

fn ends_in_letter(text: &str, span: &Span) -> bool {
    text[span.bytes.clone()].chars().next_back().is_some_and(char::is_alphanumeric)
}

fn begins_with_letter(text: &str, span: &Span) -> bool {
    text[span.bytes.clone()].chars().next().is_some_and(char::is_alphanumeric)
}
