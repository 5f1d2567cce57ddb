//! The thread that reads and writes the takes, so that the UI thread never waits for a disk.

use super::{HistoryFile, Notice};
use crate::app::microphone::Take;
use std::sync::mpsc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Where the changed list goes; the thread ends when it is dropped.
pub type Keeper = mpsc::Sender<Vec<Take>>;

/// What the thread tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Kept {
    /// What the file held, first of all.
    Loaded(Vec<Take>, Option<Notice>),
    /// What became of a write: nothing, or why not.
    Saved(Option<String>),
}

/// Starts the thread. Of lists that come faster than the disk takes them, the newest is written. Over a file that is
/// there and cannot be read nothing is written.
pub fn start_keeper(file: HistoryFile) -> (Keeper, UnboundedReceiver<Kept>) {
    let (keeper, inbox) = mpsc::channel::<Vec<Take>>();
    let (outbox, told) = unbounded_channel();
    std::thread::spawn(move || {
        let (takes, notice) = file.load();
        let unreadable = matches!(notice, Some(Notice::Unreadable(_)));
        let mut open = outbox.send(Kept::Loaded(takes, notice)).is_ok();
        while let (true, Ok(next)) = (open && !unreadable, inbox.recv()) {
            let newest = inbox.try_iter().last().unwrap_or(next);
            let failed = file.save(&newest).err().map(|e| e.to_string());
            open = outbox.send(Kept::Saved(failed)).is_ok();
        }
    });
    (keeper, told)
}
