//! One run of the app under a driver.

use super::album;
use super::stage::{self, MARK, Stage, command};
use std::fs::{self, File};
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};
use thirtyfour::{Capabilities, WebDriver};
use tokio::runtime::Runtime;

/// How the app is started.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Its folder: settings, models, caches and the log lie in it. The same name again is the app started again.
    pub name: String,
    /// The models, where it is not a folder of its own.
    pub models: Option<PathBuf>,
    /// Command line.
    pub args: Vec<String>,
    /// More variables.
    pub env: Vec<(String, String)>,
}

impl Setting {
    /// In this folder of the stage, with no models.
    pub fn named(name: &str) -> Self {
        Self { name: name.into(), models: None, args: Vec::new(), env: Vec::new() }
    }

    /// With these models.
    pub fn models(mut self, models: &Path) -> Self {
        self.models = Some(models.into());
        self
    }

    /// With this on the command line.
    pub fn arg(mut self, name: &str, value: &Path) -> Self {
        self.args.extend([name.to_string(), value.display().to_string()]);
        self
    }

    /// With this word on the command line.
    pub fn flag(mut self, name: &str) -> Self {
        self.args.push(name.into());
        self
    }

    /// With somebody who picks this file whenever the system's dialog for files is opened. Without a desktop that dialog
    /// is the program zenity; here a script stands in its place.
    pub fn picks(self, stage: &Stage, file: &Path) -> Self {
        let folder = stage.folder(&format!("{}-dialog", self.name));
        let script = folder.join("zenity");
        fs::write(&script, format!("#!/bin/sh\necho '{}'\n", file.display())).expect("our folder");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("our folder");
        let path = std::env::var("PATH").unwrap_or_default();
        self.env("PATH", &format!("{}:{path}", folder.display()))
    }

    /// With this in the environment.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }
}

/// The app, running, and the session with it. Dropped, everything of it is gone but its folder.
pub struct App {
    /// `None` when it was killed.
    pub(super) session: Option<WebDriver>,
    pub(super) runtime: Runtime,
    driver: Child,
    folder: PathBuf,
    /// How long the start took, until the window answered.
    pub started_in: Duration,
}

impl App {
    /// Starts the app and waits for its window.
    pub fn start(stage: &Stage, setting: &Setting) -> Self {
        let folder = stage.folder(&setting.name);
        let wrapper = write_wrapper(stage, &folder);
        let port = free_port();
        let log = File::options().create(true).append(true).open(folder.join("app.log")).expect("our folder");
        let mut driver = command(stage.dir(), "WebKitWebDriver");
        driver.args(["--host=127.0.0.1", &format!("--port={port}")]);
        environment(&mut driver, stage, &folder, setting);
        driver.stdout(log.try_clone().expect("a handle")).stderr(log);
        let mut driver = driver.spawn().expect("WebKitWebDriver starts");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        stage::wait("the driver listens", Duration::from_secs(10), String::new, || {
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        let mut capabilities = Capabilities::new();
        let options = serde_json::json!({ "binary": wrapper, "args": setting.args });
        capabilities.set("webkitgtk:browserOptions", options).expect("it is JSON");
        let began = Instant::now();
        let session = runtime.block_on(WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities));
        let session = match session {
            Ok(session) => session,
            Err(why) => {
                let _ = driver.kill();
                let _ = driver.wait();
                panic!("the app gave no window: {why}\n{}", log_of(&folder));
            }
        };
        Self { session: Some(session), runtime, driver, folder, started_in: began.elapsed() }
    }

    /// Where its settings lie.
    pub fn config(&self) -> PathBuf {
        self.folder.join("config")
    }

    /// Where its models lie, unless the tour's are used.
    pub fn models(&self) -> PathBuf {
        self.folder.join("models")
    }

    /// The app's process.
    pub fn pid(&self) -> u32 {
        let text = fs::read_to_string(self.folder.join("pid")).expect("the wrapper wrote it");
        text.trim().parse().expect("a number")
    }

    /// What app and driver wrote.
    pub fn log(&self) -> String {
        log_of(&self.folder)
    }

    /// Kills the app as a system does that runs out of memory.
    pub fn kill(mut self) {
        stage::end(self.pid());
        if let Some(session) = self.session.take() {
            let _ = session.leak();
        }
        // Dropped, the driver is ended, and what is left of the page with it.
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Some(session) = self.session.take() {
            if std::thread::panicking() {
                eprintln!("{}", self.log());
                let name = self.folder.file_name().unwrap_or_default().to_string_lossy();
                let path = stage::root().join("target/tour").join(format!("{}{name}.png", album::FAILED));
                match self.runtime.block_on(session.screenshot(&path)) {
                    Ok(()) => eprintln!("the window as it was: {}", path.display()),
                    Err(why) => eprintln!("the window shows nothing any more: {why}"),
                }
            }
            let quit = async { tokio::time::timeout(Duration::from_secs(5), session.quit()).await };
            let _ = self.runtime.block_on(quit);
        }
        let pid = self.pid();
        let began = Instant::now();
        while is_running(pid) {
            if began.elapsed() > Duration::from_secs(2) {
                stage::end(pid);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The app as people start it, with no driver beside it.
pub struct Alone(Child);

impl Alone {
    /// Starts it. What it shows first is the camera.
    pub fn start(stage: &Stage, setting: &Setting) -> Self {
        let folder = stage.folder(&setting.name);
        let log = File::options().create(true).append(true).open(folder.join("app.log")).expect("our folder");
        let mut app = std::process::Command::new(binary());
        environment(&mut app, stage, &folder, setting);
        app.args(&setting.args).stdout(log.try_clone().expect("a handle")).stderr(log);
        Self(app.spawn().expect("the app starts"))
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether it runs; a zombie does not.
fn is_running(pid: u32) -> bool {
    let Ok(status) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    !status.rsplit(") ").next().is_some_and(|rest| rest.starts_with('Z'))
}

fn log_of(folder: &Path) -> String {
    let log = fs::read_to_string(folder.join("app.log")).unwrap_or_default();
    log.lines().rev().take(40).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("\n")
}

/// The app: the one that was built with these tests, unless another is named.
fn binary() -> PathBuf {
    std::env::var_os("ONHAND_APP").map_or(PathBuf::from(env!("CARGO_BIN_EXE_onhand")), PathBuf::from)
}

/// A script that the driver starts in place of a browser: it notes the process and lets the driver into it.
fn write_wrapper(stage: &Stage, folder: &Path) -> PathBuf {
    let wrapper = folder.join("start.sh");
    let path = |name| stage::find(name).expect("it was there when the stage was set").display().to_string();
    let mut file = File::create(&wrapper).expect("our folder");
    writeln!(
        file,
        "#!/bin/sh\necho $$ > '{}'\nexec {} --pdeathsig KILL {} LD_PRELOAD='{}' '{}' \"$@\"",
        folder.join("pid").display(),
        path("setpriv"),
        path("env"),
        stage.shim().display(),
        binary().display()
    )
    .and_then(|()| file.set_permissions(fs::Permissions::from_mode(0o755)))
    .expect("our folder");
    wrapper
}

/// What the app finds around it: the stage's display, and places of its own for all that it or WebKit writes.
fn environment(driver: &mut std::process::Command, stage: &Stage, folder: &Path, setting: &Setting) {
    for name in ["WAYLAND_DISPLAY", "HF_TOKEN", "HF_HOME", "HF_HUB_OFFLINE"] {
        driver.env_remove(name);
    }
    for (name, place) in [
        ("ONHAND_CONFIG", "config"),
        ("HOME", "home"),
        ("XDG_CONFIG_HOME", "home/config"),
        ("XDG_DATA_HOME", "home/data"),
        ("XDG_CACHE_HOME", "home/cache"),
        ("XDG_RUNTIME_DIR", "runtime"),
    ] {
        let path = folder.join(place);
        fs::create_dir_all(&path).expect("our folder");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("our folder");
        driver.env(name, path);
    }
    let models = setting.models.clone().unwrap_or_else(|| folder.join("models"));
    driver.env("ONHAND_MODELS", models).env("DISPLAY", stage.display()).env("GDK_BACKEND", "x11");
    driver.env("LANG", "C.UTF-8").env("NO_AT_BRIDGE", "1").env(MARK, stage.dir());
    // There is no session to talk to, unless a part of the tour starts one.
    driver.env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    // Nobody is asked for a hub unless a part of the tour runs one; port 9 discards.
    driver.env("HF_ENDPOINT", "http://127.0.0.1:9");
    driver.envs(setting.env.iter().map(|(name, value)| (name, value)));
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port is free").port()
}
