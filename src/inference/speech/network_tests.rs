//! Whisper on candle's tensors against the kernels of our own: on random weights, and on real ones where there are.

use super::super::live::LiveTranscriber;
use super::super::testing::{self, babble};
use super::super::{TranscribeOptions, Transcriber, audio};
use super::*;
use crate::inference::reference::{model, shared};

/// Options of a network on candle's tensors, where candle computes on this machine's processor.
fn elsewhere_here() -> Options {
    Options { unit: Unit::Accelerate, ..Options::default() }
}

fn twins() -> (Box<dyn Network>, Box<dyn Network>) {
    let folder = tempfile::tempdir().unwrap();
    let dir = testing::write(folder.path(), true);
    let config = Config::read(&dir).unwrap();
    let elsewhere = elsewhere(&dir, &config, &elsewhere_here(), &Device::Cpu).unwrap();
    (own(&dir, &config, &Options::default()).unwrap(), elsewhere)
}

/// The model of `dir` on candle's tensors.
fn transcriber_elsewhere(dir: &ModelDir) -> Transcriber {
    let network = |config: &Config| {
        let placed = Placed { unit: Unit::Accelerate, fallback: None };
        Ok((elsewhere(dir, config, &elsewhere_here(), &Device::Cpu)?, placed))
    };
    Transcriber::with(dir, network).unwrap()
}

fn mel(frames: usize) -> Vec<f32> {
    (0..80 * frames).map(|i| ((i * 37 % 101) as f32 - 50.0) / 60.0).collect()
}

fn apart(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn both_give_the_same_logits_at_every_length_and_after_every_step() {
    let (own, elsewhere) = twins();
    let tokens = [257u32, 258, 262, 266, 72, 101, 108, 108, 111];
    for frames in [2, 34, 200] {
        let mel = mel(frames);
        let (mut ours, mut theirs) = (own.hear(&mel).unwrap(), elsewhere.hear(&mel).unwrap());
        // The prompt in goes, then token by token; and all of it again after forgetting some, and after forgetting all.
        for keep in [0, 4, 0] {
            ours.truncate(keep).unwrap();
            theirs.truncate(keep).unwrap();
            for (from, to) in [(0, 1), (1, 4), (4, 5), (5, 6), (6, 9)].into_iter().filter(|(from, _)| *from >= keep) {
                let (a, b) = (ours.step(&tokens[from..to]).unwrap(), theirs.step(&tokens[from..to]).unwrap());
                assert!(apart(&a, &b) < 2e-5, "{frames} frames, {to} tokens: {}", apart(&a, &b));
            }
        }
    }
}

#[test]
fn what_does_not_fit_is_an_error_and_the_next_piece_is_right() {
    let (_, elsewhere) = twins();
    let mut heard = elsewhere.hear(&mel(40)).unwrap();
    let right = heard.step(&[257, 258]).unwrap();
    for wrong in [vec![257; 63], vec![testing::VOCABULARY as u32]] {
        let said = heard.step(&wrong).unwrap_err();
        assert!(matches!(&said, Error::Unit { unit: Unit::Accelerate, .. }), "{said}");
        heard.truncate(0).unwrap();
        assert_eq!(heard.step(&[257, 258]).unwrap(), right);
    }
    assert!(matches!(elsewhere.hear(&mel(202)), Err(Error::Unit { .. })), "there are positions for 200 frames");
}

#[test]
fn a_transcript_is_the_same_and_says_what_it_was_computed_on() {
    let folder = tempfile::tempdir().unwrap();
    let dir = testing::write(folder.path(), true);
    let (own, elsewhere) = (Transcriber::load(&dir, &Options::default()).unwrap(), transcriber_elsewhere(&dir));
    assert_eq!((own.placed().unit, elsewhere.placed().unit), (Unit::Cpu, Unit::Accelerate));
    let sound = babble(3.1);
    for timestamps in [false, true] {
        // The language is detected, so its logits are compared as well.
        let options = TranscribeOptions { timestamps, ..TranscribeOptions::default() };
        let said = |model: &Transcriber| model.transcribe(&sound, &options, &mut ()).unwrap();
        let (ours, theirs) = (said(&own), said(&elsewhere));
        assert_eq!((ours.tokens, ours.language), (theirs.tokens, theirs.language));
    }
    let live = |model: &Transcriber| {
        let mut live = LiveTranscriber::new(TranscribeOptions::default());
        for part in sound.chunks(16_000) {
            live.push(part).unwrap();
            live.step(model, &mut ()).unwrap();
        }
        live.finish(model, &mut ()).unwrap();
        live.text()
    };
    assert_eq!(live(&own), live(&elsewhere));
}

#[test]
fn a_unit_that_is_not_here_leaves_the_processor_s_answer_and_weights_that_are_broken_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let dir = testing::write(folder.path(), true);
    let sound = babble(1.0);
    let options = TranscribeOptions { language: Some("en".into()), ..TranscribeOptions::default() };
    let own = Transcriber::load(&dir, &Options::default()).unwrap().transcribe(&sound, &options, &mut ()).unwrap();
    for unit in Unit::ALL.into_iter().filter(|unit| unit.lack().is_some()) {
        let asked = Transcriber::load(&dir, &Options { unit, ..Options::default() }).unwrap();
        let fallback = asked.placed().fallback.clone().unwrap();
        assert_eq!((asked.placed().unit, fallback.asked, Some(fallback.why)), (Unit::Cpu, unit, unit.lack()));
        assert_eq!(asked.transcribe(&sound, &options, &mut ()).unwrap(), own);
    }
    let mut weights = testing::weights(&dir);
    let name = "model.encoder.layers.0.fc1.bias";
    weights.insert(name.into(), (&weights[name] * f64::NAN).unwrap());
    candle_core::safetensors::save(&weights, dir.weights_path()).unwrap();
    let dir = ModelDir::open(folder.path(), &Default::default()).unwrap();
    let said = elsewhere(&dir, &Config::read(&dir).unwrap(), &elsewhere_here(), &Device::Cpu).err().unwrap();
    assert!(said.to_string().contains(name), "{said}");
}

/// Words of tiny.en on real sounds, against our own.
#[test]
fn real_sounds_have_the_same_words() {
    let (Some(dir), Some(sounds)) = (model("whisper-tiny.en"), shared("data/audio")) else { return };
    let (own, elsewhere) = (Transcriber::load(&dir, &Options::default()).unwrap(), transcriber_elsewhere(&dir));
    for name in ["jfk.wav", "quilter-en.wav"] {
        let sound = audio::read_file(&sounds.join(name)).unwrap().samples;
        let said = |model: &Transcriber| model.transcribe(&sound, &TranscribeOptions::default(), &mut ()).unwrap();
        let (ours, theirs) = (said(&own), said(&elsewhere));
        println!("{name}: {}\n  margins apart by {}", theirs.text, apart(&ours.margins, &theirs.margins));
        assert_eq!(ours.tokens, theirs.tokens, "{name}: {} against {}", ours.text, theirs.text);
        assert!(apart(&ours.margins, &theirs.margins) < 1e-4, "{name}");
    }
}
