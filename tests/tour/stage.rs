//! The machine that the tour needs and this one may not have: a display, folders of its own, the models.
//!
//! Everything lies in one temporary folder, and every process carries its path in the environment, so that the end
//! can see whether anything was left behind.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The variable that marks every process of the tour.
pub const MARK: &str = "ONHAND_TOUR";

/// A display and a folder, both gone when it is dropped.
pub struct Stage {
    dir: tempfile::TempDir,
    server: Child,
    display: String,
    shim: PathBuf,
}

impl Stage {
    /// Starts a virtual display and builds what lets a driver in; what is missing is said in words.
    pub fn set() -> Result<Self, String> {
        for (command, package) in
            [("Xvfb", "xvfb"), ("WebKitWebDriver", "webkit2gtk-driver"), ("setpriv", "util-linux"), ("cc", "gcc")]
        {
            if find(command).is_none() {
                return Err(format!("{command} (Debian: {package}) is missing; scripts/setup.sh tour installs it"));
            }
        }
        let dir = tempfile::Builder::new().prefix("onhand-tour-").tempdir().map_err(|e| e.to_string())?;
        let shim = dir.path().join("libautomation.so");
        build(&source("automation.c"), &shim)?;
        let (server, display) = start_display(dir.path())?;
        Ok(Self { dir, server, display, shim })
    }

    /// The folder with this name; made if it is not there.
    pub fn folder(&self, name: &str) -> PathBuf {
        let folder = self.dir.path().join(name);
        fs::create_dir_all(&folder).expect("the temporary folder is ours");
        folder
    }

    /// Where everything lies.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The display's name, as `DISPLAY` takes it.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// What is preloaded into the app.
    pub fn shim(&self) -> &Path {
        &self.shim
    }

    /// Processes of the tour that still run, beside display and the tour itself. A page's processes end by themselves
    /// a moment after its window; they are given it.
    pub fn left_behind(&self) -> Vec<u32> {
        let began = Instant::now();
        loop {
            let left = self.running();
            if left.is_empty() || began.elapsed() > Duration::from_secs(5) {
                return left;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn running(&self) -> Vec<u32> {
        let mark = format!("{MARK}={}", self.dir.path().display());
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        let pids = entries.flatten().filter_map(|e| e.file_name().to_string_lossy().parse::<u32>().ok());
        pids.filter(|pid| *pid != self.server.id() && carries(*pid, &mark)).collect()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for pid in self.running() {
            end(pid);
        }
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// A command that is in the tour's mark and ends with the tour, however that ends.
pub fn command(dir: &Path, program: &str) -> Command {
    // By their paths: some parts of the tour give the app a PATH with nothing on it.
    let path = |name| find(name).unwrap_or_else(|| panic!("{name} was there when the stage was set"));
    let mut command = Command::new(path("setpriv"));
    command.args(["--pdeathsig", "KILL"]).arg(path(program)).env(MARK, dir).stdin(Stdio::null());
    command
}

/// Kills a process.
pub fn end(pid: u32) {
    let _ = Command::new("kill").args(["-KILL", &pid.to_string()]).stderr(Stdio::null()).status();
}

/// Where a command is, if anywhere.
pub fn find(command: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(command)).find(|file| file.is_file())
}

/// A file beside this one.
pub fn source(name: &str) -> PathBuf {
    root().join("tests/tour").join(name)
}

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn carries(pid: u32, mark: &str) -> bool {
    let Ok(environment) = fs::read(format!("/proc/{pid}/environ")) else { return false };
    environment.split(|b| *b == 0).any(|variable| variable == mark.as_bytes())
}

fn build(source: &Path, library: &Path) -> Result<(), String> {
    let flags = Command::new("pkg-config").args(["--cflags", "--libs", "webkit2gtk-4.1"]).output();
    let flags = flags.map_err(|e| format!("pkg-config: {e}"))?;
    let flags = String::from_utf8_lossy(&flags.stdout).into_owned();
    let out = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([library, source])
        .args(flags.split_whitespace())
        .output()
        .map_err(|e| format!("cc: {e}"))?;
    match out.status.success() {
        true => Ok(()),
        false => Err(format!("{} cannot be built: {}", source.display(), String::from_utf8_lossy(&out.stderr))),
    }
}

/// Starts a display under a number that it finds free by itself.
fn start_display(dir: &Path) -> Result<(Child, String), String> {
    let mut server = command(dir, "Xvfb")
        // Without -noreset it starts anew whenever its last window has closed, and the next one may come too soon.
        .args(["-displayfd", "1", "-noreset", "-screen", "0", "1280x1200x24", "-nolisten", "tcp"])
        .stdout(Stdio::piped())
        .stderr(fs::File::create(dir.join("display.log")).map_err(|e| e.to_string())?)
        .spawn()
        .map_err(|e| format!("Xvfb: {e}"))?;
    let mut number = String::new();
    let read = BufReader::new(server.stdout.take().expect("it is piped")).read_line(&mut number);
    if read.is_err() || number.trim().is_empty() {
        let _ = server.kill();
        let _ = server.wait();
        let log = fs::read_to_string(dir.join("display.log")).unwrap_or_default();
        return Err(format!("Xvfb gave no display: {log}"));
    }
    Ok((server, format!(":{}", number.trim())))
}

/// Looks until `until` gives something; fails after `patience` with what `state` says.
pub fn wait<T>(what: &str, patience: Duration, state: impl Fn() -> String, mut until: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = until() {
            return found;
        }
        assert!(began.elapsed() < patience, "not within {} s: {what}\n{}", patience.as_secs(), state());
        std::thread::sleep(Duration::from_millis(15));
    }
}
