//! The model that is compiled in: small enough, often enough right, and sensible about what is no film.

mod common;

use onhand::inference::text::SentimentAnalyzer;
use onhand::inference::{Options, Variant};
use onhand::lab::evaluate;
use onhand::model_dir::{Limits, ModelDir};
use onhand::store::{BUILT_IN, Places, dir_bytes};

/// As the app finds it on the first start: nothing was fetched.
fn first_start() -> (tempfile::TempDir, ModelDir) {
    let folder = tempfile::tempdir().unwrap();
    let built_in = Some(folder.path().to_path_buf());
    let path = Places { named: None, bundle: None, data: None, built_in }.find(BUILT_IN).unwrap();
    let dir = ModelDir::open(path, &Limits::default()).unwrap();
    (folder, dir)
}

#[test]
fn it_is_in_bytes_and_at_most_5_mb_with_its_vocabulary() {
    let (_folder, dir) = first_start();
    assert_eq!(onhand::inference::stored_variant(&dir), Variant::Int8);
    let bytes = dir_bytes(dir.path());
    println!("sentiment-mini takes {bytes} bytes");
    assert!(bytes <= 5_000_000, "{bytes}");
}

/// Sentences that are no film reviews: of half of them anybody would say how they feel, the others state something. The
/// patterns that the model learned from were written with the first 60 in mind, without showing them; the other 120 by
/// somebody who knew neither patterns nor model.
#[test]
fn it_is_sensible_about_everyday_sentences() {
    let (right, undecided) = judged(include_str!("../models/sentiment-mini/judged.tsv"), 30, 30);
    assert!(right >= 26 && undecided >= 25, "{right}, {undecided}");
    let (right, undecided) = judged(include_str!("../models/sentiment-mini/unseen.tsv"), 60, 60);
    assert!(right >= 49 && undecided >= 45, "{right}, {undecided}");
}

/// Of so many sentences of `table` that feel something, how many are right; of so many others, how many are undecided.
fn judged(table: &str, all_felt: usize, all_neutral: usize) -> (usize, usize) {
    let (_folder, dir) = first_start();
    let analyzer = SentimentAnalyzer::load(&dir, &Options::default()).unwrap();
    let (mut right, mut felt, mut undecided, mut neutral) = (0, 0, 0, 0);
    for (label, sentence) in table.lines().skip(1).map(|line| line.split_once('\t').unwrap()) {
        let positive = analyzer.judge(sentence).unwrap().positive;
        println!("{label:8} {positive:.2} {sentence}");
        if label == "neutral" {
            neutral += 1;
            undecided += usize::from((0.2..0.8).contains(&positive));
        } else {
            felt += 1;
            right += usize::from((positive > 0.5) == (label == "positive"));
        }
    }
    println!("{right} of {felt} feelings are right; of {neutral} statements {undecided} are between 20 and 80 %");
    assert_eq!((felt, neutral), (all_felt, all_neutral));
    (right, undecided)
}

#[test]
fn it_has_at_least_84_percent_of_sst_2_right() {
    let Some(table) = common::shared("data/text/sst2-dev.tsv") else { return };
    let (_folder, dir) = first_start();
    let analyzer = SentimentAnalyzer::load(&dir, &Options::default()).unwrap();
    let texts = evaluate::texts(&table, analyzer.class_names()).unwrap();
    let scores = evaluate::text(&analyzer, &texts, || {}).unwrap();
    println!("{} of {} right, {:.1} %", scores.right, scores.texts, 100.0 * scores.accuracy);
    assert!(scores.accuracy >= 0.84, "{}", scores.accuracy);
}
