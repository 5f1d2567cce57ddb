//! How much room a disk has.

use crate::system;
use std::path::Path;

/// Bytes that this user may still write where `path` is (or would be); `None` where the system does not say.
#[cfg(unix)]
pub fn free_bytes(path: &Path) -> Option<u64> {
    let there = path.ancestors().find(|p| p.exists())?;
    if let Some(bytes) = system::free_bytes(there) {
        return Some(bytes);
    }
    let stat = rustix::fs::fstatvfs(std::fs::File::open(there).ok()?).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Bytes that this user may still write where `path` is; not asked on this system.
#[cfg(not(unix))]
pub fn free_bytes(_: &Path) -> Option<u64> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    #[test]
    fn a_path_that_is_not_there_yet_has_the_room_of_its_parent() {
        let dir = tempfile::tempdir().unwrap();
        assert!(super::free_bytes(&dir.path().join("a/b")).is_some_and(|b| b > 0));
    }
}
