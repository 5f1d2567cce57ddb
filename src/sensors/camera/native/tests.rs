use super::*;
use libjpeg_turbo_rs::PixelFormat;
use nokhwa::utils::{CameraFormat, FrameFormat, Resolution};

fn device() -> CameraInfo {
    CameraInfo::new("Test camera", "", "", nokhwa::utils::CameraIndex::Index(0))
}

fn buffer(width: u32, height: u32, format: FrameFormat, data: &[u8]) -> Result<Frame, String> {
    decode(&Buffer::new(Resolution::new(width, height), data, format), Instant::now())
}

/// Where no camera is connected, as on most machines that build this, that is what it says.
#[test]
fn without_a_camera_it_says_so() {
    match devices() {
        Ok(devices) if devices.is_empty() => assert_eq!(NativeCamera::open().err(), Some(CameraError::NoDevice)),
        other => eprintln!("NOT CHECKED: this machine lists {other:?}"),
    }
}

#[test]
fn a_camera_that_is_not_there_does_not_open() {
    let nowhere = CameraInfo::new("Nowhere", "", "", nokhwa::utils::CameraIndex::Index(63));
    let error = Stream::open(&nowhere).err().unwrap();
    assert!(matches!(error, CameraError::Unplugged { .. } | CameraError::Failed { .. }), "{error}");
}

#[test]
fn every_coding_becomes_rgb() {
    // BT.601, limited range: 16 is black, 235 white; red is (82, 90, 240).
    let red = buffer(2, 1, FrameFormat::YUYV, &[82, 90, 82, 240]).unwrap();
    assert!(red.rgb.chunks(3).all(|p| p[0] > 250 && p[1] < 5 && p[2] < 5), "{:?}", red.rgb);
    let red = buffer(2, 2, FrameFormat::NV12, &[82, 82, 82, 82, 90, 240]).unwrap();
    assert!(red.rgb.chunks(3).all(|p| p[0] > 250 && p[1] < 5 && p[2] < 5), "{:?}", red.rgb);
    assert_eq!(buffer(1, 1, FrameFormat::RAWRGB, &[1, 2, 3]).unwrap().rgb, [1, 2, 3]);
    assert_eq!(buffer(1, 1, FrameFormat::RAWBGR, &[1, 2, 3]).unwrap().rgb, [3, 2, 1]);
    assert_eq!(buffer(1, 1, FrameFormat::GRAY, &[7]).unwrap().rgb, [7, 7, 7]);
    assert_eq!(buffer(1, 1, FrameFormat::RAWRGB, &[1, 2, 3, 0, 0]).unwrap().rgb, [1, 2, 3]);
}

/// Cameras leave the usual Huffman tables out of their JPEGs.
#[test]
fn a_cameras_jpeg_needs_no_huffman_tables() {
    use libjpeg_turbo_rs::{Subsampling, compress};
    let rgb = [200, 30, 60].repeat(64);
    let jpeg = compress(&rgb, 8, 8, PixelFormat::Rgb, 95, Subsampling::S422).unwrap();
    let bare = without_tables(&jpeg);
    assert!(bare.len() < jpeg.len());
    let frame = buffer(8, 8, FrameFormat::MJPEG, &bare).unwrap();
    assert!(frame.rgb.iter().zip(&rgb).all(|(a, b)| a.abs_diff(*b) < 5));
}

/// A JPEG without its DHT segments.
fn without_tables(jpeg: &[u8]) -> Vec<u8> {
    let (mut bare, mut at) = (jpeg[..2].to_vec(), 2);
    while jpeg[at + 1] != 0xDA {
        let end = at + 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
        if jpeg[at + 1] != 0xC4 {
            bare.extend_from_slice(&jpeg[at..end]);
        }
        at = end;
    }
    bare.extend_from_slice(&jpeg[at..]);
    bare
}

#[test]
fn pictures_that_are_cut_off_are_refused() {
    for (format, bytes) in [
        (FrameFormat::YUYV, 12),
        (FrameFormat::YUYV, 13),
        (FrameFormat::NV12, 11),
        (FrameFormat::RAWRGB, 23),
        (FrameFormat::RAWBGR, 23),
        (FrameFormat::GRAY, 7),
        (FrameFormat::MJPEG, 9),
    ] {
        assert!(buffer(4, 2, format, &vec![0; bytes]).is_err(), "{format:?}");
    }
    assert!(buffer(0, 0, FrameFormat::GRAY, &[]).is_err());
}

#[test]
fn the_format_nearest_to_what_is_needed_is_chosen() {
    let format = |w, h, coding, rate| CameraFormat::new(Resolution::new(w, h), coding, rate);
    let formats = [
        format(1920, 1080, FrameFormat::MJPEG, 30),
        format(640, 480, FrameFormat::MJPEG, 30),
        format(640, 480, FrameFormat::YUYV, 30),
        format(640, 480, FrameFormat::YUYV, 15),
        format(160, 120, FrameFormat::YUYV, 30),
    ];
    assert_eq!(choose(&formats), Some(formats[2]));
    assert_eq!(choose(&formats[..1]), Some(formats[0]));
    assert_eq!(choose(&[]), None);
}

#[test]
fn the_systems_words_become_states() {
    let refused = |why: &str| refused(&device(), &NokhwaError::OpenDeviceError("0".into(), why.into()));
    assert!(matches!(refused("V4L2 Error: Device or resource busy (os error 16)"), CameraError::Busy { .. }));
    assert_eq!(refused("V4L2 Error: Permission denied (os error 13)"), CameraError::DeniedForGood);
    assert_eq!(refused("V4L2 Error: Operation not permitted (os error 1)"), CameraError::DeniedForGood);
    assert!(matches!(refused("V4L2 Error: No such device (os error 19)"), CameraError::Unplugged { .. }));
    assert!(matches!(refused("V4L2 Error: Invalid argument (os error 22)"), CameraError::Failed { .. }));
}
