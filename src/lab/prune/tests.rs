//! The law: without its channels, a network answers as it does with these channels at zero.

use super::*;
use crate::inference::Options;
use crate::inference::text::{SentimentAnalyzer, tiny};
use crate::inference::vision::random_model::RandomModel;
use crate::inference::vision::{ImageClassifier, Orientation, RgbFrame};
use crate::lab::made::Made;
use crate::model_dir::{Limits, ModelDir};
use crate::store::FileState;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A choice that the weights have no part in: any may go, and of each group one stays.
fn arbitrary(graph: &Graph, mut random: impl FnMut() -> u64) -> Choice {
    let mut units = |group: &Group| {
        let mut kept: Vec<usize> = (0..group.width).filter(|_| !random().is_multiple_of(3)).collect();
        if kept.is_empty() {
            kept.push(random() as usize % group.width);
        }
        kept
    };
    Choice { kept: graph.groups.iter().map(&mut units).collect() }
}

/// Numbers that look random, from `seed`.
fn stream(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed | 1;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    }
}

/// The model of `dir` without what `seed` chooses, and with it at zero, as model directories below `to`.
fn both_ways(dir: &ModelDir, seed: u64, to: &TempDir) -> [ModelDir; 2] {
    let (network, weights) = (Network::of(dir).unwrap(), Weights::open(dir).unwrap());
    let graph = network.graph(&weights);
    let choice = arbitrary(&graph, stream(seed));
    let (mut without, mut zeroed) = (weights.clone(), weights);
    remove(&mut without, &graph, &choice).unwrap();
    zero(&mut zeroed, &graph, &choice).unwrap();
    let mut narrow = dir.config().clone();
    network.with_widths_of(&without).write_widths(&mut narrow);
    [("without", &without, &narrow), ("zeroed", &zeroed, dir.config())].map(|(name, weights, config)| {
        let place = to.path().join(name);
        write(Made::begin(&place).unwrap(), dir, weights, config, json!({})).unwrap();
        ModelDir::open(place, &Limits::default()).unwrap()
    })
}

fn assert_equal(without: &[f32], zeroed: &[f32]) -> std::result::Result<(), TestCaseError> {
    let most = zeroed.iter().fold(1f32, |most, logit| most.max(logit.abs()));
    let apart = without.iter().zip(zeroed).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    prop_assert!(apart <= 2e-5 * most, "{apart} apart of {most}");
    Ok(())
}

/// A network with batch norm `norm` and widths that `random` makes small.
fn small(family: &str, architecture: &str, norm: &str, mut random: impl FnMut() -> u64) -> RandomModel {
    let mut config = RandomModel::new(family, architecture, "same", norm).config;
    let folder = TempDir::new().unwrap();
    let plan = crate::inference::vision::plan(&RandomModel::of(config.clone()).write(folder.path())).unwrap();
    let mut widths = plan.widths();
    let mut width = || 2 + random() as usize % 9;
    widths.stem = width();
    let mut inputs = widths.stem;
    for (block, to) in plan.blocks.iter().zip(&mut widths.blocks) {
        to.expanded = to.expanded.map(|_| width());
        to.squeezed = to.squeezed.map(|_| width().min(4));
        to.outputs = if block.residual { inputs } else { width() };
        inputs = to.outputs;
    }
    widths.last = width();
    widths.head = widths.head.map(|_| width());
    config["widths"] = json!(widths);
    RandomModel::of(config)
}

const NETWORKS: [(&str, &str); 3] = [
    ("mobilenetv3", "mobilenetv3_small_100"),
    ("mobilenetv3", "mobilenetv3_large_100"),
    ("efficientnet_lite", "efficientnet_lite0"),
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_pruned_image_network_equals_the_zeroed_one(network in any::<Index>(), kept in any::<bool>(), seed in any::<u64>()) {
        let (family, architecture) = NETWORKS[network.index(NETWORKS.len())];
        let model = small(family, architecture, if kept { "kept" } else { "folded" }, stream(seed));
        let (from, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let pixels = (0..48 * 40 * 3).map(|i| (i * 7 % 251) as u8).collect();
        let frame = RgbFrame::new(48, 40, pixels, Orientation::Upright).unwrap();
        let [without, zeroed] = both_ways(&model.write(from.path()), seed ^ 0xa5a5, &to).map(|dir| {
            let classifier = ImageClassifier::load(&dir, &Options::default()).unwrap();
            classifier.infer(&classifier.prepare(&frame).unwrap()).unwrap()
        });
        assert_equal(&without, &zeroed)?;
    }

    #[test]
    fn a_pruned_text_network_equals_the_zeroed_one(heads in 0u32..4, hidden in 1usize..20, seed in any::<u64>()) {
        let (from, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let mut config = tiny::config();
        config["n_heads"] = json!(1 << heads);
        config["hidden_dim"] = json!(hidden);
        let [without, zeroed] = both_ways(&tiny::write(from.path(), &config), seed, &to).map(|dir| {
            SentimentAnalyzer::load(&dir, &Options::default()).unwrap().judge("a good film, not bad").unwrap().logits
        });
        assert_equal(&without, &zeroed)?;
    }
}

/// A network whose batch norms are folded answers as before.
#[test]
fn folding_changes_no_answer() {
    for (family, architecture) in NETWORKS {
        let (from, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let dir = RandomModel::new(family, architecture, "symmetric", "kept").write(from.path());
        let (weights, config) = folded(&dir).unwrap();
        let place = write(Made::begin(&to.path().join("folded")).unwrap(), &dir, &weights, &config, json!({})).unwrap();
        let frame =
            RgbFrame::new(40, 40, (0..4800).map(|i| (i * 7 % 251) as u8).collect(), Orientation::Upright).unwrap();
        let [kept, folded] = [dir, ModelDir::open(place, &Limits::default()).unwrap()].map(|dir| {
            let classifier = ImageClassifier::load(&dir, &Options::default()).unwrap();
            classifier.infer(&classifier.prepare(&frame).unwrap()).unwrap()
        });
        assert_equal(&kept, &folded).unwrap();
    }
}

/// Nothing is in two groups, and everything but the classifier's outputs is in one.
#[test]
fn every_axis_of_every_tensor_is_in_one_group_or_must_stay() {
    let stays = |name: &str, axis: usize| {
        matches!((name, axis), ("classifier.weight" | "classifier.bias", 0) | ("conv_stem.weight", 1))
    };
    for (family, architecture) in NETWORKS {
        for norm in ["kept", "folded"] {
            let folder = TempDir::new().unwrap();
            let dir = RandomModel::new(family, architecture, "same", norm).write(folder.path());
            let weights = Weights::open(&dir).unwrap();
            let graph = Network::of(&dir).unwrap().graph(&weights);
            let mut found: Vec<(String, usize)> = Vec::new();
            for (group, member) in graph.groups.iter().flat_map(|g| g.members.iter().map(move |m| (g, m))) {
                let length = weights.get(&member.tensor).expect("it is there").dims()[member.axis];
                assert_eq!(length, group.width * member.each, "{} of {}", member.tensor, group.name);
                found.push((member.tensor.clone(), member.axis));
            }
            for (name, tensor) in weights.iter() {
                // A depthwise filter has one input, and windows are not channels.
                let axes = (0..tensor.rank().min(2)).filter(|axis| !(name.contains("conv_dw") && *axis == 1));
                for axis in axes {
                    let times = found.iter().filter(|(n, a)| n == name && *a == axis).count();
                    assert_eq!(times, usize::from(!stays(name, axis)), "{name} {axis}");
                }
            }
        }
    }
}

#[test]
fn blocks_that_a_residual_joins_are_one_group() {
    let folder = TempDir::new().unwrap();
    let dir = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "folded").write(folder.path());
    let weights = Weights::open(&dir).unwrap();
    let graph = Network::of(&dir).unwrap().graph(&weights);
    let of = |tensor: &str| graph.groups.iter().position(|g| g.members.iter().any(|m| m.makes && m.tensor == tensor));
    assert_eq!(of("blocks.2.0.conv_pwl.weight"), of("blocks.2.2.conv_pwl.weight"));
    assert_ne!(of("blocks.1.1.conv_pwl.weight"), of("blocks.2.0.conv_pwl.weight"));
    // The first block has no convolution that widens: its depthwise filters look at the stem's channels.
    assert_eq!(of("conv_stem.weight"), of("blocks.0.0.conv_dw.weight"));
}

#[test]
fn what_is_made_is_an_ordinary_model_that_can_be_pruned_again() {
    let (from, to) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let dir = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "kept").write(from.path());
    let prune = |dir: &ModelDir, name: &str| {
        let (network, mut weights) = (Network::of(dir).unwrap(), Weights::open(dir).unwrap());
        let graph = network.graph(&weights);
        let choice = choose(&weights, &graph, &widths(&graph, 0.5, false).unwrap(), &Vec::new()).unwrap();
        remove(&mut weights, &graph, &choice).unwrap();
        let mut config = dir.config().clone();
        network.with_widths_of(&weights).write_widths(&mut config);
        let recipe = json!({"method": "structured", "amount": 0.5});
        let place = write(Made::begin(&to.path().join(name)).unwrap(), dir, &weights, &config, recipe).unwrap();
        ModelDir::open(place, &Limits::default()).unwrap()
    };
    let once = prune(&dir, "once");
    let twice = prune(&once, "twice");
    let outputs = |dir: &ModelDir, name: &str| dir.header().tensors()[name].shape[0];
    let of_all = [&dir, &once, &twice].map(|dir| outputs(dir, "blocks.4.1.conv_pw.weight"));
    assert_eq!(of_all, [576, 288, 144]);
    assert_eq!([&dir, &once, &twice].map(|dir| outputs(dir, "classifier.weight")), [8, 8, 8]);
    let classifier = ImageClassifier::load(&twice, &Options::default()).unwrap();
    let frame = RgbFrame::new(8, 8, vec![100; 192], Orientation::Upright).unwrap();
    assert_eq!(classifier.infer(&classifier.prepare(&frame).unwrap()).unwrap().len(), 8);
    let provenance: Value = serde_json::from_str(&twice.read_text("provenance.json").unwrap()).unwrap();
    assert_eq!((&provenance["recipe"]["amount"], &provenance["made_from"]["model"]), (&json!(0.5), &json!("once")));
    assert_eq!(provenance["made_from"]["provenance"]["made_from"]["model"], json!("random"));
    let states = crate::store::verify_files(twice.path()).unwrap();
    assert!(states.len() == 3 && states.values().all(|state| matches!(state, FileState::Good)), "{states:?}");
}

#[test]
fn zeros_of_single_weights_are_real() {
    let folder = TempDir::new().unwrap();
    let dir = tiny::write(folder.path(), &tiny::config());
    let mut weights = Weights::open(&dir).unwrap();
    let sparsity = unstructured(&mut weights, 0.5).unwrap();
    let zeros = |t: &candle_core::Tensor| {
        t.flatten_all().unwrap().to_vec1::<f32>().unwrap().iter().filter(|v| **v == 0.0).count()
    };
    let matrices: Vec<_> = weights.iter().filter(|(_, tensor)| tensor.rank() > 1).collect();
    assert_eq!(sparsity.zeros, matrices.iter().map(|(_, tensor)| zeros(tensor)).sum::<usize>());
    for (name, tensor) in matrices {
        assert_eq!(zeros(tensor), tensor.elem_count().div_ceil(2), "{name}");
    }
    for amount in [0.0, 1.0, -1.0, f64::NAN] {
        assert!(matches!(unstructured(&mut weights, amount), Err(Error::Amount { .. })), "{amount}");
    }
}
