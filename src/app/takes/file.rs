//! The takes on the disk: `history.json`.

use super::Notice;
use crate::app::microphone::Take;
use crate::app::settings::CONFIG_VARIABLE;
use crate::app::whole_file::WholeFile;
use crate::system;
use serde_json::{Value, json};
use std::io;
use std::path::PathBuf;

/// A hundred takes of an hour are some 10 MB; more than this is something else.
const MAX_BYTES: u64 = 64 << 20;

/// Where the takes are kept.
#[derive(Debug, Clone)]
pub struct HistoryFile {
    /// `None`: this system names no place for them.
    file: Option<WholeFile>,
}

impl HistoryFile {
    /// In the folder that `ONHAND_CONFIG` names, else in the platform's own for data.
    pub fn of_process() -> Self {
        let named = std::env::var_os(CONFIG_VARIABLE).filter(|v| !v.is_empty()).map(PathBuf::from);
        let folder = named.or_else(system::data_dir);
        Self { file: folder.map(history) }
    }

    /// In this folder, which need not be there yet.
    #[cfg(test)]
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { file: Some(history(folder)) }
    }

    /// Reads the takes; without a file there are none. Never fails: what is wrong is in the notice.
    pub fn load(&self) -> (Vec<Take>, Option<Notice>) {
        let Some(file) = &self.file else { return (Vec::new(), None) };
        let unreadable = |e: io::Error| Some(Notice::Unreadable(format!("{}: {e}", file.path().display())));
        match file.read() {
            Ok(None) => (Vec::new(), None),
            Ok(Some(bytes)) => match parse(&bytes) {
                (takes, true) => (takes, None),
                (takes, false) => (takes, file.put_aside().map_or_else(unreadable, |p| Some(Notice::Damaged(p)))),
            },
            Err(e) => (Vec::new(), unreadable(e)),
        }
    }

    /// Writes the takes: the whole file or nothing.
    ///
    /// # Errors
    /// What the system said: no room, no permission, no such place.
    pub fn save(&self, takes: &[Take]) -> io::Result<()> {
        let file = self.file.as_ref().ok_or_else(|| io::Error::other("this system names no place for data"))?;
        let bytes = serde_json::to_vec_pretty(&json!({ "version": 1, "takes": takes })).map_err(io::Error::other)?;
        file.write(&bytes)
    }
}

fn history(folder: PathBuf) -> WholeFile {
    WholeFile::new(folder, "history", "json").up_to(MAX_BYTES)
}

/// What can be read, and whether that was all.
fn parse(bytes: &[u8]) -> (Vec<Take>, bool) {
    let small = bytes.len() as u64 <= MAX_BYTES;
    let value = small.then(|| serde_json::from_slice::<Value>(bytes).ok()).flatten();
    let Some(Value::Array(all)) = value.as_ref().and_then(|value| value.get("takes")) else {
        return (Vec::new(), false);
    };
    // One wrong take must not cost the others.
    let takes: Vec<Take> = all.iter().filter_map(Take::deserialize_checked).collect();
    let whole = takes.len() == all.len();
    (takes, whole)
}

impl Take {
    /// A take with numbers that can be shown.
    fn deserialize_checked(value: &Value) -> Option<Self> {
        let take: Self = serde_json::from_value(value.clone()).ok()?;
        let sound = |x: f64| x.is_finite() && x >= 0.0;
        let lines_sound = take.lines.iter().all(|line| sound(line.start_s) && sound(line.end_s));
        (sound(take.audio_s) && sound(take.worked_s) && lines_sound).then_some(take)
    }
}
