//! CTranslate2's `model.bin`, read strictly.
//!
//! ```text
//! u32 version, string specification, u32 revision
//! u32 count, then for each variable: string name, u8 rank, rank × u32 dimensions, u8 type, u32 bytes, data
//! u32 count, then for each alias: string alias, string variable
//! ```
//! Little-endian; a string is a u16 length, which counts the closing zero, and that many bytes. The format:
//! `python/ctranslate2/specs/model_spec.py` in <https://github.com/OpenNMT/CTranslate2>.
//!
//! Only names and places are read here; a claimed size is held against the file before anything relies on
//! it, so memory is bounded by [`MAX_ENTRIES`] names of [`MAX_NAME_BYTES`] whatever the file says.

use super::chain::Chain;
use super::error::{ConvertError, Result};
use super::tensor::{Element, MAX_RANK, Tensor};
use std::collections::BTreeMap;

/// The version that CTranslate2 has written since its release 3.
const VERSION: u32 = 6;
/// Whisper-large has 1,300 variables.
const MAX_ENTRIES: u32 = 4096;
/// The longest name in a Whisper model has 54 bytes.
const MAX_NAME_BYTES: u16 = 256;

/// What a `model.bin` holds.
pub(super) struct ModelBin {
    /// What kind of model: `WhisperSpec`.
    pub specification: String,
    /// Version of that specification.
    pub revision: u32,
    /// Float tensors by name.
    pub tensors: BTreeMap<String, Tensor>,
    /// Integer settings (number of heads, activation …) by name.
    pub settings: BTreeMap<String, i64>,
    /// Second names for tensors.
    pub aliases: BTreeMap<String, String>,
}

impl ModelBin {
    /// Reads all names and places in `file`.
    ///
    /// # Errors
    /// [`ConvertError::File`] or [`ConvertError::Tensor`] with the lie that the file tells.
    pub fn read(file: &Chain) -> Result<Self> {
        let mut cursor = Cursor { file, at: 0 };
        let version = cursor.u32()?;
        if version != VERSION {
            let why = format!("it says version {version} of CTranslate2's format, {VERSION} is read");
            return Err(ConvertError::file(file.path(), why));
        }
        let mut model = Self {
            specification: cursor.string()?,
            revision: cursor.u32()?,
            tensors: BTreeMap::new(),
            settings: BTreeMap::new(),
            aliases: BTreeMap::new(),
        };
        for _ in 0..cursor.count("variables")? {
            model.read_variable(&mut cursor)?;
        }
        for _ in 0..cursor.count("aliases")? {
            let (alias, name) = (cursor.string()?, cursor.string()?);
            if !model.tensors.contains_key(&name) {
                return Err(ConvertError::file(
                    file.path(),
                    format!("its alias {alias} stands for {name}, which it lacks"),
                ));
            }
            if model.has(&alias) || model.aliases.insert(alias.clone(), name).is_some() {
                return Err(ConvertError::tensor(file.path(), alias, "comes twice"));
            }
        }
        if cursor.at != file.bytes() {
            let why = format!("it ends at byte {}, the file has {}", cursor.at, file.bytes());
            return Err(ConvertError::file(file.path(), why));
        }
        Ok(model)
    }

    fn has(&self, name: &str) -> bool {
        self.tensors.contains_key(name) || self.settings.contains_key(name)
    }

    fn read_variable(&mut self, cursor: &mut Cursor) -> Result<()> {
        let path = cursor.file.path();
        let name = cursor.string()?;
        let wrong = |why: String| ConvertError::tensor(path, &name, why);
        if name.is_empty() {
            return Err(ConvertError::file(path, "it holds a variable without a name"));
        }
        if self.has(&name) {
            return Err(wrong("comes twice".into()));
        }
        let rank = usize::from(cursor.bytes::<1>()?[0]);
        if rank > MAX_RANK {
            return Err(wrong(format!("has {rank} dimensions, the limit is {MAX_RANK}")));
        }
        let mut shape = Vec::with_capacity(rank);
        for _ in 0..rank {
            shape.push(cursor.u32()? as usize);
        }
        let [kind] = cursor.bytes::<1>()?;
        let claimed = u64::from(cursor.u32()?);
        let element_bytes = match kind {
            0 | 3 => 4,
            1 => 1,
            2 | 4 => 2,
            _ => return Err(wrong(format!("is of type {kind}, which CTranslate2 does not have"))),
        };
        let need = shape.iter().try_fold(element_bytes, |n: u64, &d| n.checked_mul(d as u64));
        if need != Some(claimed) {
            return Err(wrong(format!("of shape {shape:?} and type {kind} claims {claimed} bytes")));
        }
        let at = cursor.at;
        cursor.at = at.checked_add(claimed).filter(|end| *end <= cursor.file.bytes()).ok_or_else(|| {
            wrong(format!("claims {claimed} bytes at byte {at}, the file has {}", cursor.file.bytes()))
        })?;
        let element = match kind {
            0 => Element::F32,
            4 => Element::F16,
            _ if rank > 0 => {
                return Err(wrong("is quantized to integers, only float16 and float32 conversions are read".into()));
            }
            _ => {
                let mut raw = [0; 4];
                cursor.file.read_exact_at(at, &mut raw[..claimed as usize])?;
                let unused = 32 - 8 * claimed as u32;
                // Shifted up and down again: the sign is kept.
                self.settings.insert(name, i64::from(i32::from_le_bytes(raw) << unused >> unused));
                return Ok(());
            }
        };
        let tensor = Tensor::rows(cursor.file, &name, &shape, element, at)?;
        self.tensors.insert(name, tensor);
        Ok(())
    }
}

struct Cursor<'a> {
    file: &'a Chain,
    at: u64,
}

impl Cursor<'_> {
    fn bytes<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.file.read_exact_at(self.at, &mut bytes)?;
        self.at += N as u64;
        Ok(bytes)
    }

    fn u32(&mut self) -> Result<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn count(&mut self, what: &str) -> Result<u32> {
        let count = self.u32()?;
        if count > MAX_ENTRIES {
            let why = format!("it claims {count} {what}, the limit is {MAX_ENTRIES}");
            return Err(ConvertError::file(self.file.path(), why));
        }
        Ok(count)
    }

    fn string(&mut self) -> Result<String> {
        let wrong = |why: String| ConvertError::file(self.file.path(), why);
        let length = u16::from_le_bytes(self.bytes()?);
        if length == 0 || length > MAX_NAME_BYTES {
            return Err(wrong(format!("it claims a name of {length} bytes, 1 to {MAX_NAME_BYTES} are read")));
        }
        let mut bytes = vec![0; usize::from(length)];
        self.file.read_exact_at(self.at, &mut bytes)?;
        self.at += u64::from(length);
        let closed = bytes.pop() == Some(0) && !bytes.contains(&0);
        match String::from_utf8(bytes) {
            Ok(name) if closed => Ok(name),
            _ => Err(wrong(format!("the name that ends at byte {} is not text closed by a zero", self.at))),
        }
    }
}
