use super::make_pth::{self, Entry, Pth};
use super::{convert_files, make, tensor};
use onhand::model_dir::{Dtype, ModelDir};
use onhand::store::Recipe;
use serde_json::{Value, json};
use tempfile::TempDir;

fn lite_defaults() -> Value {
    json!({"input_size": 224, "resize_short_side": 256, "crop": "center", "interpolation": "bicubic",
        "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]})
}

fn convert_pth(file: &[u8]) -> Result<(TempDir, ModelDir), String> {
    convert_files(Recipe::PthEfficientnetLite, &[("a.pth", file)], &lite_defaults()).map_err(|e| e.to_string())
}

#[test]
fn a_state_dictionary_becomes_timms() {
    let pth = make_pth::efficientnet();
    for file in [pth.bytes(), pth.zipped(0)] {
        let (_dir, model) = convert_pth(&file).unwrap();
        check_efficientnet(&pth, &model);
    }
}

fn check_efficientnet(pth: &Pth, model: &ModelDir) {
    let data = |name: &str| pth.entries.iter().find(|e| e.name == name).unwrap().data.clone();
    for (theirs, ours, shape) in [
        ("_conv_stem.weight", "conv_stem.weight", vec![2, 3, 3, 3]),
        ("_bn0.running_var", "bn1.running_var", vec![2]),
        ("_blocks.0._depthwise_conv.weight", "blocks.0.0.conv_dw.weight", vec![2, 1, 3, 3]),
        ("_blocks.0._bn1.bias", "blocks.0.0.bn1.bias", vec![2]),
        ("_blocks.0._project_conv.weight", "blocks.0.0.conv_pw.weight", vec![3, 2, 1, 1]),
        ("_blocks.0._bn2.bias", "blocks.0.0.bn2.bias", vec![3]),
        ("_blocks.1._expand_conv.weight", "blocks.1.0.conv_pw.weight", vec![5, 3, 1, 1]),
        ("_blocks.1._bn0.bias", "blocks.1.0.bn1.bias", vec![5]),
        ("_blocks.2._depthwise_conv.weight", "blocks.1.1.conv_dw.weight", vec![6, 1, 3, 3]),
        ("_blocks.2._bn1.bias", "blocks.1.1.bn2.bias", vec![6]),
        ("_blocks.2._project_conv.weight", "blocks.1.1.conv_pwl.weight", vec![4, 6, 1, 1]),
        ("_blocks.2._bn2.bias", "blocks.1.1.bn3.bias", vec![4]),
        ("_conv_head.weight", "conv_head.weight", vec![7, 4, 1, 1]),
        ("_bn1.weight", "bn2.weight", vec![7]),
        ("_fc.weight", "classifier.weight", vec![5, 7]),
    ] {
        assert_eq!(tensor(model, ours), (Dtype::F32, shape, data(theirs)), "{theirs}");
    }
    assert_eq!(model.header().tensors().len(), pth.entries.len() - 1, "all but num_batches_tracked");
    let config = model.config();
    assert_eq!((&config["family"], &config["padding"]), (&json!("efficientnet_lite"), &json!("same")));
    assert_eq!((&config["num_classes"], &config["bn_eps"]), (&json!(5), &json!(1e-3)));
}

#[test]
fn strides_are_undone() {
    // Rows of [[1, 2, 3], [4, 5, 6]] stored column by column, behind one element that is another's.
    let mut bias = Entry::floats("_fc.bias", &[7], &[9.0, 1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    (bias.shape, bias.strides, bias.offset) = (vec![2, 3], vec![1, 2], 1);
    let (_dir, model) = convert_pth(&Pth::new(vec![bias]).bytes()).unwrap();
    let want = [1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0].iter().flat_map(|v| v.to_le_bytes()).collect();
    assert_eq!(tensor(&model, "classifier.bias"), (Dtype::F32, vec![2, 3], want));
}

#[test]
fn every_lie_of_a_state_dictionary_is_named() {
    type Lie = (&'static str, fn(&mut Pth), &'static str);
    let lies: [Lie; 15] = [
        ("a storage longer than it is", |p| p.entries[0].claimed += 1, "does not have the 55 elements"),
        ("a storage of negative length", |p| p.entries[0].claimed = -1, "not a storage"),
        ("a storage that is not there", |p| p.listed = Some(vec![1]), "which the file lacks"),
        ("a storage that comes twice", |p| p.listed = Some(vec![1, 1]), "comes twice"),
        ("bytes after the end", |p| p.tail = vec![0], "it ends at byte"),
        ("a shape past its storage", |p| p.entries[0].shape[0] = 3, "reaches past its storage"),
        ("an absurd shape", |p| p.entries[0].shape = vec![i32::MAX; 4], "reaches past"),
        ("an offset past its storage", |p| p.entries[0].offset = 1, "reaches past its storage"),
        ("a negative shape", |p| p.entries[0].shape[0] = -2, "is not a tensor"),
        ("strides that repeat", |p| p.entries[0].strides[0] = 0, "gaps or overlap"),
        ("strides that leave gaps", |p| p.entries[0].strides[3] = 2, "gaps or overlap"),
        ("strides of another shape", |p| p.entries[0].strides = vec![1], "gaps or overlap"),
        ("integers for weights", |p| p.entries[0].class = "IntStorage".into(), "only floats"),
        ("an unknown storage", |p| p.entries[0].class = "QStorage".into(), "not known"),
        ("another model", |p| p.entries[1].name = "_bn9.weight".into(), "_bn9.weight is not part of"),
    ];
    for (lie, tell, says) in lies {
        let mut pth = make_pth::efficientnet();
        tell(&mut pth);
        let said = convert_pth(&pth.bytes()).expect_err(lie);
        assert!(said.contains(says) && said.contains("a.pth"), "{lie}: {said}");
    }
}

#[test]
fn every_lie_of_an_archive_is_named() {
    type Lie = (&'static str, fn(&mut Pth, &mut Vec<u8>), &'static str);
    let lies: [Lie; 7] = [
        (
            "a storage longer than it is",
            |p, z| {
                p.entries[0].claimed += 1;
                *z = p.zipped(0);
            },
            "the 55 elements",
        ),
        ("compressed", |p, z| *z = p.zipped(8), "not stored as it is"),
        ("bytes after the end", |_, z| z.push(0), "without an end"),
        ("a directory past the end", |_, z| set(z, 10, &[0xff; 4]), "without an end"),
        ("a directory that is torn", |_, z| set(z, 10, &[60, 0, 0, 0]), "torn"),
        ("a directory elsewhere", |_, z| set(z, 6, &[0; 4]), "torn"),
        (
            "no dictionary",
            |_, z| z.iter_mut().for_each(|b| *b = if *b == b'k' { b'K' } else { *b }),
            "without data.pkl",
        ),
    ];
    for (lie, tell, says) in lies {
        let mut pth = make_pth::efficientnet();
        let mut file = pth.zipped(0);
        tell(&mut pth, &mut file);
        let said = convert_pth(&file).expect_err(lie);
        assert!(said.contains(says), "{lie}: {said}");
    }
}

/// Overwrites bytes counted from the end.
fn set(file: &mut [u8], from_end: usize, bytes: &[u8]) {
    let at = file.len() - from_end;
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

#[test]
fn timms_configuration_becomes_ours() {
    let bytes = [0u8; 20];
    let weights = make::safetensors(&[
        ("classifier.bias", "F32", &[5], &bytes),
        (
            "classifier.weight",
            "BF16",
            &[5, 2],
            &[0, 0x80, 0x3f, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
        ),
        ("bn1.num_batches_tracked", "I64", &[], &bytes[..8]),
    ]);
    let theirs = |architecture: &str| {
        serde_json::to_vec(&json!({"architecture": architecture, "num_classes": 5, "pretrained_cfg": {
            "input_size": [3, 224, 224], "crop_pct": 0.875, "crop_mode": "center", "interpolation": "bicubic",
            "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}}))
        .unwrap()
    };
    for (architecture, family, padding, epsilon) in [
        ("mobilenetv3_small_100", "mobilenetv3", "symmetric", 1e-5),
        ("tf_mobilenetv3_large_100", "mobilenetv3", "same", 1e-3),
        ("tf_efficientnet_lite0", "efficientnet_lite", "same", 1e-3),
    ] {
        let files: [(&str, &[u8]); 2] = [("model.safetensors", &weights), ("config.json", &theirs(architecture))];
        let (_dir, model) = convert_files(Recipe::Timm, &files, &json!({})).unwrap();
        let want = json!({"family": family, "architecture": architecture, "num_classes": 5, "logits": 5,
            "logits_offset": 0, "input_size": 224, "resize_short_side": 256, "crop": "center",
            "interpolation": "bicubic", "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225],
            "padding": padding, "batch_norm": "kept", "bn_eps": epsilon});
        assert_eq!(model.config(), &want);
        let (dtype, _, widened) = tensor(&model, "classifier.weight");
        assert_eq!((dtype, &widened[..8]), (Dtype::F32, &[0, 0, 0, 0x80, 0, 0, 0x3f, 0][..]));
        assert_eq!(model.header().tensors().len(), 2);
    }
    let files: [(&str, &[u8]); 2] = [("model.safetensors", &weights), ("config.json", &theirs("resnet50"))];
    let said = convert_files(Recipe::Timm, &files, &json!({})).unwrap_err().to_string();
    assert!(said.contains("resnet50"), "{said}");
    let bare = br#"{"architecture": "tf_efficientnet_lite0"}"#;
    let files: [(&str, &[u8]); 2] = [("model.safetensors", &weights), ("config.json", bare)];
    let said = convert_files(Recipe::Timm, &files, &json!({"mean": [0]})).unwrap_err().to_string();
    assert!(said.contains("input_size") && said.contains("std") && !said.contains("mean"), "{said}");
}

#[test]
fn distilbert_stays_as_it_is() {
    let weights = make::safetensors(&[
        ("classifier.bias", "F16", &[2], &[1, 2, 3, 4]),
        ("distilbert.embeddings.position_ids", "I64", &[1], &[0; 8]),
    ]);
    let files: [(&str, &[u8]); 3] =
        [("model.safetensors", &weights), ("config.json", br#"{"model_type":"distilbert"}"#), ("vocab.txt", b"a\n")];
    let (_dir, model) = convert_files(Recipe::TransformersDistilbert, &files, &json!({})).unwrap();
    assert_eq!(tensor(&model, "classifier.bias"), (Dtype::F16, vec![2], vec![1, 2, 3, 4]));
    assert_eq!(model.header().tensors().len(), 1);
    assert!(super::exists(&model, "vocab.txt"));
    let odd = make::safetensors(&[("classifier.bias", "I8", &[2], &[1, 2])]);
    let said = convert_files(Recipe::TransformersDistilbert, &[("model.safetensors", &odd)], &json!({})).unwrap_err();
    assert!(said.to_string().contains("I8, only floats"), "{said}");
}
