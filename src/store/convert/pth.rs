//! PyTorch's `.pth`: a state dictionary of named tensors.
//!
//! Until version 1.6, PyTorch wrote five pickles (a magic number, the protocol, the machine's sizes, the
//! dictionary, the list of storages) and then each storage: i64 number of elements, and that many elements.
//! Since then it writes a zip archive. The format: `torch/serialization.py` in
//! <https://github.com/pytorch/pytorch>.

use super::chain::Chain;
use super::error::{ConvertError, Result};
use super::pickle::{Id, Object, Pickle};
use super::safetensors::is_bookkeeping;
use super::tensor::{Element, Tensor};
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

/// Names and places of all tensors but bookkeeping.
///
/// # Errors
/// A file of another format, or one that contradicts itself.
pub(super) fn read(file: &Chain) -> Result<Vec<Tensor>> {
    let mut head = vec![0; file.bytes().min(MAX_PICKLE_BYTES) as usize];
    file.read_exact_at(0, &mut head)?;
    let wrong = |why: String| ConvertError::file(file.path(), why);
    if head.starts_with(b"PK") {
        return Err(wrong("it is a zip archive, as PyTorch writes since version 1.6; save it with _use_new_zipfile_serialization=False".into()));
    }
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
    let places = places(file, &storages, &order, at as u64)?;
    let Object::Dict(entries) = dictionary.root() else {
        return Err(wrong("it holds something else than a dictionary of tensors".into()));
    };
    let mut tensors = Vec::with_capacity(entries.len());
    for (name, value) in entries {
        let Object::Text(name) = dictionary.get(*name) else {
            return Err(wrong("its dictionary has a key that is not a name".into()));
        };
        if !is_bookkeeping(name) {
            tensors.push(tensor(file, &dictionary, name, *value, &storages, &places)?);
        }
    }
    Ok(tensors)
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
fn places<'a>(
    file: &Chain,
    storages: &'a BTreeMap<String, Storage>,
    order: &Pickle,
    mut at: u64,
) -> Result<BTreeMap<&'a str, u64>> {
    let wrong = |why: String| ConvertError::file(file.path(), why);
    let Object::Sequence(keys) = order.root() else {
        return Err(wrong("its list of storages is not a list".into()));
    };
    let mut places = BTreeMap::new();
    for key in keys {
        let Object::Text(key) = order.get(*key) else {
            return Err(wrong("its list of storages has a key that is not text".into()));
        };
        let (key, storage) =
            storages.get_key_value(key).ok_or_else(|| wrong(format!("its storage {key} belongs to no tensor")))?;
        let mut elements = [0; 8];
        file.read_exact_at(at, &mut elements)?;
        if u64::from_le_bytes(elements) != storage.elements {
            return Err(wrong(format!("its storage {key} does not have the {} elements it claims", storage.elements)));
        }
        let size = element_bytes(&storage.class).ok_or_else(|| wrong(format!("{} is not known", storage.class)))?;
        let end = storage.elements.checked_mul(size).and_then(|n| n.checked_add(at + 8));
        if places.insert(key.as_str(), at + 8).is_some() {
            return Err(wrong(format!("its storage {key} comes twice")));
        }
        at = end
            .filter(|end| *end <= file.bytes())
            .ok_or_else(|| wrong(format!("its storage {key} reaches past the end: the file was cut, or it lies")))?;
    }
    if at != file.bytes() {
        return Err(wrong(format!("it ends at byte {at}, the file has {}", file.bytes())));
    }
    Ok(places)
}

fn tensor(
    file: &Chain,
    pickle: &Pickle,
    name: &str,
    value: Id,
    storages: &BTreeMap<String, Storage>,
    places: &BTreeMap<&str, u64>,
) -> Result<Tensor> {
    let wrong = |why: String| ConvertError::tensor(file.path(), name, why);
    let view = view(pickle, value).ok_or_else(|| wrong("is not a tensor".into()))?;
    let (Some(storage), Some(place)) = (storages.get(&view.key), places.get(view.key.as_str())) else {
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

fn element_bytes(class: &str) -> Option<u64> {
    Some(match class.strip_prefix("torch.")?.strip_suffix("Storage")? {
        "Double" | "Long" => 8,
        "Float" | "Int" => 4,
        "Half" | "BFloat16" | "Short" => 2,
        "Byte" | "Char" | "Bool" => 1,
        _ => return None,
    })
}
