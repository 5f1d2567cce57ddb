//! Whole models: what is made of them opens, answers near to what they did, and is the same every time.

use super::vision::Pictures;
use super::*;
use crate::inference::text::{SentimentAnalyzer, tiny};
use crate::inference::vision::random_model::RandomModel;
use crate::inference::vision::{ImageClassifier, Orientation, RgbFrame};
use crate::inference::{Options, Variant, stored_variant, verify_tensors};
use crate::model_dir::{INT8_WEIGHTS_FILE, Limits, PROVENANCE_FILE, SCALE_SUFFIX};
use crate::store::{FileState, verify_files};
use std::fs;
use std::path::Path;

/// Counts nothing.
struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _: usize) {}
    fn done(&mut self) {}
}

fn int8(method: Method) -> To {
    To::Int8(Scheme { least_snr_db: 0.0, ..Scheme::new(method) })
}

fn made(dir: &ModelDir, to: &To, pictures: Option<&Pictures>) -> Result<Quantized> {
    make(dir, to, pictures, &mut Silent)
}

fn open(path: &Path) -> ModelDir {
    ModelDir::open(path, &Limits::default()).unwrap()
}

fn tiny_in(folder: &Path) -> ModelDir {
    fs::create_dir(folder).unwrap();
    tiny::write(folder, &tiny::config())
}

/// Three pictures and a file that is none.
fn photos(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for seed in [3u32, 5, 7] {
        let pixel =
            |x: u32, y: u32| image::Rgb([(x * seed * 7 % 256) as u8, (y * seed * 5 % 256) as u8, (x * y % 256) as u8]);
        image::RgbImage::from_fn(48, 40, pixel).save(folder.join(format!("{seed}.png"))).unwrap();
    }
    fs::write(folder.join("torn.jpg"), "no picture").unwrap();
}

fn logits(dir: &ModelDir) -> Vec<f32> {
    let classifier = ImageClassifier::load(dir, &Options::default()).unwrap();
    let pixels = (0..3 * 40 * 48).map(|i| (i * 31 % 253) as u8).collect();
    let frame = RgbFrame::new(48, 40, pixels, Orientation::Upright).unwrap();
    classifier.infer(&classifier.prepare(&frame).unwrap()).unwrap()
}

#[test]
fn texts_are_made_bytes_the_same_every_time_and_answer_nearly_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let floats = tiny_in(&folder.path().join("floats"));
    for (method, per_tensor) in [(Method::Dynamic, false), (Method::Weights, false), (Method::Dynamic, true)] {
        let to = To::Int8(Scheme { per_tensor, least_snr_db: 0.0, ..Scheme::new(method) });
        let quantized = made(&floats, &to, None).unwrap();
        assert_eq!(quantized.to_file().unwrap(), made(&floats, &to, None).unwrap().to_file().unwrap());
        let out = folder.path().join(format!("{method}-{per_tensor}"));
        let int8 = open(&quantized.write_to(&floats, &out).unwrap());
        assert_eq!((stored_variant(&int8), int8.recipe().unwrap().method), (Variant::Int8, method));
        verify_tensors(&int8).unwrap();
        assert!(verify_files(&out).unwrap().values().all(|state| *state == FileState::Good));
        let positive =
            |dir| SentimentAnalyzer::load(dir, &Options::default()).unwrap().judge("a good film").unwrap().positive;
        let (a, b) = (positive(&floats), positive(&int8));
        assert!(a != b && (a - b).abs() < 0.1, "{method}: {a} {b}");
        // What classifies stays, and every layer that does not is told of.
        let tensors = int8.header().tensors();
        assert!(!tensors.contains_key(&format!("classifier.weight{SCALE_SUFFIX}")));
        let scales = tensors.iter().filter(|(name, _)| name.ends_with(SCALE_SUFFIX));
        assert_eq!(scales.clone().count(), quantized.layers.len());
        assert!(!per_tensor || scales.clone().all(|(_, scale)| scale.shape == [1]));
    }
}

#[test]
fn pictures_get_ranges_and_layers_that_are_too_sensitive_stay() {
    let folder = tempfile::tempdir().unwrap();
    photos(&folder.path().join("photos"));
    for (family, architecture, batch_norm) in
        [("mobilenetv3", "mobilenetv3_small_100", "kept"), ("efficientnet_lite", "tf_efficientnet_lite0", "folded")]
    {
        let floats = RandomModel::new(family, architecture, "same", batch_norm).write(&folder.path().join(family));
        let pictures = Pictures::open(&floats, &folder.path().join("photos")).unwrap();
        assert_eq!((pictures.count(), pictures.refused.len()), (3, 1));
        let quantized = made(&floats, &int8(Method::Static), Some(&pictures)).unwrap();
        let again = made(&floats, &int8(Method::Static), Some(&pictures)).unwrap();
        assert_eq!(quantized.to_file().unwrap(), again.to_file().unwrap());
        let recipe = quantized.recipe.as_ref().unwrap();
        assert_eq!(recipe.calibration.as_ref().map(|c| c.files), Some(3));
        assert!(recipe.ranges.contains_key("classifier") && !recipe.ranges.contains_key("conv_stem"));
        assert_eq!(recipe.equalized.is_empty(), family == "efficientnet_lite");

        let off = |made: &Quantized, name: &str| {
            let dir = open(&made.write_to(&floats, &folder.path().join(format!("{family}-{name}"))).unwrap());
            let (before, after) = (logits(&floats), logits(&dir));
            snr_db(&before, &after).unwrap_or(f64::INFINITY)
        };
        let snr = off(&quantized, "static");
        assert!(snr > 12.0, "{family}: {snr} dB");
        for method in [Method::Dynamic, Method::Weights] {
            let snr = off(&made(&floats, &int8(method), None).unwrap(), &method.to_string());
            assert!(snr > 15.0, "{family}, {method}: {snr} dB");
        }
        let all = To::Int8(Scheme { least_snr_db: f64::MAX, ..Scheme::new(Method::Static) });
        let kept = made(&floats, &all, Some(&pictures)).unwrap();
        assert!(kept.layers.iter().all(|layer| layer.kept) && kept.recipe.as_ref().unwrap().ranges.is_empty());
        let snr = off(&kept, "kept");
        assert!(snr > 45.0, "{family}: {snr} dB, kept in halves");
    }
}

#[test]
fn halves_are_halves() {
    let folder = tempfile::tempdir().unwrap();
    let floats = tiny_in(&folder.path().join("floats"));
    let halves = open(&made(&floats, &To::F16, None).unwrap().write_to(&floats, &folder.path().join("f16")).unwrap());
    assert_eq!((stored_variant(&halves), halves.recipe()), (Variant::F16, None));
    let data_bytes = |dir: &ModelDir| dir.header().file_bytes() - dir.header().data_start();
    assert_eq!(2 * data_bytes(&halves), data_bytes(&floats));
}

#[test]
fn beside_the_floats_the_provenance_tells_of_the_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let floats = tiny::write(folder.path(), &tiny::config());
    fs::write(folder.path().join(PROVENANCE_FILE), r#"{"files": {}, "note": "kept"}"#).unwrap();
    let quantized = made(&floats, &int8(Method::Dynamic), None).unwrap();
    // Twice: what was there is replaced.
    quantized.write_beside(&floats).unwrap();
    quantized.write_beside(&floats).unwrap();
    assert_eq!(verify_files(folder.path()).unwrap()[INT8_WEIGHTS_FILE], FileState::Good);
    let said = fs::read_to_string(folder.path().join(PROVENANCE_FILE)).unwrap();
    assert!(said.contains(r#""note": "kept""#), "{said}");
    assert_eq!(stored_variant(&open(folder.path())), Variant::F32);
    assert!(open(folder.path()).int8().unwrap().is_some());
}

#[test]
fn what_cannot_be_made_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let text = tiny_in(&folder.path().join("text"));
    let says = |result: Result<Quantized>| result.unwrap_err().to_string();
    assert!(says(made(&text, &int8(Method::Static), None)).contains("no --method static; take dynamic"));
    let vision = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "folded").write(folder.path());
    assert!(says(made(&vision, &int8(Method::Static), None)).contains("with --calibrate"));
    fs::create_dir(folder.path().join("empty")).unwrap();
    let empty = Pictures::open(&vision, &folder.path().join("empty")).unwrap_err().to_string();
    assert!(empty.contains("no picture in it can be read;"), "{empty}");
    fs::write(folder.path().join("empty/torn.png"), "no picture").unwrap();
    let torn = Pictures::open(&vision, &folder.path().join("empty")).unwrap_err().to_string();
    assert!(torn.contains("the first since: ") && torn.contains("torn.png"), "{torn}");
    let nowhere = Pictures::open(&vision, &folder.path().join("nowhere")).unwrap_err().to_string();
    assert!(nowhere.contains("nowhere: ") && nowhere.contains("check the path"), "{nowhere}");

    let out = folder.path().join("bytes");
    let bytes = open(&made(&text, &int8(Method::Dynamic), None).unwrap().write_to(&text, &out).unwrap());
    assert!(says(made(&bytes, &To::F16, None)).contains("is int8 already"));
    let there = made(&text, &To::F16, None).unwrap().write_to(&text, &out).unwrap_err().to_string();
    assert!(there.contains("is there already"), "{there}");
}
