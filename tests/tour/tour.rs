//! What the parts share: the stage, the album, the models that could be found, and a word for whoever reads along.

use super::album::Album;
use super::app::{App, Setting};
use super::stage::{Stage, root};
use onhand::store::Places;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// The models that the tour uses, where they are to be had.
const MODELS: [&str; 4] = ["mobilenet-v3-small", "efficientnet-lite0", "whisper-tiny.en", "distilbert-sst2"];

/// The tour under way.
pub struct Tour {
    pub stage: Stage,
    pub album: Album,
    /// A folder with links to the models that were found.
    models: PathBuf,
    part: &'static str,
    began: Instant,
    skipped: Vec<String>,
}

impl Tour {
    /// Sets the stage.
    pub fn begin() -> Result<Self, String> {
        let stage = Stage::set()?;
        let models = stage.folder("models");
        for (id, path) in MODELS.iter().filter_map(|id| Some((id, find_model(id)?))) {
            std::os::unix::fs::symlink(path, models.join(id)).map_err(|e| e.to_string())?;
        }
        let tour = Self { stage, album: Album::new(), models, part: "", began: Instant::now(), skipped: Vec::new() };
        Ok(tour)
    }

    /// A part begins.
    pub fn enter(&mut self, part: &'static str) {
        self.part = part;
    }

    /// Removes the folders of every part; the models stay.
    pub fn clear(&self) {
        let entries = fs::read_dir(self.stage.dir()).expect("the temporary folder is ours");
        let folders = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir() && *path != self.models);
        for folder in folders {
            if let Err(why) = fs::remove_dir_all(&folder) {
                eprintln!("tour: {} cannot be removed: {why}", folder.display());
            }
        }
    }

    /// A line about what was seen.
    pub fn saw(&self, line: impl AsRef<str>) {
        println!("{:6.1} s  {:<17} {}", self.began.elapsed().as_secs_f64(), self.part, line.as_ref());
    }

    /// A line, past nobody's eyes, about what could not be looked at.
    pub fn skip(&mut self, what: &str, why: &str) {
        let line = format!("{}: {what}: {why}", self.part);
        println!("\n*** SKIPPED {line}\n");
        self.skipped.push(line);
    }

    /// The folder of models; some may be missing.
    pub fn models(&self) -> &Path {
        &self.models
    }

    /// Whether this model is there; if not, that is said, with what is skipped for it.
    pub fn needs(&mut self, id: &str, what: &str) -> bool {
        let there = self.models.join(id).join("config.json").is_file();
        if !there {
            self.skip(what, &format!("model {id} is not installed; `onhand-lab models fetch {id}` gets it where its source can be reached"));
        }
        there
    }

    /// Whether there is any model for pictures.
    pub fn has_eyes(&self) -> bool {
        ["mobilenet-v3-small", "efficientnet-lite0"].iter().any(|id| self.models.join(id).is_dir())
    }

    /// As [`Self::has_eyes`]; if there is none, that is said.
    pub fn needs_eyes(&mut self, what: &str) -> bool {
        let there = self.has_eyes();
        if !there {
            self.skip(what, "no model for pictures is installed; `make models` may install one");
        }
        there
    }

    /// Starts the app in English, as a person does who chose that before.
    pub fn open(&self, setting: &Setting) -> App {
        let app = self.open_quietly(setting);
        self.saw(format!("the window answers {:.1} s after the start", app.started_in.as_secs_f64()));
        app
    }

    /// Without a word about it.
    pub fn open_quietly(&self, setting: &Setting) -> App {
        let config = self.stage.folder(&setting.name).join("config");
        let file = config.join("settings.toml");
        if !file.exists() {
            fs::create_dir_all(&config)
                .and_then(|()| fs::write(&file, "language = \"english\"\n"))
                .expect("our folder");
        }
        let app = App::start(&self.stage, setting);
        app.resize(412, 892);
        app
    }

    /// The last word.
    pub fn end(self, failed: &[&str]) -> ExitCode {
        let index = self.album.write_index();
        println!("\n{} pictures: {}", self.album.len(), index.display());
        for line in &self.skipped {
            println!("*** SKIPPED {line}");
        }
        if failed.is_empty() {
            self.album.forget_failures();
            println!("the tour is complete: {:.0} s", self.began.elapsed().as_secs_f64());
            return ExitCode::SUCCESS;
        }
        println!("*** FAILED: {}", failed.join(", "));
        ExitCode::FAILURE
    }
}

/// Where the product looks, then where `make models` puts them, then beside the repository.
fn find_model(id: &str) -> Option<PathBuf> {
    let places = ["models/installed", "../shared/models"].map(|dir| root().join(dir).join(id));
    let found = Places::new(None).find(id).or_else(|| places.into_iter().find(|dir| dir.is_dir()))?;
    fs::canonicalize(found).ok()
}
