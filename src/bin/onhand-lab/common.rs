//! What every subcommand shares: flags, finding and opening a model, reporting each input.

pub use crate::named::Named;

use onhand::inference::{Options, Placed, Unit, Variant};
use onhand::lab::write_whole;
use onhand::model_dir::{Limits, ModelDir, PROVENANCE_FILE};
use onhand::store::{Catalog, Places};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Flags of the subcommands that answer inputs with one model.
#[derive(clap::Args, Debug, Clone)]
pub struct Common {
    /// Print one line of JSON for each input
    #[arg(long)]
    pub json: bool,
    /// Precision to compute in; what is installed without it
    #[arg(long, value_name = "f32|f16|int8")]
    pub variant: Option<Variant>,
    #[command(flatten)]
    pub engine: Engine,
}

/// Flags of every subcommand that loads models.
#[derive(clap::Args, Debug, Clone)]
pub struct Engine {
    /// Threads to compute with; all cores without it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub threads: Option<u16>,
    /// What computes texts and speech; on Apple's systems, a build may have accelerate and metal too
    #[arg(long, value_name = "cpu|accelerate|metal", default_value_t, value_parser = offered_unit)]
    pub unit: Unit,
    /// Directory that holds the models; else ONHAND_MODELS, else `models` beside the program, else the data directory
    #[arg(long = "models", value_name = "DIR")]
    pub models_dir: Option<PathBuf>,
}

impl Common {
    /// Where models are looked for.
    pub fn places(&self) -> Places {
        self.engine.places()
    }

    /// Threads to compute with.
    pub fn threads_in_force(&self) -> usize {
        self.engine.threads_in_force()
    }

    /// How models are loaded.
    pub fn options(&self) -> Options {
        self.engine.options(self.variant)
    }

    /// As [`Engine::open_model`].
    pub fn open_model(&self, ids: &[&str]) -> Result<ModelDir, String> {
        self.engine.open_model(ids)
    }
}

impl Engine {
    /// Where models are looked for.
    pub fn places(&self) -> Places {
        Places::new(self.models_dir.clone())
    }

    /// Threads to compute with.
    pub fn threads_in_force(&self) -> usize {
        let all = || std::thread::available_parallelism().map_or(1, |n| n.get());
        self.threads.map_or_else(all, usize::from)
    }

    /// How models are loaded.
    pub fn options(&self, variant: Option<Variant>) -> Options {
        Options { variant, threads: Some(self.threads_in_force()), unit: self.unit }
    }

    /// Opens the model of that id, or in that directory. An id first: a folder that happens to have its name does not
    /// hide an installed model.
    ///
    /// # Errors
    /// As [`Engine::open_model`].
    pub fn open(&self, model: &str) -> Result<ModelDir, String> {
        self.open_model(&[model])
    }

    /// Opens the first of `ids` that is installed; where it is one alone, as [`Engine::open`] does.
    ///
    /// # Errors
    /// A sentence that says what is missing and how to get it, or why the model cannot be opened.
    pub fn open_model(&self, ids: &[&str]) -> Result<ModelDir, String> {
        let places = self.places();
        // A name that is misspelt must not go unnoticed: a model from elsewhere would answer.
        if let Some(dir) = self.models_dir.as_ref().filter(|dir| !dir.is_dir()) {
            tell!("there is no directory {}: looking elsewhere", dir.display());
        }
        // A name of the person's own: that it is wrong comes before that it is not installed.
        if let [id] = ids
            && places.find(id).is_none()
        {
            if Path::new(id).is_dir() {
                return ModelDir::open(id, &Limits::default()).map_err(|e| e.to_string());
            }
            if id.contains(['/', '\\']) {
                return Err(format!("{id}: there is no such model directory; check the path"));
            }
            Catalog::builtin().get(id).map_err(|e| e.to_string())?;
        }
        match ids.iter().find_map(|id| places.find(id)) {
            Some(path) => ModelDir::open(path, &Limits::default()).map_err(|e| e.to_string()),
            None => Err(format!(
                "no model is installed for this ({}); run `onhand-lab models fetch {}`, or name a directory with --models",
                ids.join(", "),
                ids[0]
            )),
        }
    }
}

/// Whether a model is `placed` where --unit asks for it: who names a unit wants an answer of that one, and no other's.
///
/// # Errors
/// A sentence that says why it is not.
pub fn held(placed: &Placed) -> Result<(), String> {
    match &placed.fallback {
        None => Ok(()),
        Some(fallback) => Err(format!("{fallback}; leave --unit out to compute on the processor")),
    }
}

/// The unit of that name, if this build has it on this system.
fn offered_unit(name: &str) -> Result<Unit, String> {
    let unit: Unit = name.parse()?;
    match unit.lack() {
        None => Ok(unit),
        Some(lack) => {
            let offered: Vec<_> = Unit::offered().iter().map(Unit::to_string).collect();
            Err(format!("{lack}; here there is {}", offered.join(", ")))
        }
    }
}

/// What is printed for an input that could not be answered.
#[derive(Serialize)]
struct Failure<'a> {
    input: &'a str,
    error: &'a str,
}

/// Prints the answers one by one and remembers whether all came.
pub struct Report {
    json: bool,
    failed: usize,
}

impl Report {
    pub fn new(common: &Common) -> Self {
        Self::of(common.json)
    }

    /// In JSON, or in words.
    pub fn of(json: bool) -> Self {
        Self { json, failed: 0 }
    }

    /// One input was answered: JSON or `text` to standard output.
    pub fn answer(&mut self, json: &impl Serialize, text: impl FnOnce() -> String) {
        if self.json { print_line(&to_json(json)) } else { print_line(&text()) }
    }

    /// One input could not be answered; the others go on.
    pub fn failure(&mut self, input: &str, error: &str) {
        self.failed += 1;
        // Many sentences name the input themselves.
        let named = !input.is_empty() && error.starts_with(input);
        let input_name = if input.is_empty() { "an empty input" } else { input };
        if named {
            tell!("{error}")
        } else {
            tell!("{input_name}: {error}")
        }
        if self.json {
            print_line(&to_json(&Failure { input, error }));
        }
    }

    /// 0 when every input was answered, 1 otherwise.
    pub fn exit_code(&self) -> ExitCode {
        if self.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("plain data serialises")
}

/// Prints a line to standard output, as [`print()`] does.
pub fn print_line(line: &str) {
    print(&format!("{line}\n"));
}

/// Prints to standard output. If nothing more can be written the program ends: quietly where the reader went away
/// (`| head`), with a sentence otherwise (a full disk).
pub fn print(text: &str) {
    use std::io::{ErrorKind, Write};
    let mut out = std::io::stdout();
    if let Err(e) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        if e.kind() != ErrorKind::BrokenPipe {
            tell!("onhand-lab: the answer cannot be written: {e}; write it somewhere else");
        }
        std::process::exit(1);
    }
}

/// What could not be done for some of the models that were named; the others go on.
#[derive(Default)]
pub struct Failures(Vec<String>);

impl Failures {
    /// Says why nothing came of `named`. What is the matter with the data is the same for all models, and said once.
    pub fn note(&mut self, named: &Named, why: String) {
        if !self.0.contains(&why) {
            tell!("onhand-lab: {named}: {why}");
            self.0.push(why);
        }
    }

    /// How the program ends.
    pub fn exit_code(&self) -> ExitCode {
        if self.0.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

/// Whether there is a folder for the file at `path`: who waits long for it should not learn at the end that there is none.
///
/// # Errors
/// A sentence that names it.
pub fn room_for(path: &Path) -> Result<(), String> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match path.file_name() {
        Some(_) if folder.is_dir() && !path.is_dir() => Ok(()),
        _ => Err(format!(
            "{} cannot be written: it is no file in a folder that is there; name another place",
            path.display()
        )),
    }
}

/// Parses where a figure goes: it is an SVG, and under another name nobody could open it.
pub fn svg_path(text: &str) -> Result<PathBuf, String> {
    named_as("svg", text)
}

/// Parses where a report goes. Only a name for JSON: it must not replace data or a figure by a slip.
pub fn json_path(text: &str) -> Result<PathBuf, String> {
    named_as("json", text)
}

fn named_as(wanted: &str, text: &str) -> Result<PathBuf, String> {
    match Path::new(text).extension() {
        Some(extension) if extension.eq_ignore_ascii_case(wanted) && !text.ends_with(['/', '\\']) => Ok(text.into()),
        _ => Err(format!("wants the name of a file that ends in .{wanted}")),
    }
}

/// Writes a file that was asked for: whole, or not at all.
///
/// # Errors
/// A sentence that names it.
pub fn save(path: &Path, text: &str) -> Result<(), String> {
    let place = path.display();
    write_whole(path, text.as_bytes()).map_err(|e| format!("{place} cannot be written: {e}; name another place for it"))
}

/// Writes `report` as JSON where that was asked for.
///
/// # Errors
/// A sentence that names the file.
pub fn save_report(path: Option<&PathBuf>, report: &impl Serialize) -> Result<(), String> {
    let text = || serde_json::to_string_pretty(report).expect("plain data serialises") + "\n";
    path.map_or(Ok(()), |path| save(path, &text()))
}

/// The report of a training: what came of it, and how the model at `out` was made.
///
/// # Errors
/// As [`save_report`]; what was just made cannot be read.
pub fn save_training(path: Option<&PathBuf>, out: &Path, result: &impl Serialize) -> Result<(), String> {
    if path.is_none() {
        return Ok(());
    }
    let provenance = out.join(PROVENANCE_FILE);
    let read = std::fs::read(&provenance).map_err(|e| format!("{}: {e}", provenance.display()))?;
    let provenance: serde_json::Value = serde_json::from_slice(&read).map_err(|e| e.to_string())?;
    save_report(path, &serde_json::json!({"out": out, "result": result, "provenance": provenance}))
}

/// `3.2 s`, `2 min 5 s`.
pub fn seconds(seconds: f64) -> String {
    match seconds {
        seconds if seconds < 60.0 => format!("{seconds:.1} s"),
        seconds => format!("{:.0} min {:.0} s", (seconds / 60.0).floor(), seconds % 60.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use onhand::inference::{Fallback, Lack};

    #[test]
    fn a_unit_that_is_not_offered_is_refused_with_its_reason_and_what_there_is() {
        for unit in Unit::ALL {
            match (offered_unit(&unit.to_string()), unit.lack()) {
                (Ok(parsed), None) => assert_eq!(parsed, unit),
                (Err(said), Some(lack)) => assert!(said.starts_with(&format!("{lack}; here there is cpu")), "{said}"),
                (parsed, lack) => panic!("{unit}: {parsed:?}, {lack:?}"),
            }
        }
        assert!(offered_unit("npu").unwrap_err().contains("npu is no compute unit"));
    }

    #[test]
    fn a_model_that_is_elsewhere_than_asked_is_an_error() {
        assert_eq!(held(&Placed::default()), Ok(()));
        let fallback = Some(Fallback { asked: Unit::Metal, why: Lack::Pictures });
        let said = held(&Placed { fallback, ..Placed::default() }).unwrap_err();
        assert_eq!(
            said,
            "metal is not used: pictures are computed on the processor; leave --unit out to compute on the processor"
        );
    }
}
