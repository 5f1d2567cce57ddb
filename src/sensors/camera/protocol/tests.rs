use super::*;
use crate::sensors::camera::frame::tests::{CORNERS, corners, picture};
use proptest::prelude::*;

/// The message that carries [`picture`].
fn message(turns: u8, facing: u8, mirrored: u8) -> Vec<u8> {
    let (width, height, rgb) = picture();
    let mut message = vec![1, turns, facing, mirrored, 7, 0, 0, 0, width as u8, 0, height as u8, 0, 40, 0, 0, 0];
    message.extend(rgb.chunks_exact(3).flat_map(|p| [p[0], p[1], p[2], 255]));
    message
}

#[test]
fn a_picture_is_upright_and_unmirrored_whichever_way_it_comes() {
    let [red, green, blue, white] = CORNERS;
    for (turns, plain, mirrored) in [
        (0, [red, green, blue, white], [green, red, white, blue]),
        (1, [blue, red, white, green], [red, blue, green, white]),
        (2, [white, blue, green, red], [blue, white, red, green]),
        (3, [green, white, red, blue], [white, green, blue, red]),
    ] {
        for (facing, want_facing) in [(0, Facing::Unknown), (1, Facing::Front), (2, Facing::Back)] {
            for (flag, want) in [(0, plain), (1, mirrored)] {
                let message = message(turns, facing, flag);
                let now = Instant::now();
                let frame = PageFrame::parse(&message).unwrap().to_frame(now);
                let case = format!("{turns} turns, facing {facing}, mirrored {flag}");
                assert_eq!((frame.width, frame.height), if turns % 2 == 0 { (6, 4) } else { (4, 6) }, "{case}");
                assert_eq!(corners(frame.width, frame.height, &frame.rgb), want, "{case}");
                assert_eq!(frame.facing, want_facing, "{case}");
                assert_eq!(now - frame.captured, Duration::from_millis(40), "{case}");
            }
        }
    }
}

#[test]
fn a_lying_header_is_refused() {
    let good = message(0, 0, 0);
    assert_eq!(PageFrame::parse(&good).unwrap().sequence, 7);
    for (at, value) in [(1, 4), (1, 255), (2, 3), (3, 2)] {
        let mut bad = good.clone();
        bad[at] = value;
        assert_eq!(PageFrame::parse(&bad), Err(Malformed::Header { at, value }));
    }
    for (at, side) in [(8, [0, 0]), (10, [0, 0]), (8, [255, 255]), (10, [0x81, 7])] {
        let mut bad = good.clone();
        bad[at..at + 2].copy_from_slice(&side);
        assert!(matches!(PageFrame::parse(&bad), Err(Malformed::Size { .. })), "{at} {side:?}");
    }
    assert_eq!(PageFrame::parse(&good[..good.len() - 1]), Err(Malformed::Length { got: 95, want: 96 }));
    assert_eq!(PageFrame::parse(&good[..15]), Err(Malformed::Short(15)));
}

#[test]
fn the_pages_states_are_read() {
    let read = |json: &str| serde_json::from_str::<PageState>(json);
    let live = read(r#"{"channel":"camera","state":"live","facing":"back","label":"Rear","cameras":2}"#);
    let want = PageState::Live { facing: PageFacing::Back, label: "Rear".into(), cameras: 2 };
    assert_eq!(live.unwrap(), want);
    assert!(matches!(
        read(r#"{"state":"live","facing":"left"}"#).unwrap(),
        PageState::Live { facing: PageFacing::Unknown, .. }
    ));
    assert_eq!(read(r#"{"state":"asking"}"#).unwrap(), PageState::Asking);
    assert!(read(r#"{"state":"flying"}"#).is_err());
    assert!(read(r#"{"state":"failed"}"#).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_picture_or_refused(
        head in proptest::collection::vec(0u8..4, 0..HEADER_BYTES + 4),
        body in proptest::collection::vec(any::<u8>(), 0..400),
    ) {
        let message = [head, body].concat();
        if let Ok(page_frame) = PageFrame::parse(&message) {
            let frame = page_frame.to_frame(Instant::now());
            prop_assert_eq!(frame.rgb.len(), frame.width as usize * frame.height as usize * 3);
            // What is allocated is less than what was sent.
            prop_assert!(frame.rgb.capacity() <= message.len());
        }
    }

    #[test]
    fn whole_pictures_keep_every_pixel(width in 1u16..20, height in 1u16..20, turns in 0u8..4, mirrored in 0u8..2) {
        let mut message = vec![1, turns, 0, mirrored, 0, 0, 0, 0];
        message.extend(width.to_le_bytes().into_iter().chain(height.to_le_bytes()).chain([0; 4]));
        let count = u32::from(width) * u32::from(height);
        message.extend((0..count).flat_map(|i| { let [a, b, ..] = i.to_le_bytes(); [a, b, 9, 255] }));
        let frame = PageFrame::parse(&message).unwrap().to_frame(Instant::now());
        let mut seen: Vec<u32> = frame.rgb.chunks(3).map(|p| u32::from(p[0]) + u32::from(p[1]) * 256).collect();
        seen.sort_unstable();
        prop_assert_eq!(seen, (0..count).collect::<Vec<_>>());
    }
}
