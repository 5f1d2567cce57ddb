//! The laws of live transcription, with a model that knows nothing. What it says is settled at pauses and full
//! windows; that two drafts agree is for `agree` and `tests/live_speech.rs`.

use super::super::listener::Listener;
use super::super::testing::{babble, transcriber};
use super::super::transcriber::TranscribeOptions;
use super::window::BACKGROUND;
use super::{LiveTranscriber, Step};
use crate::inference::Error;

const SECOND: usize = 16_000;

fn english() -> LiveTranscriber {
    LiveTranscriber::new(TranscribeOptions { language: Some("en".into()), ..TranscribeOptions::default() })
}

/// Speech, a pause, speech, a pause: 7 s.
fn talk() -> Vec<f32> {
    let pause = vec![0.0; SECOND];
    [babble(2.5), pause.clone(), babble(2.5), pause].concat()
}

/// Noise that is the same every time.
fn noise(seconds: f64) -> Vec<f32> {
    let mut seed = 7u32;
    let next = |_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        ((seed >> 8) as f32 / (1 << 24) as f32 - 0.5) * 0.1
    };
    (0..(seconds * SECOND as f64) as usize).map(next).collect()
}

/// Steps at every half second, pushed in pieces of `piece`; what was on screen after each.
fn screens(sound: &[f32], piece: usize) -> Vec<(String, String, Step)> {
    let model = transcriber(true);
    let mut live = english();
    let parts = sound.chunks(SECOND / 2);
    parts
        .map(|part| {
            part.chunks(piece).for_each(|piece| live.push(piece).unwrap());
            let step = live.step(&model, &mut ()).unwrap();
            (live.text(), live.tail().to_string(), step)
        })
        .collect()
}

#[test]
fn how_sound_is_pushed_makes_no_difference() {
    let sound = talk();
    let whole = screens(&sound, SECOND);
    assert!(whole.iter().any(|(text, _, step)| !text.is_empty() && step.changed));
    assert_eq!(whole, screens(&sound, 160));
    assert_eq!(whole, screens(&sound, 3_333));
}

#[test]
fn confirmed_words_only_grow_and_segments_are_in_order() {
    let model = transcriber(true);
    let mut live = english();
    let mut before = String::new();
    for part in [talk(), talk(), babble(5.0)].concat().chunks(SECOND) {
        live.push(part).unwrap();
        live.step(&model, &mut ()).unwrap();
        assert!(live.text().starts_with(&before), "{before:?} became {:?}", live.text());
        before = live.text();
    }
    live.finish(&model, &mut ()).unwrap();
    assert!(live.text().starts_with(&before) && live.tail().is_empty());
    assert!(live.confirmed().len() >= 4, "{:?}", live.confirmed());
    assert!(live.confirmed().is_sorted_by(|a, b| a.end_s <= b.start_s));
    assert!(live.confirmed().iter().all(|s| s.start_s <= s.end_s && s.end_s <= live.audio_s() && !s.text.is_empty()));
}

#[test]
fn a_pause_confirms_and_silence_costs_nothing() {
    let model = transcriber(true);
    let mut live = english();
    live.push(&[babble(1.5), vec![0.0; SECOND]].concat()).unwrap();
    assert!(live.step(&model, &mut ()).unwrap().decoded_s > 0.0);
    assert!(live.confirmed().len() == 1 && live.tail().is_empty());
    for _ in 0..5 {
        live.push(&vec![0.0; SECOND]).unwrap();
        assert_eq!(live.step(&model, &mut ()).unwrap(), Step::default());
    }
    assert_eq!(live.finish(&model, &mut ()).unwrap(), Step::default());
    // Without new sound a step has nothing to do.
    assert_eq!(live.step(&model, &mut ()).unwrap(), Step::default());
}

#[test]
fn nothing_heard_gives_no_words() {
    let model = transcriber(true);
    for sound in [vec![], vec![0.0; 6 * SECOND], noise(6.0)] {
        let mut live = LiveTranscriber::new(TranscribeOptions::default());
        for part in sound.chunks(SECOND) {
            live.push(part).unwrap();
            assert_eq!(live.step(&model, &mut ()).unwrap(), Step::default());
        }
        live.finish(&model, &mut ()).unwrap();
        assert!(live.confirmed().is_empty() && live.tail().is_empty() && live.language().is_none());
    }
}

#[test]
fn a_language_is_kept_once_enough_was_heard() {
    let model = transcriber(true);
    let mut live = LiveTranscriber::new(TranscribeOptions::default());
    live.push(&[babble(1.0), vec![0.0; SECOND]].concat()).unwrap();
    live.step(&model, &mut ()).unwrap();
    assert!(live.confirmed().len() == 1 && live.language().is_none());
    let mut kept = None;
    for part in babble(6.0).chunks(SECOND) {
        live.push(part).unwrap();
        live.step(&model, &mut ()).unwrap();
        kept = kept.or(live.language());
        assert_eq!(live.language(), kept);
    }
    live.finish(&model, &mut ()).unwrap();
    assert!(kept.is_some() || live.language().is_some() || model.max_piece() < 3 * SECOND);
    assert_eq!(english().language(), None);
}

#[test]
fn memory_is_bounded() {
    let model = transcriber(true);
    let mut live = english();
    for part in [talk(), vec![0.0; 25 * SECOND], noise(4.0), babble(4.0)].concat().chunks(SECOND) {
        live.push(part).unwrap();
        live.step(&model, &mut ()).unwrap();
        // The background before a window, and as much silence until the window moves on.
        let most = 2 * BACKGROUND + model.max_piece() + 2 * SECOND;
        assert!(live.sound.len() <= most, "{} s", live.sound.len() / SECOND);
        assert!(live.written.tokens.len() <= 64 && live.context.len() <= 64);
    }
    assert_eq!(live.audio_s(), 40.0);
}

/// Stops after so many questions.
struct Impatient(usize);

impl Listener for Impatient {
    fn cancelled(&mut self) -> bool {
        self.0 = self.0.saturating_sub(1);
        self.0 == 0
    }
}

#[test]
fn cancelled_at_any_moment_it_keeps_what_stands_and_goes_on() {
    let model = transcriber(true);
    let mut undisturbed = english();
    let parts = [babble(1.5), vec![0.0; SECOND], babble(1.0), vec![0.0; SECOND]];
    for part in &parts {
        undisturbed.push(part).unwrap();
        undisturbed.step(&model, &mut ()).unwrap();
    }
    for questions in [1, 2, 4, 9, 23, 60] {
        let mut live = english();
        for part in &parts {
            live.push(part).unwrap();
            let before = live.text();
            match live.step(&model, &mut Impatient(questions)) {
                Err(Error::Cancelled) => assert!(live.text().starts_with(&before)),
                done => drop(done.unwrap()),
            }
            live.step(&model, &mut ()).unwrap();
        }
        assert_eq!(live.text(), undisturbed.text(), "after {questions} questions");
    }
}

#[test]
fn what_is_no_sound_is_refused_and_not_taken() {
    let mut live = english();
    assert!(live.push(&[0.1, f32::NAN]).is_err());
    assert_eq!(live.audio_s(), 0.0);
    let klingon = TranscribeOptions { language: Some("Klingon".into()), ..TranscribeOptions::default() };
    let said = LiveTranscriber::new(klingon).step(&transcriber(true), &mut ()).unwrap_err().to_string();
    assert!(said.contains("Klingon"), "{said}");
}
