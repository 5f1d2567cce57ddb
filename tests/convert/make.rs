//! Files as other programs write them, made small, and open to being falsified.

use std::collections::BTreeMap;

/// Shape and bytes by name.
pub type Tensors = BTreeMap<String, (Vec<usize>, Vec<u8>)>;

pub const D_MODEL: usize = 4;
const FFN: usize = 6;
const MELS: usize = 3;
const VOCABULARY: usize = 7;
const CONTEXTS: [(&str, usize); 2] = [("encoder", 5), ("decoder", 8)];

/// A Whisper of two layers a side under transformers' names, its elements counted through so that a mixed-up
/// byte shows.
pub fn whisper(element_bytes: usize) -> Tensors {
    let mut tensors = Tensors::new();
    let mut counter = 0u32;
    let mut add = |name: String, shape: &[usize]| {
        let count: usize = shape.iter().product();
        let mut data = Vec::new();
        for _ in 0..count {
            counter += 1;
            data.extend_from_slice(&counter.to_le_bytes()[..element_bytes]);
        }
        tensors.insert(name, (shape.to_vec(), data));
    };
    for (side, context) in CONTEXTS {
        let mut module = |name: &str, shape: &[usize]| {
            add(format!("model.{side}.{name}.weight"), shape);
            if !name.contains("embed") && !name.ends_with("k_proj") {
                add(format!("model.{side}.{name}.bias"), &shape[..1]);
            }
        };
        module("embed_positions", &[context, D_MODEL]);
        module("layer_norm", &[D_MODEL]);
        if side == "encoder" {
            module("conv1", &[D_MODEL, MELS, 3]);
            module("conv2", &[D_MODEL, D_MODEL, 3]);
        } else {
            module("embed_tokens", &[VOCABULARY, D_MODEL]);
        }
        for layer in 0..2 {
            let attentions: &[&str] = if side == "encoder" { &["self_attn"] } else { &["self_attn", "encoder_attn"] };
            for attention in attentions {
                for projection in ["q_proj", "k_proj", "v_proj", "out_proj"] {
                    module(&format!("layers.{layer}.{attention}.{projection}"), &[D_MODEL, D_MODEL]);
                }
                module(&format!("layers.{layer}.{attention}_layer_norm"), &[D_MODEL]);
            }
            module(&format!("layers.{layer}.final_layer_norm"), &[D_MODEL]);
            module(&format!("layers.{layer}.fc1"), &[FFN, D_MODEL]);
            module(&format!("layers.{layer}.fc2"), &[D_MODEL, FFN]);
        }
    }
    tensors
}

/// A safetensors file of (name, type, shape, bytes).
pub fn safetensors(tensors: &[(&str, &str, &[usize], &[u8])]) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, dtype, shape, bytes) in tensors {
        let offsets = [data.len(), data.len() + bytes.len()];
        header.insert(name.to_string(), serde_json::json!({ "dtype": dtype, "shape": shape, "data_offsets": offsets }));
        data.extend_from_slice(bytes);
    }
    let header = serde_json::to_vec(&header).unwrap();
    [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
}

/// The same of tensors that are all of one type.
pub fn safetensors_of(tensors: &Tensors, dtype: &str) -> Vec<u8> {
    let list: Vec<_> = tensors.iter().map(|(n, (s, b))| (n.as_str(), dtype, s.as_slice(), b.as_slice())).collect();
    safetensors(&list)
}

/// A variable of a `model.bin`.
#[derive(Debug, Clone)]
pub struct Variable {
    /// With its closing zero.
    pub name: Vec<u8>,
    pub shape: Vec<u32>,
    pub kind: u8,
    pub claimed: u32,
    pub data: Vec<u8>,
}

impl Variable {
    pub fn new(name: &str, shape: &[usize], kind: u8, data: Vec<u8>) -> Self {
        let shape = shape.iter().map(|d| *d as u32).collect();
        Self { name: closed(name), shape, kind, claimed: data.len() as u32, data }
    }
}

/// A `model.bin`, open to lies.
#[derive(Debug, Clone)]
pub struct ModelBin {
    pub version: u32,
    pub specification: Vec<u8>,
    pub variables: Vec<Variable>,
    pub variable_count: Option<u32>,
    pub aliases: Vec<[Vec<u8>; 2]>,
    pub tail: Vec<u8>,
}

/// A name as `model.bin` has it.
pub fn closed(name: &str) -> Vec<u8> {
    [name.as_bytes(), &[0]].concat()
}

impl ModelBin {
    /// The Whisper of [`whisper`] as CTranslate2 converts it: f16, projections fused, key biases of zeros.
    pub fn whisper() -> Self {
        let ours = whisper(2);
        let mut variables = vec![
            Variable::new("decoder/activation", &[], 1, vec![3]),
            Variable::new("decoder/alignment_layer", &[], 2, vec![0xff, 0xff]),
            Variable::new("decoder/num_heads", &[], 2, vec![2, 0]),
            Variable::new("decoder/pre_norm", &[], 1, vec![1]),
            Variable::new("encoder/num_heads", &[], 2, vec![2, 0]),
        ];
        let mut add = |name: String, modules: &[String], leaf: &str| {
            let (mut shape, mut data) = (vec![0], Vec::new());
            for module in modules {
                let (part, bytes) = ours.get(&format!("{module}.{leaf}")).cloned().unwrap_or_else(|| {
                    assert!(module.ends_with("k_proj"), "{module}");
                    (vec![D_MODEL], vec![0; 2 * D_MODEL])
                });
                let rows = shape[0] + part[0];
                shape = part;
                shape[0] = rows;
                data.extend(bytes);
            }
            variables.push(Variable::new(&name, &shape, 4, data));
        };
        for side in ["encoder", "decoder"] {
            let own = |m: &str| vec![format!("model.{side}.{m}")];
            add(format!("{side}/position_encodings/encodings"), &own("embed_positions"), "weight");
            add(format!("{side}/layer_norm/gamma"), &own("layer_norm"), "weight");
            add(format!("{side}/layer_norm/beta"), &own("layer_norm"), "bias");
            let outside: &[&str] = if side == "encoder" { &["conv1", "conv2"] } else { &[] };
            for conv in outside {
                add(format!("{side}/{conv}/weight"), &own(conv), "weight");
                add(format!("{side}/{conv}/bias"), &own(conv), "bias");
            }
            for layer in 0..2 {
                let prefix = format!("model.{side}.layers.{layer}");
                let of = |names: &[&str]| names.iter().map(|n| format!("{prefix}.{n}")).collect::<Vec<_>>();
                let mut linear = vec![
                    ("self_attention/linear_0", of(&["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"])),
                    ("self_attention/linear_1", of(&["self_attn.out_proj"])),
                    ("ffn/linear_0", of(&["fc1"])),
                    ("ffn/linear_1", of(&["fc2"])),
                ];
                let mut norms = vec![
                    ("self_attention/layer_norm", of(&["self_attn_layer_norm"])),
                    ("ffn/layer_norm", of(&["final_layer_norm"])),
                ];
                if side == "decoder" {
                    linear.push(("attention/linear_0", of(&["encoder_attn.q_proj"])));
                    linear.push(("attention/linear_1", of(&["encoder_attn.k_proj", "encoder_attn.v_proj"])));
                    linear.push(("attention/linear_2", of(&["encoder_attn.out_proj"])));
                    norms.push(("attention/layer_norm", of(&["encoder_attn_layer_norm"])));
                }
                for (module, parts) in linear {
                    add(format!("{side}/layer_{layer}/{module}/weight"), &parts, "weight");
                    add(format!("{side}/layer_{layer}/{module}/bias"), &parts, "bias");
                }
                for (module, parts) in norms {
                    add(format!("{side}/layer_{layer}/{module}/gamma"), &parts, "weight");
                    add(format!("{side}/layer_{layer}/{module}/beta"), &parts, "bias");
                }
            }
        }
        add("decoder/embeddings/weight".into(), &["model.decoder.embed_tokens".into()], "weight");
        let tied = [closed("decoder/projection/weight"), closed("decoder/embeddings/weight")];
        Self {
            version: 6,
            specification: closed("WhisperSpec"),
            variables,
            variable_count: None,
            aliases: vec![tied],
            tail: Vec::new(),
        }
    }

    pub fn variable(&mut self, name: &str) -> &mut Variable {
        self.variables.iter_mut().find(|v| v.name == closed(name)).unwrap()
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = self.version.to_le_bytes().to_vec();
        let string = |out: &mut Vec<u8>, s: &[u8]| {
            out.extend((s.len() as u16).to_le_bytes());
            out.extend(s);
        };
        string(&mut out, &self.specification);
        out.extend(3u32.to_le_bytes());
        out.extend(self.variable_count.unwrap_or(self.variables.len() as u32).to_le_bytes());
        for v in &self.variables {
            string(&mut out, &v.name);
            out.push(v.shape.len() as u8);
            v.shape.iter().for_each(|d| out.extend(d.to_le_bytes()));
            out.push(v.kind);
            out.extend(v.claimed.to_le_bytes());
            out.extend(&v.data);
        }
        out.extend((self.aliases.len() as u32).to_le_bytes());
        self.aliases.iter().flatten().for_each(|s| string(&mut out, s));
        out.extend(&self.tail);
        out
    }
}
