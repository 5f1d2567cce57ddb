//! The analyzer as a whole, on a tiny model of random weights.

use super::*;
use crate::inference::Variant;
use crate::inference::layers::Layers;
use crate::kernels::Isa;
use candle_core::{DType, Device, Tensor};
use candle_nn::{Module, linear};
use proptest::prelude::*;
use serde_json::json;
use std::sync::LazyLock;

static TINY: LazyLock<SentimentAnalyzer> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    SentimentAnalyzer::load(&tiny::write(dir.path(), &tiny::config()), &Options::default()).unwrap()
});

/// Longer than the tiny model reads at once.
const LONG: &str = "a good film, not a bad film! the low-budget films don't cool. a very good good good bad good film";

#[test]
fn logits_are_those_of_candle_transformers() {
    use candle_transformers::models::distilbert;
    // candle-transformers has the tanh approximation of GELU, up to 5e-4 off in each activation.
    for (activation, tolerance) in [("relu", 1e-5), ("gelu", 5e-3)] {
        let dir = tempfile::tempdir().unwrap();
        let mut config = tiny::config();
        config["activation"] = json!(activation);
        let dir = tiny::write(dir.path(), &config);
        let vb = || weights::map_weights(&dir, None, &Device::Cpu).unwrap();
        let texts = [[2u32, 5, 6, 9, 3], [2, 10, 13, 14, 3]];
        let ids = Tensor::new(&texts, &Device::Cpu).unwrap();

        let layers = Layers::new(vb(), Isa::best());
        let ours =
            DistilBert::load(&dir.config_as().unwrap(), 2, &layers).unwrap().forward(&texts.each_ref().map(|t| &t[..]));
        let ours = Tensor::new(ours, &Device::Cpu).unwrap();

        let theirs = distilbert::DistilBertModel::load(vb().pp("distilbert"), &dir.config_as().unwrap()).unwrap();
        let nothing_masked = Tensor::zeros((1, 1, 1, 5), DType::U8, &Device::Cpu).unwrap();
        let cls = theirs.forward(&ids, &nothing_masked).unwrap().narrow(1, 0, 1).unwrap().squeeze(1).unwrap();
        let hidden = linear(8, 8, vb().pp("pre_classifier")).unwrap().forward(&cls.contiguous().unwrap()).unwrap();
        let theirs = linear(8, 2, vb().pp("classifier")).unwrap().forward(&hidden.relu().unwrap()).unwrap();

        let apart = (ours - theirs).unwrap().abs().unwrap().max_all().unwrap().to_scalar::<f32>().unwrap();
        assert!(apart < tolerance, "{activation}: {apart}");
    }
}

/// The tiny model, with all numbers of a tensor times `factor`.
fn with_weights_times(name: &str, factor: f64, variant: Option<Variant>) -> Result<SentimentAnalyzer> {
    let folder = tempfile::tempdir().unwrap();
    let dir = tiny::write(folder.path(), &tiny::config());
    let mut tensors = candle_core::safetensors::load(dir.weights_path(), &Device::Cpu).unwrap();
    let broken = (&tensors[name] * factor).unwrap();
    tensors.insert(name.into(), broken);
    candle_core::safetensors::save(&tensors, dir.weights_path()).unwrap();
    let dir = ModelDir::open(folder.path(), &crate::model_dir::Limits::default()).unwrap();
    SentimentAnalyzer::load(&dir, &Options { variant, ..Options::default() })
}

#[test]
fn weights_that_are_no_numbers_are_refused_and_an_answer_that_is_none() {
    let name = "distilbert.transformer.layer.1.ffn.lin1.weight";
    for variant in [None, Some(Variant::Int8)] {
        let error = with_weights_times(name, f64::NAN, variant).err().unwrap().to_string();
        assert!(error.ends_with(&format!("{name} holds what is no number; fetch the model again")), "{error}");
        let huge = with_weights_times("classifier.weight", 1e38, variant).unwrap();
        assert!(matches!(huge.judge("a good film"), Err(Error::Model { .. })));
    }
}

#[test]
fn the_same_text_has_the_same_answer_alone_and_in_company() {
    let texts = ["a good film", "not a bad film.", "the the the", "", "good", LONG, "bad film films", "a bad film"];
    let together = TINY.analyze_batch(&texts).unwrap();
    for (text, together) in texts.iter().zip(together) {
        match (TINY.analyze(text), together) {
            (Ok(alone), Ok(together)) => {
                assert_eq!(alone, TINY.analyze(text).unwrap(), "{text}");
                assert_eq!((&alone.label, &alone.tokens), (&together.label, &together.tokens), "{text}");
                assert!((alone.positive - together.positive).abs() < 1e-5, "{text}");
                for (one, other) in alone.words.iter().zip(&together.words) {
                    assert_eq!(one.range, other.range);
                    assert!((one.contribution - other.contribution).abs() < 1e-4, "{text}: {one:?}, {other:?}");
                }
            }
            (alone, together) => assert!(text.is_empty() && alone.is_err() && together.is_err(), "{text}"),
        }
    }
}

#[test]
fn a_judgement_is_the_analysis_without_words() {
    for text in ["a good film", LONG] {
        let (judged, analyzed) = (TINY.judge(text).unwrap(), TINY.analyze(text).unwrap());
        assert!(judged.words.is_empty() && !analyzed.words.is_empty());
        assert_eq!(judged, Sentiment { words: Vec::new(), ..analyzed });
    }
}

#[test]
fn probabilities_and_label_agree() {
    let s = TINY.judge("a good film").unwrap();
    let likelier = if s.positive > 0.5 { ("POSITIVE", s.positive) } else { ("NEGATIVE", 1.0 - s.positive) };
    assert_eq!(s.label, likelier.0);
    assert!((s.probability - likelier.1).abs() < 1e-6);
    assert_eq!(s.tokens, [2, 5, 6, 8, 3]);
    assert_eq!(s.windows, 1);
}

#[test]
fn a_contribution_is_the_change_when_the_word_is_covered() {
    let odds = |ids: &[u32]| TINY.log_odds(&TINY.network.forward(&[ids]).unwrap()[0]);
    let words = TINY.analyze("a good film").unwrap().words;
    let full = odds(&[2, 5, 6, 8, 3]);
    for (word, covered) in words.iter().zip([[2, 4, 6, 8, 3], [2, 5, 4, 8, 3], [2, 5, 6, 4, 3]]) {
        assert!((word.contribution - (full - odds(&covered))).abs() < 1e-5, "{word:?}");
    }
}

#[test]
fn words_are_what_a_person_wrote() {
    let text = "Don't\tbe a  low-budget film's critic - “cool”!";
    let words: Vec<String> = TINY.analyze(text).unwrap().words.into_iter().map(|w| w.text).collect();
    assert_eq!(words, ["Don't", "be", "a", "low-budget", "film's", "critic", "-", "“", "cool", "”", "!"]);
}

#[test]
fn a_long_text_is_judged_in_windows_and_says_so() {
    let s = TINY.judge(LONG).unwrap();
    let (tokens, room) = (s.tokens.len() - 2, 14);
    assert!(tokens > room, "{tokens}");
    assert_eq!(s.windows, windows::windows(tokens, room).len());
    assert!(s.windows > 1 && (0.0..=1.0).contains(&s.positive));
}

#[test]
fn a_text_with_nothing_to_read_or_too_much_is_refused() {
    for text in ["", " \t\n", "\u{1}\u{2}\u{200b}", "\u{0}", "\u{fffd}"] {
        let said = TINY.analyze(text).unwrap_err().to_string();
        assert!(said.contains("nothing to read"), "{text:?}: {said}");
    }
    let said = TINY.judge(&"good ".repeat(200_000)).unwrap_err().to_string();
    assert_eq!(said, "the text has 1000 kB, the limit is 200 kB; judge it in parts");
}

#[test]
fn what_the_model_cannot_read_is_flagged() {
    for text in ["정말 좋은 영화", "😀😀 😀", "xyzzy plugh"] {
        let s = TINY.judge(text).unwrap();
        assert!(s.unknown_share > 0.9 && !s.language_known, "{text}: {s:?}");
    }
    let s = TINY.judge("a good film xyzzy").unwrap();
    assert!(s.unknown_share == 0.25 && s.language_known, "{s:?}");
}

#[test]
fn stopping_stops_between_passes() {
    let tokens = TINY.tokenize(&LONG.repeat(60)).unwrap();
    let mut asked = 0;
    let mut stop = || {
        asked += 1;
        asked > 2
    };
    assert!(matches!(TINY.infer(&tokens, &mut stop), Err(Error::Cancelled)));
    assert_eq!(asked, 3);
    let mut sentiment = TINY.infer(&tokens, &mut || false).unwrap();
    assert!(matches!(TINY.explain(&tokens, &mut sentiment, &mut || true), Err(Error::Cancelled)));
}

#[test]
fn a_model_that_contradicts_itself_is_refused() {
    let table = [
        ("model_type", json!("bert"), "is a bert model, distilbert is needed"),
        ("n_heads", json!(3), "dim 8 cannot be shared by 3 heads"),
        ("n_heads", json!(0), "n_heads is 0"),
        ("layer_heads", json!([2]), "layer_heads has 1 entries, n_layers is 2"),
        ("layer_heads", json!([1, 3]), "layer_heads has 3, it must lie between 1 and 2"),
        ("layer_heads", json!([1, 2]), "layer.0.attention.k_lin.bias has shape [8], [4] is needed"),
        ("layer_hidden_dims", json!([0, 12]), "layer_hidden_dims has 0, it must lie between 1 and 12"),
        ("layer_hidden_dims", json!([12, 8]), "layer.1.ffn.lin1.bias has shape [12], [8] is needed"),
        ("n_layers", json!(1_000_000_000), "n_layers is 1000000000"),
        ("n_layers", json!(3), "distilbert.transformer.layer.2.attention.k_lin.bias is missing"),
        ("vocab_size", json!(100), "word_embeddings.weight has shape [26, 8], [100, 8] is needed"),
        ("max_position_embeddings", json!(2), "max_position_embeddings is 2"),
        ("activation", json!("tanh"), "unknown variant `tanh`"),
        ("id2label", json!({"0": "LABEL_0", "1": "LABEL_1"}), "its labels are LABEL_0, LABEL_1"),
        ("id2label", json!({"0": "neg", "1": "neu", "2": "pos"}), "classifier.bias has shape [2], [3] is needed"),
    ];
    let dir = tempfile::tempdir().unwrap();
    tiny::write(dir.path(), &tiny::config());
    for (field, value, says) in table {
        let mut config = tiny::config();
        config[field] = value.clone();
        tiny::write_json(dir.path(), "config.json", &config);
        let said = SentimentAnalyzer::load(&tiny::open(dir.path()), &Options::default()).err().unwrap().to_string();
        assert!(said.contains(says), "{field} {value}: {said}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics_and_words_lie_in_order_on_character_boundaries(
        text in prop_oneof![any::<String>(), "[a-zéİ가-힣一-三😀\u{300}\u{ad} '’.!-]{0,80}", "(good|bad|don't|film[.!]? ?){0,60}"],
    ) {
        let Ok(s) = TINY.analyze(&text) else { return Ok(()) };
        prop_assert!(s.tokens.len() <= 2 + text.chars().count() * 4, "{} tokens", s.tokens.len());
        prop_assert!((0.0..=1.0).contains(&s.positive) && (0.0..=1.0).contains(&s.unknown_share));
        prop_assert!(!s.words.is_empty());
        let mut end = 0;
        for word in &s.words {
            prop_assert!(word.range.start >= end && word.range.end > word.range.start, "{:?} after {end}", word);
            prop_assert!(text.get(word.range.clone()).is_some(), "{:?}", word);
            prop_assert!(word.contribution.is_finite());
            end = word.range.end;
        }
    }
}
