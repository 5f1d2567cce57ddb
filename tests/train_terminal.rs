//! `onhand-lab distil`, `onhand-lab finetune` and `onhand-lab prune` from a terminal.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The program in `folder`, which also is where it keeps the model that is compiled in.
fn lab(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onhand-lab"));
    command.args(args).current_dir(folder).env("XDG_DATA_HOME", folder.join("data")).env("HOME", folder);
    command
}

fn run(folder: &Path, args: &[&str]) -> Output {
    lab(folder, args).output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A table of `count` texts.
fn table(path: &Path, count: usize) {
    let line = |at: usize| {
        let (label, feels) = if at.is_multiple_of(3) { (0, "dreadful") } else { (1, "lovely") };
        format!("{label}\tnumber {at} of these days was {feels}\n")
    };
    fs::write(path, format!("label\tsentence\n{}", (0..count).map(line).collect::<String>())).unwrap();
}

#[test]
fn what_cannot_be_learned_from_is_said_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    table(&at("one.tsv"), 1);
    table(&at("good.tsv"), 40);
    fs::write(at("empty.tsv"), "").unwrap();
    fs::write(at("joy.tsv"), "label\tsentence\njoy\twhat a day\n").unwrap();
    fs::write(at("student.json"), "{").unwrap();
    fs::create_dir(at("there")).unwrap();
    vision_model(&at("pictures"));
    let distil = ["distil", "--teacher", "sentiment-mini", "--out", "out"];
    let prune = ["prune", "--amount", "0.3", "--structured", "--out", "out"];
    for (args, code, why) in [
        (&["finetune", "sentiment-mini", "--out", "out"][..], 2, "--data"),
        (&["finetune", "sentiment-mini", "--data", "good.tsv", "--out", "out", "--learning-rate", "0"], 2, "above 0"),
        (&["finetune", "nobody", "--data", "good.tsv", "--out", "out"], 1, "nobody"),
        (&["finetune", "sentiment-mini", "--data", "none.tsv", "--out", "out"], 1, "none.tsv"),
        (&["finetune", "sentiment-mini", "--data", "empty.tsv", "--out", "out"], 1, "the first line must be"),
        (&["finetune", "sentiment-mini", "--data", "one.tsv", "--out", "out"], 1, "1 inputs are too few"),
        (&["finetune", "sentiment-mini", "--data", "joy.tsv", "--out", "out"], 1, "the model has no classes joy"),
        (&["finetune", "sentiment-mini", "--data", "good.tsv", "--out", "there"], 1, "there: is there already"),
        (&[&prune[..], &["sentiment-mini", "--fine-tune", "one.tsv"]].concat(), 1, "1 texts can be read, too few"),
        (&[&prune[..], &["sentiment-mini", "--device", "cuda"]].concat(), 2, "--fine-tune"),
        (
            &[&prune[..], &["./pictures", "--fine-tune", "there", "--device", "cuda"]].concat(),
            1,
            "pictures are learned from on the processor; leave --device out",
        ),
        (&[&distil[..], &["--data", "good.tsv"]].concat(), 2, "--student"),
        (&[&distil[..], &["--data", "good.tsv", "--student", "none.json"]].concat(), 1, "none.json"),
        (&[&distil[..], &["--data", "good.tsv", "--student", "student.json"]].concat(), 1, "has to be a config.json"),
        (&[&distil[..], &["--data", "good.tsv", "--student", "x", "--alpha", "2"]].concat(), 2, "from 0 to 1"),
        (&[&distil[..], &["--data", "good.tsv", "--student", "x", "--json", "good.tsv"]].concat(), 2, "ends in .json"),
        (&[&prune[..], &["sentiment-mini", "--inner"]].concat(), 1, "--inner is about image networks"),
        (&["evaluate", "./nowhere", "--data", "good.tsv"], 1, "no such model directory"),
    ] {
        let out = run(folder.path(), args);
        let said = said(&out.stderr);
        assert_eq!((out.status.code(), said.contains(why)), (Some(code), true), "{args:?}: {said}");
        assert!(!at("out").exists());
    }
}

/// An image model that is not all there: what it is can be told.
fn vision_model(path: &Path) {
    fs::create_dir(path).unwrap();
    let config = r#"{"family": "mobilenetv3", "architecture": "mobilenetv3_small_100", "num_classes": 7, "logits": 7,
        "input_size": 32, "resize_short_side": 40, "crop": "center", "interpolation": "bicubic", "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5], "padding": "same", "batch_norm": "kept"}"#;
    fs::write(path.join("config.json"), config).unwrap();
    fs::write(path.join("model.safetensors"), [&2u64.to_le_bytes()[..], b"{}"].concat()).unwrap();
}

#[test]
fn a_model_of_bytes_alone_is_pruned_to_one_of_floats() {
    let folder = tempfile::tempdir().unwrap();
    table(&folder.path().join("texts.tsv"), 60);
    let prune = ["prune", "sentiment-mini", "--amount", "0.5", "--structured", "--iterations", "2", "--out", "half"];
    let learn = ["--fine-tune", "texts.tsv", "--rows", "20", "--json", "report.json"];
    let out = run(folder.path(), &[&prune[..], &learn].concat());
    assert!(out.status.success(), "{}", said(&out.stderr));
    let report = fs::read(folder.path().join("report.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&report).unwrap();
    let half = folder.path().join("half");
    let bytes = |name: &str| fs::metadata(half.join(name)).map(|file| file.len());
    assert_eq!(summary["after"]["bytes"], bytes("model.safetensors").unwrap());
    assert!(bytes("model.int8.safetensors").is_err());
    let provenance: serde_json::Value =
        serde_json::from_slice(&fs::read(half.join("provenance.json")).unwrap()).unwrap();
    assert!(provenance["made_from"]["sha256"]["model.int8.safetensors"].is_string(), "{provenance}");
    let out = run(folder.path(), &["evaluate", "./half", "--data", "texts.tsv"]);
    assert!(out.status.success(), "{}", said(&out.stderr));
}

/// Waits until `path` is there; `child` must not end before.
fn wait_for(path: &Path, child: &mut Child) {
    let began = Instant::now();
    while !path.exists() {
        assert!(child.try_wait().unwrap().is_none(), "it was over before it was killed");
        assert!(began.elapsed() < Duration::from_secs(120), "{} never came", path.display());
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_run_that_is_killed_goes_on_to_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    table(&folder.path().join("texts.tsv"), 240);
    let tune = |out: &'static str| {
        ["finetune", "sentiment-mini", "--data", "texts.tsv", "--epochs", "4", "--batch", "8", "--out", out]
    };
    let whole = run(folder.path(), &tune("whole"));
    assert!(whole.status.success(), "{}", said(&whole.stderr));
    assert!(said(&whole.stdout).starts_with("whole: learned from 228 inputs; of 12 held-out ones"));

    let mut child = lab(folder.path(), &tune("killed")).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&folder.path().join("killed.checkpoint"), &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!folder.path().join("killed").exists());
    let again = run(folder.path(), &tune("killed"));
    let told = said(&again.stderr);
    assert!(again.status.success() && told.contains("going on after step"), "{told}");
    for file in ["config.json", "vocab.txt", "model.safetensors"] {
        let read = |run: &str| fs::read(folder.path().join(run).join(file)).unwrap();
        assert!(read("whole") == read("killed"), "{file}");
    }
    // And what came of it is a model like any other.
    let judged = run(folder.path(), &["sentiment", "--models", ".", "--model", "whole", "--no-words", "A lovely day"]);
    assert!(judged.status.success() && said(&judged.stdout).to_lowercase().contains("positive"));
}

/// Whoever reads the first lines only still wants the model.
#[test]
fn a_training_goes_on_when_nobody_listens_any_more() {
    let folder = tempfile::tempdir().unwrap();
    table(&folder.path().join("texts.tsv"), 60);
    let tune = ["finetune", "sentiment-mini", "--data", "texts.tsv", "--json", "report.json", "--out", "out"];
    let mut child = lab(folder.path(), &tune).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert!(child.wait().unwrap().success());
    assert!(folder.path().join("out/model.safetensors").exists() && !folder.path().join("out/.lock").exists());
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("report.json")).unwrap()).unwrap();
    assert!(report["result"]["accuracy"].is_number() && report["provenance"]["plan"].is_object(), "{report}");
}

#[test]
fn a_pruning_that_is_killed_is_not_lost_to_one_with_other_settings() {
    let folder = tempfile::tempdir().unwrap();
    table(&folder.path().join("texts.tsv"), 60);
    let prune = |amount: &'static str, out: &'static str| {
        let how = ["prune", "sentiment-mini", "--structured", "--iterations", "2", "--fine-tune", "texts.tsv"];
        [&how[..], &["--epochs", "10", "--amount", amount, "--out", out]].concat()
    };
    let mut child = lab(folder.path(), &prune("0.5", "killed")).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&folder.path().join("killed.work/iteration-1.safetensors"), &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    // One that learns nothing has no use for the folder, and leaves it alone.
    let alone = ["prune", "sentiment-mini", "--structured", "--amount", "0.3", "--out", "killed"];
    let alone = run(folder.path(), &alone);
    assert!(alone.status.success() && folder.path().join("killed.work/run").exists(), "{}", said(&alone.stderr));
    fs::remove_dir_all(folder.path().join("killed")).unwrap();
    let other = run(folder.path(), &prune("0.3", "killed"));
    let told = said(&other.stderr);
    assert!(
        !other.status.success() && told.contains("killed.work: is the work of a run with other settings"),
        "{told}"
    );
    let again = run(folder.path(), &prune("0.5", "killed"));
    let told = said(&again.stderr);
    assert!(again.status.success() && !told.contains("iteration 1 of 2"), "{told}");
    assert!(told.contains("iteration 2 of 2: only ") && !folder.path().join("killed.work").exists(), "{told}");
    let whole = run(folder.path(), &prune("0.5", "whole"));
    assert!(whole.status.success(), "{}", said(&whole.stderr));
    let read = |run: &str| fs::read(folder.path().join(run).join("model.safetensors")).unwrap();
    assert!(read("whole") == read("killed"));
    assert!(said(&whole.stdout).contains("onhand-lab compare sentiment-mini whole --data"), "{}", said(&whole.stdout));
}
