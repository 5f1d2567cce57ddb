//! What a catalog entry must be beyond its types.

use super::super::built_in::BUILT_IN;
use super::entry::{Hub, Model, Wheel, file_name};

/// No model of ours is larger, and none is fetched that is.
pub const MAX_MODEL_BYTES: u64 = 500_000_000;
const MAX_FILES: usize = 64;
const MAX_NAME: usize = 128;

type Checked = Result<(), String>;

pub(super) fn model(model: &Model) -> Checked {
    name("id", &model.id, "-.", |b| b.is_ascii_lowercase() || b.is_ascii_digit())?;
    text("title", &model.title)?;
    model.title_ko.as_ref().map_or(Ok(()), |title| text("title_ko", title))?;
    text("why", &model.why)?;
    text("why_ko", &model.why_ko)?;
    text("licence", &model.licence)?;
    size("installed_bytes", model.installed_bytes)?;
    if model.hub.is_none() && model.wheel.is_none() && model.id != BUILT_IN {
        return Err("it needs a hub or a wheel to come from".into());
    }
    model.hub.as_ref().map_or(Ok(()), hub)?;
    model.wheel.as_ref().map_or(Ok(()), wheel)
}

fn hub(hub: &Hub) -> Checked {
    match hub.repo.split_once('/') {
        Some((owner, repo)) => {
            name("repo", owner, "-._", u8::is_ascii_alphanumeric)?;
            name("repo", repo, "-._", u8::is_ascii_alphanumeric)?;
        }
        None => return Err(format!("repo {:?} is not owner/name", hub.repo)),
    }
    files(hub.files.iter().map(|f| (f.path.as_str(), f.bytes)))
}

fn wheel(wheel: &Wheel) -> Checked {
    if wheel.packages.is_empty() {
        return Err("its wheel names no packages".into());
    }
    for package in &wheel.packages {
        name("package", &package.name, "-._", u8::is_ascii_alphanumeric)?;
        name("version", &package.version, ".+!", u8::is_ascii_alphanumeric)?;
        size("the wheel's bytes", package.bytes)?;
    }
    total(wheel.packages.iter().map(|p| p.bytes))?;
    // The packages' files end up in one directory, so they are checked together.
    files(wheel.packages.iter().flat_map(|p| &p.files).map(|f| (f.path.as_str(), Some(f.bytes))))
}

/// Files that can lie in one directory under their own names, of sane sizes.
fn files<'a>(files: impl Iterator<Item = (&'a str, Option<u64>)>) -> Checked {
    let files: Vec<_> = files.collect();
    if files.is_empty() || files.len() > MAX_FILES {
        return Err(format!("it names {} files, between 1 and {MAX_FILES} are right", files.len()));
    }
    for (at, (path, bytes)) in files.iter().enumerate() {
        relative(path)?;
        bytes.map_or(Ok(()), |b| size(path, b))?;
        // File systems may not tell A from a.
        if files[..at].iter().any(|(other, _)| file_name(other).eq_ignore_ascii_case(file_name(path))) {
            return Err(format!("two of its files are called {:?}", file_name(path)));
        }
    }
    total(files.iter().filter_map(|(_, bytes)| *bytes))
}

/// A path that stays below where it is put, on any system, and needs no escaping in a URL.
fn relative(path: &str) -> Checked {
    if path.len() > MAX_NAME {
        return Err("it names a file whose path is too long".into());
    }
    path.split('/')
        .try_for_each(|part| name("path", part, "-._", u8::is_ascii_alphanumeric))
        .map_err(|e| format!("the path {path:?} must be plain names joined by single slashes, without climbing: {e}"))
}

/// Letters that `first` allows, and inside also those of `inner`. So nothing here is `..`, hidden, an option.
fn name(what: &str, name: &str, inner: &str, first: impl Fn(&u8) -> bool) -> Checked {
    let ends = name.bytes().next().is_some_and(|b| first(&b)) && !name.ends_with('.');
    if ends && name.len() <= MAX_NAME && name.bytes().all(|b| first(&b) || inner.as_bytes().contains(&b)) {
        return Ok(());
    }
    Err(format!("{what} {name:?} must be letters and digits, then also any of {inner:?}"))
}

fn text(what: &str, text: &str) -> Checked {
    if text.trim().is_empty() || text.len() > MAX_NAME || text.chars().any(char::is_control) {
        return Err(format!("{what} {text:?} must be one short line"));
    }
    Ok(())
}

fn size(what: &str, bytes: u64) -> Checked {
    if bytes == 0 || bytes > MAX_MODEL_BYTES {
        return Err(format!("{what}: {bytes} bytes; between 1 and {MAX_MODEL_BYTES} are right"));
    }
    Ok(())
}

/// Each size is at most [`MAX_MODEL_BYTES`] and there are few, so the sum cannot overflow.
fn total(sizes: impl Iterator<Item = u64>) -> Checked {
    let bytes: u64 = sizes.sum();
    if bytes > MAX_MODEL_BYTES {
        return Err(format!("its files are {bytes} bytes together, the limit is {MAX_MODEL_BYTES}"));
    }
    Ok(())
}
