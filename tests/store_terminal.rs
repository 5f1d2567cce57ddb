//! `onhand-lab models` as a person meets it: what it prints where, and how it exits.

mod hub_server;
mod store_setup;

use onhand::store::Sha256Sum;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use store_setup::{ID, Setup};

fn lab(models: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onhand-lab"));
    command.arg("models").args(args).arg("--models").arg(models);
    for name in ["HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "ONHAND_MODELS"] {
        command.env_remove(name);
    }
    // No data directory with models of whoever runs the tests.
    command.env("XDG_DATA_HOME", models).env("HOME", models);
    command
}

fn run(command: &mut Command) -> (bool, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.success(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// An installed model of which everything but the tensors is true.
fn install(models: &Path, id: &str) {
    let dir = models.join(id);
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("config.json"), "{}").unwrap();
    fs::write(dir.join("model.safetensors"), "weights").unwrap();
    let record =
        format!(r#"{{"files": {{"model.safetensors": {{"bytes": 7, "sha256": "{}"}}}}}}"#, Sha256Sum::of(b"weights"));
    fs::write(dir.join("provenance.json"), record).unwrap();
}

#[test]
fn list_shows_what_is_and_what_could_be() {
    let models = tempfile::tempdir().unwrap();
    install(models.path(), "whisper-base");
    install(models.path(), "my-own");
    let (good, out, _) = run(&mut lab(models.path(), &["list", "--json"]));
    assert!(good);
    let lines: Vec<Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let line = |id: &str| lines.iter().find(|l| l["id"] == id).unwrap();
    assert_eq!(line("whisper-base")["installed"], true);
    assert_eq!(line("whisper-base")["path"], models.path().join("whisper-base").to_str().unwrap());
    assert_eq!(line("whisper-base")["licence"], "MIT");
    assert_eq!(line("whisper-base")["sources"].as_array().unwrap().len(), 2);
    assert_eq!(line("distilbert-sst2")["installed"], false);
    assert_eq!((&line("my-own")["installed"], &line("my-own")["licence"]), (&Value::Bool(true), &Value::Null));
    let (good, out, _) = run(&mut lab(models.path(), &["list"]));
    assert!(good && out.contains("my-own") && out.contains("not in the catalog"), "{out}");
}

#[test]
fn path_prints_only_the_path() {
    let models = tempfile::tempdir().unwrap();
    install(models.path(), "whisper-base");
    let path = models.path().join("whisper-base").display().to_string();
    assert_eq!(run(&mut lab(models.path(), &["path", "whisper-base"])), (true, format!("{path}\n"), String::new()));
    let (good, out, said) = run(&mut lab(models.path(), &["path", "whisper-tiny"]));
    assert!(!good && out.is_empty() && said.contains("onhand-lab models fetch whisper-tiny"), "{said}");
    let (good, _, said) = run(&mut lab(models.path(), &["path", "../whisper-base"]));
    assert!(!good && said.contains("there is no model"), "{said}");
}

#[test]
fn verify_names_the_file_that_changed() {
    let models = tempfile::tempdir().unwrap();
    install(models.path(), "whisper-base");
    fs::write(models.path().join("whisper-base/model.safetensors"), "Weights").unwrap();
    let (good, out, said) = run(&mut lab(models.path(), &["verify", "--json"]));
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = lines.iter().find(|line| line["input"] == "whisper-base").unwrap();
    // The model that is part of the program is checked as well.
    assert!(lines.iter().any(|line| line["input"] == "sentiment-mini" && line["error"].is_null()), "{out}");
    let error = line["error"].as_str().unwrap();
    assert!(!good && line["input"] == "whisper-base" && error.contains("model.safetensors has sha256"), "{out}");
    assert!(said.contains("fetch it again"), "{said}");
    // The hashes are right, and yet it is no model: the header is looked at too.
    install(models.path(), "whisper-base");
    let (good, _, said) = run(&mut lab(models.path(), &["verify", "whisper-base"]));
    assert!(!good && said.contains("not a sound safetensors file"), "{said}");
    let (good, _, said) = run(&mut lab(models.path(), &["verify", "whisper-tiny"]));
    assert!(!good && said.contains("not installed"), "{said}");
}

#[test]
fn remove_takes_the_model_and_nothing_else() {
    let models = tempfile::tempdir().unwrap();
    install(models.path(), "whisper-base");
    install(models.path(), "my-own");
    let (good, out, _) = run(&mut lab(models.path(), &["remove", "whisper-base"]));
    assert!(good && out.starts_with("removed") && !models.path().join("whisper-base").exists());
    assert!(models.path().join("my-own").exists());
    let (good, _, said) = run(&mut lab(&models.path().join("my-own"), &["remove", "../my-own"]));
    assert!(!good && said.contains("no name for a model") && models.path().join("my-own").exists(), "{said}");
    let (good, _, said) = run(&mut lab(models.path(), &["remove", "whisper-base"]));
    assert!(!good && said.contains("not installed"), "{said}");
}

#[test]
fn a_fetch_that_fails_says_why_and_the_others_are_still_tried() {
    let models = tempfile::tempdir().unwrap();
    let (good, out, said) =
        run(&mut lab(models.path(), &["fetch", "nonsense", "distilbert-sst2", "--offline", "--json"]));
    let errors: Vec<Value> = out.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert!(!good && errors.len() == 2, "{out}");
    assert!(errors[0]["error"].as_str().unwrap().contains("there is no model \"nonsense\""));
    assert!(errors[1]["error"].as_str().unwrap().contains("offline"), "{out}");
    assert!(said.contains("offline"));
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut fetch = lab(models.path(), &["fetch", "distilbert-sst2"]);
    let (good, out, said) = run(fetch.env("HF_ENDPOINT", format!("http://{nobody}")));
    assert!(!good && out.is_empty() && said.contains("can't be reached"), "{said}");
    let (good, _, said) = run(lab(models.path(), &["fetch", "whisper-tiny"]).env("HF_ENDPOINT", "not an address"));
    assert!(!good && said.contains("HF_ENDPOINT is set, but"), "{said}");
    let (good, _, said) = run(lab(models.path(), &["fetch", "whisper-tiny"]).env("HF_HUB_OFFLINE", "1"));
    assert!(!good && said.contains("HF_HUB_OFFLINE"), "{said}");
}

#[test]
fn a_catalog_of_ones_own_is_held_to_the_same_rules() {
    let setup = Setup::new(1000);
    let catalog = setup.dir.path().join("catalog.toml");
    let fetch = |text: &str| {
        fs::write(&catalog, text).unwrap();
        let args = ["fetch", ID, "--catalog", catalog.to_str().unwrap()];
        run(lab(&setup.models(), &args).env("HF_ENDPOINT", setup.server.endpoint()))
    };
    let (good, _, said) = fetch(&setup.catalog(true).replace("config.json", "../config.json"));
    assert!(!good && said.contains("entry \"tiny\"") && said.contains("without climbing"), "{said}");
    // Fetched whole, but no model: it is not installed, and progress was told in plain lines.
    let (good, out, said) = fetch(&setup.catalog(true));
    assert!(!good && out.is_empty() && said.contains("tiny was fetched but not installed"), "{said}");
    assert!(said.contains("tiny: model.safetensors\n") && !said.contains('\u{1b}'), "{said}");
    assert!(!setup.models().join(ID).exists());
}

#[test]
fn without_a_home_nothing_panics() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onhand-lab"));
    command.args(["models", "fetch", "distilbert-sst2", "--offline"]).env_clear();
    let (good, _, said) = run(&mut command);
    assert!(!good && !said.contains("panicked") && (said.contains("offline") || said.contains("no place")), "{said}");
}
