//! What the file is called, and what is said when it was handed over.

use crate::app::language::Language;
use crate::app::page::Handed;
use crate::profile::Device;

/// Names of devices are short; what is longer is none.
const MAX_NAME_CHARS: usize = 40;

/// What became of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    pub good: bool,
    /// In the person's language.
    pub sentence: String,
    /// A path, or the system's own words.
    pub detail: Option<String>,
}

impl Exported {
    /// For who does not look.
    pub fn in_a_sentence(&self) -> String {
        match &self.detail {
            Some(detail) if self.good => format!("{} {detail}", self.sentence),
            _ => self.sentence.clone(),
        }
    }
}

/// What is said about it; nothing where the person saw it for themselves.
pub fn outcome(language: &Language, handed: Handed) -> Option<Exported> {
    let said = |good, key: &str, detail| Some(Exported { good, sentence: language.say(key), detail });
    match handed {
        Handed::Sheet | Handed::No => None,
        Handed::Saved(path) => said(true, "diagnostics-saved", Some(path)),
        Handed::NoFolder => said(false, "diagnostics-no-folder", None),
        Handed::Failed(why) => said(false, "diagnostics-not-saved", Some(why)),
    }
}

/// `onhand-google-pixel-7.json`: files of several devices lie in one folder, sooner or later.
pub fn file_name(device: &Device) -> String {
    let named = device.name.as_deref().or(device.cpu.as_deref()).unwrap_or("device");
    let mut name = String::new();
    for c in named.chars().take(MAX_NAME_CHARS) {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => name.push(c),
            _ if !name.is_empty() && !name.ends_with('-') => name.push('-'),
            _ => {}
        }
    }
    let name = name.trim_end_matches('-');
    format!("onhand-{}.json", if name.is_empty() { "device" } else { name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_called_after_their_device() {
        for (name, file) in [
            (Some("Google Pixel 7"), "onhand-google-pixel-7.json"),
            (Some("iPhone15,2"), "onhand-iphone15-2.json"),
            (Some("../../etc/passwd"), "onhand-etc-passwd.json"),
            (Some("갤럭시"), "onhand-device.json"),
            (None, "onhand-a-chip.json"),
        ] {
            let device = Device { name: name.map(String::from), cpu: Some("A chip".into()), ..Device::default() };
            assert_eq!(file_name(&device), file);
        }
        assert_eq!(file_name(&Device::default()), "onhand-device.json");
    }

    #[test]
    fn what_became_of_it_is_said_unless_the_person_saw_it() {
        let english = Language::of_tag("en");
        assert_eq!([Handed::Sheet, Handed::No].map(|h| outcome(&english, h)), [None, None]);
        let saved = outcome(&english, Handed::Saved("/d/a.json".into())).unwrap();
        assert_eq!((saved.good, saved.in_a_sentence().as_str()), (true, "Saved: /d/a.json"));
        let failed = outcome(&english, Handed::Failed("disk full".into())).unwrap();
        assert!(!failed.good && !failed.in_a_sentence().contains("disk full"));
        assert_eq!(outcome(&english, Handed::NoFolder).unwrap().detail, None);
    }
}
