use super::*;
use crate::app::judge::Cut;
use crate::app::testing::{Child, Node, Page};
use crate::inference::text::Word;
use std::cell::RefCell;
use std::rc::Rc;

fn judgement(positive: f32) -> Judgement {
    let text = "lovely evening: noise odd";
    let word = |word: &str, contribution| {
        let start = text.find(word).unwrap();
        Word { text: word.into(), range: start..start + word.len(), contribution }
    };
    Judgement {
        positive,
        language_known: true,
        windows: 1,
        words: vec![
            word("lovely", 2.5),
            word("evening", 0.05),
            word(":", 0.0),
            word("noise", -1.0),
            word("odd", f32::NAN),
        ],
        cut: None,
    }
}

fn page(language: &'static str, state: State) -> (Page, Rc<RefCell<Vec<&'static str>>>) {
    let taps = Rc::new(RefCell::new(Vec::new()));
    let heard = taps.clone();
    let page = Page::of(language, move || {
        let (models, retry, ask) = (heard.clone(), heard.clone(), heard.clone());
        rsx! {
            AnswerView {
                state: state.clone(),
                onmodels: move |()| models.borrow_mut().push("models"),
                onretry: move |()| retry.borrow_mut().push("retry"),
                onask: move |()| ask.borrow_mut().push("ask"),
            }
        }
    });
    (page, taps)
}

fn judged(change: impl FnOnce(&mut Judgement)) -> State {
    let mut judgement = judgement(0.97);
    change(&mut judgement);
    State::Judged(Box::new(judgement))
}

#[test]
fn every_state_is_said_in_both_languages() {
    let cut = Some(Cut { chars: 54321, judged_chars: 19998 });
    for (state, english, korean) in [
        (State::Loading, "Loading the model", "모델을 불러오는 중이에요"),
        (State::Waiting, "as soon as you pause", "잠시 멈추면"),
        (State::Judging, "Reading", "읽는 중이에요"),
        (State::Paused(Reason::Hot), "Paused: the device is hot", "기기가 뜨거워서"),
        (State::Paused(Reason::LowBattery), "battery is almost empty", "배터리가 거의 없어서"),
        (State::Paused(Reason::Critical), "Too hot", "너무 뜨거워요"),
        (State::NoModel, "no model for texts", "글 모델이 없어요"),
        (State::Failed("torn".into()), "That did not work.", "잘되지 않았어요"),
        (State::Failed("torn".into()), "torn", "torn"),
        (judged(|_| {}), "Positive 97%", "긍정 97%"),
        (judged(|j| j.positive = 0.03), "Negative 97%", "부정 97%"),
        (judged(|j| j.positive = 1.0), "Positive 99%", "긍정 99%"),
        (judged(|j| j.windows = 3), "the average of 3 overlapping parts", "겹치는 3개 부분"),
        (judged(|j| j.cut = cut), "has 54321 characters. Its first 19998 were judged.", "54321자예요. 앞의 19998자만"),
        (judged(|j| j.language_known = false), "does not know this language", "모르는 언어라서"),
    ] {
        for (language, words) in [("en", english), ("ko", korean)] {
            let text = page(language, state.clone()).0.look().text();
            assert!(text.contains(words), "{words} in {text}");
        }
    }
}

#[test]
fn a_language_that_the_model_does_not_know_gets_no_verdict() {
    let text = page("en", judged(|j| j.language_known = false)).0.look().text();
    assert!(!text.contains("Positive") && !text.contains("97"), "{text}");
}

#[test]
fn words_that_did_something_are_marked_and_said() {
    let root = page("en", judged(|_| {})).0.look();
    let marks: Vec<_> = root.tags("mark").iter().map(|m| m.text()).collect();
    assert_eq!(marks, ["lovely (towards positive)", "noise (towards negative)"]);
    assert!(root.text().contains("evening") && root.text().contains("odd"));
}

#[test]
fn words_stand_apart_as_they_do_in_the_text() {
    fn read(node: &Node) -> String {
        let one = |child: &Child| match child {
            Child::Text(text) => text.clone(),
            Child::Node(node) if node.tag == "sup" || node.attribute("class") == Some("unseen") => String::new(),
            Child::Node(node) => read(node),
        };
        node.children.iter().map(one).collect()
    }
    let root = page("en", judged(|_| {})).0.look();
    let words = root.tags("p").into_iter().find(|p| p.attribute("class") == Some("words")).unwrap();
    assert_eq!(read(words), "lovely evening: noise odd");
}

#[test]
fn without_a_model_one_is_led_to_the_models_and_after_a_failure_may_try_again() {
    let (mut none, taps) = page("en", State::NoModel);
    none.press("Go to Models");
    assert_eq!(taps.take(), ["models"]);
    let (mut failed, taps) = page("en", State::Failed("torn".into()));
    failed.press("Try again");
    failed.press("Go to Models");
    assert_eq!(taps.take(), ["retry", "models"]);
}

#[test]
fn a_pause_can_be_overridden_unless_the_heat_is_critical() {
    let (mut paused, taps) = page("en", State::Paused(Reason::Hot));
    paused.press("Judge it now");
    assert_eq!(taps.take(), ["ask"]);
    assert!(page("en", State::Paused(Reason::Critical)).0.look().buttons().is_empty());
}

#[test]
fn who_does_not_look_hears_a_sentence() {
    let english = Language::of_tag("en");
    assert_eq!(view::in_a_sentence(&english, &judgement(0.97)), "Positive, 97 percent");
    assert_eq!(view::in_a_sentence(&Language::of_tag("ko"), &judgement(0.2)), "부정, 80퍼센트");
    let unknown = Judgement { language_known: false, ..judgement(0.97) };
    assert!(view::in_a_sentence(&english, &unknown).contains("does not know this language"));
}

#[test]
fn the_area_and_its_buttons_are_named_and_tell_what_was_done() {
    for (language, input, clear) in
        [("en", "What is the mood of this text?", "Clear"), ("ko", "이 글의 감정은?", "지우기")]
    {
        let said = Rc::new(RefCell::new(Vec::new()));
        let heard = said.clone();
        let mut page = Page::of(language, move || {
            let (edits, clears, examples) = (heard.clone(), heard.clone(), heard.clone());
            rsx! {
                Writing {
                    seed: (0, String::new()),
                    onedit: move |text: String| edits.borrow_mut().push(text),
                    onclear: move |()| clears.borrow_mut().push("cleared".to_string()),
                }
                Examples { onchoose: move |text: String| examples.borrow_mut().push(text) }
            }
        });
        let area = page.look().tags("textarea")[0].clone();
        let label = page.look().tags("label")[0].clone();
        assert_eq!((label.attribute("for"), label.text().as_str()), (area.attribute("id"), input));
        page.enter(&area, "input", "so so");
        page.press(clear);
        page.press("What a lovely evening");
        assert_eq!(said.take(), ["so so", "cleared", "What a lovely evening: nobody wanted to leave."]);
    }
}
