use crate::common::Common;
use std::process::ExitCode;

/// Write down what is said in sound files
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

pub fn run(args: &Args) -> ExitCode {
    args.common.apply_threads();
    todo!()
}
