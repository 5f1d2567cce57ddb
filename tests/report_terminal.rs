//! `onhand-lab report` from a terminal, on files as phones send them.

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn report(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_onhand-lab")).arg("report").args(args).current_dir(folder).output().unwrap()
}

/// What the diagnostics screen of a phone with this name exports, by the words of its format.
fn write(folder: &Path, name: &str, p50_ms: f64) {
    let summary = json!({ "n": 100, "mean": p50_ms, "sd": 0.1, "min": p50_ms, "p50": p50_ms, "p90": p50_ms + 0.5,
                          "p99": p50_ms + 0.5, "max": p50_ms + 0.5 });
    let build = json!({ "version": "0.1.0", "profile": "release" });
    let device = json!({ "name": name, "cpu": null, "architecture": "aarch64", "cores": 8, "isa": "neon-dotprod",
                         "isas": ["neon-dotprod", "neon", "scalar"], "memory_bytes": null, "os": "Android 14" });
    let heat = json!({ "at_s": 0.0, "status": "warm", "headroom_frac": 0.72, "energy": { "battery": { "level_frac": 0.64 } },
                       "low_power_mode": false });
    let record = json!({ "format": 1, "at_unix_s": 1_767_225_600, "build": build, "device": device,
        "model": "mobilenet-v3-small", "variant": "f32", "threads": 4, "own_process": false, "length": "quick",
        "input": { "frame": { "width": 224, "height": 224 } }, "first_load_ms": 31.5, "later_load_ms": null,
        "warm_up_runs": 9, "run_ms": summary, "cpu_ms": null, "peak_memory_bytes": 150_000_000, "others_share": null,
        "verdict": { "problems": [{ "slower": { "percent": 14 } }], "caveats": ["on_battery"] }, "heat": [heat], "runs": [] });
    let diagnostics = json!({ "format": 1, "at_unix_s": 1_767_225_660, "up_s": 75.5, "build": build, "device": device,
        "heat": { "told_by": "a phone", "status": "light", "headroom_frac": 0.72 },
        "battery": { "plugged": false, "level_frac": 0.64, "low_power_mode": false },
        "memory": { "now_bytes": 120_000_000, "peak_bytes": 180_000_000 },
        "settings": { "interval_ms": 100, "protection": "balanced", "threads": null, "threads_in_force": 8, "unit": "cpu" },
        "models": [], "measurements": [record],
        "log": [{ "at_s": 1.5, "level": "warn", "target": "onhand", "message": "something" }] });
    fs::write(folder.join(format!("{name}.json")), diagnostics.to_string()).unwrap();
}

#[test]
fn two_phones_stand_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "slow", 9.0);
    write(folder.path(), "fast", 4.5);
    let out = report(folder.path(), &["slow.json", "fast.json"]);
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{said}");
    for words in [
        "slow.json",
        "fast.json",
        "Android 14, aarch64",
        "neon-dotprod",
        "warm 72 %, battery 64 %",
        "mobilenet-v3-small f32, threads: 4, a picture of 224×224, quick",
        "0.50 × ?",
        "doubtful ?: 14 % slower at the end (on battery)",
        "150 MB (the app)",
    ] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
    // What stands against a doubtful figure is as doubtful, however good it is itself.
    let fast = fs::read_to_string(folder.path().join("fast.json")).unwrap();
    fs::write(folder.path().join("fast.json"), fast.replace(r#"{"slower":{"percent":14}}"#, "")).unwrap();
    let said = String::from_utf8(report(folder.path(), &["slow.json", "fast.json"]).stdout).unwrap();
    assert!(said.contains("0.50 × ?") && said.contains("valid (on battery)"), "{said}");
    let said = String::from_utf8(report(folder.path(), &["fast.json", "slow.json"]).stdout).unwrap();
    assert!(said.contains("2.00 × ?"), "{said}");
    let said = String::from_utf8(report(folder.path(), &["fast.json", "fast.json"]).stdout).unwrap();
    assert!(said.contains("1.00 ×") && !said.contains('?'), "{said}");
    let out = report(folder.path(), &["slow.json", "fast.json", "--format", "markdown"]);
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(said.contains("| --- | --- | --- |") && said.contains("| cores | 8 | 8 |"), "{said}");
}

#[test]
fn json_is_a_line_a_file() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "slow", 9.0);
    write(folder.path(), "fast", 4.5);
    for option in [&["--json"][..], &["--format", "json"]] {
        let out = report(folder.path(), &[&["slow.json", "fast.json"], option].concat());
        let lines: Vec<Value> =
            String::from_utf8(out.stdout).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1]["input"], "fast.json");
        assert_eq!(lines[1]["device"]["name"], "fast");
        assert_eq!(lines[1]["measurements"][0]["ratio_to_first"], 0.5);
        assert_eq!(lines[0]["measurements"][0]["ratio_to_first"], Value::Null);
        assert_eq!(lines[0]["measurements"][0]["p50_ms"], 9.0);
    }
}

#[test]
fn of_good_and_bad_the_good_are_shown_and_the_bad_are_said() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "good", 9.0);
    fs::write(folder.path().join("torn.json"), "{\"format\": 1, \"build\"").unwrap();
    fs::write(folder.path().join("noise.json"), [0x1b, b'[', 0xff, 0]).unwrap();
    fs::write(folder.path().join("newer.json"), "{\"format\": 7}").unwrap();
    let out = report(folder.path(), &["none.json", "good.json", "torn.json", "noise.json", "newer.json", "."]);
    let (said, errors) = (String::from_utf8(out.stdout).unwrap(), String::from_utf8(out.stderr).unwrap());
    assert_eq!(out.status.code(), Some(1));
    assert!(said.contains("good.json") && said.contains("9.00 ms ?"), "{said}");
    for words in [
        "none.json: cannot be read: ",
        "torn.json: is not understood: ",
        "noise.json: is not understood: ",
        "newer.json: is of format 7, and 1 is the last that is read here",
        ".: is no file",
    ] {
        assert!(errors.contains(words), "{words} is not in\n{errors}");
    }
    assert_eq!(errors.lines().count(), 5, "a sentence each: {errors}");
}

#[test]
fn help_has_an_example_and_no_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let help = String::from_utf8(report(folder.path(), &["--help"]).stdout).unwrap();
    assert!(help.contains("onhand-lab report pixel.json iphone.json"), "{help}");
    assert!(!report(folder.path(), &[]).status.success());
}
