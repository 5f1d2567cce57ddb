use super::STYLE;
use std::collections::{BTreeMap, BTreeSet};

/// Red, green, blue, 0 to 255.
type Colour = [f64; 3];

const TOKENS: &str = include_str!("../../assets/style/tokens.css");

/// Each colour token, light and dark.
fn colours() -> BTreeMap<&'static str, [Colour; 2]> {
    let pair = |line: &'static str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(": light-dark(")?;
        let (light, dark) = value.strip_suffix(");")?.split_once(", ")?;
        Some((name, [colour(light), colour(dark)]))
    };
    TOKENS.lines().filter_map(pair).collect()
}

fn colour(hex: &str) -> Colour {
    let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap());
    assert!(hex.len() == 7 && hex.starts_with('#'), "{hex}");
    [part(1), part(3), part(5)]
}

/// WCAG 2.2, "relative luminance".
fn luminance(colour: Colour) -> f64 {
    let linear =
        colour.map(|c| c / 255.0).map(|c| if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

/// WCAG 2.2, "contrast ratio".
fn contrast(a: Colour, b: Colour) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn mix(top: Colour, share: f64, ground: Colour) -> Colour {
    [0, 1, 2].map(|i| top[i] * share + ground[i] * (1.0 - share))
}

#[test]
fn black_on_white_is_21_to_1() {
    assert!((contrast(colour("#000000"), colour("#ffffff")) - 21.0).abs() < 1e-9);
    assert!((contrast(colour("#767676"), colour("#ffffff")) - 4.54).abs() < 0.01, "the grey that just passes");
}

/// What is read needs 4.5 to 1, what is only seen (edges of controls, marks) 3 to 1.
#[test]
fn everything_is_readable_light_and_dark() {
    let colours = colours();
    let text: &[(&str, &[&str])] = &[
        ("ink", &["ground", "card", "sunken", "warning-soft"]),
        ("quiet", &["ground", "card"]),
        ("accent", &["ground", "card", "accent-soft"]),
        ("on-accent", &["accent"]),
        ("positive", &["ground"]),
        ("negative", &["ground"]),
        ("on-danger", &["danger"]),
    ];
    let seen: &[(&str, &[&str])] = &[
        ("line", &["ground", "card"]),
        ("accent", &["sunken"]),
        ("warning", &["warning-soft", "card"]),
        ("danger", &["card"]),
        ("positive", &["card"]),
        ("negative", &["card"]),
    ];
    for (pairs, least) in [(text, 4.5), (seen, 3.0)] {
        for (on_top, grounds) in pairs {
            for ground in *grounds {
                for (at, theme) in ["light", "dark"].iter().enumerate() {
                    let ratio = contrast(colours[on_top][at], colours[ground][at]);
                    assert!(ratio >= least, "{on_top} on {ground}, {theme}: {ratio:.2}, {least} is needed");
                }
            }
        }
    }
    let named: BTreeSet<&str> =
        [text, seen].concat().iter().flat_map(|(top, grounds)| grounds.iter().chain([top]).copied()).collect();
    let untested: Vec<_> = colours.keys().filter(|c| !named.contains(*c) && **c != "hair").collect();
    assert!(untested.is_empty(), "{untested:?} are in no pair; only hair lines may be fainter");
}

/// The strongest mark on a word still lets the word be read.
#[test]
fn marked_words_are_readable() {
    let share = 0.30;
    assert!(STYLE.contains("calc(var(--strength) * 30%)"), "the share is the style sheet's");
    let colours = colours();
    for mark in ["positive", "negative"] {
        for at in [0, 1] {
            let ground = mix(colours[mark][at], share, colours["ground"][at]);
            assert!(contrast(colours["ink"][at], ground) >= 4.5);
        }
    }
}

#[test]
fn every_token_that_is_used_exists_and_every_token_is_used() {
    let defined: BTreeSet<&str> =
        TOKENS.lines().filter_map(|l| l.trim().strip_prefix("--")?.split_once(':')).map(|(name, _)| name).collect();
    let used: BTreeSet<&str> = STYLE.split("var(--").skip(1).filter_map(|rest| rest.split([')', ',']).next()).collect();
    // These are given by the elements themselves.
    let own = ["strength", "filled"];
    let missing: Vec<_> = used.difference(&defined).filter(|name| !own.contains(name)).collect();
    let idle: Vec<_> = defined.difference(&used).collect();
    assert!(missing.is_empty() && idle.is_empty(), "missing {missing:?}, idle {idle:?}");
}

#[test]
fn the_person_s_wishes_are_honoured() {
    for words in [
        "prefers-reduced-motion: reduce",
        "env(safe-area-inset-bottom",
        ":focus-visible",
        "--target: max(44px",
        ".theme-dark { color-scheme: dark; }",
        ".theme-light { color-scheme: light; }",
    ] {
        assert!(STYLE.contains(words), "{words}");
    }
    // Sizes of text follow the person's own: no rule gives one in pixels.
    let sizes = STYLE.split("font-size:").skip(1).filter_map(|rest| rest.split([';', '}']).next());
    let fixed: Vec<_> = sizes.filter(|size| size.contains("px")).collect();
    assert!(fixed.is_empty(), "{fixed:?}");
}
