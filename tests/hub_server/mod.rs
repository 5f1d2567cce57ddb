//! A hub on this machine that behaves as badly as it is told to.
//!
//! It speaks the part of the hub's protocol that the store uses: `GET /OWNER/REPO/resolve/COMMIT/FILE` with
//! ranges, `X-Repo-Commit`, `X-Linked-Etag`, `X-Linked-Size`, and `GET /api/models/OWNER/REPO/revision/main`.
//! One thread a connection, one request a connection; it stops when dropped.
#![allow(dead_code, reason = "each test binary uses a part")]

mod answer;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The commit that everything is from.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
/// The repository that it serves unless another is named.
pub const REPO: &str = "tests/tiny";

/// How the weights are served. Other files are always served well, unless `Everything` says otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum Mood {
    /// As a hub does.
    Well,
    /// The connection is closed when this many bytes of the body were sent.
    CutAfter(usize),
    /// Each connection gives this many bytes more, and is then closed.
    CutEach(usize),
    /// A request for a part is answered with the whole file; without it, the first try is cut here.
    WholeForPart(usize),
    /// A request for a part is answered with another part; the first try is cut here.
    WrongPart(usize),
    /// The length is said to be this much more (or less) than it is.
    LengthOff(i64),
    /// No length, and this many bytes too many.
    EndlessBy(usize),
    /// This bit of the file is flipped.
    FlippedBit(usize),
    /// This status, with `Retry-After` where there is one.
    Status(u16, Option<u64>),
    /// This status for that many requests, then well.
    StatusFor(u16, Option<u64>, usize),
    /// Redirected to itself and back.
    RedirectCircle,
    /// Redirected for ever, each time further.
    RedirectForEver,
    /// Redirected there, where the bytes lie: another server.
    RedirectTo(SocketAddr),
    /// After this many bytes of the file nothing more comes, and the connection stays.
    Stall(usize),
    /// The file has changed: another entity tag, other bytes, other announced hash.
    Replaced(Vec<u8>),
    /// It says that it is from another commit.
    OtherCommit,
    /// This many bytes a millisecond.
    Slow(usize),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    /// Path without query.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
}

/// What a server knows and has seen.
pub struct World {
    /// The repository that it serves.
    pub repo: String,
    /// Files by name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// How it behaves.
    pub mood: Mutex<Mood>,
    /// All requests so far.
    pub requests: Mutex<Vec<Request>>,
    stop: AtomicBool,
}

/// A running server.
pub struct HubServer {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it knows and has seen.
    pub world: Arc<World>,
}

impl HubServer {
    /// Serves `files` well.
    pub fn start(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self::start_as(REPO, files)
    }

    /// Serves `files` well as those of this repository.
    pub fn start_as(repo: &str, files: BTreeMap<String, Vec<u8>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let world = Arc::new(World {
            repo: repo.to_string(),
            files,
            mood: Mutex::new(Mood::Well),
            requests: Mutex::new(Vec::new()),
            stop: AtomicBool::new(false),
        });
        let shared = world.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.stop.load(Ordering::SeqCst) {
                    return;
                }
                let world = shared.clone();
                std::thread::spawn(move || serve(stream, &world));
            }
        });
        Self { address, world }
    }

    /// What `HF_ENDPOINT` would be.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on it behaves like this.
    pub fn set(&self, mood: Mood) {
        *self.world.mood.lock().unwrap() = mood;
    }

    /// The requests for the weights since the last call.
    pub fn take_requests(&self) -> Vec<Request> {
        let all = std::mem::take(&mut *self.world.requests.lock().unwrap());
        all.into_iter().filter(|r| r.path.ends_with("model.safetensors")).collect()
    }
}

impl Drop for HubServer {
    fn drop(&mut self) {
        self.world.stop.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_millis(200));
    }
}

fn serve(stream: TcpStream, world: &World) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(5)));
    let mut reader = BufReader::new(&stream);
    let mut line = String::new();
    if reader.read_line(&mut line).is_err() {
        return;
    }
    let Some(path) = line.split(' ').nth(1).map(|p| p.split('?').next().unwrap_or(p).to_string()) else { return };
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            headers.insert(name.to_lowercase(), value.trim().to_string());
        }
    }
    let request = Request { path, headers };
    world.requests.lock().unwrap().push(request.clone());
    let _ = answer::answer(&request, &stream, world);
    let _ = (&stream).flush();
}
