//! The app: a window on this device's own eyes and ears.

use clap::Parser;
use onhand::app::{self, Args, Start, benchmark};
use std::process::ExitCode;

fn main() -> ExitCode {
    // The app starts itself so to measure a model; the number of threads is in the environment already.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == benchmark::ARGUMENT) {
        return benchmark::serve();
    }
    let start = match Start::load(Args::parse()) {
        Ok(start) => start,
        Err(why) => {
            eprintln!("onhand: {why}");
            return ExitCode::FAILURE;
        }
    };
    // SAFETY: the process has one thread, since nothing has run but reading the settings. Models read the variable when
    // they are loaded, here and in the processes that measure.
    unsafe { std::env::set_var(app::THREADS_VARIABLE, start.threads().to_string()) };
    match app::run(start) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("onhand: {why}");
            ExitCode::FAILURE
        }
    }
}
