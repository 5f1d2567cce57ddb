//! Every path of a transcription, with a model that knows nothing.

use super::testing::{self, babble, transcribe, transcriber};
use super::{Listener, Segment, Stage, Task, TranscribeOptions, Transcriber, Transcript};
use crate::inference::{Error, Options, Variant};
use crate::model_dir::{Limits, ModelDir};

fn options(language: &str) -> TranscribeOptions {
    TranscribeOptions { language: Some(language.into()), ..TranscribeOptions::default() }
}

/// Notes what it is told and stops after so many questions.
#[derive(Default)]
struct Witness {
    stages: Vec<Stage>,
    segments: Vec<Segment>,
    progress: Vec<f64>,
    asked: usize,
    stop_after: Option<usize>,
}

impl Listener for Witness {
    fn cancelled(&mut self) -> bool {
        self.asked += 1;
        self.stop_after.is_some_and(|stop| self.asked > stop)
    }

    fn stage(&mut self, stage: Stage) {
        self.stages.push(stage);
    }

    fn segment(&mut self, segment: &Segment) {
        self.segments.push(segment.clone());
    }

    fn progress(&mut self, done_s: f64, _: f64) {
        self.progress.push(done_s);
    }
}

fn is_sound(said: &Transcript) {
    assert_eq!(said.no_speech, said.text.is_empty());
    assert_eq!(said.tokens.len(), said.margins.len());
    for segment in &said.segments {
        assert!(segment.start_s <= segment.end_s && segment.end_s <= said.audio_s + 1e-9, "{segment:?}");
        assert!(!segment.text.is_empty());
    }
    assert!(!said.text.contains('\u{FFFD}') || said.text.trim_end_matches('\u{FFFD}') == said.text);
}

#[test]
fn weights_that_are_no_numbers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dir = testing::write(folder.path(), true);
    let name = "model.decoder.layers.1.fc1.weight";
    let mut weights = testing::weights(&dir);
    let broken = (&weights[name] * f64::NAN).unwrap();
    weights.insert(name.into(), broken);
    candle_core::safetensors::save(&weights, dir.weights_path()).unwrap();
    let dir = ModelDir::open(folder.path(), &Limits::default()).unwrap();
    for variant in [None, Some(Variant::Int8)] {
        let error = Transcriber::load(&dir, &Options { variant, ..Options::default() }).err().unwrap().to_string();
        assert!(error.ends_with(&format!("{name} holds what is no number; fetch the model again")), "{error}");
    }
}

#[test]
fn the_same_sound_gives_the_same_answer_in_every_mode() {
    let model = transcriber(true);
    let sound = babble(1.7);
    for timestamps in [false, true] {
        let options = TranscribeOptions { timestamps, ..TranscribeOptions::default() };
        is_sound(&transcriber(false).transcribe(&sound, &options, &mut ()).unwrap());
    }
    for task in [Task::Transcribe, Task::Translate] {
        for timestamps in [false, true] {
            for language in [None, Some("ko".to_string())] {
                let options = TranscribeOptions { language, task, timestamps, ..TranscribeOptions::default() };
                let once = model.transcribe(&sound, &options, &mut ()).unwrap();
                is_sound(&once);
                assert_eq!(once, model.transcribe(&sound, &options, &mut ()).unwrap());
            }
        }
    }
}

#[test]
fn long_recordings_go_piece_by_piece() {
    let sound = babble(9.0);
    let mut witness = Witness::default();
    let said = transcriber(true).transcribe(&sound, &options("en"), &mut witness).unwrap();
    is_sound(&said);
    assert_eq!(said.audio_s, 9.0);
    assert_eq!(witness.stages[0], Stage::Voice);
    assert!(witness.stages.iter().filter(|s| **s == Stage::Encode).count() >= 4, "{:?}", witness.stages);
    assert!(witness.progress.is_sorted());
    assert_eq!(witness.segments, said.segments);
}

#[test]
fn cancelling_works_at_every_question() {
    let model = transcriber(true);
    let sound = babble(2.5);
    let mut witness = Witness::default();
    model.transcribe(&sound, &options("en"), &mut witness).unwrap();
    assert!(witness.asked > 10);
    for stop in [0, 1, 3, 7, witness.asked - 1] {
        let mut witness = Witness { stop_after: Some(stop), ..Witness::default() };
        let end = model.transcribe(&sound, &options("en"), &mut witness);
        assert!(matches!(end, Err(Error::Cancelled)), "{stop}: {end:?}");
        assert_eq!(witness.asked, stop + 1);
    }
}

#[test]
fn a_detected_language_has_a_probability_and_a_given_one_is_certain() {
    let sound = babble(1.0);
    let detected = transcribe(&sound, &TranscribeOptions::default());
    assert!(["en", "de", "ko"].contains(&detected.language.unwrap()));
    let probability = detected.language_probability.unwrap();
    assert!((1.0 / 3.0..=1.0).contains(&probability), "{probability}");
    let given = transcribe(&sound, &options("Korean"));
    assert_eq!((given.language, given.language_probability), (Some("ko"), Some(1.0)));
}

#[test]
fn no_samples_and_silence_give_no_words() {
    for sound in [vec![], vec![0.0; 16_000]] {
        let said = transcribe(&sound, &TranscribeOptions::default());
        assert!(said.no_speech && said.segments.is_empty() && said.text.is_empty() && said.tokens.is_empty());
        assert_eq!((said.language, said.language_probability), (None, None));
    }
}

#[test]
fn samples_that_are_no_numbers_are_named() {
    let model = transcriber(true);
    for broken in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30] {
        let mut sound = babble(0.5);
        sound[17] = broken;
        let said = model.transcribe(&sound, &options("en"), &mut ()).unwrap_err().to_string();
        assert!(said.contains("sample 17"), "{said}");
    }
}

#[test]
fn what_the_model_does_not_know_is_refused_in_words() {
    let (sound, multilingual, english) = (babble(0.5), transcriber(true), transcriber(false));
    let refusal = |model: &Transcriber, options: &TranscribeOptions| {
        let said = model.transcribe(&sound, options, &mut ()).unwrap_err().to_string();
        assert_eq!(model.check(options).unwrap_err().to_string(), said);
        said
    };
    assert!(refusal(&multilingual, &options("Klingon")).contains("it knows de, en, ko"));
    assert!(refusal(&multilingual, &options("fr")).contains("\"fr\""));
    assert!(refusal(&english, &options("ko")).contains("English only"));
    let translate = TranscribeOptions { task: Task::Translate, ..TranscribeOptions::default() };
    assert!(refusal(&english, &translate).contains("cannot translate"));
    assert_eq!(english.languages(), ["en"]);
    let said = english.transcribe(&sound, &TranscribeOptions::default(), &mut ()).unwrap();
    assert_eq!((said.language, said.language_probability), (Some("en"), Some(1.0)));
}

#[test]
fn a_batch_answers_each_on_its_own() {
    let model = transcriber(true);
    let (a, b, broken) = (babble(0.8), babble(1.3), [f32::NAN]);
    let answers = model.transcribe_batch(&[&a, &broken, &b], &options("en"));
    assert_eq!(answers[0].as_ref().unwrap(), &model.transcribe(&a, &options("en"), &mut ()).unwrap());
    assert!(answers[1].is_err());
    assert_eq!(answers[2].as_ref().unwrap(), &model.transcribe(&b, &options("en"), &mut ()).unwrap());
}

#[test]
fn a_configuration_that_cannot_be_is_refused_before_anything_is_built() {
    let folder = tempfile::tempdir().unwrap();
    testing::write(folder.path(), true);
    let path = folder.path().join("config.json");
    let lies = [
        ("d_model", 1_000_000_000_000u64, "d_model"),
        ("encoder_layers", 0, "encoder_layers"),
        ("decoder_layers", 1_000_000_000_000, "decoder_layers"),
        ("decoder_attention_heads", 3, "attention heads"),
        ("max_source_positions", 1, "max_source_positions"),
        ("max_target_positions", 0, "max_target_positions"),
        ("vocab_size", 10, "vocab_size"),
        ("vocab_size", 369, "embed_tokens"),
    ];
    for (field, value, says) in lies {
        let mut config = testing::config(true);
        config[field] = value.into();
        std::fs::write(&path, config.to_string()).unwrap();
        let dir = crate::model_dir::ModelDir::open(folder.path(), &Default::default()).unwrap();
        let said = Transcriber::load(&dir, &Options::default()).err().expect(field).to_string();
        assert!(said.contains(says), "{field}: {said}");
    }
}

#[test]
fn a_tokenizer_without_the_steering_tokens_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let dir = testing::write(folder.path(), true);
    let path = folder.path().join("tokenizer.json");
    let whole = std::fs::read_to_string(&path).unwrap();
    for (from, to) in [("<|startofprev|>", "<|x|>"), ("<|nocaptions|>", "<|y|>"), ("BPE", "what"), ("{", "[")] {
        std::fs::write(&path, whole.replace(from, to)).unwrap();
        let said = Transcriber::load(&dir, &Options::default()).err().expect(from).to_string();
        assert!(said.contains("tokenizer.json"), "{said}");
    }
}
