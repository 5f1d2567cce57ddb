//! The threads behind the Models screen against a hub that answers, stalls and fails.
#![cfg(feature = "app")]

mod hub_server;
mod store_setup;

use hub_server::Mood;
use onhand::app::models::{Board, Fetcher, Setup as FetcherSetup, Status, Update};
use onhand::store::{Catalog, Hooks, Places};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store_setup::{ID, Setup};
use tokio::sync::mpsc::UnboundedReceiver;

const BYTES: usize = 1_000_000;

/// A fetcher for the tiny model of a local hub, and what its screen would know.
struct Desk {
    setup: Setup,
    fetcher: Fetcher,
    updates: UnboundedReceiver<Update>,
    board: Board,
    said: Vec<String>,
}

impl Desk {
    fn new() -> Self {
        Self::over(Setup::new(BYTES), &[])
    }

    /// Also with models of these ids, which are the same files.
    fn over(setup: Setup, others: &[&str]) -> Self {
        let one = setup.catalog(true);
        let all: String =
            [ID].iter().chain(others).map(|id| one.replace("id = \"tiny\"", &format!("id = {id:?}"))).collect();
        let template = setup.options();
        let (fetcher, updates) = Fetcher::start(FetcherSetup {
            catalog: Catalog::parse(&all).unwrap(),
            places: Places { named: Some(setup.models()), bundle: None, data: None, built_in: None },
            options: Box::new(move |models_dir| Ok(onhand::store::FetchOptions { models_dir, ..template.clone() })),
            fetch: Box::new(|model, options, progress| {
                let hooks = Hooks { convert: &copy, verify: &|_| Ok(()) };
                // A flag of its own for each fetch, as the fetcher gave it.
                onhand::store::fetch(model, options, &hooks, progress)
            }),
            pip: false,
        });
        Self { setup, fetcher, updates, board: Board::default(), said: Vec::new() }
    }

    /// Takes updates in until `until` holds; fails after ten seconds.
    fn wait(&mut self, what: &str, until: impl Fn(&Self) -> bool) {
        let began = Instant::now();
        while !until(self) {
            while let Ok(update) = self.updates.try_recv() {
                self.said.extend(self.board.apply(update).map(|(key, _)| key.to_string()));
            }
            assert!(began.elapsed() < Duration::from_secs(10), "{what}: {:?}", self.status());
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn status(&self) -> Status {
        self.board.status(ID)
    }

    /// Waits until a part of the model is here.
    fn wait_for_part(&mut self) {
        self.wait("a part comes", |d| d.setup.partial_bytes() > 50_000);
    }
}

fn copy(
    _: onhand::store::Recipe,
    raw: &std::path::Path,
    out: &std::path::Path,
    _: &serde_json::Value,
) -> Result<(), onhand::store::ConvertError> {
    for name in ["config.json", "model.safetensors"] {
        fs::copy(raw.join(name), out.join(name)).unwrap();
    }
    Ok(())
}

fn staged(desk: &Desk) -> PathBuf {
    desk.setup.models().join(".staging").join(ID)
}

#[test]
fn a_fetch_reports_its_way_and_ends_installed() {
    let mut desk = Desk::new();
    desk.wait("looked", |d| d.status() == Status::Absent);
    desk.setup.server.set(Mood::Slow(2000));
    desk.fetcher.fetch(ID, None);
    desk.wait("bytes are told", |d| match d.status() {
        Status::Fetching { reading, .. } => {
            reading.total_bytes.is_some_and(|t| t > BYTES as u64) && reading.done_bytes > 0
        }
        _ => false,
    });
    desk.wait("installed", |d| d.said.contains(&"models-said-installed".to_string()));
    desk.setup.assert_installed();
    // The tiny weights are noise and no real model, so the screen shows what a person would be shown.
    assert!(matches!(desk.status(), Status::Damaged { .. }), "{:?}", desk.status());
}

#[test]
fn paused_it_keeps_what_is_here_and_resumed_it_goes_on_from_there() {
    let mut desk = Desk::new();
    desk.setup.server.set(Mood::Slow(500));
    desk.fetcher.fetch(ID, None);
    desk.wait_for_part();
    desk.fetcher.pause(ID);
    desk.wait("paused", |d| matches!(d.status(), Status::Paused { staged_bytes } if staged_bytes > 50_000));
    let here = desk.setup.partial_bytes();
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(desk.setup.partial_bytes(), here, "nothing comes while it is paused");
    desk.setup.server.set(Mood::Well);
    desk.setup.server.take_requests();
    desk.fetcher.fetch(ID, None);
    desk.wait("installed", |d| d.said.contains(&"models-said-installed".to_string()));
    desk.setup.assert_installed();
    assert_eq!(desk.setup.server.take_requests()[0].headers["range"], format!("bytes={here}-"));
}

#[test]
fn another_start_of_the_app_finds_what_was_paused() {
    let mut desk = Desk::new();
    desk.setup.server.set(Mood::Slow(500));
    desk.fetcher.fetch(ID, None);
    desk.wait_for_part();
    desk.fetcher.pause(ID);
    desk.wait("paused", |d| matches!(d.status(), Status::Paused { .. }));
    let mut again = Desk::over(desk.setup, &[]);
    again.wait("found", |d| matches!(d.status(), Status::Paused { staged_bytes } if staged_bytes > 50_000));
}

#[test]
fn cancelled_running_or_paused_nothing_is_left() {
    for pause_first in [false, true] {
        let mut desk = Desk::new();
        desk.setup.server.set(Mood::Slow(500));
        desk.fetcher.fetch(ID, None);
        desk.wait_for_part();
        if pause_first {
            desk.fetcher.pause(ID);
            desk.wait("paused", |d| matches!(d.status(), Status::Paused { .. }));
        }
        desk.fetcher.cancel(ID);
        desk.wait("gone", |d| d.status() == Status::Absent);
        assert!(!staged(&desk).exists());
        assert!(!desk.said.contains(&"models-said-failed".to_string()), "a wish is no failure");
    }
}

#[test]
fn a_failure_has_its_reason_and_the_next_try_succeeds() {
    for (mood, key) in [
        (Mood::CutAfter(40_000), "trouble-network"),
        (Mood::FlippedBit(424_242), "trouble-content"),
        (Mood::Status(401, None), "trouble-refused"),
        (Mood::Status(404, None), "trouble-answer"),
        (Mood::Status(503, Some(86_400)), "trouble-busy"),
    ] {
        let mut desk = Desk::new();
        desk.setup.server.set(mood);
        desk.fetcher.fetch(ID, None);
        desk.wait("failed", |d| matches!(d.status(), Status::Failed { .. }));
        let Status::Failed { trouble, .. } = desk.status() else { unreachable!() };
        assert_eq!(trouble.key, key, "{}", trouble.detail);
        desk.setup.server.set(Mood::Well);
        desk.fetcher.fetch(ID, None);
        desk.wait("installed", |d| d.said.contains(&"models-said-installed".to_string()));
        desk.setup.assert_installed();
    }
}

#[test]
fn several_fetches_queue_and_one_that_waits_can_be_taken_out() {
    let mut desk = Desk::over(Setup::new(BYTES), &["second", "third"]);
    desk.setup.server.set(Mood::Slow(1000));
    for id in [ID, "second", "third"] {
        desk.fetcher.fetch(id, None);
    }
    desk.wait("the first runs, the others wait", |d| {
        matches!(d.status(), Status::Fetching { .. })
            && ["second", "third"].iter().all(|id| d.board.status(id) == Status::Queued)
    });
    desk.fetcher.cancel("second");
    desk.wait("out of the queue", |d| d.board.status("second") == Status::Absent);
    desk.setup.server.set(Mood::Well);
    desk.wait("the others are installed", |d| {
        d.said.iter().filter(|said| *said == "models-said-installed").count() == 2
    });
    assert!(!desk.setup.models().join("second").exists());
    assert!(desk.setup.models().join("third").exists());
}

#[test]
fn a_model_that_cannot_be_reached_gives_way_to_another() {
    let setup = Setup::new(BYTES);
    let one = setup.catalog(true);
    let lost = one.replace("id = \"tiny\"", "id = \"lost\"");
    let (good, template) = (setup.server.endpoint(), setup.options());
    let (fetcher, updates) = Fetcher::start(FetcherSetup {
        catalog: Catalog::parse(&(one + &lost)).unwrap(),
        places: Places { named: Some(setup.models()), bundle: None, data: None, built_in: None },
        options: Box::new(move |models_dir| Ok(onhand::store::FetchOptions { models_dir, ..template.clone() })),
        fetch: Box::new(move |model, options, progress| {
            let mut options = options.clone();
            // Nobody listens on port 9 of this machine.
            let endpoint = if model.id == "lost" { "http://127.0.0.1:9" } else { &good };
            options.hub = onhand::store::HubOptions::new(endpoint, None).unwrap();
            onhand::store::fetch(model, &options, &Hooks { convert: &copy, verify: &|_| Ok(()) }, progress)
        }),
        pip: false,
    });
    let mut desk = Desk { setup, fetcher, updates, board: Board::default(), said: Vec::new() };
    desk.fetcher.fetch("lost", Some(ID));
    desk.wait("installed", |d| d.said.contains(&"models-said-installed".to_string()));
    assert_eq!(desk.said, ["models-said-replaced", "models-said-installed"]);
    let weights = fs::read(desk.setup.models().join(ID).join("model.safetensors")).unwrap();
    assert!(weights == desk.setup.weights);
    assert!(!desk.setup.models().join("lost").exists());
    desk.fetcher.fetch("lost", None);
    desk.wait("with no other it fails", |d| matches!(d.board.status("lost"), Status::Failed { .. }));
}

#[test]
fn an_installed_model_is_checked_and_deleted() {
    let mut desk = Desk::new();
    desk.fetcher.fetch(ID, None);
    desk.wait("installed", |d| d.said.contains(&"models-said-installed".to_string()));
    desk.fetcher.verify(ID);
    desk.wait("checked", |d| d.said.contains(&"models-said-bad".to_string()));
    desk.fetcher.remove(ID);
    desk.wait("deleted", |d| d.said.contains(&"models-said-removed".to_string()));
    assert_eq!(desk.status(), Status::Absent);
    assert!(!desk.setup.models().join(ID).exists());
    desk.fetcher.remove(ID);
    desk.wait("there is none to delete", |d| d.said.contains(&"models-said-failed".to_string()));
}
