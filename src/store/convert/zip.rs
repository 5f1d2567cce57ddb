//! The list of a zip archive whose entries are stored as they are, as PyTorch writes it.
//!
//! Only what a state dictionary needs: no compression, no comment, no entry over 4 GB. A general reader
//! reserves memory for as many entries as an archive claims; this one takes [`MAX_DIRECTORY_BYTES`] at most.
//! The format: <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>.

use super::chain::Chain;
use super::error::{ConvertError, Result};
use std::collections::BTreeMap;
use std::ops::Range;

/// 300 storages take 30 KB.
const MAX_DIRECTORY_BYTES: u64 = 1 << 20;
/// The record that closes an archive.
const END_BYTES: u64 = 22;
const END_MAGIC: u32 = 0x0605_4b50;
const ENTRY_BYTES: usize = 46;
const ENTRY_MAGIC: u32 = 0x0201_4b50;
const LOCAL_BYTES: u64 = 30;
const LOCAL_MAGIC: u32 = 0x0403_4b50;

/// Where each entry's bytes lie in the file, by name.
///
/// # Errors
/// An archive that was cut, that compresses, or that contradicts itself.
pub(super) fn entries(file: &Chain) -> Result<BTreeMap<String, Range<u64>>> {
    let wrong = |why: String| ConvertError::file(file.path(), why);
    let mut end = [0; END_BYTES as usize];
    let end_at = file.bytes().checked_sub(END_BYTES).ok_or_else(|| wrong("it was cut".into()))?;
    file.read_exact_at(end_at, &mut end)?;
    let (bytes, at) = (u64::from(u32_at(&end, 12)), u64::from(u32_at(&end, 16)));
    if u32_at(&end, 0) != END_MAGIC || at + bytes > end_at {
        return Err(wrong("it is a zip archive without an end: it was cut".into()));
    }
    if bytes > MAX_DIRECTORY_BYTES {
        return Err(wrong(format!("its directory has {bytes} bytes, the limit is {MAX_DIRECTORY_BYTES}")));
    }
    let mut directory = vec![0; bytes as usize];
    file.read_exact_at(at, &mut directory)?;
    let mut entries = BTreeMap::new();
    let mut left = directory.as_slice();
    while let Some((entry, rest)) = left.split_at_checked(ENTRY_BYTES) {
        let lengths = [28, 30, 32].map(|at| usize::from(u16_at(entry, at)));
        let (Some(name), Some(next)) = (rest.get(..lengths[0]), rest.get(lengths.iter().sum()..)) else { break };
        let name = String::from_utf8_lossy(name).into_owned();
        let (method, stored, size) = (u16_at(entry, 10), u32_at(entry, 20), u32_at(entry, 24));
        if u32_at(entry, 0) != ENTRY_MAGIC || method != 0 || stored != size {
            return Err(wrong(format!("its entry {name} is not stored as it is")));
        }
        let range = place(file, u32_at(entry, 42).into(), size.into())?;
        if range.end > at {
            return Err(wrong(format!("its entry {name} does not lie before the directory")));
        }
        if entries.insert(name.clone(), range).is_some() {
            return Err(wrong(format!("its entry {name} comes twice")));
        }
        left = next;
    }
    if left.is_empty() { Ok(entries) } else { Err(wrong("its directory is torn".into())) }
}

/// An entry's bytes, which follow a header that says again what the directory said.
fn place(file: &Chain, at: u64, size: u64) -> Result<Range<u64>> {
    let mut local = [0; LOCAL_BYTES as usize];
    file.read_exact_at(at, &mut local)?;
    if u32_at(&local, 0) != LOCAL_MAGIC {
        return Err(ConvertError::file(file.path(), "its directory points at something else than entries"));
    }
    let begin = at + LOCAL_BYTES + u64::from(u16_at(&local, 26)) + u64::from(u16_at(&local, 28));
    Ok(begin..begin + size)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}
