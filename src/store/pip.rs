//! Downloads a wheel through pip, which knows the environment's own index, proxy and certificates.

use super::catalog::Package;
use super::error::{Error, Result};
use super::options::FetchOptions;
use super::staging::{dir_bytes, remove_dir};
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How often a running pip is looked at.
const POLL: Duration = Duration::from_millis(100);
/// As much of what pip says is read.
const MAX_SAID_BYTES: u64 = 64 << 10;

/// Lets pip download `package` into `dir`, which exists. `temporary` is where pip works meanwhile;
/// `progress` hears how many bytes lie there.
///
/// # Errors
/// There is no Python or no pip, pip failed, or the caller said stop.
pub fn download(
    id: &str,
    package: &Package,
    dir: &Path,
    temporary: &Path,
    options: &FetchOptions,
    progress: &dyn Fn(u64),
) -> Result<()> {
    remove_dir(temporary)?;
    fs::create_dir_all(temporary).map_err(Error::io(temporary))?;
    let requirement = package.requirement();
    let mut child = start(id, &requirement, dir, temporary, options)?;
    // Read aside, so that a pip that says much does not wait for us.
    let mut pipe = child.stderr.take().expect("it was asked for");
    let said = std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = pipe.by_ref().take(MAX_SAID_BYTES).read_to_end(&mut said);
        let _ = std::io::copy(&mut pipe, &mut std::io::sink());
        String::from_utf8_lossy(&said).into_owned()
    });
    let status = loop {
        if let Some(status) = child.try_wait().map_err(Error::io(dir))? {
            break status;
        }
        if options.cancel.is_cancelled() {
            let _ = child.kill();
            let _ = child.wait();
            return Err(Error::Cancelled);
        }
        progress(dir_bytes(temporary).min(package.bytes));
        std::thread::sleep(POLL);
    };
    remove_dir(temporary)?;
    let said = said.join().unwrap_or_default();
    if status.success() { Ok(()) } else { Err(Error::Pip { requirement, why: why(&said) }) }
}

fn start(id: &str, requirement: &str, dir: &Path, temporary: &Path, options: &FetchOptions) -> Result<Child> {
    for python in &options.pythons {
        let mut command = Command::new(python);
        command.args(["-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps"]);
        command.args(["--only-binary", ":all:", "--dest"]).arg(dir).arg(requirement);
        // pip downloads into the temporary directory: there it is on the right disk, and can be watched.
        command.envs(["TMPDIR", "TEMP", "TMP"].map(|name| (name, temporary)));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        match command.spawn() {
            Ok(child) => return Ok(child),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(Error::Pip { requirement: requirement.into(), why: format!("{python}: {e}") }),
        }
    }
    Err(Error::NoPython { id: id.into(), tried: options.pythons.join(", ") })
}

/// The line of pip's complaint that says most.
fn why(said: &str) -> String {
    if said.contains("No module named pip") {
        return "this Python has no pip; install it (python3-pip)".into();
    }
    let lines = || said.lines().map(str::trim).filter(|l| !l.is_empty());
    let last_error = lines().rfind(|l| l.starts_with("ERROR:"));
    let line = last_error.or_else(|| lines().next_back()).unwrap_or("it did not say why");
    let line: String = line.trim_start_matches("ERROR:").trim().chars().filter(|c| !c.is_control()).take(300).collect();
    line.trim_end_matches('.').to_string()
}

#[cfg(test)]
mod tests {
    use super::why;

    #[test]
    fn the_last_error_is_what_is_said() {
        let said = "WARNING: Retrying\nERROR: Could not find a version\nERROR: No matching distribution found for x==1.0.\nnotice";
        assert_eq!(why(said), "No matching distribution found for x==1.0");
        assert!(why("/usr/bin/python3: No module named pip").contains("python3-pip"));
        assert_eq!(why(""), "it did not say why");
    }
}
