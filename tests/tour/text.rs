//! The text screen: sentences typed key by key, and what is said of them.

use super::app::{App, Setting};
use super::samples;
use super::tour::Tour;
use std::time::{Duration, Instant};

const FIELD: &str = "What is the mood of this text?";
const ANSWER: &str = "document.querySelector('section.answer').innerText";
/// A debug build on a slow machine reads slowly.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn play(tour: &mut Tour) {
    // Nothing was fetched: what is part of the app answers.
    moods(tour, Setting::named("text-first"));
    if tour.needs("distilbert-sst2", "the moods of the sample sentences, by the large model") {
        let setting = Setting::named("text").models(tour.models());
        moods(tour, setting);
    }
}

fn moods(tour: &mut Tour, setting: Setting) {
    let script = tour.stage.folder("text").join("cool.toml");
    samples::cool(&script);
    let app = tour.open(&setting.arg("--power", &script));
    app.press_tab("Text");
    app.wait_at_most("The answer appears here", PATIENCE);
    let sentences = samples::sentences();
    for (sentence, mood) in sentences.iter().zip(["Positive", "Negative", "Positive"]) {
        if !app.value_of(FIELD).is_empty() {
            clear(&app);
        }
        app.type_into(FIELD, sentence);
        assert_eq!(app.value_of(FIELD), *sentence, "every key has arrived");
        let (answer, took) = answer(&app, mood);
        let share = answer.split_whitespace().nth(1).and_then(|n| n.strip_suffix('%')?.parse::<u32>().ok());
        assert!(share.is_some_and(|share| share >= 80), "{sentence}: {answer}");
        assert!(app.count("mark") > 0, "words are marked: {answer}");
        tour.saw(format!(
            "{sentence:?}: {mood}, {}%, {:.2} s after the last key",
            share.unwrap_or(0),
            took.as_secs_f64()
        ));
    }
    clear(&app);
    app.type_into(FIELD, &sentences[3]);
    let (_, took) = answer(&app, "It does not know this language");
    tour.saw(format!("{:?}: not this model's language, {:.2} s", sentences[3], took.as_secs_f64()));
    app.press("Two hours of noise");
    answer(&app, "Negative");
    assert!(app.value_of(FIELD).starts_with("Two hours of noise"), "the example is in the field");
    clear(&app);
    answer(&app, "The answer appears here");
    tour.saw("an example in a tap is Negative; cleared, it waits");
}

/// Empties the field, as a person does who sees it happen before they type on.
fn clear(app: &App) {
    app.press("Clear");
    let text = || app.value_of(FIELD);
    super::stage::wait("an empty field", Duration::from_secs(5), text, || text().is_empty().then_some(()));
}

/// Waits until the answer has these words; all of it, and how long it took.
fn answer(app: &App, words: &str) -> (String, Duration) {
    let began = Instant::now();
    let look = || app.ask(ANSWER).as_str().filter(|text| text.contains(words)).map(str::to_string);
    let text = super::stage::wait(words, PATIENCE, || app.text(), look);
    (text, began.elapsed())
}
