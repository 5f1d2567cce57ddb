//! A state dictionary as PyTorch saved it before 1.6, open to being falsified.

/// One tensor, alone in its storage.
#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    pub shape: Vec<i32>,
    pub strides: Vec<i32>,
    pub offset: i32,
    /// `FloatStorage`, `LongStorage` ….
    pub class: String,
    /// Elements that the dictionary claims the storage has.
    pub claimed: i32,
    /// The storage's bytes.
    pub data: Vec<u8>,
}

impl Entry {
    /// Floats, row after row.
    pub fn floats(name: &str, shape: &[i32], data: &[f32]) -> Self {
        let mut strides: Vec<i32> = Vec::new();
        let mut step = 1;
        for d in shape.iter().rev() {
            strides.insert(0, step);
            step *= d;
        }
        assert_eq!(step as usize, data.len());
        Self {
            name: name.into(),
            shape: shape.to_vec(),
            strides,
            offset: 0,
            class: "FloatStorage".into(),
            claimed: step,
            data: data.iter().flat_map(|v| v.to_le_bytes()).collect(),
        }
    }
}

/// The whole file.
#[derive(Debug, Clone)]
pub struct Pth {
    pub entries: Vec<Entry>,
    /// Which storages follow, in order; `None` for all.
    pub listed: Option<Vec<usize>>,
    pub tail: Vec<u8>,
}

pub const MAGIC: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03.";
/// The pickle of the machine's sizes, emptied.
pub const SIZES: &[u8] = b"\x80\x02}.";

pub fn text(out: &mut Vec<u8>, text: &str) {
    out.push(b'X');
    out.extend((text.len() as u32).to_le_bytes());
    out.extend(text.as_bytes());
}

fn ints(out: &mut Vec<u8>, numbers: &[i32]) {
    out.push(b'(');
    numbers.iter().for_each(|n| int(out, *n));
    out.push(b't');
}

fn int(out: &mut Vec<u8>, number: i32) {
    out.push(b'J');
    out.extend(number.to_le_bytes());
}

impl Pth {
    pub fn new(entries: Vec<Entry>) -> Self {
        Self { entries, listed: None, tail: Vec::new() }
    }

    /// As PyTorch saves it since 1.6; `method` is zip's number for a compression, 0 for none.
    pub fn zipped(&self, method: u16) -> Vec<u8> {
        let mut files = vec![("lite/data.pkl".to_string(), self.dictionary())];
        files.extend(self.entries.iter().enumerate().map(|(n, e)| (format!("lite/data/{n}"), e.data.clone())));
        let (mut out, mut directory) = (Vec::new(), Vec::new());
        for (name, data) in &files {
            // Versions, flags, method, time, date, checksum, both sizes, lengths of name and extra field.
            let mut fields = vec![0; 26];
            fields[4..6].copy_from_slice(&method.to_le_bytes());
            fields[14..18].copy_from_slice(&(data.len() as u32).to_le_bytes());
            fields[18..22].copy_from_slice(&(data.len() as u32).to_le_bytes());
            fields[22..24].copy_from_slice(&(name.len() as u16).to_le_bytes());
            directory.extend([b"PK\x01\x02\0\0", fields.as_slice(), &[0; 10]].concat());
            directory.extend((out.len() as u32).to_le_bytes());
            directory.extend(name.bytes());
            // PyTorch aligns data with an extra field, which only the entry's own header has.
            fields[24] = 3;
            out.extend([b"PK\x03\x04", fields.as_slice(), name.as_bytes(), &[0; 3], data].concat());
        }
        let at = out.len() as u32;
        out.extend(&directory);
        out.extend(b"PK\x05\x06\0\0\0\0");
        out.extend([files.len() as u16, files.len() as u16].map(u16::to_le_bytes).concat());
        out.extend([directory.len() as u32, at].map(u32::to_le_bytes).concat());
        out.extend([0, 0]);
        out.extend(&self.tail);
        out
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = [MAGIC, SIZES, &self.dictionary(), b"\x80\x02]("].concat();
        let listed = self.listed.clone().unwrap_or_else(|| (0..self.entries.len()).collect());
        listed.iter().for_each(|n| text(&mut out, &n.to_string()));
        out.extend(b"e.");
        for e in listed.iter().map(|n| &self.entries[*n]) {
            let size = if e.class == "LongStorage" { 8 } else { 4 };
            out.extend((e.data.len() as u64 / size).to_le_bytes());
            out.extend(&e.data);
        }
        out.extend(&self.tail);
        out
    }

    /// The pickle of names and descriptions.
    fn dictionary(&self) -> Vec<u8> {
        let mut out = b"\x80\x02ccollections\nOrderedDict\nq\0)Rq\x01(".to_vec();
        for (n, e) in self.entries.iter().enumerate() {
            text(&mut out, &e.name);
            out.extend(b"ctorch._utils\n_rebuild_tensor_v2\n((");
            text(&mut out, "storage");
            out.extend(format!("ctorch\n{}\n", e.class).bytes());
            text(&mut out, &n.to_string());
            text(&mut out, "cpu");
            int(&mut out, e.claimed);
            out.extend(b"NtQ");
            int(&mut out, e.offset);
            ints(&mut out, &e.shape);
            ints(&mut out, &e.strides);
            out.extend(b"\x89h\0)RtR");
        }
        // Its attributes: the versions of its modules.
        out.extend(b"u}");
        text(&mut out, "_metadata");
        out.extend(b"h\0)Rsb.");
        out
    }
}

/// An EfficientNet-Lite of three blocks in two stages, the first with TensorFlow's strides.
pub fn efficientnet() -> Pth {
    let mut entries = Vec::new();
    let mut counter = 0.0;
    let mut add = |name: String, shape: &[i32]| {
        let data: Vec<f32> = (0..shape.iter().product())
            .map(|_| {
                counter += 1.0;
                counter
            })
            .collect();
        entries.push(Entry::floats(&name, shape, &data));
    };
    let norm = |add: &mut dyn FnMut(String, &[i32]), name: &str, width| {
        for leaf in ["weight", "bias", "running_mean", "running_var"] {
            add(format!("{name}.{leaf}"), &[width]);
        }
    };
    add("_conv_stem.weight".into(), &[2, 3, 3, 3]);
    norm(&mut add, "_bn0", 2);
    for (block, width_in, wide, width) in [(0, 2, 2, 3), (1, 3, 5, 4), (2, 4, 6, 4)] {
        if block > 0 {
            add(format!("_blocks.{block}._expand_conv.weight"), &[wide, width_in, 1, 1]);
            norm(&mut add, &format!("_blocks.{block}._bn0"), wide);
        }
        add(format!("_blocks.{block}._depthwise_conv.weight"), &[wide, 1, 3, 3]);
        norm(&mut add, &format!("_blocks.{block}._bn1"), wide);
        add(format!("_blocks.{block}._project_conv.weight"), &[width, wide, 1, 1]);
        norm(&mut add, &format!("_blocks.{block}._bn2"), width);
    }
    add("_conv_head.weight".into(), &[7, 4, 1, 1]);
    norm(&mut add, "_bn1", 7);
    add("_fc.weight".into(), &[5, 7]);
    add("_fc.bias".into(), &[5]);
    let mut count = Entry::floats("_bn0.num_batches_tracked", &[], &[0.0]);
    (count.class, count.data) = ("LongStorage".into(), vec![0; 8]);
    entries.push(count);
    Pth::new(entries)
}
