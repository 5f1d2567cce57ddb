//! The socket, with a real client at its other end.

use super::testing::{TestPage, address, until};
use super::*;
use serde_json::json;
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, channel};

/// What a listener heard, in words.
fn listen(bridge: &Bridge, channel_: Channel) -> (Subscription, Receiver<String>) {
    let (sender, heard) = channel();
    let subscription = bridge.subscribe(channel_, move |event, link| {
        let words = match event {
            Event::Opened => {
                link.send(channel_, json!({ "hello": true }));
                "opened".to_string()
            }
            Event::Closed => "closed".into(),
            Event::Text(text) => format!("text {}", text["word"]),
            Event::Binary(bytes) => format!("{} bytes", bytes.len()),
        };
        let _ = sender.send(words);
    });
    (subscription, heard)
}

fn next(heard: &Receiver<String>) -> String {
    heard.recv_timeout(testing::PATIENCE).unwrap()
}

fn bridge() -> Bridge {
    Bridge::start(&APP_ORIGINS).unwrap()
}

#[test]
fn messages_go_both_ways_on_their_channel() {
    let bridge = bridge();
    let (_camera, camera) = listen(&bridge, Channel::Camera);
    let (_microphone, microphone) = listen(&bridge, Channel::Microphone);
    let mut page = TestPage::connect(&bridge.url());
    assert_eq!((next(&camera), next(&microphone)), ("opened".into(), "opened".into()));
    let hellos = [page.hear(), page.hear()].map(|h| h["channel"].as_str().unwrap().to_string());
    assert_eq!(hellos, ["camera", "microphone"]);

    page.say(json!({ "channel": "microphone", "word": 1 }));
    page.send(vec![1, 2, 3]);
    page.send(vec![2; 70_000]);
    assert_eq!(next(&camera), "3 bytes");
    assert_eq!((next(&microphone), next(&microphone)), ("text 1".into(), "70000 bytes".into()));

    assert!(bridge.send(Channel::Camera, json!({ "command": "start" })));
    assert_eq!(page.hear(), json!({ "channel": "camera", "command": "start" }));
    assert!(bridge.send_binary(Channel::Preview, vec![3; 500_000]));
    assert_eq!(page.hear_binary(), vec![3; 500_000]);

    drop(page);
    assert_eq!((next(&camera), next(&microphone)), ("closed".into(), "closed".into()));
    assert!(!bridge.is_connected());
    assert!(!bridge.send(Channel::Camera, json!({})));
}

#[test]
fn only_the_apps_own_page_with_the_key_is_let_in() {
    let bridge = bridge();
    let url = bridge.url();
    let (base, key) = url.rsplit_once('/').unwrap();
    assert_eq!(key.len(), 64);
    let mut almost = key.to_string();
    almost.replace_range(63.., if key.ends_with('0') { "1" } else { "0" });
    let own = Some("dioxus://index.html");
    for (url, origin) in [
        (format!("{base}/"), own),
        (format!("{base}/{almost}"), own),
        (format!("{base}/{key}/more"), own),
        (format!("{base}/{key}{key}"), own),
        (format!("{base}/?{key}"), own),
        (url.clone(), Some("https://example.org")),
        (url.clone(), Some("null")),
        (url.clone(), Some("dioxus://index.html.example.org")),
    ] {
        let refused = TestPage::connect_from(&url, origin).err();
        assert!(refused.is_some_and(|why| why.contains("403")), "{origin:?}");
        assert!(!bridge.is_connected());
    }
    for origin in APP_ORIGINS.map(Some).into_iter().chain([None]) {
        assert!(TestPage::connect_from(&url, origin).is_ok(), "{origin:?}");
    }
    assert_ne!(self::bridge().url().rsplit_once('/').unwrap().1, key);
}

#[test]
fn the_newest_page_is_the_one_in_use() {
    let bridge = bridge();
    let (_subscription, heard) = listen(&bridge, Channel::Camera);
    let mut first = TestPage::connect(&bridge.url());
    assert_eq!(next(&heard), "opened");
    let mut second = TestPage::connect(&bridge.url());
    assert_eq!((next(&heard), next(&heard)), ("closed".into(), "opened".into()));
    assert!(first.is_cut_off());
    second.say(json!({ "channel": "camera", "word": 2 }));
    assert_eq!(next(&heard), "text 2");
    assert!(bridge.is_connected());
}

#[test]
fn a_page_comes_back_as_often_as_it_likes() {
    let bridge = bridge();
    let (_subscription, heard) = listen(&bridge, Channel::Camera);
    for _ in 0..20 {
        let mut page = TestPage::connect(&bridge.url());
        assert_eq!(next(&heard), "opened");
        page.send(vec![1]);
        assert_eq!(next(&heard), "1 bytes");
        drop(page);
        assert_eq!(next(&heard), "closed");
    }
}

#[test]
fn who_subscribes_late_hears_that_a_page_is_there() {
    let bridge = bridge();
    let mut page = TestPage::connect(&bridge.url());
    until("the page is connected", || bridge.is_connected());
    let (subscription, heard) = listen(&bridge, Channel::Camera);
    assert_eq!(next(&heard), "opened");
    assert_eq!(page.hear()["hello"], true);
    // Another takes the place; the former's end does not touch it.
    let (_other, other) = listen(&bridge, Channel::Camera);
    drop(subscription);
    assert_eq!(next(&other), "opened");
    page.send(vec![1]);
    assert_eq!(next(&other), "1 bytes");
    assert!(heard.recv().is_err());
}

#[test]
fn nonsense_is_left_out() {
    let bridge = bridge();
    let (_subscription, heard) = listen(&bridge, Channel::Camera);
    let mut page = TestPage::connect(&bridge.url());
    assert_eq!(next(&heard), "opened");
    for text in ["", "null", "[]", "{", "7", r#"{"channel":"door"}"#, r#"{"channel":1}"#, r#"{"word":1}"#] {
        page.0.send(tungstenite::Message::text(text)).unwrap();
    }
    page.0.send(tungstenite::Message::text("[".repeat(MAX_TEXT_BYTES))).unwrap();
    let long = format!(r#"{{"channel":"camera","word":"{}"}}"#, "x".repeat(MAX_TEXT_BYTES));
    page.0.send(tungstenite::Message::text(long)).unwrap();
    for binary in [vec![], vec![0, 1], vec![4], vec![255; 9]] {
        page.send(binary);
    }
    page.say(json!({ "channel": "camera", "word": 5 }));
    assert_eq!(next(&heard), "text 5");
}

#[test]
fn a_message_that_is_too_large_ends_the_connection_and_nothing_else() {
    let bridge = bridge();
    let (_subscription, heard) = listen(&bridge, Channel::Camera);
    let page = TestPage::connect(&bridge.url());
    assert_eq!(next(&heard), "opened");
    // A binary frame whose header claims 2^62 bytes.
    let mut stream = page.0.get_ref();
    stream.write_all(&[0x82, 0xFF, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5]).unwrap();
    assert_eq!(next(&heard), "closed");
    let mut page = TestPage::connect(&bridge.url());
    assert_eq!(next(&heard), "opened");
    page.send(vec![1; MAX_MESSAGE_BYTES]);
    assert_eq!(next(&heard), format!("{MAX_MESSAGE_BYTES} bytes"));
    // It is cut off while it still writes.
    let _ = page.0.send(tungstenite::Message::binary(vec![1; MAX_MESSAGE_BYTES + 1]));
    assert_eq!(next(&heard), "closed");
}

#[test]
fn cut_in_the_middle_a_message_is_never_handed_on() {
    let bridge = bridge();
    let (_subscription, heard) = listen(&bridge, Channel::Camera);
    let page = TestPage::connect(&bridge.url());
    assert_eq!(next(&heard), "opened");
    let mut stream = page.0.get_ref();
    // A frame of 100 bytes, of which six come.
    stream.write_all(&[0x82, 0x80 | 100, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1]).unwrap();
    drop(page);
    assert_eq!(next(&heard), "closed");
}

#[test]
fn what_is_no_websocket_is_turned_away() {
    let bridge = Bridge::start_patient(&APP_ORIGINS, Duration::from_millis(300)).unwrap();
    let (_subscription, heard) = listen(&bridge, Channel::Camera);
    for bytes in [&b"GET / HTTP/1.0\r\n\r\n"[..], b"POST /x HTTP/1.1\r\n\r\n", &[0; 300], &[0xFF; 9000], b"\r\n\r\n"] {
        let mut stream = TcpStream::connect(address(&bridge.url())).unwrap();
        stream.set_read_timeout(Some(testing::PATIENCE)).unwrap();
        // It may hang up before all of it is written.
        let _ = stream.write_all(bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(!String::from_utf8_lossy(&answer).contains("101"), "{bytes:?}");
    }
    assert!(heard.try_recv().is_err());
    assert!(TestPage::connect_from(&bridge.url(), None).is_ok());
}

#[test]
fn strangers_who_only_hold_the_line_take_a_few_threads_at_most() {
    let bridge = Bridge::start_patient(&APP_ORIGINS, Duration::from_millis(300)).unwrap();
    let _strangers: Vec<_> = (0..40).map(|_| TcpStream::connect(address(&bridge.url())).unwrap()).collect();
    // They are let go when their time is over; then the page gets through.
    let deadline = std::time::Instant::now() + testing::PATIENCE;
    while TestPage::connect_from(&bridge.url(), None).is_err() {
        assert!(std::time::Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn of_pictures_for_a_slow_page_only_the_newest_waits() {
    let bridge = bridge();
    let mut page = TestPage::connect(&bridge.url());
    until("the page is connected", || bridge.is_connected());
    // More than the system's own buffers hold; the page reads nothing meanwhile.
    let picture = |n: u8| [vec![3, n], vec![0; 4 << 20]].concat();
    for n in 0..20 {
        assert!(bridge.send_binary(Channel::Preview, picture(n)));
    }
    let mut seen = vec![page.hear_binary()[1]];
    while *seen.last().unwrap() != 19 {
        seen.push(page.hear_binary()[1]);
    }
    assert!(seen.len() < 10, "{seen:?}");
    assert!(seen.is_sorted());
}

#[test]
fn a_page_that_takes_no_commands_is_cut_off() {
    let bridge = bridge();
    let mut page = TestPage::connect(&bridge.url());
    until("the page is connected", || bridge.is_connected());
    // The picture fills the line, and the commands wait behind it.
    bridge.send_binary(Channel::Preview, [vec![3], vec![0; 32 << 20]].concat());
    until("the page is given up", || !bridge.send(Channel::Camera, json!({ "command": "x".repeat(1000) })));
    assert!(page.is_cut_off());
}

#[test]
fn the_port_closes_with_the_last_copy() {
    let bridge = bridge();
    let url = bridge.url();
    let mut page = TestPage::connect(&url);
    until("the page is connected", || bridge.is_connected());
    let copy = bridge.clone();
    drop(bridge);
    assert!(copy.is_connected());
    drop(copy);
    assert!(page.is_cut_off());
    until("nobody listens", || TcpStream::connect(address(&url)).is_err());
}
