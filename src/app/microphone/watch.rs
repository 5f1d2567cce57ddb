//! Watches the engine at work for the scribe: stops it when a person wishes, tells how far it is.

use super::paced::Paced;
use super::{News, TakeId, Wishes, Words};
use crate::app::in_view::Foreground;
use crate::inference::speech::{Listener, Segment, Stage};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// What is being watched.
pub enum Work<'a> {
    /// A step of live work; it ends early when the person stops, since finishing hears the same again.
    Step,
    /// The rest of a take of so many seconds.
    Finish { audio_s: f64 },
    /// A file, piece by piece, with rests while the device is hot.
    File { paced: &'a mut Paced, piece_began: Option<Instant>, words: String },
}

/// Watches the work on a take.
pub struct Watch<'a> {
    pub take: TakeId,
    pub wishes: &'a Wishes,
    pub screen: &'a UnboundedSender<News>,
    pub foreground: Foreground,
    pub work: Work<'a>,
    /// The time that was rested.
    pub rested: Duration,
}

impl Watch<'_> {
    fn tell(&self, news: News) {
        let _ = self.screen.send(news);
    }
}

impl Listener for Watch<'_> {
    /// Asked at every token: where the system has put the app out of view, it goes on when the person is back.
    fn cancelled(&mut self) -> bool {
        let left = Instant::now();
        self.foreground.wait(|| self.wishes.cancelled(self.take) || self.screen.is_closed());
        self.rested += left.elapsed();
        let overtaken = matches!(self.work, Work::Step) && self.wishes.stopped(self.take);
        overtaken || self.wishes.cancelled(self.take) || self.screen.is_closed()
    }

    fn stage(&mut self, stage: Stage) {
        let (take, wishes, screen) = (self.take, self.wishes, self.screen);
        if let (Work::File { paced, piece_began, .. }, Stage::Mel) = (&mut self.work, stage) {
            let rest_began = Instant::now();
            let took = piece_began.map(|began| began.elapsed());
            let cancelled = || wishes.cancelled(take) || screen.is_closed();
            paced.rest(took, cancelled, |reason| drop(screen.send(News::Paused(reason))));
            *piece_began = Some(Instant::now());
            self.rested += rest_began.elapsed();
        }
    }

    fn segment(&mut self, segment: &Segment) {
        match &mut self.work {
            Work::Step => {}
            Work::Finish { audio_s } => {
                let share = (segment.end_s / *audio_s).clamp(0.0, 1.0);
                self.tell(News::Progress(self.take, share));
            }
            Work::File { words, .. } => {
                if !words.is_empty() {
                    words.push('\n');
                }
                words.push_str(&segment.text);
                let words = Words { confirmed: words.clone(), tail: String::new() };
                self.tell(News::Words(self.take, words));
            }
        }
    }

    fn progress(&mut self, done_s: f64, total_s: f64) {
        if matches!(self.work, Work::File { .. }) && total_s > 0.0 {
            self.tell(News::Progress(self.take, (done_s / total_s).clamp(0.0, 1.0)));
        }
    }
}
