//! DistilBERT on candle's tensors against the kernels of our own: on random weights, and on real ones where there are.

use super::super::{SentimentAnalyzer, tiny};
use super::*;
use crate::inference::int8_tests;
use crate::inference::reference::{model, shared};
use serde_json::json;

/// Options of a network on candle's tensors, where candle computes on this machine's processor.
fn elsewhere_here() -> Options {
    Options { unit: Unit::Accelerate, ..Options::default() }
}

/// The model of `dir` on candle's tensors.
fn analyzer_elsewhere(dir: &ModelDir) -> Result<SentimentAnalyzer> {
    SentimentAnalyzer::with(dir, |config, classes| {
        let placed = Placed { unit: Unit::Accelerate, fallback: None };
        Ok((elsewhere(dir, config, classes, &elsewhere_here(), &Device::Cpu)?, placed))
    })
}

#[test]
fn both_give_the_same_logits_for_each_text_of_a_batch() {
    let pruned = [("layer_heads", json!([1, 2])), ("layer_hidden_dims", json!([5, 12]))];
    let changes = [&[("activation", json!("relu"))][..], &[("activation", json!("gelu"))], &pruned];
    for changed in changes {
        let folder = tempfile::tempdir().unwrap();
        let mut config = tiny::config();
        changed.iter().for_each(|(field, value)| config[*field] = value.clone());
        let dir = tiny::write(folder.path(), &config);
        let config: Config = dir.config_as().unwrap();
        let ours = own(&dir, &config, 2, &Options::default()).unwrap();
        let theirs = elsewhere(&dir, &config, 2, &elsewhere_here(), &Device::Cpu).unwrap();
        for texts in [&[[2u32, 5, 6, 9, 3], [2, 10, 13, 14, 3]][..], &[[2, 4, 4, 25, 3]]] {
            let texts: Vec<&[u32]> = texts.iter().map(|text| &text[..]).collect();
            let (ours, theirs) = (ours.forward(&texts).unwrap(), theirs.forward(&texts).unwrap());
            assert_eq!((theirs.len(), theirs[0].len()), (texts.len(), 2));
            for (a, b) in ours.iter().flatten().zip(theirs.iter().flatten()) {
                assert!((a - b).abs() < 1e-5, "{changed:?}: {ours:?}, {theirs:?}");
            }
        }
        for wrong in [vec![0; 17], vec![26]] {
            assert!(matches!(theirs.forward(&[&wrong]), Err(Error::Unit { unit: Unit::Accelerate, .. })));
        }
    }
}

#[test]
fn bytes_on_disk_are_floats_on_another_unit() {
    let folder = tempfile::tempdir().unwrap();
    let dir = tiny::write(folder.path(), &tiny::config());
    int8_tests::write(folder.path(), &int8_tests::bytes_of(folder.path(), |_| true), int8_tests::WEIGHTS);
    let int8 = dir.int8().unwrap().unwrap();
    let config: Config = dir.config_as().unwrap();
    let text: &[&[u32]] = &[&[2, 5, 6, 9, 3]];
    let ours = own(&int8, &config, 2, &Options::default()).unwrap().forward(text).unwrap();
    let theirs = elsewhere(&int8, &config, 2, &elsewhere_here(), &Device::Cpu).unwrap().forward(text).unwrap();
    let floats = own(&dir, &config, 2, &Options::default()).unwrap().forward(text).unwrap();
    assert!(ours[0].iter().zip(&theirs[0]).all(|(a, b)| (a - b).abs() < 1e-5), "{ours:?}, {theirs:?}");
    assert_ne!(ours, floats);
}

#[test]
fn a_text_has_the_same_answer_and_words_and_says_what_it_was_computed_on() {
    let folder = tempfile::tempdir().unwrap();
    let dir = tiny::write(folder.path(), &tiny::config());
    let ours = SentimentAnalyzer::load(&dir, &Options::default()).unwrap();
    let theirs = analyzer_elsewhere(&dir).unwrap();
    assert_eq!((ours.placed().unit, theirs.placed().unit), (Unit::Cpu, Unit::Accelerate));
    // The second is longer than the tiny model reads at once.
    for text in ["a good film", "a good film, not a bad film! the low-budget films don't cool. a very good bad film"] {
        let (a, b) = (ours.analyze(text).unwrap(), theirs.analyze(text).unwrap());
        assert_eq!((&a.label, a.windows), (&b.label, b.windows));
        assert!((a.positive - b.positive).abs() < 1e-5);
        assert_eq!(a.words.len(), b.words.len());
        assert!(a.words.iter().zip(&b.words).all(|(a, b)| (a.contribution - b.contribution).abs() < 1e-4));
    }
}

#[test]
fn a_unit_that_is_not_here_leaves_the_processor_s_answer() {
    let folder = tempfile::tempdir().unwrap();
    let dir = tiny::write(folder.path(), &tiny::config());
    let own = SentimentAnalyzer::load(&dir, &Options::default()).unwrap().analyze("a good film").unwrap();
    for unit in Unit::ALL.into_iter().filter(|unit| unit.lack().is_some()) {
        let asked = SentimentAnalyzer::load(&dir, &Options { unit, ..Options::default() }).unwrap();
        let fallback = asked.placed().fallback.clone().unwrap();
        assert_eq!((asked.placed().unit, fallback.asked, Some(fallback.why)), (Unit::Cpu, unit, unit.lack()));
        assert_eq!(asked.analyze("a good film").unwrap(), own);
    }
}

#[test]
fn weights_that_are_no_numbers_are_refused_and_an_answer_that_is_none_when_it_is_tried() {
    let folder = tempfile::tempdir().unwrap();
    let dir = tiny::write(folder.path(), &tiny::config());
    let sound = candle_core::safetensors::load(dir.weights_path(), &Device::Cpu).unwrap();
    // Numbers so large that their sums are none.
    for (factor, says) in [(f64::NAN, "holds what is no number"), (1e30, "its answer is not a number")] {
        let mut tensors = sound.clone();
        for name in ["pre_classifier.weight", "classifier.weight"] {
            tensors.insert(name.into(), (&sound[name] * factor).unwrap());
        }
        candle_core::safetensors::save(&tensors, dir.weights_path()).unwrap();
        let said = analyzer_elsewhere(&tiny::open(folder.path())).err().expect(says).to_string();
        assert!(said.contains(says), "{said}");
    }
}

/// Every sentence of SST-2's development set that the reference tests use, against our own.
#[test]
fn real_sentences_have_the_same_probabilities() {
    let (Some(dir), Some(tsv)) = (model("distilbert-sst2"), shared("data/text/sst2-dev.tsv")) else { return };
    let tsv = std::fs::read_to_string(tsv).unwrap();
    let texts: Vec<&str> = tsv.lines().skip(1).filter_map(|line| Some(line.split_once('\t')?.1)).collect();
    let (ours, theirs) =
        (SentimentAnalyzer::load(&dir, &Options::default()).unwrap(), analyzer_elsewhere(&dir).unwrap());
    let (ours, theirs) = (ours.judge_batch(&texts).unwrap(), theirs.judge_batch(&texts).unwrap());
    let furthest = ours.iter().zip(&theirs).map(|(a, b)| {
        let (a, b) = (a.as_ref().unwrap(), b.as_ref().unwrap());
        assert_eq!((&a.label, &a.tokens), (&b.label, &b.tokens));
        (a.positive - b.positive).abs()
    });
    let furthest = furthest.fold(0.0, f32::max);
    println!("{} sentences, probabilities at most {furthest:.7} apart", texts.len());
    assert!(texts.len() > 400 && furthest < 1e-5, "{furthest}");
}
