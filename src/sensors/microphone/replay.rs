//! A recording as a microphone: for demonstrations, tests, and files that a person picks.
//!
//! The app decodes the file and hands over its samples. They come as if they were spoken now, faster, or as fast
//! as they are read; then the recording has ended, which is no error, or starts again.

use super::{Heard, Microphone, MicrophoneError, SAMPLE_RATE_HZ};
use std::time::{Duration, Instant};

/// Sound comes in pieces of this, as from a device.
const PIECE_S: f64 = 0.1;

/// How fast a recording comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// So many times as fast as it was spoken; 1 is real time.
    Times(f64),
    /// A piece whenever one is read.
    AsRead,
}

/// The time, and waiting for it. Tests have their own.
pub trait Clock: Send + std::fmt::Debug {
    /// Since some fixed moment.
    fn now(&self) -> Duration;
    /// Waits.
    fn sleep(&self, how_long: Duration);
}

/// The system's clock.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, how_long: Duration) {
        std::thread::sleep(how_long);
    }
}

/// A recording, on its way.
#[derive(Debug)]
pub struct Replay {
    name: String,
    samples: Vec<f32>,
    pace: Pace,
    clock: Box<dyn Clock>,
    again: bool,
    /// When the first read came.
    began: Option<Duration>,
    /// Samples given so far, over all rounds.
    given: u64,
}

impl Replay {
    /// A recording called `name`, of mono `samples` at [`SAMPLE_RATE_HZ`]. Time starts with the first read.
    ///
    /// # Errors
    /// [`MicrophoneError::Unreadable`] for a pace that is not above 0.
    pub fn new(name: impl Into<String>, samples: Vec<f32>, pace: Pace) -> Result<Self, MicrophoneError> {
        let name = name.into();
        let unreadable = |why: String| MicrophoneError::Unreadable { name: name.clone(), why };
        if matches!(pace, Pace::Times(times) if !(times > 0.0 && times.is_finite())) {
            return Err(unreadable("it cannot be played at that pace".into()));
        }
        let samples = samples.into_iter().map(|x| if x.is_finite() { x } else { 0.0 }).collect();
        Ok(Self { name, samples, pace, clock: Box::new(SystemClock::default()), again: false, began: None, given: 0 })
    }

    /// Starts again whenever it is over.
    pub fn again_and_again(self) -> Self {
        Self { again: true, ..self }
    }

    /// Goes by another clock.
    pub fn with_clock(self, clock: Box<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Samples left to give in all rounds.
    fn left(&self) -> u64 {
        if self.again { u64::MAX } else { self.samples.len() as u64 - self.given }
    }

    /// Samples that were spoken by now and not given yet.
    fn due(&self, times: f64, began: Duration) -> u64 {
        let elapsed = self.clock.now().saturating_sub(began).as_secs_f64();
        ((elapsed * times * f64::from(SAMPLE_RATE_HZ)) as u64).saturating_sub(self.given)
    }

    /// Waits until a piece is due, at most `timeout`.
    fn wait(&self, times: f64, began: Duration, timeout: Duration) -> u64 {
        let piece = ((PIECE_S * f64::from(SAMPLE_RATE_HZ)) as u64).min(self.left());
        let deadline = self.clock.now() + timeout;
        loop {
            let due = self.due(times, began);
            let left = deadline.saturating_sub(self.clock.now());
            if due >= piece || left.is_zero() {
                return due;
            }
            let until_due = (piece - due) as f64 / f64::from(SAMPLE_RATE_HZ) / times;
            // A little more, so that rounding does not ask for a second nap of nothing.
            self.clock.sleep(left.min(Duration::from_secs_f64(until_due) + Duration::from_micros(100)));
        }
    }
}

impl Microphone for Replay {
    fn read(&mut self, timeout: Duration) -> Result<Heard, MicrophoneError> {
        if self.samples.is_empty() || self.left() == 0 {
            return Ok(Heard::Ended);
        }
        let now = self.clock.now();
        let began = *self.began.get_or_insert(now);
        let due = match self.pace {
            Pace::AsRead => (PIECE_S * f64::from(SAMPLE_RATE_HZ)) as u64,
            Pace::Times(times) => self.wait(times, began, timeout),
        };
        let (round, count) = (self.samples.len() as u64, due.min(self.left()));
        if count == 0 {
            return Ok(Heard::Nothing);
        }
        let at = (self.given % round) as usize;
        let samples = self.samples.iter().cycle().skip(at).take(count as usize).copied().collect();
        self.given += count;
        Ok(Heard::Sound { samples, lost_samples: 0 })
    }

    fn name(&self) -> &str {
        &self.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    /// Time passes only while somebody waits.
    #[derive(Debug, Clone, Default)]
    struct Still(Arc<Mutex<Duration>>);

    impl Clock for Still {
        fn now(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        fn sleep(&self, how_long: Duration) {
            *self.0.lock().unwrap() += how_long;
        }
    }

    fn ramp(seconds: f64) -> Vec<f32> {
        (0..(seconds * 16_000.0) as usize).map(|i| i as f32 / 1e6).collect()
    }

    fn replay(samples: Vec<f32>, pace: Pace) -> (Replay, Still) {
        let clock = Still::default();
        (Replay::new("ramp", samples, pace).unwrap().with_clock(Box::new(clock.clone())), clock)
    }

    /// Reads to the end; everything heard, and how many reads brought nothing.
    fn all(replay: &mut Replay, timeout: Duration) -> (Vec<f32>, usize) {
        let (mut heard, mut nothing) = (Vec::new(), 0);
        loop {
            match replay.read(timeout).unwrap() {
                Heard::Sound { samples, lost_samples } => {
                    assert!(!samples.is_empty() && lost_samples == 0);
                    heard.extend(samples);
                }
                Heard::Nothing => nothing += 1,
                Heard::Ended => return (heard, nothing),
            }
        }
    }

    #[test]
    fn it_takes_as_long_as_it_was_spoken_and_ends() {
        let (mut replay, clock) = replay(ramp(2.05), Pace::Times(1.0));
        let (heard, _) = all(&mut replay, Duration::from_secs(1));
        assert_eq!(heard, ramp(2.05));
        let took = clock.now().as_secs_f64();
        assert!((2.05..2.2).contains(&took), "{took}");
        assert_eq!(replay.read(Duration::ZERO), Ok(Heard::Ended));
    }

    #[test]
    fn it_goes_faster_when_asked() {
        let (mut replay, clock) = replay(ramp(8.0), Pace::Times(4.0));
        assert_eq!(all(&mut replay, Duration::from_secs(1)).0.len(), 8 * 16_000);
        assert!((2.0..2.1).contains(&clock.now().as_secs_f64()));
        let (mut replay, clock) = super::tests::replay(ramp(8.0), Pace::AsRead);
        assert_eq!(all(&mut replay, Duration::ZERO).0.len(), 8 * 16_000);
        assert_eq!(clock.now(), Duration::ZERO);
    }

    #[test]
    fn a_late_reader_gets_everything_and_an_early_one_nothing() {
        let (mut replay, clock) = replay(ramp(10.0), Pace::Times(1.0));
        assert_eq!(replay.read(Duration::ZERO), Ok(Heard::Nothing));
        clock.sleep(Duration::from_secs(3));
        let Heard::Sound { samples, .. } = replay.read(Duration::ZERO).unwrap() else { panic!() };
        assert_eq!(samples, ramp(3.0));
    }

    #[test]
    fn it_starts_again() {
        let (replay, clock) = replay(ramp(0.25), Pace::Times(1.0));
        let mut replay = replay.again_and_again();
        replay.read(Duration::ZERO).unwrap();
        clock.sleep(Duration::from_millis(625));
        let Heard::Sound { samples, .. } = replay.read(Duration::ZERO).unwrap() else { panic!() };
        assert_eq!(samples, [ramp(0.25), ramp(0.25), ramp(0.125)].concat());
    }

    #[test]
    fn what_cannot_be_played_is_named_and_nothing_has_ended() {
        for times in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let said = Replay::new("talk.mp3", ramp(0.1), Pace::Times(times)).unwrap_err().to_string();
            assert!(said.contains("talk.mp3"), "{said}");
        }
        let mut nothing = Replay::new("empty", Vec::new(), Pace::AsRead).unwrap().again_and_again();
        assert_eq!(nothing.read(Duration::ZERO), Ok(Heard::Ended));
        let mut broken = Replay::new("broken", vec![f32::NAN; 16_000], Pace::AsRead).unwrap();
        assert_eq!(all(&mut broken, Duration::ZERO).0, vec![0.0; 16_000]);
    }
}
