//! The folder into which iOS copies what another app opens with this one.

use super::{MAX_RECEIVED_BYTES, Received, Refused};
use std::fs;
use std::path::Path;

/// Reads the newest file of `inbox` and deletes all of them: they are copies that the system made for the app.
pub(super) fn take_newest(inbox: &Path) -> Option<Result<Received, Refused>> {
    let entries = fs::read_dir(inbox).ok()?.filter_map(Result::ok);
    let mut files: Vec<_> = entries
        .filter_map(|entry| {
            let about = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((about.modified().ok()?, about.len(), entry.path()))
        })
        .collect();
    files.sort();
    let (_, bytes, path) = files.last()?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let read = if *bytes > MAX_RECEIVED_BYTES {
        Err(Refused(format!("{name} is larger than any picture or recording")))
    } else {
        fs::read(path).map(|bytes| Received::new(name, "", bytes)).map_err(|e| Refused(e.to_string()))
    };
    for (_, _, path) in &files {
        let _ = fs::remove_file(path);
    }
    Some(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Write as _;
    use std::time::{Duration, SystemTime};

    #[test]
    fn the_newest_file_of_the_inbox_is_taken_once() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(take_newest(&dir.path().join("gone")), None);
        assert_eq!(take_newest(dir.path()), None);
        for (name, age_s) in [("old.png", 60), ("new.wav", 1)] {
            let file = File::create(dir.path().join(name)).unwrap();
            let modified = SystemTime::now() - Duration::from_secs(age_s);
            (&file).write_all(name.as_bytes()).unwrap();
            file.set_modified(modified).unwrap();
        }
        fs::create_dir(dir.path().join("folder")).unwrap();
        let taken = take_newest(dir.path()).unwrap().unwrap();
        assert_eq!((taken.name.as_str(), taken.is_sound), ("new.wav", true));
        assert_eq!(take_newest(dir.path()), None);
        let huge = File::create(dir.path().join("huge.wav")).unwrap();
        huge.set_len(MAX_RECEIVED_BYTES + 1).unwrap();
        assert!(take_newest(dir.path()).unwrap().unwrap_err().to_string().contains("huge.wav"));
    }
}
