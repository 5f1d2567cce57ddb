//! `onhand-lab evaluate` from a terminal.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn evaluate(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_onhand-lab")).arg("evaluate").args(args).current_dir(folder).output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A model directory that opens and cannot be loaded.
fn hollow(folder: &Path, name: &str, family: &str) {
    fs::create_dir(folder.join(name)).unwrap();
    fs::write(folder.join(name).join("config.json"), format!(r#"{{"family": "{family}"}}"#)).unwrap();
    fs::write(folder.join(name).join("model.safetensors"), b"\x02\0\0\0\0\0\0\0{}").unwrap();
}

#[test]
fn what_cannot_be_judged_is_said() {
    let folder = tempfile::tempdir().unwrap();
    hollow(folder.path(), "seer", "mobilenetv3");
    hollow(folder.path(), "reader", "distilbert");
    hollow(folder.path(), "smeller", "nose");
    for (args, code, why) in [
        (&["seer"][..], 2, "--data"),
        (&["--data", "x"], 2, "MODEL"),
        (&["seer:int4", "--data", "x"], 2, "int4 is no variant"),
        (&["seer", "--data", "x", "--limit", "0"], 2, "0 is not in"),
        (&["nobody", "--data", "x"], 1, "nobody"),
        (&["./seer", "./reader", "--data", "x"], 1, "seer is a vision model and reader a text model"),
        (&["./smeller", "--data", "x"], 1, "smeller is a nose model"),
    ] {
        let out = evaluate(folder.path(), args);
        let said = said(&out.stderr);
        assert_eq!((out.status.code(), said.contains(why)), (Some(code), true), "{args:?}: {said}");
    }
}

#[test]
fn pictures_are_judged_and_the_report_is_whole() {
    let (Some(dir), Some(photos)) = (common::model("mobilenet-v3-small"), common::shared("data/images")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let model = dir.path().to_str().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let judge = |args: &[&str]| evaluate(folder.path(), &[&[model, "--data", "data"], args].concat());

    let out = judge(&[]);
    assert_eq!(out.status.code(), Some(1));
    assert!(said(&out.stderr).contains("there is no picture in it"));

    for name in ["0002.jpg", "0003.jpg"] {
        fs::copy(photos.join(name), data.join(name)).unwrap();
    }
    fs::write(data.join("0005.jpg"), "torn").unwrap();
    let out = judge(&["--json", "report.json"]);
    let (text, left_out) = (said(&out.stdout), said(&out.stderr));
    assert!(out.status.success(), "{left_out}");
    assert!(text.contains("of 2 (") && text.contains("left out"), "{text}");
    assert!(left_out.contains("0005.jpg"), "{left_out}");
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.path().join("report.json")).unwrap()).unwrap();
    let judged = &report["models"][0];
    assert_eq!((&judged["kind"], &judged["pictures"]), (&"vision".into(), &2.into()));
    assert_eq!(judged["refused"].as_array().unwrap().len(), 1);

    let out = judge(&["--json", "nowhere/report.json"]);
    assert!(!out.status.success() && said(&out.stderr).contains("nowhere/report.json cannot be written"));

    fs::create_dir(data.join("unicorn")).unwrap();
    fs::copy(photos.join("0002.jpg"), data.join("unicorn/a.jpg")).unwrap();
    let out = judge(&[]);
    assert!(!out.status.success() && said(&out.stderr).contains("no classes unicorn"), "{}", said(&out.stderr));
}
