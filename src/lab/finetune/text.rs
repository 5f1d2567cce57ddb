//! Texts: the classes stay, since a screen has to know which of them is the good feeling.

use super::{Finetuned, Lesson, Stage, provenance, split};
use crate::inference::text::{SentimentAnalyzer, Tokenizer};
use crate::inference::{Error as ModelError, Options, family};
use crate::lab::distil::{Pupil, Row, Text};
use crate::lab::evaluate;
use crate::lab::made::Made;
use crate::lab::train::text::TextNetwork;
use crate::lab::train::{Checkpoint, Distillation, Event, Flow, Learner, Parameters, Result, fit};
use crate::model_dir::{CONFIG_FILE, ModelDir, WEIGHTS_FILE};
use candle_core::Device;
use std::path::Path;

/// What may lie beside weights and configuration.
const TOKENIZER_FILES: [&str; 3] = ["tokenizer.json", "vocab.txt", "tokenizer_config.json"];

/// There is no teacher: labels are all.
const LABELS_ALONE: Distillation = Distillation { temperature: 1.0, alpha: 0.0 };

/// Lets the text model of `dir` go on learning by `lesson`, on `device`, and writes what it has become to `out`, which must
/// not be there. What is not finished lies in `checkpoint`, and is gone on from.
///
/// # Errors
/// The model is of another kind; the data cannot be used; files cannot be written;
/// [`Error::Cancelled`](crate::lab::train::Error::Cancelled) once `watch` says stop.
pub fn text(
    dir: &ModelDir,
    lesson: &Lesson,
    device: &Device,
    checkpoint: &Path,
    out: &Path,
    watch: &mut dyn FnMut(Stage) -> Flow,
) -> Result<Finetuned> {
    if family(dir) != "distilbert" {
        let got = family(dir).to_string();
        return Err(ModelError::WrongFamily { model: dir.name(), got, want: "distilbert" }.into());
    }
    let made = Made::begin(out)?;
    // Checks model and tokenizer, and knows the names of the classes.
    let classes = SentimentAnalyzer::load(dir, &Options::default())?.class_names().to_vec();
    let number = |name: &str| dir.config()[name].as_u64().unwrap_or(0) as usize;
    let tokenizer = Tokenizer::load(dir, number("vocab_size"))?;
    let most = number("max_position_embeddings");
    let mut rows = Vec::new();
    for text in evaluate::texts(&lesson.data, &classes)? {
        let Text { text, label } = text.into();
        rows.push(Row { ids: tokenizer.row(&text, most)?, teacher: vec![0.0; classes.len()], label });
    }
    let (learned, held_out) = split(rows.len(), &lesson.data, lesson.plan.seed)?;
    let take = |places: &[usize]| places.iter().map(|&at| rows[at].clone()).collect::<Vec<Row>>();

    let network = TextNetwork::new(dir.config(), Parameters::of_model(dir, device)?)?;
    let pupil = Pupil::new(network, take(&learned), take(&held_out), LABELS_ALONE);
    let accuracy_before = pupil.accuracy()?;
    watch(Stage::Accuracy(accuracy_before));
    let run = format!("{} {lesson:?} {} {}", dir.name(), rows.len(), pupil.parameters().count());
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
    made.take(dir, CONFIG_FILE)?;
    TOKENIZER_FILES.iter().try_for_each(|name| made.take(dir, name))?;
    pupil.parameters().save(&made.dir().join(WEIGHTS_FILE))?;
    made.finish(provenance(dir, lesson, &finetuned))?;
    Ok(finetuned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::text::tiny;
    use crate::lab::train::{Error, Plan};
    use crate::model_dir::Limits;

    #[test]
    fn a_model_learns_what_its_labels_say_and_goes_on_after_a_stop() {
        let folder = tempfile::tempdir().unwrap();
        let model = folder.path().join("model");
        std::fs::create_dir(&model).unwrap();
        let dir = tiny::write(&model, &tiny::config());
        let data = folder.path().join("texts.tsv");
        // Against what anybody would say.
        let lines = (0..40).map(|at| format!("{}\t{} film\n", at % 2, ["good", "bad"][at % 2]));
        std::fs::write(&data, format!("label\tsentence\n{}", lines.collect::<String>())).unwrap();
        let plan = Plan { epochs: 20, batch: 8, learning_rate: 0.01, ..Plan::default() };
        let lesson = Lesson { data: data.clone(), plan };
        let (checkpoint, out) = (folder.path().join("checkpoint"), folder.path().join("out"));
        let tune = |watch: &mut dyn FnMut(Stage) -> Flow| text(&dir, &lesson, &Device::Cpu, &checkpoint, &out, watch);
        let stopped = tune(&mut |stage| match stage {
            Stage::Learning(Event::Step { step: 3, .. }) => Flow::Stop,
            _ => Flow::Go,
        });
        assert!(matches!(stopped, Err(Error::Cancelled)) && !out.exists());
        let mut resumed = false;
        let finetuned = tune(&mut |stage| {
            resumed |= stage == Stage::Learning(Event::Resumed { step: 3 });
            Flow::Go
        })
        .unwrap();
        assert!(resumed && finetuned.accuracy == 1.0 && finetuned.held_out == 2, "{finetuned:?}");
        let tuned = ModelDir::open(&out, &Limits::default()).unwrap();
        let tuned = SentimentAnalyzer::load(&tuned, &Options::default()).unwrap();
        assert!(tuned.judge("bad film").unwrap().positive > 0.8 && tuned.judge("good film").unwrap().positive < 0.2);

        std::fs::remove_dir_all(&out).unwrap();
        std::fs::write(&data, "label\tsentence\n1\tgood\n").unwrap();
        let said = tune(&mut |_| Flow::Go).unwrap_err().to_string();
        assert!(said.contains("1 inputs are too few"), "{said}");
        std::fs::write(&data, "label\tsentence\njoy\tgood\n").unwrap();
        let said = tune(&mut |_| Flow::Go).unwrap_err().to_string();
        assert!(said.contains("no classes joy"), "{said}");
    }
}
