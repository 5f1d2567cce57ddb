//! The store killed, run twice at once, and on a full disk.

mod hub_server;
mod store_setup;

use hub_server::Mood;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use store_setup::{Setup, skip};

#[test]
fn child_process() {
    store_setup::child_process();
}

#[test]
fn killed_or_interrupted_mid_way_the_next_run_goes_on() {
    // Nobody handles Ctrl-C, so it ends the program as TERM does; a shell's background jobs ignore INT, but not TERM.
    for signal in ["-KILL", "-TERM"] {
        let setup = Setup::new(1_000_000);
        setup.server.set(Mood::Slow(2000));
        let mut child = setup.spawn();
        let began = Instant::now();
        while setup.partial_bytes() < 100_000 {
            assert!(began.elapsed() < Duration::from_secs(20), "the child downloads");
            std::thread::sleep(Duration::from_millis(5));
        }
        let sent = Command::new("kill").args([signal, &child.id().to_string()]).status();
        let status = child.wait().unwrap();
        if !sent.is_ok_and(|s| s.success()) {
            return skip("there is no kill command");
        }
        assert!(!status.success());
        let here = setup.partial_bytes();
        assert!(!setup.models().join(store_setup::ID).exists());
        setup.server.set(Mood::Well);
        setup.server.take_requests();
        setup.fetch().unwrap();
        setup.assert_installed();
        assert_eq!(setup.server.take_requests()[0].headers["range"], format!("bytes={here}-"));
    }
}

#[test]
fn two_processes_at_once_fetch_once_and_both_succeed() {
    let setup = Setup::new(400_000);
    setup.server.set(Mood::Slow(2000));
    let children = [setup.spawn(), setup.spawn(), setup.spawn()];
    for child in children {
        let out = child.wait_with_output().unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    }
    setup.assert_installed();
    assert_eq!(setup.server.take_requests().len(), 1);
}

/// In a mount namespace of its own, on a small tmpfs: the disk is full before, then in the middle, then not.
#[test]
fn a_full_disk_is_said_and_with_room_again_the_next_run_finishes() {
    let dir = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs -o size=20m tmpfs "$0" || exit 77; exec "$1" full_disk_child --exact --nocapture"#;
    let out = Command::new("unshare")
        .args(["--mount", "sh", "-c", script])
        .arg(dir.path())
        .arg(std::env::current_exe().unwrap())
        .env("FULL_DISK_DIR", dir.path())
        .stdin(Stdio::null())
        .output();
    match out {
        Ok(out) if out.status.code() == Some(77) || String::from_utf8_lossy(&out.stderr).contains("unshare failed") => {
            skip("no tmpfs can be mounted here (that takes root)");
        }
        Err(_) => skip("there is no unshare command"),
        Ok(out) => {
            let said = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
            assert!(out.status.success() && said.contains("1 passed"), "{said}");
        }
    }
}

#[test]
fn full_disk_child() {
    let Some(disk) = std::env::var_os("FULL_DISK_DIR") else { return };
    let disk = std::path::Path::new(&disk);
    let setup = Setup::new(6_000_000);
    let mut options = setup.options();
    options.models_dir = disk.join("models");
    let filler = disk.join("filler");

    // Too full: nothing is asked for.
    std::fs::write(&filler, vec![0; 15_000_000]).unwrap();
    let error = store_setup::fetch(&setup.model(true), &options).unwrap_err().to_string();
    assert!(
        error.contains("the disk is full") && error.contains("10.2 MB needed") && error.contains("free"),
        "{error}"
    );
    assert!(setup.server.take_requests().is_empty());

    // The catalog knows no sizes, so it shows only while writing.
    let error = store_setup::fetch(&setup.model(false), &options).unwrap_err().to_string();
    assert!(error.contains("the disk is full") && error.contains("what is already here is kept"), "{error}");
    assert!(!options.models_dir.join(store_setup::ID).exists());

    std::fs::remove_file(&filler).unwrap();
    setup.server.take_requests();
    store_setup::fetch(&setup.model(false), &options).unwrap();
    store_setup::assert_installed(&options.models_dir, &setup.weights);
    let requests = setup.server.take_requests();
    assert!(requests[0].headers.contains_key("range"), "it went on from what was there");
}
