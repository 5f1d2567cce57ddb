//! `onhand-lab simulate` from a terminal.

use std::path::Path;
use std::process::{Command, Output};

fn simulate(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_onhand-lab")).arg("simulate").args(args).current_dir(folder).output().unwrap()
}

#[test]
fn a_trace_is_played_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let trace = "repeat_s = 20\n[[step]]\nat_s = 0\nscene = \"moving\"\n[[step]]\nat_s = 10\nscene = \"still\"\n";
    std::fs::write(folder.path().join("walk.toml"), trace).unwrap();
    let out = simulate(folder.path(), &["--trace", "walk.toml", "--minutes", "2", "--svg", "walk.svg"]);
    let said = String::from_utf8(out.stdout).unwrap();
    assert!(out.status.success(), "{said}");
    for wanted in ["flat out", "fixed 100 ms", "adaptive", "joules", "skipped: still", "walk.svg"] {
        assert!(said.contains(wanted), "{wanted} is not in {said}");
    }
    assert!(std::fs::read_to_string(folder.path().join("walk.svg")).unwrap().starts_with("<svg"));
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.toml"), "[[step]]\nat_s = 3\nscene = \"still\"\n").unwrap();
    for (args, why) in [
        (["--trace", "none.toml"], "none.toml cannot be read"),
        (["--trace", "bad.toml"], "bad.toml is not understood: line 1: the first step is at 3 s"),
        (["--svg", "nowhere/a.svg"], "cannot be written to nowhere/a.svg"),
        (["--ambient", "nan"], "wants a number between -40 and 80"),
    ] {
        let out = simulate(folder.path(), &[&["--minutes", "1"], &args[..]].concat());
        let said = String::from_utf8(out.stderr).unwrap();
        assert!(!out.status.success() && said.contains(why), "{args:?}: {said}");
    }
}
