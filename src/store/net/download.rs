use super::super::catalog::{MAX_MODEL_BYTES, Pin};
use super::super::digest::Sha256Sum;
use super::super::error::{Error, Result};
use super::client::{Answer, Client, From, reason};
use super::headers::{ContentRange, strong_etag};
use super::partial::{Partial, Promise};
use super::retry::{Fault, Retry};
use std::path::Path;

/// The hub announces no SHA-256 for files that are kept in git itself, which are short. Nothing longer is
/// taken without one.
const MAX_UNHASHED_BYTES: u64 = 1 << 20;

/// One file to download.
pub struct Job<'a> {
    /// Its address.
    pub url: &'a str,
    /// How messages call it: file, repository and revision.
    pub what: &'a str,
    /// The name under which it is kept.
    pub name: &'a str,
    /// Its size where the catalog knows it.
    pub bytes: Option<u64>,
    /// Its hash.
    pub pin: Pin,
    /// The commit that the hub must say it is from.
    pub commit: &'a str,
    /// Where the incomplete file lies until then.
    pub partial_dir: &'a Path,
    /// Where the complete file goes.
    pub into: &'a Path,
}

/// Against what the content of a file was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// The hash in the catalog.
    Catalog,
    /// The hash that the hub announced, in an answer that came over TLS or from a hub the person named.
    HubHash,
    /// The size and the commit that the hub announced: it announces no SHA-256 for small files.
    HubSize,
    /// Nothing: the person's own directory.
    Nothing,
}

/// Downloads one file, through cuts and retries, and checks it. `progress` hears how many of its bytes are
/// here, `checking` that the hash is being computed.
///
/// # Errors
/// What stopped it. The bytes so far are kept and continued next time, unless they are wrong.
pub async fn download(client: &Client, job: &Job<'_>, progress: &dyn Fn(u64), checking: &dyn Fn()) -> Result<Checked> {
    let mut partial = Partial::open(job.partial_dir, job.name, job.url);
    let mut retry = Retry::default();
    let mut answered = false;
    progress(partial.bytes());
    while let Err(fault) = attempt(client, job, &mut partial, &mut answered, progress).await {
        // Nobody there at the first try means no network; after an answer it means a bad one.
        let fault = match fault {
            Fault::Final(Error::Unreachable { why, .. }) if answered => Fault::broken(why),
            other => other,
        };
        let bytes = (partial.bytes(), partial.promise().bytes);
        let wait = retry.after(fault, &client.patience, (&client.host(), job.what), bytes)?;
        client.wait(wait).await?;
    }
    checking();
    check(client, job, &mut partial)?;
    let checked = match (job.pin, partial.promise().sha256) {
        (Pin::Sha256(_), _) => Checked::Catalog,
        (Pin::Announced, Some(_)) => Checked::HubHash,
        (Pin::Announced, None) => Checked::HubSize,
    };
    partial.finish(&job.into.join(job.name))?;
    Ok(checked)
}

/// One request: returns when all bytes are here.
async fn attempt(
    client: &Client,
    job: &Job<'_>,
    partial: &mut Partial,
    answered: &mut bool,
    progress: &dyn Fn(u64),
) -> std::result::Result<(), Fault> {
    if partial.bytes() > 0 && partial.promise().bytes == Some(partial.bytes()) {
        return Ok(());
    }
    let from = partial.can_continue().then(|| From { byte: partial.bytes(), etag: partial.promise().etag.as_deref() });
    let asked_from = from.as_ref().map(|f| f.byte);
    let Answer { mut response, announced } = client.get(job.url, job.what, from).await?;
    *answered = true;
    let wrong = |why: String| Error::Answer { host: client.host(), what: job.what.into(), why };

    let headers = response.headers();
    let (continues, total) = match (response.status().as_u16(), asked_from) {
        (206, Some(byte)) => match ContentRange::read(headers) {
            Some(range) if range.begin == byte => (true, Some(range.total)),
            _ => {
                partial.discard()?;
                return Err(Fault::broken("the server sent another part than was asked for"));
            }
        },
        (206, None) => return Err(wrong("a part, where the whole was asked for".into()).into()),
        (416, _) => {
            partial.discard()?;
            return Err(Fault::broken("the server does not have the part that was asked for"));
        }
        // The whole, though a part was asked for: the file changed, or the server knows no ranges.
        _ => (false, response.content_length()),
    };

    if announced.commit.as_ref().is_some_and(|commit| commit != job.commit) {
        return Err(wrong("it is from another revision than was asked for".into()).into());
    }
    let sizes = [(job.bytes, "the catalog"), (announced.bytes, "the hub"), (total, "the server")];
    let bytes = agreed_size(&sizes).map_err(wrong)?;
    if let Some(bytes) = bytes.filter(|b| *b > MAX_MODEL_BYTES) {
        return Err(Error::TooLarge { what: job.what.into(), bytes, max_bytes: MAX_MODEL_BYTES }.into());
    }
    let sha256 = match (job.pin.sum(), announced.sha256) {
        (Some(pinned), Some(announced)) if pinned != announced => {
            return Err(wrong("the hub announces other content than the catalog pins".into()).into());
        }
        (pinned, announced) => pinned.or(announced),
    };
    if sha256.is_none() && bytes.is_none_or(|b| b > MAX_UNHASHED_BYTES) {
        return Err(wrong("the catalog pins no hash for it, and the hub announces none".into()).into());
    }
    let promise = Promise { url: job.url.into(), etag: strong_etag(headers), bytes, sha256 };
    if continues && sha256 != partial.promise().sha256 {
        partial.discard()?;
        return Err(Fault::broken("the file changed on the hub"));
    }
    partial.expect(promise, continues)?;

    let limit = bytes.unwrap_or(MAX_MODEL_BYTES);
    loop {
        let chunk = match client.patiently(client.patience.stall, response.chunk()).await? {
            None => return Err(Fault::broken(format!("no bytes for {:.1} s", client.patience.stall.as_secs_f32()))),
            Some(Err(e)) => return Err(Fault::broken(reason(&e))),
            Some(Ok(None)) => break,
            Some(Ok(Some(chunk))) => chunk,
        };
        if partial.bytes() + chunk.len() as u64 > limit {
            partial.discard()?;
            return Err(wrong(format!("it goes on after the {limit} bytes that it should have")).into());
        }
        partial.append(&chunk)?;
        progress(partial.bytes());
    }
    if bytes.is_some_and(|all| partial.bytes() < all) {
        return Err(Fault::broken("the connection was closed early"));
    }
    Ok(())
}

/// The size on which all who state one agree.
fn agreed_size(sizes: &[(Option<u64>, &str)]) -> std::result::Result<Option<u64>, String> {
    let mut stated = sizes.iter().filter_map(|(bytes, who)| bytes.map(|b| (b, *who)));
    let Some((bytes, who)) = stated.next() else { return Ok(None) };
    match stated.find(|(other, _)| *other != bytes) {
        Some((other, liar)) => Err(format!("{who} says that it is {bytes} bytes, {liar} says {other}")),
        None => Ok(Some(bytes)),
    }
}

/// Holds the complete file against its promise; what is wrong is thrown away.
fn check(client: &Client, job: &Job, partial: &mut Partial) -> Result<()> {
    let Some(want) = job.pin.sum().or(partial.promise().sha256) else { return partial.sync().map(|_| ()) };
    let path = partial.sync()?;
    let got = Sha256Sum::of_file(path, || !client.cancel.is_cancelled()).map_err(Error::io(path))?;
    let got = got.ok_or(Error::Cancelled)?;
    if got == want {
        return Ok(());
    }
    partial.discard()?;
    let said_by = if job.pin.sum().is_some() { "the catalog" } else { "the hub" };
    Err(Error::WrongHash { what: job.what.into(), got, want, said_by })
}

/// The body of a short answer, with the same patience.
///
/// # Errors
/// As [`download`]; also a body over `max_bytes`.
pub async fn fetch_small(client: &Client, url: &str, what: &str, max_bytes: usize) -> Result<Vec<u8>> {
    let mut retry = Retry::default();
    loop {
        match small_attempt(client, url, what, max_bytes).await {
            Ok(body) => return Ok(body),
            Err(fault) => {
                let wait = retry.after(fault, &client.patience, (&client.host(), what), (0, None))?;
                client.wait(wait).await?;
            }
        }
    }
}

async fn small_attempt(
    client: &Client,
    url: &str,
    what: &str,
    max_bytes: usize,
) -> std::result::Result<Vec<u8>, Fault> {
    let mut response = client.get(url, what, None).await?.response;
    let mut body = Vec::new();
    loop {
        match client.patiently(client.patience.stall, response.chunk()).await? {
            None => return Err(Fault::broken(format!("no bytes for {:.1} s", client.patience.stall.as_secs_f32()))),
            Some(Err(e)) => return Err(Fault::broken(reason(&e))),
            Some(Ok(None)) => return Ok(body),
            Some(Ok(Some(chunk))) if body.len() + chunk.len() <= max_bytes => body.extend_from_slice(&chunk),
            Some(Ok(Some(_))) => {
                let why = format!("it is longer than {max_bytes} bytes");
                return Err(Error::Answer { host: client.host(), what: what.into(), why }.into());
            }
        }
    }
}
