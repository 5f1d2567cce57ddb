use super::*;
use crate::app::benchmark::{Caveat, Phase, Problem, Reading, Status, Why, fixture};
use crate::app::models::fixture::model;
use crate::app::settings::Settings;
use crate::app::testing::{Node, Page};
use crate::sensors::power::Power;
use std::cell::RefCell;

#[path = "said_tests.rs"]
mod said;

type Acts = Rc<RefCell<Vec<Act>>>;

fn four_cores() -> Threads {
    Threads::new(&Settings::default(), None, 4)
}

fn choice(models: &[&str]) -> Choice {
    Choice { models: models.iter().map(|id| id.to_string()).collect(), length: Length::Quick, threads: 4 }
}

fn two_models() -> Option<Vec<InstalledModel>> {
    Some(vec![model("mobilenet-v3-small", Purpose::Camera), model("whisper-base", Purpose::Microphone)])
}

fn upper(
    language: &'static str,
    state: State,
    installed: Option<Vec<InstalledModel>>,
    choice: Choice,
    chooses_threads: bool,
) -> (Page, Acts) {
    upper_on(Unit::Cpu, language, state, installed, choice, chooses_threads)
}

fn upper_on(
    unit: Unit,
    language: &'static str,
    state: State,
    installed: Option<Vec<InstalledModel>>,
    choice: Choice,
    chooses_threads: bool,
) -> (Page, Acts) {
    let acts = Acts::default();
    let heard = acts.clone();
    let page = Page::of(language, move || {
        let heard = heard.clone();
        rsx! {
            UpperView {
                state: state.clone(),
                installed: installed.clone(),
                choice: choice.clone(),
                threads: four_cores(),
                unit,
                chooses_threads,
                onact: move |act| heard.borrow_mut().push(act),
            }
        }
    });
    (page, acts)
}

fn lower(language: &'static str, outcomes: Vec<Outcome>, baselines: Baselines, said: Option<Said>) -> (Page, Acts) {
    let acts = Acts::default();
    let heard = acts.clone();
    let page = Page::of(language, move || {
        let heard = heard.clone();
        rsx! {
            ResultsView {
                outcomes: outcomes.clone(),
                baselines: baselines.clone(),
                said: said.clone(),
                onact: move |act| heard.borrow_mut().push(act),
            }
        }
    });
    (page, acts)
}

fn nothing_kept() -> Baselines {
    Baselines::load(None).0
}

fn results(language: &'static str, record: Record) -> Node {
    lower(language, vec![Outcome::Measured(Rc::new(record))], nothing_kept(), None).0.look()
}

fn warm(at_s: f64) -> Reading {
    Reading { status: Some(Status::Warm), headroom_frac: Some(0.72), ..Reading::of(at_s, &Power::UNKNOWN) }
}

fn live(phase: Phase) -> Live {
    Live {
        model: "whisper-base".into(),
        number: (2, 3),
        phase,
        share: (phase == Phase::Counting).then_some(0.25),
        left_s: (phase == Phase::Counting).then_some(45.0),
        total_s: 60.0,
        runs: 12,
        curve: vec![(1.0, 30.0), (2.0, 34.0), (3.0, 31.0)],
        heat: vec![warm(0.0), warm(1.0)],
    }
}

fn waiting(why: Why) -> State {
    State::Waiting(Waiting { model: "whisper-base".into(), left_s: 9.2, why, heat: warm(0.0) })
}

#[test]
fn every_state_above_is_said_in_both_languages() {
    let unknown = Live { heat: vec![Reading::of(0.0, &Power::UNKNOWN)], ..live(Phase::Counting) };
    let measuring = |live: Live| State::Measuring(Box::new(live));
    let choosing = |cancelled| State::Choosing { cancelled };
    let two = two_models();
    for (state, installed, english, korean) in [
        (choosing(false), None, "Looking", "확인하는 중이에요"),
        (choosing(false), Some(vec![]), "There is no model on this device yet", "아직 모델이 없어요"),
        (choosing(false), two.clone(), "Measure 1 model", "모델 1개 측정하기"),
        (choosing(false), two.clone(), "Each model runs for 5 to 20 seconds", "모델마다 5~20초씩"),
        (choosing(true), two.clone(), "Cancelled. What was not finished is not kept.", "취소했어요"),
        (State::Starting, None, "Starting", "시작하는 중이에요"),
        (waiting(Why::Rest), None, "rests between two measurements", "잠시 쉬게 해요"),
        (waiting(Why::Warm), None, "warmer than at the beginning", "식을 때까지"),
        (waiting(Why::Warm), None, "10 seconds left at most", "길어도 10초 남음"),
        (waiting(Why::Blind), None, "so the time is fixed", "정해진 시간만큼"),
        (waiting(Why::Rest), None, "Whisper base comes next", "다음 모델: Whisper base"),
        (waiting(Why::Rest), None, "10 seconds left Heat: warm, 72%", "10초 남음 발열: 따뜻함, 72%"),
        (measuring(live(Phase::Loading)), None, "Loading the model", "모델을 불러오는 중이에요"),
        (measuring(live(Phase::WarmingUp)), None, "Warming up", "예열하는 중이에요"),
        (measuring(live(Phase::Counting)), None, "12 runs 45 seconds left", "12회 실행 45초 남음"),
        (measuring(live(Phase::Counting)), None, "Whisper base 2 of 3", "Whisper base 3개 중 2번째"),
        (measuring(live(Phase::LoadingAgain)), None, "Loading it again", "다시 불러오는 중이에요"),
        (measuring(unknown), None, "Heat: unknown", "발열: 알 수 없음"),
    ] {
        for (language, words) in [("en", english), ("ko", korean)] {
            let text =
                upper(language, state.clone(), installed.clone(), choice(&["whisper-base"]), true).0.look().text();
            assert!(text.contains(words), "{words} in {text}");
        }
    }
}

#[test]
fn models_length_and_threads_are_chosen_each_by_itself() {
    let before = choice(&["whisper-base"]);
    let (mut page, acts) = upper("en", State::Choosing { cancelled: false }, two_models(), before.clone(), true);
    let root = page.look();
    let boxes: Vec<_> = root.tags("label").into_iter().filter(|l| l.attribute("class") == Some("pick")).collect();
    let checked = |label: &Node| label.tags("input")[0].attribute("checked") == Some("true");
    assert_eq!(boxes.iter().map(|l| checked(l)).collect::<Vec<_>>(), [false, true]);
    let inputs: Vec<Node> = boxes.iter().map(|l| l.tags("input")[0].clone()).collect();
    page.enter(&inputs[0], "change", "on");
    page.enter(&inputs[1], "change", "");
    let both = choice(&["mobilenet-v3-small", "whisper-base"]);
    assert_eq!(acts.take(), [Act::Choose(both), Act::Choose(choice(&[]))]);

    let minutes = root.tags("label").into_iter().find(|l| l.text() == "5 min").unwrap().tags("input")[0].clone();
    page.enter(&minutes, "change", "on");
    assert_eq!(acts.take(), [Act::Choose(Choice { length: Length::Sustained { minutes: 5 }, ..before.clone() })]);
    let select = root.tags("select")[0].clone();
    assert_eq!(select.tags("option").len(), 4);
    page.enter(&select, "change", "2");
    assert_eq!(acts.take(), [Act::Choose(Choice { threads: 2, ..before })]);
    page.press("Measure 1 model");
    assert_eq!(acts.take(), [Act::Start]);
}

#[test]
fn where_threads_cannot_be_chosen_they_are_said() {
    let (page, _) = upper("en", State::Choosing { cancelled: false }, two_models(), choice(&["whisper-base"]), false);
    let root = page.look();
    assert!(root.tags("select").is_empty());
    assert!(root.text().contains("4 threads, as the app was started."), "{}", root.text());
}

#[test]
fn without_a_choice_nothing_can_be_started_and_without_a_model_one_is_led_to_them() {
    let (mut page, acts) = upper("en", State::Choosing { cancelled: false }, two_models(), choice(&["gone"]), true);
    let root = page.look();
    assert!(root.text().contains("Choose at least one model."));
    assert_eq!(root.button("Measure").attribute("disabled"), Some("true"));
    page.press("Measure");
    assert!(acts.borrow().is_empty());
    let (mut page, acts) = upper("en", State::Choosing { cancelled: false }, Some(vec![]), choice(&[]), true);
    page.press("Go to Models");
    assert_eq!(acts.take(), [Act::Models]);
}

#[test]
fn a_rest_can_be_skipped_and_everything_cancelled() {
    let (mut page, acts) = upper("en", waiting(Why::Warm), None, choice(&[]), true);
    page.press("Measure now");
    page.press("Cancel");
    assert_eq!(acts.take(), [Act::Skip, Act::Cancel]);
    for state in [State::Starting, State::Measuring(Box::new(live(Phase::Counting)))] {
        let (mut page, acts) = upper("en", state, None, choice(&[]), true);
        assert_eq!(page.look().buttons(), ["Cancel"]);
        page.press("Cancel");
        assert_eq!(acts.take(), [Act::Cancel]);
    }
}

#[test]
fn curves_are_drawn_and_said() {
    let (page, _) = upper("en", State::Measuring(Box::new(live(Phase::Counting))), None, choice(&[]), true);
    let root = page.look();
    let names: Vec<_> = root.roles("img").iter().map(|n| n.name()).collect();
    assert_eq!(
        names,
        ["Time of a run: 30\u{a0}ms to 34\u{a0}ms, 31\u{a0}ms at the end", "Heat: 72% to 72%, 72% at the end"]
    );
    assert_eq!(root.tags("polyline").len(), 2);
    assert_eq!(root.tags("line").len(), 1, "where the system slows down");
    assert_eq!(root.roles("progressbar")[0].attribute("aria-valuenow"), Some("25"));
    let blind = Live { heat: vec![Reading::of(0.0, &Power::UNKNOWN)], curve: vec![], ..live(Phase::Loading) };
    let (page, _) = upper("en", State::Measuring(Box::new(blind)), None, choice(&[]), true);
    assert!(page.look().roles("img").is_empty(), "nothing is drawn of nothing");
}

#[test]
fn a_result_has_its_figures_its_input_and_its_match_in_the_article() {
    let root = results("en", fixture::record("mobilenet-v3-small", 4.0));
    let text = root.text();
    for words in [
        "MobileNetV3 Small Valid",
        "f32 · Quick · Threads 4",
        "4.4 ms Median of a run",
        "(p90) 4.8 ms",
        "(p99) 4.8 ms",
        "Counted 120 runs",
        "Processor time of a run 14 ms",
        "First load 81 ms",
        "Later loads 41 ms",
        "Most memory 123 MB",
        "cool, 25% → cool, 25%",
        "a picture of 224 × 224, from pixels to labels",
        "MobileNetV3-Small, one run This device 4.4 ms iPhone 14 Pro 3.2 ms Pixel 7 4.5 ms",
        "those of the article that Onhand follows. We did not measure them.",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    assert!(!text.contains("cannot be relied on") && !text.contains("Baseline "), "{text}");
    let korean = results("ko", fixture::record("mobilenet-v3-small", 4.0)).text();
    for words in [
        "유효",
        "4.4 ms 실행 시간 중앙값",
        "측정 횟수 120회 실행",
        "처음 불러오기 81 ms",
        "이 기기 4.4 ms",
        "직접 측정한 값이 아니에요",
    ] {
        assert!(korean.contains(words), "{words} in {korean}");
    }
}

#[test]
fn what_is_not_known_is_said_so() {
    let mut record = fixture::record("a", 40.0);
    (record.run_ms.n, record.cpu_ms, record.peak_memory_bytes, record.own_process) = (9, None, None, false);
    record.heat.clear();
    let text = results("en", record).text();
    for words in [
        "(p90) too few runs",
        "(p99) too few runs",
        "Processor time of a run not told here",
        "Most memory (the whole app) not told here",
        "from start to end unknown → unknown",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
}

#[test]
fn every_reason_against_a_result_is_said_in_both_languages() {
    let problems = [
        (Problem::Hot, "The device was hot", "기기가 뜨거웠어요"),
        (Problem::LowPowerMode, "was saving energy", "절전 중이었어요"),
        (Problem::LowBattery { percent: 12 }, "down to 12%", "12%까지 내려갔어요"),
        (Problem::TooFewRuns { runs: 3 }, "There were only 3 runs.", "3회밖에"),
        (Problem::Spread { percent: 31 }, "by 31% of the mean", "평균의 31%만큼"),
        (Problem::Slower { percent: 14 }, "became slower: by 14%", "14% 더 걸렸어요"),
        (Problem::Faster { percent: 14 }, "became faster: by 14%", "14% 덜 걸렸어요"),
        (Problem::Busy { percent: 40 }, "Other programs used 40%", "40%를 쓰고 있었어요"),
        (Problem::Starved { percent: 60 }, "only 60% of one processor", "프로세서 하나의 60%만"),
    ];
    for (problem, english, korean) in problems {
        let mut record = fixture::record("a", 4.0);
        record.verdict.problems.push(problem);
        for (language, invalid, words) in [("en", "Not valid", english), ("ko", "유효하지 않음", korean)] {
            let text = results(language, record.clone()).text();
            assert!(text.contains(words) && text.contains(invalid), "{words} in {text}");
        }
    }
    let caveats = [
        (Caveat::HeatUnknown, "Nothing tells how hot", "온도를 알 수 없어서"),
        (Caveat::OnBattery, "on the battery", "배터리로 측정했어요"),
        (Caveat::RestSkipped, "was cut short", "쉬는 시간을 건너뛰었어요"),
        (Caveat::DebugBuild, "developers' build", "개발용 Onhand"),
    ];
    for (caveat, english, korean) in caveats {
        let mut record = fixture::record("a", 4.0);
        record.verdict.caveats.push(caveat);
        for (language, words) in [("en", english), ("ko", korean)] {
            let text = results(language, record.clone()).text();
            assert!(text.contains(words), "{words} in {text}");
        }
    }
}

#[test]
fn a_long_measurement_shows_its_curves_and_a_quick_one_none() {
    let mut record = fixture::record("a", 40.0);
    assert!(results("en", record.clone()).roles("img").is_empty());
    record.length = Length::Sustained { minutes: 1 };
    let root = results("en", record);
    assert_eq!(root.roles("img").len(), 2);
    assert!(root.text().contains("f32 · 1 min"), "{}", root.text());
}

#[test]
fn a_result_is_held_against_its_baseline() {
    let dir = tempfile::tempdir().unwrap();
    let mut baselines = Baselines::load(Some(dir.path())).0;
    let mut base = fixture::record("a", 100.0);
    (base.threads, base.build.version) = (1, "old".into());
    base.verdict.problems.push(Problem::Hot);
    baselines.keep(&base).unwrap();
    for (ms, english, korean) in [
        (101.0, "About as fast as the baseline (100 ms).", "기준(100 ms)과 비슷해요."),
        (80.0, "20% less time than the baseline", "20% 덜 걸려요"),
        (150.0, "50% more time than the baseline", "50% 더 걸려요"),
        (150.0, "The baseline had 1 thread.", "스레드 1개로"),
        (150.0, "another device or build", "다른 기기나 다른 버전"),
        (150.0, "not valid itself", "기준 자체가"),
    ] {
        for (language, words) in [("en", english), ("ko", korean)] {
            let outcome = Outcome::Measured(Rc::new(fixture::record("a", ms)));
            let text = lower(language, vec![outcome], baselines.clone(), None).0.look().text();
            assert!(text.contains(words), "{words} in {text}");
        }
    }
}

#[test]
fn results_are_kept_saved_copied_and_shared() {
    let record = Rc::new(fixture::record("a", 4.0));
    let (mut page, acts) = lower("en", vec![Outcome::Measured(record.clone())], nothing_kept(), None);
    for button in ["Keep as baseline: a", "Save JSON", "Save CSV", "Copy", "Share"] {
        page.press(button);
    }
    assert_eq!(acts.take(), [Act::Keep(record), Act::Save("json"), Act::Save("csv"), Act::Copy, Act::Share]);
}

#[test]
fn what_became_of_an_export_is_said_with_its_path() {
    let outcomes = || vec![Outcome::Measured(Rc::new(fixture::record("a", 4.0)))];
    let said = |good| Said { good, sentence: "Saved:".into(), detail: Some("/d/onhand-benchmark-1.csv".into()) };
    for (good, class) in [(true, "message message-good"), (false, "message message-warning")] {
        let root = lower("en", outcomes(), nothing_kept(), Some(said(good))).0.look();
        let message = root.all().into_iter().find(|n| n.attribute("class") == Some(class)).expect("it is said").text();
        assert_eq!(message, "Saved: /d/onhand-benchmark-1.csv");
    }
}

#[test]
fn a_model_that_failed_says_why_and_has_nothing_to_export() {
    let failed = vec![Outcome::Failed { model: "a".into(), why: "torn".into() }];
    for (language, words) in [("en", "a could not be measured. torn"), ("ko", "a 모델을 측정하지 못했어요. torn")]
    {
        let root = lower(language, failed.clone(), nothing_kept(), None).0.look();
        assert!(root.text().contains(words) && root.buttons().is_empty(), "{}", root.text());
    }
    assert_eq!(lower("en", vec![], nothing_kept(), None).0.look().text(), "", "before anything was measured");
}

#[test]
fn a_damaged_baseline_file_is_said_until_it_is_understood() {
    let troubles = [
        (Trouble::Damaged { aside: "/c/x.damaged-1".into() }, "was damaged", "/c/x.damaged-1", "손상되어"),
        (Trouble::Unreadable("denied".into()), "cannot be read", "denied", "읽을 수 없어요"),
    ];
    for (trouble, english, detail, korean) in troubles {
        for (language, words, button) in [("en", english, "OK"), ("ko", korean, "확인")] {
            let trouble = trouble.clone();
            let mut page = Page::of(language, move || {
                let mut signal = use_signal(|| Some(trouble.clone()));
                rsx! { BaselineTrouble { trouble: signal, onclose: move |()| signal.set(None) } }
            });
            let text = page.look().roles("alert")[0].text();
            assert!(text.contains(words) && text.contains(detail), "{text}");
            page.press(button);
            assert_eq!(page.look().text(), "");
        }
    }
}
