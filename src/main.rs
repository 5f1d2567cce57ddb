//! The app: a window on this device's own eyes and ears.

use clap::Parser;
use onhand::app::{self, Args, Start, benchmark};
use onhand::system;
use std::process::ExitCode;

fn main() -> ExitCode {
    match start() {
        Ok(code) => code,
        Err(why) => {
            eprintln!("onhand: {why}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<ExitCode, String> {
    // A phone's system hands over no command line; on Android there is not even an empty one to look at, since `main` is
    // called by the page's activity.
    if system::PHONE {
        app::run(Start::load(Args::default())?)?;
        return Ok(ExitCode::SUCCESS);
    }
    // The app starts itself so to measure a model; the number of threads is in the environment already.
    if std::env::args_os().nth(1).is_some_and(|argument| argument == benchmark::ARGUMENT) {
        return Ok(benchmark::serve());
    }
    app::run(Start::load(Args::parse())?)?;
    Ok(ExitCode::SUCCESS)
}
