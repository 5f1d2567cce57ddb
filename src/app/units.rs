//! What computes, as screens say it: the names of units, and why a model is not on the one that was chosen.
//!
//! Screens that load models note here where each came to be; settings and results show it.

use super::components::{Message, Tone};
use super::language::use_language;
use super::models::Purpose;
use crate::inference::{Fallback, Lack, Placed, Unit};
use dioxus::prelude::*;

/// Models that were loaded last and are not on the unit that was chosen for them.
#[derive(Clone, Copy, PartialEq)]
pub struct Fallbacks(pub Signal<Vec<(Purpose, Fallback)>>);

impl Fallbacks {
    /// Notes what the model for `purpose` is on.
    pub fn note(mut self, purpose: Purpose, placed: &Placed) {
        let others = self.0.peek().iter().filter(|(of, _)| *of != purpose).cloned().collect::<Vec<_>>();
        let all = others.into_iter().chain(placed.fallback.clone().map(|fallback| (purpose, fallback)));
        let all: Vec<_> = all.collect();
        if *self.0.peek() != all {
            self.0.set(all);
        }
    }
}

/// The name of a unit.
pub fn unit_key(unit: Unit) -> &'static str {
    match unit {
        Unit::Cpu => "unit-cpu",
        Unit::Accelerate => "unit-accelerate",
        Unit::Metal => "unit-metal",
    }
}

fn lack_key(why: &Lack) -> &'static str {
    match why {
        Lack::OtherSystem => "unit-other-system",
        Lack::NotBuiltIn => "unit-not-built-in",
        Lack::OldSystem => "unit-old-system",
        Lack::NoDevice => "unit-no-device",
        Lack::Pictures => "unit-pictures",
        Lack::Refused { .. } => "unit-refused",
    }
}

/// Why `model`, as people call it, is not on the unit that was chosen.
#[component]
pub fn FallbackNote(fallback: Fallback, model: String) -> Element {
    let language = use_language();
    let unit = language.say(unit_key(fallback.asked));
    let said = language.say_with(lack_key(&fallback.why), &[("unit", unit.into()), ("model", model.into())]);
    let (tone, detail) = match fallback.why {
        // It is so by design, and nothing is lost.
        Lack::Pictures => (Tone::Plain, None),
        Lack::Refused { why } => (Tone::Warning, Some(why)),
        _ => (Tone::Warning, None),
    };
    rsx! {
        Message { tone,
            p { "{said}" }
            if let Some(detail) = detail {
                p { class: "detail", lang: "en", "{detail}" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::testing::Page;

    #[test]
    fn every_reason_is_said_in_both_languages_with_what_the_system_says() {
        let refused = Lack::Refused { why: "out of memory".into() };
        for (why, english, korean) in [
            (Lack::OtherSystem, "GPU (Metal) was chosen. Only Apple’s devices have it", "Apple 기기에만"),
            (Lack::NotBuiltIn, "This version of Onhand was made without it", "이 버전의 Onhand에는"),
            (Lack::OldSystem, "It needs iOS 18 or macOS 15", "iOS 18 또는 macOS 15"),
            (Lack::NoDevice, "This device has none", "이 기기에는"),
            (Lack::Pictures, "Pictures always run on the processor.", "사진은 항상 프로세서에서"),
            (refused.clone(), "It cannot run this model: Whisper base", "Whisper base 모델을 실행할 수 없어서"),
            (refused, "out of memory", "out of memory"),
        ] {
            for (language, words) in [("en", english), ("ko", korean)] {
                let fallback = Fallback { asked: Unit::Metal, why: why.clone() };
                let page = Page::of(language, move || {
                    rsx! { FallbackNote { fallback: fallback.clone(), model: "Whisper base" } }
                });
                let text = page.look().text();
                assert!(text.contains(words), "{words} in {text}");
                assert_eq!(text.contains("out of memory"), matches!(why, Lack::Refused { .. }), "{text}");
            }
        }
    }

    #[test]
    fn what_a_model_is_on_replaces_what_the_one_before_was_on() {
        let page = Page::of("en", || {
            let fallbacks = Fallbacks(use_signal(Vec::new));
            let refused = |why: &str| Placed {
                unit: Unit::Cpu,
                fallback: Some(Fallback { asked: Unit::Metal, why: Lack::Refused { why: why.into() } }),
            };
            use_hook(|| {
                fallbacks.note(Purpose::Text, &refused("first"));
                fallbacks.note(Purpose::Microphone, &refused("second"));
                fallbacks.note(Purpose::Text, &refused("third"));
                fallbacks.note(Purpose::Microphone, &Placed::default());
            });
            rsx! {
                for (purpose, fallback) in fallbacks.0.read().clone() {
                    FallbackNote { fallback, model: format!("{purpose:?}") }
                }
            }
        });
        let text = page.look().text();
        assert!(text.contains("Text") && text.contains("third") && !text.contains("first"), "{text}");
        assert!(!text.contains("second"), "{text}");
    }
}
