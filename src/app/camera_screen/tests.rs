//! Every state of the screen, in both languages, as a person meets it.

use super::view::{CameraView, NoBridge};
use super::*;
use crate::app::camera::{Doing, Live};
use crate::app::testing::{Node, Page};
use crate::scheduler::Reason;
use crate::sensors::camera::{CameraError, Facing};
use std::cell::RefCell;
use std::rc::Rc;

fn live(facing: Facing, can_flip: bool) -> CameraState {
    CameraState::Live(Live { facing, can_flip, in_page: true })
}

fn clock() -> Named {
    Named { index: 892, english: "wall clock".into(), korean: "벽시계".into(), probability: 0.731 }
}

fn seeing() -> Sight {
    Sight {
        camera: live(Facing::Back, true),
        model: ModelState::Ready,
        labels: vec![clock()],
        latency_ms: Some(51.4),
        pace: Some(pace(Doing::Running(Reason::Interval))),
        ..Sight::new()
    }
}

fn pace(doing: Doing) -> PaceNews {
    PaceNews { doing, every_ms: Some(104), age_ms: Some(80), runs: 120, still: 7 }
}

fn page(language: &'static str, sight: Sight) -> (Page, Rc<RefCell<Vec<Act>>>) {
    let acts = Rc::new(RefCell::new(Vec::new()));
    let heard = Rc::clone(&acts);
    let page = Page::of(language, move || {
        let heard = Rc::clone(&heard);
        rsx! { CameraView { sight: sight.clone(), labels: Labels::default(), onact: move |act| heard.borrow_mut().push(act) } }
    });
    (page, acts)
}

fn look(language: &'static str, sight: Sight) -> Node {
    page(language, sight).0.look()
}

#[test]
fn a_live_view_shows_labels_pace_and_what_can_be_done() {
    let screen = look("en", seeing());
    let text = screen.text();
    for wanted in ["wall clock", "73%", "10 per second · 51 ms", "120 answers", "7 pictures skipped"] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    for button in ["Freeze", "Flip", "Share", "wall clock, 73 percent. Copy"] {
        screen.button(button);
    }
    let korean = look("ko", seeing()).text();
    for wanted in ["벽시계", "73%", "1초에 10번", "화면 고정"] {
        assert!(korean.contains(wanted), "{wanted}: {korean}");
    }
}

#[test]
fn every_pace_says_why() {
    use Reason::*;
    let said = |language, doing| look(language, Sight { pace: Some(pace(doing)), ..seeing() }).text();
    let expected = [
        (Doing::Waiting, "Getting ready", "준비하는 중"),
        (Doing::Still, "Still scene", "변화 없음"),
        (Doing::Running(Duty), "Slow model: 10 per second", "느린 모델"),
        (Doing::Running(Warm), "Warm: 10 per second", "따뜻함"),
        (Doing::Running(Hot), "Hot: 10 per second", "뜨거움"),
        (Doing::Running(HeatUnknown), "Heat unknown: 10 per second", "온도 모름"),
        (Doing::Running(LowBattery), "Saving battery: 10 per second", "배터리 절약"),
        (Doing::Running(LowPowerMode), "Power saving: 10 per second", "절전 모드"),
        (Doing::Running(BatteryUnknown), "Battery unknown: 10 per second", "배터리 모름"),
        (Doing::Paused(Hot), "Paused: the device is hot", "기기가 뜨거워서"),
        (Doing::Paused(Critical), "Too hot: it goes on when the device has cooled", "너무 뜨거워요"),
        (Doing::Paused(LowBattery), "Paused: the battery is almost empty", "배터리가 거의 없어서"),
        (Doing::Paused(Hidden), "Paused", "멈춤"),
    ];
    for (doing, english, korean) in expected {
        assert!(said("en", doing).contains(english), "{doing:?}: {}", said("en", doing));
        assert!(said("ko", doing).contains(korean), "{doing:?}: {}", said("ko", doing));
    }
}

#[test]
fn a_slow_pace_is_told_in_seconds() {
    let said = |language, every_ms| {
        let pace = PaceNews { every_ms: Some(every_ms), ..pace(Doing::Running(Reason::Hot)) };
        look(language, Sight { pace: Some(pace), ..seeing() }).text()
    };
    for (every_ms, english, korean) in [
        (250, "Hot: 4 per second", "1초에 4번"),
        (1100, "Hot: 1 per second", "1초에 1번"),
        (5200, "Hot: every 5 seconds", "5초에 1번"),
    ] {
        assert!(said("en", every_ms).contains(english), "{}", said("en", every_ms));
        assert!(said("ko", every_ms).contains(korean), "{}", said("ko", every_ms));
    }
}

#[test]
fn an_old_result_shows_its_age_and_a_pause_offers_a_look() {
    let paused = PaceNews { age_ms: Some(12_400), ..pace(Doing::Paused(Reason::Hot)) };
    let (mut page, acts) = page("en", Sight { pace: Some(paused), ..seeing() });
    assert!(page.look().text().contains("12 seconds ago"));
    page.press("Look now");
    assert_eq!(*acts.borrow(), [Act::Ask]);
}

#[test]
fn a_tap_is_offered_only_where_it_is_answered() {
    let paused = |reason| Sight { pace: Some(pace(Doing::Paused(reason))), ..seeing() };
    let buttons = |sight| look("en", sight).buttons();
    assert!(buttons(paused(Reason::Hot)).contains(&"Look now".to_string()));
    assert!(!buttons(paused(Reason::Critical)).contains(&"Look now".to_string()));
    let picked = Sight { held: Held::Picture("a.jpg".into()), labels: Vec::new(), ..paused(Reason::Critical) };
    assert!(look("en", picked).text().contains("Too hot"), "why a picture that was picked has no answer");
    let without = Sight { model: ModelState::None, labels: Vec::new(), ..seeing() };
    let offers_photos = |sight| look("en", sight).text().contains("Photos");
    assert!(offers_photos(seeing()) && !offers_photos(without), "a picture needs a model");
}

#[test]
fn every_trouble_is_said_with_a_way_on() {
    let device = || "Camera One".to_string();
    let why = || "EBUSY".to_string();
    let troubles = [
        (CameraError::NoDevice, "has no camera", "카메라가 없어요"),
        (CameraError::Denied, "isn’t allowed to use the camera", "쓸 수 없어요"),
        (CameraError::DeniedForGood, "switched off for Onhand", "꺼져 있어요"),
        (CameraError::Busy { device: device(), why: why() }, "Another program", "다른 프로그램"),
        (CameraError::Unplugged { device: device(), why: why() }, "The camera was disconnected", "연결이 끊겼어요"),
        (CameraError::Unreadable { path: "/a".into(), why: why() }, "no picture in what stands", "사진이 없어요"),
        (CameraError::Failed { device: device(), why: why() }, "does not answer", "응답하지 않아요"),
    ];
    for (error, english, korean) in troubles {
        let sight = Sight { camera: CameraState::Trouble(error.clone()), labels: Vec::new(), pace: None, ..seeing() };
        assert!(look("ko", sight.clone()).text().contains(korean), "{error:?}");
        let (mut page, acts) = page("en", sight);
        let screen = page.look();
        assert!(screen.text().contains(english), "{error:?}: {}", screen.text());
        assert_eq!(screen.text().contains("EBUSY"), screen.text().contains("Technical details"), "{error:?}");
        assert!(!screen.buttons().iter().any(|b| b == "Freeze" || b == "Flip"), "{:?}", screen.buttons());
        page.press("Try again");
        assert_eq!(*acts.borrow(), [Act::Retry]);
    }
}

#[test]
fn what_is_missing_is_said() {
    let opening = Sight { camera: CameraState::Opening, labels: Vec::new(), latency_ms: None, ..seeing() };
    assert!(look("en", opening.clone()).text().contains("Opening the camera"));
    assert!(look("ko", opening.clone()).text().contains("카메라를 여는 중"));
    assert!(look("en", opening.clone()).text().contains("The answer appears here"));
    let unsure = Sight { labels: Vec::new(), ..seeing() };
    assert!(look("en", unsure.clone()).text().contains("Nothing that I know for sure"));
    assert!(look("ko", unsure).text().contains("확실히 아는 것이 없어요"));
    let loading = Sight { model: ModelState::Loading, ..opening.clone() };
    assert!(look("en", loading).text().contains("Loading the model"));
    let failed = Sight { model: ModelState::Failed("config.json: torn".into()), ..opening.clone() };
    let said = look("en", failed).text();
    assert!(said.contains("cannot be used") && said.contains("config.json: torn"), "{said}");
    let (mut page, acts) = page("en", Sight { model: ModelState::None, ..opening });
    assert!(page.look().text().contains("no model for pictures"));
    page.press("Go to Models");
    assert_eq!(*acts.borrow(), [Act::Models]);
}

#[test]
fn a_held_picture_can_be_let_go_and_a_live_one_held() {
    for held in [Held::Frozen, Held::Picture("cat.jpg".into())] {
        let (mut page, acts) = page("en", Sight { held, ..seeing() });
        assert!(!page.look().text().contains("per second"), "nothing runs, so there is no pace");
        page.press("Resume");
        assert_eq!(*acts.borrow(), [Act::Live]);
    }
    let (mut page, acts) = page("en", seeing());
    page.press("Freeze");
    page.press("Flip");
    page.press("wall clock");
    page.press("Share");
    assert_eq!(*acts.borrow(), [Act::Freeze, Act::Flip, Act::Copy("wall clock".into()), Act::Share]);
}

#[test]
fn notices_are_said_in_both_languages() {
    let notices = [
        (Notice::Copied("wall clock".into()), "Copied: wall clock", "복사했어요: wall clock"),
        (Notice::CannotCopy, "could not be copied", "복사할 수 없어요"),
        (Notice::NoDialog, "no window to pick files in", "파일을 고르는 창이 없어요"),
        (
            Notice::BadPicture { name: "a.txt".into(), why: "torn".into() },
            "a.txt is not a picture",
            "a.txt: 읽을 수 있는 사진이 아니에요",
        ),
    ];
    for (notice, english, korean) in notices {
        let sight = Sight { notice: Some(notice), ..seeing() };
        assert!(look("en", sight.clone()).text().contains(english));
        assert!(look("ko", sight).text().contains(korean));
    }
    let no_bridge = Page::of("en", || rsx! { NoBridge { why: "no port" } }).look().text();
    assert!(no_bridge.contains("cannot be shown here") && no_bridge.contains("no port"));
}

#[test]
fn only_a_front_camera_is_a_mirror() {
    let mirrored = |facing| {
        let screen = page("en", Sight { camera: live(facing, false), ..seeing() }).0.look();
        // The picture itself is nothing for a screen reader, so it is not among what is shown.
        format!("{screen:?}").contains("mirrored")
    };
    assert_eq!([Facing::Front, Facing::Back, Facing::Unknown].map(mirrored), [true, false, false]);
}

#[test]
fn the_amount_shown_is_a_setting() {
    let (mut page, acts) = page("en", seeing());
    let screen = page.look();
    let radio = |name: &str, at: usize| {
        screen.tags("input").into_iter().filter(|i| i.attribute("name") == Some(name)).nth(at).unwrap().clone()
    };
    for input in [radio("camera-count", 2), radio("camera-least", 0)] {
        page.enter(&input, "change", "on");
    }
    assert_eq!(*acts.borrow(), [Act::Set(Change::LabelCount(5)), Act::Set(Change::LeastPercent(3))]);
}

#[test]
fn the_leader_is_said_once_and_not_at_once() {
    let mut leader = Leader::default();
    let labels = [clock()];
    assert_eq!(leader.ripe(&labels), None);
    leader.since = leader.since.map(|(index, since)| (index, since - SAY_AFTER));
    assert_eq!(leader.ripe(&labels), Some(&labels[0]));
    assert_eq!(leader.ripe(&labels), None);
    let other = [Named { index: 1, ..clock() }];
    assert_eq!(leader.ripe(&other), None);
    assert_eq!(leader.said, Some(892));
}
