//! The page's camera, with a real client in the page's place.

use super::*;
use crate::sensors::bridge::APP_ORIGINS;
use crate::sensors::bridge::testing::{PATIENCE, TestPage, until};
use serde_json::json;
use std::thread;

const SHORT: Duration = Duration::from_millis(30);

fn setup() -> (Bridge, WebviewCamera) {
    let bridge = Bridge::start(&APP_ORIGINS).unwrap();
    let page = Page { bridge: bridge.clone(), facing: Facing::Back, size: FrameSize::Square(224) };
    let camera = WebviewCamera::open(&page);
    (bridge, camera)
}

/// A picture of 2 × 1, whose first pixel has this red, turned by so many quarters.
fn picture(sequence: u32, red: u8, turns: u8) -> Vec<u8> {
    let mut message = vec![1, turns, 2, 0];
    message.extend(sequence.to_le_bytes());
    message.extend([2, 0, 1, 0, 0, 0, 0, 0, red, 20, 30, 255, 40, 50, 60, 255]);
    message
}

fn say(page: &mut TestPage, state: &str, more: serde_json::Value) {
    let mut text = json!({ "channel": "camera", "state": state });
    text.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    page.say(text);
}

fn failed(page: &mut TestPage, error: &str) {
    say(page, "failed", json!({ "error": error, "permission": "prompt", "message": "so it is" }));
}

#[test]
fn a_picture_crosses_byte_for_byte_when_it_is_asked_for() {
    let (bridge, mut camera) = setup();
    let mut page = TestPage::connect(&bridge.url());
    assert_eq!(page.hear(), json!({ "channel": "camera", "command": "start", "facing": "back", "again": false }));
    say(&mut page, "live", json!({ "facing": "back", "label": "Rear camera", "cameras": 2 }));
    let asker = thread::spawn(move || (camera.next_frame(PATIENCE), camera));
    let request = page.hear_command("frame");
    assert_eq!((&request["crop"], &request["side"]), (&json!("square"), &json!(224)));
    page.send(picture(request["sequence"].as_u64().unwrap() as u32, 10, 1));
    let (frame, camera) = asker.join().unwrap();
    let frame = frame.unwrap();
    assert_eq!((frame.width, frame.height), (1, 2));
    assert_eq!(frame.rgb, [10, 20, 30, 40, 50, 60]);
    assert_eq!((frame.facing, camera.facing()), (Facing::Back, Facing::Back));
    assert_eq!(camera.description(), "Rear camera");
    assert!(camera.can_flip());
}

#[test]
fn an_answer_that_comes_too_late_is_no_new_picture() {
    let (bridge, mut camera) = setup();
    let mut page = TestPage::connect(&bridge.url());
    until("the page is connected", || bridge.is_connected());
    assert!(matches!(camera.next_frame(SHORT), Err(CameraError::Timeout { .. })));
    let late = page.hear_command("frame")["sequence"].as_u64().unwrap() as u32;
    page.send(picture(late, 1, 0));
    let asker = thread::spawn(move || camera.next_frame(PATIENCE));
    let sequence = page.hear_command("frame")["sequence"].as_u64().unwrap() as u32;
    assert_ne!(sequence, late);
    page.send(picture(late, 2, 0));
    page.send(vec![1, 2, 3]);
    page.send(picture(sequence, 3, 0));
    assert_eq!(asker.join().unwrap().unwrap().rgb[0], 3);
}

#[test]
fn each_state_of_the_page_is_told_once_and_ends_when_pictures_come() {
    let (bridge, mut camera) = setup();
    assert_eq!(camera.next_frame(SHORT), Err(CameraError::NoPage));
    let mut page = TestPage::connect(&bridge.url());
    page.hear_command("start");
    for (error, want) in [
        ("NotAllowedError", CameraError::Denied),
        ("OverconstrainedError", CameraError::NoDevice),
        ("NotReadableError", CameraError::Busy { device: "the camera".into(), why: "so it is".into() }),
    ] {
        failed(&mut page, error);
        // At once, though there would be time.
        assert_eq!(camera.next_frame(PATIENCE), Err(want.clone()));
        // Again only when the time is over.
        assert_eq!(camera.next_frame(SHORT), Err(want));
    }
    say(&mut page, "live", json!({ "label": "Cam" }));
    say(&mut page, "ended", json!({ "label": "Cam" }));
    let gone = CameraError::Unplugged { device: "Cam".into(), why: "its stream has ended".into() };
    assert_eq!(camera.next_frame(PATIENCE), Err(gone.clone()));
    failed(&mut page, "NotFoundError");
    assert_eq!(camera.next_frame(SHORT), Err(gone));
    say(&mut page, "muted", json!({ "label": "Cam" }));
    assert!(matches!(camera.next_frame(PATIENCE), Err(CameraError::Busy { .. })));

    say(&mut page, "live", json!({ "label": "Cam" }));
    let given_up = camera.shared.lock().sequence;
    let asker = thread::spawn(move || camera.next_frame(PATIENCE));
    let sequence = loop {
        let sequence = page.hear_command("frame")["sequence"].as_u64().unwrap() as u32;
        if sequence > given_up {
            break sequence;
        }
    };
    page.send(picture(sequence, 9, 0));
    assert_eq!(asker.join().unwrap().unwrap().rgb[0], 9);
}

#[test]
fn a_page_that_comes_back_is_told_what_is_wanted() {
    let (bridge, mut camera) = setup();
    let mut page = TestPage::connect(&bridge.url());
    page.hear_command("start");
    let asker = thread::spawn(move || (camera.next_frame(PATIENCE), camera));
    page.hear_command("frame");
    drop(page);
    let mut page = TestPage::connect(&bridge.url());
    page.hear_command("start");
    let sequence = page.hear_command("frame")["sequence"].as_u64().unwrap() as u32;
    page.send(picture(sequence, 77, 0));
    let (frame, mut camera) = asker.join().unwrap();
    assert_eq!(frame.unwrap().rgb[0], 77);

    camera.freeze(true);
    assert_eq!(page.hear_command("freeze")["frozen"], true);
    assert!(matches!(camera.next_frame(SHORT), Err(CameraError::Timeout { .. })));
    let mut page = TestPage::connect(&bridge.url());
    page.hear_command("start");
    assert_eq!(page.hear()["command"], "freeze");
}

#[test]
fn commands_of_the_person_reach_the_page() {
    let (bridge, mut camera) = setup();
    let mut page = TestPage::connect(&bridge.url());
    page.hear_command("start");
    say(&mut page, "live", json!({ "facing": "back", "cameras": 2 }));
    until("it is live", || camera.can_flip());
    camera.flip().unwrap();
    page.hear_command("flip");
    say(&mut page, "live", json!({ "facing": "front", "cameras": 2 }));
    until("it looks to the front", || camera.facing() == Facing::Front);
    failed(&mut page, "NotAllowedError");
    assert_eq!(camera.next_frame(PATIENCE), Err(CameraError::Denied));
    camera.retry();
    let start = page.hear_command("start");
    assert_eq!((&start["facing"], &start["again"]), (&json!("front"), &json!(true)));
    drop(camera);
    page.hear_command("stop");
}
