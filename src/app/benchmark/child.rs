//! The process that measures: the app's own binary, started with one argument.
//!
//! It reads one job, a line of JSON, from standard input and writes events, a line each, to standard output. When
//! standard input ends, so does it: an app that was killed leaves no child that computes.

use super::job::{Event, Job};
use super::measure::measure;
use std::io::{self, BufRead, Read, Write};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

/// The argument that makes the app's binary measure instead of opening a window.
pub const ARGUMENT: &str = "--measure-one";

/// Does one job. Whoever started this process has set the number of threads in its environment.
pub fn serve() -> ExitCode {
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line).is_err() {
        return ExitCode::FAILURE;
    }
    let job = match serde_json::from_str::<Job>(&line) {
        Ok(job) => job,
        Err(e) => {
            tell(&Event::Failed { why: format!("the job could not be read: {e}") });
            return ExitCode::FAILURE;
        }
    };
    std::thread::spawn(|| {
        // Nothing more comes: this returns when the other end is gone.
        let _ = io::stdin().lock().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    measure(&job, &AtomicBool::new(false), &mut |event| tell(&event));
    ExitCode::SUCCESS
}

/// Writes an event. Nobody is left to be told when that fails.
fn tell(event: &Event) {
    let line = serde_json::to_string(event).expect("events are plain data") + "\n";
    let mut out = io::stdout().lock();
    if out.write_all(line.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}
