//! Every network, padding and form of batch norm, on random weights.

use super::random_model::RandomModel;
use super::*;
use crate::inference::Variant;
use crate::model_dir::ModelDirError;
use tempfile::TempDir;

const NETWORKS: [(&str, &str); 3] = [
    ("mobilenetv3", "mobilenetv3_small_100"),
    ("mobilenetv3", "tf_mobilenetv3_large_100"),
    ("efficientnet_lite", "tf_efficientnet_lite0"),
];

/// A picture of smooth colours; each `seed` is another.
fn picture(width: u32, height: u32, seed: u32) -> RgbFrame {
    let value = |x: u32, y: u32, c: u32| ((x * (3 + seed) + y * (5 + c) + seed * 17) % 256) as u8;
    let pixels = (0..width * height).flat_map(|i| (0..3).map(move |c| value(i % width, i / width, c))).collect();
    RgbFrame::new(width, height, pixels, Orientation::Upright).unwrap()
}

fn all_labels(classifier: &ImageClassifier, frame: &RgbFrame) -> Vec<Label> {
    classifier.classify(frame, &Selection { top: usize::MAX, ..Selection::default() }).unwrap()
}

fn assert_near(left: &[f32], right: &[f32], tolerance: f32) {
    assert_eq!(left.len(), right.len());
    let worst = left.iter().zip(right).map(|(l, r)| (l - r).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "{worst} apart");
}

#[test]
fn every_network_answers_with_both_paddings_and_both_forms_of_batch_norm() {
    for (family, architecture) in NETWORKS {
        for padding in ["same", "symmetric"] {
            for batch_norm in ["kept", "folded"] {
                let classifier = RandomModel::new(family, architecture, padding, batch_norm).load();
                let logits = classifier.infer(&classifier.prepare(&picture(50, 70, 1)).unwrap()).unwrap();
                assert_eq!(logits.len(), 8);
                let spread =
                    logits.iter().copied().fold(f32::MIN, f32::max) - logits.iter().copied().fold(f32::MAX, f32::min);
                assert!(spread > 0.01, "{architecture}: the picture must reach the answer, spread is {spread}");
            }
        }
    }
}

/// Widths that fill no vector, and neighbours that are equal where the originals are not.
#[test]
fn pruned_networks_of_any_width_answer() {
    for (family, architecture) in NETWORKS {
        for batch_norm in ["kept", "folded"] {
            let mut config = RandomModel::new(family, architecture, "same", batch_norm).config;
            let dir = TempDir::new().unwrap();
            let mut widths = plan(&RandomModel::of(config.clone()).write(dir.path())).unwrap().widths();
            widths.stem = 5;
            for block in &mut widths.blocks {
                block.outputs = 5;
                block.expanded = block.expanded.map(|_| if block.squeezed.is_some() { 1 } else { 5 });
                block.squeezed = block.squeezed.map(|_| 1);
            }
            widths.last = 3;
            widths.head = widths.head.map(|_| 1);
            config["widths"] = serde_json::to_value(widths).unwrap();
            for options in [Options::default(), Options { variant: Some(Variant::Int8), ..Options::default() }] {
                let classifier = RandomModel::of(config.clone()).try_load_as(&options).unwrap();
                let logits = classifier.infer(&classifier.prepare(&picture(50, 70, 1)).unwrap()).unwrap();
                assert_eq!(logits.len(), 8);
            }
        }
    }
}

#[test]
fn batch_norm_kept_answers_as_batch_norm_folded_by_hand() {
    for (family, architecture) in NETWORKS {
        let kept = RandomModel::new(family, architecture, "same", "kept");
        let mut folded = RandomModel::new(family, architecture, "same", "folded");
        let vector = |name: String| kept.tensors[&name].to_vec1::<f32>().unwrap();
        for name in kept.tensors.keys().filter_map(|n| n.strip_suffix(".running_mean")) {
            let conv = convolution_before(name, &kept);
            let [gamma, beta, mean, variance] =
                ["weight", "bias", "running_mean", "running_var"].map(|part| vector(format!("{name}.{part}")));
            let channels = gamma.len();
            let scale: Vec<f32> = (0..channels).map(|c| gamma[c] / (variance[c] + 1e-3).sqrt()).collect();
            let weight = &kept.tensors[&format!("{conv}.weight")];
            let mut values = weight.flatten_all().unwrap().to_vec1::<f32>().unwrap();
            let each = values.len() / channels;
            for (i, value) in values.iter_mut().enumerate() {
                *value *= scale[i / each];
            }
            let weight = Tensor::from_vec(values, weight.shape(), weight.device()).unwrap();
            let bias: Vec<f32> = (0..channels).map(|c| beta[c] - mean[c] * scale[c]).collect();
            folded.tensors.insert(format!("{conv}.weight"), weight);
            folded.tensors.insert(format!("{conv}.bias"), Tensor::new(bias, &candle_core::Device::Cpu).unwrap());
        }
        for (name, tensor) in &kept.tensors {
            if !name.contains("bn") && (name.contains(".se.") || name.starts_with("classifier")) {
                folded.tensors.insert(name.clone(), tensor.clone());
            }
        }
        // MobileNetV3's head has a bias and no batch norm.
        if family == "mobilenetv3" {
            for name in ["conv_head.weight", "conv_head.bias"] {
                folded.tensors.insert(name.into(), kept.tensors[name].clone());
            }
        }
        let (kept, folded) = (kept.load(), folded.load());
        let input = kept.prepare(&picture(50, 70, 1)).unwrap();
        assert_near(&kept.infer(&input).unwrap(), &folded.infer(&input).unwrap(), 1e-4);
    }
}

/// The convolution whose output the batch norm `norm` normalises, by timm's names.
fn convolution_before(norm: &str, model: &RandomModel) -> String {
    let (block, number) = norm.rsplit_once("bn").unwrap();
    let widens = model.tensors.contains_key(&format!("{block}conv_pwl.weight"));
    let conv = match (block, number) {
        ("", "1") => "conv_stem",
        ("", "2") => "conv_head",
        (_, "1") if model.tensors.contains_key(&format!("{block}conv.weight")) => "conv",
        (_, "1") if widens => "conv_pw",
        (_, "2") if widens => "conv_dw",
        (_, "3") => "conv_pwl",
        (_, "1") => "conv_dw",
        _ => "conv_pw",
    };
    format!("{block}{conv}")
}

/// As timm counts them: <https://huggingface.co/timm>, the cards of these models.
#[test]
fn the_networks_have_as_many_parameters_as_their_originals() {
    for ((family, architecture), want) in NETWORKS.into_iter().zip([2_542_856, 5_483_032, 4_652_008]) {
        let mut model = RandomModel::new(family, architecture, "symmetric", "kept");
        for (field, value) in [("num_classes", 1000), ("logits", 1000), ("logits_offset", 0)] {
            model.config[field] = value.into();
        }
        let shapes = expected(&model.write(TempDir::new().unwrap().path())).unwrap();
        let learned = shapes.iter().filter(|(name, _)| !name.contains("running_"));
        let count: usize = learned.map(|(_, shape)| shape.iter().product::<usize>()).sum();
        assert_eq!(count, want, "{architecture}");
    }
}

#[test]
fn the_same_picture_gives_the_same_bits() {
    for (family, architecture) in NETWORKS {
        let classifier = RandomModel::new(family, architecture, "same", "kept").load();
        let logits = || classifier.infer(&classifier.prepare(&picture(61, 47, 2)).unwrap()).unwrap();
        let first: Vec<u32> = logits().iter().map(|l| l.to_bits()).collect();
        assert_eq!(first, logits().iter().map(|l| l.to_bits()).collect::<Vec<_>>(), "{architecture}");
    }
}

#[test]
fn a_batch_answers_as_each_of_its_pictures() {
    let classifier = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "folded").load();
    let frames: Vec<_> = (0..MAX_BATCH as u32 + 3).map(|i| picture(40 + i, 90 - i, i)).collect();
    let selection = Selection { top: usize::MAX, ..Selection::default() };
    let batch = classifier.classify_batch(&frames, &selection).unwrap();
    assert_eq!(batch.len(), frames.len());
    for (frame, answer) in frames.iter().zip(batch) {
        let single = all_labels(&classifier, frame);
        assert_eq!(
            answer.iter().map(|l| l.index).collect::<Vec<_>>(),
            single.iter().map(|l| l.index).collect::<Vec<_>>()
        );
        let probabilities = |labels: &[Label]| labels.iter().map(|l| l.probability).collect::<Vec<_>>();
        assert_near(&probabilities(&answer), &probabilities(&single), 1e-6);
    }
    assert!(classifier.classify_batch(&[], &selection).unwrap().is_empty());
}

#[test]
fn labels_are_ranked_cut_and_never_the_background() {
    let classifier = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "folded").load();
    // Background first, and the largest.
    let logits = [9.0, 0.0, 2.0, 1.0, 2.0, -1.0, 0.5, 8.0];
    let sum: f32 = logits.iter().map(|l: &f32| l.exp()).sum();
    let select = |top, threshold| {
        let labels = classifier.labels(&logits, &Selection { top, threshold, language: Language::English });
        labels.into_iter().map(|l| (l.index, l.name, l.probability)).collect::<Vec<_>>()
    };
    let labels = select(3, 0.0);
    let found: Vec<_> = labels.iter().map(|l| (l.0, l.1.as_str())).collect();
    assert_eq!(found, [(6, "seven"), (1, "two"), (3, "four")], "of equals the lower index comes first");
    assert!((labels[0].2 - 8f32.exp() / sum).abs() < 1e-6, "the background takes its share");
    assert_eq!(select(7, 0.1).len(), 1);
    assert_eq!(select(7, 0.9).len(), 0);
    assert_eq!(select(100, 0.0).len(), 7);
    assert_eq!(select(0, 0.0).len(), 0);
}

#[test]
fn what_does_not_fit_is_named_before_anything_is_loaded() {
    let sound = || RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "folded");
    let problems = |model: RandomModel| match model.try_load() {
        Err(Error::Tensors { problems, .. }) => problems.join("; "),
        other => panic!("{other:?}"),
    };
    let mut missing = sound();
    missing.tensors.remove("conv_stem.bias");
    assert_eq!(problems(missing), "conv_stem.bias is missing");

    let mut extra = sound();
    extra.tensors.insert("bn9.num_batches_tracked".into(), extra.tensors["conv_stem.bias"].clone());
    assert_eq!(problems(extra), "bn9.num_batches_tracked is not part of it");

    let mut misshapen = sound();
    misshapen.tensors.insert("conv_stem.bias".into(), misshapen.tensors["conv_head.bias"].clone());
    assert_eq!(problems(misshapen), "conv_stem.bias has shape [1024], [16] is needed");
}

#[test]
fn another_kind_of_model_is_refused() {
    let mut model = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "folded");
    model.config["family"] = "whisper".into();
    let error = model.try_load().unwrap_err();
    assert_eq!(error.to_string(), "random is a whisper model, an image model is needed; choose another model");

    model.config["family"] = "mobilenetv3".into();
    model.config["architecture"] = "mobilenetv3_huge".into();
    assert!(matches!(model.try_load(), Err(Error::ModelDir(ModelDirError::Config { .. }))));
}

#[test]
fn a_model_with_classes_of_its_own_needs_a_name_for_each() {
    let mut model = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "folded");
    model.config["num_classes"] = 6.into();
    let error = model.try_load().unwrap_err().to_string();
    assert_eq!(error, "random: labels.txt names 7 classes, config.json says 6; fetch the model again");
}

#[test]
fn weights_that_are_no_numbers_are_refused() {
    let mut model = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "folded");
    let bias = Tensor::new(&[f32::NAN; 8], &candle_core::Device::Cpu).unwrap();
    model.tensors.insert("classifier.bias".into(), bias);
    for variant in [None, Some(Variant::Int8)] {
        let error = model.try_load_as(&Options { variant, ..Options::default() }).unwrap_err();
        assert_eq!(error.to_string(), "random: classifier.bias holds what is no number; fetch the model again");
    }
}

#[test]
fn weights_that_give_no_number_are_an_error() {
    let mut model = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "folded");
    let weight = &model.tensors["classifier.weight"];
    let huge = Tensor::full(f32::MAX, weight.shape(), &candle_core::Device::Cpu).unwrap();
    model.tensors.insert("classifier.weight".into(), huge);
    let classifier = model.load();
    let frame = picture(8, 8, 0);
    let selection = Selection::default();
    assert!(matches!(classifier.classify(&frame, &selection), Err(Error::Model { .. })));
    assert!(matches!(classifier.classify_batch(&[frame], &selection), Err(Error::Model { .. })));
}

#[test]
fn in_bytes_the_answer_is_nearly_the_same() {
    let int8 = Options { variant: Some(Variant::Int8), ..Options::default() };
    let model = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "folded");
    let (floats, bytes) = (model.load(), model.try_load_as(&int8).unwrap());
    let input = floats.prepare(&picture(50, 70, 1)).unwrap();
    let (floats, bytes) = (floats.infer(&input).unwrap(), bytes.infer(&input).unwrap());
    let most = floats.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    assert_near(&floats, &bytes, 0.1 * most);
    assert_ne!(floats, bytes);
}

#[test]
fn half_precision_on_disk_answers_nearly_the_same() {
    let mut model = RandomModel::new("efficientnet_lite", "efficientnet_lite0", "symmetric", "folded");
    let exact = model.load();
    for tensor in model.tensors.values_mut() {
        *tensor = tensor.to_dtype(candle_core::DType::F16).unwrap();
    }
    let half = model.load();
    let input = exact.prepare(&picture(50, 70, 1)).unwrap();
    assert_near(&exact.infer(&input).unwrap(), &half.infer(&input).unwrap(), 0.05);
}
