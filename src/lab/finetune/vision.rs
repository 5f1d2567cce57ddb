//! Pictures, a folder for each class: of the model's own, or of new ones.

use super::{Finetuned, Lesson, Stage, provenance, split};
use crate::inference::vision::{ImageClassifier, Language, RgbFrame, plan};
use crate::inference::{self, Options};
use crate::lab::evaluate::{self, LabelledPicture, Refused};
use crate::lab::made::Made;
use crate::lab::prune::folded;
use crate::lab::train::vision::{VisionNetwork, random_part};
use crate::lab::train::{Checkpoint, Error, Event, Flow, Learner, Parameters, Result, cross_entropy, fit};
use crate::model_dir::{CONFIG_FILE, ModelDir, WEIGHTS_FILE};
use candle_core::{D, Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;

/// One name a line.
const LABELS_FILE: &str = "labels.txt";
/// A model of so many classes is taken for one of ImageNet's, whatever its labels say.
const IMAGENET_CLASSES: usize = 1000;
/// Pictures that are judged at once.
const JUDGED: usize = 16;

/// Lets the image model of `dir` go on learning by `lesson`, and writes what it has become to `out`, which must not be
/// there. Where the folders' names are none of its classes they are its new ones, and its last layer begins anew. What is
/// not finished lies in `checkpoint`, and is gone on from. Pictures that cannot be read are left out, and named.
///
/// # Errors
/// As [`text()`](super::text()).
pub fn vision(
    dir: &ModelDir,
    lesson: &Lesson,
    checkpoint: &Path,
    out: &Path,
    watch: &mut dyn FnMut(Stage) -> Flow,
) -> Result<(Finetuned, Vec<Refused>)> {
    let made = Made::begin(out)?;
    let classifier = ImageClassifier::load(dir, &Options::default())?;
    let (pictures, new_classes) = pictures(&classifier, &lesson.data)?;
    let (pictures, refused) = readable(pictures);
    if let (true, Some(Refused { input, why })) = (pictures.is_empty(), refused.first()) {
        let why = format!("no picture can be read ({input}: {why})");
        return Err(Error::Data { path: lesson.data.display().to_string(), why });
    }
    let (learned, held_out) = split(pictures.len(), &lesson.data, lesson.plan.seed)?;
    let take = |places: &[usize]| places.iter().map(|&at| pictures[at].clone()).collect::<Vec<_>>();

    let (weights, mut config) = folded(dir).map_err(|e| Error::Setting(e.to_string()))?;
    let mut parameters = Parameters::on(&Device::Cpu);
    weights.iter().try_for_each(|(name, tensor)| parameters.insert(name, tensor))?;
    if let Some(classes) = &new_classes {
        begin_anew(&mut parameters, &mut config, classes.len(), lesson.plan.seed)?;
    }
    let pupil = Pupil {
        network: VisionNetwork::new(plan(dir)?, parameters),
        classifier,
        offset: config["logits_offset"].as_u64().unwrap_or(0) as u32,
        lengths: vec![1; learned.len()],
        learned: take(&learned),
        held_out: take(&held_out),
        seed: lesson.plan.seed,
    };
    let accuracy_before = pupil.accuracy()?;
    watch(Stage::Accuracy(accuracy_before));
    let run = format!("{} {lesson:?} {new_classes:?} {}", dir.name(), pictures.len());
    let outcome = fit(&pupil, &lesson.plan, &Checkpoint::new(checkpoint, run), &mut |event| {
        let flow = watch(Stage::Learning(event));
        if matches!(event, Event::Epoch { .. })
            && let Ok(accuracy) = pupil.accuracy()
        {
            watch(Stage::Accuracy(accuracy));
        }
        flow
    })?;
    let finetuned = Finetuned {
        learned: learned.len(),
        held_out: held_out.len(),
        accuracy_before,
        accuracy: pupil.accuracy()?,
        epoch: outcome.epoch + 1,
        steps: outcome.steps,
    };
    made.write(CONFIG_FILE, serde_json::to_string_pretty(&config).expect("plain data serialises") + "\n")?;
    match new_classes {
        Some(classes) => made.write(LABELS_FILE, classes.join("\n") + "\n")?,
        None => made.take(dir, LABELS_FILE)?,
    }
    pupil.parameters().save(&made.dir().join(WEIGHTS_FILE))?;
    made.finish(provenance(dir, lesson, &finetuned))?;
    Ok((finetuned, refused))
}

/// The pictures in `data`, and the names of their classes where these are not the model's.
fn pictures(classifier: &ImageClassifier, data: &Path) -> Result<(Vec<LabelledPicture>, Option<Vec<String>>)> {
    match evaluate::pictures(data, classifier.class_names(Language::English)) {
        Ok(pictures) => Ok((pictures, None)),
        Err(evaluate::Error::Labels { .. }) => {
            let folder = |path: &Path| Some(path.parent()?.file_name()?.to_string_lossy().into_owned());
            let files = evaluate::picture_files(data)?;
            let classes: BTreeSet<String> = files.iter().filter_map(|path| folder(path)).collect();
            let classes: Vec<String> = classes.into_iter().collect();
            if !(2..IMAGENET_CLASSES).contains(&classes.len()) {
                let why = format!("holds {} folders of pictures, 2 to 999 classes can be learned", classes.len());
                return Err(Error::Data { path: data.display().to_string(), why });
            }
            Ok((evaluate::pictures(data, &classes)?, Some(classes)))
        }
        Err(other) => Err(other.into()),
    }
}

/// Those that can be read, and those that cannot, with the reason.
fn readable(pictures: Vec<LabelledPicture>) -> (Vec<LabelledPicture>, Vec<Refused>) {
    let why: Vec<Option<String>> =
        pictures.par_iter().map(|picture| RgbFrame::open(&picture.path).err().map(|e| e.to_string())).collect();
    let (mut good, mut refused) = (Vec::new(), Vec::new());
    for (picture, why) in pictures.into_iter().zip(why) {
        match why {
            None => good.push(picture),
            Some(why) => refused.push(Refused { input: picture.path.display().to_string(), why }),
        }
    }
    (good, refused)
}

/// A last layer for so many classes, which knows nothing yet (as wide as Glorot and Bengio have it, 2010).
fn begin_anew(parameters: &mut Parameters, config: &mut Value, classes: usize, seed: u64) -> Result<()> {
    let before = parameters.get("classifier.weight")?;
    let mut shape = before.dims().to_vec();
    shape[0] = classes;
    let deviation = (2.0 / (shape[1] + classes) as f32).sqrt();
    parameters.insert_normal("classifier.weight", &shape, deviation, &mut ChaCha8Rng::seed_from_u64(seed))?;
    parameters.insert("classifier.bias", &Tensor::zeros(classes, before.dtype(), before.device())?)?;
    config["num_classes"] = json!(classes);
    config["logits"] = json!(classes);
    config["logits_offset"] = json!(0);
    Ok(())
}

/// The network, and the pictures that it learns from.
struct Pupil {
    network: VisionNetwork,
    /// Prepares pictures; its own network is not asked.
    classifier: ImageClassifier,
    /// The logit of the first class.
    offset: u32,
    learned: Vec<LabelledPicture>,
    lengths: Vec<usize>,
    held_out: Vec<LabelledPicture>,
    seed: u64,
}

impl Pupil {
    /// The logits of `pictures`, each as `crop` has it, and which is right.
    fn logits(
        &self,
        pictures: &[&LabelledPicture],
        crop: impl Fn(usize, RgbFrame) -> RgbFrame + Sync,
    ) -> Result<(Tensor, Vec<u32>)> {
        let one = |(at, picture): (usize, &&LabelledPicture)| {
            let frame = crop(at, RgbFrame::open(&picture.path)?);
            Ok(self.classifier.prepare(&frame)?.tensor().clone())
        };
        let inputs: Vec<Tensor> = pictures.par_iter().enumerate().map(one).collect::<inference::Result<_>>()?;
        let labels = pictures.iter().map(|picture| picture.class as u32 + self.offset).collect();
        Ok((self.network.see(&Tensor::cat(&inputs, 0)?)?.logits, labels))
    }

    /// The held-out pictures, some at a time, whole.
    fn judged(&self) -> impl Iterator<Item = Result<(Tensor, Vec<u32>)>> {
        self.held_out.chunks(JUDGED).map(|some| self.logits(&some.iter().collect::<Vec<_>>(), |_, frame| frame))
    }

    /// Share of the held-out pictures that it gets right, 0 to 1.
    fn accuracy(&self) -> Result<f64> {
        let mut right = 0;
        for judged in self.judged() {
            let (logits, labels) = judged?;
            let said = logits.argmax(D::Minus1)?.to_vec1::<u32>()?;
            right += said.iter().zip(&labels).filter(|(said, label)| said == label).count();
        }
        Ok(right as f64 / self.held_out.len().max(1) as f64)
    }
}

impl Learner for Pupil {
    fn parameters(&self) -> &Parameters {
        self.network.parameters()
    }

    fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    fn loss(&self, batch: &[usize], epoch: usize) -> Result<Tensor> {
        let pictures: Vec<&LabelledPicture> = batch.iter().map(|&at| &self.learned[at]).collect();
        let (logits, labels) = self.logits(&pictures, |at, frame| {
            let mut random = ChaCha8Rng::seed_from_u64(self.seed);
            // A stream for each picture of each pass: who goes on after a stop sees the same parts.
            random.set_stream((epoch * self.learned.len() + batch[at]) as u64);
            random_part(&frame, &mut random)
        })?;
        cross_entropy(&logits, &labels)
    }

    /// How little the loss is on what is held out.
    fn judge(&self) -> Result<f64> {
        let mut sum = 0.0;
        for judged in self.judged() {
            let (logits, labels) = judged?;
            sum += f64::from(cross_entropy(&logits, &labels)?.to_scalar::<f32>()?) * labels.len() as f64;
        }
        Ok(-sum / self.held_out.len().max(1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::vision::random_model::RandomModel;
    use crate::inference::vision::{Orientation, Selection};
    use crate::lab::train::Plan;
    use crate::model_dir::Limits;
    use std::fs;
    use std::path::PathBuf;

    /// A picture of one colour, nearly.
    fn frame(at: u8, bright: bool) -> RgbFrame {
        let shade = if bright { 200 + at } else { 30 + at };
        let pixels = (0..48 * 48).flat_map(|pixel| [shade, shade.wrapping_sub((pixel % 9) as u8), shade]).collect();
        RgbFrame::new(48, 48, pixels, Orientation::Upright).unwrap()
    }

    fn photos(folder: &Path) -> PathBuf {
        let data = folder.join("photos");
        for (class, bright) in [("night", false), ("day", true)] {
            fs::create_dir_all(data.join(class)).unwrap();
            for at in 0..12 {
                let (width, height, pixels) = frame(at, bright).upright();
                let image = image::RgbImage::from_raw(width, height, pixels).unwrap();
                image.save(data.join(class).join(format!("{at}.png"))).unwrap();
            }
        }
        fs::write(data.join("day/torn.png"), "torn").unwrap();
        data
    }

    #[test]
    fn a_model_learns_classes_of_one_s_own_and_leaves_out_what_it_cannot_read() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "kept").write(folder.path());
        let data = photos(folder.path());
        let plan = Plan { epochs: 8, batch: 8, learning_rate: 2e-3, ..Plan::default() };
        let lesson = Lesson { data: data.clone(), plan };
        let (checkpoint, out) = (folder.path().join("checkpoint"), folder.path().join("out"));
        let tune = |watch: &mut dyn FnMut(Stage) -> Flow| vision(&dir, &lesson, &checkpoint, &out, watch);
        let stopped = tune(&mut |stage| match stage {
            Stage::Learning(Event::Step { step: 2, .. }) => Flow::Stop,
            _ => Flow::Go,
        });
        assert!(matches!(stopped, Err(Error::Cancelled)) && !out.exists());
        let (finetuned, refused) = tune(&mut |_| Flow::Go).unwrap();
        assert!(refused.len() == 1 && refused[0].input.ends_with("torn.png"), "{refused:?}");
        assert_eq!((finetuned.learned, finetuned.held_out, finetuned.accuracy), (22, 2, 1.0), "{finetuned:?}");

        let tuned = ModelDir::open(&out, &Limits::default()).unwrap();
        let tuned = ImageClassifier::load(&tuned, &Options::default()).unwrap();
        for (bright, class) in [(true, "day"), (false, "night")] {
            let labels = tuned.classify(&frame(5, bright), &Selection::default()).unwrap();
            assert_eq!((labels.len(), labels[0].name.as_str()), (2, class));
        }
    }

    #[test]
    fn folders_that_are_the_model_s_classes_leave_its_last_layer_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RandomModel::new("efficientnet_lite", "efficientnet_lite0", "same", "kept").write(folder.path());
        let data = photos(folder.path());
        fs::rename(data.join("day"), data.join("two")).unwrap();
        fs::rename(data.join("night"), data.join("5")).unwrap();
        let plan = Plan { epochs: 1, batch: 16, learning_rate: 1e-9, ..Plan::default() };
        let lesson = Lesson { data: data.clone(), plan };
        let out = folder.path().join("out");
        let tune = || vision(&dir, &lesson, &folder.path().join("checkpoint"), &out, &mut |_| Flow::Go);
        tune().unwrap();
        let tuned = ModelDir::open(&out, &Limits::default()).unwrap();
        let of = |dir: &ModelDir| {
            let labels = ImageClassifier::load(dir, &Options::default()).unwrap();
            labels.classify(&frame(3, true), &Selection::default()).unwrap()
        };
        let (before, after) = (of(&dir), of(&tuned));
        assert_eq!(before.len(), after.len());
        for (before, after) in before.iter().zip(&after) {
            assert!(before.name == after.name && (before.probability - after.probability).abs() < 1e-3);
        }

        fs::remove_dir_all(&out).unwrap();
        fs::remove_dir_all(data.join("5")).unwrap();
        fs::rename(data.join("two"), data.join("only")).unwrap();
        let said = tune().unwrap_err().to_string();
        assert!(said.contains("holds 1 folders of pictures"), "{said}");
    }
}
