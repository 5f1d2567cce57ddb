use super::*;
use image::{ImageFormat, Rgb, RgbImage};
use tempfile::{TempDir, tempdir};

const HOLD: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(20);

fn save(folder: &TempDir, name: &str, grey: u8) -> PathBuf {
    let path = folder.path().join(name);
    RgbImage::from_pixel(4, 2, Rgb([grey; 3])).save_with_format(&path, ImageFormat::Png).unwrap();
    path
}

fn tear(folder: &TempDir, name: &str) {
    let whole = fs::read(save(folder, name, 1)).unwrap();
    fs::write(folder.path().join(name), &whole[..whole.len() / 2]).unwrap();
}

fn open(path: &Path) -> Result<ReplayCamera, CameraError> {
    ReplayCamera::open(path, 10.0, HOLD)
}

/// The grey that shows so many seconds after the start.
fn grey_at(camera: &mut ReplayCamera, seconds: f32) -> u8 {
    camera.look(camera.started + Duration::from_secs_f32(seconds)).unwrap().rgb[0]
}

fn why(result: Result<ReplayCamera, CameraError>) -> String {
    match result.err().unwrap() {
        CameraError::Unreadable { why, .. } => why,
        other => panic!("{other}"),
    }
}

#[test]
fn a_picture_is_a_camera_that_stands_still() {
    let folder = tempdir().unwrap();
    let mut camera = open(&save(&folder, "a.png", 9)).unwrap();
    let frame = camera.next_frame(PATIENCE).unwrap();
    assert_eq!((frame.width, frame.height, frame.rgb.len(), frame.rgb[0]), (4, 2, 24, 9));
    assert_eq!(camera.next_frame(PATIENCE).unwrap().rgb, frame.rgb);
    assert!(!camera.can_flip());
}

#[test]
fn a_folder_shows_its_pictures_by_name_each_for_a_while_and_begins_anew() {
    let folder = tempdir().unwrap();
    for (name, grey) in [("c.png", 30), ("a.png", 10), ("b.PNG", 20)] {
        save(&folder, name, grey);
    }
    fs::write(folder.path().join("labels.txt"), "no picture").unwrap();
    fs::write(folder.path().join(".hidden.png"), "unfinished").unwrap();
    let mut camera = open(folder.path()).unwrap();
    for (seconds, grey) in [(0.0, 10), (0.9, 10), (1.0, 20), (2.5, 30), (3.0, 10), (4.1, 20), (302.0, 30)] {
        assert_eq!(grey_at(&mut camera, seconds), grey, "after {seconds} s");
    }
    assert_eq!(camera.description(), folder.path().display().to_string());
}

#[test]
fn pictures_are_due_at_the_rate_and_late_ones_are_left_out() {
    let folder = tempdir().unwrap();
    let mut camera = open(&save(&folder, "a.png", 9)).unwrap();
    let start = camera.started;
    for (now_ms, due_ms) in [(0, 100), (99, 100), (100, 200), (555, 600), (100_000, 100_100)] {
        camera.look(start + Duration::from_millis(now_ms)).unwrap();
        assert_eq!(camera.next_due - start, Duration::from_millis(due_ms), "asked at {now_ms} ms");
    }
    // The next one is due in 100 s.
    assert!(matches!(camera.next_frame(Duration::from_millis(20)), Err(CameraError::Timeout { waited_ms: 20, .. })));
}

#[test]
fn odd_rates_are_a_cameras() {
    let folder = tempdir().unwrap();
    let path = save(&folder, "a.png", 9);
    for rate_hz in [f32::NAN, -1.0, 0.0, f32::INFINITY, 1e9] {
        let camera = ReplayCamera::open(&path, rate_hz, Duration::ZERO).unwrap();
        assert!(camera.interval >= Duration::from_millis(8) && camera.interval <= Duration::from_secs(10), "{rate_hz}");
    }
}

#[test]
fn torn_pictures_are_left_out_and_named() {
    let folder = tempdir().unwrap();
    tear(&folder, "a.png");
    save(&folder, "b.png", 20);
    let mut camera = open(folder.path()).unwrap();
    assert_eq!(grey_at(&mut camera, 0.0), 20);
    assert_eq!(grey_at(&mut camera, 1.0), 20);
    assert_eq!(grey_at(&mut camera, 2.0), 20);
    assert!(camera.description().contains("left out: a.png"), "{}", camera.description());
}

#[test]
fn nothing_but_torn_pictures_is_an_error_that_names_them() {
    let folder = tempdir().unwrap();
    for name in ["a.png", "b.png", "c.png", "d.png", "e.png"] {
        tear(&folder, name);
    }
    let why = why(open(folder.path()));
    assert!(why.contains("a.png") && why.contains("c.png") && why.contains("and 2 more"), "{why}");
    assert!(!self::why(open(&folder.path().join("a.png"))).is_empty());
}

#[test]
fn what_cannot_be_a_camera_says_why() {
    let folder = tempdir().unwrap();
    assert_eq!(why(open(folder.path())), "the folder holds no picture");
    assert_eq!(why(open(&folder.path().join("none.png"))), "there is nothing at this path");
    let text = folder.path().join("a.txt");
    fs::write(&text, "hello, world, this is no picture").unwrap();
    assert_eq!(why(open(&text)), "it is no picture");
    let denied = io::Error::from(io::ErrorKind::PermissionDenied);
    assert_eq!(explain(&denied), "this app may not read it");
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_read_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempdir().unwrap();
    let path = save(&folder, "a.png", 9);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o0)).unwrap();
    // Root may read everything.
    if fs::File::open(&path).is_err() {
        assert_eq!(why(open(&path)), "this app may not read it");
    }
}

#[test]
fn a_file_that_is_replaced_shows_the_new_picture() {
    let folder = tempdir().unwrap();
    let path = save(&folder, "a.png", 10);
    let mut camera = open(&path).unwrap();
    assert_eq!(grey_at(&mut camera, 0.0), 10);
    // Other bytes and another time, whatever the file system's clock does.
    RgbImage::from_pixel(9, 9, Rgb([20; 3])).save(&path).unwrap();
    assert_eq!(grey_at(&mut camera, 0.1), 20);
}

#[test]
fn a_source_that_vanishes_is_unplugged_and_goes_on_when_it_is_back() {
    let folder = tempdir().unwrap();
    let path = save(&folder, "a.png", 10);
    for source in [path.clone(), folder.path().to_path_buf()] {
        let mut camera = ReplayCamera::open(&source, 100.0, HOLD).unwrap();
        assert_eq!(camera.next_frame(PATIENCE).unwrap().rgb[0], 10);
        fs::remove_file(&path).unwrap();
        // At once, though there would be time; then only when the time is over.
        assert!(matches!(camera.next_frame(PATIENCE), Err(CameraError::Unplugged { .. })));
        let short = Duration::from_millis(30);
        assert!(matches!(camera.next_frame(short), Err(CameraError::Unplugged { .. })));
        save(&folder, "a.png", 10);
        assert_eq!(camera.next_frame(PATIENCE).unwrap().rgb[0], 10);
    }
    let mut camera = ReplayCamera::open(folder.path(), 100.0, HOLD).unwrap();
    camera.next_frame(PATIENCE).unwrap();
    folder.close().unwrap();
    assert!(matches!(camera.next_frame(PATIENCE), Err(CameraError::Unplugged { .. })));
}

#[test]
fn frozen_it_yields_nothing_until_it_goes_on() {
    let folder = tempdir().unwrap();
    let mut camera = open(&save(&folder, "a.png", 9)).unwrap();
    camera.freeze(true);
    assert!(matches!(camera.next_frame(Duration::from_millis(5)), Err(CameraError::Timeout { .. })));
    camera.freeze(false);
    assert!(camera.next_frame(PATIENCE).is_ok());
}

#[test]
fn a_recording_plays() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.gif");
    let frames = [0, 200].map(|grey| {
        let picture = image::RgbaImage::from_pixel(8, 8, image::Rgba([grey, grey, grey, 255]));
        image::Frame::from_parts(picture, 0, 0, image::Delay::from_numer_denom_ms(500, 1))
    });
    image::codecs::gif::GifEncoder::new(fs::File::create(&path).unwrap()).encode_frames(frames).unwrap();
    let mut camera = open(&path).unwrap();
    for (seconds, grey) in [(0.0, 0), (0.4, 0), (0.6, 200), (1.1, 0), (7.7, 200)] {
        assert_eq!(grey_at(&mut camera, seconds), grey, "after {seconds} s");
    }
}
