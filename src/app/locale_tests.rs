//! Both languages say the same things, with the same variables, and nothing that nobody says.

use super::language::{ENGLISH, KOREAN};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, PatternElement};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Each message with its variables.
fn messages(source: &'static str) -> BTreeMap<&'static str, BTreeSet<&'static str>> {
    let resource = fluent_syntax::parser::parse(source).expect("it parses without junk");
    let mut messages = BTreeMap::new();
    for entry in resource.body {
        let Entry::Message(message) = entry else { continue };
        let mut variables = BTreeSet::new();
        let pattern = message.value.expect("a message has a text");
        elements(&pattern.elements, &mut variables);
        assert!(messages.insert(message.id.name, variables).is_none(), "{} comes twice", message.id.name);
    }
    messages
}

fn elements(elements: &[PatternElement<&'static str>], variables: &mut BTreeSet<&'static str>) {
    for element in elements {
        let PatternElement::Placeable { expression } = element else { continue };
        match expression {
            Expression::Inline(inline) => variable(inline, variables),
            Expression::Select { selector, variants } => {
                variable(selector, variables);
                variants.iter().for_each(|v| self::elements(&v.value.elements, variables));
            }
        }
    }
}

fn variable(inline: &InlineExpression<&'static str>, variables: &mut BTreeSet<&'static str>) {
    match inline {
        InlineExpression::VariableReference { id } => drop(variables.insert(id.name)),
        other => panic!("{other:?}: only variables stand in our messages"),
    }
}

/// All sources of the app but the tests.
fn code() -> String {
    fn gather(folder: &Path, code: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()) {
            let name = entry.file_name().unwrap().to_string_lossy().into_owned();
            if entry.is_dir() {
                gather(&entry, code);
            } else if name.ends_with(".rs") && !name.contains("tests") {
                let source = std::fs::read_to_string(&entry).unwrap();
                code.push_str(source.split("#[cfg(test)]").next().unwrap());
            }
        }
    }
    let mut code = String::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/app"), &mut code);
    code
}

/// The text literals of one word or words joined by hyphens.
fn literals(code: &str) -> BTreeSet<&str> {
    let plain = |text: &&str| !text.is_empty() && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    code.lines().flat_map(|line| line.split('"').skip(1).step_by(2)).filter(plain).collect()
}

#[test]
fn both_languages_have_the_same_messages_with_the_same_variables() {
    let (english, korean) = (messages(ENGLISH), messages(KOREAN));
    let keys = |m: &BTreeMap<&'static str, _>| m.keys().copied().collect::<BTreeSet<_>>();
    let only: Vec<_> = keys(&english).symmetric_difference(&keys(&korean)).copied().collect();
    assert!(only.is_empty(), "in one language only: {only:?}");
    for (key, variables) in &english {
        assert_eq!(Some(variables), korean.get(key), "{key}");
    }
}

#[test]
fn every_message_is_said_somewhere() {
    let code = code();
    let literals = literals(&code);
    let idle: Vec<_> = messages(ENGLISH).into_keys().filter(|key| !literals.contains(key)).collect();
    assert!(idle.is_empty(), "nobody says {idle:?}");
}

#[test]
fn every_message_that_is_said_exists() {
    let messages = messages(ENGLISH);
    let code = code();
    // What is said outright, and what the functions named `…key` give.
    let mut said: Vec<&str> = Vec::new();
    for call in ["say(\"", "say_with(\"", "say(key(\""] {
        said.extend(code.split(call).skip(1).filter_map(|rest| rest.split('"').next()));
    }
    for function in code.split("fn ").filter(|f| f.split('(').next().is_some_and(|name| name.ends_with("key"))) {
        let body = function.split("\n}").next().unwrap();
        said.extend(literals(body));
    }
    assert!(said.len() > 100, "the sources are read: {}", said.len());
    // Literals that begin as a family of messages do are meant as one of them.
    let families =
        ["trouble-", "models-said-", "phase-", "settings-theme-", "text-toward-", "left-", "size-", "starter-"];
    let literals = literals(&code);
    said.extend(literals.iter().filter(|l| families.iter().any(|f| l.starts_with(f))));
    let missing: BTreeSet<_> = said.into_iter().filter(|key| !messages.contains_key(key)).collect();
    assert!(missing.is_empty(), "no message: {missing:?}");
}

#[test]
fn a_message_that_is_missing_would_be_seen() {
    assert!(literals(r#"say("no-such-thing"), other("Two Words")"#).contains("no-such-thing"));
    assert!(!messages(ENGLISH).contains_key("no-such-thing"));
    assert_eq!(messages("a = { $n ->\n [one] { $m }\n *[other] x\n }\n")["a"], BTreeSet::from(["m", "n"]));
}
