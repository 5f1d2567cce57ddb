//! SHA-256 of files: parsed strictly, computed without holding the file.

use sha2::{Digest, Sha256};
use std::fmt;
use std::io::Read;
use std::path::Path;

/// A SHA-256, written as 64 lowercase hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sha256Sum([u8; 32]);

impl Sha256Sum {
    /// The digits as a hash; `None` unless they are exactly 64 lowercase hexadecimal ones.
    pub fn parse(digits: &str) -> Option<Self> {
        if digits.len() != 64 || !digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The hash of a file. `go_on` is asked between blocks; `None` when it said no.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn of_file(path: &Path, go_on: impl Fn() -> bool) -> std::io::Result<Option<Self>> {
        let mut file = std::fs::File::open(path)?;
        let mut block = vec![0; 1 << 18];
        let mut hasher = Sha256::new();
        loop {
            if !go_on() {
                return Ok(None);
            }
            match file.read(&mut block)? {
                0 => return Ok(Some(Self(hasher.finalize().into()))),
                n => hasher.update(&block[..n]),
            }
        }
    }
}

impl fmt::Display for Sha256Sum {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Sha256Sum {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl serde::Serialize for Sha256Sum {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Sha256Sum {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(deserializer)?;
        Self::parse(&digits).ok_or_else(|| {
            serde::de::Error::custom(format!("sha256 {digits:?} is not 64 lowercase hexadecimal digits"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_hash_is_the_known_one_and_comes_back_from_its_digits() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sha256Sum::of(b"").to_string(), empty);
        assert_eq!(Sha256Sum::parse(empty), Some(Sha256Sum::of(b"")));
    }

    #[test]
    fn what_is_not_a_hash_is_refused() {
        let good = Sha256Sum::of(b"x").to_string();
        for bad in
            ["", &good[1..], &format!("{good}0"), &good.to_uppercase(), &format!("{}é", &good[..62]), &"+1".repeat(32)]
        {
            assert_eq!(Sha256Sum::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_file_has_the_hash_of_its_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), vec![7; 600_000]).unwrap();
        assert_eq!(Sha256Sum::of_file(file.path(), || true).unwrap(), Some(Sha256Sum::of(&vec![7; 600_000])));
        assert_eq!(Sha256Sum::of_file(file.path(), || false).unwrap(), None);
    }
}
