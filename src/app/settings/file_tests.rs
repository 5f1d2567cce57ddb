use super::super::data::{LanguageChoice, ModelChoice, Protection, Theme};
use super::*;
use crate::app::models::Purpose;
use crate::inference::Unit;
use proptest::prelude::*;
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

const NAME: &str = "settings.toml";

fn file(dir: &tempfile::TempDir) -> SettingsFile {
    SettingsFile::in_folder(dir.path().join("onhand"))
}

fn write(dir: &tempfile::TempDir, text: impl AsRef<[u8]>) {
    fs::create_dir_all(dir.path().join("onhand")).unwrap();
    fs::write(dir.path().join("onhand").join(NAME), text).unwrap();
}

fn names(dir: &tempfile::TempDir) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(dir.path().join("onhand"))
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn some_settings() -> Settings {
    let mut settings = Settings { language: LanguageChoice::Korean, theme: Theme::Dark, ..Settings::default() };
    settings.pace.interval_ms = 300;
    settings.pace.protection = Protection::Strong;
    settings.compute.threads = Some(2);
    settings.models.set(Purpose::Microphone, Some(ModelChoice { id: "whisper-base".into(), variant: None }));
    settings
}

#[test]
fn what_is_saved_is_loaded_and_nothing_is_left_over() {
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(file(&dir).load(), Loaded { settings: Settings::default(), notice: None });
    file(&dir).save(&some_settings()).unwrap();
    assert_eq!(file(&dir).load(), Loaded { settings: some_settings(), notice: None });
    assert_eq!(names(&dir), [NAME]);
}

#[test]
fn keys_of_another_version_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    write(&dir, "later = 1\ntheme = \"dark\"\n[pace]\ninterval_ms = 200\njitter = 2.5\n[models.video]\nid = \"x\"\n");
    let Loaded { mut settings, notice } = file(&dir).load();
    assert_eq!((notice, settings.theme, settings.pace.interval_ms), (None, Theme::Dark, 200));
    settings.theme = Theme::Light;
    file(&dir).save(&settings).unwrap();
    let table: toml::Table = fs::read_to_string(dir.path().join("onhand").join(NAME)).unwrap().parse().unwrap();
    assert_eq!(table["later"].as_integer(), Some(1));
    assert_eq!(table["pace"]["jitter"].as_float(), Some(2.5));
    assert_eq!(table["models"]["video"]["id"].as_str(), Some("x"));
    assert_eq!(table["theme"].as_str(), Some("light"));
}

#[test]
fn a_unit_that_this_version_or_system_has_not_stays_in_the_file_and_the_processor_is_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    for (name, unit) in [("metal", Unit::Metal), ("accelerate", Unit::Accelerate), ("npu", Unit::Cpu), ("", Unit::Cpu)]
    {
        write(&dir, format!("theme = \"dark\"\n[compute]\nunit = \"{name}\"\nthreads = 2\n"));
        let Loaded { mut settings, notice } = file(&dir).load();
        assert_eq!((notice, settings.compute.unit.unit(), settings.compute.threads), (None, unit, Some(2)));
        settings.theme = Theme::Light;
        file(&dir).save(&settings).unwrap();
        assert_eq!(names(&dir), [NAME], "nothing was put aside");
        let table: toml::Table = fs::read_to_string(dir.path().join("onhand").join(NAME)).unwrap().parse().unwrap();
        assert_eq!(table["compute"]["unit"].as_str(), Some(name));
    }
    // What is no name at all is damage as everywhere, and costs its own part only.
    write(&dir, "theme = \"dark\"\n[compute]\nunit = 3\n");
    let loaded = file(&dir).load();
    assert!(matches!(loaded.notice, Some(Notice::Damaged { .. })));
    assert_eq!((loaded.settings.theme, loaded.settings.compute.unit.unit()), (Theme::Dark, Unit::Cpu));
}

#[test]
fn a_damaged_file_is_put_aside_and_what_is_right_in_it_is_kept() {
    let dir = tempfile::tempdir().unwrap();
    for (n, text) in ["language = \"kor", "language = \"klingon\"\ntheme = \"dark\"\n", "\u{0}\u{0}"].iter().enumerate()
    {
        write(&dir, text);
        let loaded = file(&dir).load();
        let aside = dir.path().join("onhand").join(format!("settings.damaged-{}", n + 1));
        assert_eq!(loaded.notice, Some(Notice::Damaged { aside: aside.clone() }));
        assert_eq!(fs::read_to_string(aside).unwrap(), *text, "nothing is lost");
        assert_eq!(loaded.settings.theme, if n == 1 { Theme::Dark } else { Theme::System });
        assert_eq!(file(&dir).load().notice, None, "said once");
    }
    write(&dir, vec![b'#'; MAX_BYTES as usize + 1]);
    assert!(matches!(file(&dir).load().notice, Some(Notice::Damaged { .. })), "far too long");
}

#[test]
fn numbers_out_of_bounds_go_to_the_nearest() {
    let dir = tempfile::tempdir().unwrap();
    for (text, ms) in [("interval_ms = 1", 50), ("interval_ms = 99999", 2000), ("interval_ms = 60", 60)] {
        write(&dir, format!("[pace]\n{text}\n[compute]\nthreads = 0\n"));
        let loaded = file(&dir).load();
        assert_eq!((loaded.notice, loaded.settings.pace.interval_ms), (None, ms));
        assert_eq!(loaded.settings.threads(4), 1);
    }
    let four = Settings::default();
    assert_eq!(four.threads(4), 4);
}

#[test]
fn a_place_that_cannot_be_written_is_an_error_and_no_more() {
    let dir = tempfile::tempdir().unwrap();
    // A file where the folder belongs: refused to everybody, root too.
    fs::write(dir.path().join("onhand"), "in the way").unwrap();
    assert!(file(&dir).save(&some_settings()).is_err());
    assert_eq!(SettingsFile { folder: None }.load().settings, Settings::default());
    assert!(SettingsFile { folder: None }.save(&some_settings()).is_err());
    let other = tempfile::tempdir().unwrap();
    // A folder where the file belongs.
    fs::create_dir_all(other.path().join("onhand").join(NAME)).unwrap();
    assert!(matches!(file(&other).load().notice, Some(Notice::Unreadable(_))));
    assert!(file(&other).save(&some_settings()).is_err());
    assert_eq!(names(&other), [NAME], "nothing half-written stays");
}

/// The settings that the child writes in turn; each is told by three fields that must agree.
fn numbered(n: u32) -> Settings {
    let mut settings = some_settings();
    settings.pace.interval_ms = 50 + n % 1950;
    settings.compute.threads = Some((settings.pace.interval_ms % 250 + 1) as u16);
    settings.models.text =
        Some(ModelChoice { id: format!("{}", settings.pace.interval_ms).repeat(200), variant: None });
    settings
}

#[test]
fn child_process() {
    let Some(folder) = std::env::var_os("SETTINGS_CHILD") else { return };
    let file = SettingsFile::in_folder(folder.into());
    // Until it is killed.
    for n in 0..u32::MAX {
        file.save(&numbered(n)).unwrap();
    }
}

#[test]
fn killed_at_any_moment_the_file_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    file(&dir).save(&numbered(0)).unwrap();
    let mut saved = std::collections::BTreeSet::new();
    for round in 0..20u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["app::settings::file::tests::child_process", "--exact", "--nocapture"])
            .env("SETTINGS_CHILD", dir.path().join("onhand"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // From before the first write to amid many, another moment each time.
        std::thread::sleep(Duration::from_micros(2_000 + round * round * 631));
        child.kill().unwrap();
        child.wait().unwrap();
        let loaded = file(&dir).load();
        assert_eq!(loaded.notice, None);
        let ms = loaded.settings.pace.interval_ms;
        assert_eq!(loaded.settings, numbered(ms - 50), "whole, and of one write");
        assert_eq!(names(&dir), [NAME], "nothing is left over after a start");
        saved.insert(ms);
    }
    assert!(saved.len() > 1, "the children wrote");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any bytes: settings within bounds, and the bytes themselves kept when they were not understood.
    #[test]
    fn any_bytes_give_settings(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (settings, _) = parse(&bytes);
        prop_assert!((50..=2000).contains(&settings.pace.interval_ms));
    }

    /// A torn file never becomes settings that nobody made, beyond defaults for what is missing.
    #[test]
    fn a_torn_file_is_read_in_part_or_put_aside(at in 0usize..400) {
        let text = toml::to_string_pretty(&toml::Table::try_from(some_settings()).unwrap()).unwrap();
        let (settings, _) = parse(&text.as_bytes()[..at.min(text.len())]);
        prop_assert!([50, 300, 100].contains(&settings.pace.interval_ms), "{}", settings.pace.interval_ms);
        prop_assert!([None, Some(2)].contains(&settings.compute.threads));
    }
}
