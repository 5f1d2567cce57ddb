use super::comparison::Turn;
use super::*;
use crate::app::models::ToLoad;
use crate::app::side_by_side::fixture::{felt, seen};
use crate::app::side_by_side::{Answer, Answered, Candidate, Heard, Taken, Update};
use crate::app::testing::{Node, Page};
use crate::inference::{Unit, Variant};
use crate::scheduler::Reason;
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;

const ID: &str = "mobilenet-v3-small";
const TITLE: &str = "MobileNetV3 Small";

fn candidate(variant: Variant, bytes: Option<u64>, used: bool) -> Candidate {
    Candidate {
        id: ID.into(),
        variant,
        stored: Variant::F32,
        bytes,
        used,
        to_load: ToLoad::stored(Path::new("/models/small"), Unit::Cpu),
    }
}

/// Floats in use, and bytes that are made of them.
fn comparison(updates: &[Update]) -> Comparison {
    let candidates = vec![candidate(Variant::F32, Some(10_300_000), true), candidate(Variant::Int8, None, false)];
    let mut comparison = Comparison::new("photo.jpg".into(), candidates);
    updates.iter().for_each(|update| drop(comparison.take_in(update.clone(), &Language::of_tag("en"))));
    comparison
}

fn answered(at: usize, answer: Answer, latency_ms: f64) -> Update {
    Update::Answered(at, Answered { answer, latency_ms })
}

/// Both have answered.
fn done(first: Answer, second: Answer) -> Vec<Update> {
    vec![answered(0, first, 1.31), answered(1, second, 0.62), Update::Ended]
}

/// The screen with a comparison, and what taps on it ask for.
fn page(
    language: &'static str,
    purpose: Purpose,
    comparison: Option<Comparison>,
    notice: Option<Notice>,
) -> (Page, Rc<RefCell<Vec<Act>>>) {
    let acts = Rc::new(RefCell::new(Vec::new()));
    let heard = acts.clone();
    let page = Page::of(language, move || {
        let heard = heard.clone();
        rsx! {
            SideBySideView {
                purposes: Some(vec![Purpose::Camera, Purpose::Text]),
                purpose: Some(purpose),
                comparison: comparison.clone(),
                notice: notice.clone(),
                onact: move |act| heard.borrow_mut().push(act),
            }
        }
    });
    (page, acts)
}

fn shown(updates: &[Update]) -> Node {
    page("en", Purpose::Camera, Some(comparison(updates)), None).0.look()
}

#[test]
fn before_the_disk_was_looked_at_and_without_models_it_says_so() {
    for (purposes, said) in [(None, "Looking"), (Some(vec![]), "There is no model on this device yet")] {
        let acts = Rc::new(RefCell::new(Vec::new()));
        let heard = acts.clone();
        let mut page = Page::of("en", move || {
            let heard = heard.clone();
            rsx! {
                SideBySideView {
                    purposes: purposes.clone(),
                    purpose: None,
                    comparison: None,
                    notice: None,
                    onact: move |act| heard.borrow_mut().push(act),
                }
            }
        });
        assert!(page.look().text().contains(said), "{}", page.look().text());
        if said.starts_with("There") {
            page.press("Go to Models");
            assert_eq!(acts.take(), [Act::Models]);
        }
    }
}

#[test]
fn it_asks_for_a_picture_a_recording_or_a_sentence() {
    for (language, purpose, buttons) in [
        ("en", Purpose::Camera, ["Choose a picture", "Sample picture"]),
        ("ko", Purpose::Camera, ["사진 고르기", "예시 사진"]),
        ("en", Purpose::Microphone, ["Choose a recording", "Sample recording"]),
        ("ko", Purpose::Microphone, ["녹음 고르기", "예시 녹음"]),
        ("en", Purpose::Text, ["A sentence in English", "Compare"]),
        ("ko", Purpose::Text, ["영어 문장", "비교하기"]),
    ] {
        let root = page(language, purpose, None, None).0.look();
        let text = root.text() + " " + root.buttons().join(" ").as_str();
        assert!(buttons.iter().all(|name| text.contains(name)), "{buttons:?} in {text}");
    }
}

#[test]
fn a_sentence_is_compared_as_it_stands_and_an_empty_one_is_not() {
    let (mut page, acts) = page("en", Purpose::Text, None, None);
    page.press("Compare");
    let area = page.look().tags("textarea")[0].clone();
    assert_eq!(
        page.look().tags("label").iter().find(|l| l.attribute("for") == area.attribute("id")).map(|l| l.text()),
        Some("A sentence in English".into())
    );
    page.enter(&area, "input", "  The room was cold. ");
    page.press("Compare");
    page.enter(&area, "input", " \n");
    assert_eq!(page.look().button("Compare").attribute("disabled"), Some("true"));
    page.press("Compare");
    let said = ["What a lovely evening: nobody wanted to leave.", "The room was cold."];
    assert_eq!(acts.take(), said.map(|text| Act::Text(text.into())));
}

#[test]
fn while_models_answer_it_says_which_and_can_be_cancelled() {
    let opening = shown(&[]);
    assert!(opening.text().contains("Opening") && opening.text().contains("Waits for its turn."));
    let updates = [Update::Taken(Taken::Picture("data:image/png;base64,AA".into())), Update::Working(0)];
    let (mut page, acts) = page("en", Purpose::Camera, Some(comparison(&updates)), None);
    let root = page.look();
    assert!(root.text().contains("Model 1 of 2"), "{}", root.text());
    assert_eq!(root.tags("img")[0].attribute("alt"), Some("photo.jpg"));
    let progress = root.roles("progressbar")[0].name();
    assert_eq!(progress, format!("{TITLE} · f32 answers"));
    assert!(!root.buttons().iter().any(|name| name.contains("icture")), "one thing at a time");
    page.press("Cancel");
    assert_eq!(acts.take(), [Act::Cancel]);
}

#[test]
fn heat_is_said() {
    let hot = comparison(&[Update::Working(0), Update::Paused(Some(Reason::Critical))]);
    let root = page("ko", Purpose::Camera, Some(hot), None).0.look();
    assert!(root.text().contains("기기가 너무 뜨거워요"), "{}", root.text());
    let mut again = comparison(&[Update::Paused(Some(Reason::Critical))]);
    let language = Language::of_tag("en");
    assert_eq!(again.take_in(Update::Paused(None), &language), None);
    assert_eq!(again.paused, None);
}

#[test]
fn answers_stand_side_by_side_with_agreement_size_and_time() {
    let updates = done(seen(&["clock", "dome", "scale"]), seen(&["clock", "scale", "dial"]));
    let (mut page, acts) = page("en", Purpose::Camera, Some(comparison(&updates)), None);
    let root = page.look();
    let rows = root.tags("article");
    let texts: Vec<_> = rows.iter().map(|row| row.text()).collect();
    for words in
        [TITLE, "f32", "In use", "clock 60%", "dome 30%, scale 20%", "compared with this answer", "10 MB", "1.3 ms"]
    {
        assert!(texts[0].contains(words), "{words} in {}", texts[0]);
    }
    for words in ["int8", "clock 60%", "Same answer · 2 of 3 labels shared", "from the f32 file", "0.6 ms"] {
        assert!(texts[1].contains(words), "{words} in {}", texts[1]);
    }
    assert!(root.text().contains("2 models have answered; 1 of 1 give the same answer as the first."));
    let heading = rows[1].tags("h3")[0].clone();
    assert_eq!(rows[1].attribute("aria-labelledby"), heading.attribute("id"));
    page.press(&format!("Use: {TITLE} · int8"));
    assert_eq!(acts.take(), [Act::Use(ModelChoice { id: ID.into(), variant: Some(Variant::Int8) })]);
}

#[test]
fn other_answers_are_marked_by_more_than_colour() {
    let root = shown(&done(seen(&["clock", "dome"]), seen(&["dome", "clock"])));
    assert!(root.text().contains("Another answer · 2 of 2 labels shared"), "{}", root.text());
    for (first, second, said) in [
        (felt(0.93, true), felt(0.9, true), "Same answer · 3 points apart"),
        (felt(0.93, true), felt(0.93, true), "Same answer"),
        (felt(0.51, true), felt(0.5, true), "Same answer · 1 point apart"),
        (felt(0.6, true), felt(0.3, true), "Another answer · 30 points apart"),
        (Answer::Written("a b c".into()), Answer::Written("a b d".into()), "1 of 3 words differs"),
        (Answer::Written("A b c.".into()), Answer::Written("a b c".into()), "Same words"),
        (Answer::Written("a b c".into()), Answer::Written(String::new()), "3 of 3 words differ"),
    ] {
        let text = shown(&done(first, second)).text();
        assert!(text.contains(said), "{said} in {text}");
    }
    let text = shown(&done(felt(0.93, true), felt(0.2, true))).text();
    assert!(text.contains("Positive 93%") && text.contains("Negative 80%"), "{text}");
    let text = shown(&done(felt(0.9, false), Answer::Written(String::new()))).text();
    assert!(text.contains("does not know this language") && text.contains("Nobody is heard speaking."), "{text}");
}

#[test]
fn in_korean_labels_are_korean() {
    let updates = done(seen(&["clock"]), seen(&["clock"]));
    let root = page("ko", Purpose::Camera, Some(comparison(&updates)), None).0.look();
    for words in ["clock (한국어) 60%", "같은 답", "사용 중", "크기", "시간"] {
        assert!(root.text().contains(words), "{words} in {}", root.text());
    }
}

#[test]
fn a_model_that_fails_says_why_and_the_other_stands() {
    let root =
        shown(&[Update::Failed(0, "x.safetensors is torn".into()), answered(1, seen(&["clock"]), 2.0), Update::Ended]);
    let text = root.text();
    assert!(text.contains("This model gave no answer.") && text.contains("x.safetensors is torn"), "{text}");
    assert!(text.contains("One model has answered."), "{text}");
    assert!(!text.contains("compared with this answer"), "there is no first answer to compare with");
}

#[test]
fn what_cannot_be_compared_on_is_said_and_another_can_be_chosen() {
    let unusable = comparison(&[Update::Unusable("the picture is torn".into())]);
    let (page_of_it, _) = page("en", Purpose::Camera, Some(unusable), None);
    let root = page_of_it.look();
    assert!(root.text().contains("Nothing can be compared on this.") && root.text().contains("the picture is torn"));
    assert!(root.tags("article").is_empty() && root.text().contains("Another picture"));
    let notice = Notice::Unreadable { name: "a.png".into(), why: "permission".into() };
    let root = page("en", Purpose::Camera, None, Some(notice)).0.look();
    assert!(root.roles("alert")[0].text().contains("a.png can't be read."));
    let root = page("en", Purpose::Camera, None, Some(Notice::NoDialog)).0.look();
    assert!(root.roles("alert")[0].text().contains("Install zenity"));
}

#[test]
fn cancelled_it_keeps_what_has_answered() {
    let mut cancelled = comparison(&[answered(0, seen(&["clock"]), 1.0), Update::Working(1)]);
    cancelled.end(End::Cancelled);
    assert!(!cancelled.is_running());
    let root = page("en", Purpose::Camera, Some(cancelled), None).0.look();
    assert_eq!(root.tags("article").len(), 1);
    assert!(root.text().contains("Cancelled.") && root.text().contains("Another picture"));
}

#[test]
fn a_long_clip_says_how_much_of_it_is_compared() {
    let long = Heard { compared_s: 30.0, of_s: 95.0 };
    let root = shown(&[Update::Taken(Taken::Clip(long))]);
    assert!(root.text().contains("Its first 30 seconds are compared."), "{}", root.text());
    let whole = shown(&[Update::Taken(Taken::Clip(Heard { of_s: 30.2, ..long }))]);
    assert!(!whole.text().contains("are compared."));
}

#[test]
fn what_is_used_changes_with_the_choice() {
    let mut comparison = comparison(&done(seen(&["clock"]), seen(&["clock"])));
    comparison.mark_used(&ModelChoice { id: ID.into(), variant: Some(Variant::Int8) });
    assert_eq!(comparison.rows.iter().map(|row| row.candidate.used).collect::<Vec<_>>(), [false, true]);
    assert!(matches!(comparison.rows[0].turn, Turn::Answered(_)));
}
