use super::{check_tensors, installed, not_there};
use crate::common::{Common, Report};
use onhand::store::FileState;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Check installed models: size and sha256 of every file, the weights' header, every tensor
#[derive(clap::Args, Debug)]
#[command(after_help = "Example: onhand-lab models verify whisper-tiny.en")]
pub struct Args {
    /// The models; all that are installed without it
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    common: Common,
}

/// One line of `verify --json` for a model that is good.
#[derive(Serialize)]
struct Line {
    input: String,
    path: PathBuf,
    files: BTreeMap<String, FileState>,
    /// Whether every file has a recorded hash.
    recorded: bool,
}

pub fn run(args: &Args) -> ExitCode {
    let mut report = Report::new(&args.common);
    let places = args.common.places();
    let models: Vec<(String, Option<PathBuf>)> = match args.ids.is_empty() {
        true => installed(&places).into_iter().map(|(id, path)| (id, Some(path))).collect(),
        false => args.ids.iter().map(|id| (id.clone(), places.find(id))).collect(),
    };
    if models.is_empty() {
        tell!("no model is installed; `onhand-lab models list` shows which there are");
    }
    for (id, path) in models {
        let remedy = match places.comes_with_the_app(&id) {
            true => "it came with the app: install the app again".to_string(),
            false => format!("`onhand-lab models remove {id}` and fetch it again"),
        };
        let checked = path.ok_or_else(|| not_there(&id).to_string()).and_then(|path| verify(&id, &path, &remedy));
        match checked {
            Ok(line) => report.answer(&line, || describe(&line)),
            Err(why) => report.failure(&id, &why),
        }
    }
    report.exit_code()
}

/// `remedy` is what to do about a file that is not as it was.
fn verify(id: &str, path: &Path, remedy: &str) -> Result<Line, String> {
    let files = onhand::store::verify_files(path).map_err(|e| e.to_string())?;
    let bad: Vec<_> = files.iter().filter(|(_, s)| s.is_bad()).map(|(name, s)| format!("{name} {s}")).collect();
    if !bad.is_empty() {
        return Err(format!("{}: {}; {remedy}", path.display(), bad.join("; ")));
    }
    check_tensors(path)?;
    let recorded = files.values().all(|s| *s == FileState::Good);
    Ok(Line { input: id.into(), path: path.into(), files, recorded })
}

fn describe(line: &Line) -> String {
    let unrecorded: Vec<_> =
        line.files.iter().filter(|(_, s)| **s == FileState::NotRecorded).map(|(name, _)| name.as_str()).collect();
    let good = line.files.len() - unrecorded.len();
    let mut text = format!("{}: tensors good, {good} files as installed", line.input);
    if !unrecorded.is_empty() {
        text += &format!("; no hash is recorded for {}", unrecorded.join(", "));
    }
    text
}
