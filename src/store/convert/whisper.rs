//! Whisper's tensors under transformers' names, from the three ways in which the model is published.
//!
//! | source | self-attention | cross-attention | output |
//! |---|---|---|---|
//! | transformers | `self_attn.{q,k,v,out}_proj` | `encoder_attn.…` | `proj_out`, tied |
//! | openai-whisper | `attn.{query,key,value,out}` | `cross_attn.…` | the token embedding |
//! | CTranslate2 | `self_attention/linear_0` (q, k, v in one), `linear_1` | `attention/linear_0` (q), `linear_1` (k, v), `linear_2` | alias of the embedding |
//!
//! The key projection has no bias; CTranslate2's fused bias holds zeros for it, which is checked. All three
//! keep convolutions as `[out, in, width]` and linear layers as `[out, in]`.

use super::chain::Chain;
use super::error::{ConvertError, Result};
use super::model_bin::ModelBin;
use super::tensor::Tensor;
use serde_json::{Map, Value, json};

/// Width of one attention head in every size of Whisper.
const HEAD_WIDTH: usize = 64;
/// The token embedding, which is also the output projection.
const EMBEDDING: &str = "model.decoder.embed_tokens.weight";

/// CTranslate2's modules, and what their rows become, in equal parts.
const CTRANSLATE2_MODULES: [(&str, &[&str]); 15] = [
    ("self_attention/layer_norm", &["self_attn_layer_norm"]),
    ("self_attention/linear_0", &["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"]),
    ("self_attention/linear_1", &["self_attn.out_proj"]),
    ("attention/layer_norm", &["encoder_attn_layer_norm"]),
    ("attention/linear_0", &["encoder_attn.q_proj"]),
    ("attention/linear_1", &["encoder_attn.k_proj", "encoder_attn.v_proj"]),
    ("attention/linear_2", &["encoder_attn.out_proj"]),
    ("ffn/layer_norm", &["final_layer_norm"]),
    ("ffn/linear_0", &["fc1"]),
    ("ffn/linear_1", &["fc2"]),
    ("layer_norm", &["layer_norm"]),
    ("conv1", &["conv1"]),
    ("conv2", &["conv2"]),
    ("position_encodings", &["embed_positions"]),
    ("embeddings", &["embed_tokens"]),
];

/// What makes a CTranslate2 model compute as Whisper does; another value is another model.
/// Activation 3 is the exact GELU.
const CTRANSLATE2_SETTINGS: [(&str, i64); 4] =
    [("decoder/activation", 3), ("decoder/pre_norm", 1), ("decoder/scale_embeddings", 0), ("decoder/alibi", 0)];

/// openai-whisper's modules, outside and inside the blocks.
const OPENAI_MODULES: [(&str, &str); 18] = [
    ("conv1", "conv1"),
    ("conv2", "conv2"),
    ("ln_post", "layer_norm"),
    ("ln", "layer_norm"),
    ("token_embedding", "embed_tokens"),
    ("attn.query", "self_attn.q_proj"),
    ("attn.key", "self_attn.k_proj"),
    ("attn.value", "self_attn.v_proj"),
    ("attn.out", "self_attn.out_proj"),
    ("attn_ln", "self_attn_layer_norm"),
    ("cross_attn.query", "encoder_attn.q_proj"),
    ("cross_attn.key", "encoder_attn.k_proj"),
    ("cross_attn.value", "encoder_attn.v_proj"),
    ("cross_attn.out", "encoder_attn.out_proj"),
    ("cross_attn_ln", "encoder_attn_layer_norm"),
    ("mlp.0", "fc1"),
    ("mlp.2", "fc2"),
    ("mlp_ln", "final_layer_norm"),
];

/// The tensors of a CTranslate2 model, fused ones split, under transformers' names.
pub(super) fn from_ctranslate2(file: &Chain, model: &ModelBin) -> Result<Vec<Tensor>> {
    if (model.specification.as_str(), model.revision) != ("WhisperSpec", 3) {
        let why = format!(
            "it holds a {} of revision {}, WhisperSpec of revision 3 is read",
            model.specification, model.revision
        );
        return Err(ConvertError::file(file.path(), why));
    }
    for (name, want) in CTRANSLATE2_SETTINGS {
        if let Some(got) = model.settings.get(name).filter(|got| **got != want) {
            return Err(ConvertError::tensor(file.path(), name, format!("is {got}, Whisper has {want}")));
        }
    }
    let mut tensors = Vec::with_capacity(model.tensors.len() * 2);
    for (name, tensor) in &model.tensors {
        if name == "decoder/projection/weight" {
            check_tied(file, tensor, model.tensors.get("decoder/embeddings/weight"))?;
            continue;
        }
        let (stem, parts, leaf) =
            ctranslate2_name(name).ok_or_else(|| ConvertError::tensor(file.path(), name, "is not part of Whisper"))?;
        for (part, module) in parts.iter().enumerate() {
            let split = tensor.rows_of(file, &format!("{stem}.{module}.{leaf}"), part, parts.len())?;
            if !(module.ends_with("k_proj") && leaf == "bias") {
                tensors.push(split);
            } else if !split.is_zero(file)? {
                return Err(ConvertError::tensor(file.path(), name, "has a key bias, which Whisper does not"));
            }
        }
    }
    Ok(tensors)
}

/// Where a CTranslate2 variable belongs: what comes before the module, the modules that share it, weight or bias.
fn ctranslate2_name(name: &str) -> Option<(String, &'static [&'static str], &'static str)> {
    let (side, rest) = name.split_once('/').filter(|(side, _)| matches!(*side, "encoder" | "decoder"))?;
    let (module, leaf) = rest.rsplit_once('/')?;
    let (stem, module) = match module.strip_prefix("layer_").and_then(|m| m.split_once('/')) {
        Some((layer, module)) => (format!("model.{side}.layers.{}", layer.parse::<u16>().ok()?), module),
        None => (format!("model.{side}"), module),
    };
    let leaf = match leaf {
        "weight" | "gamma" | "encodings" => "weight",
        "bias" | "beta" => "bias",
        _ => return None,
    };
    let (_, parts) = CTRANSLATE2_MODULES.iter().find(|(theirs, _)| *theirs == module)?;
    Some((stem, parts, leaf))
}

/// Gives openai-whisper's tensors transformers' names.
pub(super) fn from_openai(file: &Chain, tensors: Vec<Tensor>) -> Result<Vec<Tensor>> {
    let renamed = tensors.into_iter().filter(|t| !matches!(t.name.as_str(), "alignment_heads" | "decoder.mask"));
    renamed
        .map(|tensor| match openai_name(&tensor.name) {
            Some(name) => Ok(tensor.named(name)),
            None => Err(ConvertError::tensor(file.path(), &tensor.name, "is not part of openai-whisper")),
        })
        .collect()
}

fn openai_name(name: &str) -> Option<String> {
    let (side, rest) = name.split_once('.').filter(|(side, _)| matches!(*side, "encoder" | "decoder"))?;
    if rest == "positional_embedding" {
        return Some(format!("model.{side}.embed_positions.weight"));
    }
    let (module, leaf) = rest.rsplit_once('.').filter(|(_, leaf)| matches!(*leaf, "weight" | "bias"))?;
    let (stem, module) = match module.strip_prefix("blocks.").and_then(|m| m.split_once('.')) {
        Some((block, module)) => (format!("model.{side}.layers.{}", block.parse::<u16>().ok()?), module),
        None => (format!("model.{side}"), module),
    };
    let (_, ours) = OPENAI_MODULES.iter().find(|(theirs, _)| *theirs == module)?;
    Some(format!("{stem}.{ours}.{leaf}"))
}

/// Gives transformers' tensors the `model.` prefix that some files omit, and drops the output projection.
///
/// # Errors
/// An output projection that differs from the token embedding: no Whisper has one.
pub(super) fn from_transformers(file: &Chain, mut tensors: Vec<Tensor>) -> Result<Vec<Tensor>> {
    for tensor in &mut tensors {
        if tensor.name.starts_with("encoder.") || tensor.name.starts_with("decoder.") {
            tensor.name.insert_str(0, "model.");
        }
    }
    if let Some(at) = tensors.iter().position(|t| t.name == "proj_out.weight") {
        let projection = tensors.remove(at);
        check_tied(file, &projection, tensors.iter().find(|t| t.name == EMBEDDING))?;
    }
    Ok(tensors)
}

fn check_tied(file: &Chain, projection: &Tensor, embedding: Option<&Tensor>) -> Result<()> {
    match embedding {
        Some(embedding) if projection.equals(embedding, file)? => Ok(()),
        _ => Err(ConvertError::tensor(file.path(), &projection.name, "differs from the token embedding")),
    }
}

/// transformers' configuration, from the tensors' shapes. `heads` of encoder and decoder where the source
/// states them.
pub(super) fn config(file: &Chain, tensors: &[Tensor], heads: [Option<u64>; 2]) -> Result<Map<String, Value>> {
    let shape = |name: &str, rank: usize| {
        let found = tensors.iter().find(|t| t.name == name).map(|t| t.shape.as_slice());
        found
            .filter(|s| s.len() == rank)
            .ok_or_else(|| ConvertError::tensor(file.path(), name, format!("with {rank} dimensions is missing")))
    };
    let embedding = shape(EMBEDDING, 2)?;
    let d_model = embedding[1];
    let mut config = Map::new();
    config.insert("model_type".into(), json!("whisper"));
    config.insert("d_model".into(), json!(d_model));
    config.insert("vocab_size".into(), json!(embedding[0]));
    config.insert("num_mel_bins".into(), json!(shape("model.encoder.conv1.weight", 3)?[1]));
    for (side, stated, context) in
        [("encoder", heads[0], "max_source_positions"), ("decoder", heads[1], "max_target_positions")]
    {
        let prefix = format!("model.{side}.layers.");
        let layer = |t: &Tensor| t.name.strip_prefix(&prefix)?.split('.').next()?.parse::<usize>().ok();
        config.insert(format!("{side}_layers"), json!(tensors.iter().filter_map(layer).max().map_or(0, |n| n + 1)));
        let heads = stated.unwrap_or((d_model / HEAD_WIDTH) as u64);
        if heads == 0 || !(d_model as u64).is_multiple_of(heads) {
            let why = format!("its {side} has {heads} heads, which do not divide its width of {d_model}");
            return Err(ConvertError::file(file.path(), why));
        }
        config.insert(format!("{side}_attention_heads"), json!(heads));
        config.insert(format!("{side}_ffn_dim"), json!(shape(&format!("{prefix}0.fc1.weight"), 2)?[0]));
        config.insert(context.into(), json!(shape(&format!("model.{side}.embed_positions.weight"), 2)?[0]));
    }
    Ok(config)
}

/// Adds the tokens that are never said, and those that never come first, from the first of `sources` that
/// lists them under either of the names in use.
pub(super) fn add_suppressed(config: &mut Map<String, Value>, sources: &[Map<String, Value>]) {
    for (ours, theirs) in [("suppress_tokens", "suppress_ids"), ("begin_suppress_tokens", "suppress_ids_begin")] {
        let listed = sources.iter().flat_map(|s| [s.get(ours), s.get(theirs)]).flatten().find(|v| v.is_array());
        config.insert(ours.into(), listed.cloned().unwrap_or(json!([])));
    }
}
