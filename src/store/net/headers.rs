//! The few headers on which a download depends, read strictly.

use super::super::digest::Sha256Sum;
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, RETRY_AFTER};
use std::time::Duration;

/// What the hub says of a file before its bytes come, in its own answer or in that which redirects to
/// where the bytes lie (<https://huggingface.co/docs/huggingface_hub/package_reference/file_download>).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    /// `X-Repo-Commit`.
    pub commit: Option<String>,
    /// `X-Linked-Etag`, which is the SHA-256 for large files.
    pub sha256: Option<Sha256Sum>,
    /// `X-Linked-Size`.
    pub bytes: Option<u64>,
}

impl Announced {
    /// Adds what these headers say and was not said before.
    pub fn read(&mut self, headers: &HeaderMap) {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
        self.commit = self.commit.take().or_else(|| text("x-repo-commit").map(String::from));
        self.sha256 = self.sha256.or_else(|| Sha256Sum::parse(text("x-linked-etag")?.trim_matches('"')));
        self.bytes = self.bytes.or_else(|| text("x-linked-size")?.parse().ok());
    }
}

/// `Content-Range: bytes BEGIN-END/TOTAL`, END inclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentRange {
    /// The first byte that follows.
    pub begin: u64,
    /// Size of the whole file.
    pub total: u64,
}

impl ContentRange {
    /// The header, where it is there and makes sense.
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        Self::parse(headers.get(CONTENT_RANGE)?.to_str().ok()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let (range, total) = text.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (begin, end) = range.split_once('-')?;
        let (begin, end, total): (u64, u64, u64) = (number(begin)?, number(end)?, number(total)?);
        (begin <= end && end < total).then_some(Self { begin, total })
    }
}

/// An entity tag that may stand in `If-Range`: weak ones may not (RFC 9110, 13.1.5).
pub fn strong_etag(headers: &HeaderMap) -> Option<String> {
    let tag = headers.get(ETAG)?.to_str().ok()?.trim();
    (tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"')).then(|| tag.into())
}

/// `Retry-After` in seconds. A date there counts as not said: it needs both clocks to be right.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    number(headers.get(RETRY_AFTER)?.to_str().ok()?.trim()).map(Duration::from_secs)
}

/// Digits only: no sign, no space.
fn number(text: &str) -> Option<u64> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ranges_that_make_sense_are_read_and_no_others() {
        assert_eq!(ContentRange::parse("bytes 3-9/10"), Some(ContentRange { begin: 3, total: 10 }));
        for bad in [
            "",
            "bytes",
            "bytes 3-9",
            "bytes 3-10/10",
            "bytes 9-3/10",
            "bytes */10",
            "bytes 3-9/*",
            "3-9/10",
            "bytes +3-9/10",
            "bytes 0-0/99999999999999999999",
        ] {
            assert_eq!(ContentRange::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_strong_tags_make_a_range_safe() {
        let tag = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(ETAG, text.parse().unwrap());
            strong_etag(&headers)
        };
        assert_eq!(tag("\"abc\"").as_deref(), Some("\"abc\""));
        for weak in ["W/\"abc\"", "abc", "\"\"", "\""] {
            assert_eq!(tag(weak), None, "{weak}");
        }
    }

    proptest! {
        #[test]
        fn a_range_is_always_inside_its_total(text in "bytes [0-9*-]{0,20}/[0-9*]{0,20}") {
            if let Some(range) = ContentRange::parse(&text) {
                prop_assert!(range.begin < range.total);
            }
        }
    }
}
