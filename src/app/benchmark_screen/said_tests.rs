//! What the screen says of the unit that computes, of the article's phones, and of all results to other apps.

use super::*;
use crate::inference::{Fallback, Lack};

#[test]
fn the_unit_is_said_before_and_after_and_why_it_is_not_what_was_chosen() {
    for (unit, language, words) in [
        (Unit::Metal, "en", "Texts and speech run on GPU (Metal), as set in Settings."),
        (Unit::Accelerate, "ko", "글과 음성은 Accelerate 장치에서, 사진은 프로세서에서"),
    ] {
        let choosing = State::Choosing { cancelled: false };
        let text = upper_on(unit, language, choosing, two_models(), choice(&[]), true).0.look().text();
        assert!(text.contains(words), "{words} in {text}");
    }
    let choosing = upper("en", State::Choosing { cancelled: false }, two_models(), choice(&[]), true).0.look().text();
    assert!(!choosing.contains("as set in Settings"), "{choosing}");

    let mut metal = fixture::record("whisper-base", 4.0);
    metal.unit = Unit::Metal;
    for (language, words) in [("en", "Runs on GPU (Metal)"), ("ko", "실행 장치 GPU (Metal)")] {
        let text = results(language, metal.clone()).text();
        assert!(text.contains(words) && text.contains("f32") && !text.contains("Threads"), "{words} in {text}");
    }
    let refused = Lack::Refused { why: "out of memory".into() };
    for (why, words, korean) in [
        (Lack::Pictures, "Pictures always run on the processor.", "사진은 항상 프로세서에서 실행해요."),
        (refused.clone(), "It cannot run this model: Whisper base.", "Whisper base 모델을 실행할 수 없어서"),
        (refused, "out of memory", "out of memory"),
    ] {
        let mut record = fixture::record("whisper-base", 4.0);
        record.fallback = Some(Fallback { asked: Unit::Metal, why });
        for (language, runs_on, words) in
            [("en", "Runs on Processor (CPU)", words), ("ko", "실행 장치 프로세서 (CPU)", korean)]
        {
            let text = results(language, record.clone()).text();
            assert!(text.contains(runs_on) && text.contains(words), "{words} in {text}");
        }
    }
}

#[test]
fn a_summary_names_the_unit_in_place_of_threads_that_it_has_not() {
    let mut metal = fixture::record("a", 4.0);
    metal.unit = Unit::Metal;
    for (language, words) in [("en", "a (f32), GPU (Metal): 4.4"), ("ko", "a (f32), GPU (Metal): 한 번에 4.4")] {
        let said = words::in_a_sentence(&Language::of_tag(language), &metal);
        assert!(said.starts_with(words), "{said}");
    }
}

#[test]
fn a_summary_names_version_device_and_each_model() {
    let records = [fixture::record("a", 4.0), fixture::record("b", 1200.0)];
    let english = words::summary(&Language::of_tag("en"), &records);
    let version = env!("CARGO_PKG_VERSION");
    let want = format!(
        "Onhand {version} on A chip\na (f32), threads: 4: 4.4\u{a0}ms a run, Valid\nb (f32), threads: 4: 1.2\u{a0}s a run, Valid"
    );
    assert_eq!(english, want);
    assert!(words::summary(&Language::of_tag("ko"), &records).contains("스레드 4개: 한 번에 4.4\u{a0}ms, 유효"));
}

#[test]
fn only_the_article_s_networks_are_held_against_it() {
    assert!(results("en", fixture::record("whisper-base", 4.0)).tags("table").is_empty());
    let whisper = results("en", fixture::record("whisper-tiny.en", 900.0)).text();
    assert!(whisper.contains("iPhone 14 Pro 800 ms Pixel 7 1.2 s"), "{whisper}");
}
