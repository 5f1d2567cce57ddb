use super::installed;
use crate::common::{Common, Report};
use onhand::store::{Catalog, Model};
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

/// List the models that can be installed, and those that are
#[derive(clap::Args, Debug)]
#[command(after_help = "Example: onhand-lab models list --json")]
pub struct Args {
    #[command(flatten)]
    common: Common,
}

/// One line of `list --json`.
#[derive(Serialize)]
struct Line {
    id: String,
    title: Option<String>,
    installed: bool,
    /// Where it is installed.
    path: Option<PathBuf>,
    /// Size on the disk where it is installed, about what it will be where not.
    bytes: u64,
    licence: Option<String>,
    /// Where it can be fetched from, the first choice first.
    sources: Vec<String>,
}

pub fn run(args: &Args) -> ExitCode {
    let mut report = Report::new(&args.common);
    let catalog = Catalog::builtin();
    let mut found = installed(&args.common.places());
    let known = catalog.models().iter().map(|model| {
        let at = found.iter().position(|(id, _)| *id == model.id);
        line(&model.id, Some(model), at.map(|at| found.remove(at).1))
    });
    let mut lines: Vec<Line> = known.collect();
    // Models of one's own, that no catalog knows.
    lines.extend(found.into_iter().map(|(id, path)| line(&id, None, Some(path))));
    let width = lines.iter().map(|l| l.id.len()).max().unwrap_or(0);
    for line in &lines {
        report.answer(line, || describe(line, width));
    }
    report.exit_code()
}

fn line(id: &str, model: Option<&Model>, path: Option<PathBuf>) -> Line {
    let on_disk = path.as_deref().map(onhand::store::dir_bytes);
    let hub = model.and_then(|m| m.hub.as_ref()).map(ToString::to_string);
    let wheel = model.and_then(|m| m.wheel.as_ref()).map(ToString::to_string);
    Line {
        id: id.into(),
        title: model.map(|m| m.title.clone()),
        installed: path.is_some(),
        path,
        bytes: on_disk.unwrap_or_else(|| model.map_or(0, |m| m.installed_bytes)),
        licence: model.map(|m| m.licence.clone()),
        sources: hub.into_iter().chain(wheel).collect(),
    }
}

fn describe(line: &Line, width: usize) -> String {
    let state = if line.installed { "installed" } else { "-" };
    let (megabytes, licence) = (line.bytes as f64 / 1e6, line.licence.as_deref().unwrap_or("-"));
    let title = line.title.as_deref().unwrap_or("not in the catalog");
    let place = line.path.as_ref().map_or_else(|| line.sources.join(", or "), |p| p.display().to_string());
    format!("{:width$}  {state:9}  {megabytes:6.1} MB  {licence:10}  {title}\n{:width$}  {place}", line.id, "")
}
