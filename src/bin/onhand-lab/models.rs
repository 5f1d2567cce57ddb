use crate::common::Common;
use std::process::ExitCode;

/// List, fetch, verify, remove models
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

pub fn run(args: &Args) -> ExitCode {
    args.common.apply_threads();
    todo!()
}
