use crate::common::Common;
use std::process::ExitCode;

/// Say what pictures show
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

pub fn run(args: &Args) -> ExitCode {
    args.common.apply_threads();
    todo!()
}
