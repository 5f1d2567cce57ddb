use super::super::BUILT_IN;
use super::*;
use proptest::prelude::*;

const GOOD: &str = r#"
[[model]]
id = "a-model.en"
family = "whisper"
title = "A model"
why = "Good."
why_ko = "좋다."
licence = "MIT"
installed_bytes = 1000

[model.hub]
repo = "owner/name"
revision = "0123456789012345678901234567890123456789"
recipe = "transformers-whisper"
config = { padding = "same", mean = [0.5, 0.5, 0.5] }
files = [
  { path = "sub/config.json", bytes = 10, sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
  { path = "model.safetensors", sha256 = "announced" },
]

[model.wheel]
recipe = "ctranslate2-whisper"

[[model.wheel.packages]]
name = "some-package"
version = "1.0.0"
bytes = 1000
sha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
files = [{ path = "some_package/model.bin", bytes = 2000 }]
"#;

#[test]
fn the_catalog_of_this_build_is_sound() {
    let catalog = Catalog::builtin();
    for id in [
        "efficientnet-lite0",
        "mobilenet-v3-small",
        "whisper-tiny",
        "whisper-tiny.en",
        "whisper-base",
        "distilbert-sst2",
    ] {
        assert_eq!(catalog.get(id).unwrap().id, id);
    }
    for model in catalog.models() {
        let Some(hub) = &model.hub else {
            assert_eq!(model.id, BUILT_IN, "every other model comes from the hub");
            continue;
        };
        // What nobody could verify says so: no commit, then no hash either.
        if hub.revision == Revision::Resolve {
            assert!(hub.files.iter().all(|f| f.sha256 == Pin::Announced), "{}", model.id);
        }
    }
}

#[test]
fn the_words_of_an_entry_are_there_in_korean_too() {
    let hangul = |text: &str| text.chars().any(|c| ('가'..='힣').contains(&c));
    for model in Catalog::builtin().models() {
        assert!(!hangul(model.title_in("en")) && !hangul(model.why_in("en")), "{}", model.id);
        assert!(hangul(model.why_in("ko")), "{}", model.id);
        assert_eq!(model.title_in("en").contains("English"), hangul(model.title_in("ko")), "{}", model.id);
    }
}

#[test]
fn a_good_entry_is_read() {
    let catalog = Catalog::parse(GOOD).unwrap();
    let model = catalog.get("a-model.en").unwrap();
    let hub = model.hub.as_ref().unwrap();
    assert_eq!(hub.config["mean"], serde_json::json!([0.5, 0.5, 0.5]));
    assert_eq!((hub.bytes(), hub.files[1].sha256), (None, Pin::Announced));
    assert_eq!(model.wheel.as_ref().unwrap().packages[0].requirement(), "some-package==1.0.0");
    assert!(catalog.get("other").unwrap_err().to_string().contains("known are a-model.en"));
}

#[test]
fn each_lie_is_named_with_its_entry() {
    let sum = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for (what, from, to, word) in [
        ("an id that climbs", "id = \"a-model.en\"", "id = \"../a\"", "id \"../a\""),
        ("an id that is hidden", "id = \"a-model.en\"", "id = \".a\"", "id \".a\""),
        ("an id that is an option", "id = \"a-model.en\"", "id = \"--a\"", "id \"--a\""),
        ("no id", "id = \"a-model.en\"", "", "number 1"),
        ("an unknown field", "title = ", "titel = ", "unknown field `titel`"),
        ("an unknown field of a file", ", bytes = 10", ", size = 10", "unknown field `size`"),
        ("an unknown family", "\"whisper\"", "\"whistle\"", "whistle"),
        ("an unknown recipe", "\"transformers-whisper\"", "\"magic\"", "magic"),
        ("a branch for a revision", "0123456789012345678901234567890123456789", "main", "neither a commit"),
        ("a missing hash", ", sha256 = \"announced\"", "", "missing field `sha256`"),
        ("a short hash", sum, "e3b0", "neither 64"),
        ("a path that climbs", "sub/config.json", "../config.json", "without climbing"),
        ("a path that climbs inside", "sub/config.json", "sub/../../config.json", "without climbing"),
        ("an absolute path", "sub/config.json", "/etc/passwd", "without climbing"),
        ("a Windows path", "sub/config.json", "c:\\\\config.json", "without climbing"),
        ("a path with a query", "sub/config.json", "config.json?x", "without climbing"),
        ("a wheel's path that climbs", "some_package/model.bin", "some_package/../../model.bin", "without climbing"),
        ("two files of one name", "sub/config.json", "sub/Model.safetensors", "two of its files"),
        ("no size", "bytes = 10,", "bytes = 0,", "0 bytes"),
        ("an absurd size", "bytes = 10,", "bytes = 500000001,", "500000001 bytes"),
        ("a negative size", "bytes = 10,", "bytes = -1,", "invalid value"),
        ("an absurd installed size", "installed_bytes = 1000", "installed_bytes = 9000000000", "installed_bytes"),
        ("a package that is an option", "\"some-package\"", "\"--index-url\"", "package \"--index-url\""),
        ("a version with another", "\"1.0.0\"", "\"1.0.0 evil\"", "version \"1.0.0 evil\""),
        ("a repository without owner", "owner/name", "name", "not owner/name"),
        ("a repository that climbs", "owner/name", "owner/..", "repo \"..\""),
        ("a repository too deep", "owner/name", "owner/name/x", "repo \"name/x\""),
    ] {
        let text = GOOD.replacen(from, to, 1);
        assert_ne!(text, GOOD, "{what}");
        let error = Catalog::parse(&text).expect_err(what).to_string();
        assert!(error.contains(word), "{what}: {error}");
        assert!(error.contains("a-model.en") || from.contains("a-model.en"), "{what}: {error}");
    }
}

#[test]
fn an_id_twice_or_no_source_is_refused() {
    let twice = Catalog::parse(&format!("{GOOD}{GOOD}")).unwrap_err().to_string();
    assert!(twice.contains("comes twice"), "{twice}");
    let none = GOOD.split("[model.hub]").next().unwrap();
    let none = Catalog::parse(none).unwrap_err().to_string();
    assert!(none.contains("a hub or a wheel"), "{none}");
    assert!(Catalog::parse(&" ".repeat(MAX_CATALOG_BYTES + 1)).is_err());
    assert!(Catalog::parse("").is_err());
    assert!(Catalog::parse(&format!("x = 1\n{GOOD}")).unwrap_err().to_string().contains("unknown field `x`"));
}

/// Whatever passes can be joined to a directory, put into a URL and handed to pip as it is.
fn assert_harmless(catalog: &Catalog) {
    let harmless = |text: &str| {
        assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._+!".contains(&b)), "{text}");
        assert!(!text.starts_with(['.', '-']) && !text.is_empty(), "{text}");
    };
    for model in catalog.models() {
        harmless(&model.id);
        let hub = model.hub.iter().flat_map(|h| h.files.iter().map(|f| &f.path).chain([&h.repo]));
        let packages = || model.wheel.iter().flat_map(|w| &w.packages);
        let wheel = packages().flat_map(|p| p.files.iter().map(|f| &f.path).chain([&p.name, &p.version]));
        hub.chain(wheel).for_each(|path| path.split('/').for_each(harmless));
    }
}

proptest! {
    #[test]
    fn bent_text_never_panics_and_what_passes_is_harmless(at in 0..GOOD.len(), len in 0usize..12, new in "[\\PC\n]{0,8}") {
        prop_assume!(GOOD.is_char_boundary(at) && GOOD.is_char_boundary((at + len).min(GOOD.len())));
        let text = format!("{}{new}{}", &GOOD[..at], &GOOD[(at + len).min(GOOD.len())..]);
        if let Ok(catalog) = Catalog::parse(&text) {
            assert_harmless(&catalog);
        }
    }

    #[test]
    fn bent_names_never_pass_unless_harmless(name in "[a-z./\\\\~:@ -]{1,12}") {
        for field in ["a-model.en", "owner/name", "sub/config.json", "some-package", "1.0.0", "some_package/model.bin"] {
            let escaped = name.replace('\\', "\\\\");
            if let Ok(catalog) = Catalog::parse(&GOOD.replacen(field, &escaped, 1)) {
                assert_harmless(&catalog);
            }
        }
    }

    #[test]
    fn noise_never_panics(text in "\\PC{0,300}") {
        let _ = Catalog::parse(&text);
    }
}
