use crate::common::Common;
use std::process::ExitCode;

/// Say how texts feel
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

pub fn run(args: &Args) -> ExitCode {
    args.common.apply_threads();
    todo!()
}
