use super::make::{self, D_MODEL, ModelBin, Variable, closed};
use super::{assert_tensors, convert_files, exists};
use onhand::model_dir::Dtype;
use onhand::store::Recipe;
use serde_json::json;

const CT2_CONFIG: &[u8] =
    br#"{"suppress_ids":[1,2],"suppress_ids_begin":[3],"lang_ids":[5],"alignment_heads":[[0,0]]}"#;

fn config() -> serde_json::Value {
    json!({
        "model_type": "whisper", "d_model": D_MODEL, "vocab_size": 7, "num_mel_bins": 3,
        "encoder_layers": 2, "encoder_attention_heads": 2, "encoder_ffn_dim": 6, "max_source_positions": 5,
        "decoder_layers": 2, "decoder_attention_heads": 2, "decoder_ffn_dim": 6, "max_target_positions": 8,
        "suppress_tokens": [1, 2], "begin_suppress_tokens": [3],
    })
}

#[test]
fn ctranslate2_whole_or_in_parts() {
    let bytes = ModelBin::whisper().bytes();
    let side: [(&str, &[u8]); 2] = [("config.json", CT2_CONFIG), ("tokenizer.json", b"{}")];
    let whole = [side.as_slice(), &[("model.bin", &bytes)]].concat();
    let (a, b) = bytes.split_at(bytes.len() / 2 + 1);
    let parts = [side.as_slice(), &[("model.bin.part1", a), ("model.bin.part2", b)]].concat();
    for files in [whole, parts] {
        let (_dir, model) = convert_files(Recipe::Ctranslate2Whisper, &files, &json!({})).unwrap();
        assert_tensors(&model, &make::whisper(2), Dtype::F16);
        assert_eq!(model.config(), &config());
        assert!(exists(&model, "tokenizer.json"));
    }
}

#[test]
fn openai_names() {
    let mut theirs = make::Tensors::new();
    for (name, tensor) in make::whisper(4) {
        let mut name = name.trim_start_matches("model.").replace("layers.", "blocks.");
        for (ours, openai) in [
            ("self_attn_layer_norm", "attn_ln"),
            ("encoder_attn_layer_norm", "cross_attn_ln"),
            ("final_layer_norm", "mlp_ln"),
            ("encoder.layer_norm", "encoder.ln_post"),
            ("decoder.layer_norm", "decoder.ln"),
            ("self_attn", "attn"),
            ("encoder_attn", "cross_attn"),
            ("q_proj", "query"),
            ("k_proj", "key"),
            ("v_proj", "value"),
            ("out_proj", "out"),
            ("fc1", "mlp.0"),
            ("fc2", "mlp.2"),
            ("embed_tokens", "token_embedding"),
            ("embed_positions.weight", "positional_embedding"),
        ] {
            name = name.replace(ours, openai);
        }
        theirs.insert(name, tensor);
    }
    let weights = make::safetensors_of(&theirs, "F32");
    let dims = br#"{"dims":{"n_audio_head":2,"n_text_head":2}}"#;
    let files: [(&str, &[u8]); 3] = [("model.safetensors", &weights), ("config.json", dims), ("tokenizer.json", b"{}")];
    let defaults = json!({"suppress_tokens": [1, 2], "begin_suppress_tokens": [3], "vocab_size": null});
    let (_dir, model) = convert_files(Recipe::OpenaiWhisper, &files, &defaults).unwrap();
    assert_tensors(&model, &make::whisper(4), Dtype::F32);
    assert_eq!(model.config(), &config());
}

#[test]
fn transformers_names_with_and_without_prefix_and_a_tied_projection() {
    let ours = make::whisper(4);
    let mut theirs = ours.clone();
    theirs.insert("proj_out.weight".into(), ours["model.decoder.embed_tokens.weight"].clone());
    let bare = ours.iter().map(|(n, t)| (n.trim_start_matches("model.").to_string(), t.clone())).collect();
    for tensors in [&theirs, &bare] {
        let weights = make::safetensors_of(tensors, "F32");
        let mut theirs = config();
        theirs["suppress_tokens"] = json!(null);
        let theirs = serde_json::to_vec(&theirs).unwrap();
        let generation = br#"{"suppress_tokens":[1,2]}"#;
        let files: [(&str, &[u8]); 4] = [
            ("model.safetensors", &weights),
            ("config.json", &theirs),
            ("generation_config.json", generation),
            ("tokenizer.json", b"{}"),
        ];
        let (_dir, model) = convert_files(Recipe::TransformersWhisper, &files, &json!({})).unwrap();
        assert_tensors(&model, &ours, Dtype::F32);
        assert_eq!(model.config(), &config());
    }
    theirs.get_mut("proj_out.weight").unwrap().1[0] ^= 1;
    let weights = make::safetensors_of(&theirs, "F32");
    let files: [(&str, &[u8]); 2] = [("model.safetensors", &weights), ("config.json", b"{}")];
    let said = convert_files(Recipe::TransformersWhisper, &files, &json!({})).unwrap_err().to_string();
    assert!(said.contains("proj_out.weight differs from the token embedding"), "{said}");
}

#[test]
fn a_missing_file_is_named() {
    let bytes = ModelBin::whisper().bytes();
    let said = convert_files(Recipe::Ctranslate2Whisper, &[("model.bin", &bytes)], &json!({})).unwrap_err();
    assert!(said.to_string().contains("tokenizer.json"), "{said}");
    let said = convert_files(Recipe::Ctranslate2Whisper, &[], &json!({})).unwrap_err();
    assert!(said.to_string().contains("model.bin: "), "{said}");
}

#[test]
fn every_lie_of_a_model_bin_is_named() {
    const CONV: &str = "encoder/conv1/weight";
    const FUSED: &str = "decoder/layer_1/self_attention/linear_0/bias";
    type Lie = (&'static str, fn(&mut ModelBin), &'static str);
    let lies: [Lie; 26] = [
        ("another version", |m| m.version = 5, "version 5"),
        ("another model", |m| m.specification = closed("TransformerSpec"), "TransformerSpec"),
        ("more variables than any model", |m| m.variable_count = Some(u32::MAX), "4294967295 variables"),
        ("more variables than there are", |m| m.variable_count = Some(4000), "without a name"),
        ("fewer variables than there are", |m| m.variable_count = Some(3), "aliases"),
        ("a name of no length", |m| m.variables[0].name.clear(), "a name of 0 bytes"),
        ("an empty name", |m| m.variables[0].name = closed(""), "without a name"),
        ("a name of absurd length", |m| m.variables[0].name = vec![b'a'; 60_000], "60000 bytes"),
        ("a name that is not closed", |m| m.variables[0].name = b"ab".to_vec(), "closed by a zero"),
        ("a name with a zero inside", |m| m.variables[0].name = b"a\0b\0".to_vec(), "closed by a zero"),
        ("a name that is not text", |m| m.variables[0].name = b"\xff\0".to_vec(), "not text"),
        ("a name that comes twice", |m| m.variables.push(m.variables[7].clone()), "comes twice"),
        ("a shape of many dimensions", |m| m.variable(CONV).shape = vec![1; 9], "9 dimensions"),
        ("a shape that overflows", |m| m.variable(CONV).shape = vec![u32::MAX; 8], "claims"),
        ("a shape against its bytes", |m| m.variable(CONV).shape[0] += 1, "of shape [5, 3, 3]"),
        ("bytes against the shape", |m| m.variable(CONV).claimed += 2, "claims 74 bytes"),
        (
            "bytes past the end",
            |m| {
                let conv = m.variable(CONV);
                (conv.shape, conv.claimed) = (vec![1 << 30], 1 << 31);
            },
            "the file has",
        ),
        ("an unknown type", |m| m.variable(CONV).kind = 9, "type 9"),
        ("quantized weights", |m| *m.variable(CONV) = Variable::new(CONV, &[72], 1, vec![0; 72]), "quantized"),
        ("an alias of nothing", |m| m.aliases[0][1] = closed("nothing"), "nothing, which it lacks"),
        ("an alias that comes twice", |m| m.aliases.push(m.aliases[0].clone()), "comes twice"),
        ("bytes after the end", |m| m.tail = vec![0], "it ends at byte"),
        ("a key bias", |m| m.variable(FUSED).data[2 * D_MODEL] = 1, "key bias"),
        ("a variable of another model", |m| m.variable(CONV).name = closed("encoder/conv3/weight"), "not part of"),
        ("another activation", |m| m.variables[0].data[0] = 0, "decoder/activation is 0"),
        ("heads that do not divide the width", |m| m.variable("encoder/num_heads").data[0] = 3, "3 heads"),
    ];
    for (lie, tell, says) in lies {
        let mut model = ModelBin::whisper();
        tell(&mut model);
        let files: [(&str, &[u8]); 2] = [("model.bin", &model.bytes()), ("tokenizer.json", b"{}")];
        let said = convert_files(Recipe::Ctranslate2Whisper, &files, &json!({})).expect_err(lie).to_string();
        assert!(said.contains(says) && said.contains("model.bin"), "{lie}: {said}");
    }
}
