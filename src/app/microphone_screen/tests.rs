//! Every state of the screen, in both languages, as a person meets it.

use super::*;
use crate::app::microphone::{Line, Take, Words};
use crate::app::testing::{Node, Page};
use crate::scheduler::Reason;
use crate::sensors::microphone::MicrophoneError;
use std::cell::RefCell;
use std::rc::Rc;

const NOW_MS: u64 = 1_700_000_000_000;

fn take(text: &str) -> Take {
    Take {
        began_ms: NOW_MS - 300_000,
        text: text.into(),
        lines: vec![Line { start_s: 0.0, end_s: 9.0, text: text.into() }],
        language: Some("ko".into()),
        translated: false,
        audio_s: 11.0,
        worked_s: 5.2,
        file: None,
        warning: None,
    }
}

fn ready() -> Sight {
    Sight { model: ModelState::Ready(vec!["de", "en", "ko"]), ..Sight::new() }
}

fn at(stage: Stage) -> Sight {
    Sight { stage, ..ready() }
}

fn listening(state: MicrophoneState) -> Sight {
    let words = Words { confirmed: "Ask not".into(), tail: " what you're".into() };
    Sight { words, ..at(Stage::Listening(1, state)) }
}

fn page_with(language: &'static str, sight: Sight, history: History) -> (Page, Rc<RefCell<Vec<Act>>>) {
    let acts = Rc::new(RefCell::new(Vec::new()));
    let heard = Rc::clone(&acts);
    let page = Page::of(language, move || {
        let heard = Rc::clone(&heard);
        let meter = use_signal(|| Meter { lit_frac: 0.42, elapsed_s: 67 });
        rsx! {
            MicrophoneView {
                sight: sight.clone(),
                meter,
                speech: Speech { language: Some("ko".into()), ..Speech::default() },
                history: history.clone(),
                now_ms: NOW_MS,
                onact: move |act| heard.borrow_mut().push(act),
            }
        }
    });
    (page, acts)
}

fn page(language: &'static str, sight: Sight) -> (Page, Rc<RefCell<Vec<Act>>>) {
    page_with(language, sight, History::default())
}

fn look(language: &'static str, sight: Sight) -> Node {
    page(language, sight).0.look()
}

fn kept(takes: Vec<Take>) -> History {
    let mut history = History::default();
    history.load(takes, None);
    history
}

#[test]
fn every_state_is_said_in_both_languages() {
    use MicrophoneState::{Live, Opening, Trouble};
    let trouble = |error| listening(Trouble(error));
    let paused = |sight: Sight, reason| Sight { paused: Some(reason), ..sight };
    let model = |model| Sight { model, ..ready() };
    let reading = || at(Stage::Reading(1, "talk.mp3".into(), Some(0.4)));
    let finishing = || at(Stage::Finishing(1, Some(0.4)));
    let unreadable = MicrophoneError::Unreadable { name: "USB".into(), why: "EBADF".into() };
    for (sight, english, korean) in [
        (model(ModelState::None), "no model for speech", "음성 모델이 없어요"),
        (model(ModelState::Loading), "Loading the model", "불러오는 중"),
        (model(ModelState::Failed("torn".into())), "cannot be used", "모델을 쓸 수 없어요"),
        (model(ModelState::Failed("torn".into())), "torn", "torn"),
        (model(ModelState::Ready(vec!["en"])), "English only", "영어만"),
        (ready(), "words appear while you speak", "바로 글로"),
        (listening(Live), "Ask not what you're", "Ask not what you're"),
        (at(Stage::Listening(1, Live)), "Listening", "듣고 있어요"),
        (at(Stage::Listening(1, Opening)), "", ""),
        (trouble(MicrophoneError::NoDevice), "has no microphone", "마이크가 없어요"),
        (trouble(MicrophoneError::Denied), "isn’t allowed to use the microphone", "쓸 수 없어요"),
        (trouble(MicrophoneError::DeniedForGood), "switched off for Onhand", "꺼져 있어요"),
        (trouble(MicrophoneError::Busy), "Another program", "다른 프로그램"),
        (trouble(MicrophoneError::Unplugged), "The microphone was disconnected", "마이크 연결이 끊겼어요"),
        (trouble(MicrophoneError::Unplugged), "heard so far is kept", "들은 내용은 남아 있어요"),
        (trouble(unreadable), "EBADF", "EBADF"),
        (paused(listening(Live), Reason::Hot), "The device is hot, so the words", "기기가 뜨거워서"),
        (paused(listening(Live), Reason::LowBattery), "battery is almost empty", "배터리가 거의"),
        (paused(finishing(), Reason::Critical), "too hot", "너무 뜨거워요"),
        (paused(reading(), Reason::Hot), "it goes on when it has cooled", "식으면 이어져요"),
        (paused(reading(), Reason::Warm), "a rest now and then", "가끔 쉬어"),
        (finishing(), "Writing down the rest", "나머지를"),
        (reading(), "Writing down talk.mp3", "파일: talk.mp3"),
        (at(Stage::Nothing(None)), "did not hear anyone", "말소리가 들리지 않았어요"),
        (at(Stage::Nothing(Some("a.wav".into()))), "anyone speak in a.wav", "a.wav 파일에서"),
        (at(Stage::BadFile("a.txt".into(), "no".into())), "a.txt is not a sound", "a.txt 파일은"),
        (at(Stage::Failed("torn".into(), None)), "That did not work", "잘되지 않았어요"),
        (at(Stage::Failed("torn".into(), Some(Box::new(take("Ask not"))))), "before is kept", "옮긴 글은 남아"),
        (at(Stage::Failed("torn".into(), Some(Box::new(take("Ask not"))))), "Ask not", "Ask not"),
    ] {
        for (language, wanted) in [("en", english), ("ko", korean)] {
            let text = look(language, sight.clone()).text();
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
    }
}

#[test]
fn the_round_button_says_what_a_tap_does() {
    for (sight, name, act) in [
        (ready(), "Tap to speak", Some(Act::Start)),
        (at(Stage::Nothing(None)), "Tap to speak", Some(Act::Start)),
        (at(Stage::Result(Box::new(take("x")))), "Tap to speak", Some(Act::Start)),
        (listening(MicrophoneState::Live), "Tap to stop", Some(Act::Stop)),
        (listening(MicrophoneState::Opening), "Opening the microphone", Some(Act::Stop)),
        (at(Stage::Finishing(1, None)), "Writing it down", None),
        (at(Stage::Reading(1, "a".into(), None)), "Writing it down", None),
    ] {
        let (mut page, acts) = page("en", sight);
        let waits = page.look().button(name).attribute("aria-disabled") == Some("true");
        page.press(name);
        assert_eq!((acts.take(), waits), (act.clone().into_iter().collect(), act.is_none()), "{name}");
    }
    for model in [ModelState::None, ModelState::Loading, ModelState::Failed("torn".into())] {
        let buttons = look("en", Sight { model, ..ready() }).buttons();
        assert!(!buttons.iter().any(|b| b.contains("Tap")), "{buttons:?}");
    }
}

#[test]
fn each_running_take_can_be_cancelled_and_each_trouble_tried_again() {
    for stage in
        [Stage::Listening(1, MicrophoneState::Live), Stage::Finishing(1, None), Stage::Reading(1, "a".into(), None)]
    {
        let (mut page, acts) = page("en", at(stage));
        page.press("Cancel");
        assert_eq!(acts.take(), [Act::Cancel]);
    }
    let (mut trouble, acts) = page("en", listening(MicrophoneState::Trouble(MicrophoneError::Unplugged)));
    trouble.press("Try again");
    trouble.press("Tap to stop");
    assert_eq!(acts.take(), [Act::Retry, Act::Stop]);
    let (mut none, acts) = page("en", Sight { model: ModelState::None, ..ready() });
    none.press("Go to Models");
    assert_eq!(acts.take(), [Act::Models]);
}

#[test]
fn the_meter_and_the_time_are_named() {
    for (language, level, time) in [("en", "How loud it is", "Listening for"), ("ko", "소리 크기", "들은 시간")]
    {
        let root = look(language, listening(MicrophoneState::Live));
        let meter = root.roles("meter")[0].clone();
        assert_eq!((meter.attribute("aria-label"), meter.attribute("aria-valuenow")), (Some(level), Some("42")));
        let timer = root.roles("timer")[0].clone();
        assert_eq!((timer.attribute("aria-label"), timer.text().as_str()), (Some(time), "1:07"));
    }
    assert!(look("en", ready()).roles("meter").is_empty());
}

#[test]
fn a_result_shows_its_facts_and_what_can_be_done() {
    let result = |change: fn(&mut Take)| {
        let mut take = take("오늘 날씨가 좋네요.");
        change(&mut take);
        at(Stage::Result(Box::new(take)))
    };
    let facts = |language, change| look(language, result(change)).text();
    assert!(facts("en", |_| {}).contains("Korean · 11 seconds · 2.1 times as fast as speech"));
    assert!(facts("ko", |_| {}).contains("한국어 · 11초 · 말하는 속도의 2.1배"));
    assert!(facts("en", |t| t.translated = true).contains("from Korean"));
    assert!(facts("ko", |t| t.translated = true).contains("한국어에서 번역"));
    assert!(facts("en", |t| t.file = Some("talk.mp3".into())).contains("talk.mp3 · Korean"));
    assert!(facts("en", |t| t.warning = Some("it breaks off".into())).contains("The recording is damaged"));
    assert!(!facts("en", |t| t.worked_s = 0.0).contains("times as fast"), "a take that was cut short has no speed");
    let (mut page, acts) = page("en", result(|_| {}));
    for button in ["Copy", "Share", "Close", "Subtitles (SRT)", "Subtitles (VTT)"] {
        page.press(button);
    }
    let text = page.look().buttons().iter().position(|b| b == "Text").expect("text can be saved");
    let button = page.look().tags("button")[text].clone();
    page.click(&button);
    let saves = [Format::Srt, Format::Vtt, Format::Text].map(Act::Save);
    assert_eq!(acts.take(), [[Act::Copy, Act::Share, Act::Close].to_vec(), saves.to_vec()].concat());
}

#[test]
fn notices_are_said_in_both_languages() {
    for (notice, english, korean) in [
        (Notice::Copied, "Copied.", "복사했어요."),
        (Notice::CannotCopy, "could not be copied", "복사할 수 없어요"),
        (Notice::Saved("/a/b.srt".into()), "Saved: /a/b.srt", "저장했어요: /a/b.srt"),
        (Notice::NotSaved("ENOSPC".into()), "could not be saved", "저장하지 못했어요"),
        (Notice::NotSaved("ENOSPC".into()), "ENOSPC", "ENOSPC"),
        (Notice::NoFolder, "no folder for downloads", "다운로드 폴더가 없어요"),
        (Notice::NoDialog, "no window to pick files in", "파일을 고르는 창이 없어요"),
    ] {
        for (language, wanted) in [("en", english), ("ko", korean)] {
            let text = look(language, Sight { notice: Some(notice.clone()), ..ready() }).text();
            assert!(text.contains(wanted), "{wanted} in {text}");
        }
    }
}

#[test]
fn the_language_is_chosen_among_those_that_the_model_knows() {
    let (mut page, acts) = page("en", ready());
    let root = page.look();
    let names: Vec<_> = root.tags("option").iter().map(|o| o.text()).collect();
    assert_eq!(names, ["Automatic", "English", "Korean", "German"]);
    let chosen = root.tags("option").into_iter().find(|o| o.attribute("selected") == Some("true")).unwrap().text();
    assert_eq!(chosen, "Korean");
    let select = root.tags("select")[0].clone();
    page.enter(&select, "change", "de");
    page.enter(&select, "change", "auto");
    let translate = root.tags("input").into_iter().find(|i| i.attribute("type") == Some("checkbox")).unwrap().clone();
    page.enter(&translate, "change", "true");
    assert_eq!(
        acts.take(),
        [
            Act::Set(Change::SpokenLanguage(Some("de".into()))),
            Act::Set(Change::SpokenLanguage(None)),
            Act::Set(Change::Translate(true)),
        ]
    );
    assert!(look("en", Sight { model: ModelState::Ready(vec!["en"]), ..ready() }).tags("select").is_empty());
}

#[test]
fn what_the_model_cannot_do_is_not_asked_of_it() {
    let speech = Speech { language: Some("ko".into()), translate: true, ..Speech::default() };
    let several = options(&speech, &ModelState::Ready(vec!["en", "ko"]));
    assert_eq!((several.language.as_deref(), several.task), (Some("ko"), Task::Translate));
    let other = options(&speech, &ModelState::Ready(vec!["de", "en"]));
    assert_eq!((other.language, other.task), (None, Task::Translate));
    let english = options(&speech, &ModelState::Ready(vec!["en"]));
    assert_eq!((english.language, english.task), (None, Task::Transcribe));
}

#[test]
fn earlier_takes_are_opened_and_deleted_only_after_a_question() {
    let older = Take { began_ms: NOW_MS - 90_000_000, ..take("Older words") };
    let id = take("").began_ms;
    for (language, names) in [("en", ["Delete", "Keep", "Delete all"]), ("ko", ["삭제", "그대로 두기", "모두 삭제"])]
    {
        let history = kept(vec![take("Ask not"), older.clone()]);
        let (mut page, acts) = page_with(language, ready(), history);
        let open = |page: &Page, text: &str| {
            let root = page.look();
            root.tags("button").into_iter().find(|b| b.text().starts_with(text)).expect(text).clone()
        };
        let ask = open(&page, "Ask not");
        assert!(ask.text().contains(if language == "en" {
            "5 minutes ago · 11 seconds"
        } else {
            "5분 전 · 11초"
        }));
        page.click(&ask);
        assert_eq!(acts.take(), [Act::Open(id)]);
        let [delete, keep, all] = names;
        let exact = |page: &Page, name: &str| {
            page.look().tags("button").into_iter().find(|b| b.name() == name).expect(name).clone()
        };
        page.press(": Ask not");
        assert!(acts.borrow().is_empty(), "it asks first");
        page.press(keep);
        page.press(": Ask not");
        let sure = exact(&page, delete);
        page.click(&sure);
        assert_eq!(acts.take(), [Act::Delete(id)]);
        page.press(all);
        assert!(acts.borrow().is_empty(), "it asks first");
        let sure = exact(&page, delete);
        page.click(&sure);
        assert_eq!(acts.take(), [Act::DeleteAll]);
    }
}

#[test]
fn the_list_shows_no_take_twice_and_none_while_somebody_speaks() {
    let history = kept(vec![take("Ask not")]);
    let shown = page_with("en", at(Stage::Result(Box::new(take("Ask not")))), history.clone()).0.look();
    assert_eq!(shown.text().matches("Ask not").count(), 1);
    let speaking = page_with("en", at(Stage::Listening(1, MicrophoneState::Live)), history).0.look();
    assert!(!speaking.text().contains("Ask not"));
}

#[test]
fn trouble_with_the_list_is_said() {
    for (notice, english, korean) in [
        (takes::Notice::Damaged("/a/history.damaged-1".into()), "was damaged", "손상되어"),
        (takes::Notice::Unreadable("EACCES".into()), "cannot be read", "읽을 수 없어요"),
        (takes::Notice::NotSaved("ENOSPC".into()), "could not be saved", "저장하지 못했어요"),
    ] {
        for (language, wanted, button) in [("en", english, "OK"), ("ko", korean, "확인")] {
            let mut history = kept(Vec::new());
            history.notice = Some(notice.clone());
            let (mut page, acts) = page_with(language, ready(), history);
            assert!(page.look().text().contains(wanted), "{wanted}");
            page.press(button);
            assert_eq!(acts.take(), [Act::Understood]);
        }
    }
}
