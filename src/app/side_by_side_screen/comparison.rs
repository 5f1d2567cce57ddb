//! What is known of a comparison: pure, changed by the worker's updates alone.

use super::words;
use crate::app::language::Language;
use crate::app::settings::ModelChoice;
use crate::app::side_by_side::{Agreement, Answered, Candidate, Taken, Update, agreement};
use crate::scheduler::Reason;

/// A comparison, under way or over.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The file that is compared on, or the text.
    pub name: String,
    /// What was made of it; `None` until then.
    pub taken: Option<Taken>,
    /// The models, in their turn.
    pub rows: Vec<Row>,
    /// Why nothing runs now.
    pub paused: Option<Reason>,
    /// How it has ended; `None` while it is under way.
    pub ended: Option<End>,
}

/// How a comparison has ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// All models have had their turn.
    Done,
    /// As the person wished.
    Cancelled,
    /// Nothing can be made of the input: why.
    Unusable(String),
}

/// A model and how it stands with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Which.
    pub candidate: Candidate,
    /// How it stands.
    pub turn: Turn,
}

/// How it stands with a model.
#[derive(Debug, Clone, PartialEq)]
pub enum Turn {
    /// Others are before it.
    Waiting,
    /// It is loaded, and answers.
    Working,
    /// It has answered.
    Answered(Box<Answered>),
    /// It could not: why.
    Failed(String),
}

impl Comparison {
    /// Of these models, on the file or text `name`.
    pub fn new(name: String, candidates: Vec<Candidate>) -> Self {
        let rows = candidates.into_iter().map(|candidate| Row { candidate, turn: Turn::Waiting }).collect();
        Self { name, taken: None, rows, paused: None, ended: None }
    }

    /// Whether it is under way.
    pub fn is_running(&self) -> bool {
        self.ended.is_none()
    }

    /// Takes in what the worker tells; returns what to announce.
    pub fn take_in(&mut self, update: Update, language: &Language) -> Option<String> {
        match update {
            Update::Taken(taken) => self.taken = Some(taken),
            Update::Working(at) => self.turn(at, Turn::Working),
            Update::Answered(at, answered) => self.turn(at, Turn::Answered(Box::new(answered))),
            Update::Failed(at, why) => self.turn(at, Turn::Failed(why)),
            Update::Paused(reason) => {
                self.paused = reason;
                return reason.map(|reason| language.say(crate::app::pace::paused_key(reason)));
            }
            Update::Unusable(why) => {
                self.end(End::Unusable(why));
                return Some(language.say("side-unusable"));
            }
            Update::Ended => {
                self.end(End::Done);
                return Some(words::outcome(language, self));
            }
        }
        None
    }

    fn turn(&mut self, at: usize, turn: Turn) {
        if let Some(row) = self.rows.get_mut(at) {
            row.turn = turn;
        }
    }

    /// It is over. Models that had no turn have none any more.
    pub fn end(&mut self, end: End) {
        self.paused = None;
        self.rows.retain(|row| matches!(row.turn, Turn::Answered(_) | Turn::Failed(_)));
        self.ended = Some(end);
    }

    /// Which model's turn it is, from 1, and of how many.
    pub fn at_work(&self) -> Option<(usize, usize)> {
        let at = self.rows.iter().position(|row| row.turn == Turn::Working)?;
        Some((at + 1, self.rows.len()))
    }

    /// How far the answer of a row is that of the first; `None` for the first, and where one of both has none.
    pub fn agreement(&self, at: usize) -> Option<Agreement> {
        let answer = |at: usize| match &self.rows.get(at)?.turn {
            Turn::Answered(answered) => Some(&answered.answer),
            _ => None,
        };
        (at > 0).then(|| agreement(answer(0)?, answer(at)?)).flatten()
    }

    /// The screen of the purpose uses `choice` from now on.
    pub fn mark_used(&mut self, choice: &ModelChoice) {
        for row in &mut self.rows {
            row.candidate.used = row.candidate.choice() == *choice;
        }
    }
}
