//! How far a fetch is: a bar on a terminal, plain lines elsewhere.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use onhand::store::{Event, Phase};
use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

/// Shows the events of one model's fetch on standard error.
pub struct Meter {
    id: String,
    bar: ProgressBar,
    /// Where there is no terminal, the tenth that was said last.
    said: Option<Mutex<u64>>,
}

impl Meter {
    pub fn new(id: &str) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target).with_style(working());
        bar.set_prefix(id.to_string());
        if terminal {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { id: id.into(), bar, said: (!terminal).then(|| Mutex::new(0)) }
    }

    pub fn event(&self, event: Event) {
        match event {
            Event::Phase(phase) => self.phase(&phase),
            Event::Bytes { done, total } => self.bytes(done, total),
            Event::Notice(sentence) => self.bar.suspend(|| tell!("{sentence}")),
        }
    }

    fn phase(&self, phase: &Phase) {
        let (text, transfers) = match phase {
            Phase::Waiting => ("waiting: another process is fetching it".into(), false),
            Phase::Downloading(what) => (what.clone(), true),
            Phase::Checking(what) => (format!("checking {what}"), false),
            Phase::Unpacking(what) => (format!("unpacking {what}"), false),
            Phase::Converting => ("converting".into(), false),
            Phase::Verifying => ("verifying".into(), false),
            Phase::Installing => ("installing".into(), false),
        };
        self.bar.set_style(if transfers { transferring() } else { working() });
        self.bar.set_message(text.clone());
        if self.said.is_some() {
            tell!("{}: {text}", self.id);
        }
    }

    fn bytes(&self, done: u64, total: Option<u64>) {
        if self.bar.position() == 0 && done > 0 {
            // What an earlier run fetched counts for the bar, not for the rate.
            self.bar.reset_eta();
        }
        total.inspect(|t| self.bar.set_length(*t));
        self.bar.set_position(done);
        let Some(said) = &self.said else { return };
        let tenth = total.map_or(done / 10_000_000, |t| done.saturating_mul(10) / t.max(1));
        let mut last = said.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if tenth > *last {
            *last = tenth;
            let of = total.map(|t| format!(" of {:.1}", t as f64 / 1e6)).unwrap_or_default();
            tell!("{}: {:.1}{of} MB", self.id, done as f64 / 1e6);
        }
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn transferring() -> ProgressStyle {
    style("{prefix} {wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta} left  {msg}")
}

fn working() -> ProgressStyle {
    style("{prefix} {spinner} {msg} ({elapsed})")
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
