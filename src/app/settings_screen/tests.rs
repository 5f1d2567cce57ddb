use super::notice::NoticeView;
use super::*;
use crate::app::models::{InstalledModel, Origin, Purpose};
use crate::app::settings::{Change, LanguageChoice, ModelChoice, Notice, Protection, Settings, Theme, UnitChoice};
use crate::app::testing::{Node, Page};
use crate::inference::{Fallback, Lack, Unit, Variant};
use std::cell::RefCell;
use std::rc::Rc;

fn model(id: &str) -> InstalledModel {
    InstalledModel {
        id: id.into(),
        path: format!("/models/{id}").into(),
        purpose: Some(Purpose::Microphone),
        variant: Some(Variant::F32),
        bytes: 290_000_000,
        bytes_beside: None,
        origin: Origin::Unknown,
        damage: None,
        torn: false,
    }
}

fn page(
    language: &'static str,
    settings: Settings,
    installed: Vec<InstalledModel>,
    started: Settings,
) -> (Page, Rc<RefCell<Vec<Change>>>) {
    page_on(language, settings, installed, started, lacking(&[Lack::OtherSystem, Lack::OtherSystem]), Vec::new())
}

/// The processor, and the others with what they lack: the first is Accelerate.
fn lacking(lacks: &[Lack]) -> Vec<(Unit, Option<Lack>)> {
    let lacks = std::iter::once(None).chain(lacks.iter().cloned().map(Some)).chain([None, None]);
    Unit::ALL.into_iter().zip(lacks).collect()
}

fn page_on(
    language: &'static str,
    settings: Settings,
    installed: Vec<InstalledModel>,
    started: Settings,
    units: Vec<(Unit, Option<Lack>)>,
    fallbacks: Vec<(Purpose, Fallback)>,
) -> (Page, Rc<RefCell<Vec<Change>>>) {
    let changes = Rc::new(RefCell::new(Vec::new()));
    let heard = changes.clone();
    let threads = Threads::new(&started, None, 4);
    let page = Page::of(language, move || {
        let heard = heard.clone();
        rsx! {
            SettingsView {
                settings: settings.clone(),
                installed: installed.clone(),
                threads,
                units: units.clone(),
                fallbacks: fallbacks.clone(),
                onchange: move |change| heard.borrow_mut().push(change),
            }
        }
    });
    (page, changes)
}

fn plain(language: &'static str) -> (Page, Rc<RefCell<Vec<Change>>>) {
    page(language, Settings::default(), vec![model("whisper-base"), model("whisper-tiny.en")], Settings::default())
}

/// The radio button whose label says `label`.
fn radio(root: &Node, label: &str) -> Node {
    let labels = root.tags("label");
    let found: Vec<_> = labels.iter().filter(|l| l.text() == label).collect();
    assert_eq!(found.len(), 1, "{label}");
    found[0].tags("input")[0].clone()
}

fn by_id(root: &Node, id: &str) -> Node {
    (*root.all().iter().find(|n| n.attribute("id") == Some(id)).expect("it is there")).clone()
}

#[test]
fn every_setting_is_there_with_its_name_and_state() {
    let (page, _) = plain("en");
    let root = page.look();
    let groups: Vec<_> = root.tags("legend").iter().map(|l| l.text()).collect();
    assert_eq!(groups, ["Language", "Theme", "Battery and heat protection"]);
    let checked: Vec<_> = root
        .tags("label")
        .iter()
        .filter(|l| l.tags("input").iter().any(|i| i.attribute("checked") == Some("true")))
        .map(|l| l.text())
        .collect();
    assert_eq!(checked, ["System", "System", "Balanced"]);
    let slider = by_id(&root, "interval");
    assert_eq!((slider.attribute("aria-valuetext"), slider.attribute("value")), (Some("100\u{a0}ms"), Some("2")));
    let labelled: Vec<_> = root.tags("label").iter().filter_map(|l| l.attribute("for").map(str::to_string)).collect();
    assert_eq!(labelled, ["interval", "model-Microphone", "threads"]);
    let text = root.text();
    assert!(text.contains("Camera None installed") && text.contains("Runs on Processor (CPU)"), "{text}");
    assert!(
        text.contains("Automatic (4)")
            && text.contains("Automatic (Whisper base)")
            && text.contains("Whisper base · f32 · 290 MB"),
        "{text}"
    );
    assert!(!text.contains("started again"));
}

#[test]
fn every_control_changes_its_own_setting() {
    let (mut page, changes) = plain("en");
    for (label, change) in [
        ("한국어", Change::Language(LanguageChoice::Korean)),
        ("Dark", Change::Theme(Theme::Dark)),
        ("Strong", Change::Protection(Protection::Strong)),
    ] {
        let radio = radio(&page.look(), label);
        page.enter(&radio, "change", "on");
        assert_eq!(changes.take(), [change]);
    }
    let choice = ModelChoice { id: "whisper-tiny.en".into(), variant: Some(Variant::F32) };
    for (id, event, value, change) in [
        ("interval", "input", "10", Change::Interval(2000)),
        ("threads", "change", "2", Change::Threads(Some(2))),
        ("threads", "change", "", Change::Threads(None)),
        ("model-Microphone", "change", "whisper-tiny.en", Change::Model(Purpose::Microphone, Some(choice))),
        ("model-Microphone", "change", "", Change::Model(Purpose::Microphone, None)),
    ] {
        let node = by_id(&page.look(), id);
        page.enter(&node, event, value);
        assert_eq!(changes.take(), [change]);
    }
    let slider = by_id(&page.look(), "interval");
    page.enter(&slider, "input", "99");
    assert!(changes.borrow().is_empty(), "no step of the slider");
}

#[test]
fn bytes_are_listed_where_they_lie_on_the_disk_or_were_chosen() {
    let listed = |model: InstalledModel, chosen: Option<Variant>| {
        let mut settings = Settings::default();
        let choice = chosen.map(|variant| ModelChoice { id: model.id.clone(), variant: Some(variant) });
        settings.models.set(Purpose::Microphone, choice);
        let root = page("en", settings.clone(), vec![model], settings).0.look();
        let options = by_id(&root, "model-Microphone").tags("option").into_iter().cloned().collect::<Vec<_>>();
        let selected = options.iter().find(|o| o.attribute("selected") == Some("true")).unwrap().text();
        (options.len(), selected)
    };
    let floats = || model("whisper-base");
    assert_eq!(listed(floats(), None), (2, "Automatic (Whisper base)".into()));
    assert_eq!(listed(floats(), Some(Variant::Int8)), (3, "Whisper base · int8".into()));
    let both = || InstalledModel { bytes_beside: Some(75_000_000), ..floats() };
    assert_eq!(listed(both(), Some(Variant::F32)), (3, "Whisper base · f32 · 290 MB".into()));
    let (mut page, changes) = page("en", Settings::default(), vec![both()], Settings::default());
    let picker = by_id(&page.look(), "model-Microphone");
    page.enter(&picker, "change", "whisper-base:int8");
    let choice = ModelChoice { id: "whisper-base".into(), variant: Some(Variant::Int8) };
    assert_eq!(changes.take(), [Change::Model(Purpose::Microphone, Some(choice))]);
}

#[test]
fn another_number_of_threads_waits_for_a_restart_and_says_so() {
    let mut two = Settings::default();
    two.compute.threads = Some(2);
    let note = "Applies when Onhand is started again; until then 4 threads are used.";
    assert!(page("en", two.clone(), vec![], Settings::default()).0.look().text().contains(note));
    assert!(!page("en", two.clone(), vec![], two).0.look().text().contains("started again"));
}

/// The settings with this unit.
fn on(choice: UnitChoice) -> Settings {
    let mut settings = Settings::default();
    settings.compute.unit = choice;
    settings
}

#[test]
fn a_unit_is_chosen_where_there_is_a_choice_and_what_it_is_for_is_said() {
    for (language, name, help, labels) in [
        ("en", "Runs on", "Pictures always run on the processor", ["Processor (CPU)", "Accelerate", "GPU (Metal)"]),
        ("ko", "실행 장치", "사진은 항상 프로세서에서", ["프로세서 (CPU)", "Accelerate", "GPU (Metal)"]),
    ] {
        let settings = on(UnitChoice::Known(Unit::Accelerate));
        let (mut page, changes) = page_on(language, settings, vec![], Settings::default(), lacking(&[]), Vec::new());
        let root = page.look();
        assert!(root.tags("legend").iter().any(|legend| legend.text() == name));
        assert!(root.text().contains(help), "{}", root.text());
        assert!(!root.text().contains("GPU (Metal) was chosen"));
        for (label, unit) in labels.into_iter().zip(Unit::ALL) {
            let radio = radio(&page.look(), label);
            assert_eq!(radio.attribute("checked") == Some("true"), unit == Unit::Accelerate, "{label}");
            page.enter(&radio, "change", "on");
            assert_eq!(changes.take(), [Change::Unit(unit)]);
        }
        let two = page_on(
            language,
            Settings::default(),
            vec![],
            Settings::default(),
            lacking(&[Lack::NotBuiltIn]),
            Vec::new(),
        );
        let text = two.0.look().text();
        assert!(text.contains("GPU (Metal)") && !text.contains("Accelerate"), "{text}");
    }
}

#[test]
fn where_there_is_no_choice_or_it_is_not_known_yet_there_is_no_control() {
    for units in [lacking(&[Lack::NotBuiltIn, Lack::OldSystem]), Vec::new()] {
        let page = page_on("en", Settings::default(), vec![], Settings::default(), units, Vec::new()).0;
        let root = page.look();
        assert!(root.text().contains("Runs on Processor (CPU)"), "{}", root.text());
        assert!(root.tags("legend").iter().all(|legend| legend.text() != "Runs on"));
    }
}

#[test]
fn why_what_was_chosen_is_not_used_is_said_and_the_processor_is_shown() {
    let metal = UnitChoice::Known(Unit::Metal);
    let refused = |asked| {
        let why = Lack::Refused { why: "no such kernel".into() };
        vec![(Purpose::Text, Fallback { asked, why })]
    };
    let all_there = || lacking(&[]);
    for (choice, units, fallbacks, english, korean) in [
        (metal.clone(), lacking(&[Lack::NotBuiltIn, Lack::NotBuiltIn]), vec![], "made without it", "들어 있지 않아서"),
        (metal.clone(), lacking(&[Lack::NotBuiltIn, Lack::NoDevice]), vec![], "This device has none", "이 기기에는"),
        (metal.clone(), all_there(), refused(Unit::Metal), "cannot run this model: Text", "모델을 실행할 수 없어서"),
        (metal.clone(), all_there(), refused(Unit::Metal), "no such kernel", "no such kernel"),
        (UnitChoice::Other("npu".into()), all_there(), vec![], "“npu”", "(“npu”)"),
    ] {
        for (language, words) in [("en", english), ("ko", korean)] {
            let page =
                page_on(language, on(choice.clone()), vec![], Settings::default(), units.clone(), fallbacks.clone());
            let text = page.0.look().text();
            assert!(text.contains(words), "{words} in {text}");
        }
    }
    // What was refused before another unit was chosen is of no interest.
    let text = page_on("en", on(metal), vec![], Settings::default(), all_there(), refused(Unit::Accelerate)).0;
    assert!(!text.look().text().contains("no such kernel"));
    // What cannot be had is not the one that is checked.
    let units = lacking(&[]).into_iter().map(|(unit, _)| (unit, (unit == Unit::Metal).then_some(Lack::NoDevice)));
    let settings = on(UnitChoice::Known(Unit::Metal));
    let root = page_on("en", settings, vec![], Settings::default(), units.collect(), Vec::new()).0.look();
    assert_eq!(radio(&root, "Processor (CPU)").attribute("checked"), Some("true"));
}

#[test]
fn an_interval_between_the_steps_is_shown_as_it_is() {
    let mut settings = Settings::default();
    settings.pace.interval_ms = 120;
    let slider = by_id(&page("en", settings, vec![], Settings::default()).0.look(), "interval");
    assert_eq!((slider.attribute("aria-valuetext"), slider.attribute("value")), (Some("120\u{a0}ms"), Some("2")));
}

#[test]
fn it_speaks_korean_too() {
    let (page, _) = plain("ko");
    let text = page.look().text();
    for words in ["언어와 화면", "다크", "결과 사이의 최소 간격", "보통", "자동 (4)", "프로세서 (CPU)"]
    {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert_eq!(by_id(&page.look(), "interval").attribute("aria-valuetext"), Some("100\u{a0}ms"));
}

#[test]
fn what_became_of_the_file_is_said_with_its_place_and_can_be_put_away() {
    for (language, notice, words, detail) in [
        ("en", Notice::Damaged { aside: "/c/settings.damaged-1".into() }, "was damaged", "/c/settings.damaged-1"),
        ("en", Notice::Unreadable("no permission".into()), "cannot be read", "no permission"),
        ("en", Notice::NotSaved("no space left".into()), "could not be saved", "no space left"),
        ("ko", Notice::Damaged { aside: "/c/settings.damaged-1".into() }, "손상되어", "/c/settings.damaged-1"),
        ("ko", Notice::Unreadable("no permission".into()), "읽을 수 없어서", "no permission"),
        ("ko", Notice::NotSaved("no space left".into()), "저장하지 못했어요", "no space left"),
    ] {
        let closed = Rc::new(RefCell::new(0));
        let heard = closed.clone();
        let mut page = Page::of(language, move || {
            let heard = heard.clone();
            rsx! { NoticeView { notice: notice.clone(), onclose: move |()| *heard.borrow_mut() += 1 } }
        });
        let alert = page.look().roles("alert")[0].text();
        assert!(alert.contains(words) && alert.contains(detail), "{alert}");
        page.press(if language == "en" { "OK" } else { "확인" });
        assert_eq!(closed.take(), 1);
    }
}

#[test]
fn about_names_version_and_licences() {
    for (language, model) in [("en", "Whisper tiny (English) MIT"), ("ko", "Whisper tiny (영어) MIT")] {
        let page = Page::of(language, || rsx! { About { ondiagnostics: |()| () } });
        let text = page.look().text();
        for words in [env!("CARGO_PKG_VERSION"), "MIT OR Apache-2.0", model, "dioxus"] {
            assert!(text.contains(words), "{words} in {text}");
        }
    }
}
