//! The pictures of the tour, and a page that shows them all.

use super::app::App;
use super::stage::root;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

/// What the name of a picture begins with that was taken when something did not hold.
pub const FAILED: &str = "failed-";

/// Pictures by what they show; each has a file name of its own.
pub struct Album {
    folder: PathBuf,
    pictures: BTreeMap<String, Vec<String>>,
}

impl Album {
    /// An empty one, in `target/tour`: what an earlier tour left there is removed.
    pub fn new() -> Self {
        let folder = root().join("target/tour");
        fs::create_dir_all(&folder).expect("target is ours");
        for entry in fs::read_dir(&folder).expect("just made").flatten() {
            if entry.path().extension().is_some_and(|e| e == "png" || e == "html") {
                let _ = fs::remove_file(entry.path());
            }
        }
        Self { folder, pictures: BTreeMap::new() }
    }

    /// Takes a picture of the window: `what` is the screen or the story, `how` its look.
    pub fn take(&mut self, app: &App, what: &str, how: &str) {
        let png = app.picture();
        check(&png, what, how);
        let name = format!("{what}-{how}.png");
        fs::write(self.folder.join(&name), png).expect("target is ours");
        // A part that is played again takes its pictures again.
        let names = self.pictures.entry(what.into()).or_default();
        if !names.contains(&name) {
            names.push(name);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.pictures.values().map(Vec::len).sum()
    }

    /// Removes the pictures of tries that failed where another try held.
    pub fn forget_failures(&self) {
        for entry in fs::read_dir(&self.folder).expect("target is ours").flatten() {
            if entry.file_name().to_string_lossy().starts_with(FAILED) {
                let _ = fs::remove_file(entry.path());
            }
        }
    }

    /// Writes the page that shows them; where it is.
    pub fn write_index(&self) -> PathBuf {
        let mut page = String::from(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Onhand: the tour</title><style>\
             body { font: 16px system-ui, sans-serif; margin: 2rem; background: #888 }\
             section { display: flex; flex-wrap: wrap; gap: 1rem; align-items: start }\
             figure { margin: 0 } img { display: block; max-width: 412px } figcaption { padding: .3rem 0 }</style>\n",
        );
        for (what, names) in &self.pictures {
            let _ = writeln!(page, "<h2>{what}</h2><section>");
            for name in names {
                let _ = writeln!(page, "<figure><img src=\"{name}\" alt=\"\"><figcaption>{name}</figcaption></figure>");
            }
            page.push_str("</section>\n");
        }
        let path = self.folder.join("index.html");
        fs::write(&path, page).expect("target is ours");
        path
    }
}

/// A picture that shows nothing, or in the wrong theme, is no picture.
fn check(png: &[u8], what: &str, how: &str) {
    let picture = image::load_from_memory(png).expect("a PNG").to_luma8();
    let lumas: Vec<u8> = picture.pixels().map(|p| p.0[0]).collect();
    let shades = lumas.iter().collect::<std::collections::BTreeSet<_>>().len();
    assert!(shades > 16, "{what}-{how}: {shades} shades of grey: nothing is on the screen");
    // The title and the tab bar are in the theme whatever the camera shows between them.
    let rows = picture.height() as usize;
    let width = picture.width() as usize;
    let bar = &lumas[(rows - 4) * width..];
    let mean = bar.iter().map(|l| u32::from(*l)).sum::<u32>() / bar.len() as u32;
    let is_dark = mean < 110;
    assert!(is_dark == how.contains("dark"), "{what}-{how}: the tab bar's mean shade is {mean}");
}
