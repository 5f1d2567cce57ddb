//! What a picture shows: an image classifier, its pre-processing and its labels.

use crate::inference::Result;
use crate::model_dir::ModelDir;
use std::collections::BTreeMap;

/// The tensors that the configuration of `dir` asks for.
pub(crate) fn expected(_dir: &ModelDir) -> Result<BTreeMap<String, Vec<usize>>> {
    todo!()
}
