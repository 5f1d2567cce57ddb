//! What the next pass of the model should do: a pure function of where speech was found.
//!
//! ```text
//!      window        clean                      confirmed_until        now
//! ───────┼─────────────┼──────────────────────────────┼─────────────────┼
//!        │ text stands │ words stand                  │ words may change
//!        └──────────── the model hears all of this ─────────────────────┘
//! ```
//!
//! All positions are samples since the start of the stream.

use super::super::voice::{Region, quietest};
use super::super::{SAMPLE_RATE_HZ, voice};

/// A pause that ends a segment: 0.7 s. Regions are padded by 0.2 s on either side, so between two of them 0.3 s
/// are left …
const INNER_PAUSE_S: f64 = 0.3;
/// … and 0.5 s at the end, where nothing follows yet.
const LAST_PAUSE_S: f64 = 0.5;
/// What of a pause is decoded with the speech before it.
const AFTERMATH_S: f64 = 0.3;
/// Less speech after a pause is what is left of the word before it.
const SLIVER_S: f64 = 0.3;
/// The longest window. With the encoder's margin of 2 s it fills the 30 s that Whisper was trained on.
const LONGEST_WINDOW_S: f64 = 28.0;
/// From here on what stands is cut off where a pause allows it: with the margin these are the 20 s that the
/// encoder gets at least, so that a shorter window would cost the same and know less.
const LONG_WINDOW_FRAC: f64 = 18.0 / LONGEST_WINDOW_S;
/// From here on a pause of any length will do.
const PRESSING_FRAC: f64 = 0.8;
/// Without a pause, a cut is looked for after this.
const EARLIEST_CUT_FRAC: f64 = 0.6;

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Nobody has spoken since all was written down.
    Rest,
    /// Hear the window up to now; the last words may change.
    Draft,
    /// Write down for good what is said before `until`; the speech ended at `speech_end`.
    Settle { until: usize, speech_end: usize },
}

/// Where everything stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The model hears from here on.
    pub window: usize,
    /// Before this everything is written down for good.
    pub clean: usize,
    /// No word that stands was said after this.
    pub confirmed_until: usize,
    /// The end of the sound.
    pub now: usize,
    /// The longest window, in samples.
    pub longest: usize,
}

impl Place {
    /// The longest window of a model that takes `max_piece` samples.
    pub fn longest(max_piece: usize) -> usize {
        max_piece.min(samples(LONGEST_WINDOW_S))
    }

    /// The speech after [`Place::clean`].
    pub fn unwritten(&self, regions: &[Region]) -> Vec<Region> {
        let after = |r: &Region| Region { start: r.start.max(self.clean), end: r.end };
        let speech = regions.iter().filter(|r| r.end > self.clean);
        // A region that starts after `clean` is a word of its own, however short.
        speech.filter(|r| r.start >= self.clean || r.end - self.clean >= samples(SLIVER_S)).map(after).collect()
    }

    /// Whether what stands should leave the window: it is long, or nobody spoke for a while.
    pub fn should_trim(&self, next_speech: usize) -> bool {
        let pause = next_speech.saturating_sub(self.clean);
        self.clean > self.window
            && (self.now - self.window > fraction(self.longest, LONG_WINDOW_FRAC)
                || pause > samples(f64::from(voice::LONGEST_PAUSE_S)))
    }

    /// What to do about `unwritten` speech. `sound` is the sound from `sound_start` to now.
    pub fn next(&self, unwritten: &[Region], sound: &[f32], sound_start: usize) -> Act {
        if unwritten.is_empty() {
            return Act::Rest;
        }
        let limit = self.window + self.longest;
        let length = self.now - self.window;
        let pauses = || self.pauses(unwritten).filter(move |p| p.start <= limit);
        let long = |p: &Region| {
            let least = if p.end == self.now { LAST_PAUSE_S } else { INNER_PAUSE_S };
            p.end - p.start >= samples(least)
        };
        // The latest: the fewer seams, the more the model knows.
        if let Some(pause) = pauses().filter(long).last() {
            return settle(pause);
        }
        let pressing = length > fraction(self.longest, PRESSING_FRAC);
        // At the very end a pause may be the middle of a word.
        let short = |p: &Region| p.end < self.now;
        if let Some(pause) = pauses().filter(short).max_by_key(|p| p.end - p.start).filter(|_| pressing) {
            return settle(pause);
        }
        if length <= self.longest {
            return Act::Draft;
        }
        let from = (self.window + fraction(self.longest, EARLIEST_CUT_FRAC)).max(self.confirmed_until).min(limit);
        let at = sound_start + quietest(sound, from - sound_start, limit - sound_start);
        // Progress even in a window without room for a choice.
        let at = at.clamp(self.window + 1, limit);
        Act::Settle { until: at, speech_end: at }
    }

    /// Everything up to now, for good, in one go or as much as the window takes.
    pub fn last(&self, unwritten: &[Region], sound: &[f32], sound_start: usize) -> Act {
        match self.next(unwritten, sound, sound_start) {
            Act::Draft => {
                let speech_end = unwritten.last().map_or(self.now, |r| r.end);
                Act::Settle { until: self.now, speech_end }
            }
            act => act,
        }
    }

    /// The pauses after each region in which no standing word can have been said.
    fn pauses<'a>(&'a self, regions: &'a [Region]) -> impl Iterator<Item = Region> + 'a {
        let starts = regions.iter().skip(1).map(|r| r.start).chain([self.now]);
        let pauses = regions.iter().zip(starts).map(|(r, next)| Region { start: r.end, end: next });
        pauses.filter(|p| p.end > p.start && p.end >= self.confirmed_until)
    }
}

fn settle(pause: Region) -> Act {
    let aftermath = ((pause.end - pause.start) / 2).min(samples(AFTERMATH_S));
    Act::Settle { until: pause.start + aftermath, speech_end: pause.start }
}

fn samples(seconds: f64) -> usize {
    (seconds * f64::from(SAMPLE_RATE_HZ)) as usize
}

fn fraction(samples: usize, frac: f64) -> usize {
    (samples as f64 * frac) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(start_s: f64, end_s: f64) -> Region {
        Region { start: samples(start_s), end: samples(end_s) }
    }

    fn place(window_s: f64, clean_s: f64, confirmed_s: f64, now_s: f64) -> Place {
        Place {
            window: samples(window_s),
            clean: samples(clean_s),
            confirmed_until: samples(confirmed_s),
            now: samples(now_s),
            longest: samples(LONGEST_WINDOW_S),
        }
    }

    fn next(place: &Place, regions: &[Region]) -> Act {
        place.next(&place.unwritten(regions), &vec![0.1; place.now], 0)
    }

    #[test]
    fn silence_rests_and_speech_is_drafted() {
        let place = place(0.0, 0.0, 0.0, 4.0);
        assert_eq!(next(&place, &[]), Act::Rest);
        assert_eq!(next(&place, &[at(1.0, 3.6)]), Act::Draft);
    }

    #[test]
    fn a_pause_settles_what_is_before_it() {
        let settled = |until_s: f64, end_s: f64| Act::Settle { until: samples(until_s), speech_end: samples(end_s) };
        assert_eq!(next(&place(0.0, 0.0, 2.0, 4.0), &[at(1.0, 3.0)]), settled(3.3, 3.0));
        assert_eq!(next(&place(0.0, 0.0, 2.0, 4.0), &[at(1.0, 3.0), at(3.5, 4.0)]), settled(3.25, 3.0));
        // Of several the last.
        assert_eq!(next(&place(0.0, 0.0, 0.0, 9.0), &[at(1.0, 3.0), at(4.0, 6.0), at(7.0, 9.0)]), settled(6.3, 6.0));
    }

    #[test]
    fn what_is_settled_rests_and_a_sliver_of_it_does_too() {
        assert_eq!(next(&place(0.0, 3.3, 3.3, 5.0), &[at(1.0, 3.0)]), Act::Rest);
        assert_eq!(next(&place(0.0, 3.3, 3.3, 5.0), &[at(1.0, 3.5)]), Act::Rest);
        assert_eq!(next(&place(0.0, 3.3, 3.3, 5.0), &[at(1.0, 4.8)]), Act::Draft);
    }

    #[test]
    fn a_pause_behind_standing_words_is_no_place_to_settle() {
        assert_eq!(next(&place(0.0, 0.0, 4.0, 5.0), &[at(1.0, 2.0), at(3.0, 5.0)]), Act::Draft);
    }

    #[test]
    fn a_long_window_takes_a_shorter_pause_and_a_full_one_any_quiet_moment() {
        let speech = [at(0.0, 21.9), at(22.0, 24.0)];
        let Act::Settle { until, .. } = next(&place(0.0, 0.0, 21.0, 24.0), &speech) else { panic!() };
        assert!((speech[0].end..speech[1].start).contains(&until));
        let mut sound = vec![0.5; samples(28.5)];
        sound[samples(27.0)..samples(27.2)].fill(0.0);
        let full = place(0.0, 0.0, 26.5, 28.5);
        let Act::Settle { until, .. } = full.next(&[at(0.0, 28.5)], &sound, 0) else { panic!() };
        assert!((samples(27.0)..samples(27.2)).contains(&until), "{until}");
    }

    #[test]
    fn what_stands_leaves_a_long_window_or_after_silence() {
        assert!(place(0.0, 10.0, 10.0, 19.0).should_trim(samples(10.5)));
        assert!(!place(0.0, 10.0, 10.0, 17.0).should_trim(samples(10.5)));
        assert!(place(0.0, 10.0, 10.0, 17.0).should_trim(samples(14.0)));
        assert!(!place(10.0, 10.0, 10.0, 29.0).should_trim(samples(14.0)));
    }

    proptest! {
        /// Whatever is heard: a pass fits the model, and settling moves on.
        #[test]
        fn passes_fit_and_move_on(
            gaps in prop::collection::vec((1usize..40_000, 1usize..700_000), 1..8),
            window in 0usize..100_000, clean in 0usize..100_000, confirmed in 0usize..400_000,
        ) {
            let (mut regions, mut now) = (Vec::new(), 0);
            for (gap, length) in gaps {
                regions.push(Region { start: now + gap, end: now + gap + length });
                now += gap + length;
            }
            let window = window.min(now);
            let clean = window + clean.min(now - window);
            let longest = samples(LONGEST_WINDOW_S);
            let confirmed_until = (clean + confirmed).min(now).min(window + longest);
            let place = Place { window, clean, confirmed_until, now, longest };
            let unwritten = place.unwritten(&regions);
            let sound = vec![0.1; now];
            for act in [place.next(&unwritten, &sound, 0), place.last(&unwritten, &sound, 0)] {
                match act {
                    Act::Rest => prop_assert!(unwritten.is_empty()),
                    Act::Draft => prop_assert!(now - window <= longest),
                    Act::Settle { until, speech_end } => {
                        prop_assert!(until > clean || clean + 1 >= now, "{} {}", until, clean);
                        prop_assert!(until <= now && speech_end <= now);
                        prop_assert!(until - window <= longest + samples(AFTERMATH_S));
                    }
                }
            }
        }
    }
}
