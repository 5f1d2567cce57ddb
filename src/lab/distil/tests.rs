//! A tiny teacher, a tinier student: from texts to a model directory, at once and cut on the way.

use super::*;
use crate::inference::Options;
use crate::inference::text::{SentimentAnalyzer, tiny};
use crate::lab::train::{Distillation, Error, Event, Flow, Plan};
use crate::model_dir::{Limits, ModelDir};
use candle_core::Device;
use serde_json::{Value, json};
use std::path::Path;

fn recipe(folder: &Path) -> Recipe {
    let mut table = String::from("label\tsentence\n");
    for at in 0..60 {
        let (label, feels) = if at % 2 == 0 { (1, "good") } else { (0, "bad") };
        let more = ["film", "budget", "cool film", "low budget film"][at / 2 % 4];
        let padding = ["a", "the very", "it ' t", "co a", "the co very"][at / 8 % 5];
        table += &format!("{label}\t{padding} {feels} {more} don not a {feels} {at}\n");
    }
    std::fs::write(folder.join("texts.tsv"), table).unwrap();
    std::fs::write(folder.join("patterns.txt"), "x = film | budget\n1\ta good {x}\nneutral\tthe {x}\n").unwrap();
    Recipe {
        student: json!({
            "model_type": "distilbert", "vocab_size": 90, "dim": 4, "n_layers": 1, "n_heads": 2, "hidden_dim": 8,
            "activation": "gelu", "max_position_embeddings": 24,
        }),
        data: folder.join("texts.tsv"),
        templates: Some(folder.join("patterns.txt")),
        templated: 8,
        augmentation: Augmentation { variants: 1, ..Augmentation::default() },
        distillation: Distillation::default(),
        plan: Plan { epochs: 2, batch: 8, learning_rate: 1e-2, ..Plan::default() },
        teacher: Options::default(),
        device: Device::Cpu,
    }
}

fn teacher(folder: &Path) -> ModelDir {
    let path = folder.join("teacher");
    std::fs::create_dir_all(&path).unwrap();
    tiny::write(&path, &tiny::config())
}

fn files(dir: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_student_is_a_model_that_the_engine_runs_and_a_run_that_was_cut_makes_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let (teacher, recipe) = (teacher(folder.path()), recipe(folder.path()));
    let at = |name: &str| (folder.path().join(format!("{name}.work")), folder.path().join(name));
    let (work, whole) = at("whole");
    let distilled = distil(&teacher, &recipe, &work, &whole, &mut |_| Flow::Go).unwrap();
    assert!(distilled.texts > 100 && distilled.held_out == 3, "{distilled:?}");
    assert!((0.0..=1.0).contains(&distilled.accuracy) && distilled.steps > 20);

    let model = ModelDir::open(&whole, &Limits::default()).unwrap();
    let student = SentimentAnalyzer::load(&model, &Options::default()).unwrap();
    assert!((0.0..=1.0).contains(&student.judge("A good film!").unwrap().positive));
    let provenance: Value = serde_json::from_slice(&std::fs::read(whole.join("provenance.json")).unwrap()).unwrap();
    assert_eq!(provenance["teacher"], "teacher");
    assert_eq!(provenance["distillation"], json!({"temperature": 4.0, "alpha": 0.7}));
    assert!(provenance["files"]["vocab.txt"]["sha256"].is_string());

    let (work, cut) = at("cut");
    let mut asked = 0;
    let mut stop = |stop_at: &dyn Fn(Stage) -> bool| {
        let stopped = distil(&teacher, &recipe, &work, &cut, &mut |stage| {
            if let Stage::Answered { done: 0, .. } = stage {
                asked += 1;
            }
            if stop_at(stage) { Flow::Stop } else { Flow::Go }
        });
        assert!(matches!(stopped, Err(Error::Cancelled)) && !cut.exists());
    };
    stop(&|stage| matches!(stage, Stage::Answered { .. }));
    stop(&|stage| matches!(stage, Stage::Learning(Event::Step { step: 7, .. })));
    stop(&|stage| matches!(stage, Stage::Learning(Event::Epoch { .. })));
    distil(&teacher, &recipe, &work, &cut, &mut |_| Flow::Go).unwrap();
    assert_eq!(asked, 2, "the teacher is asked once, and once more after it was stopped before the first answer");
    assert!(files(&whole) == files(&cut));
}

#[test]
fn what_cannot_be_distilled_is_named_and_nothing_is_left_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let teacher = teacher(folder.path());
    let out = folder.path().join("out");
    let said = |change: &dyn Fn(&mut Recipe)| {
        let mut recipe = recipe(folder.path());
        change(&mut recipe);
        let said = distil(&teacher, &recipe, &folder.path().join("work"), &out, &mut |_| Flow::Go).unwrap_err();
        assert!(!out.exists());
        said.to_string()
    };
    for (change, says) in [
        (&(|r: &mut Recipe| r.data = "none.tsv".into()) as &dyn Fn(&mut Recipe), "none.tsv"),
        (&|r| r.student["dim"] = json!(10), "the student's dim is 10, 1 to 8"),
        (&|r| r.student["vocab_size"] = json!(20), "set vocab_size higher"),
        (&|r| r.student["vocab_size"] = Value::Null, "vocab_size is null"),
        (&|r| r.student["n_heads"] = json!(3), "cannot be shared by 3 heads"),
        (&|r| r.student["n_layers"] = Value::Null, "n_layers is null"),
        (&|r| r.templates = Some("none.txt".into()), "none.txt"),
        (&|r| std::fs::write(&r.data, "label\tsentence\n1\tgood\n0\tbad\n").unwrap(), "2 texts are too few"),
    ] {
        assert!(said(change).contains(says), "{}", said(change));
    }
    std::fs::create_dir(&out).unwrap();
    let recipe = recipe(folder.path());
    let there = distil(&teacher, &recipe, &folder.path().join("work"), &out, &mut |_| Flow::Go).unwrap_err();
    assert!(there.to_string().contains("is there already"), "{there}");
}
