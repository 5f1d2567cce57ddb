//! What is fetched becomes a model directory, and what lies does not.

mod hostile;
mod make;
mod make_pth;
mod vision;
mod whisper;

use onhand::model_dir::{Dtype, Limits, ModelDir};
use onhand::store::{ConvertError, Recipe, convert};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// Converts files given by name and content; the directory lives as long as what is returned.
fn convert_files(
    recipe: Recipe,
    files: &[(&str, &[u8])],
    defaults: &Value,
) -> Result<(TempDir, ModelDir), ConvertError> {
    let dir = tempfile::tempdir().unwrap();
    let (raw, out) = (dir.path().join("raw"), dir.path().join("out"));
    std::fs::create_dir(&raw).unwrap();
    std::fs::create_dir(&out).unwrap();
    for (name, bytes) in files {
        std::fs::write(raw.join(name), bytes).unwrap();
    }
    convert(recipe, &raw, &out, defaults)?;
    let model = ModelDir::open(&out, &Limits::default()).expect("what was converted opens");
    Ok((dir, model))
}

/// Type, shape and bytes of a tensor of the output.
fn tensor(model: &ModelDir, name: &str) -> (Dtype, Vec<usize>, Vec<u8>) {
    let info = &model.header().tensors()[name];
    let file = std::fs::read(model.weights_path()).unwrap();
    let data = model.header().tensors().values().map(|t| t.data_offsets.1).max().unwrap() as usize;
    let begin = file.len() - data;
    let (from, to) = (info.data_offsets.0 as usize, info.data_offsets.1 as usize);
    (info.dtype, info.shape.clone(), file[begin + from..begin + to].to_vec())
}

/// Every tensor of the output is one of `want`, and the other way round.
fn assert_tensors(model: &ModelDir, want: &make::Tensors, dtype: Dtype) {
    let names: Vec<_> = model.header().tensors().keys().collect();
    assert_eq!(names, want.keys().collect::<Vec<_>>());
    for (name, (shape, bytes)) in want {
        assert_eq!(tensor(model, name), (dtype, shape.clone(), bytes.clone()), "{name}");
    }
}

fn exists(model: &ModelDir, name: &str) -> bool {
    Path::new(model.path()).join(name).is_file()
}
