//! What is left learns from what was whole: distillation between two iterations of pruning, so that pictures and texts
//! need no labels.

mod activity;
mod pictures;
mod refit;
mod solve;
#[cfg(test)]
mod tests;
mod texts;

use super::iterate::Step;
use super::{Activity, Error, Graph, Network, Result, Weights};
use crate::lab::evaluate::Refused;
use crate::lab::train::{Checkpoint, Distillation, Event, Flow, Parameters, Plan};
use crate::model_dir::ModelDir;
use crate::store::Sha256Sum;
use candle_core::Device;
use pictures::Pictures;
use serde::Serialize;
use std::fs;
use std::path::{Path, PathBuf};
use texts::Texts;

/// From what and how it learns.
#[derive(Debug, Clone, Serialize)]
pub struct Lesson {
    /// A folder of pictures, or a table of texts. Labels are not looked at.
    #[serde(skip)]
    pub data: PathBuf,
    /// Of the data, so much is learned from in each iteration at most, chosen by chance.
    pub rows: usize,
    /// How the original's logits count. There are no labels, so its word is all.
    pub distillation: Distillation,
    /// How much the original's features count beside its logits; pictures only.
    pub features: f64,
    /// The loop, once an iteration.
    pub plan: Plan,
}

/// The model as it was before pruning, and the data that it explains.
pub struct Teacher {
    lesson: Lesson,
    subject: Subject,
    work: PathBuf,
    /// Where it is learned.
    device: Device,
    /// Tells runs apart: of another model, data, lesson or plan.
    run: String,
}

/// The file of the work folder that says whose it is.
const RUN_FILE: &str = "run";

enum Subject {
    Pictures(Box<Pictures>),
    Texts(Box<Texts>),
}

impl Teacher {
    /// The model of `dir`, which explains the data of `lesson` on `device` while it is pruned by `plan`. What is not finished
    /// is kept in the folder `work`. Data that cannot be read are handed back, with the reason.
    ///
    /// # Errors
    /// There is no data, or none of it can be read; the model cannot be loaded; the folder cannot be made, or is that of
    /// another run; [`Error::Device`].
    pub fn new(
        dir: &ModelDir,
        lesson: Lesson,
        plan: &super::Plan,
        device: &Device,
        work: &Path,
    ) -> Result<(Self, Vec<Refused>)> {
        let (subject, data, refused) = match Network::of(dir)? {
            Network::Vision(_) if !device.is_cpu() => return Err(Error::Device),
            Network::Vision(network) => {
                let (pictures, refused) = Pictures::open(dir, network, &lesson)?;
                (Subject::Pictures(Box::new(pictures)), pictures_hash(&lesson.data)?, refused)
            }
            Network::Text(_) => {
                let hash = Sha256Sum::of_file(&lesson.data, || true).map_err(Error::read(&lesson.data))?;
                (Subject::Texts(Box::new(Texts::open(dir, &lesson, device)?)), hash, Vec::new())
            }
        };
        let path = dir.weights_path();
        let model = Sha256Sum::of_file(&path, || true).map_err(Error::read(&path))?;
        fs::create_dir_all(work).map_err(Error::written(work))?;
        let run = Sha256Sum::of(format!("{model:?} {data:?} {lesson:?} {plan:?}").as_bytes()).to_string();
        claim(work, &run)?;
        Ok((Self { lesson, subject, work: work.into(), device: device.clone(), run }, refused))
    }

    /// How much the channels of an image network move in pictures; of texts it is not looked at.
    ///
    /// # Errors
    /// Those of the computation.
    pub fn activity(&self, network: &Network, graph: &Graph, weights: &Weights) -> Result<Activity> {
        match (&self.subject, network) {
            (Subject::Pictures(pictures), Network::Vision(plan)) => pictures.activity(plan, graph, weights),
            _ => Ok(Activity::new()),
        }
    }

    /// Teaches `weights`, which `step` has just pruned. A run that was cut goes on where it was.
    ///
    /// # Errors
    /// Those of [`fit()`](crate::lab::train::fit()).
    pub fn teach(&self, step: &Step, weights: &mut Weights, watch: &mut dyn FnMut(Event) -> Flow) -> Result<()> {
        let name = format!("iteration-{}", step.iteration);
        let done = self.work.join(format!("{name}.safetensors"));
        if !done.exists() {
            let mut parameters = Parameters::on(&self.device);
            weights.iter().try_for_each(|(name, tensor)| parameters.insert(name, tensor))?;
            if !step.structured {
                parameters.keep_zeros()?;
            }
            let run = format!("{} {name}", self.run);
            let checkpoint = Checkpoint::new(self.work.join(format!("{name}.checkpoint")), run);
            let taught = match &self.subject {
                Subject::Pictures(pictures) => pictures.teach(step, &self.lesson, parameters, &checkpoint, watch)?,
                Subject::Texts(texts) => texts.teach(step, &self.lesson, parameters, &checkpoint, watch)?,
            };
            let partial = done.with_extension("partial");
            taught.save(&partial)?;
            fs::rename(&partial, &done).map_err(Error::written(&done))?;
        }
        let taught = candle_core::safetensors::load(&done, &Device::Cpu)
            .map_err(|e| crate::lab::train::Error::Checkpoint { path: done.clone(), why: e.to_string() })?;
        taught.into_iter().for_each(|(name, tensor)| weights.replace(&name, tensor));
        Ok(())
    }
}

/// Makes `work` the folder of `run`. That of another run is left alone: it may be wanted still.
fn claim(work: &Path, run: &str) -> Result<()> {
    let path = work.join(RUN_FILE);
    match fs::read_to_string(&path) {
        Ok(of) if of == run => Ok(()),
        Ok(_) => {
            let why = "is the work of a run with other settings or data".into();
            Err(crate::lab::train::Error::Checkpoint { path: work.into(), why }.into())
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => fs::write(&path, run).map_err(Error::written(&path)),
        Err(e) => Err(Error::read(&path)(e)),
    }
}

/// Of the names and sizes of the pictures: their content is not read for it.
fn pictures_hash(folder: &Path) -> Result<Option<Sha256Sum>> {
    let mut all = String::new();
    for path in crate::lab::evaluate::picture_files(folder).map_err(crate::lab::train::Error::from)? {
        let bytes = fs::metadata(&path).map_err(Error::read(&path))?.len();
        all += &format!("{} {bytes}\n", path.strip_prefix(folder).unwrap_or(&path).display());
    }
    Ok(Some(Sha256Sum::of(all.as_bytes())))
}
