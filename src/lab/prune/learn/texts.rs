//! Texts without labels: the original says how they feel.

use super::Lesson;
use crate::inference::Options;
use crate::inference::text::SentimentAnalyzer;
use crate::lab::distil::{Label, Pupil, Row};
use crate::lab::evaluate;
use crate::lab::prune::Result;
use crate::lab::prune::iterate::Step;
use crate::lab::train::text::TextNetwork;
use crate::lab::train::{Checkpoint, Error, Event, Flow, Parameters, fit, shuffled};
use crate::model_dir::ModelDir;

/// So many texts are not learned from, in each iteration: by these the best pass is chosen.
const HELD_OUT: usize = 200;
/// Vectors of words and positions stay as they are: a few thousand texts hold a few of the words.
const FIXED: &str = "distilbert.embeddings.";

/// The original, and the texts that it reads.
pub struct Texts {
    teacher: SentimentAnalyzer,
    texts: Vec<String>,
}

impl Texts {
    /// The model of `dir` and the texts of the lesson.
    pub fn open(dir: &ModelDir, lesson: &Lesson) -> Result<Self> {
        let teacher = SentimentAnalyzer::load(dir, &Options::default())?;
        let labelled = evaluate::texts(&lesson.data, teacher.class_names()).map_err(Error::from)?;
        let texts: Vec<String> = labelled.into_iter().map(|labelled| labelled.text).collect();
        if texts.len() < 2 {
            let why = "one text is too few to learn from; give some thousand".into();
            return Err(Error::Data { path: lesson.data.display().to_string(), why }.into());
        }
        Ok(Self { teacher, texts })
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
        let chosen: Vec<&str> = order[..wanted].iter().map(|&at| self.texts[at].as_str()).collect();
        let mut rows = Vec::with_capacity(wanted);
        for judged in self.teacher.judge_batch(&chosen)? {
            // What the original cannot read at once, or at all, teaches nothing.
            if let Ok(judged) = judged
                && judged.windows == 1
            {
                rows.push(Row { ids: judged.tokens, teacher: judged.logits, label: Label::Unknown });
            }
        }
        let held_out = rows.split_off(rows.len() - held_out.min(rows.len() / 2));
        let network = TextNetwork::new(step.config, parameters)?;
        let pupil = Pupil::new(network, rows, held_out, lesson.distillation);
        fit(&pupil, &lesson.plan, checkpoint, watch)?;
        Ok(pupil.into_network().into_parameters())
    }
}
