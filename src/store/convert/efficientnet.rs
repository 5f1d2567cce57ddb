//! EfficientNet-Lite's tensors under timm's names, from those of EfficientNet-PyTorch.
//!
//! There the blocks are numbered through; timm numbers stages, and blocks within. A stage is a run of blocks
//! with the same output width: in every size of EfficientNet-Lite the widths differ from stage to stage.

use super::chain::Chain;
use super::error::{ConvertError, Result};
use super::tensor::Tensor;
use std::collections::BTreeMap;

const OUTSIDE: [(&str, &str); 5] =
    [("_conv_stem", "conv_stem"), ("_bn0", "bn1"), ("_conv_head", "conv_head"), ("_bn1", "bn2"), ("_fc", "classifier")];
/// Blocks that widen first: pointwise, depthwise, pointwise linear.
const EXPANDING: [(&str, &str); 6] = [
    ("_expand_conv", "conv_pw"),
    ("_bn0", "bn1"),
    ("_depthwise_conv", "conv_dw"),
    ("_bn1", "bn2"),
    ("_project_conv", "conv_pwl"),
    ("_bn2", "bn3"),
];
/// The first stage's: depthwise, pointwise.
const SEPARABLE: [(&str, &str); 4] =
    [("_depthwise_conv", "conv_dw"), ("_bn1", "bn1"), ("_project_conv", "conv_pw"), ("_bn2", "bn2")];

/// Renames all tensors.
///
/// # Errors
/// A tensor that is not part of the model, blocks that are not numbered through.
pub(super) fn from_efficientnet_pytorch(file: &Chain, tensors: Vec<Tensor>) -> Result<Vec<Tensor>> {
    let blocks = blocks(file, &tensors)?;
    let renamed = tensors.into_iter().map(|tensor| match name(&tensor.name, &blocks) {
        Some(name) => Ok(tensor.named(name)),
        None => Err(ConvertError::tensor(file.path(), &tensor.name, "is not part of EfficientNet-Lite")),
    });
    renamed.collect()
}

/// What timm calls a block, and how its modules map.
struct Block {
    name: String,
    modules: &'static [(&'static str, &'static str)],
}

fn blocks(file: &Chain, tensors: &[Tensor]) -> Result<Vec<Block>> {
    let of = |module: &str| -> BTreeMap<usize, usize> {
        let number = |t: &Tensor| t.name.strip_prefix("_blocks.")?.strip_suffix(module)?.parse().ok();
        tensors.iter().filter_map(|t| Some((number(t)?, *t.shape.first()?))).collect()
    };
    let (widths, expanding) = (of("._project_conv.weight"), of("._expand_conv.weight"));
    let (mut blocks, mut stage, mut within, mut before) = (Vec::with_capacity(widths.len()), 0, 0, None);
    for (n, (number, width)) in widths.into_iter().enumerate() {
        if n != number {
            return Err(ConvertError::file(file.path(), format!("its block {n} is missing")));
        }
        if before.is_some_and(|w| w != width) {
            (stage, within) = (stage + 1, 0);
        }
        let modules: &[_] = if expanding.contains_key(&n) { &EXPANDING } else { &SEPARABLE };
        blocks.push(Block { name: format!("blocks.{stage}.{within}"), modules });
        (within, before) = (within + 1, Some(width));
    }
    Ok(blocks)
}

fn name(theirs: &str, blocks: &[Block]) -> Option<String> {
    let (path, leaf) = theirs.rsplit_once('.')?;
    let ours = |modules: &[(&str, &'static str)], module: &str| {
        modules.iter().find(|(theirs, _)| *theirs == module).map(|(_, ours)| *ours)
    };
    let Some(inside) = path.strip_prefix("_blocks.") else {
        return Some(format!("{}.{leaf}", ours(&OUTSIDE, path)?));
    };
    let (number, module) = inside.split_once('.')?;
    let block = blocks.get(number.parse::<usize>().ok()?)?;
    Some(format!("{}.{}.{leaf}", block.name, ours(block.modules, module)?))
}
