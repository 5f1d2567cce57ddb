//! The two threads together, on a folder as the camera and a tiny random model.

use super::*;
use crate::app::in_view::tests::leave;
use crate::inference::Unit;
use crate::inference::vision::random_model::RandomModel;
use crate::scheduler::{Power, ThermalStatus};
use crate::sensors::power::told::{COOL, Told};
use std::path::Path;
use std::time::{Duration, Instant};

struct Screen {
    viewer: Viewer,
    news: UnboundedReceiver<News>,
    foreground: Foreground,
    folder: tempfile::TempDir,
}

/// A picture of one colour.
fn draw(path: &Path, colour: [u8; 3]) {
    image::RgbImage::from_pixel(64, 64, image::Rgb(colour)).save(path).unwrap();
}

/// Models of pictures are computed by the processor.
fn stored(model: &Path) -> ToLoad {
    ToLoad::stored(model, Unit::Cpu)
}

impl Screen {
    fn open() -> Self {
        Self::with(COOL)
    }

    fn with(power: Power) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("camera")).unwrap();
        draw(&folder.path().join("camera/1.png"), [200, 30, 30]);
        RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "symmetric", "kept").write(folder.path());
        let model = folder.path().join("random");
        let bridge = Bridge::start(&[]).unwrap();
        let path = folder.path().join("camera");
        let source = Source::Replay { path, rate_hz: 30.0, hold: Duration::from_millis(300) };
        let foreground = Foreground::default();
        let (viewer, news) = Viewer::start(source, &bridge, Box::new(Told::new(power)), foreground.clone());
        viewer.order(Order::Model(Some(Models { chosen: stored(&model), sparing: None })));
        Self { viewer, news, foreground, folder }
    }

    /// Waits for news of this kind.
    fn wait<T>(&mut self, what: &str, wanted: impl Fn(&News) -> Option<T>) -> T {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(20) {
            match self.news.try_recv() {
                Ok(news) => {
                    if let Some(found) = wanted(&news) {
                        return found;
                    }
                }
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
        panic!("{what}");
    }

    fn wait_doing(&mut self, what: &str, doing: Doing) -> PaceNews {
        self.wait(what, |news| match news {
            News::Pace(pace) if pace.doing == doing => Some(*pace),
            _ => None,
        })
    }
}

fn seen(news: &News) -> Option<Seen> {
    match news {
        News::Seen(seen) => Some(seen.clone()),
        _ => None,
    }
}

#[test]
fn a_still_scene_stops_it_another_picture_starts_it() {
    let mut screen = Screen::open();
    screen.viewer.order(Order::Watch(true));
    screen.wait("the camera is live", |news| matches!(news, News::Camera(CameraState::Live(_))).then_some(()));
    let first = screen.wait("a first result", seen);
    assert!(!first.labels.is_empty() && first.asked);
    let still = screen.wait_doing("it stands still", Doing::Still);
    assert_eq!(still.runs, 1);
    draw(&screen.folder.path().join("camera/1.png"), [30, 200, 30]);
    // The folder is read again when it is opened again.
    screen.viewer.order(Order::Watch(false));
    screen.viewer.order(Order::Watch(true));
    screen.wait("another result", seen);
}

#[test]
fn under_a_question_of_the_system_s_the_camera_stays_and_nothing_runs() {
    let mut screen = Screen::open();
    leave(&screen.foreground, true);
    screen.viewer.order(Order::Watch(true));
    screen.wait("the camera is live", |news| matches!(news, News::Camera(CameraState::Live(_))).then_some(()));
    std::thread::sleep(Duration::from_secs(1));
    while let Ok(news) = screen.news.try_recv() {
        assert!(!matches!(news, News::Seen(_)), "{news:?}");
    }
    leave(&screen.foreground, false);
    screen.wait("a result", |news| {
        assert!(!matches!(news, News::Camera(_)), "it was not opened anew: {news:?}");
        seen(news)
    });
}

#[test]
fn who_comes_back_is_not_told_of_a_pause() {
    let mut screen = Screen::open();
    for _ in 0..3 {
        screen.viewer.order(Order::Watch(true));
        screen.wait("a result", |news| {
            assert!(!matches!(news, News::Pace(PaceNews { doing: Doing::Paused(_), .. })), "{news:?}");
            seen(news)
        });
        screen.viewer.order(Order::Watch(false));
        // Longer than the pace is told again.
        std::thread::sleep(Duration::from_millis(400));
    }
}

#[test]
fn a_picture_that_comes_before_the_screen_is_in_view_is_named() {
    let mut screen = Screen::open();
    screen.viewer.order(Order::Watch(true));
    screen.wait("a first result", seen);
    let path = screen.folder.path().join("blue.png");
    draw(&path, [30, 30, 200]);
    screen.viewer.order(Order::Watch(false));
    screen.viewer.order(Order::Picture("blue.png".into(), Arc::new(std::fs::read(path).unwrap())));
    screen.viewer.order(Order::Watch(true));
    screen.wait("the picture is named", |news| seen(news).filter(|seen| seen.asked));
}

#[test]
fn heat_pauses_it_and_a_tap_is_answered() {
    let mut screen = Screen::with(Power { thermal_status: Some(ThermalStatus::Severe), ..COOL });
    screen.viewer.order(Order::Watch(true));
    screen.wait_doing("it is paused", Doing::Paused(Reason::Hot));
    screen.viewer.order(Order::Tap);
    screen.wait("the tap is answered", |news| seen(news).filter(|seen| seen.asked));
}

#[test]
fn what_is_frozen_is_named_and_nothing_else() {
    let mut screen = Screen::with(Power { thermal_status: Some(ThermalStatus::Severe), ..COOL });
    screen.viewer.order(Order::Watch(true));
    screen.wait_doing("it is paused", Doing::Paused(Reason::Hot));
    screen.viewer.order(Order::Freeze(true));
    screen.wait("the frozen picture is named", |news| seen(news).filter(|seen| seen.asked));
    std::thread::sleep(Duration::from_millis(200));
    while let Ok(news) = screen.news.try_recv() {
        assert!(seen(&news).is_none(), "{news:?}");
    }
    screen.viewer.order(Order::Freeze(false));
    screen.wait_doing("it is live again, and paused", Doing::Paused(Reason::Hot));
}

#[test]
fn a_hot_phone_uses_the_smaller_model() {
    let mut screen = Screen::with(Power { thermal_status: Some(ThermalStatus::Moderate), ..COOL });
    let smaller = screen.folder.path().join("smaller");
    std::fs::create_dir(&smaller).unwrap();
    RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "symmetric", "kept").write(&smaller);
    let smaller = smaller.join("random");
    std::fs::write(smaller.join("labels.txt"), "a\nb\nc\nd\ne\nf\ng\n").unwrap();
    let chosen = screen.folder.path().join("random");
    screen.viewer.order(Order::Model(Some(Models { chosen: stored(&chosen), sparing: Some(stored(&smaller)) })));
    screen.viewer.order(Order::Watch(true));
    let seen = screen.wait("a result", seen);
    assert!(seen.labels.iter().all(|label| label.english.len() == 1), "{:?}", seen.labels);
}

#[test]
fn pictures_from_files_are_named_and_bad_ones_refused() {
    let mut screen = Screen::open();
    screen.viewer.order(Order::Watch(true));
    screen.wait("a first result", seen);
    screen.viewer.order(Order::Picture("noise.jpg".into(), Arc::new(vec![7; 1000])));
    let (name, why) = screen.wait("the bad picture is told", |news| match news {
        News::BadPicture(name, why) => Some((name.clone(), why.clone())),
        _ => None,
    });
    assert!(name == "noise.jpg" && !why.is_empty());
    let path = screen.folder.path().join("blue.png");
    draw(&path, [30, 30, 200]);
    screen.viewer.order(Order::Picture("blue.png".into(), Arc::new(std::fs::read(path).unwrap())));
    screen.wait("the picture is named", |news| seen(news).filter(|seen| seen.asked));
}

#[test]
fn a_camera_that_vanishes_is_told_and_comes_back() {
    let mut screen = Screen::open();
    screen.viewer.order(Order::Watch(true));
    screen.wait("a first result", seen);
    let (here, away) = (screen.folder.path().join("camera"), screen.folder.path().join("away"));
    std::fs::rename(&here, &away).unwrap();
    screen.wait("it is gone", |news| matches!(news, News::Camera(CameraState::Trouble(_))).then_some(()));
    std::fs::rename(&away, &here).unwrap();
    screen.wait("it is back", |news| matches!(news, News::Camera(CameraState::Live(_))).then_some(()));
}

#[test]
fn a_model_that_cannot_be_used_is_told_and_none_too() {
    let mut screen = Screen::open();
    let nowhere = screen.folder.path().join("nowhere");
    screen.viewer.order(Order::Model(Some(Models { chosen: stored(&nowhere), sparing: None })));
    let why = screen.wait("why", |news| match news {
        News::Model(ModelState::Failed(why)) => Some(why.clone()),
        _ => None,
    });
    assert!(why.contains("nowhere"), "{why}");
    screen.viewer.order(Order::Model(None));
    screen.wait("there is none", |news| matches!(news, News::Model(ModelState::None)).then_some(()));
}
