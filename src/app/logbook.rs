//! The last lines of the log, kept in memory for the diagnostics screen.
//!
//! In go the events of [`tracing`], out come [`LogLine`]s, the oldest going when there is no more room. What a terminal is
//! told stays as Dioxus' own logger has it, but on standard error. Only an event's message is kept, never its fields:
//! whatever may name something of a person's (a file, a device's own name) goes into a field.

use crate::profile::diagnostics::{Level, LogLine, without_home};
use std::collections::VecDeque;
use std::fmt::Debug;
use std::panic::Location;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::filter::{EnvFilter, LevelFilter, Targets};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::{Registry, fmt};

/// So many lines are kept.
pub const LINES: usize = 200;
/// A line is cut here: with [`LINES`] of them the log stays under some hundred kilobytes.
const MAX_CHARS: usize = 400;
/// So much of the place of a panic is told: the folders before it are those of the machine that built the app.
const PLACE_PARTS: usize = 3;

/// The last lines; every clone is the same book.
#[derive(Clone)]
pub struct LogBook {
    began: Instant,
    home: Option<PathBuf>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<LogLine>,
    /// Lines that had to go.
    gone: u64,
}

/// What is kept now.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tail {
    /// The number of the first line since the start.
    pub first: u64,
    /// The newest last.
    pub lines: Vec<LogLine>,
}

impl Default for LogBook {
    /// An empty one that begins now, and that nobody writes to.
    fn default() -> Self {
        Self { began: Instant::now(), home: dirs::home_dir(), kept: Arc::default() }
    }
}

impl LogBook {
    /// Begins the log of this process: what it says from now on goes to standard error and into the book. Where somebody
    /// else took the log before, the book stays empty. Called first thing, and once.
    pub fn install() -> Self {
        let book = Self::default();
        let ours = Targets::new().with_default(LevelFilter::WARN).with_target("onhand", LevelFilter::DEBUG);
        let log = Registry::default().with(terminal()).with(book.clone().with_filter(ours));
        if tracing::subscriber::set_global_default(log).is_ok() {
            log_panics();
        }
        book
    }

    /// Seconds since the start: the clock of the lines.
    pub fn up_s(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// The last lines.
    pub fn tail(&self) -> Tail {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Tail { first: kept.gone, lines: kept.lines.iter().cloned().collect() }
    }

    fn write(&self, level: Level, target: &str, message: &str) {
        let message = without_home(message, self.home.as_deref());
        let line = LogLine { at_s: self.up_s(), level, target: cut(target), message: cut(&message) };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.lines.len() == LINES {
            kept.lines.pop_front();
            kept.gone += 1;
        }
        kept.lines.push_back(line);
    }
}

/// What Dioxus' logger tells a terminal when nobody else has set one up (dioxus-logger 0.7, `init`): `RUST_LOG`, else
/// everything from INFO on, in builds for developers from DEBUG on.
fn terminal<S: Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>>() -> impl Layer<S> {
    let least = if cfg!(debug_assertions) { LevelFilter::DEBUG } else { LevelFilter::INFO };
    let filter = EnvFilter::builder().with_default_directive(least.into()).from_env_lossy();
    // It has debug lines for every byte.
    let filter = filter.add_directive("hyper_util=warn".parse().expect("a directive"));
    fmt::layer().with_writer(std::io::stderr).with_filter(filter)
}

/// Notes that and where a thread panicked. Not with what words: they may hold what somebody wrote.
fn log_panics() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tracing::error!("a thread panicked at {}", panic.location().map_or("an unknown place".into(), place));
        before(panic);
    }));
}

fn place(location: &Location) -> String {
    let parts: Vec<&str> = location.file().split(['/', '\\']).collect();
    let last = &parts[parts.len().saturating_sub(PLACE_PARTS)..];
    format!("{}:{}", last.join("/"), location.line())
}

/// On one line, and no longer than a line may be.
fn cut(text: &str) -> String {
    let mut chars = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut line: String = chars.by_ref().take(MAX_CHARS).collect();
    if chars.next().is_some() {
        line.push('…');
    }
    line
}

impl<S: Subscriber> Layer<S> for LogBook {
    fn on_event(&self, event: &Event, _: Context<S>) {
        let mut message = Message::default();
        event.record(&mut message);
        let about = event.metadata();
        self.write(level(*about.level()), about.target(), &message.0);
    }
}

fn level(level: tracing::Level) -> Level {
    match level {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warn,
        tracing::Level::INFO => Level::Info,
        tracing::Level::DEBUG | tracing::Level::TRACE => Level::Debug,
    }
}

/// The message of an event, and none of its fields.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is kept of what `say` says.
    fn kept(say: impl FnOnce()) -> Tail {
        let book = LogBook { home: Some("/home/ada".into()), ..LogBook::default() };
        tracing::subscriber::with_default(Registry::default().with(book.clone()), say);
        book.tail()
    }

    #[test]
    fn a_line_has_its_time_level_module_and_message() {
        let tail = kept(|| tracing::warn!("{} is late", "it"));
        let [line] = &tail.lines[..] else { panic!("{tail:?}") };
        assert_eq!((line.level, line.message.as_str()), (Level::Warn, "it is late"));
        assert!(line.target.starts_with("onhand") && (0.0..60.0).contains(&line.at_s), "{line:?}");
    }

    #[test]
    fn the_last_lines_stay_and_are_counted_on() {
        let tail = kept(|| (0..LINES + 50).for_each(|n| tracing::info!("line {n}")));
        assert_eq!((tail.first, tail.lines.len()), (50, LINES));
        assert_eq!([&tail.lines[0].message, &tail.lines[LINES - 1].message], ["line 50", "line 249"]);
    }

    #[test]
    fn long_lines_are_cut_and_stay_on_one_line() {
        let tail = kept(|| tracing::info!("{}\n{}", "가".repeat(300), "x".repeat(10_000_000)));
        let message = &tail.lines[0].message;
        assert_eq!(message.chars().count(), MAX_CHARS + 1);
        assert!(message.ends_with("x…") && !message.contains('\n'));
    }

    #[test]
    fn nothing_of_a_person_s_is_kept() {
        let tail = kept(|| tracing::warn!(file = "holiday.jpg", "left out, in /home/ada/Pictures"));
        assert_eq!(tail.lines[0].message, "left out, in ~/Pictures");
    }

    #[test]
    fn a_panic_is_noted_by_its_place() {
        assert_eq!(place(Location::caller()), format!("src/app/logbook.rs:{}", line!()));
    }
}
