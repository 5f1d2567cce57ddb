//! PyTorch's `.pth`: a state dictionary of named tensors.
//!
//! Until version 1.6, PyTorch wrote five pickles (a magic number, the protocol, the machine's sizes, the
//! dictionary, the list of storages) and then each storage: i64 number of elements, and that many elements.
//! Since then it writes a zip archive of the dictionary and an entry a storage. Both are read. The formats:
//! `torch/serialization.py` in <https://github.com/pytorch/pytorch>.

use super::chain::Chain;
use super::error::{ConvertError, Result};
use super::pickle::{Id, Object, Pickle};
use super::safetensors::is_bookkeeping;
use super::tensor::{Element, Tensor};
use super::zip;
use std::collections::BTreeMap;

/// The pickles before the data; EfficientNet-Lite0's take 47 KB.
const MAX_PICKLE_BYTES: u64 = 1 << 20;
/// The first two pickles: the magic number and protocol 1001.
const LEGACY_MAGIC: [u8; 21] = *b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.";

/// A run of elements that tensors are views of.
#[derive(Debug, Clone, PartialEq)]
struct Storage {
    /// PyTorch's class: `torch.FloatStorage`.
    class: String,
    /// Number of elements.
    elements: u64,
}

impl Storage {
    /// Its size; the error says why there is none.
    fn bytes(&self) -> std::result::Result<u64, String> {
        let element_bytes = match self.class.strip_prefix("torch.").and_then(|c| c.strip_suffix("Storage")) {
            Some("Double" | "Long") => 8,
            Some("Float" | "Int") => 4,
            Some("Half" | "BFloat16" | "Short") => 2,
            Some("Byte" | "Char" | "Bool") => 1,
            _ => return Err(format!("its storages of class {} are not known", self.class)),
        };
        self.elements
            .checked_mul(element_bytes)
            .ok_or_else(|| format!("it claims a storage of {} elements", self.elements))
    }
}

/// Names and places of all tensors but bookkeeping.
///
/// # Errors
/// A file of another format, or one that contradicts itself.
pub(super) fn read(file: &Chain) -> Result<Vec<Tensor>> {
    let (dictionary, places) = if head(file, 0, 2)? == *b"PK" { read_zip(file)? } else { read_legacy(file)? };
    let wrong = |why: &str| ConvertError::file(file.path(), why);
    let Object::Dict(entries) = dictionary.root() else {
        return Err(wrong("it holds something else than a dictionary of tensors"));
    };
    let mut tensors = Vec::with_capacity(entries.len());
    for (name, value) in entries {
        let Object::Text(name) = dictionary.get(*name) else {
            return Err(wrong("its dictionary has a key that is not a name"));
        };
        if !is_bookkeeping(name) {
            tensors.push(tensor(file, &dictionary, name, *value, &places)?);
        }
    }
    Ok(tensors)
}

/// A storage, and where its elements begin in the file.
type Places = BTreeMap<String, (Storage, u64)>;

fn read_legacy(file: &Chain) -> Result<(Pickle, Places)> {
    let wrong = |why: String| ConvertError::file(file.path(), why);
    let head = head(file, 0, MAX_PICKLE_BYTES)?;
    if !head.starts_with(&LEGACY_MAGIC) {
        return Err(wrong("it is not a file that torch.save wrote".into()));
    }
    let mut at = LEGACY_MAGIC.len();
    let mut next = || -> Result<Pickle> {
        let (pickle, length) = Pickle::read(&head[at..]).map_err(wrong)?;
        at += length;
        Ok(pickle)
    };
    let (_sizes, dictionary, order) = (next()?, next()?, next()?);
    let storages = storages(&dictionary).map_err(wrong)?;
    let places = places(file, storages, &order, at as u64)?;
    Ok((dictionary, places))
}

/// `NAME/data.pkl` is the dictionary, `NAME/data/KEY` a storage.
fn read_zip(file: &Chain) -> Result<(Pickle, Places)> {
    let wrong = |why: String| ConvertError::file(file.path(), why);
    let entries = zip::entries(file)?;
    let found = entries.iter().find_map(|(name, range)| Some((name.strip_suffix("/data.pkl")?, range)));
    let (folder, range) = found.ok_or_else(|| wrong("it is a zip archive without data.pkl".into()))?;
    let (dictionary, _) = Pickle::read(&head(file, range.start, range.end - range.start)?).map_err(wrong)?;
    let mut places = Places::new();
    for (key, storage) in storages(&dictionary).map_err(wrong)? {
        if let Some(range) = entries.get(&format!("{folder}/data/{key}")) {
            if storage.bytes().map_err(wrong)? != range.end - range.start {
                return Err(wrong(format!(
                    "its storage {key} does not have the {} elements it claims",
                    storage.elements
                )));
            }
            places.insert(key, (storage, range.start));
        }
    }
    Ok((dictionary, places))
}

/// The bytes from `at` on, `limit` of them or as many as pickles may have.
fn head(file: &Chain, at: u64, limit: u64) -> Result<Vec<u8>> {
    let count = file.bytes().saturating_sub(at).min(limit).min(MAX_PICKLE_BYTES);
    let mut head = vec![0; count as usize];
    file.read_exact_at(at, &mut head)?;
    Ok(head)
}

/// Every storage that the dictionary refers to, by key.
fn storages(dictionary: &Pickle) -> std::result::Result<BTreeMap<String, Storage>, String> {
    let mut storages = BTreeMap::new();
    for reference in dictionary.persistent() {
        let (key, storage) = storage(dictionary, reference).ok_or("it refers to something that is not a storage")?;
        if storages.insert(key.clone(), storage.clone()).is_some_and(|before| before != storage) {
            return Err(format!("it describes storage {key} in two ways"));
        }
    }
    Ok(storages)
}

/// `("storage", class, key, device, elements, view)`.
fn storage(pickle: &Pickle, reference: &Object) -> Option<(String, Storage)> {
    let Object::Sequence(fields) = reference else { return None };
    let [kind, class, key, _device, elements, view @ ..] = fields.as_slice() else { return None };
    let Object::Text(kind) = pickle.get(*kind) else { return None };
    let Object::Global(class) = pickle.get(*class) else { return None };
    let Object::Text(key) = pickle.get(*key) else { return None };
    let Object::Int(elements) = pickle.get(*elements) else { return None };
    let whole = view.iter().all(|v| matches!(pickle.get(*v), Object::Other));
    let storage = Storage { class: class.clone(), elements: u64::try_from(*elements).ok()? };
    (kind == "storage" && whole).then(|| (key.clone(), storage))
}

/// Where each storage's elements begin, in the order in which the file lists them.
fn places(file: &Chain, mut storages: BTreeMap<String, Storage>, order: &Pickle, mut at: u64) -> Result<Places> {
    let wrong = |why: String| ConvertError::file(file.path(), why);
    let Object::Sequence(keys) = order.root() else {
        return Err(wrong("its list of storages is not a list".into()));
    };
    let mut places = Places::new();
    for key in keys {
        let Object::Text(key) = order.get(*key) else {
            return Err(wrong("its list of storages has a key that is not text".into()));
        };
        let Some((key, storage)) = storages.remove_entry(key) else {
            return Err(wrong(format!("its storage {key} belongs to no tensor, or comes twice")));
        };
        let mut elements = [0; 8];
        file.read_exact_at(at, &mut elements)?;
        if u64::from_le_bytes(elements) != storage.elements {
            return Err(wrong(format!("its storage {key} does not have the {} elements it claims", storage.elements)));
        }
        let begin = at + 8;
        let end = begin.checked_add(storage.bytes().map_err(wrong)?).filter(|end| *end <= file.bytes());
        at =
            end.ok_or_else(|| wrong(format!("its storage {key} reaches past the end: the file was cut, or it lies")))?;
        places.insert(key, (storage, begin));
    }
    if at != file.bytes() {
        return Err(wrong(format!("it ends at byte {at}, the file has {}", file.bytes())));
    }
    Ok(places)
}

fn tensor(file: &Chain, pickle: &Pickle, name: &str, value: Id, places: &Places) -> Result<Tensor> {
    let wrong = |why: String| ConvertError::tensor(file.path(), name, why);
    let view = view(pickle, value).ok_or_else(|| wrong("is not a tensor".into()))?;
    let Some((storage, place)) = places.get(&view.key) else {
        return Err(wrong(format!("lies in storage {}, which the file lacks", view.key)));
    };
    let element = match storage.class.as_str() {
        "torch.FloatStorage" => Element::F32,
        "torch.HalfStorage" => Element::F16,
        "torch.BFloat16Storage" => Element::BF16,
        "torch.DoubleStorage" => Element::F64,
        other => return Err(wrong(format!("is a {other}, only floats are read"))),
    };
    let elements = view.shape.iter().try_fold(1u64, |n, &d| n.checked_mul(d as u64));
    let end = elements.and_then(|n| n.checked_add(view.offset));
    if end.is_none_or(|end| end > storage.elements) {
        return Err(wrong(format!(
            "of shape {:?} reaches past its storage of {} elements",
            view.shape, storage.elements
        )));
    }
    Tensor::strided(file, name, &view.shape, &view.strides, element, place + view.offset * element.bytes())
}

/// A tensor as the dictionary describes it, in elements.
struct View {
    key: String,
    offset: u64,
    shape: Vec<usize>,
    strides: Vec<usize>,
}

/// `_rebuild_tensor_v2(storage, offset, shape, strides, …)`, or a parameter around it.
fn view(pickle: &Pickle, value: Id) -> Option<View> {
    let call = |id: Id| match pickle.get(id) {
        Object::Call { function, arguments } => match (pickle.get(*function), pickle.get(*arguments)) {
            (Object::Global(function), Object::Sequence(arguments)) => Some((function.as_str(), arguments)),
            _ => None,
        },
        _ => None,
    };
    let mut found = call(value)?;
    if found.0 == "torch._utils._rebuild_parameter" {
        found = call(*found.1.first()?)?;
    }
    let ("torch._utils._rebuild_tensor_v2", [storage, offset, shape, strides, ..]) = (found.0, found.1.as_slice())
    else {
        return None;
    };
    let Object::Persistent(reference) = pickle.get(*storage) else { return None };
    let Object::Int(offset) = pickle.get(*offset) else { return None };
    let numbers = |id: Id| match pickle.get(id) {
        Object::Sequence(items) => items.iter().map(|i| number(pickle, *i)).collect::<Option<Vec<_>>>(),
        _ => None,
    };
    Some(View {
        key: self::storage(pickle, pickle.get(*reference))?.0,
        offset: u64::try_from(*offset).ok()?,
        shape: numbers(*shape)?,
        strides: numbers(*strides)?,
    })
}

fn number(pickle: &Pickle, id: Id) -> Option<usize> {
    if let Object::Int(n) = pickle.get(id) { usize::try_from(*n).ok() } else { None }
}
