//! What is on the microphone screen, and how news change it. Pure.

use crate::app::microphone::{Meter, MicrophoneState, ModelState, News, Order, Outcome, Take, TakeId, Words};
use crate::app::takes::History;
use crate::scheduler::Reason;
use crate::sensors::microphone::MicrophoneError;

/// What is on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct Sight {
    pub model: ModelState,
    pub stage: Stage,
    /// Of the take that runs.
    pub words: Words,
    /// Why nothing is written down just now.
    pub paused: Option<Reason>,
    /// What a person should know about what they just did.
    pub notice: Option<Notice>,
    /// So many bytes of the confirmed words were said aloud.
    pub said: usize,
}

/// What is being done.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Nothing yet.
    Ready,
    Listening(TakeId, MicrophoneState),
    /// A file with this name is written down; so much of it is done.
    Reading(TakeId, String, Option<f64>),
    /// The rest of what was heard is written down; so much is done.
    Finishing(TakeId, Option<f64>),
    Result(Box<Take>),
    /// Nobody spoke, in the file with this name or at all.
    Nothing(Option<String>),
    /// A file that is no sound: its name, and why.
    BadFile(String, String),
    /// It went wrong: why, and what was written down before.
    Failed(String, Option<Box<Take>>),
}

/// What a person should know about what they just did.
#[derive(Debug, Clone, PartialEq)]
pub enum Notice {
    Copied,
    CannotCopy,
    /// A file lies there now.
    Saved(String),
    NotSaved(String),
    /// The system names no folder for it.
    NoFolder,
    /// The system has no dialog to pick files with.
    NoDialog,
}

/// What is worth saying to somebody who does not look.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// Words that stand.
    Words(String),
    /// A message.
    Message(&'static str),
}

impl Stage {
    /// The take that runs.
    pub fn running(&self) -> Option<TakeId> {
        match self {
            Self::Listening(id, _) | Self::Reading(id, ..) | Self::Finishing(id, _) => Some(*id),
            _ => None,
        }
    }

    /// What the threads are told when the screen comes into view or leaves it. Nobody is listened to behind their back:
    /// out of view the take ends, and is kept. One that waits for a permission has heard nothing: whoever comes back, from
    /// the system's settings or from elsewhere, is asked again.
    pub fn when_watched(&self, watched: bool) -> Option<Order> {
        use MicrophoneError::{Denied, DeniedForGood};
        match (self, watched) {
            (Self::Listening(_, MicrophoneState::Trouble(Denied | DeniedForGood)), true) => Some(Order::Retry),
            (Self::Listening(_, MicrophoneState::Trouble(Denied | DeniedForGood)), false) => None,
            (Self::Listening(id, _), false) => Some(Order::Stop(*id)),
            _ => None,
        }
    }

    /// The take that is shown.
    pub fn shown(&self) -> Option<&Take> {
        match self {
            Self::Result(take) | Self::Failed(_, Some(take)) => Some(take),
            _ => None,
        }
    }
}

impl Sight {
    pub fn new() -> Self {
        let words = Words::default();
        Self { model: ModelState::Loading, stage: Stage::Ready, words, paused: None, notice: None, said: 0 }
    }

    /// Another stage, with nothing of the one before.
    pub fn enter(&mut self, stage: Stage) {
        *self = Self { model: self.model.clone(), stage, ..Self::new() };
    }

    /// Takes in what the threads told. A take is in `history` from its first words on, so that it is not lost whatever
    /// happens to the app. Returns what to say aloud.
    pub fn take_in(&mut self, news: News, meter: Meter, history: &mut History) -> Option<Said> {
        let running = self.stage.running();
        match news {
            News::Model(model) => self.model = model,
            News::Paused(reason) if running.is_some() => self.paused = reason,
            News::Microphone(id, state) if running == Some(id) => {
                if let Stage::Listening(_, now) = &mut self.stage {
                    *now = state;
                }
            }
            News::Words(id, words) if running == Some(id) => {
                let grown = words.confirmed != self.words.confirmed;
                self.words = words;
                if grown {
                    if !matches!(self.stage, Stage::Reading(..)) {
                        history.put(so_far(id, &self.words.confirmed, meter));
                    }
                    return self.sentences();
                }
            }
            News::Finishing(id) if running == Some(id) => self.stage = Stage::Finishing(id, None),
            News::Progress(id, share) if running == Some(id) => {
                if let Stage::Finishing(_, now) | Stage::Reading(_, _, now) = &mut self.stage {
                    *now = Some(share);
                }
            }
            News::Over(id, outcome) if running == Some(id) => return Some(self.end(id, outcome, history)),
            // Of a take that was cancelled meanwhile.
            _ => {}
        }
        None
    }

    fn end(&mut self, id: TakeId, outcome: Outcome, history: &mut History) -> Said {
        let file = match &self.stage {
            Stage::Reading(_, name, _) => Some(name.clone()),
            _ => None,
        };
        let spoken = self.words.confirmed.len().min(self.said);
        let keep = |take: &Take, history: &mut History| history.put(take.clone());
        match outcome {
            Outcome::Done(take) => {
                keep(&take, history);
                let rest = unsaid(&take.text, &self.words.confirmed[..spoken]);
                self.enter(Stage::Result(take));
                if rest.is_empty() { Said::Message("mic-done") } else { Said::Words(rest) }
            }
            Outcome::Nothing => {
                history.remove(id);
                self.enter(Stage::Nothing(file));
                Said::Message("mic-nothing")
            }
            Outcome::Cancelled => {
                history.remove(id);
                self.enter(Stage::Ready);
                Said::Message("mic-cancelled")
            }
            Outcome::BadFile(why) => {
                self.enter(Stage::BadFile(file.unwrap_or_default(), why));
                Said::Message("mic-bad-file-said")
            }
            Outcome::Failed(why, kept) => {
                kept.iter().for_each(|take| keep(take, history));
                self.enter(Stage::Failed(why, kept));
                Said::Message("mic-failed")
            }
        }
    }

    /// The confirmed sentences that were not said yet: whole ones, not each word.
    fn sentences(&mut self) -> Option<Said> {
        let new = self.words.confirmed.get(self.said..)?;
        let end = sentence_end(new)?;
        let said = new[..end].trim().to_string();
        self.said += end;
        (!said.is_empty()).then_some(Said::Words(said))
    }
}

/// What of `text` was not said. The spaces between its pieces may be others than while it grew.
fn unsaid(text: &str, said: &str) -> String {
    let letters = |text: &str| text.chars().filter(|c| !c.is_whitespace()).count();
    let mut left = letters(said);
    let rest = text.char_indices().find(|(_, c)| {
        let found = left == 0;
        left -= usize::from(left > 0 && !c.is_whitespace());
        found
    });
    rest.map_or(String::new(), |(at, _)| text[at..].trim().to_string())
}

/// A take that still runs, as far as it stands.
fn so_far(id: TakeId, text: &str, meter: Meter) -> Take {
    Take {
        began_ms: id,
        text: text.trim().into(),
        lines: Vec::new(),
        language: None,
        translated: false,
        audio_s: meter.elapsed_s as f64,
        worked_s: 0.0,
        file: None,
        warning: None,
    }
}

/// Where the last whole sentence ends, in bytes.
fn sentence_end(text: &str) -> Option<usize> {
    let ends = |at: usize, c: char| match c {
        '。' | '？' | '！' | '\n' => true,
        '.' | '?' | '!' | '…' => text[at + c.len_utf8()..].chars().next().is_none_or(char::is_whitespace),
        _ => false,
    };
    text.char_indices().rev().find(|(at, c)| ends(*at, *c)).map(|(at, c)| at + c.len_utf8())
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
