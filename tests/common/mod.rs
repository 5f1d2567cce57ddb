//! What the reference tests share: real models and real inputs, where they are to be had.
//!
//! A test that needs them calls [`model`] and [`shared`] and returns when one is missing; the absence is
//! written to standard error past the test harness's capture, so that nobody takes a skip for a pass.
#![allow(dead_code, reason = "each test binary uses a part")]

use onhand::model_dir::{Limits, ModelDir};
use onhand::store::Places;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What `make models` installs.
const BY_MAKE_MODELS: [&str; 3] = ["efficientnet-lite0", "whisper-tiny.en", "whisper-base"];

/// A file or folder of the material beside the repository, or a loud skip.
pub fn shared(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(name);
    if !path.exists() {
        skip(&format!("../shared/{name} is not here"));
        return None;
    }
    Some(path)
}

/// An installed model, or a loud skip. Looked for where the product looks, then in `models/installed`,
/// where `make run` puts models, then beside the repository.
pub fn model(id: &str) -> Option<ModelDir> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = Places::new(None).find(id).or_else(|| {
        ["models/installed", "../shared/models"].iter().map(|d| root.join(d).join(id)).find(|d| d.is_dir())
    });
    match found {
        Some(path) => Some(ModelDir::open(path, &Limits::default()).expect("an installed model opens")),
        None => {
            let how = match BY_MAKE_MODELS.contains(&id) {
                true => "`make models` installs it".to_string(),
                false => format!("`onhand-lab models fetch {id}` installs it where a hub can be reached"),
            };
            skip(&format!("model {id} is not installed; {how}"));
            None
        }
    }
}

/// Letters and digits only, in lower case.
pub fn words(text: &str) -> Vec<String> {
    let plain: String = text.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    plain.split_whitespace().map(String::from).collect()
}

/// Words to insert, delete or replace (Levenshtein).
pub fn distance(a: &[String], b: &[String]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

fn skip(why: &str) {
    let test = std::thread::current().name().unwrap_or("a test").to_string();
    // Not eprintln!, which the harness swallows.
    let _ = writeln!(std::io::stderr(), "\n*** SKIPPED {test}: {why}\n");
}
