use super::*;
use crate::app::microphone::Line;
use proptest::prelude::*;

fn words(confirmed: &str) -> News {
    News::Words(1, Words { confirmed: confirmed.into(), tail: " perhaps".into() })
}

fn take(text: &str) -> Box<Take> {
    let lines = vec![Line { start_s: 0.0, end_s: 2.0, text: text.into() }];
    Box::new(Take { lines, worked_s: 1.0, ..so_far(1, text, METER) })
}

const METER: Meter = Meter { lit_frac: 0.5, elapsed_s: 2 };

/// A screen that listens for take 1, with a history that has been read.
fn listening() -> (Sight, History) {
    let (mut sight, mut history) = (Sight::new(), History::default());
    history.load(Vec::new(), None);
    sight.enter(Stage::Listening(1, MicrophoneState::Live));
    (sight, history)
}

#[test]
fn sentences_are_said_once_and_whole() {
    let (mut sight, mut history) = listening();
    let mut say = |text| sight.take_in(words(text), METER, &mut history);
    assert_eq!(say("And so"), None);
    assert_eq!(say("And so. Ask not"), Some(Said::Words("And so.".into())));
    assert_eq!(say("And so. Ask not 3.5 what"), None);
    assert_eq!(say("And so. Ask not 3.5 what? 네. 좋"), Some(Said::Words("Ask not 3.5 what? 네.".into())));
    let over = News::Over(1, Outcome::Done(take("And so. Ask not 3.5 what? 네. 좋아요")));
    assert_eq!(sight.take_in(over, METER, &mut history), Some(Said::Words("좋아요".into())));
}

#[test]
fn a_take_is_in_the_history_from_its_first_words_and_gone_when_cancelled() {
    let (mut sight, mut history) = listening();
    sight.take_in(words(""), METER, &mut history);
    assert!(history.takes().is_empty());
    sight.take_in(words("And so"), METER, &mut history);
    assert_eq!((history.takes()[0].text.as_str(), history.takes()[0].audio_s), ("And so", 2.0));
    sight.take_in(words("And so, my"), METER, &mut history);
    assert_eq!((history.takes().len(), history.takes()[0].text.as_str()), (1, "And so, my"));
    let mut cancelled = (sight.clone(), history.clone());
    cancelled.0.take_in(News::Over(1, Outcome::Cancelled), METER, &mut cancelled.1);
    assert!(cancelled.1.takes().is_empty() && cancelled.0.stage == Stage::Ready);
    sight.take_in(News::Over(1, Outcome::Done(take("And so, my fellow"))), METER, &mut history);
    assert_eq!(history.takes(), [*take("And so, my fellow")]);
    assert_eq!(sight.stage.shown(), Some(&*take("And so, my fellow")));
}

#[test]
fn what_was_written_before_a_failure_is_kept() {
    let (mut sight, mut history) = listening();
    sight.take_in(words("And so"), METER, &mut history);
    sight.take_in(News::Over(1, Outcome::Failed("torn".into(), Some(take("And so")))), METER, &mut history);
    assert_eq!(history.takes().len(), 1);
    assert_eq!(sight.stage, Stage::Failed("torn".into(), Some(take("And so"))));
}

#[test]
fn a_file_is_named_in_what_became_of_it_and_is_in_the_history_only_when_done() {
    let end = |outcome| {
        let (mut sight, mut history) = listening();
        sight.enter(Stage::Reading(1, "talk.mp3".into(), None));
        sight.take_in(words("And so"), METER, &mut history);
        assert!(history.takes().is_empty());
        sight.take_in(News::Progress(1, 0.5), METER, &mut history);
        assert_eq!(sight.stage, Stage::Reading(1, "talk.mp3".into(), Some(0.5)));
        sight.take_in(News::Over(1, outcome), METER, &mut history);
        (sight.stage, history.takes().len())
    };
    assert_eq!(end(Outcome::Nothing), (Stage::Nothing(Some("talk.mp3".into())), 0));
    assert_eq!(end(Outcome::BadFile("why".into())), (Stage::BadFile("talk.mp3".into(), "why".into()), 0));
    assert_eq!(end(Outcome::Done(take("x"))), (Stage::Result(take("x")), 1));
}

#[test]
fn news_of_another_take_change_nothing() {
    let (mut sight, mut history) = listening();
    let before = sight.clone();
    for news in [
        News::Microphone(2, MicrophoneState::Opening),
        News::Words(2, Words { confirmed: "x".into(), tail: String::new() }),
        News::Finishing(2),
        News::Progress(2, 0.5),
        News::Over(2, Outcome::Done(take("x"))),
    ] {
        assert_eq!(sight.take_in(news, METER, &mut history), None);
    }
    assert_eq!(sight, before);
    assert!(history.takes().is_empty());
}

proptest! {
    /// Whatever is confirmed, in whatever steps: every word is said once and in order.
    #[test]
    fn everything_is_said_once(parts in prop::collection::vec("[a가.?! \n。]{0,12}", 0..8)) {
        let (mut sight, mut history) = listening();
        let (mut text, mut said) = (String::new(), String::new());
        for part in parts {
            text.push_str(&part);
            if let Some(Said::Words(words)) = sight.take_in(words(&text), METER, &mut history) {
                said.push_str(&words);
            }
        }
        let over = News::Over(1, Outcome::Done(take(&text)));
        if let Some(Said::Words(words)) = sight.take_in(over, METER, &mut history) {
            said.push_str(&words);
        }
        let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        prop_assert_eq!(bare(&said), bare(&text));
    }
}

#[test]
fn out_of_view_a_take_ends_and_one_that_waits_for_a_permission_asks_again_in_view() {
    let listening = |state| Stage::Listening(7, state);
    let order = |stage: &Stage, watched| format!("{:?}", stage.when_watched(watched));
    assert_eq!(order(&listening(MicrophoneState::Live), false), "Some(Stop(7))");
    assert_eq!(order(&listening(MicrophoneState::Live), true), "None");
    assert_eq!(order(&listening(MicrophoneState::Trouble(MicrophoneError::Unplugged)), false), "Some(Stop(7))");
    for refused in [MicrophoneError::Denied, MicrophoneError::DeniedForGood] {
        let refused = listening(MicrophoneState::Trouble(refused));
        assert_eq!((order(&refused, false), order(&refused, true)), ("None".into(), "Some(Retry)".into()));
    }
    assert_eq!(order(&Stage::Ready, true), "None");
}
