use crate::common::Common;
use std::process::ExitCode;

/// Time a model: first load, later loads, inference, memory
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

pub fn run(args: &Args) -> ExitCode {
    args.common.apply_threads();
    todo!()
}
