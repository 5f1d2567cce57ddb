//! Words while somebody speaks.
//!
//! ```text
//! sound ──▶ window of at most 28 s ── voice ──▶ plan ──▶ a pass of the model ──▶ confirmed words, tail
//!               ▲                                              │
//!               └── what stands is forced on the decoder ◀─────┘
//! ```
//!
//! Sound is pushed as it comes; now and then the caller asks for a [`step`](LiveTranscriber::step), and how often
//! is the caller's affair: nothing here reads a clock. A step hears the window again and gives
//!
//! - **confirmed** words, which never change and never come twice: those that two drafts in a row agree upon
//!   (`agree`), and everything before a pause of 0.7 s;
//! - the **tail**, a draft of the last words, which may change with every step.
//!
//! The decoder is started on the confirmed words of the window, as OpenAI's `prefix` does
//! (<https://github.com/openai/whisper/blob/v20240930/whisper/decoding.py>): they can neither be taken back nor
//! be said again, only what follows is decoded, and still the model hears the sentence from its start. What lies
//! before the window is its context, as between the pieces of a long recording.
//!
//! Nothing is decoded while nobody speaks. The window ends at a pause once it is long, else in a quiet moment
//! after 28 s at the latest (`plan`), so that a step costs the same after an hour. Sound before the window is
//! forgotten; a caller who wants a last pass over the whole, with times for subtitles, keeps what it pushes and
//! gives it to [`Transcriber::transcribe`]: 1 h is 0.23 GB.

mod agree;
mod pass;
mod plan;
#[cfg(test)]
mod tests;
mod window;
mod words;

use super::decode::Written;
use super::languages::writes_without_spaces;
use super::listener::{Listener, Stage};
use super::segments::Segment;
use super::transcriber::{Task, TranscribeOptions, Transcriber, check_samples, seconds};
use crate::inference::Result;
use plan::{Act, Place};

/// What a step did.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Step {
    /// Seconds of sound that the model heard: what the step cost. 0 when nobody spoke.
    pub decoded_s: f64,
    /// Passes of the model: one as a rule, one more when a segment ended.
    pub passes: usize,
    /// Whether confirmed words or the tail are other than before.
    pub changed: bool,
}

/// A recording that is written down while it goes on; the model is lent to each step.
#[derive(Debug, Clone, Default)]
pub struct LiveTranscriber {
    options: TranscribeOptions,
    language: Option<&'static str>,
    language_probability: Option<f32>,
    /// The sound from `sound_start` on; positions are samples since the start of the stream.
    sound: Vec<f32>,
    sound_start: usize,
    /// The model hears from here on.
    window: usize,
    /// Before this everything is written down for good.
    clean: usize,
    /// No confirmed word was said after this.
    confirmed_until: usize,
    /// Tokens from before the window.
    context: Vec<u32>,
    /// The confirmed tokens of the window, and how many of them lie before `clean`.
    written: Written,
    clean_tokens: usize,
    /// Some of the window was a guess: no context for what follows.
    doubtful: bool,
    /// What the last draft said after the confirmed words.
    draft: Draft,
    confirmed: Vec<Segment>,
    /// The last segment goes on.
    open: bool,
    /// The finished segments in one, with the space before the open one.
    finished: String,
    /// Samples of speech in the finished segments.
    finished_speech: usize,
    tail: String,
}

#[derive(Debug, Clone, Default)]
struct Draft {
    tokens: Vec<u32>,
    /// The end of the sound that it heard.
    until: usize,
}

impl LiveTranscriber {
    /// Nothing heard yet. `timestamps` of the options are ignored: segments end at pauses.
    pub fn new(options: TranscribeOptions) -> Self {
        Self { options: TranscribeOptions { timestamps: false, ..options }, ..Self::default() }
    }

    /// Takes sound in, mono at 16 kHz; cheap. How a stream is cut into pushes makes no difference.
    ///
    /// # Errors
    /// [`Error::Input`](crate::inference::Error::Input) for samples that are not numbers; none of them is taken.
    pub fn push(&mut self, samples: &[f32]) -> Result<()> {
        check_samples(samples)?;
        self.sound.extend_from_slice(samples);
        Ok(())
    }

    /// Hears what came since the last step. Costs nothing but voice activity while nobody speaks.
    ///
    /// # Errors
    /// Options that the model cannot satisfy; [`Error::Cancelled`](crate::inference::Error::Cancelled) when
    /// `listener` says so. After any error the confirmed words stand, and the next step goes on from there.
    pub fn step(&mut self, transcriber: &Transcriber, listener: &mut dyn Listener) -> Result<Step> {
        self.go_on(transcriber, listener, false)
    }

    /// Hears what is left and confirms everything; the tail is empty afterwards. More sound may follow.
    ///
    /// # Errors
    /// As [`Self::step`].
    pub fn finish(&mut self, transcriber: &Transcriber, listener: &mut dyn Listener) -> Result<Step> {
        self.go_on(transcriber, listener, true)
    }

    /// What stands, in order. Only the last one may still grow, at its end.
    pub fn confirmed(&self) -> &[Segment] {
        &self.confirmed
    }

    /// The confirmed words of the sentence that goes on: the end of [`Self::text`].
    pub fn open(&self) -> &str {
        self.confirmed.last().filter(|_| self.open).map_or("", |segment| &segment.text)
    }

    /// The last words, which may still change. They go right after [`Self::text`]: the space between is theirs.
    pub fn tail(&self) -> &str {
        &self.tail
    }

    /// Everything confirmed, in one. It only grows.
    pub fn text(&self) -> String {
        format!("{}{}", self.finished, self.open())
    }

    /// The language, once enough speech was heard or if it was given.
    pub fn language(&self) -> Option<&'static str> {
        self.language
    }

    /// How probable the language is; 1 when it was given.
    pub fn language_probability(&self) -> Option<f32> {
        self.language_probability
    }

    /// Seconds of sound so far.
    pub fn audio_s(&self) -> f64 {
        seconds(self.now())
    }

    fn now(&self) -> usize {
        self.sound_start + self.sound.len()
    }

    fn spaced(&self) -> bool {
        self.options.task == Task::Translate || !self.language.is_some_and(writes_without_spaces)
    }

    fn place(&self, longest: usize) -> Place {
        let Self { window, clean, confirmed_until, .. } = *self;
        Place { window, clean, confirmed_until, now: self.now(), longest }
    }

    fn go_on(&mut self, transcriber: &Transcriber, listener: &mut dyn Listener, last: bool) -> Result<Step> {
        if self.language.is_none() {
            self.language = transcriber.given_language(&self.options)?;
            self.language_probability = self.language.map(|_| 1.0);
        }
        let longest = Place::longest(transcriber.max_piece());
        let (words, tail) = (self.length(), self.tail.clone());
        let mut step = Step::default();
        if self.now() > self.draft.until || last {
            listener.stage(Stage::Voice);
            let regions = self.regions();
            loop {
                let unwritten = self.place(longest).unwritten(&regions);
                self.trim(longest, unwritten.first());
                let place = self.place(longest);
                let act = if last {
                    place.last(&unwritten, &self.sound, self.sound_start)
                } else {
                    place.next(&unwritten, &self.sound, self.sound_start)
                };
                let heard = match act {
                    Act::Rest => {
                        self.rest();
                        break;
                    }
                    Act::Draft => self.draft(transcriber, &unwritten, listener)?,
                    Act::Settle { until, speech_end } => {
                        self.settle(transcriber, &unwritten, until, speech_end, listener)?
                    }
                };
                step.decoded_s += seconds(heard);
                step.passes += 1;
                if act == Act::Draft {
                    break;
                }
            }
            self.forget();
        }
        step.changed = words != self.length() || tail != self.tail;
        Ok(step)
    }

    /// How much is confirmed, which only grows.
    fn length(&self) -> (usize, usize) {
        (self.confirmed.len(), self.confirmed.last().map_or(0, |segment| segment.text.len()))
    }
}
