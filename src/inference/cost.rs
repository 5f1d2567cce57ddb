//! How large a network is, counted from the description that it is built from.
//!
//! A multiply-add is one weight, query or probability times one activation, added to a sum: what papers call MAC, MAdd or
//! (of MobileNet) also FLOP. Counted are convolutions, linear layers and attention; biases, norms, activations and means
//! are not, as in the papers. Precision makes no difference, and nothing is counted that our kernels leave out: in the
//! last layer of a text network only `[CLS]` is computed beyond keys and values.

use super::vision::Plan;
use super::{Error, Result, speech, text, vision, weights};
use crate::model_dir::ModelDir;

/// What one answer of a model takes.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Cost {
    /// Numbers that training found: weights and biases, not the statistics of batch norm.
    pub parameters: u64,
    /// Multiply-adds for one input.
    pub multiply_adds: u64,
    /// That input, in words.
    pub input: String,
}

/// Tokens of the text that is counted, `[CLS]` and `[SEP]` among them: a sentence.
const TOKENS: usize = 32;

/// The cost of the model in `dir`: of a picture; of a text of 32 tokens; of speech, the encoder on the longest piece that
/// it takes at once.
///
/// # Errors
/// As loading it, but for the weights, which are not looked at.
pub fn cost(dir: &ModelDir) -> Result<Cost> {
    let (multiply_adds, input) = match weights::family(dir) {
        "mobilenetv3" | "efficientnet_lite" => {
            let (plan, side, logits) = vision::sizes(dir)?;
            (of_picture(&plan, side, logits), format!("a picture of {side}×{side}"))
        }
        "distilbert" => {
            let (config, classes) = (text::config(dir)?, text::classes(dir)?);
            let tokens = TOKENS.min(config.max_position_embeddings);
            (of_text(&config, classes, tokens), format!("a text of {tokens} tokens"))
        }
        "whisper" => {
            let config = speech::Config::read(dir)?;
            // Two mel frames of 10 ms are one position.
            let seconds = config.max_source_positions as f64 / 50.0;
            (of_encoder(&config, config.max_source_positions), format!("the encoder on {seconds} s of sound"))
        }
        other => return Err(Error::WrongFamily { model: dir.name(), got: other.into(), want: "known" }),
    };
    Ok(Cost { parameters: parameters(dir)?, multiply_adds, input })
}

fn parameters(dir: &ModelDir) -> Result<u64> {
    let tensors = weights::expected(dir)?;
    let found = tensors.iter().filter(|(name, _)| !name.contains(".running_"));
    Ok(found.map(|(_, shape)| shape.iter().product::<usize>() as u64).sum())
}

/// Of a square picture with so many pixels a side, and so many logits.
fn of_picture(plan: &Plan, side: usize, logits: usize) -> u64 {
    let strided = |side: usize, kernel: usize, stride: usize| {
        let (before, after) = plan.padding.amounts(side, kernel, stride);
        (side + before + after - kernel) / stride + 1
    };
    let mut side = strided(side, 3, 2);
    let mut sum = side * side * 3 * 3 * 3 * plan.stem;
    let mut channels = plan.stem;
    for block in &plan.blocks {
        let middle = block.middle();
        sum += block.expanded.map_or(0, |expanded| side * side * block.inputs * expanded);
        side = strided(side, block.kernel, block.stride);
        sum += side * side * block.kernel * block.kernel * middle;
        // Squeeze-and-excitation sees the mean of all pixels.
        sum += block.squeezed.map_or(0, |squeezed| 2 * middle * squeezed);
        sum += side * side * middle * block.outputs;
        channels = block.outputs;
    }
    sum += side * side * channels * plan.last.outputs;
    channels = plan.last.outputs;
    if let Some(head) = plan.head {
        sum += channels * head;
        channels = head;
    }
    (sum + channels * logits) as u64
}

/// Of a text of so many `tokens`.
fn of_text(config: &text::Config, classes: usize, tokens: usize) -> u64 {
    let of_layer = |at: usize| {
        let inner = config.heads_of(at) * config.head_width();
        let wanted = if at + 1 == config.n_layers { 1 } else { tokens };
        let keys_values = 2 * tokens * config.dim * inner;
        let queries_out = 2 * wanted * config.dim * inner;
        // Queries times keys, and probabilities times values.
        let attention = 2 * wanted * tokens * inner;
        keys_values + queries_out + attention + 2 * wanted * config.dim * config.hidden_dim_of(at)
    };
    let layers: usize = (0..config.n_layers).map(of_layer).sum();
    (layers + config.dim * config.dim + config.dim * classes) as u64
}

/// Of the encoder on so many `positions`.
fn of_encoder(config: &speech::Config, positions: usize) -> u64 {
    let d = config.d_model;
    // Both see three frames; the second takes every other one.
    let convolutions = 2 * positions * 3 * config.num_mel_bins * d + positions * 3 * d * d;
    let of_layer = positions * (4 * d * d + 2 * d * config.encoder_ffn_dim) + 2 * positions * positions * d;
    (convolutions + config.encoder_layers * of_layer) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::reference;
    use crate::inference::vision::random_model::RandomModel;
    use serde_json::json;

    fn of_vision(family: &str, architecture: &str, change: impl FnOnce(&mut RandomModel)) -> Cost {
        let mut model = RandomModel::new(family, architecture, "same", "kept");
        for (field, value) in [("num_classes", 1000), ("logits", 1000), ("logits_offset", 0), ("input_size", 224)] {
            model.config[field] = json!(value);
        }
        model.config["resize_short_side"] = json!(256);
        change(&mut model);
        cost(&model.write(tempfile::tempdir().unwrap().path())).unwrap()
    }

    /// Millions, of pictures of 224 × 224 and a thousand classes.
    #[test]
    fn image_networks_are_as_large_as_their_papers_say() {
        for (family, architecture, parameters, multiply_adds) in [
            // Howard et al., table 3, where parameters are rounded to a tenth of a million.
            ("mobilenetv3", "mobilenetv3_small_100", 2.5, 56.0),
            ("mobilenetv3", "mobilenetv3_large_100", 5.4, 219.0),
            // Those of EfficientNet-B0, whose widths it has (Tan and Le, table 1), without squeeze-and-excitation. Its README
            // says 407 M and not what that counts.
            ("efficientnet_lite", "efficientnet_lite0", 4.7, 390.0),
        ] {
            let got = of_vision(family, architecture, |_| ());
            let millions = |n: u64| n as f64 / 1e6;
            let close = |got: f64, want: f64| (got / want - 1.0).abs() < 0.02;
            assert!(close(millions(got.parameters), parameters), "{architecture}: {got:?}");
            assert!(close(millions(got.multiply_adds), multiply_adds), "{architecture}: {got:?}");
        }
    }

    #[test]
    fn mobilenet_v3_small_is_counted_to_the_last_one() {
        // torchvision's mobilenet_v3_small: 2,542,856 parameters, and 56.5 M multiply-adds as fvcore counts them.
        let small =
            of_vision("mobilenetv3", "mobilenetv3_small_100", |model| model.config["padding"] = json!("symmetric"));
        assert_eq!(small.parameters, 2_542_856);
        assert!((56_400_000..56_600_000).contains(&small.multiply_adds), "{small:?}");
    }

    #[test]
    fn a_text_network_is_counted_as_its_matrices_are() {
        let config: text::Config = serde_json::from_value(json!({
            "vocab_size": 30_522, "dim": 768, "n_layers": 6, "n_heads": 12, "hidden_dim": 3072, "activation": "gelu",
            "max_position_embeddings": 512,
        }))
        .unwrap();
        // Each token meets the four matrices of attention and the two of the feed-forward network, in six layers.
        let matrices = 6 * (4 * 768 * 768 + 2 * 768 * 3072);
        let (short, long) = (of_text(&config, 2, 100), of_text(&config, 2, 101));
        // In the last layer only one token meets all of them: of the others, two of twelve parts.
        let per_token = matrices / 6 * 5 + 2 * 768 * 768;
        let attention = 5 * 2 * 768 * (101 * 101 - 100 * 100) + 2 * 768;
        assert_eq!(long - short, per_token + attention);
        // With half of the heads and of the widths, a layer has half of its multiply-adds.
        let pruned =
            text::Config { layer_heads: Some(vec![6; 6]), layer_hidden_dims: Some(vec![1536; 6]), ..config.clone() };
        let head = 768 * 768 + 768 * 2;
        assert_eq!(2 * (of_text(&pruned, 2, 100) - head), short - head);
    }

    #[test]
    fn real_models_have_the_parameters_that_their_makers_state() {
        // OpenAI's table says 39 M and 74 M, of which the sinusoids of the encoder are learned in neither.
        for (id, parameters, multiply_adds) in
            [("whisper-tiny.en", 37_760_256, 18_468_864_000), ("whisper-base", 72_593_920, 43_683_840_000)]
        {
            let Some(dir) = reference::model(id) else { return };
            let got = cost(&dir).unwrap();
            assert_eq!((got.parameters, got.multiply_adds), (parameters, multiply_adds), "{id}");
            assert_eq!(got.input, "the encoder on 30 s of sound");
        }
    }
}
