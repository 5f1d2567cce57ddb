//! The thread that writes settings, so that the UI thread never waits for a disk.

use super::data::Settings;
use super::file::SettingsFile;
use std::sync::mpsc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Where changed settings go; the thread ends when it is dropped.
pub type Saver = mpsc::Sender<Settings>;

/// Starts the thread. Of settings that come faster than the disk takes them, the newest are written. For each write
/// comes what became of it: nothing, or why not.
pub fn start_saver(file: SettingsFile) -> (Saver, UnboundedReceiver<Option<String>>) {
    let (saver, inbox) = mpsc::channel::<Settings>();
    let (outbox, results) = unbounded_channel();
    std::thread::spawn(move || {
        while let Ok(next) = inbox.recv() {
            let newest = inbox.try_iter().last().unwrap_or(next);
            let failed = file.save(&newest).err().map(|e| e.to_string());
            if outbox.send(failed).is_err() {
                return;
            }
        }
    });
    (saver, results)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_written_and_a_failure_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let file = SettingsFile::in_folder(dir.path().join("onhand"));
        let (saver, mut results) = start_saver(file.clone());
        let mut settings = Settings::default();
        for ms in [200, 300, 500] {
            settings.pace.interval_ms = ms;
            saver.send(settings.clone()).unwrap();
        }
        drop(saver);
        let mut told = Vec::new();
        while let Some(result) = results.blocking_recv() {
            told.push(result);
        }
        assert!((1..=3).contains(&told.len()) && told.iter().all(Option::is_none), "{told:?}");
        assert_eq!(file.load().settings, settings);

        std::fs::remove_dir_all(dir.path().join("onhand")).unwrap();
        std::fs::write(dir.path().join("onhand"), "in the way").unwrap();
        let (saver, mut results) = start_saver(file);
        saver.send(settings).unwrap();
        assert!(results.blocking_recv().unwrap().is_some());
    }
}
