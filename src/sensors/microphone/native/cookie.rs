//! The file with which a program shows PulseAudio whose it is.
//!
//! PipeWire turns away whoever brings none, whatever stands in it. PulseAudio's own library makes one at a person's
//! first start; the client in cpal only reads it, so on a fresh system there would seem to be no microphone.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// As PulseAudio's protocol has it.
const LENGTH: usize = 256;
/// Where the client looks, below the home folder.
const PLACES: [&str; 2] = [".config/pulse/cookie", ".pulse-cookie"];

/// Makes one where there is none, readable by its owner alone.
///
/// # Errors
/// The file cannot be written, or the system gives no random bytes.
pub fn make_if_missing() -> io::Result<()> {
    match std::env::home_dir() {
        Some(home) if std::env::var_os("PULSE_COOKIE").is_none() => make_below(&home),
        _ => Ok(()),
    }
}

fn make_below(home: &Path) -> io::Result<()> {
    let places: Vec<PathBuf> = PLACES.iter().map(|place| home.join(place)).collect();
    if places.iter().any(|place| place.exists()) {
        return Ok(());
    }
    let (mut bytes, path) = ([0; LENGTH], &places[0]);
    getrandom::fill(&mut bytes).map_err(|e| io::Error::other(e.to_string()))?;
    if let Some(folder) = path.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    // Whole or not at all: another program may look at the same moment.
    let fresh = path.with_extension(format!("onhand-{}", std::process::id()));
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?.write_all(&bytes)?;
    let linked = fs::hard_link(&fresh, path);
    fs::remove_file(&fresh)?;
    match linked {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        linked => linked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn one_is_made_and_one_that_is_there_is_kept() {
        let home = tempfile::tempdir().unwrap();
        make_below(home.path()).unwrap();
        let path = home.path().join(PLACES[0]);
        let cookie = fs::read(&path).unwrap();
        assert_eq!(cookie.len(), LENGTH);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        make_below(home.path()).unwrap();
        assert_eq!(fs::read(&path).unwrap(), cookie);
    }

    #[test]
    fn a_full_or_read_only_home_is_an_error_and_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(".config"), "a file in the way").unwrap();
        make_below(home.path()).unwrap_err();
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
