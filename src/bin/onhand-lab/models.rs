//! `onhand-lab models`: what can be installed, what is, and getting from one to the other.

mod fetch;
mod list;
mod meter;
mod verify;

pub use fetch::fetch_one;

use crate::common::{Common, Report};
use clap::Subcommand;
use onhand::model_dir::{Limits, ModelDir};
use onhand::store::{Catalog, Error, Places};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// List, fetch, verify, remove models
#[derive(clap::Args, Debug)]
#[command(after_help = "Example: onhand-lab models fetch whisper-tiny.en")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    List(list::Args),
    Fetch(fetch::Args),
    Verify(verify::Args),
    Remove(RemoveArgs),
    Path(PathArgs),
}

/// Remove an installed model
#[derive(clap::Args, Debug)]
#[command(after_help = "Example: onhand-lab models remove whisper-base")]
struct RemoveArgs {
    /// The model
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    common: Common,
}

/// Print the directory of an installed model
#[derive(clap::Args, Debug)]
#[command(after_help = "Example: cat \"$(onhand-lab models path whisper-tiny.en)/provenance.json\"")]
struct PathArgs {
    /// The model
    id: String,
    #[command(flatten)]
    common: Common,
}

pub fn run(args: &Args) -> ExitCode {
    match &args.command {
        Command::List(args) => list::run(args),
        Command::Fetch(args) => fetch::run(args),
        Command::Verify(args) => verify::run(args),
        Command::Remove(args) => remove(args),
        Command::Path(args) => path(args),
    }
}

/// One line of `remove --json` and `path --json`.
#[derive(Serialize)]
struct Place<'a> {
    input: &'a str,
    path: PathBuf,
}

fn remove(args: &RemoveArgs) -> ExitCode {
    let mut report = Report::new(&args.common);
    let places = args.common.places();
    for id in &args.ids {
        let waiting = |_| tell!("{id}: another process is busy with it, waiting");
        let removed = places.install_into().ok_or(Error::NoPlace).and_then(|dir| {
            // Else what was fetched would go, and what is used stay.
            if places.comes_with_the_app(id) {
                return Err(Error::CameWithTheApp { id: id.clone() });
            }
            onhand::store::remove(dir, id, &waiting)?;
            Ok(dir.join(id))
        });
        match removed {
            Ok(path) => {
                report.answer(&Place { input: id, path: path.clone() }, || format!("removed {}", path.display()))
            }
            Err(Error::NotInstalled { .. }) => {
                report.failure(id, "is not installed; `onhand-lab models list` shows what is")
            }
            Err(e) => report.failure(id, &e.to_string()),
        }
    }
    report.exit_code()
}

fn path(args: &PathArgs) -> ExitCode {
    let mut report = Report::new(&args.common);
    match args.common.places().find(&args.id) {
        Some(path) => report.answer(&Place { input: &args.id, path: path.clone() }, || path.display().to_string()),
        None => report.failure(&args.id, &not_there(&args.id).to_string()),
    }
    report.exit_code()
}

/// Not installed, or not even known.
fn not_there(id: &str) -> Error {
    match Catalog::builtin().get(id) {
        Ok(_) => Error::NotInstalled { id: id.into() },
        Err(unknown) => unknown,
    }
}

/// All models that are installed, by name and place; of two with one name, the one that is used.
fn installed(places: &Places) -> Vec<(String, PathBuf)> {
    places.lay_built_in();
    let mut found: Vec<(String, PathBuf)> = Vec::new();
    for dir in places.all() {
        for id in onhand::store::installed_ids(dir) {
            if !found.iter().any(|(other, _)| *other == id) {
                let path = dir.join(&id);
                found.push((id, path));
            }
        }
    }
    found
}

/// Whether the engine could use this directory: its header is true, its tensors are those that it needs.
fn check_tensors(dir: &Path) -> Result<(), String> {
    let dir = ModelDir::open(dir, &Limits::default()).map_err(|e| e.to_string())?;
    onhand::inference::verify_tensors(&dir).map_err(|e| e.to_string())
}
