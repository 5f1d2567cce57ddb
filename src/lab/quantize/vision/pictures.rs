//! The pictures that ranges are found on.

use super::super::{Error, Result};
use crate::inference::vision::{ImageClassifier, RgbFrame, Selection};
use crate::inference::{Error as ModelError, Options};
use crate::lab::evaluate::{self, Agreement, Refused, agreement, picture_files};
use crate::model_dir::ModelDir;
use candle_core::Tensor;
use std::path::{Path, PathBuf};

/// Pictures that can be read, and how a model wants to see them.
#[derive(Debug)]
pub struct Pictures {
    classifier: ImageClassifier,
    files: Vec<PathBuf>,
    /// Of their names and contents, in the order of their names.
    pub sha256: String,
    /// Those that cannot be read.
    pub refused: Vec<Refused>,
}

impl Pictures {
    /// Those in `folder`, and in the folders in it, as the model of `dir` sees them.
    ///
    /// # Errors
    /// [`Error::NoPictures`] where none can be read; the model cannot be loaded.
    pub fn open(dir: &ModelDir, folder: &Path) -> Result<Self> {
        let classifier = ImageClassifier::load(dir, &Options::default())?;
        let found = picture_files(folder).map_err(|error| match error {
            evaluate::Error::Io { path, source } => Error::Read { path, source },
            _ => Error::NoPictures { folder: folder.into(), why: None },
        })?;
        let (mut files, mut refused, mut read) = (Vec::new(), Vec::new(), Sums::default());
        for path in found {
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            match RgbFrame::open(&path).and_then(|_| read.add(&name, &path)) {
                Ok(()) => files.push(path),
                Err(why) => refused.push(Refused { input: path.display().to_string(), why: why.to_string() }),
            }
        }
        if files.is_empty() {
            let why = refused.first().map(|first| format!("{}: {}", first.input, first.why));
            return Err(Error::NoPictures { folder: folder.into(), why });
        }
        Ok(Self { classifier, files, sha256: read.finish(), refused })
    }

    /// How many.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// On how many of them `other` says the same as the model that they were opened for.
    ///
    /// # Errors
    /// A picture has gone, or a model fails.
    pub fn agreement(&self, other: &ImageClassifier) -> Result<Agreement> {
        let selection = Selection { top: 1, ..Selection::default() };
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for path in &self.files {
            let frame = RgbFrame::open(path)?;
            let answer =
                |model: &ImageClassifier| Ok::<_, Error>(model.classify(&frame, &selection)?.first().map(|l| l.index));
            ours.push(answer(&self.classifier)?);
            theirs.push(answer(other)?);
        }
        Ok(agreement(&ours, &theirs))
    }

    /// Each of them, `[1, 3, side, side]`.
    ///
    /// # Errors
    /// One has gone, or what `look` says.
    pub fn each(&self, mut look: impl FnMut(&Tensor) -> Result<()>) -> Result<()> {
        for path in &self.files {
            look(self.classifier.prepare(&RgbFrame::open(path)?)?.tensor())?;
        }
        Ok(())
    }
}

/// The hash of a list of files: of a line for each, its own hash and its name.
#[derive(Default)]
struct Sums(String);

impl Sums {
    fn add(&mut self, name: &str, path: &Path) -> crate::inference::Result<()> {
        let sum = crate::store::Sha256Sum::of_file(path, || true)
            .map_err(|why| ModelError::Input(format!("it cannot be read: {why}")))?;
        self.0 += &format!("{}  {name}\n", sum.expect("nobody stopped it"));
        Ok(())
    }

    fn finish(self) -> String {
        crate::store::Sha256Sum::of(self.0.as_bytes()).to_string()
    }
}
