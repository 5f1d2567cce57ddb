//! `onhand-lab evaluate` and `onhand-lab compare` from a terminal.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn lab(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_onhand-lab")).args(args).current_dir(folder).output().unwrap()
}

fn evaluate(folder: &Path, args: &[&str]) -> Output {
    lab(folder, &[&["evaluate"], args].concat())
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

#[test]
fn models_are_compared_in_a_table_a_report_and_a_figure() {
    let (Some(dir), Some(photos)) = (common::model("mobilenet-v3-small"), common::shared("data/images")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (model, photos) = (dir.path().to_str().unwrap(), photos.to_str().unwrap());
    let int8 = format!("{model}:int8");
    let judged = ["--data", photos, "--limit", "20", "--runs", "3", "--threads", "1"];
    let files = ["--markdown", "t.md", "--json", "t.json", "--figure", "t.svg"];
    let out = lab(folder.path(), &[&["compare", model, &int8], &judged[..], &files].concat());
    assert!(out.status.success(), "{}", said(&out.stderr));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();

    let report: serde_json::Value = serde_json::from_str(&read("t.json")).unwrap();
    let models = report["models"].as_array().unwrap();
    let variants: Vec<_> = models.iter().map(|m| m["variant"].as_str().unwrap()).collect();
    assert_eq!((variants, report["kind"].as_str()), (vec!["f32", "int8"], Some("vision")));
    for entry in models {
        assert_eq!((&entry["cost"]["parameters"], &entry["scores"]["pictures"]), (&2_537_825.into(), &20.into()));
        let timing = &entry["timing"];
        assert!(timing["p50_ms"].as_f64() > Some(0.0) && timing["p50_ms"].as_f64() <= timing["p90_ms"].as_f64());
        // What this machine does not count is null, and the table says so.
        assert_eq!(timing["joules"].is_null(), read("t.md").contains("Energy is not counted"));
    }
    assert_eq!(models[1]["agreement"]["of"], 20);
    let (table, figure) = (read("t.md"), read("t.svg"));
    assert!(table.starts_with("| model | variant |") && table.lines().count() == 6, "{table}");
    assert!(said(&out.stdout).contains("same answer"));
    assert!(figure.starts_with("<svg") && figure.contains("mobilenet-v3-small:int8"));
}

#[test]
fn a_model_that_cannot_be_loaded_is_said_and_the_others_are_judged_and_compared() {
    let (Some(dir), Some(photos)) = (common::model("mobilenet-v3-small"), common::shared("data/images")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    hollow(folder.path(), "seer", "mobilenetv3");
    let (model, photos) = (dir.path().to_str().unwrap(), photos.to_str().unwrap());
    let data = ["--data", photos, "--limit", "3", "--json", "report.json"];
    for command in [&["evaluate"][..], &["compare", "--runs", "1", "--warmup", "0"]] {
        let out = lab(folder.path(), &[command, &["./seer", model], &data].concat());
        let why = said(&out.stderr);
        assert!(out.status.code() == Some(1) && why.contains("seer: "), "{command:?}: {why}");
        let report: serde_json::Value =
            serde_json::from_slice(&fs::read(folder.path().join("report.json")).unwrap()).unwrap();
        let models: Vec<_> =
            report["models"].as_array().unwrap().iter().map(|m| m["model"].as_str().unwrap()).collect();
        assert!(models.len() == 1 && models[0].ends_with("mobilenet-v3-small"), "{models:?}");
        fs::remove_file(folder.path().join("report.json")).unwrap();
    }
    let out = lab(folder.path(), &[&["evaluate", "./seer"], &data[..]].concat());
    assert!(out.status.code() == Some(1) && !folder.path().join("report.json").exists(), "nothing is to be reported");
}

#[test]
fn a_clip_that_breaks_off_is_left_out_and_named() {
    let (Some(dir), Some(clips)) = (common::model("whisper-tiny.en"), common::shared("data/audio")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let whole = fs::read(clips.join("jfk.wav")).unwrap();
    fs::write(data.join("torn.wav"), &whole[..whole.len() / 2]).unwrap();
    fs::write(data.join("whole.wav"), &whole).unwrap();
    let said_in_it = "And so, my fellow Americans";
    let one = serde_json::json!({"transcript": said_in_it, "language": "en"});
    let transcripts = serde_json::json!({"torn.wav": one, "whole.wav": one});
    fs::write(data.join("transcripts.json"), transcripts.to_string()).unwrap();
    let out = evaluate(folder.path(), &[dir.path().to_str().unwrap(), "--data", "data"]);
    let why = said(&out.stderr);
    assert!(out.status.success() && why.contains("left out: torn.wav: "), "{why}");
    assert!(!why.contains("whole.wav"), "{why}");
}

#[test]
fn what_cannot_be_compared_is_said_before_anything_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    hollow(folder.path(), "seer", "mobilenetv3");
    hollow(folder.path(), "reader", "distilbert");
    for (args, code, why) in [
        (&[][..], 2, "MODEL"),
        (&["./seer", "--limit", "3"], 2, "--data"),
        (&["./seer", "./reader"], 1, "seer is a vision model and reader a text model"),
        (&["./seer", "--figure", "nowhere/a.svg"], 1, "nowhere/a.svg cannot be written"),
        (&["./seer", "--markdown", "reader"], 1, "reader cannot be written"),
        (&["./seer"], 1, "seer"),
    ] {
        let out = lab(folder.path(), &[&["compare"], args].concat());
        let said = said(&out.stderr);
        assert_eq!((out.status.code(), said.contains(why)), (Some(code), true), "{args:?}: {said}");
    }
}
