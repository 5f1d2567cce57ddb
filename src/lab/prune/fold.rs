//! Batch norm folded into the convolution before it, as the engine does when it loads a model.

use super::{Network, Result, Weights};
use crate::inference::vision::{self, Plan};
use crate::model_dir::ModelDir;
use candle_core::Tensor;
use serde_json::{Value, json};

/// The weights of `dir` without batch norms, and the configuration that says so. Where there are none, as they are.
///
/// # Errors
/// As [`Weights::open`].
pub fn folded(dir: &ModelDir) -> Result<(Weights, Value)> {
    let (mut weights, mut config) = (Weights::open(dir)?, dir.config().clone());
    if let Network::Vision(plan) = Network::of(dir)?
        && let Some(eps) = vision::batch_norm_eps(dir)?
    {
        for (conv, norm) in normed(&plan) {
            fold(&mut weights, &conv, &norm, eps)?;
        }
        config["batch_norm"] = json!("folded into each convolution's bias and weight");
    }
    Ok((weights, config))
}

/// The convolutions of a network that have a batch norm, with its name.
fn normed(plan: &Plan) -> Vec<(String, String)> {
    let mut all = vec![("conv_stem".to_string(), "bn1".to_string()), plan.last.names.clone()];
    for block in &plan.blocks {
        let names = block.names();
        for (conv, norm) in names.expand.into_iter().chain([names.depthwise, names.project]) {
            all.push((format!("{}.{conv}", block.name), format!("{}.{norm}", block.name)));
        }
    }
    all
}

/// `γ · (w·x − mean) / √(variance + eps) + β` is a convolution again.
fn fold(weights: &mut Weights, conv: &str, norm: &str, eps: f64) -> Result<()> {
    let mut norm = |part: &str| weights.take(&format!("{norm}.{part}"));
    let (gamma, beta, mean, variance) = (norm("weight")?, norm("bias")?, norm("running_mean")?, norm("running_var")?);
    let scale: Tensor = (gamma / (variance + eps)?.sqrt()?)?;
    let name = format!("{conv}.weight");
    let filters = weights.take(&name)?;
    weights.replace(&name, filters.broadcast_mul(&scale.reshape((scale.dim(0)?, 1, 1, 1))?)?);
    weights.replace(&format!("{conv}.bias"), (beta - (mean * scale)?)?);
    Ok(())
}
