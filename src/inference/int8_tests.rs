//! Models whose weights are bytes on disk: the same answers as bytes made at load, and no file that lies.

use super::text::{SentimentAnalyzer, tiny};
use super::vision::random_model::{RandomModel, noise};
use super::{Error, Options, Variant, stored_variant, verify_tensors};
use crate::model_dir::{INT8_WEIGHTS_FILE, Limits, ModelDir, RECIPE_KEY, SCALE_SUFFIX, WEIGHTS_FILE};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

pub type Tensors = BTreeMap<String, (Dtype, Vec<usize>, Vec<u8>)>;

/// The tensors of the floats in `path`, those of which `is_bytes` made bytes with a scale for each row, as the kernels do.
pub fn bytes_of(path: &Path, is_bytes: impl Fn(&str) -> bool) -> Tensors {
    let file = std::fs::read(path.join(WEIGHTS_FILE)).unwrap();
    let mut tensors = Tensors::new();
    for (name, view) in SafeTensors::deserialize(&file).unwrap().tensors() {
        let shape = view.shape().to_vec();
        if shape.len() < 2 || !is_bytes(&name) {
            tensors.insert(name, (view.dtype(), shape, view.data().to_vec()));
            continue;
        }
        let floats: Vec<f32> = view.data().chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
        let (mut codes, mut scales) = (Vec::new(), Vec::new());
        for row in floats.chunks(floats.len() / shape[0]) {
            let most = row.iter().fold(0f32, |most, w| most.max(w.abs()));
            scales.extend((most / 127.0).to_le_bytes());
            codes.extend(row.iter().map(|w| (w * (127.0 / most)).round_ties_even() as i8 as u8));
        }
        tensors.insert(format!("{name}{SCALE_SUFFIX}"), (Dtype::F32, vec![shape[0]], scales));
        tensors.insert(name, (Dtype::I8, shape, codes));
    }
    tensors
}

/// Writes `tensors` beside the floats in `path`, with a recipe.
pub fn write(path: &Path, tensors: &Tensors, recipe: &str) {
    let views = tensors
        .iter()
        .map(|(name, (dtype, shape, data))| (name, TensorView::new(*dtype, shape.clone(), data).unwrap()));
    let metadata = HashMap::from([(RECIPE_KEY.to_string(), recipe.to_string())]);
    std::fs::write(path.join(INT8_WEIGHTS_FILE), safetensors::serialize(views, Some(metadata)).unwrap()).unwrap();
}

fn open(path: &Path) -> ModelDir {
    ModelDir::open(path, &Limits::default()).unwrap()
}

const DYNAMIC: &str = r#"{"method": "dynamic"}"#;
pub const WEIGHTS: &str = r#"{"method": "weights"}"#;
const INT8: Options = Options { variant: Some(Variant::Int8), threads: None, unit: super::Unit::Cpu };
const TEXTS: [&str; 2] =
    ["a good film", "a good film, not a bad film! the low-budget films don't cool. a very good bad film"];

fn positive(dir: &ModelDir, options: &Options) -> Vec<f32> {
    let analyzer = SentimentAnalyzer::load(dir, options).unwrap();
    TEXTS.iter().map(|text| analyzer.judge(text).unwrap().positive).collect()
}

#[test]
fn linear_layers_from_disk_answer_as_those_made_at_load() {
    let folder = tempfile::tempdir().unwrap();
    let floats = tiny::write(folder.path(), &tiny::config());
    let at_load = positive(&floats, &INT8);
    let in_floats = positive(&floats, &Options::default());
    assert_ne!(at_load, in_floats);
    let linear = |name: &str| name.contains("layer.");
    write(folder.path(), &bytes_of(folder.path(), linear), DYNAMIC);
    let both = open(folder.path());
    assert_eq!((positive(&both, &INT8), positive(&both, &Options::default())), (at_load.clone(), in_floats.clone()));
    verify_tensors(&both).unwrap();
    std::fs::remove_file(folder.path().join(WEIGHTS_FILE)).unwrap();
    let alone = open(folder.path());
    assert_eq!(stored_variant(&alone), Variant::Int8);
    verify_tensors(&alone).unwrap();
    for options in [&INT8, &Options::default()] {
        assert_eq!(positive(&alone, options), at_load);
    }
    let f32 = Options { variant: Some(Variant::F32), ..Options::default() };
    let said = SentimentAnalyzer::load(&alone, &f32).err().unwrap();
    assert!(matches!(said, Error::WrongVariant { got: Variant::Int8, .. }), "{said}");
}

#[test]
fn tables_too_and_weights_alone_stay_near() {
    let folder = tempfile::tempdir().unwrap();
    let in_floats = positive(&tiny::write(folder.path(), &tiny::config()), &Options::default());
    for recipe in [DYNAMIC, WEIGHTS] {
        write(folder.path(), &bytes_of(folder.path(), |_| true), recipe);
        let bytes = positive(&open(folder.path()), &INT8);
        assert!(in_floats.iter().zip(&bytes).all(|(a, b)| a != b && (a - b).abs() < 0.05), "{in_floats:?}, {bytes:?}");
    }
}

#[test]
fn one_scale_for_all_rows_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let in_floats = positive(&tiny::write(folder.path(), &tiny::config()), &Options::default());
    let mut tensors = bytes_of(folder.path(), |_| false);
    let name = "distilbert.embeddings.word_embeddings.weight";
    let floats: Vec<f32> = tensors[name].2.chunks(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    let codes = floats.iter().map(|w| (w * 127.0).round_ties_even() as i8 as u8).collect();
    tensors.insert(name.into(), (Dtype::I8, tensors[name].1.clone(), codes));
    tensors.insert(format!("{name}{SCALE_SUFFIX}"), (Dtype::F32, vec![1], (1f32 / 127.0).to_le_bytes().into()));
    write(folder.path(), &tensors, DYNAMIC);
    let bytes = positive(&open(folder.path()), &INT8);
    assert!(in_floats.iter().zip(&bytes).all(|(a, b)| a != b && (a - b).abs() < 0.02), "{in_floats:?}, {bytes:?}");
}

#[test]
fn a_file_of_bytes_that_lies_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    tiny::write(folder.path(), &tiny::config());
    let sound = bytes_of(folder.path(), |_| true);
    std::fs::remove_file(folder.path().join(WEIGHTS_FILE)).unwrap();
    let name = "distilbert.transformer.layer.0.ffn.lin1.weight";
    let scale = format!("{name}{SCALE_SUFFIX}");
    let refused = |change: &dyn Fn(&mut Tensors)| {
        let mut tensors = sound.clone();
        change(&mut tensors);
        write(folder.path(), &tensors, DYNAMIC);
        let dir = ModelDir::open(folder.path(), &Limits::default()).map_err(Error::from);
        dir.and_then(|dir| SentimentAnalyzer::load(&dir, &Options::default())).err().expect("it is refused").to_string()
    };
    for value in [f32::NAN, f32::INFINITY, 0.0, -1.0] {
        let said = refused(&|t| t.get_mut(&scale).unwrap().2[..4].copy_from_slice(&value.to_le_bytes()));
        assert!(said.contains(&format!("{name} has a scale that is not above 0")), "{said}");
    }
    let said = refused(&|t| t.get_mut(name).unwrap().2[3] = 0x80);
    assert!(said.contains(&format!("{name} holds -128")), "{said}");
    let said = refused(&|t| drop(t.remove(&scale)));
    assert!(said.contains("is missing"), "{said}");
    let said = refused(&|t| drop(t.insert("lone.scale".into(), (Dtype::F32, vec![1], vec![0; 4]))));
    assert!(said.contains("lone.scale is not part of it"), "{said}");
    let bias = "distilbert.transformer.layer.0.ffn.lin1.bias";
    let said = refused(&|t| {
        let outputs = t[bias].1[0];
        t.insert(bias.into(), (Dtype::I8, vec![outputs], vec![1; outputs]));
        t.insert(format!("{bias}{SCALE_SUFFIX}"), (Dtype::F32, vec![1], 1f32.to_le_bytes().into()));
    });
    assert!(said.contains("only matrices and filters"), "{said}");
    let said = refused(&|t| t.get_mut(name).unwrap().1.swap(0, 1));
    assert!(said.contains("F32 of [8] or [1] is needed"), "{said}");

    // In the file of floats, bytes are none of the model's.
    write(folder.path(), &sound, DYNAMIC);
    std::fs::rename(folder.path().join(INT8_WEIGHTS_FILE), folder.path().join(WEIGHTS_FILE)).unwrap();
    let said = SentimentAnalyzer::load(&open(folder.path()), &Options::default()).err().unwrap().to_string();
    assert!(said.contains(&format!("{name} is I8, F32 or F16 is needed")), "{said}");
}

/// With ranges that hold all inputs a static answer stays near; with ranges that hold none it does not.
#[test]
fn pictures_use_the_ranges_of_the_recipe() {
    let folder = tempfile::tempdir().unwrap();
    let model = RandomModel::new("efficientnet_lite", "tf_efficientnet_lite0", "same", "folded");
    let floats = model.write(folder.path());
    let pixels = noise().into_iter().cycle().take(3 * 32 * 32).map(|x| ((x + 1.0) * 127.0) as u8).collect();
    let frame = super::vision::RgbFrame::new(32, 32, pixels, super::vision::Orientation::Upright).unwrap();
    let logits = |dir: &ModelDir, options: &Options| {
        let classifier = super::vision::ImageClassifier::load(dir, options).unwrap();
        classifier.infer(&classifier.prepare(&frame).unwrap()).unwrap()
    };
    let in_floats = logits(&floats, &Options::default());
    let tensors = bytes_of(floats.path(), |_| true);
    let size = |a: &[f32]| a.iter().map(|x| x * x).sum::<f32>().sqrt();
    let off = |b: &[f32]| size(&in_floats.iter().zip(b).map(|(a, b)| a - b).collect::<Vec<_>>()) / size(&in_floats);
    let with_range = |least: f32, most: f32| {
        let range = format!(r#"{{"least": {least}, "most": {most}}}"#);
        let layers = tensors.keys().filter_map(|name| name.strip_suffix(".weight"));
        let ranges: Vec<_> = layers.map(|layer| format!(r#""{layer}": {range}"#)).collect();
        write(floats.path(), &tensors, &format!(r#"{{"method": "static", "ranges": {{{}}}}}"#, ranges.join(",")));
        off(&logits(&open(floats.path()), &INT8))
    };
    write(floats.path(), &tensors, WEIGHTS);
    let weights_alone = off(&logits(&open(floats.path()), &INT8));
    write(floats.path(), &tensors, DYNAMIC);
    let dynamic = off(&logits(&open(floats.path()), &INT8));
    let (wide, narrow) = (with_range(-8.0, 8.0), with_range(0.0, 1e-3));
    assert!(
        weights_alone > 0.0 && weights_alone < 0.1 && dynamic < 0.2 && wide < 0.5,
        "{weights_alone} {dynamic} {wide}"
    );
    assert!(narrow > 0.5, "{narrow}");
}
