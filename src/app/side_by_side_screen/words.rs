//! What the screen says, from its state alone.

use super::comparison::{Comparison, Turn};
use crate::app::camera_screen::labels_in_words;
use crate::app::context::model_title;
use crate::app::format;
use crate::app::language::Language;
use crate::app::side_by_side::{Agreement, Answer, Candidate, Taken};
use crate::app::text_screen::side;

/// So many labels stand below the first.
const FURTHER_LABELS: usize = 2;

/// `MobileNetV3 small · int8`.
pub fn title(language: &Language, candidate: &Candidate) -> String {
    format!("{} · {}", model_title(language, &candidate.id), candidate.variant)
}

/// `10 MB`, or of which file it is made.
pub fn size(language: &Language, candidate: &Candidate) -> String {
    match candidate.bytes {
        Some(bytes) => format::size(language, bytes),
        None => language.say_with("side-no-file", &[("variant", candidate.stored.to_string().into())]),
    }
}

/// The answer, and in smaller letters what belongs to it.
pub fn answer(language: &Language, answer: &Answer) -> (String, Option<String>) {
    match answer {
        Answer::Seen(labels) => {
            let (first, rest) = labels.split_at(labels.len().min(1));
            let rest = &rest[..rest.len().min(FURTHER_LABELS)];
            (labels_in_words(language, first), (!rest.is_empty()).then(|| labels_in_words(language, rest)))
        }
        Answer::Felt(judgement) if !judgement.language_known => (language.say("text-unknown-language"), None),
        Answer::Felt(judgement) => {
            let (_, key, percent) = side(judgement);
            (format!("{} {}", language.say(key), language.say_with("percent", &[("n", percent.into())])), None)
        }
        Answer::Written(text) if text.is_empty() => (language.say("side-nobody-spoke"), None),
        Answer::Written(text) => (format!("“{text}”"), None),
    }
}

/// How far an answer is that of the first model.
pub fn agreement(language: &Language, agreement: Agreement) -> String {
    match agreement {
        Agreement::Labels { first, shared, of } => {
            let key = if first { "side-same-label" } else { "side-other-label" };
            language.say_with(key, &[("shared", shared.into()), ("of", of.into())])
        }
        Agreement::Mood { same, points } => {
            let key = if same { "side-same-mood" } else { "side-other-mood" };
            language.say_with(key, &[("points", points.into())])
        }
        Agreement::Words { different: 0, .. } => language.say("side-same-words"),
        Agreement::Words { different, of } => {
            language.say_with("side-other-words", &[("n", different.into()), ("of", of.into())])
        }
    }
}

/// How much of a clip is compared, where that is not all.
pub fn cut(language: &Language, taken: &Taken) -> Option<String> {
    match taken {
        Taken::Clip(heard) if heard.of_s > heard.compared_s + 0.5 => {
            Some(language.say_with("side-cut", &[("n", heard.compared_s.round().into())]))
        }
        _ => None,
    }
}

/// What has come of it, for somebody who does not look.
pub fn outcome(language: &Language, comparison: &Comparison) -> String {
    let answered = comparison.rows.iter().filter(|row| matches!(row.turn, Turn::Answered(_))).count();
    let agreements = (1..comparison.rows.len()).filter_map(|at| comparison.agreement(at));
    let (same, of) = agreements.fold((0, 0), |(same, of), a| (same + usize::from(a.is_same()), of + 1));
    match of {
        0 => language.say_with("side-said", &[("n", answered.into())]),
        _ => language.say_with("side-said-same", &[("n", answered.into()), ("same", same.into()), ("of", of.into())]),
    }
}
