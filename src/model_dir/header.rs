//! The header of a safetensors file, read strictly.
//!
//! Eight bytes of little-endian length, then that much JSON: for each tensor a type, a shape and the
//! offsets of its bytes in what follows. The format: <https://github.com/huggingface/safetensors>.
//! The header is all that is read here, and no more memory than [`MAX_HEADER_BYTES`] is taken for it.

use super::ModelDirError;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Whisper-base's header is 25 KB; a larger one than this is an attack, not a model.
const MAX_HEADER_BYTES: u64 = 4 << 20;
/// Convolution weights have 4 dimensions; nothing here has more than 8.
const MAX_RANK: usize = 8;

/// Element types that a model of ours may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[allow(missing_docs)]
pub enum Dtype {
    F32,
    F16,
    BF16,
    I64,
    I32,
    I8,
    U8,
}

impl Dtype {
    /// Size of one element.
    pub fn bytes(self) -> u64 {
        match self {
            Self::I64 => 8,
            Self::F32 | Self::I32 => 4,
            Self::F16 | Self::BF16 => 2,
            Self::I8 | Self::U8 => 1,
        }
    }
}

/// One tensor, as the header describes it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TensorInfo {
    /// Element type.
    pub dtype: Dtype,
    /// Dimensions, outermost first.
    pub shape: Vec<usize>,
    /// Begin and end in the data after the header, in bytes.
    pub data_offsets: (u64, u64),
}

/// A checked header: types, shapes and offsets agree with each other and with the file's length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeightsHeader {
    tensors: BTreeMap<String, TensorInfo>,
    metadata: BTreeMap<String, String>,
    data_start: u64,
    file_bytes: u64,
}

impl WeightsHeader {
    /// Reads and checks the header of the file at `path`.
    ///
    /// # Errors
    /// [`ModelDirError::Io`], or [`ModelDirError::Header`] with the lie that the file tells.
    pub fn read(path: &Path) -> Result<Self, ModelDirError> {
        let io = |source| ModelDirError::Io { path: path.into(), source };
        let file = File::open(path).map_err(io)?;
        let file_bytes = file.metadata().map_err(io)?.len();
        let mut head = Vec::new();
        file.take(8 + MAX_HEADER_BYTES).read_to_end(&mut head).map_err(io)?;
        Self::parse(&head, file_bytes).map_err(|why| ModelDirError::Header { path: path.into(), why })
    }

    /// Checks a header given as the first bytes of a file that is `file_bytes` long.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn parse(head: &[u8], file_bytes: u64) -> Result<Self, String> {
        let length: [u8; 8] = head.get(..8).and_then(|b| b.try_into().ok()).ok_or("it is shorter than 8 bytes")?;
        let header_bytes = u64::from_le_bytes(length);
        if header_bytes > MAX_HEADER_BYTES {
            return Err(format!("its header claims {header_bytes} bytes, the limit is {MAX_HEADER_BYTES}"));
        }
        let json = head
            .get(8..8 + header_bytes as usize)
            .ok_or_else(|| format!("its header claims {header_bytes} bytes, the file has {file_bytes}"))?;
        let entries: Entries = serde_json::from_slice(json).map_err(|e| format!("its header is not valid: {e}"))?;
        let data_bytes = file_bytes.saturating_sub(8 + header_bytes);
        check_offsets(&entries.tensors, data_bytes)?;
        Ok(Self { tensors: entries.tensors, metadata: entries.metadata, data_start: 8 + header_bytes, file_bytes })
    }

    /// The tensors by name, sorted.
    pub fn tensors(&self) -> &BTreeMap<String, TensorInfo> {
        &self.tensors
    }

    /// The `__metadata__` entry.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.metadata
    }

    /// Where in the file the data begins, which the tensors' offsets count from.
    pub fn data_start(&self) -> u64 {
        self.data_start
    }

    /// Length of the whole file.
    pub fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    /// Number of elements in all tensors together.
    pub fn elements(&self) -> u64 {
        self.tensors.values().map(|t| (t.data_offsets.1 - t.data_offsets.0) / t.dtype.bytes()).sum()
    }
}

/// Every tensor's bytes are what its shape needs; together they tile the data without gap or overlap.
fn check_offsets(tensors: &BTreeMap<String, TensorInfo>, data_bytes: u64) -> Result<(), String> {
    let mut spans = Vec::with_capacity(tensors.len());
    for (name, t) in tensors {
        if t.shape.len() > MAX_RANK {
            return Err(format!("tensor {name} has {} dimensions, the limit is {MAX_RANK}", t.shape.len()));
        }
        let (begin, end) = t.data_offsets;
        if begin > end || end > data_bytes {
            return Err(format!("tensor {name} lies at {begin}..{end}, the data has {data_bytes} bytes"));
        }
        let need = t
            .shape
            .iter()
            .try_fold(t.dtype.bytes(), |n, &d| n.checked_mul(d as u64))
            .ok_or_else(|| format!("tensor {name} has the absurd shape {:?}", t.shape))?;
        if need != end - begin {
            return Err(format!("tensor {name} of shape {:?} needs {need} bytes, it has {}", t.shape, end - begin));
        }
        spans.push((begin, end, name));
    }
    spans.sort();
    let mut at = 0;
    for (begin, end, name) in spans {
        if begin != at {
            let what = if begin < at { "overlaps the tensor before it" } else { "leaves a gap before it" };
            return Err(format!("tensor {name} {what}"));
        }
        at = end;
    }
    if at != data_bytes {
        return Err(format!("its tensors fill {at} bytes of {data_bytes}: the file was cut or padded"));
    }
    Ok(())
}

/// The header's JSON object; a name that comes twice is an error, where a plain map would keep the last.
struct Entries {
    tensors: BTreeMap<String, TensorInfo>,
    metadata: BTreeMap<String, String>,
}

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntriesVisitor;
        impl<'de> Visitor<'de> for EntriesVisitor {
            type Value = Entries;

            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("an object of tensors")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Entries { tensors: BTreeMap::new(), metadata: BTreeMap::new() };
                let mut metadata_seen = false;
                while let Some(name) = map.next_key::<String>()? {
                    let twice = if name == "__metadata__" {
                        entries.metadata = map.next_value()?;
                        std::mem::replace(&mut metadata_seen, true)
                    } else {
                        entries.tensors.insert(name.clone(), map.next_value()?).is_some()
                    };
                    if twice {
                        return Err(serde::de::Error::custom(format!("the name {name} comes twice")));
                    }
                }
                Ok(entries)
            }
        }
        deserializer.deserialize_map(EntriesVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(json: &str, data_bytes: u64) -> Result<WeightsHeader, String> {
        let mut head = (json.len() as u64).to_le_bytes().to_vec();
        head.extend(json.as_bytes());
        let file_bytes = head.len() as u64 + data_bytes;
        WeightsHeader::parse(&head, file_bytes)
    }

    #[test]
    fn a_sound_header_is_read() {
        let h = parse(
            r#"{"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[3],"data_offsets":[8,14]},"a":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}"#,
            14,
        )
        .unwrap();
        assert_eq!(h.elements(), 5);
        assert_eq!(h.tensors()["a"].shape, [2, 1]);
        assert_eq!(h.metadata()["format"], "pt");
    }

    #[test]
    fn every_lie_is_named() {
        let lies = [
            (
                "offsets past the end",
                r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#,
                4,
                "the data has 4 bytes",
            ),
            ("offsets backwards", r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}"#, 8, "lies at 8..0"),
            ("length against shape", r#"{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}"#, 8, "needs 12 bytes"),
            (
                "overlap",
                r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
                12,
                "overlaps",
            ),
            (
                "gap",
                r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}"#,
                12,
                "gap",
            ),
            (
                "data after the last tensor",
                r#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
                9,
                "cut or padded",
            ),
            (
                "duplicate names",
                r#"{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#,
                1,
                "comes twice",
            ),
            (
                "a shape that overflows",
                r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,0]}}"#,
                0,
                "absurd shape",
            ),
            (
                "a shape of many dimensions",
                r#"{"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}"#,
                1,
                "9 dimensions",
            ),
            ("a negative dimension", r#"{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,1]}}"#, 1, "not valid"),
            ("an unknown type", r#"{"a":{"dtype":"Q3","shape":[1],"data_offsets":[0,1]}}"#, 1, "unknown variant"),
            ("not an object", "[1,2]", 0, "not valid"),
        ];
        for (lie, json, data_bytes, says) in lies {
            let said = parse(json, data_bytes).expect_err(lie);
            assert!(said.contains(says), "{lie}: {said}");
        }
    }

    #[test]
    fn a_header_length_that_lies_is_refused_without_reading_it() {
        let said = WeightsHeader::parse(&u64::MAX.to_le_bytes(), 8).unwrap_err();
        assert!(said.contains("the limit is"), "{said}");
        let said = WeightsHeader::parse(&100u64.to_le_bytes(), 8).unwrap_err();
        assert!(said.contains("the file has 8"), "{said}");
        assert!(WeightsHeader::parse(&[1, 2], 2).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), extra in 0u64..1000) {
            let _ = WeightsHeader::parse(&bytes, bytes.len() as u64 + extra);
        }

        #[test]
        fn no_header_of_plausible_form_panics(
            json in r#"\{("[ab]":\{"dtype":"(F32|F16|U8|I64)","shape":\[[0-9]{1,20}(,[0-9]{1,20})?\],"data_offsets":\[[0-9]{1,20},[0-9]{1,20}\]\},?){0,3}\}"#,
            data in 0u64..100,
        ) {
            let _ = parse(&json, data);
        }
    }
}
