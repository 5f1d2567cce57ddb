//! The worker on tiny random models.

use super::*;
use crate::app::in_view::tests::leave;
use crate::inference::Unit;
use crate::inference::speech::testing::{babble, wav, write};
use crate::inference::text::tiny;
use crate::inference::vision::random_model::RandomModel;
use crate::sensors::power::told::{COOL, Told};
use crate::sensors::power::{Power, ThermalStatus};
use std::path::Path;

const CLOCK: &[u8] = include_bytes!("../../../assets/samples/clock.jpg");

fn job(input: Input, path: &Path) -> Job {
    let stored = ToLoad::stored(path, Unit::Cpu);
    let models = vec![stored.clone(), ToLoad { in_bytes: true, ..stored }];
    let (power, foreground, policy) = (Box::new(Told::new(COOL)), Foreground::default(), Policy::default());
    Job { input, models, power, foreground, policy }
}

fn all(job: Job) -> Vec<Update> {
    let (_runner, mut updates) = start(job);
    std::iter::from_fn(|| updates.blocking_recv()).collect()
}

fn text() -> (tempfile::TempDir, Input) {
    let dir = tempfile::tempdir().unwrap();
    tiny::write(dir.path(), &tiny::config());
    (dir, Input::Text("a good film".into()))
}

/// The answers of both, after what was made of the input.
fn answers(updates: &[Update]) -> [&Answered; 2] {
    match updates {
        [
            Update::Taken(_),
            Update::Working(0),
            Update::Answered(0, floats),
            Update::Working(1),
            Update::Answered(1, bytes),
            Update::Ended,
        ] => [floats, bytes],
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_model_answers_in_its_turn_and_is_timed() {
    let (dir, input) = text();
    let updates = all(job(input, dir.path()));
    let [floats, bytes] = answers(&updates);
    assert!(matches!((&floats.answer, &bytes.answer), (Answer::Felt(a), Answer::Felt(b)) if a.positive != b.positive));
    assert!(floats.latency_ms >= 0.0 && bytes.latency_ms >= 0.0);
}

#[test]
fn a_picture_is_named_and_shown_as_it_is_held() {
    let dir = tempfile::tempdir().unwrap();
    RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "symmetric", "kept").write(dir.path());
    let updates = all(job(Input::Picture(Arc::new(CLOCK.to_vec())), &dir.path().join("random")));
    assert!(matches!(&updates[0], Update::Taken(Taken::Picture(url)) if url.starts_with("data:image/png;base64,")));
    let [floats, _] = answers(&updates);
    assert!(matches!(&floats.answer, Answer::Seen(labels) if !labels.is_empty()));
}

#[test]
fn a_clip_is_written_down_and_no_more_than_half_a_minute_of_it() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), true);
    let wav = wav(&babble(LONGEST_CLIP_S as f64 + 5.0));
    let mut job = job(Input::Clip(Arc::new(wav), None), dir.path());
    job.models.truncate(1);
    let updates = all(job);
    assert_eq!(updates[0], Update::Taken(Taken::Clip(Heard { compared_s: 30.0, of_s: 35.0 })));
    assert!(matches!(&updates[2], Update::Answered(0, Answered { answer: Answer::Written(_), .. })), "{updates:?}");
}

#[test]
fn what_is_no_picture_is_said_and_no_model_is_asked() {
    let (dir, _) = text();
    for bytes in [b"".as_slice(), b"no picture", &CLOCK[..100]] {
        let updates = all(job(Input::Picture(Arc::new(bytes.to_vec())), dir.path()));
        assert!(matches!(&updates[..], [Update::Unusable(why)] if !why.is_empty()), "{updates:?}");
    }
}

#[test]
fn a_model_that_cannot_answer_is_said_and_the_next_has_its_turn() {
    let (dir, input) = text();
    let mut job = job(input, dir.path());
    job.models[0].path = dir.path().join("gone");
    let updates = all(job);
    assert!(matches!(&updates[2], Update::Failed(0, why) if why.contains("gone")), "{updates:?}");
    assert!(matches!(&updates[4..], [Update::Answered(1, _), Update::Ended]), "{updates:?}");
}

#[test]
fn critical_heat_pauses_it_and_cool_lets_it_go_on() {
    let (dir, input) = text();
    let heat = Told::new(Power { thermal_status: Some(ThermalStatus::Critical), ..COOL });
    let (_runner, mut updates) = start(Job { power: Box::new(heat.clone()), ..job(input, dir.path()) });
    let mut next = || updates.blocking_recv().unwrap();
    assert_eq!((next(), next()), (Update::Taken(Taken::Text), Update::Working(0)));
    assert_eq!(next(), Update::Paused(Some(Reason::Critical)));
    heat.set(COOL);
    assert_eq!(next(), Update::Paused(None));
    assert!(matches!(next(), Update::Answered(0, _)));
}

#[test]
fn out_of_view_nothing_runs_and_what_is_dropped_ends() {
    let (dir, input) = text();
    let job = job(input, dir.path());
    leave(&job.foreground, true);
    let (runner, mut updates) = start(job);
    let told = [(); 3].map(|()| updates.blocking_recv().unwrap());
    assert_eq!(told[2], Update::Paused(Some(Reason::Hidden)));
    drop(runner);
    assert_eq!(updates.blocking_recv(), None, "the thread has ended");
}
