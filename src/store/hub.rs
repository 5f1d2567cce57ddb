//! Fetches a model's files from the hub.

use super::catalog::{Hub, HubFile, Pin, Revision, file_name, is_commit};
use super::error::{Error, Result};
use super::net::{Client, Job, download, fetch_small};
use super::options::FetchOptions;
use super::progress::{Event, Phase, Progress};
use super::provenance::{Fetched, Source};
use super::staging::Staging;
use hf_hub::api::tokio::{ApiBuilder, ApiRepo};
use hf_hub::{Cache, Repo, RepoType};
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};

/// The answer to "which commit is main" lists a repository's files; ours are short.
const MAX_INFO_BYTES: usize = 4 << 20;

/// Complete files, and what is known of them.
pub struct Raw {
    /// The directory in which they lie under their own names.
    pub dir: PathBuf,
    /// Where they came from.
    pub source: Source,
    /// What each is.
    pub files: Vec<Fetched>,
}

/// Fetches all files of `hub`, or the rest of what an earlier run left.
///
/// # Errors
/// The first file that could not be had.
pub fn fetch(hub: &Hub, options: &FetchOptions, staging: &Staging, progress: &dyn Progress) -> Result<Raw> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(Error::io(&options.models_dir))?;
    runtime.block_on(fetch_all(hub, options, staging, progress))
}

async fn fetch_all(hub: &Hub, options: &FetchOptions, staging: &Staging, progress: &dyn Progress) -> Result<Raw> {
    let client = Client::new(&options.hub, &options.network, &options.cancel)?;
    let (dir, partial_dir) = (staging.sub("hub")?, staging.sub("partial")?);
    progress.event(Event::Phase(Phase::Downloading(hub.repo.clone())));
    let commit = commit(hub, options, &client, &partial_dir).await?;
    let repo = repo(hub, options, &commit)?;

    let total = hub.bytes();
    let before = Cell::new(0);
    let mut files = Vec::new();
    for file in &hub.files {
        let name = file_name(&file.path);
        let what = format!("{} of {} at {}", file.path, hub.repo, &commit[..7]);
        let record_path = partial_dir.join(format!("{name}.done"));
        let fetched = match already_here(&dir, file, &record_path, &commit)? {
            Some(fetched) => fetched,
            None => {
                progress.event(Event::Phase(Phase::Downloading(file.path.clone())));
                let job = Job {
                    url: &repo.url(&file.path),
                    what: &what,
                    name,
                    bytes: file.bytes,
                    pin: file.sha256,
                    commit: &commit,
                    partial_dir: &partial_dir,
                    into: &dir,
                };
                let bytes = |done| progress.event(Event::Bytes { done: before.get() + done, total });
                let checking = || progress.event(Event::Phase(Phase::Checking(file.path.clone())));
                let checked = download(&client, &job, &bytes, &checking).await?;
                let fetched = Fetched::of(&dir, &file.path, checked)?;
                let record = serde_json::to_vec(&(&commit, &fetched)).expect("plain data serialises");
                fs::write(&record_path, record).map_err(Error::io(&record_path))?;
                fetched
            }
        };
        before.set(before.get() + fetched.bytes);
        progress.event(Event::Bytes { done: before.get(), total });
        files.push(fetched);
    }
    let endpoint = options.hub.endpoint.to_string();
    Ok(Raw { dir, source: Source::Hub { endpoint, repo: hub.repo.clone(), revision: commit }, files })
}

/// A file that an earlier run completed, if it is still what it was.
fn already_here(dir: &Path, file: &HubFile, record_path: &Path, commit: &str) -> Result<Option<Fetched>> {
    let path = dir.join(file_name(&file.path));
    let record = fs::read(record_path).ok().and_then(|json| serde_json::from_slice(&json).ok());
    if let Some((from, fetched)) = record.filter(|(from, _): &(String, Fetched)| from == commit)
        && path.is_file()
    {
        let now = Fetched::of(dir, &file.path, fetched.checked)?;
        let pinned = |sum| file.sha256 == Pin::Sha256(sum) || file.sha256 == Pin::Announced;
        if now == fetched && pinned(now.sha256) && from == commit {
            return Ok(Some(now));
        }
    }
    match fs::remove_file(&path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::io(&path)(e)),
        _ => Ok(None),
    }
}

/// The commit that the catalog pins. Where it pins none the hub is asked, once: the answer is kept for the
/// runs that resume this one, and then in the provenance.
async fn commit(hub: &Hub, options: &FetchOptions, client: &Client, partial_dir: &Path) -> Result<String> {
    if let Revision::Commit(commit) = &hub.revision {
        return Ok(commit.clone());
    }
    let kept = partial_dir.join("commit");
    if let Some(commit) = fs::read_to_string(&kept).ok().filter(|c| is_commit(c)) {
        return Ok(commit);
    }
    let url = format!("{}/api/models/{}/revision/main", address(options), hub.repo);
    let what = format!("the newest revision of {}", hub.repo);
    let json = fetch_small(client, &url, &what, MAX_INFO_BYTES).await?;
    let info: Option<hf_hub::api::RepoInfo> = serde_json::from_slice(&json).ok();
    let commit = info.map(|info| info.sha).filter(|sha| is_commit(sha));
    let commit = commit.ok_or_else(|| Error::Answer { host: client.host(), what, why: "it names no commit".into() })?;
    fs::write(&kept, &commit).map_err(Error::io(&kept))?;
    Ok(commit)
}

/// hf-hub's view of the repository, which knows its addresses. It is given a cache directory, which it then
/// does not use: without one it would look for the home directory, and panic where there is none.
fn repo(hub: &Hub, options: &FetchOptions, commit: &str) -> Result<ApiRepo> {
    let builder = ApiBuilder::from_cache(Cache::new(options.models_dir.clone()));
    let api = builder.with_endpoint(address(options)).build();
    let api = api.map_err(|e| Error::Setting { name: "HF_ENDPOINT", why: e.to_string() })?;
    Ok(api.repo(Repo::with_revision(hub.repo.clone(), RepoType::Model, commit.into())))
}

fn address(options: &FetchOptions) -> String {
    options.hub.endpoint.as_str().trim_end_matches('/').to_string()
}
