//! A file as if it were spoken now: the words appear while it goes on.
//!
//! On a terminal the sentence that is being said stands on the last line, its tail faint; elsewhere each finished
//! sentence is a line.

use crate::common::print;
use onhand::inference::speech::live::LiveTranscriber;
use onhand::inference::speech::{Listener, Segment, TranscribeOptions, Transcriber, audio, language_name};
use onhand::sensors::microphone::{Heard, Microphone, Pace, Replay, SAMPLE_RATE_HZ};
use std::io::IsTerminal;
use std::path::Path;
use std::time::{Duration, Instant};

/// New sound between two passes of the model, in seconds.
const STEP_S: f64 = 1.0;
/// How long one read may wait for sound.
const READ_TIMEOUT: Duration = Duration::from_millis(500);
/// The last line shows so many characters, less than any terminal is wide.
const LINE_CHARS: usize = 78;

/// Finished sentences.
#[derive(Default)]
struct Finished(Vec<Segment>);

impl Listener for Finished {
    fn segment(&mut self, segment: &Segment) {
        self.0.push(segment.clone());
    }
}

/// Writes down `path` while it plays, in real time or as fast as the engine goes.
///
/// # Errors
/// A sentence that says what cannot be read or decoded.
pub fn transcribe(
    transcriber: &Transcriber,
    path: &Path,
    options: TranscribeOptions,
    fast: bool,
) -> Result<(), String> {
    let input = path.display().to_string();
    let sound = audio::read_file(path).map_err(|e| e.to_string())?;
    if let Some(warning) = &sound.warning {
        tell!("{input}: {warning}");
    }
    let pace = if fast { Pace::AsRead } else { Pace::Times(1.0) };
    let mut microphone = Replay::new(&input, sound.samples, pace).map_err(|e| e.to_string())?;
    let mut live = LiveTranscriber::new(options);
    let mut screen = Screen { terminal: std::io::stdout().is_terminal() };
    let (mut since_step, mut decoded_s, mut worked) = (0, 0.0, Duration::ZERO);
    loop {
        let heard = microphone.read(READ_TIMEOUT).map_err(|e| e.to_string())?;
        let ended = heard == Heard::Ended;
        if let Heard::Sound { samples, .. } = heard {
            since_step += samples.len();
            live.push(&samples).map_err(|e| e.to_string())?;
        }
        if !ended && (since_step as f64) < STEP_S * f64::from(SAMPLE_RATE_HZ) {
            continue;
        }
        since_step = 0;
        let (began, mut finished) = (Instant::now(), Finished::default());
        let step = if ended { live.finish(transcriber, &mut finished) } else { live.step(transcriber, &mut finished) };
        decoded_s += step.map_err(|e| e.to_string())?.decoded_s;
        worked += began.elapsed();
        screen.show(&finished.0, live.open(), live.tail());
        if ended {
            break;
        }
    }
    if live.confirmed().is_empty() {
        tell!("{input}: no speech{}", super::in_its_language(transcriber));
        return Ok(());
    }
    let language = live.language().and_then(language_name).unwrap_or("an unknown language");
    let (audio_s, worked_s) = (live.audio_s(), worked.as_secs_f64());
    tell!(
        "{input}: {language}, {audio_s:.1} s of sound; {decoded_s:.1} s heard, with what was heard again, in {worked_s:.1} s"
    );
    Ok(())
}

struct Screen {
    terminal: bool,
}

impl Screen {
    /// Finished sentences for good, then the one that goes on.
    fn show(&mut self, finished: &[Segment], open: &str, tail: &str) {
        let mut text: String =
            finished.iter().map(|segment| format!("{}{}\n", self.fresh_line(), segment.text)).collect();
        if self.terminal {
            text += &format!("{}{}", self.fresh_line(), last_line(open, tail));
        }
        print(&text);
    }

    fn fresh_line(&self) -> &'static str {
        if self.terminal { "\r\x1b[K" } else { "" }
    }
}

/// As much of the end as fits, the tail faint.
fn last_line(open: &str, tail: &str) -> String {
    let too_many = (open.chars().count() + tail.chars().count()).saturating_sub(LINE_CHARS);
    let open: String = open.chars().skip(too_many).collect();
    let tail: String = tail.chars().skip(tail.chars().count().saturating_sub(LINE_CHARS)).collect();
    if tail.is_empty() { open } else { format!("{open}\x1b[2m{tail}\x1b[0m") }
}

#[cfg(test)]
mod tests {
    use super::last_line;

    #[test]
    fn the_last_line_fits_and_ends_with_the_tail() {
        assert_eq!(last_line("ask", ""), "ask");
        assert_eq!(last_line("ask", " not"), "ask\x1b[2m not\x1b[0m");
        let (open, tail) = ("가".repeat(100), "나".repeat(10));
        assert_eq!(last_line(&open, &tail), format!("{}\x1b[2m{tail}\x1b[0m", "가".repeat(68)));
        assert_eq!(last_line(&open, &"나".repeat(200)), format!("\x1b[2m{}\x1b[0m", "나".repeat(78)));
    }
}
