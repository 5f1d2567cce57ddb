//! The part of Python's pickle format in which PyTorch writes a state dictionary, read without running it.
//!
//! Objects lie in one table and refer to each other by number. So nothing is copied when a pickle repeats an
//! object, nothing recurses when it nests, and cycles are harmless: memory is at most [`MAX_OPERATIONS`]
//! small objects and the text of the pickle, whatever it says. (candle's reader copies on every reference
//! and nests boxes: a hundred bytes make it take all memory or all stack, and it indexes argument tuples
//! unchecked. It also reads neither PyTorch's format before 1.6 nor strided tensors, and the one .pth that
//! is installed from has both.)
//!
//! The operations: `Lib/pickletools.py` in <https://github.com/python/cpython>.

use std::collections::HashMap;

/// The state dictionary of EfficientNet-Lite0 takes 10,696.
const MAX_OPERATIONS: usize = 200_000;

/// The number of an object in its [`Pickle`].
pub(super) type Id = usize;

/// What a pickle can build here. Calls are recorded, never made.
#[derive(Debug)]
pub(super) enum Object {
    /// None and floats: nothing here asks for them.
    Other,
    Int(i64),
    Text(String),
    /// A class or function: `module.name`.
    Global(String),
    /// A tuple or list.
    Sequence(Vec<Id>),
    /// Key and value in the order in which they were set.
    Dict(Vec<(Id, Id)>),
    Call {
        function: Id,
        arguments: Id,
    },
    /// An object that lies outside the pickle: a storage.
    Persistent(Id),
}

/// A read pickle.
#[derive(Debug)]
pub(super) struct Pickle {
    objects: Vec<Object>,
    root: Id,
}

impl Pickle {
    /// Reads one pickle from the start of `bytes`; returns it and its length.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn read(bytes: &[u8]) -> Result<(Self, usize), String> {
        let mut reader = Reader { left: bytes, ..Reader::default() };
        for _ in 0..MAX_OPERATIONS {
            if reader.step()? {
                let root = reader.pop()?;
                return Ok((Self { objects: reader.objects, root }, bytes.len() - reader.left.len()));
            }
        }
        Err(format!("its pickle has more than {MAX_OPERATIONS} operations"))
    }

    /// The object that was pickled.
    pub fn root(&self) -> &Object {
        self.get(self.root)
    }

    /// An object that another refers to.
    pub fn get(&self, id: Id) -> &Object {
        &self.objects[id]
    }

    /// Every object outside the pickle that it refers to.
    pub fn persistent(&self) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter_map(|o| if let Object::Persistent(id) = o { Some(self.get(*id)) } else { None })
    }
}

#[derive(Default)]
struct Reader<'a> {
    left: &'a [u8],
    objects: Vec<Object>,
    stack: Vec<Id>,
    /// Heights of the stack.
    marks: Vec<usize>,
    memo: HashMap<u32, Id>,
}

impl<'a> Reader<'a> {
    /// Does one operation; `true` when it was the last.
    fn step(&mut self) -> Result<bool, String> {
        let [operation] = self.array()?;
        match operation {
            b'.' => return Ok(true),
            // PROTO
            0x80 => drop(self.array::<1>()?),
            b'N' | 0x88 | 0x89 => self.push(Object::Other),
            // BINFLOAT
            b'G' => {
                self.array::<8>()?;
                self.push(Object::Other);
            }
            b'K' => {
                let [n] = self.array()?;
                self.push(Object::Int(n.into()));
            }
            b'M' => {
                let n = u16::from_le_bytes(self.array()?);
                self.push(Object::Int(n.into()));
            }
            b'J' => {
                let n = i32::from_le_bytes(self.array()?);
                self.push(Object::Int(n.into()));
            }
            // LONG1
            0x8a => {
                let [length] = self.array()?;
                let bytes = self.take(length.into())?;
                let unused = 64 - 8 * u32::from(length.min(8));
                let mut wide = [0; 8];
                wide.get_mut(..bytes.len()).ok_or("its pickle has an integer over 64 bits")?.copy_from_slice(bytes);
                // Shifted up and down again: the sign is kept.
                let n = i64::from_le_bytes(wide).checked_shl(unused).unwrap_or(0) >> unused.min(63);
                self.push(Object::Int(n));
            }
            b'X' => {
                let length = u32::from_le_bytes(self.array()?);
                let text = self.text(length as usize)?;
                self.push(Object::Text(text));
            }
            b'c' => {
                let (module, name) = (self.line()?, self.line()?);
                self.push(Object::Global(format!("{module}.{name}")));
            }
            b'(' => self.marks.push(self.stack.len()),
            b')' | b']' => self.push(Object::Sequence(Vec::new())),
            0x85..=0x87 => {
                let count = usize::from(operation - 0x84);
                let from = self.stack.len().checked_sub(count).ok_or(UNDERFLOW)?;
                let items = self.stack.split_off(from);
                self.push(Object::Sequence(items));
            }
            b't' => {
                let items = self.pop_to_mark()?;
                self.push(Object::Sequence(items));
            }
            b'}' => self.push(Object::Dict(Vec::new())),
            b'a' => {
                let item = self.pop()?;
                self.extend(&[item])?;
            }
            b'e' => {
                let items = self.pop_to_mark()?;
                self.extend(&items)?;
            }
            b's' => {
                let value = self.pop()?;
                let key = self.pop()?;
                self.extend(&[key, value])?;
            }
            b'u' => {
                let items = self.pop_to_mark()?;
                self.extend(&items)?;
            }
            b'R' | 0x81 => {
                let arguments = self.pop()?;
                let function = self.pop()?;
                let ordered = matches!(&self.objects[function], Object::Global(g) if g == "collections.OrderedDict");
                self.push(if ordered { Object::Dict(Vec::new()) } else { Object::Call { function, arguments } });
            }
            // BUILD: attributes of the object below; a state dictionary's are versions of its modules.
            b'b' => drop(self.pop()?),
            b'Q' => {
                let id = self.pop()?;
                self.push(Object::Persistent(id));
            }
            b'q' => {
                let [slot] = self.array()?;
                self.remember(slot.into())?;
            }
            b'r' => {
                let slot = u32::from_le_bytes(self.array()?);
                self.remember(slot)?;
            }
            b'h' => {
                let [slot] = self.array()?;
                self.recall(slot.into())?;
            }
            b'j' => {
                let slot = u32::from_le_bytes(self.array()?);
                self.recall(slot)?;
            }
            other => return Err(format!("its pickle has the operation {other:#04x}, which no state dictionary needs")),
        }
        Ok(false)
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let (taken, left) = self.left.split_at_checked(count).ok_or("its pickle ends too early")?;
        self.left = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        self.take(N).map(|bytes| bytes.try_into().expect("that many were taken"))
    }

    fn text(&mut self, length: usize) -> Result<String, String> {
        let bytes = self.take(length)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| "its pickle has a text that is not UTF-8".into())
    }

    fn line(&mut self) -> Result<String, String> {
        let length = self.left.iter().position(|b| *b == b'\n').ok_or("its pickle ends in a name")?;
        let line = self.text(length)?;
        self.take(1)?;
        Ok(line)
    }

    fn push(&mut self, object: Object) {
        self.stack.push(self.objects.len());
        self.objects.push(object);
    }

    fn pop(&mut self) -> Result<Id, String> {
        self.stack.pop().ok_or_else(|| UNDERFLOW.into())
    }

    fn pop_to_mark(&mut self) -> Result<Vec<Id>, String> {
        let mark = self.marks.pop().filter(|m| *m <= self.stack.len()).ok_or(UNDERFLOW)?;
        Ok(self.stack.split_off(mark))
    }

    /// Adds to the list or dictionary on top: keys and values by turns.
    fn extend(&mut self, items: &[Id]) -> Result<(), String> {
        match self.stack.last().map(|top| &mut self.objects[*top]) {
            Some(Object::Sequence(list)) => list.extend(items),
            Some(Object::Dict(dict)) if items.len().is_multiple_of(2) => {
                dict.extend(items.as_chunks().0.iter().map(|[key, value]| (*key, *value)));
            }
            _ => return Err("its pickle adds items to something that holds none".into()),
        }
        Ok(())
    }

    fn remember(&mut self, slot: u32) -> Result<(), String> {
        let top = *self.stack.last().ok_or(UNDERFLOW)?;
        self.memo.insert(slot, top);
        Ok(())
    }

    fn recall(&mut self, slot: u32) -> Result<(), String> {
        let id = *self.memo.get(&slot).ok_or("its pickle refers to an object that it has not built")?;
        self.stack.push(id);
        Ok(())
    }
}

const UNDERFLOW: &str = "its pickle takes objects that it has not built";
