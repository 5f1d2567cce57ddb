use super::super::error::{Error, Result};
use super::super::options::{HubOptions, Patience};
use super::super::progress::Cancel;
use super::headers::{self, Announced};
use super::retry::Fault;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_ENCODING, IF_RANGE, LOCATION, RANGE};
use reqwest::{Response, StatusCode, Url};
use std::future::Future;
use std::time::Duration;

/// As many as browsers follow at most is 20; a hub needs two.
const MAX_REDIRECTS: usize = 10;
/// How often a waiting future looks whether somebody said stop.
const CANCEL_POLL: Duration = Duration::from_millis(50);

/// Asks a hub for files.
pub struct Client {
    http: reqwest::Client,
    hub: HubOptions,
    /// How patient to be.
    pub patience: Patience,
    /// Says stop.
    pub cancel: Cancel,
}

/// The rest of a file is asked for.
pub struct From<'a> {
    /// The first byte wanted.
    pub byte: u64,
    /// Only if the file still has this tag.
    pub etag: Option<&'a str>,
}

/// A successful answer, its body not yet read.
pub struct Answer {
    /// 200 or 206.
    pub response: Response,
    /// What the hub said on the way.
    pub announced: Announced,
}

impl Client {
    /// A client for this hub.
    ///
    /// # Errors
    /// TLS could not be set up.
    pub fn new(hub: &HubOptions, patience: &Patience, cancel: &Cancel) -> Result<Self> {
        let http = reqwest::Client::builder()
            // Redirects are followed by hand: the token stays, and what the hub announces is read.
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(patience.connect)
            .user_agent(concat!("onhand/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| Error::Unreachable { host: "the network".into(), why: reason(&e) })?;
        Ok(Self { http, hub: hub.clone(), patience: patience.clone(), cancel: cancel.clone() })
    }

    /// Whom messages name.
    pub fn host(&self) -> String {
        host(&self.hub.endpoint)
    }

    /// Asks for `url`, all of it or what is still missing. `what` is how messages call it. A status that is
    /// no success is a fault, but for 416, which the caller understands.
    pub async fn get(&self, url: &str, what: &str, from: Option<From<'_>>) -> std::result::Result<Answer, Fault> {
        let wrong = |why: &str| Error::Redirect { host: self.host(), what: what.into(), why: why.into() };
        let mut url = Url::parse(url).map_err(|_| wrong("to what is no address"))?;
        let mut seen: Vec<Url> = Vec::new();
        let mut announced = Announced::default();
        while seen.len() <= MAX_REDIRECTS {
            if seen.contains(&url) {
                return Err(wrong("in a circle").into());
            }
            let response = self.ask(&url, what, from.as_ref()).await?;
            if self.is_hub(&url) {
                announced.read(response.headers());
            }
            if !is_redirect(response.status()) {
                return self.accept(response, &url, what, announced);
            }
            let location = response.headers().get(LOCATION).and_then(|v| v.to_str().ok());
            let next = url.join(location.ok_or_else(|| wrong("without saying where to"))?);
            let next = next.map_err(|_| wrong("to what is no address"))?;
            if next.scheme() != url.scheme() && next.scheme() != "https" {
                return Err(wrong(&format!("away from https, to {}", host(&next))).into());
            }
            seen.push(std::mem::replace(&mut url, next));
        }
        Err(wrong("more than 10 times").into())
    }

    async fn ask(&self, url: &Url, what: &str, from: Option<&From<'_>>) -> std::result::Result<Response, Fault> {
        // Compressed, neither the length nor the range would be that of the file.
        let mut request = self.http.get(url.clone()).header(ACCEPT_ENCODING, "identity");
        if let Some(token) = self.hub.token.as_ref().filter(|_| self.is_hub(url)) {
            request = request.bearer_auth(token);
        }
        if let Some(from) = from {
            request = request.header(RANGE, format!("bytes={}-", from.byte));
            if let Some(etag) = from.etag {
                request = request.header(IF_RANGE, etag);
            }
        }
        // Connecting has its own, shorter limit.
        let limit = self.patience.connect + self.patience.stall;
        match self.patiently(limit, request.send()).await? {
            Some(Ok(response)) => Ok(response),
            Some(Err(e)) if e.is_connect() => {
                Err(Fault::Final(Error::Unreachable { host: host(url), why: reason(&e) }))
            }
            Some(Err(e)) => Err(Fault::broken(format!("{} of {what}", reason(&e)))),
            None => {
                let why = format!("no answer within {:.0} s", limit.as_secs_f32());
                Err(Fault::Final(Error::Unreachable { host: host(url), why }))
            }
        }
    }

    fn accept(
        &self,
        response: Response,
        url: &Url,
        what: &str,
        announced: Announced,
    ) -> std::result::Result<Answer, Fault> {
        let (host, what) = (host(url), what.to_string());
        let status = response.status().as_u16();
        match status {
            200 | 206 | 416 => {}
            401 | 403 => return Err(Error::Denied { host, what, status }.into()),
            404 | 410 => return Err(Error::NotFound { host, what, status }.into()),
            408 | 429 | 500..=599 => {
                let wait = headers::retry_after(response.headers());
                return Err(Fault::Again { why: format!("status {status}"), status: Some(status), wait });
            }
            _ => return Err(Error::Status { host, what, status }.into()),
        }
        if response.headers().get(CONTENT_ENCODING).is_some_and(|v| v != "identity") {
            return Err(Error::Answer { host, what, why: "it is compressed, which was not asked for".into() }.into());
        }
        Ok(Answer { response, announced })
    }

    /// The hub itself, not somebody it redirects to: the same scheme, host and port.
    fn is_hub(&self, url: &Url) -> bool {
        url.origin() == self.hub.endpoint.origin()
    }

    /// Waits for `future`; `None` when it took longer than `limit`.
    ///
    /// # Errors
    /// Somebody said stop.
    pub async fn patiently<T>(&self, limit: Duration, future: impl Future<Output = T>) -> Result<Option<T>> {
        tokio::select! {
            out = tokio::time::timeout(limit, future) => Ok(out.ok()),
            () = self.cancelled() => Err(Error::Cancelled),
        }
    }

    /// Sleeps.
    ///
    /// # Errors
    /// Somebody said stop.
    pub async fn wait(&self, time: Duration) -> Result<()> {
        self.patiently(time, std::future::pending::<()>()).await.map(|_| ())
    }

    async fn cancelled(&self) {
        while !self.cancel.is_cancelled() {
            tokio::time::sleep(CANCEL_POLL).await;
        }
    }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or("the server");
    url.port().map_or_else(|| name.into(), |port| format!("{name}:{port}"))
}

/// The innermost reason, which is the one a person understands ("connection refused").
pub(super) fn reason(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    if error.is_timeout() { "it did not answer in time".into() } else { inner.to_string() }
}
