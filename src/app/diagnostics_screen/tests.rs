use super::log_view::LogView;
use super::probe::Now;
use super::*;
use crate::app::logbook::Tail;
use crate::app::testing::{Node, Page};
use crate::profile::Device;
use crate::profile::diagnostics::{Battery, Heat, Level, LogLine, Memory, fixture::phone};
use crate::profile::measurement::Problem;
use crate::sensors::power::{Power, Supply, ThermalStatus};
use std::cell::Cell;
use std::rc::Rc;

/// A device that was looked at.
pub(super) fn now() -> Now {
    Now {
        device: Device { name: Some("A phone".into()), ..Device::default() },
        power: Power { supply: Supply::Battery { level_frac: 0.64 }, ..Power::UNKNOWN },
        told_by: "a phone".into(),
        memory: Memory { now_bytes: Some(1), peak_bytes: None },
        up_s: 1.5,
        log: Tail::default(),
    }
}

fn page(language: &'static str, diagnostics: Diagnostics, exported: Option<Exported>) -> (Page, Rc<Cell<u32>>) {
    let pressed = Rc::new(Cell::new(0));
    let heard = pressed.clone();
    let page = Page::of(language, move || {
        let heard = heard.clone();
        rsx! {
            DiagnosticsView {
                diagnostics: diagnostics.clone(),
                first_line: 7,
                exported: exported.clone(),
                onexport: move |()| heard.set(heard.get() + 1),
            }
        }
    });
    (page, pressed)
}

fn look(language: &'static str, diagnostics: Diagnostics) -> Node {
    page(language, diagnostics, None).0.look()
}

#[test]
fn everything_that_is_known_is_shown_in_both_languages() {
    let english = look("en", phone("Google Pixel 7", 4.0)).text();
    for words in [
        "Nothing you wrote, said or showed is in it",
        concat!("Onhand ", env!("CARGO_PKG_VERSION"), " · release"),
        "Model Google Pixel 7",
        "System An OS",
        "Processor A chip",
        "Architecture aarch64",
        "Cores 4",
        "Instructions in use neon-dotprod",
        "Instructions available neon-dotprod, neon, scalar",
        "Heat warm (light)",
        "On the way to throttling 72%",
        "Power on battery",
        "Battery level 64%",
        "Power saving off",
        "Read from: a phone",
        "The app now 120 MB",
        "The app at most 180 MB",
        "The device 8 GB",
        "Battery and heat protection Balanced",
        "Threads Automatic (4)",
        "Runs on Processor (CPU)",
        "mobilenet-v3-small f32 · 10 MB From: hub: timm/mobilenetv3@0123456",
        "MobileNetV3 Small 4.4 ms · Valid f32 · Threads 4",
        "0.250 info onhand::app started",
        "61.500 warn onhand::app the page sent no picture",
    ] {
        assert!(english.contains(words), "{words} in {english}");
    }
    let korean = look("ko", phone("Google Pixel 7", 4.0)).text();
    for words in [
        "모델명 Google Pixel 7",
        "사용 중인 명령어 neon-dotprod",
        "발열 따뜻함 (light)",
        "전원 배터리 사용 중",
        "배터리 잔량 64%",
        "앱이 지금 쓰는 양 120 MB",
        "배터리와 발열 보호 보통",
        "4.4 ms · 유효",
        "마지막 200줄이에요",
    ] {
        assert!(korean.contains(words), "{words} in {korean}");
    }
}

#[test]
fn what_is_not_known_is_said_so() {
    let mut unknown = phone("x", 4.0);
    unknown.device = Device { os: "linux".into(), ..Device::default() };
    unknown.heat = Heat::of(&Power::UNKNOWN, "nothing on this system tells heat or battery");
    unknown.battery = Battery::of(&Power::UNKNOWN);
    unknown.memory = Memory::default();
    unknown.models[0].variant = None;
    unknown.models[0].origin = None;
    unknown.models[0].usable = false;
    unknown.measurements.clear();
    unknown.log.clear();
    for (language, unknown_word, wanted) in [
        ("en", "unknown", ["Nothing was measured yet", "Nothing was logged yet", "cannot be used"]),
        ("ko", "알 수 없음", ["아직 측정한 결과가 없어요", "아직 기록이 없어요", "쓸 수 없음"]),
    ] {
        let text = look(language, unknown.clone()).text();
        // Six of the device, five of heat and battery, three of memory, two of the model.
        assert_eq!(text.matches(unknown_word).count(), 16, "{text}");
        assert!(wanted.iter().all(|words| text.contains(words)), "{text}");
    }
    unknown.models.clear();
    assert!(look("en", unknown).text().contains("Models None installed"));
}

#[test]
fn every_status_and_supply_has_its_words() {
    for (status, english, korean) in [
        (ThermalStatus::None, "cool (none)", "시원함 (none)"),
        (ThermalStatus::Moderate, "hot (moderate)", "뜨거움 (moderate)"),
        (ThermalStatus::Severe, "very hot (severe)", "매우 뜨거움 (severe)"),
        (ThermalStatus::Critical, "very hot (critical)", "매우 뜨거움 (critical)"),
    ] {
        let mut hot = phone("x", 4.0);
        hot.heat.status = Some(status);
        (hot.battery.plugged, hot.battery.low_power_mode) = (Some(true), Some(true));
        for (language, words) in [("en", [english, "plugged in", "saving on"]), ("ko", [korean, "연결됨", "켜짐"])]
        {
            let text = look(language, hot.clone()).text();
            assert!(words.iter().all(|words| text.contains(words)), "{words:?} in {text}");
        }
    }
}

#[test]
fn threads_of_the_next_start_and_a_doubtful_measurement_are_said() {
    let mut other = phone("x", 4.0);
    other.settings.threads = Some(2);
    other.measurements[0].verdict.problems.push(Problem::Hot);
    for (language, threads, verdict) in
        [("en", "Threads 4, 2 from the next start", "Not valid"), ("ko", "스레드 4, 다음 시작부터 2", "유효하지 않음")]
    {
        let text = look(language, other.clone()).text();
        assert!(text.contains(threads) && text.contains(verdict), "{text}");
    }
    other.settings.threads = Some(4);
    assert!(look("en", other).text().contains("Threads 4 Runs on"));
}

#[test]
fn every_section_has_a_heading_and_a_name() {
    let root = look("en", phone("x", 4.0));
    let headings: Vec<_> = root.tags("h2").iter().map(|h| h.text()).collect();
    let wanted = ["Device", "Heat and battery", "Memory", "Settings in force", "Models", "Measurements", "Log"];
    assert_eq!(headings, wanted);
    let ids: Vec<_> = root.tags("h2").iter().filter_map(|h| h.attribute("id").map(str::to_string)).collect();
    for section in root.tags("section").iter().filter_map(|s| s.attribute("aria-labelledby")) {
        assert!(ids.iter().any(|id| id == section), "{section}");
    }
}

#[test]
fn the_log_is_reached_by_the_keyboard_and_keeps_quiet() {
    let root = look("en", phone("x", 4.0));
    let log = root.roles("region")[0];
    assert_eq!((log.attribute("tabindex"), log.attribute("lang")), (Some("0"), Some("en")));
    assert!(log.attribute("aria-live").is_none() && root.roles("log").is_empty());
    let lines = log.tags("li");
    assert!(lines[1].text().ends_with("the page sent no picture"), "the newest is the last");
    let warned: Vec<_> = lines.iter().map(|l| l.attribute("class").unwrap().contains("warning")).collect();
    assert_eq!(warned, [false, true]);
}

#[test]
fn a_line_of_any_kind_is_drawn() {
    let line = |level| LogLine { at_s: f64::MAX, level, target: String::new(), message: "<b>\u{202e}".into() };
    let lines: Vec<_> = [Level::Debug, Level::Info, Level::Warn, Level::Error].map(line).into();
    let page = Page::of("ko", move || rsx! { LogView { first: u64::MAX - 9, lines: lines.clone() } });
    let text = page.look().text();
    assert!(["debug", "info", "warn", "error"].iter().all(|word| text.contains(word)), "{text}");
}

#[test]
fn export_is_pressed_and_what_became_of_it_is_said() {
    let said = |good| Exported { good, sentence: "Said:".into(), detail: Some("/d/onhand-a-phone.json".into()) };
    for (language, button) in [("en", "Export"), ("ko", "내보내기")] {
        let (mut page, pressed) = page(language, phone("x", 4.0), None);
        page.press(button);
        assert_eq!(pressed.get(), 1);
    }
    for (good, class) in [(true, "message message-good"), (false, "message message-warning")] {
        let root = page("en", phone("x", 4.0), Some(said(good))).0.look();
        let message = root.all().into_iter().find(|n| n.attribute("class") == Some(class)).expect("it is said").text();
        assert_eq!(message, "Said: /d/onhand-a-phone.json");
    }
}
