//! Sentences about what a corpus has nothing of, made of patterns.
//!
//! ```text
//! # A list: a name, and what may stand in its place.
//! meal = breakfast | the soup
//! # A sentence: its label (a class's number, or `neutral`), a tab, and words with lists in braces, by name or as they are.
//! 1    {meal} was {really |} {good | what i had hoped for}
//! neutral    {meal} is at eight
//! ```
//! A list may name other lists. What a sentence is labelled holds for whatever stands in it.

use super::{Label, Text};
use crate::lab::train::{Error, Result};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, HashSet};
use std::path::Path;

/// A list in a list in a list: no sentence of ours is deeper, and one that names itself ends here.
const MOST_DEPTH: usize = 8;

/// Patterns of sentences.
#[derive(Debug, Clone)]
pub struct Templates {
    lists: BTreeMap<String, Vec<String>>,
    sentences: Vec<(Label, String)>,
}

impl Templates {
    /// Reads the file at `path`, for a model of so many classes.
    ///
    /// # Errors
    /// It cannot be read; a line is neither list nor sentence, names a list that there is none of, or one that comes to
    /// name itself: the line is named.
    pub fn open(path: &Path, classes: usize) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(Error::read(path))?;
        Self::parse(&text, classes)
            .map_err(|(line, why)| Error::Data { path: format!("{}, line {line}", path.display()), why })
    }

    fn parse(text: &str, classes: usize) -> std::result::Result<Self, (usize, String)> {
        let mut templates = Self { lists: BTreeMap::new(), sentences: Vec::new() };
        let mut places = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let wrong = |why: &str| (at + 1, why.to_string());
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some((label, sentence)) = line.split_once('\t') {
                let label = match label.trim() {
                    "neutral" => Label::Neutral,
                    number => match number.parse::<usize>() {
                        Ok(class) if class < classes => Label::Class(class as u32),
                        _ => return Err(wrong("before the tab stands a class's number or `neutral`")),
                    },
                };
                templates.sentences.push((label, sentence.trim().into()));
                places.push(at + 1);
            } else if let Some((name, words)) = line.split_once('=') {
                let words = words.split('|').map(|word| word.trim().to_string()).collect();
                if templates.lists.insert(name.trim().into(), words).is_some() {
                    return Err(wrong("this list is there already"));
                }
            } else {
                return Err(wrong("is neither a list (name = one | other) nor a sentence (label, tab, words)"));
            }
        }
        for ((_, sentence), place) in templates.sentences.iter().zip(places) {
            templates.check(sentence, 0).map_err(|why| (place, why))?;
        }
        if templates.sentences.is_empty() {
            return Err((1, "the file holds no sentences".into()));
        }
        Ok(templates)
    }

    /// Every list that `pattern` comes to name is there.
    fn check(&self, pattern: &str, depth: usize) -> std::result::Result<(), String> {
        for list in lists(pattern)? {
            if depth == MOST_DEPTH {
                return Err(format!("{{{list}}} comes to name itself"));
            }
            if !list.contains('|') {
                let words = self.lists.get(list).ok_or_else(|| format!("there is no list {list}"))?;
                words.iter().try_for_each(|word| self.check(word, depth + 1))?;
            }
        }
        Ok(())
    }

    /// So many different sentences at most, as many of each label as can be; fewer where the patterns have no more.
    pub fn sentences(&self, count: usize, random: &mut ChaCha8Rng) -> Vec<Text> {
        let mut labels: Vec<Label> = self.sentences.iter().map(|(label, _)| *label).collect();
        labels.dedup();
        let labels: Vec<Label> =
            labels.iter().enumerate().filter(|(at, l)| !labels[..*at].contains(l)).map(|(_, l)| *l).collect();
        let mut made = Vec::with_capacity(count);
        let mut seen = HashSet::new();
        for label in &labels {
            let patterns: Vec<&str> =
                self.sentences.iter().filter(|(of, _)| of == label).map(|(_, pattern)| pattern.as_str()).collect();
            let want = count / labels.len();
            // A pattern without lists has one sentence: it is not asked for more than it has for ever.
            for _ in 0..want * 2 {
                if made.len() >= want * (labels.iter().position(|l| l == label).unwrap_or(0) + 1) {
                    break;
                }
                let pattern = patterns.choose(random).expect("each label has a pattern");
                let text = self.fill(pattern, random);
                if seen.insert(text.clone()) {
                    made.push(Text { text, label: *label });
                }
            }
        }
        made
    }

    /// `pattern` with something in the place of each list.
    fn fill(&self, pattern: &str, random: &mut ChaCha8Rng) -> String {
        let mut text = String::new();
        let mut rest = pattern;
        while let Some((before, after)) = rest.split_once('{') {
            let (list, after) = after.split_once('}').expect("checked");
            text.push_str(before);
            let word = if list.contains('|') {
                let words: Vec<&str> = list.split('|').map(str::trim).collect();
                words.choose(random).expect("a split has a part").to_string()
            } else {
                let words = &self.lists[list];
                self.fill(&words[random.random_range(0..words.len())], random)
            };
            text.push_str(&word);
            rest = after;
            if word.is_empty() {
                // Of the two spaces around nothing one goes.
                text.truncate(text.trim_end().len());
                rest = if text.is_empty() { after.trim_start() } else { after };
            }
        }
        text + rest
    }
}

/// What stands between the braces of `pattern`: the name of a list, or a list.
fn lists(pattern: &str) -> std::result::Result<Vec<&str>, String> {
    let mut lists = Vec::new();
    let mut rest = pattern;
    while let Some((_, after)) = rest.split_once('{') {
        let (list, after) = after.split_once('}').ok_or("a brace is not closed")?;
        if list.contains('{') {
            return Err("a list among the words of another needs a name".into());
        }
        lists.push(list);
        rest = after;
    }
    Ok(lists)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn sentences_are_made_of_lists_and_carry_their_label() {
        let text = "# c\nmeal = soup | {course} cake\ncourse = first | last\n1\tthe {meal} is good\n\
                    neutral\t{meal} {only |} at two\nneutral\t{well, |} it rains {today |}.\n";
        let templates = Templates::parse(text, 2).unwrap();
        let made = |count| templates.sentences(count, &mut ChaCha8Rng::seed_from_u64(1));
        let all = made(1000);
        assert_eq!(all, made(1000));
        let of = |label| {
            let mut texts: Vec<&str> = all.iter().filter(|t| t.label == label).map(|t| t.text.as_str()).collect();
            texts.sort();
            texts
        };
        assert_eq!(of(Label::Class(1)), ["the first cake is good", "the last cake is good", "the soup is good"]);
        let mut neutral = [
            "first cake at two",
            "first cake only at two",
            "last cake at two",
            "last cake only at two",
            "soup at two",
            "soup only at two",
            "well, it rains.",
            "well, it rains today.",
            "it rains.",
            "it rains today.",
        ];
        neutral.sort();
        assert_eq!(of(Label::Neutral), neutral);
        assert_eq!(made(2).len(), 2);
    }

    #[test]
    fn a_line_that_cannot_be_is_named() {
        for (text, line, says) in [
            ("", 1, "no sentences"),
            ("a = b\nwords", 2, "neither a list"),
            ("2\tgood", 1, "a class's number or `neutral`"),
            ("1\t{a} b", 1, "no list a"),
            ("1\t{a b", 1, "not closed"),
            ("a = b\n1\t{c | {a}}", 2, "needs a name"),
            ("a = {b}\nb = x | {a}\n1\t{a}", 3, "comes to name itself"),
            ("a = b\na = c\n1\t{a}", 2, "there already"),
        ] {
            let (at, why) = Templates::parse(text, 2).unwrap_err();
            assert_eq!(at, line, "{text}: {why}");
            assert!(why.contains(says), "{text}: {why}");
        }
    }
}
