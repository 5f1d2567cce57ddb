//! The two threads together, on a replayed microphone and a tiny random model.

use super::*;
use crate::app::in_view::tests::leave;
use crate::inference::Unit;
use crate::inference::speech::testing::{babble, wav, write};
use crate::scheduler::{Power, ThermalStatus};
use crate::sensors::microphone::{Heard, Microphone, Pace, Replay};
use crate::sensors::power::told::{COOL, Told};
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// A microphone that vanishes after so many reads.
struct Loose(Replay, usize);

impl Microphone for Loose {
    fn read(&mut self, timeout: Duration) -> Result<Heard, MicrophoneError> {
        if self.1 == 0 {
            return Err(MicrophoneError::Unplugged);
        }
        self.1 -= 1;
        self.0.read(timeout)
    }

    fn name(&self) -> &str {
        "loose"
    }
}

fn replay(sound: &[f32], pace: Pace) -> Replay {
    Replay::new("a test", sound.to_vec(), pace).unwrap()
}

/// Opens a recording of `sound`, which comes in no time and then goes on in silence for ever.
fn endless(sound: Vec<f32>) -> Opener {
    Box::new(move || {
        let sound = [sound.clone(), vec![0.0; 16_000 * 600]].concat();
        Ok(Box::new(replay(&sound, Pace::Times(20.0))))
    })
}

fn once(sound: Vec<f32>) -> Opener {
    Box::new(move || Ok(Box::new(replay(&sound, Pace::AsRead))))
}

struct Screen {
    hearer: Hearer,
    news: UnboundedReceiver<News>,
    heat: Told,
    foreground: Foreground,
    folder: tempfile::TempDir,
}

fn english() -> TranscribeOptions {
    TranscribeOptions { language: Some("en".into()), ..TranscribeOptions::default() }
}

/// 1.5 s of speech and a pause.
fn sentence() -> Vec<f32> {
    [babble(1.5), vec![0.0; 16_000]].concat()
}

fn recorded(samples: &[f32]) -> Arc<Vec<u8>> {
    Arc::new(wav(samples))
}

impl Screen {
    fn open(open: Opener) -> Self {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), true);
        let heat = Told::new(COOL);
        let foreground = Foreground::default();
        let (hearer, news) = Hearer::start(open, Box::new(heat.clone()), foreground.clone());
        hearer.order(Order::Pace(Policy { min_interval_ms: 50, ..Policy::default() }));
        hearer.order(Order::Model(Some(ToLoad::stored(folder.path(), Unit::Cpu))));
        let mut screen = Self { hearer, news, heat, foreground, folder };
        screen.wait("the model", |news| matches!(news, News::Model(ModelState::Ready(_))).then_some(()));
        screen
    }

    /// Waits for news of this kind.
    fn wait<T>(&mut self, what: &str, wanted: impl Fn(&News) -> Option<T>) -> T {
        let began = Instant::now();
        let mut seen = Vec::new();
        while began.elapsed() < Duration::from_secs(20) {
            match self.news.try_recv() {
                Ok(news) => {
                    if let Some(found) = wanted(&news) {
                        return found;
                    }
                    if !matches!(news, News::Level(..)) {
                        seen.push(news);
                    }
                }
                Err(_) => std::thread::sleep(Duration::from_millis(2)),
            }
        }
        panic!("{what}, not {seen:?}");
    }

    fn outcome(&mut self, take: TakeId) -> Outcome {
        self.wait("the end", |news| match news {
            News::Over(id, outcome) if *id == take => Some(outcome.clone()),
            _ => None,
        })
    }

    fn words(&mut self) -> Words {
        self.wait("words", |news| match news {
            News::Words(_, words) if !words.confirmed.is_empty() => Some(words.clone()),
            _ => None,
        })
    }
}

fn done(outcome: Outcome) -> Take {
    match outcome {
        Outcome::Done(take) => *take,
        other => panic!("{other:?}"),
    }
}

#[test]
fn words_come_while_somebody_speaks_and_stop_keeps_them() {
    let mut screen = Screen::open(endless(sentence()));
    screen.hearer.order(Order::Start(7, english()));
    screen.wait("the level", |news| matches!(news, News::Level(7, meter) if meter.lit_frac > 0.2).then_some(()));
    let words = screen.words();
    screen.hearer.order(Order::Stop(7));
    screen.wait("finishing", |news| matches!(news, News::Finishing(7)).then_some(()));
    let take = done(screen.outcome(7));
    assert!(take.text.starts_with(words.confirmed.trim()), "{take:?}");
    assert!(take.began_ms == 7 && take.audio_s > 2.0 && take.worked_s > 0.0 && take.file.is_none());
    assert!(take.lines.len() == 1 && take.language.as_deref() == Some("en"));
}

#[test]
fn a_recording_that_is_over_ends_the_take_by_itself_and_a_second_one_may_follow() {
    let mut screen = Screen::open(once(sentence()));
    for id in [1, 2] {
        screen.hearer.order(Order::Start(id, english()));
        assert!(!done(screen.outcome(id)).text.is_empty());
    }
}

#[test]
fn silence_is_nothing_heard_and_cancel_is_cancelled() {
    let mut screen = Screen::open(once(vec![0.0; 32_000]));
    screen.hearer.order(Order::Start(1, english()));
    assert_eq!(screen.outcome(1), Outcome::Nothing);
    let mut screen = Screen::open(endless(sentence()));
    screen.hearer.order(Order::Start(1, english()));
    screen.words();
    screen.hearer.order(Order::Cancel(1));
    assert_eq!(screen.outcome(1), Outcome::Cancelled);
}

#[test]
fn heat_pauses_the_words_but_not_the_ear_and_stop_is_answered() {
    let mut screen = Screen::open(endless(sentence()));
    screen.heat.set(Power { thermal_status: Some(ThermalStatus::Severe), ..COOL });
    std::thread::sleep(Duration::from_millis(1100));
    screen.hearer.order(Order::Start(1, english()));
    screen.wait("a pause", |news| matches!(news, News::Paused(Some(Reason::Hot))).then_some(()));
    screen.wait("it hears on", |news| matches!(news, News::Level(1, meter) if meter.elapsed_s > 5).then_some(()));
    screen.hearer.order(Order::Stop(1));
    assert!(!done(screen.outcome(1)).text.is_empty());
}

#[test]
fn too_hot_for_anything_it_waits_and_goes_on_when_it_has_cooled() {
    let mut screen = Screen::open(once(sentence()));
    screen.heat.set(Power { thermal_status: Some(ThermalStatus::Critical), ..COOL });
    std::thread::sleep(Duration::from_millis(1100));
    screen.hearer.order(Order::Start(1, english()));
    screen.wait("a pause", |news| matches!(news, News::Paused(Some(Reason::Critical))).then_some(()));
    screen.heat.set(COOL);
    assert!(!done(screen.outcome(1)).text.is_empty());
}

#[test]
fn where_the_system_puts_the_app_out_of_view_nothing_is_written_until_the_person_is_back() {
    let mut screen = Screen::open(once(sentence()));
    leave(&screen.foreground, true);
    screen.hearer.order(Order::Start(1, english()));
    screen.wait("a pause", |news| matches!(news, News::Paused(Some(Reason::Hidden))).then_some(()));
    leave(&screen.foreground, false);
    assert!(!done(screen.outcome(1)).text.is_empty());
    // A file is not given up either.
    leave(&screen.foreground, true);
    screen.hearer.order(Order::File(2, english(), "a.wav".into(), recorded(&sentence())));
    std::thread::sleep(Duration::from_millis(500));
    while let Ok(news) = screen.news.try_recv() {
        assert!(!matches!(news, News::Over(2, _) | News::Words(2, _)), "{news:?}");
    }
    leave(&screen.foreground, false);
    assert!(!done(screen.outcome(2)).text.is_empty());
}

#[test]
fn a_microphone_that_vanishes_is_told_and_what_was_heard_is_kept_and_goes_on() {
    let opened = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&opened);
    let open: Opener = Box::new(move || {
        let reads = if count.fetch_add(1, Ordering::Relaxed) == 0 { 25 } else { usize::MAX };
        Ok(Box::new(Loose(replay(&sentence(), Pace::AsRead), reads)))
    });
    let mut screen = Screen::open(open);
    screen.hearer.order(Order::Start(1, english()));
    let gone = MicrophoneState::Trouble(MicrophoneError::Unplugged);
    screen.wait("it is gone", |news| (*news == News::Microphone(1, gone.clone())).then_some(()));
    screen.wait("it is back", |news| (*news == News::Microphone(1, MicrophoneState::Live)).then_some(()));
    let take = done(screen.outcome(1));
    assert_eq!((take.lines.len(), take.audio_s), (2, 5.0), "both sentences: {take:?}");
}

#[test]
fn a_refusal_is_told_asked_again_only_on_wish_and_stop_ends_it() {
    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let mut screen = Screen::open(Box::new(move || {
        count.fetch_add(1, Ordering::Relaxed);
        Err(MicrophoneError::Denied)
    }));
    screen.hearer.order(Order::Start(1, english()));
    let refused = MicrophoneState::Trouble(MicrophoneError::Denied);
    screen.wait("refused", |news| (*news == News::Microphone(1, refused.clone())).then_some(()));
    screen.hearer.order(Order::Retry);
    screen.wait("refused again", |news| (*news == News::Microphone(1, refused.clone())).then_some(()));
    assert_eq!(asked.load(Ordering::Relaxed), 2);
    screen.hearer.order(Order::Stop(1));
    assert_eq!(screen.outcome(1), Outcome::Nothing);
}

#[test]
fn files_are_written_down_and_bad_ones_silent_ones_and_cancelled_ones_said() {
    let mut screen = Screen::open(once(Vec::new()));
    let file = |id, bytes| Order::File(id, english(), "talk.wav".into(), bytes);
    screen.hearer.order(file(1, recorded(&[sentence(), sentence()].concat())));
    screen.wait("progress", |news| matches!(news, News::Progress(1, share) if *share > 0.8).then_some(()));
    let take = done(screen.outcome(1));
    assert!(take.file.as_deref() == Some("talk.wav") && take.audio_s == 5.0 && take.speed().is_some());
    for (id, bytes) in [(2, Arc::new(Vec::new())), (3, Arc::new(vec![7; 999]))] {
        screen.hearer.order(file(id, bytes));
        assert!(matches!(screen.outcome(id), Outcome::BadFile(why) if !why.is_empty()));
    }
    screen.hearer.order(file(4, recorded(&vec![0.0; 32_000])));
    assert_eq!(screen.outcome(4), Outcome::Nothing);
    screen.hearer.order(file(5, recorded(&babble(20.0))));
    screen.hearer.order(Order::Cancel(5));
    assert_eq!(screen.outcome(5), Outcome::Cancelled);
}

#[test]
fn a_hot_device_rests_in_a_file_and_goes_on() {
    let mut screen = Screen::open(once(Vec::new()));
    screen.heat.set(Power { thermal_status: Some(ThermalStatus::Severe), ..COOL });
    std::thread::sleep(Duration::from_millis(1100));
    screen.hearer.order(Order::File(1, english(), "talk.wav".into(), recorded(&sentence())));
    screen.wait("a pause", |news| matches!(news, News::Paused(Some(Reason::Hot))).then_some(()));
    screen.hearer.order(Order::Cancel(1));
    assert_eq!(screen.outcome(1), Outcome::Cancelled);
}

#[test]
fn a_model_that_cannot_be_used_is_told_and_a_take_without_one_ends() {
    let mut screen = Screen::open(once(sentence()));
    screen.hearer.order(Order::Model(Some(ToLoad::stored(&screen.folder.path().join("nowhere"), Unit::Cpu))));
    let why = screen.wait("why", |news| match news {
        News::Model(ModelState::Failed(why)) => Some(why.clone()),
        _ => None,
    });
    assert!(why.contains("nowhere"), "{why}");
    screen.hearer.order(Order::Start(1, english()));
    assert_eq!(screen.outcome(1), Outcome::Cancelled);
    screen.hearer.order(Order::Model(None));
    screen.wait("there is none", |news| matches!(news, News::Model(ModelState::None)).then_some(()));
}

#[test]
fn a_unit_that_is_not_here_is_told_and_takes_are_written_down_all_the_same() {
    let mut screen = Screen::open(once(sentence()));
    for unit in Unit::ALL.into_iter().filter(|unit| unit.lack().is_some()) {
        screen.hearer.order(Order::Model(Some(ToLoad::stored(screen.folder.path(), unit))));
        let placed = screen.wait("where it is", |news| match news {
            News::Placed(placed) => Some(placed.clone()),
            _ => None,
        });
        let fallback = placed.fallback.unwrap();
        assert_eq!((placed.unit, fallback.asked, Some(fallback.why)), (Unit::Cpu, unit, unit.lack()));
        screen.wait("the model", |news| matches!(news, News::Model(ModelState::Ready(_))).then_some(()));
    }
    screen.hearer.order(Order::File(1, english(), "talk.wav".into(), recorded(&sentence())));
    assert!(matches!(screen.outcome(1), Outcome::Done(_)));
}

#[test]
fn options_that_the_model_cannot_satisfy_fail_and_are_said() {
    let mut screen = Screen::open(once(sentence()));
    let klingon = TranscribeOptions { language: Some("Klingon".into()), ..TranscribeOptions::default() };
    screen.hearer.order(Order::Start(1, klingon));
    assert!(matches!(screen.outcome(1), Outcome::Failed(why, None) if why.contains("Klingon")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever stop and cancel do to each other: each take ends exactly once, what was stopped and not cancelled has
    /// its words, and the next take is none the worse.
    #[test]
    fn no_race_loses_a_take(
        takes in prop::collection::vec((prop::option::of(0..60_u64), prop::option::of(0..60_u64)), 1..4),
    ) {
        let mut screen = Screen::open(once(sentence()));
        for (n, (stop_ms, cancel_ms)) in takes.into_iter().enumerate() {
            let id = n as u64 + 1;
            let mut wishes: Vec<_> = stop_ms.map(|ms| (ms, Order::Stop(id))).into_iter().collect();
            wishes.extend(cancel_ms.map(|ms| (ms, Order::Cancel(id))));
            wishes.sort_by_key(|(ms, _)| *ms);
            screen.hearer.order(Order::Start(id, english()));
            let began = Instant::now();
            for (ms, wish) in wishes {
                std::thread::sleep(Duration::from_millis(ms).saturating_sub(began.elapsed()));
                screen.hearer.order(wish);
            }
            match screen.outcome(id) {
                Outcome::Cancelled => prop_assert!(cancel_ms.is_some()),
                // Stopped before anything was heard.
                Outcome::Nothing => prop_assert!(stop_ms.is_some()),
                Outcome::Done(take) => prop_assert!(!take.text.is_empty()),
                other => prop_assert!(false, "{:?}", other),
            }
            std::thread::sleep(Duration::from_millis(20));
            while let Ok(news) = screen.news.try_recv() {
                prop_assert!(!matches!(news, News::Over(..)), "twice: {news:?}");
            }
        }
    }
}
