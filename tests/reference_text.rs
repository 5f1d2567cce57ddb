//! The text model against what other implementations answer on SST-2's development set.

mod common;

use onhand::inference::text::{Sentiment, SentimentAnalyzer};
use onhand::inference::{Options, Variant};
use std::path::Path;

struct Material {
    analyzer: SentimentAnalyzer,
    /// Label (1 is positive) and sentence.
    sentences: Vec<(bool, String)>,
    reference: serde_json::Value,
}

fn material(options: &Options) -> Option<Material> {
    let dir = common::model("distilbert-sst2")?;
    let (tsv, reference) = (common::shared("data/text/sst2-dev.tsv")?, common::shared("reference/text.json")?);
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let tsv = read(&tsv);
    let rows = tsv.lines().skip(1).map(|line| line.split_once('\t').unwrap());
    Some(Material {
        analyzer: SentimentAnalyzer::load(&dir, options).unwrap(),
        sentences: rows.map(|(label, sentence)| (label == "1", sentence.to_string())).collect(),
        reference: serde_json::from_str(&read(&reference)).unwrap(),
    })
}

fn log_odds(s: &Sentiment) -> f64 {
    let p = f64::from(s.positive);
    (p / (1.0 - p)).ln()
}

#[test]
fn tokens_labels_and_probabilities_are_those_of_the_reference() {
    let Some(Material { analyzer, sentences, reference }) = material(&Options::default()) else { return };
    let results = reference["results"].as_array().unwrap();
    assert_eq!(sentences.len(), results.len());
    let texts: Vec<&str> = sentences.iter().map(|(_, sentence)| sentence.as_str()).collect();
    let judged = analyzer.judge_batch(&texts).unwrap();

    let (mut same, mut correct, mut furthest) = (0, 0, 0f64);
    for (((label, text), theirs), ours) in sentences.iter().zip(results).zip(judged) {
        let ours = ours.unwrap();
        // The reference has the token ids of the first 20.
        if theirs["ids"].is_array() {
            assert_eq!(serde_json::json!(ours.tokens), theirs["ids"], "{text}");
        }
        let positive = theirs["positive"].as_f64().unwrap();
        same += usize::from((positive > 0.5) == (ours.label == "POSITIVE"));
        correct += usize::from(*label == (ours.label == "POSITIVE"));
        furthest = furthest.max((positive - f64::from(ours.positive)).abs());
    }
    println!("{same} of {} labels agree, {correct} are correct, furthest probability {furthest:.5}", texts.len());
    assert!(same >= 434, "{same} labels agree");
    assert!(furthest <= 0.01, "a probability is {furthest} apart");
    assert!((385..=387).contains(&correct), "{correct} are correct, the reference has 386");
}

#[test]
fn in_bytes_as_many_labels_are_correct_within_half_a_point() {
    let int8 = Options { variant: Some(Variant::Int8), ..Options::default() };
    let Some(Material { analyzer, sentences, reference }) = material(&int8) else { return };
    let texts: Vec<&str> = sentences.iter().map(|(_, sentence)| sentence.as_str()).collect();
    let judged = analyzer.judge_batch(&texts).unwrap();
    let (mut same, mut correct, mut furthest) = (0, 0, 0_f64);
    let theirs = reference["results"].as_array().unwrap();
    for (((label, _), theirs), ours) in sentences.iter().zip(theirs).zip(judged) {
        let (ours, positive) = (ours.unwrap(), theirs["positive"].as_f64().unwrap());
        same += usize::from((positive > 0.5) == (ours.label == "POSITIVE"));
        correct += usize::from(*label == (ours.label == "POSITIVE"));
        furthest = furthest.max((positive - f64::from(ours.positive)).abs());
    }
    println!("{same} of {} labels agree, {correct} are correct, furthest probability {furthest:.5}", texts.len());
    // 386 in f32; two of 436 are half a point.
    assert!((384..=388).contains(&correct), "{correct} are correct, 386 in f32");
}

#[test]
fn what_contributes_most_is_what_the_answer_hangs_on() {
    let Some(Material { analyzer, sentences, .. }) = material(&Options::default()) else { return };
    // Short ones, so that the test stays quick.
    let short = sentences.iter().map(|(_, s)| s).filter(|s| (5..=9).contains(&s.split(' ').count())).take(8);
    let (mut by_most, mut by_mean) = (0.0, 0.0);
    for text in short {
        let s = analyzer.analyze(text).unwrap();
        let towards = if s.positive > 0.5 { 1.0 } else { -1.0 };
        let without: Vec<String> =
            s.words.iter().map(|w| text[..w.range.start].to_string() + &text[w.range.end..]).collect();
        let without = analyzer.judge_batch(&without.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        let drops = without.iter().map(|w| towards * (log_odds(&s) - log_odds(w.as_ref().unwrap())));
        let drops: Vec<f64> = drops.collect();
        let most = (0..drops.len()).max_by(|&a, &b| {
            (towards as f32 * s.words[a].contribution).total_cmp(&(towards as f32 * s.words[b].contribution))
        });
        by_most += drops[most.unwrap()] / 8.0;
        by_mean += drops.iter().sum::<f64>() / drops.len() as f64 / 8.0;
    }
    println!("without the word that contributes most the log-odds fall by {by_most:.2}, without any by {by_mean:.2}");
    assert!(by_most > 1.0 && by_most > 2.0 * by_mean, "{by_most} against {by_mean}");
}
