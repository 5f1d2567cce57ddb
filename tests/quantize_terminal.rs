//! `onhand-lab quantize` from a terminal, and what is asked of MobileNetV3-Small in static bytes.

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn quantize(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_onhand-lab")).arg("quantize").args(args).current_dir(folder).output().unwrap()
}

fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("seer")).unwrap();
    fs::write(folder.path().join("seer/config.json"), r#"{"family": "mobilenetv3"}"#).unwrap();
    fs::write(folder.path().join("seer/model.safetensors"), b"\x02\0\0\0\0\0\0\0{}").unwrap();
    for (args, code, why) in [
        (&["./seer"][..], 2, "--to"),
        (&["./seer", "--to", "int4"], 2, "int4"),
        (&["./seer", "--to", "f16"], 2, "--out"),
        (&["./seer", "--to", "int8", "--method", "magic"], 2, "magic"),
        (&["nobody", "--to", "int8"], 1, "nobody"),
        (&["./seer", "--to", "int8"], 1, "config.json"),
        (&["./seer", "--to", "int8", "--out", "seer"], 1, "seer: is there already"),
        (&["sentiment-mini", "--to", "int8", "--method", "static", "--out", "b"], 1, "sees none; leave --method out"),
        (&["sentiment-mini", "--to", "f16", "--data", "seer", "--out", "b"], 1, "seer"),
        (&["./seer", "--to", "int8", "--json", "nowhere/a.json"], 1, "nowhere/a.json cannot be written"),
        (&["./seer", "--to", "int8", "--svg", "a.png"], 2, "ends in .svg"),
        (&["./seer", "--to", "f16", "--per-tensor", "--out", "b"], 1, "--per-tensor is about bytes"),
        (&["./seer", "--to", "int8", "--method", "dynamic", "--observer", "mse"], 1, "--observer is about"),
        (&["sentiment-mini", "--to", "int8", "--calibrate", "seer", "--out", "b"], 1, "--calibrate is about"),
    ] {
        let out = quantize(folder.path(), args);
        let said = said(&out.stderr);
        assert_eq!((out.status.code(), said.contains(why)), (Some(code), true), "{args:?}: {said}");
    }
    assert_eq!(fs::read_dir(folder.path().join("seer")).unwrap().count(), 2, "nothing is left");
    assert!(!folder.path().join("b").exists(), "the data is looked at first");
}

/// One photo of twenty-five is calibrated with, the others are judged: as many are right as in floats, to five. One scale for a
/// layer and no correction is what it is for.
#[test]
fn mobilenet_in_static_bytes_is_as_right_as_in_floats() {
    let (Some(dir), Some(photos)) = (common::model("mobilenet-v3-small"), common::shared("data/images")) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    for name in ["calibrate", "judge"] {
        fs::create_dir(folder.path().join(name)).unwrap();
    }
    let mut names: Vec<_> = fs::read_dir(photos).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for (at, photo) in names.iter().enumerate() {
        let part = if at % 25 == 24 { "calibrate" } else { "judge" };
        fs::copy(photo, folder.path().join(part).join(photo.file_name().unwrap())).unwrap();
    }
    let model = dir.path().to_str().unwrap();
    let right = |out: &str, args: &[&str]| {
        let always = [model, "--to", "int8", "--calibrate", "calibrate", "--out", out, "--data", "judge"];
        let report = format!("{out}.json");
        let rest = ["--runs", "0", "--json", &report, "--svg", "layers.svg"];
        let done = quantize(folder.path(), &[&always, &rest[..], args].concat());
        assert!(done.status.success(), "{}", said(&done.stderr));
        let report: serde_json::Value = serde_json::from_slice(&fs::read(folder.path().join(report)).unwrap()).unwrap();
        let top1 = |which: &str| report[which]["scores"]["top1"].as_i64().unwrap();
        println!("{out}: {} right in floats, {} in bytes", top1("before"), top1("after"));
        (top1("before"), top1("after"), report)
    };
    let (before, after, report) = right("static", &[]);
    assert!(after >= before - 5, "{after} of {before}");
    assert!(report["after"]["bytes"].as_u64().unwrap() < 2_700_000);
    assert_eq!(report["recipe"]["calibration"]["files"], names.len() / 25);
    assert!(fs::read_to_string(folder.path().join("layers.svg")).unwrap().contains("blocks.4.2.conv_pwl"));
    let naive =
        ["--per-tensor", "--observer", "min-max", "--no-equalization", "--no-bias-correction", "--keep-below", "-99"];
    let (before, after, _) = right("naive", &naive);
    assert!(after < before - 20, "{after} of {before}");
}
