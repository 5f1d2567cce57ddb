//! Texts without labels: the original says how they feel.

use super::Lesson;
use crate::inference::Options;
use crate::inference::text::{self, SentimentAnalyzer, Tokenizer};
use crate::lab::distil::{Label, Pupil, Row};
use crate::lab::evaluate;
use crate::lab::prune::Result;
use crate::lab::prune::iterate::Step;
use crate::lab::train::text::TextNetwork;
use crate::lab::train::{self, Checkpoint, Error, Event, Flow, Parameters, batches, fit, shuffled};
use crate::model_dir::ModelDir;
use candle_core::Device;
use rayon::prelude::*;

/// So many texts are not learned from, in each iteration: by these the best pass is chosen.
const HELD_OUT: usize = 200;
/// Texts that the original is asked at once.
const ASKED: usize = 64;
/// Vectors of words and positions stay as they are: a few thousand texts hold a few of the words.
const FIXED: &str = "distilbert.embeddings.";

/// The original, and the texts that it reads.
pub struct Texts {
    /// On the device that learns: a GPU answers many texts in the time that a processor takes for one.
    teacher: TextNetwork,
    /// Token ids.
    pub(super) texts: Vec<Vec<u32>>,
}

impl Texts {
    /// The model of `dir`, on `device`, and the texts of the lesson. What the model cannot read at once teaches nothing.
    pub fn open(dir: &ModelDir, lesson: &Lesson, device: &Device) -> Result<Self> {
        // Checks model and tokenizer, and knows the names of the classes.
        let classes = SentimentAnalyzer::load(dir, &Options::default())?.class_names().to_vec();
        let config = text::config(dir)?;
        let tokenizer = Tokenizer::load(dir, config.vocab_size)?;
        let labelled = evaluate::texts(&lesson.data, &classes).map_err(Error::from)?;
        let mut texts = Vec::with_capacity(labelled.len());
        for labelled in labelled {
            let ids = tokenizer.row(&labelled.text, usize::MAX)?;
            // [CLS] and [SEP] alone say nothing.
            if (3..=config.max_position_embeddings).contains(&ids.len()) {
                texts.push(ids);
            }
        }
        if texts.len() < 2 {
            let why = format!("{} texts can be read, too few to learn from; give some thousand", texts.len());
            return Err(Error::Data { path: lesson.data.display().to_string(), why }.into());
        }
        let mut parameters = Parameters::of_model(dir, device)?;
        // It does not learn.
        parameters.fix("");
        Ok(Self { teacher: TextNetwork::new(dir.config(), parameters)?, texts })
    }

    /// Teaches what `step` has left.
    pub fn teach(
        &self,
        step: &Step,
        lesson: &Lesson,
        mut parameters: Parameters,
        checkpoint: &Checkpoint,
        watch: &mut dyn FnMut(Event) -> Flow,
    ) -> Result<Parameters> {
        parameters.fix(FIXED);
        let order = shuffled(self.texts.len(), lesson.plan.seed + step.iteration as u64, 0);
        let held_out = HELD_OUT.min(order.len() / 2);
        let wanted = lesson.rows.saturating_add(held_out).min(order.len());
        let mut rows = self.rows(&order[..wanted])?;
        let held_out = rows.split_off(rows.len() - held_out);
        let network = TextNetwork::new(step.config, parameters)?;
        let pupil = Pupil::new(network, rows, held_out, lesson.distillation);
        fit(&pupil, &lesson.plan, checkpoint, watch)?;
        Ok(pupil.into_network().into_parameters())
    }

    /// The texts at `places` with what the original says of them, in this order.
    pub(super) fn rows(&self, places: &[usize]) -> train::Result<Vec<Row>> {
        let lengths: Vec<usize> = places.iter().map(|&at| self.texts[at].len()).collect();
        let asked = batches(&lengths, ASKED, 0, 0);
        let answered = asked.par_iter().map(|batch| {
            let texts: Vec<&[u32]> = batch.iter().map(|&row| &self.texts[places[row]][..]).collect();
            Ok(self.teacher.logits(&texts)?.to_vec2::<f32>()?)
        });
        let answered: Vec<Vec<Vec<f32>>> = answered.collect::<train::Result<_>>()?;
        let mut said = vec![Vec::new(); places.len()];
        asked.iter().flatten().zip(answered.into_iter().flatten()).for_each(|(&row, logits)| said[row] = logits);
        let row = |(&at, teacher): (&usize, _)| Row { ids: self.texts[at].clone(), teacher, label: Label::Unknown };
        Ok(places.iter().zip(said).map(row).collect())
    }
}
