//! `onhand-lab`: the engine of Onhand from a terminal.
//!
//! Results go to standard output, everything else to standard error. The exit code is 0 only when every
//! input was answered.

/// Writes a line to standard error. Where nobody reads it any more the work goes on: it was asked for, its progress was not.
macro_rules! tell {
    ($($words:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stderr(), $($words)*);
    }};
}

mod bench;
mod classify;
mod common;
mod compare;
mod demo;
mod distil;
mod evaluate;
mod finetune;
mod learning;
mod models;
mod named;
mod profile;
mod prune;
mod quantize;
mod report;
mod samples;
mod sentiment;
mod simulate;
mod transcribe;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// See, hear and read on this machine: the engine of Onhand from a terminal.
#[derive(Parser)]
#[command(name = "onhand-lab", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Args),
    Classify(classify::Args),
    Transcribe(transcribe::Args),
    Sentiment(sentiment::Args),
    Profile(profile::Args),
    Bench(bench::Args),
    Models(models::Args),
    Simulate(simulate::Args),
    Report(report::Args),
    Evaluate(evaluate::Args),
    Compare(compare::Args),
    Quantize(quantize::Args),
    Distil(distil::Args),
    Finetune(finetune::Args),
    Prune(prune::Args),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Demo(args) => demo::run(&args),
        Command::Classify(args) => classify::run(&args),
        Command::Transcribe(args) => transcribe::run(&args),
        Command::Sentiment(args) => sentiment::run(&args),
        Command::Profile(args) => profile::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Models(args) => models::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Quantize(args) => quantize::run(&args),
        Command::Distil(args) => distil::run(&args),
        Command::Finetune(args) => finetune::run(&args),
        Command::Prune(args) => prune::run(&args),
    }
}
