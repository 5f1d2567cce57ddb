//! The law of pruning on real models and real inputs: without its channels, a model answers as with these at zero.

mod common;

use onhand::inference::Options;
use onhand::inference::text::SentimentAnalyzer;
use onhand::inference::vision::{ImageClassifier, RgbFrame};
use onhand::lab::made::Made;
use onhand::lab::prune::{Network, Weights, choose, remove, widths, write, zero};
use onhand::model_dir::{Limits, ModelDir};
use serde_json::json;
use std::path::Path;

/// The model of `dir` with half of every layer removed, and with the same half at zero, below `to`.
fn both_ways(dir: &ModelDir, to: &Path) -> [ModelDir; 2] {
    let (network, weights) = (Network::of(dir).unwrap(), Weights::open(dir).unwrap());
    let graph = network.graph(&weights);
    let choice = choose(&weights, &graph, &widths(&graph, 0.5, false).unwrap(), &Vec::new()).unwrap();
    let (mut without, mut zeroed) = (weights.clone(), weights);
    remove(&mut without, &graph, &choice).unwrap();
    zero(&mut zeroed, &graph, &choice).unwrap();
    assert!(without.parameters() < zeroed.parameters());
    let mut narrow = dir.config().clone();
    network.with_widths_of(&without).write_widths(&mut narrow);
    [("without", &without, &narrow), ("zeroed", &zeroed, dir.config())].map(|(name, weights, config)| {
        let place = to.join(name);
        write(Made::begin(&place).unwrap(), dir, weights, config, json!({})).unwrap();
        ModelDir::open(place, &Limits::default()).unwrap()
    })
}

fn assert_equal(model: &str, without: &[Vec<f32>], zeroed: &[Vec<f32>]) {
    let most = zeroed.iter().flatten().fold(0f32, |most, logit| most.max(logit.abs()));
    let pairs = without.iter().flatten().zip(zeroed.iter().flatten());
    let apart = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    println!("{model}: logits up to {most}, at most {apart} apart");
    assert!(most > 0.0 && apart <= 1e-5 * most.max(1.0), "{model}: {apart} apart of {most}");
}

#[test]
fn pictures_have_the_same_answer_without_channels_as_with_these_at_zero() {
    let Some(folder) = common::shared("data/images") else { return };
    let mut photos: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    photos.sort();
    let frames: Vec<_> = photos.iter().step_by(50).map(|photo| RgbFrame::open(photo).unwrap()).collect();
    for id in ["mobilenet-v3-small", "efficientnet-lite0"] {
        let Some(dir) = common::model(id) else { continue };
        let to = tempfile::tempdir().unwrap();
        let [without, zeroed] = both_ways(&dir, to.path()).map(|dir| {
            let classifier = ImageClassifier::load(&dir, &Options::default()).unwrap();
            frames.iter().map(|f| classifier.infer(&classifier.prepare(f).unwrap()).unwrap()).collect::<Vec<_>>()
        });
        assert_equal(id, &without, &zeroed);
    }
}

#[test]
fn texts_have_the_same_answer_without_heads_and_units_as_with_these_at_zero() {
    let (Some(dir), Some(tsv)) = (common::model("distilbert-sst2"), common::shared("data/text/sst2-dev.tsv")) else {
        return;
    };
    let table = std::fs::read_to_string(tsv).unwrap();
    let texts: Vec<&str> =
        table.lines().skip(1).step_by(40).filter_map(|line| Some(line.split_once('\t')?.1)).collect();
    let to = tempfile::tempdir().unwrap();
    let [without, zeroed] = both_ways(&dir, to.path()).map(|dir| {
        let analyzer = SentimentAnalyzer::load(&dir, &Options::default()).unwrap();
        texts.iter().map(|text| analyzer.judge(text).unwrap().logits).collect::<Vec<_>>()
    });
    assert_equal("distilbert-sst2", &without, &zeroed);
}
