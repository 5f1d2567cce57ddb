//! The page's microphone: getUserMedia in the app's own web view, over the [bridge](crate::sensors::bridge).
//!
//! For systems whose sound only a web view may use, and for those where nothing is found natively. The page sends
//! pieces of 20 ms at its own rate; the bridge's thread resamples and queues them. A page that connects again, as after
//! iOS has closed its socket, is asked again.

use super::protocol::{self, PageSound, PageState};
use super::queue::{CAPACITY_S, Queue};
use super::{Heard, Microphone, MicrophoneError, SAMPLE_RATE_HZ};
use crate::resample::{Block, Resampler};
use crate::sensors::bridge::{Bridge, Channel, Event, Link, Subscription};
use serde::Deserialize;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A page that is not there by then, or gives no sound for so long, is not going to.
const DEAD_AFTER: Duration = Duration::from_secs(5);

/// The page's microphone.
pub struct Webview {
    bridge: Bridge,
    shared: Arc<Shared>,
    _subscription: Subscription,
}

struct Shared {
    /// The number under which sound is wanted: what an earlier opening still brings is let go.
    take: u32,
    queue: Queue,
    state: Mutex<State>,
}

struct State {
    stage: Stage,
    /// When the stage began, or sound came last.
    since: Instant,
    /// For the rate that the page sends at.
    resampler: Option<Resampler>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    NoPage,
    /// Somebody is asked, and takes their time.
    Asking,
    Live,
}

impl Webview {
    /// Asks the page for its microphone as soon as it is connected. What it answers, reading tells.
    pub fn open(bridge: &Bridge) -> Self {
        static TAKES: AtomicU32 = AtomicU32::new(1);
        let state = State { stage: Stage::NoPage, since: Instant::now(), resampler: None };
        let shared = Arc::new(Shared {
            take: TAKES.fetch_add(1, Ordering::Relaxed),
            queue: Queue::new(CAPACITY_S * SAMPLE_RATE_HZ as usize),
            state: Mutex::new(state),
        });
        let heard = Arc::clone(&shared);
        let subscription = bridge.subscribe(Channel::Microphone, move |event, link| heard.hear(event, link));
        Self { bridge: bridge.clone(), shared, _subscription: subscription }
    }
}

impl Microphone for Webview {
    fn read(&mut self, timeout: Duration) -> Result<Heard, MicrophoneError> {
        let taken = self.shared.queue.take(timeout)?;
        if !taken.samples.is_empty() {
            return Ok(Heard::Sound { samples: taken.samples, lost_samples: taken.lost });
        }
        let state = self.shared.lock();
        let (stage, quiet) = (state.stage, state.since.elapsed());
        drop(state);
        match stage {
            Stage::NoPage if quiet > DEAD_AFTER => {
                self.shared.queue.fail(protocol::unreadable("it does not answer".into()))
            }
            Stage::Live if quiet > DEAD_AFTER => self.shared.queue.fail(MicrophoneError::Unplugged),
            _ => {}
        }
        Ok(Heard::Nothing)
    }

    fn name(&self) -> &str {
        "the microphone"
    }
}

impl Drop for Webview {
    fn drop(&mut self) {
        // Where no page is connected, none listens.
        self.bridge.send(Channel::Microphone, protocol::stop());
    }
}

impl Shared {
    /// On the bridge's thread.
    fn hear(&self, event: Event<'_>, link: &Link) {
        match event {
            Event::Opened => _ = link.send(Channel::Microphone, protocol::start(self.take)),
            Event::Closed => self.enter(Stage::NoPage),
            Event::Text(text) => match PageState::deserialize(text) {
                Ok(page) => self.follow(page),
                Err(why) => tracing::debug!("the page says something unknown: {why}"),
            },
            Event::Binary(message) => match PageSound::parse(message) {
                Ok(sound) if sound.take == self.take => self.keep(&sound),
                Ok(late) => tracing::debug!("sound of take {} came too late", late.take),
                Err(why) => tracing::debug!("the page sent no sound: {why}"),
            },
        }
    }

    fn follow(&self, page: PageState) {
        match page {
            PageState::Asking => self.enter(Stage::Asking),
            PageState::Live { label } => {
                tracing::debug!(label, "the page listens");
                self.enter(Stage::Live);
            }
            PageState::Failed(refusal) => self.queue.fail(protocol::refused(refusal.meaning())),
            PageState::Ended => self.queue.fail(MicrophoneError::Unplugged),
            PageState::Muted => self.queue.fail(MicrophoneError::Busy),
        }
    }

    fn enter(&self, stage: Stage) {
        let mut state = self.lock();
        state.stage = stage;
        state.since = Instant::now();
    }

    fn keep(&self, sound: &PageSound<'_>) {
        let mut state = self.lock();
        state.since = Instant::now();
        if state.resampler.as_ref().is_none_or(|resampler| resampler.rate_hz() != sound.rate_hz) {
            match Resampler::new(sound.rate_hz, Block::Short) {
                Ok(resampler) => state.resampler = Some(resampler),
                Err(why) => return self.queue.fail(protocol::unreadable(why)),
            }
        }
        let Some(resampler) = &mut state.resampler else { return };
        let (sound, mut samples) = (sound.samples().collect::<Vec<_>>(), Vec::new());
        match resampler.push(&sound, &mut samples) {
            Ok(()) => self.queue.push(samples.into_iter()),
            Err(why) => self.queue.fail(protocol::unreadable(why)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sensors::bridge::APP_ORIGINS;
    use crate::sensors::bridge::testing::{PATIENCE, TestPage, until};
    use serde_json::json;

    fn setup() -> (Bridge, Webview, TestPage, u32) {
        let bridge = Bridge::start(&APP_ORIGINS).unwrap();
        let microphone = Webview::open(&bridge);
        let mut page = TestPage::connect(&bridge.url());
        let start = page.hear_command("start");
        assert_eq!(start["channel"], "microphone");
        let take = start["take"].as_u64().unwrap() as u32;
        (bridge, microphone, page, take)
    }

    fn piece(take: u32, rate_hz: u32, samples: &[f32]) -> Vec<u8> {
        let mut message = vec![2, 0, 0, 0];
        message.extend(take.to_le_bytes());
        message.extend(rate_hz.to_le_bytes());
        message.extend(samples.iter().flat_map(|x| x.to_le_bytes()));
        message
    }

    fn say(page: &mut TestPage, state: serde_json::Value) {
        let mut text = json!({ "channel": "microphone" });
        text.as_object_mut().unwrap().extend(state.as_object().unwrap().clone());
        page.say(text);
    }

    #[test]
    fn sound_crosses_as_it_is_and_that_of_an_earlier_opening_does_not() {
        let (_bridge, mut microphone, mut page, take) = setup();
        say(&mut page, json!({ "state": "asking" }));
        assert_eq!(microphone.read(Duration::from_millis(20)), Ok(Heard::Nothing));
        say(&mut page, json!({ "state": "live", "label": "Desk" }));
        page.send(piece(take - 1, 16_000, &[0.9; 320]));
        page.send(piece(take, 16_000, &[0.25, -0.25]));
        let want = Heard::Sound { samples: vec![0.25, -0.25], lost_samples: 0 };
        assert_eq!(microphone.read(PATIENCE), Ok(want));
    }

    #[test]
    fn a_page_at_another_rate_is_resampled() {
        let (_bridge, mut microphone, mut page, take) = setup();
        let sine = |i: usize| (i as f32 * 440.0 * std::f32::consts::TAU / 48_000.0).sin();
        for second in 0..50 {
            let samples: Vec<f32> = (0..960).map(|i| sine(second * 960 + i)).collect();
            page.send(piece(take, 48_000, &samples));
        }
        let mut heard = Vec::new();
        while heard.len() < 15_000 {
            if let Heard::Sound { samples, lost_samples: 0 } = microphone.read(PATIENCE).unwrap() {
                heard.extend(samples);
            }
        }
        let want = |i: usize| (i as f32 * 440.0 * std::f32::consts::TAU / 16_000.0).sin();
        let worst = (1_000..14_000).map(|i| (heard[i] - want(i)).abs()).fold(0.0, f32::max);
        assert!(worst < 2e-3, "{worst}");
    }

    #[test]
    fn what_the_page_meets_is_told_in_a_persons_terms() {
        for (state, want) in [
            (json!({ "state": "failed", "error": "NotFoundError" }), MicrophoneError::NoDevice),
            (
                json!({ "state": "failed", "error": "NotAllowedError", "permission": "denied" }),
                MicrophoneError::DeniedForGood,
            ),
            (json!({ "state": "failed", "error": "NotReadableError" }), MicrophoneError::Busy),
            (json!({ "state": "ended" }), MicrophoneError::Unplugged),
            (json!({ "state": "muted" }), MicrophoneError::Busy),
        ] {
            let (_bridge, mut microphone, mut page, _) = setup();
            say(&mut page, state);
            assert_eq!(microphone.read(PATIENCE), Err(want.clone()));
            assert_eq!(microphone.read(PATIENCE), Err(want));
        }
    }

    #[test]
    fn the_page_is_told_to_stop_and_a_new_page_to_start() {
        let (bridge, microphone, page, take) = setup();
        drop(page);
        until("the page is gone", || !bridge.is_connected());
        let mut page = TestPage::connect(&bridge.url());
        assert_eq!(page.hear_command("start")["take"], take);
        drop(microphone);
        assert_eq!(page.hear_command("stop")["channel"], "microphone");
    }
}
