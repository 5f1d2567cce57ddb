use super::*;
use crate::app::microphone::Line;
use proptest::prelude::*;
use std::path::Path;

fn take(began_ms: u64, text: &str) -> Take {
    Take {
        began_ms,
        text: text.into(),
        lines: vec![Line { start_s: 0.0, end_s: 1.5, text: text.into() }],
        language: Some("ko".into()),
        translated: true,
        audio_s: 4.25,
        worked_s: 2.0,
        file: Some("talk.mp3".into()),
        warning: None,
    }
}

fn numbers(history: &History) -> Vec<u64> {
    history.takes().iter().map(|take| take.began_ms).collect()
}

fn file(dir: &Path) -> HistoryFile {
    HistoryFile::in_folder(dir.join("onhand"))
}

#[test]
fn takes_are_found_again_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path());
    assert_eq!(file.load(), (vec![], None));
    let takes = vec![take(2, "둘"), take(1, "one\ntwo \"three\"")];
    file.save(&takes).unwrap();
    assert_eq!(file.load(), (takes, None));
}

#[test]
fn a_damaged_file_is_put_aside_and_what_is_right_in_it_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    let (file, path) = (file(dir.path()), dir.path().join("onhand/history.json"));
    file.save(&[take(2, "two"), take(1, "one")]).unwrap();
    let whole = std::fs::read_to_string(&path).unwrap();
    let half = whole.replacen("4.25", "\"long\"", 1);
    for (n, (content, kept)) in [(&whole[..50], 0), (&half, 1), ("\u{0}", 0), ("[]", 0)].into_iter().enumerate() {
        std::fs::write(&path, content).unwrap();
        let (takes, notice) = file.load();
        let aside = dir.path().join(format!("onhand/history.damaged-{}", n + 1));
        assert_eq!((takes.len(), notice), (kept, Some(Notice::Damaged(aside.clone()))));
        assert_eq!(std::fs::read_to_string(aside).unwrap(), content);
        assert!(!path.exists());
    }
}

#[test]
fn over_a_file_that_cannot_be_read_nothing_is_written() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("onhand/history.json")).unwrap();
    let (keeper, mut told) = start_keeper(file(dir.path()));
    assert!(matches!(told.blocking_recv(), Some(Kept::Loaded(takes, Some(Notice::Unreadable(_)))) if takes.is_empty()));
    let _ = keeper.send(vec![take(1, "one")]);
    assert_eq!(told.blocking_recv(), None);
}

#[test]
fn the_keeper_loads_then_writes_the_newest_and_tells_a_failure() {
    let dir = tempfile::tempdir().unwrap();
    let file = file(dir.path());
    let (keeper, mut told) = start_keeper(file.clone());
    assert_eq!(told.blocking_recv(), Some(Kept::Loaded(vec![], None)));
    for n in 1..=3 {
        keeper.send((1..=n).map(|n| take(n, "x")).collect()).unwrap();
    }
    drop(keeper);
    let mut results = Vec::new();
    while let Some(result) = told.blocking_recv() {
        results.push(result);
    }
    assert!((1..=3).contains(&results.len()) && results.iter().all(|r| *r == Kept::Saved(None)), "{results:?}");
    assert_eq!(file.load().0.len(), 3);

    std::fs::remove_dir_all(dir.path().join("onhand")).unwrap();
    let (keeper, mut told) = start_keeper(file);
    told.blocking_recv();
    std::fs::write(dir.path().join("onhand"), "in the way").unwrap();
    keeper.send(vec![take(1, "x")]).unwrap();
    assert!(matches!(told.blocking_recv(), Some(Kept::Saved(Some(_)))));
}

#[test]
fn nothing_is_written_before_the_file_was_read_and_nothing_that_came_meanwhile_is_lost() {
    let mut history = History::default();
    history.put(take(5, "meanwhile"));
    assert_eq!(history.to_write(), None);
    history.load(vec![take(3, "old"), take(4, "older")], None);
    assert_eq!(numbers(&history), [5, 4, 3]);
    assert_eq!(history.to_write().map(|takes| takes.len()), Some(3));
}

proptest! {
    /// Whatever is put in and taken out: the newest first, each once, never too many.
    #[test]
    fn the_history_is_in_order(changes in prop::collection::vec((0..150_u64, any::<bool>()), 0..400)) {
        let mut history = History::default();
        history.load(Vec::new(), None);
        for (number, put) in changes {
            if put {
                history.put(take(number, "x"));
                prop_assert!(history.take(number).is_some() || history.takes().len() == MAX_TAKES);
            } else {
                history.remove(number);
                prop_assert!(history.take(number).is_none());
            }
            prop_assert!(history.takes().is_sorted_by(|a, b| a.began_ms > b.began_ms));
            prop_assert!(history.takes().len() <= MAX_TAKES);
        }
    }
}
