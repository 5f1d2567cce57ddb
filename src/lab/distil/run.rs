//! From a teacher and texts to a student's model directory.

use super::{Augmentation, Neighbours, Pupil, Row, Templates, Text};
use super::{answers, augment, train_vocabulary, word_vectors};
use crate::inference::Options;
use crate::inference::text::{SentimentAnalyzer, Tokenizer};
use crate::lab::evaluate;
use crate::lab::made::Made;
use crate::lab::train::text::{TextNetwork, check_sizes};
use crate::lab::train::{
    Checkpoint, Distillation, Error, Event, Flow, Learner, Parameters, Plan, Result, fit, shuffled,
};
use crate::model_dir::{CONFIG_FILE, ModelDir, WEIGHTS_FILE};
use crate::store::Sha256Sum;
use candle_core::{Device, Tensor};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Labelled texts that are held out, at most, and their least share of all.
const HELD_OUT: usize = 800;
const HELD_OUT_FRAC: usize = 20;
/// A text of fewer words says little about a reader of sentences.
const HELD_OUT_WORDS: usize = 6;
/// The teacher's word vectors.
const TABLE: &str = "distilbert.embeddings.word_embeddings.weight";

/// What is made of what, and how.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// transformers' `config.json` of the student; its `vocab_size` is what it may have at most.
    pub student: Value,
    /// Labelled texts.
    pub data: PathBuf,
    /// Patterns of further sentences.
    pub templates: Option<PathBuf>,
    /// How many sentences are made of them.
    pub templated: usize,
    /// How the labelled texts are multiplied.
    pub augmentation: Augmentation,
    /// The loss.
    pub distillation: Distillation,
    /// The loop.
    pub plan: Plan,
    /// How the teacher is loaded, but for its threads: each asks texts of its own.
    pub teacher: Options,
    /// Where what is learned lies while it is.
    pub device: Device,
}

/// What whoever watches is told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stage {
    /// Texts are made of texts.
    Augmenting,
    /// The teacher has answered so many.
    Answered {
        /// So far.
        done: usize,
        /// Of all.
        of: usize,
    },
    /// The student's vocabulary and vectors are made.
    Beginning,
    /// It learns.
    Learning(Event),
    /// A pass is over: the share of held-out labels that it gets right.
    Accuracy(f64),
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Distilled {
    /// Numbers in the student.
    pub parameters: usize,
    /// Texts that it learned from, made ones among them.
    pub texts: usize,
    /// Texts that were held out.
    pub held_out: usize,
    /// Share of those whose label it gets right, 0 to 1.
    pub accuracy: f64,
    /// After this pass, from 1.
    pub epoch: usize,
    /// Steps in all.
    pub steps: usize,
}

/// Makes the student in `out`, which must not be there. What is not finished lies in `work`, and is gone on from.
///
/// # Errors
/// Data, teacher or student cannot be used; files cannot be written; [`Error::Cancelled`] once `watch` says stop.
pub fn distil(
    teacher: &ModelDir,
    recipe: &Recipe,
    work: &Path,
    out: &Path,
    watch: &mut dyn FnMut(Stage) -> Flow,
) -> Result<Distilled> {
    let made = Made::begin(out)?;
    let config = student_config(recipe, teacher.config());
    check_sizes(&config)?;
    std::fs::create_dir_all(work).map_err(Error::written(work))?;
    let analyzer = SentimentAnalyzer::load(teacher, &Options { threads: Some(1), ..recipe.teacher.clone() })?;
    let vocab_size = teacher.config()["vocab_size"].as_u64().unwrap_or(0) as usize;
    let tokenizer = Tokenizer::load(teacher, vocab_size)?;
    let table = Parameters::of_model(teacher, &Device::Cpu)?.get(TABLE)?;

    watch(Stage::Augmenting);
    let classes = classes(teacher.config());
    let (learned, held_out) = texts(recipe, &classes, &tokenizer, &table)?;
    let all: Vec<&str> = learned.iter().chain(&held_out).map(|text| text.text.as_str()).collect();
    let of = all.len();
    let asks = format!("{} {:?} {}", fingerprint(teacher)?, recipe.teacher.variant, recipe.teacher.unit);
    let said = answers(&analyzer, &asks, &all, classes.len(), &work.join("answers"), &mut |done| {
        watch(Stage::Answered { done, of }) == Flow::Go
    })?;

    watch(Stage::Beginning);
    let wanted = recipe.student["vocab_size"].as_u64().unwrap_or(0) as usize;
    // Of the held-out texts too: a vocabulary is of a language, and knows no labels.
    let vocabulary = train_vocabulary(all.iter().copied(), wanted)?;
    let (config, network) = student(recipe, config, &vocabulary, &tokenizer, &table)?;
    let own = Tokenizer::of_vocab(vocabulary.as_bytes(), "the student")?;
    let most = config["max_position_embeddings"].as_u64().unwrap_or(0) as usize;
    let row =
        |(text, teacher): (&Text, Vec<f32>)| Ok(Row { ids: own.row(&text.text, most)?, teacher, label: text.label });
    let mut rows: Vec<Row> = learned.iter().chain(&held_out).zip(said).map(row).collect::<Result<_>>()?;
    let judged = rows.split_off(learned.len());
    let (texts, held_out) = (rows.len(), judged.len());

    let parameters = network.parameters().count();
    let pupil = Pupil::new(network, rows, judged, recipe.distillation);
    let run = run_name(recipe, &vocabulary, &asks, texts);
    let checkpoint = Checkpoint::new(work.join("checkpoint"), run);
    let outcome = fit(&pupil, &recipe.plan, &checkpoint, &mut |event| {
        let flow = watch(Stage::Learning(event));
        if matches!(event, Event::Epoch { .. })
            && let Ok(accuracy) = pupil.accuracy()
        {
            watch(Stage::Accuracy(accuracy));
        }
        flow
    })?;
    let distilled = Distilled {
        parameters,
        texts,
        held_out,
        accuracy: pupil.accuracy()?,
        epoch: outcome.epoch + 1,
        steps: outcome.steps,
    };
    made.write(CONFIG_FILE, serde_json::to_string_pretty(&config).expect("plain data serialises") + "\n")?;
    made.write("vocab.txt", &vocabulary)?;
    pupil.parameters().save(&made.dir().join(WEIGHTS_FILE))?;
    made.finish(provenance(teacher, recipe, &distilled))?;
    Ok(distilled)
}

/// What is learned from, made texts among it, and what is held out. Nothing that is held out, and no part of it, is
/// learned from: SST-2's phrases are parts of its sentences.
fn texts(recipe: &Recipe, classes: &[String], tokenizer: &Tokenizer, table: &Tensor) -> Result<(Vec<Text>, Vec<Text>)> {
    let labelled: Vec<Text> = evaluate::texts(&recipe.data, classes)?.into_iter().map(Text::from).collect();
    let seed = recipe.augmentation.seed;
    let most = HELD_OUT.min(labelled.len() / HELD_OUT_FRAC);
    let long = |at: &usize| labelled[*at].text.split_whitespace().count() >= HELD_OUT_WORDS;
    let held: Vec<usize> = shuffled(labelled.len(), seed, 0).into_iter().filter(long).take(most).collect();
    let held_texts: Vec<&str> = held.iter().map(|&at| labelled[at].text.as_str()).collect();
    let (mut learned, mut held_out) = (Vec::new(), Vec::new());
    for (at, text) in labelled.iter().enumerate() {
        if held.contains(&at) {
            held_out.push(text.clone());
        } else if !held_texts.iter().any(|held| held.contains(&text.text) || text.text.contains(held)) {
            learned.push(text.clone());
        }
    }
    if let Some(path) = &recipe.templates {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        learned.extend(Templates::open(path, classes.len())?.sentences(recipe.templated, &mut random));
    }
    let neighbours = Neighbours::among(learned.iter().map(|text| text.text.as_str()), tokenizer, table)?;
    let made = augment(&learned, &neighbours, &recipe.augmentation);
    learned.extend(made);
    if learned.is_empty() || held_out.is_empty() {
        let why = format!("{} texts are too few to learn from and to be judged on", labelled.len());
        return Err(Error::Data { path: recipe.data.display().to_string(), why });
    }
    Ok((learned, held_out))
}

/// The student's `config.json`, with the classes of the teacher's.
fn student_config(recipe: &Recipe, teacher: &Value) -> Value {
    let mut config = recipe.student.clone();
    for labels in ["id2label", "label2id"] {
        config[labels] = teacher[labels].clone();
    }
    config
}

/// The student before it has learned anything, and its `config.json`.
fn student(
    recipe: &Recipe,
    mut config: Value,
    vocabulary: &str,
    tokenizer: &Tokenizer,
    table: &Tensor,
) -> Result<(Value, TextNetwork)> {
    config["vocab_size"] = json!(vocabulary.lines().count());
    let dim = config["dim"].as_u64().unwrap_or(0) as usize;
    if !(1..=table.dim(1)?).contains(&dim) {
        let most = table.dim(1)?;
        return Err(Error::Setting(format!("the student's dim is {dim}, 1 to {most}, the teacher's, can be")));
    }
    let words = word_vectors(vocabulary, tokenizer, table, dim)?;
    let mut random = ChaCha8Rng::seed_from_u64(recipe.plan.seed);
    let network = TextNetwork::fresh(&config, &words, Parameters::on(&recipe.device), &mut random)?;
    Ok((config, network))
}

/// The names of the teacher's classes, in the order of its logits.
fn classes(config: &Value) -> Vec<String> {
    let names = config["id2label"].as_object();
    let count = names.map_or(0, serde_json::Map::len);
    (0..count).filter_map(|id| Some(names?.get(&id.to_string())?.as_str()?.to_string())).collect()
}

/// Of the teacher's weights: another teacher under the same name answers otherwise.
fn fingerprint(teacher: &ModelDir) -> Result<String> {
    let path = teacher.weights_path();
    let hash = Sha256Sum::of_file(&path, || true).map_err(Error::read(&path))?;
    Ok(hash.map(|hash| hash.to_string()).unwrap_or_default())
}

/// What tells this run from others: a checkpoint of one is not gone on from by another.
fn run_name(recipe: &Recipe, vocabulary: &str, asks: &str, texts: usize) -> String {
    let Recipe { student, augmentation, distillation, plan, .. } = recipe;
    let vocabulary = Sha256Sum::of(vocabulary.as_bytes());
    format!("{student} {augmentation:?} {distillation:?} {plan:?} {vocabulary} {asks} {texts}")
}

fn provenance(teacher: &ModelDir, recipe: &Recipe, distilled: &Distilled) -> Value {
    let Recipe { templated, augmentation, distillation, plan, .. } = recipe;
    let data = recipe.data.file_name().map(|name| name.to_string_lossy());
    json!({
        "what": format!("distilled from {}", teacher.name()),
        "method": "distil",
        "teacher": teacher.name(),
        "teacher_variant": recipe.teacher.variant,
        "data": data,
        "templated": templated,
        "augmentation": augmentation,
        "distillation": distillation,
        "plan": plan,
        "result": distilled,
    })
}
