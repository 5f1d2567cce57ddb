//! Reading what came from somewhere else: anything may be in it.

use super::super::measurement::Record;
use super::Diagnostics;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A file of ours is some kilobytes, and with ten minutes of single runs some ten megabytes.
pub const MAX_BYTES: u64 = 64 << 20;
/// Nobody measures more by hand.
const MAX_MEASUREMENTS: usize = 1000;
/// More of a file is not quoted.
const MAX_SENTENCE_CHARS: usize = 200;

/// What a file from the field holds.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldFile {
    /// What the diagnostics screen exports.
    Diagnostics(Box<Diagnostics>),
    /// What the benchmark screen exports; one at least.
    Records(Vec<Record>),
}

/// Why a file was not read. Each says what to do; the file's name goes before it.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It cannot be opened or read.
    #[error("cannot be read: {0}; check its path")]
    Io(#[from] io::Error),
    /// It is a folder, a pipe or a device.
    #[error("is no file; name one that the diagnostics screen exported")]
    NoFile,
    /// It is larger than any of ours.
    #[error("is larger than {} MiB, as no file of Onhand's is; name one that the diagnostics screen exported", MAX_BYTES >> 20)]
    TooLarge,
    /// It is of a later version.
    #[error("is of format {0}, and {read} is the last that is read here; use a newer onhand-lab", read = Diagnostics::FORMAT)]
    Newer(u32),
    /// It is none of ours, or was cut short.
    #[error("is not understood: {0}; export it again from the diagnostics screen")]
    Malformed(String),
}

/// Reads the file at `path`.
///
/// # Errors
/// It cannot be read, is too large, or holds something else.
pub fn read(path: &Path) -> Result<FieldFile, ReadError> {
    // Asked before it is opened: a pipe is open only once somebody writes to it.
    if !path.metadata()?.is_file() {
        return Err(ReadError::NoFile);
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    parse(&bytes)
}

/// The form, before anything else is asked of a file.
#[derive(Deserialize)]
struct Head {
    format: Option<u32>,
}

/// Reads a file's bytes.
///
/// # Errors
/// They are too many, or hold something else.
pub fn parse(bytes: &[u8]) -> Result<FieldFile, ReadError> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(ReadError::TooLarge);
    }
    // Some mail programs on Windows put a mark before the text.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let file = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => {
            let heads: Vec<Head> = understood(bytes)?;
            heads.iter().try_for_each(|head| check(head, Record::FORMAT))?;
            FieldFile::Records(understood(bytes)?)
        }
        Some(_) => {
            check(&understood(bytes)?, Diagnostics::FORMAT)?;
            FieldFile::Diagnostics(Box::new(understood(bytes)?))
        }
        None => return Err(ReadError::Malformed("it is empty".into())),
    };
    match file.measurements().len() {
        0 if matches!(file, FieldFile::Records(_)) => Err(ReadError::Malformed("it holds no measurement".into())),
        0..=MAX_MEASUREMENTS => Ok(file),
        n => Err(ReadError::Malformed(format!("it holds {n} measurements, more than {MAX_MEASUREMENTS}"))),
    }
}

fn understood<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, ReadError> {
    serde_json::from_slice(bytes).map_err(|e| ReadError::Malformed(shown(&e.to_string())))
}

/// A sentence that may quote the file, on one line and short: what a terminal would obey is not shown.
fn shown(sentence: &str) -> String {
    sentence.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(MAX_SENTENCE_CHARS).collect()
}

fn check(head: &Head, newest: u32) -> Result<(), ReadError> {
    match head.format {
        None => Err(ReadError::Malformed("it does not say its format".into())),
        Some(format) if format > newest => Err(ReadError::Newer(format)),
        Some(_) => Ok(()),
    }
}

impl FieldFile {
    /// What was measured.
    pub fn measurements(&self) -> &[Record] {
        match self {
            Self::Diagnostics(diagnostics) => &diagnostics.measurements,
            Self::Records(records) => records,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::measurement::fixture::record;
    use super::super::super::measurement::to_json;
    use super::super::fixture::phone;
    use super::*;
    use proptest::prelude::*;

    fn why(bytes: &[u8]) -> String {
        parse(bytes).unwrap_err().to_string()
    }

    #[test]
    fn both_exports_come_back_as_they_went() {
        let phone = phone("A phone", 4.5);
        assert_eq!(parse(phone.to_json().as_bytes()).unwrap(), FieldFile::Diagnostics(Box::new(phone.clone())));
        let marked = format!("\u{feff}{}", phone.to_json());
        assert_eq!(parse(marked.as_bytes()).unwrap().measurements(), phone.measurements);
        let records = vec![record("a", 4.5), record("b", 30.0)];
        assert_eq!(parse(to_json(&records).as_bytes()).unwrap(), FieldFile::Records(records));
    }

    #[test]
    fn what_later_versions_add_is_passed_over_and_a_later_format_is_said() {
        let json = phone("A phone", 4.5).to_json();
        let more = json.replacen("\"up_s\"", "\"colour\": [1, {}], \"up_s\"", 1);
        assert!(parse(more.as_bytes()).is_ok());
        let newer = json.replacen("\"format\": 1", "\"format\": 2", 1);
        assert_eq!(
            why(newer.as_bytes()),
            "is of format 2, and 1 is the last that is read here; use a newer onhand-lab"
        );
    }

    #[test]
    fn each_kind_of_lie_is_said() {
        let json = phone("A phone", 4.5).to_json();
        let (half, text) = (json.len() / 2, "{\"format\": 1, \"build\": 7}");
        let odd = json.replacen("\"light\"", &format!("\"\\u001b[31m{}\"", "x".repeat(999)), 1);
        let deep = format!("{{\"format\": 1, \"x\": {}", "[".repeat(100_000));
        let many =
            format!("[{}]", vec![serde_json::to_string(&record("a", 4.0).without_runs()).unwrap(); 1001].join(","));
        for (bytes, words) in [
            (&b""[..], "it is empty"),
            (b"PK\x03\x04", "line 1"),
            (b"\xff\xfe{", "line 1"),
            (b"{}", "does not say its format"),
            (b"[]", "holds no measurement"),
            (b"[{\"format\": 1}]", "missing field"),
            (text.as_bytes(), "is not understood: "),
            (&json.as_bytes()[..half], "EOF"),
            (odd.as_bytes(), "unknown variant `\u{fffd}[31mxxx"),
            (deep.as_bytes(), "EOF"),
            (many.as_bytes(), "1001 measurements, more than 1000"),
        ] {
            let why = why(bytes);
            assert!(why.contains(words) && why.contains("; "), "{words}: {why}");
            assert!(why.chars().count() < 300 && !why.contains('\u{1b}'), "{why:?}");
        }
    }

    #[test]
    fn what_is_no_file_or_too_large_is_not_taken_into_memory() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(read(dir.path()), Err(ReadError::NoFile)));
        assert!(matches!(read(&dir.path().join("none")), Err(ReadError::Io(_))));
        let large = dir.path().join("large.json");
        File::create(&large).unwrap().set_len(MAX_BYTES * 1000).unwrap();
        assert!(matches!(read(&large), Err(ReadError::TooLarge)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn noise_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(parse(&bytes).is_err());
        }

        /// A file in which one byte was changed is read or refused.
        #[test]
        fn a_damaged_file_never_panics(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let mut bytes = phone("A phone", 4.5).to_json().into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = parse(&bytes);
        }
    }
}
