//! What the Models screen knows, from the updates of the fetcher. Pure.

use super::installed::InstalledModel;
use super::meter::Reading;
use super::trouble::Trouble;
use crate::store::Phase;
use std::collections::BTreeMap;

/// Something that happened to a model, by its id.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// What lies on the disk now.
    Looked {
        /// The models.
        installed: Vec<InstalledModel>,
        /// What cut or paused fetches left.
        staged_bytes: BTreeMap<String, u64>,
        /// Room where models are installed; `None` where the system does not say.
        free_bytes: Option<u64>,
    },
    /// It waits for its turn.
    Queued(String),
    /// Its fetch is at this.
    Phase(String, Phase),
    /// Its bytes are coming.
    Bytes(String, Reading),
    /// Its fetch was paused or cancelled, as a person wished.
    Stopped(String),
    /// No source of it can be reached; another model is fetched instead.
    Replaced {
        /// The one that was wanted.
        id: String,
        /// The one that comes.
        by: String,
    },
    /// It could not be fetched or removed.
    Failed(String, Trouble),
    /// It is installed now.
    Installed(String),
    /// It is being checked.
    Verifying(String),
    /// It was checked.
    Verified(String, Verdict),
    /// It is being removed.
    Removing(String),
    /// It is gone.
    Removed(String),
}

/// What a check found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every file is as recorded, every tensor is there.
    Good,
    /// Every tensor is there; of some files nobody wrote down what they should be.
    Unrecorded,
    /// These things are wrong with it.
    Bad(Vec<String>),
}

/// What the screen shows of one model.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// The disk has not been looked at yet.
    Looking,
    /// Not there, nor any part of it.
    Absent,
    /// A part of it is there: paused, or cut by whatever ended the app.
    Paused {
        /// How much.
        staged_bytes: u64,
    },
    /// It waits for the fetch before it.
    Queued,
    /// It is coming.
    Fetching {
        /// What is being done.
        phase: Option<Phase>,
        /// How far.
        reading: Reading,
    },
    /// It could not be fetched.
    Failed {
        /// Why.
        trouble: Trouble,
        /// What is here of it.
        staged_bytes: u64,
    },
    /// It is there.
    Installed {
        /// What the last check found, if there was one.
        verdict: Option<Verdict>,
        /// Why it could not be removed, if that was tried.
        trouble: Option<Trouble>,
    },
    /// It is there and cannot be used.
    Damaged {
        /// Why.
        why: String,
    },
    /// It is being checked.
    Verifying,
    /// It is being removed.
    Removing,
}

impl Status {
    /// Whether an install was begun and is not done.
    pub fn is_unfinished(&self) -> bool {
        matches!(self, Self::Paused { .. } | Self::Queued | Self::Fetching { .. } | Self::Failed { .. })
    }
}

/// What is being done to a model, or was done last.
#[derive(Debug, Clone, PartialEq)]
enum Work {
    Queued,
    Fetching { phase: Option<Phase>, reading: Reading },
    Failed(Trouble),
    Verifying,
    Verified(Verdict),
    Removing,
}

/// What to tell somebody who does not look at the screen: a message and the model that it is about.
pub type Said = (&'static str, String);

/// All that the Models screen knows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Board {
    installed: Option<Vec<InstalledModel>>,
    staged_bytes: BTreeMap<String, u64>,
    free_bytes: Option<u64>,
    work: BTreeMap<String, Work>,
    /// Models that were wanted and could not be reached, and what came instead.
    replaced: Vec<(String, String)>,
}

impl Board {
    /// Takes an update in; returns what is worth an announcement.
    pub fn apply(&mut self, update: Update) -> Option<Said> {
        match update {
            Update::Looked { installed, staged_bytes, free_bytes } => {
                (self.installed, self.staged_bytes, self.free_bytes) = (Some(installed), staged_bytes, free_bytes);
                None
            }
            Update::Queued(id) => self.now(id, Work::Queued, None),
            Update::Phase(id, phase) => {
                let reading = self.reading(&id);
                self.now(id, Work::Fetching { phase: Some(phase), reading }, None)
            }
            Update::Bytes(id, reading) => {
                let phase = match self.work.remove(&id) {
                    Some(Work::Fetching { phase, .. }) => phase,
                    _ => None,
                };
                self.now(id, Work::Fetching { phase, reading }, None)
            }
            Update::Stopped(id) => self.done(id, None),
            Update::Replaced { id, by } => {
                self.replaced.push((id.clone(), by));
                self.done(id, Some("models-said-replaced"))
            }
            Update::Failed(id, trouble) => self.now(id, Work::Failed(trouble), Some("models-said-failed")),
            Update::Installed(id) => {
                self.replaced.retain(|(_, by)| *by != id);
                self.done(id, Some("models-said-installed"))
            }
            Update::Verifying(id) => self.now(id, Work::Verifying, None),
            Update::Verified(id, verdict) => {
                let key = if matches!(verdict, Verdict::Bad(_)) { "models-said-bad" } else { "models-said-good" };
                self.now(id, Work::Verified(verdict), Some(key))
            }
            Update::Removing(id) => self.now(id, Work::Removing, None),
            Update::Removed(id) => self.done(id, Some("models-said-removed")),
        }
    }

    fn now(&mut self, id: String, work: Work, key: Option<&'static str>) -> Option<Said> {
        self.work.insert(id.clone(), work);
        key.map(|key| (key, id))
    }

    fn done(&mut self, id: String, key: Option<&'static str>) -> Option<Said> {
        self.work.remove(&id);
        key.map(|key| (key, id))
    }

    fn reading(&self, id: &str) -> Reading {
        match self.work.get(id) {
            Some(Work::Fetching { reading, .. }) => *reading,
            _ => Reading::default(),
        }
    }

    /// What is installed; `None` before the first look.
    pub fn installed(&self) -> Option<&[InstalledModel]> {
        self.installed.as_deref()
    }

    /// Room where models are installed.
    pub fn free_bytes(&self) -> Option<u64> {
        self.free_bytes
    }

    /// Models that could not be reached, each with the one that is fetched instead.
    pub fn replaced(&self) -> &[(String, String)] {
        &self.replaced
    }

    /// What to show of the model `id`.
    pub fn status(&self, id: &str) -> Status {
        let staged_bytes = self.staged_bytes.get(id).copied().unwrap_or(0);
        let found = self.installed.as_ref().map(|models| models.iter().find(|m| m.id == id));
        match (self.work.get(id), found) {
            (Some(Work::Queued), _) => Status::Queued,
            (Some(Work::Fetching { phase, reading }), _) => {
                Status::Fetching { phase: phase.clone(), reading: *reading }
            }
            (Some(Work::Verifying), _) => Status::Verifying,
            (Some(Work::Removing), _) => Status::Removing,
            (Some(Work::Failed(trouble)), Some(None)) => Status::Failed { trouble: trouble.clone(), staged_bytes },
            (Some(Work::Failed(trouble)), None) => Status::Failed { trouble: trouble.clone(), staged_bytes },
            (work, Some(Some(model))) => match (&model.damage, work) {
                (Some(why), _) => Status::Damaged { why: why.clone() },
                (None, Some(Work::Verified(verdict))) => {
                    Status::Installed { verdict: Some(verdict.clone()), trouble: None }
                }
                (None, Some(Work::Failed(trouble))) => {
                    Status::Installed { verdict: None, trouble: Some(trouble.clone()) }
                }
                (None, _) => Status::Installed { verdict: None, trouble: None },
            },
            (_, None) => Status::Looking,
            (_, Some(None)) if staged_bytes > 0 => Status::Paused { staged_bytes },
            (_, Some(None)) => Status::Absent,
        }
    }

    /// Whether nothing was begun yet: no work, and nothing left of earlier work.
    pub fn is_untouched(&self) -> bool {
        self.work.is_empty() && self.staged_bytes.is_empty()
    }

    /// Whether there is any work under way or waiting.
    pub fn is_busy(&self) -> bool {
        self.work.values().any(|work| !matches!(work, Work::Failed(_) | Work::Verified(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::installed::tests::model;
    use super::super::purpose::Purpose;
    use super::*;

    const ID: &str = "tiny";

    fn looked(installed: &[&str], staged: u64) -> Update {
        Update::Looked {
            installed: installed.iter().map(|id| model(id, Purpose::Camera)).collect(),
            staged_bytes: [(ID.to_string(), staged)].into_iter().filter(|(_, b)| *b > 0).collect(),
            free_bytes: Some(1),
        }
    }

    fn board(updates: &[Update]) -> Board {
        let mut board = Board::default();
        updates.iter().for_each(|u| drop(board.apply(u.clone())));
        board
    }

    fn trouble() -> Trouble {
        Trouble { key: "trouble-network", detail: "no route".into(), elsewhere: true }
    }

    #[test]
    fn a_fetch_goes_from_nothing_to_installed() {
        let mut board = Board::default();
        assert_eq!(board.status(ID), Status::Looking);
        board.apply(looked(&[], 0));
        assert_eq!(board.status(ID), Status::Absent);
        board.apply(Update::Queued(ID.into()));
        assert_eq!(board.status(ID), Status::Queued);
        let reading = Reading { done_bytes: 5, total_bytes: Some(10), ..Reading::default() };
        board.apply(Update::Phase(ID.into(), Phase::Downloading("a".into())));
        board.apply(Update::Bytes(ID.into(), reading));
        assert_eq!(board.status(ID), Status::Fetching { phase: Some(Phase::Downloading("a".into())), reading });
        assert!(board.is_busy());
        board.apply(looked(&[ID], 0));
        assert_eq!(board.apply(Update::Installed(ID.into())), Some(("models-said-installed", ID.into())));
        assert_eq!(board.status(ID), Status::Installed { verdict: None, trouble: None });
        assert!(!board.is_busy());
    }

    #[test]
    fn what_was_paused_shows_what_is_here_and_what_was_cancelled_shows_nothing() {
        let here = board(&[Update::Queued(ID.into()), looked(&[], 7), Update::Stopped(ID.into())]);
        assert_eq!(here.status(ID), Status::Paused { staged_bytes: 7 });
        let gone = board(&[Update::Queued(ID.into()), looked(&[], 0), Update::Stopped(ID.into())]);
        assert_eq!(gone.status(ID), Status::Absent);
        assert_eq!(board(&[looked(&[], 7)]).status(ID), Status::Paused { staged_bytes: 7 }, "after a restart");
    }

    #[test]
    fn a_failure_is_told_until_the_next_try() {
        let mut failed = board(&[looked(&[], 7), Update::Failed(ID.into(), trouble())]);
        assert_eq!(failed.status(ID), Status::Failed { trouble: trouble(), staged_bytes: 7 });
        failed.apply(Update::Queued(ID.into()));
        assert_eq!(failed.status(ID), Status::Queued);
        let kept = board(&[looked(&[ID], 0), Update::Removing(ID.into()), Update::Failed(ID.into(), trouble())]);
        assert_eq!(kept.status(ID), Status::Installed { verdict: None, trouble: Some(trouble()) });
    }

    #[test]
    fn a_torn_model_is_shown_as_such_whatever_was_done_before() {
        let mut torn = board(&[Update::Verified(ID.into(), Verdict::Good)]);
        let broken = InstalledModel { damage: Some("torn".into()), ..model(ID, Purpose::Camera) };
        torn.apply(Update::Looked { installed: vec![broken], staged_bytes: BTreeMap::new(), free_bytes: None });
        assert_eq!(torn.status(ID), Status::Damaged { why: "torn".into() });
    }

    #[test]
    fn what_comes_instead_is_known_until_it_is_here() {
        let mut board = board(&[looked(&[], 0), Update::Replaced { id: ID.into(), by: "other".into() }]);
        assert_eq!(board.replaced(), [(ID.to_string(), "other".to_string())]);
        assert_eq!(board.status(ID), Status::Absent);
        board.apply(Update::Installed("other".into()));
        assert!(board.replaced().is_empty());
    }
}
