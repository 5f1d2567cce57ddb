//! Pictures without labels: the original says what it sees in them, on every level.

use super::Lesson;
use super::refit::refit;
use crate::inference::vision::{ImageClassifier, Plan, RgbFrame};
use crate::inference::{self, Options};
use crate::lab::evaluate::{Refused, picture_files};
use crate::lab::prune::iterate::Step;
use crate::lab::prune::{Network, Result, folded};
use crate::lab::train::vision::{Seen, VisionNetwork, random_part};
use crate::lab::train::{
    Checkpoint, Distillation, Error, Event, Flow, Learner, NO_LABEL, Parameters, distillation, fit, shuffled,
};
use crate::model_dir::ModelDir;
use candle_core::{D, Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::path::PathBuf;

/// One picture of so many is not learned from: by these the best pass is chosen.
const HELD_OUT: usize = 20;
/// Pictures that are judged at once.
const JUDGED: usize = 16;
/// Pictures for least squares, at most, which take 6 MB each for MobileNetV3 and twice that for EfficientNet-Lite0.
const FITTED: usize = 400;
/// Looks at each of them: one at all of it, the others at parts.
const LOOKS: usize = 3;

/// The original, and the pictures that it looks at.
pub struct Pictures {
    classifier: ImageClassifier,
    teacher: VisionNetwork,
    learned: Vec<PathBuf>,
    held_out: Vec<PathBuf>,
}

impl Pictures {
    /// The model of `dir` and the pictures of the lesson; those that cannot be read are handed back.
    pub fn open(dir: &ModelDir, plan: Plan, lesson: &Lesson) -> Result<(Self, Vec<Refused>)> {
        let classifier = ImageClassifier::load(dir, &Options::default())?;
        let files = picture_files(&lesson.data).map_err(Error::from)?;
        let refused = files.par_iter().map(|path| RgbFrame::open(path).err().map(|why| why.to_string()));
        let refused: Vec<Option<String>> = refused.collect();
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for (path, why) in files.into_iter().zip(refused) {
            match why {
                None => good.push(path),
                Some(why) => bad.push(Refused { input: path.display().to_string(), why }),
            }
        }
        let held = |at: &usize| at.is_multiple_of(HELD_OUT);
        let (held_out, learned): (Vec<usize>, Vec<usize>) = (0..good.len()).partition(held);
        if learned.is_empty() {
            let first = bad.first().map(|Refused { input, why }| format!(" ({input}: {why})")).unwrap_or_default();
            let why = format!("{} pictures can be read, too few to learn from{first}; give some hundred", good.len());
            return Err(Error::Data { path: lesson.data.display().to_string(), why }.into());
        }
        let mut parameters = Parameters::on(&Device::Cpu);
        folded(dir)?.0.iter().try_for_each(|(name, tensor)| parameters.insert(name, tensor))?;
        let teacher = VisionNetwork::new(plan, parameters);
        let paths = |all: Vec<usize>| all.into_iter().map(|at| good[at].clone()).collect();
        Ok((Self { classifier, teacher, learned: paths(learned), held_out: paths(held_out) }, bad))
    }

    /// Whole pictures, at most `count`, evenly spaced and some at a time.
    pub fn whole(&self, count: usize) -> impl Iterator<Item = inference::Result<Tensor>> {
        let every = self.learned.len().div_ceil(count.max(1)).max(1);
        let chosen: Vec<&PathBuf> = self.learned.iter().step_by(every).collect();
        let few: Vec<Vec<&PathBuf>> = chosen.chunks(JUDGED).map(<[_]>::to_vec).collect();
        few.into_iter().map(|few| self.inputs(&few, |_, frame| frame))
    }

    /// What networks see of the pictures at `paths`, of each the part that `crop` takes.
    fn inputs(
        &self,
        paths: &[&PathBuf],
        crop: impl Fn(usize, RgbFrame) -> RgbFrame + Sync,
    ) -> inference::Result<Tensor> {
        let one = |(at, path): (usize, &&PathBuf)| {
            let frame = crop(at, RgbFrame::open(path)?);
            Ok(self.classifier.prepare(&frame)?.tensor().clone())
        };
        let all: Vec<Tensor> = paths.par_iter().enumerate().map(one).collect::<inference::Result<_>>()?;
        Ok(Tensor::cat(&all, 0)?)
    }

    /// Teaches what `step` has left.
    pub fn teach(
        &self,
        step: &Step,
        lesson: &Lesson,
        parameters: Parameters,
        checkpoint: &Checkpoint,
        watch: &mut dyn FnMut(Event) -> Flow,
    ) -> Result<Parameters> {
        let Network::Vision(plan) = step.network else { unreachable!("the teacher is of the same kind") };
        let seed = lesson.plan.seed + step.iteration as u64;
        let chosen: Vec<PathBuf> = shuffled(self.learned.len(), seed, 0)
            .into_iter()
            .take(lesson.rows)
            .map(|at| self.learned[at].clone())
            .collect();
        let pupil = Pupil {
            teacher: self,
            student: VisionNetwork::new(plan.clone(), parameters),
            lengths: vec![1; chosen.len()],
            pictures: chosen,
            blocks: step
                .graph
                .block_outputs
                .iter()
                .map(|&at| index(&step.kept[at]))
                .collect::<candle_core::Result<_>>()?,
            pooled: index(&step.kept[step.graph.pooled])?,
            how: lesson.distillation,
            features: lesson.features,
            seed,
        };
        // Zeros of single weights would be lost.
        if step.structured && !checkpoint.path().exists() {
            refit(&pupil.student, &self.teacher, &pupil.looks()?, step)?;
        }
        fit(&pupil, &lesson.plan, checkpoint, watch)?;
        Ok(pupil.student.into_parameters())
    }
}

/// What is left of the network, as it learns.
struct Pupil<'a> {
    teacher: &'a Pictures,
    student: VisionNetwork,
    pictures: Vec<PathBuf>,
    lengths: Vec<usize>,
    /// Which channels of the original each block of the student still gives.
    blocks: Vec<Tensor>,
    /// The same of the mean behind the last convolution.
    pooled: Tensor,
    how: Distillation,
    features: f64,
    seed: u64,
}

impl Pupil<'_> {
    /// The mean over pictures of how far the student is from the teacher: in its answer, and by `features` in what it
    /// sees (Romero et al., <https://arxiv.org/abs/1412.6550>), channel by channel, since what is left of the student
    /// began as the same channels.
    fn distance(&self, inputs: &Tensor) -> crate::lab::train::Result<Tensor> {
        let (student, teacher) = (self.student.see(inputs)?, self.teacher.teacher.see(inputs)?);
        let labels = vec![NO_LABEL; inputs.dim(0)?];
        let answers = distillation(&student.logits, &teacher.logits, &labels, self.how)?;
        Ok((answers + (self.features_apart(&student, &teacher)? * self.features)?)?)
    }

    /// The mean over levels of the share of the teacher's variance that the student misses.
    fn features_apart(&self, student: &Seen, teacher: &Seen) -> candle_core::Result<Tensor> {
        let blocks = student.blocks.iter().zip(&teacher.blocks).zip(&self.blocks);
        let levels = blocks.map(|((student, teacher), kept)| missed(student, teacher, kept));
        let levels = levels.chain([missed(&student.pooled, &teacher.pooled, &self.pooled)]);
        let levels = levels.collect::<candle_core::Result<Vec<_>>>()?;
        Tensor::stack(&levels, 0)?.mean_all()
    }

    /// Pictures as they are and some parts of each, a few at a time: what least squares are computed on.
    fn looks(&self) -> inference::Result<Vec<Tensor>> {
        let paths: Vec<&PathBuf> = self.pictures.iter().take(FITTED).collect();
        let mut all = Vec::new();
        for look in 0..LOOKS {
            for (at, few) in paths.chunks(JUDGED).enumerate() {
                all.push(self.teacher.inputs(few, |picture, frame| match look {
                    0 => frame,
                    _ => random_part(&frame, &mut self.random(look, at * JUDGED + picture, LOOKS)),
                })?);
            }
        }
        Ok(all)
    }

    /// Chance of its own for each picture and pass, and for each `purpose`.
    fn random(&self, pass: usize, picture: usize, purpose: usize) -> ChaCha8Rng {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed.wrapping_add((purpose as u64) << 32));
        random.set_stream((pass * self.pictures.len() + picture) as u64);
        random
    }
}

/// Places of channels.
pub(super) fn index(kept: &[usize]) -> candle_core::Result<Tensor> {
    let kept: Vec<u32> = kept.iter().map(|&at| at as u32).collect();
    Tensor::new(kept, &Device::Cpu)
}

/// The squared distance of what `student` sees from the `kept` channels of what `teacher` sees, relative to the variance
/// of these.
fn missed(student: &Tensor, teacher: &Tensor, kept: &Tensor) -> candle_core::Result<Tensor> {
    let channels = teacher.rank() - 1;
    let wanted = teacher.detach().index_select(kept, channels)?;
    let wanted = wanted.reshape(((), wanted.dim(D::Minus1)?))?;
    let variance = wanted.broadcast_sub(&wanted.mean_keepdim(0)?)?.sqr()?.mean_all()?;
    let apart = (student.reshape(wanted.shape())? - wanted)?.sqr()?.mean_all()?;
    apart / (variance + 1e-6)?
}

impl Learner for Pupil<'_> {
    fn parameters(&self) -> &Parameters {
        self.student.parameters()
    }

    fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    fn loss(&self, batch: &[usize], epoch: usize) -> crate::lab::train::Result<Tensor> {
        let paths: Vec<&PathBuf> = batch.iter().map(|&row| &self.pictures[row]).collect();
        let crop = |at: usize, frame: RgbFrame| random_part(&frame, &mut self.random(epoch, batch[at], 0));
        self.distance(&self.teacher.inputs(&paths, crop)?)
    }

    fn judge(&self) -> crate::lab::train::Result<f64> {
        let held_out: Vec<&PathBuf> = self.teacher.held_out.iter().collect();
        let mut sum = 0.0;
        for paths in held_out.chunks(JUDGED) {
            let distance = self.distance(&self.teacher.inputs(paths, |_, frame| frame)?)?.to_scalar::<f32>()?;
            sum += f64::from(distance) * paths.len() as f64;
        }
        Ok(-sum / held_out.len().max(1) as f64)
    }
}
