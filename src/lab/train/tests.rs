//! Gradients against finite differences, the network against the engine's, a run that was cut against one that was not.

use super::text::TextNetwork;
use super::*;
use crate::inference::Options;
use crate::inference::text::{SentimentAnalyzer, tiny};
use candle_core::{Device, Tensor, Var};
use proptest::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The gradient of `loss` at `at`, by autograd and by differences, as far apart as they are.
pub fn differences(at: &Tensor, loss: impl Fn(&Tensor) -> Tensor) -> f32 {
    const STEP: f32 = 1e-2;
    let var = Var::from_tensor(at).unwrap();
    let gradient = loss(var.as_tensor()).backward().unwrap();
    let gradient = gradient.get(var.as_tensor()).expect("it has one").flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let values = at.flatten_all().unwrap().to_vec1::<f32>().unwrap();
    let value = |place: usize, step: f32| {
        let mut values = values.clone();
        values[place] += step;
        f64::from(loss(&Tensor::from_vec(values, at.shape(), &Device::Cpu).unwrap()).to_scalar::<f32>().unwrap())
    };
    let difference = |place| ((value(place, STEP) - value(place, -STEP)) / (2.0 * f64::from(STEP))) as f32;
    gradient.iter().enumerate().map(|(place, gradient)| (gradient - difference(place)).abs()).fold(0.0, f32::max)
}

fn matrix(rows: usize, columns: usize) -> impl Strategy<Value = Tensor> {
    proptest::collection::vec(-3f32..3.0, rows * columns)
        .prop_map(move |values| Tensor::from_vec(values, (rows, columns), &Device::Cpu).unwrap())
}

fn softmax(logits: &[f32], temperature: f64) -> Vec<f64> {
    let powers: Vec<f64> = logits.iter().map(|&l| (f64::from(l) / temperature).exp()).collect();
    powers.iter().map(|p| p / powers.iter().sum::<f64>()).collect()
}

fn value(loss: &Tensor) -> f64 {
    f64::from(loss.to_scalar::<f32>().unwrap())
}

proptest! {
    #[test]
    fn the_distillation_loss_is_its_closed_form_and_so_is_its_gradient(
        student in matrix(3, 4), teacher in matrix(3, 4), temperature in 0.5f64..8.0, alpha in 0f64..=1.0,
        labels in proptest::collection::vec(prop_oneof![0u32..4, Just(NO_LABEL)], 3),
    ) {
        let how = Distillation { temperature, alpha };
        let var = Var::from_tensor(&student).unwrap();
        let loss = distillation(var.as_tensor(), &teacher, &labels, how).unwrap();
        let gradient = loss.backward().unwrap().get(var.as_tensor()).unwrap().to_vec2::<f32>().unwrap();
        let (said, known) = (student.to_vec2::<f32>().unwrap(), teacher.to_vec2::<f32>().unwrap());
        let mut want = 0.0;
        for (row, &label) in labels.iter().enumerate() {
            let (q, p) = (softmax(&said[row], temperature), softmax(&known[row], temperature));
            let plain = softmax(&said[row], 1.0);
            let divergence: f64 = p.iter().zip(&q).map(|(p, q)| p * (p / q).ln()).sum();
            let (of_teacher, of_label) = if label == NO_LABEL { (1.0, 0.0) } else { (alpha, 1.0 - alpha) };
            let surprise = if label == NO_LABEL { 0.0 } else { -plain[label as usize].ln() };
            want += (of_teacher * temperature * temperature * divergence + of_label * surprise) / 3.0;
            for class in 0..4 {
                let hit = f64::from(label as usize == class);
                let slope = of_teacher * temperature * (q[class] - p[class]) + of_label * (plain[class] - hit);
                let got = f64::from(gradient[row][class]);
                prop_assert!((got - slope / 3.0).abs() < 1e-4, "row {row}: {got}, {}", slope / 3.0);
            }
        }
        prop_assert!((value(&loss) - want).abs() < 1e-4 * (1.0 + want), "{} {want}", value(&loss));
        let off = differences(&student, |logits| distillation(logits, &teacher, &labels, how).unwrap());
        prop_assert!(off < 5e-3, "{off}");
    }

    #[test]
    fn who_agrees_with_the_teacher_has_nothing_to_learn_from_it(
        logits in matrix(2, 3), temperature in 0.5f64..8.0, shift in -5f64..5.0,
    ) {
        let how = Distillation { temperature, alpha: 1.0 };
        let same = distillation(&(&logits + shift).unwrap(), &logits, &[0, NO_LABEL], how).unwrap();
        prop_assert!(value(&same).abs() < 1e-4, "{}", value(&same));
        // And without the teacher's word it is plain cross-entropy.
        let (deaf, labels) = (Distillation { temperature, alpha: 0.0 }, [2, 1]);
        let plain = value(&cross_entropy(&logits, &labels).unwrap());
        let deaf = value(&distillation(&logits, &(&logits * 2.0).unwrap(), &labels, deaf).unwrap());
        prop_assert!((deaf - plain).abs() < 1e-5);
    }

    #[test]
    fn operations_have_the_gradients_that_differences_find(xs in matrix(3, 5), weight in matrix(4, 5)) {
        let of = |tensor: &Tensor| tensor.sqr().unwrap().mean_all().unwrap();
        let (scale, shift) = (weight.get(0).unwrap(), weight.get(1).unwrap());
        let bias = Tensor::new(&[0.5f32, -1.0, 0.25, 2.0], &Device::Cpu).unwrap();
        prop_assert!(differences(&xs, |xs| of(&ops::softmax(xs).unwrap())) < 1e-3);
        prop_assert!(differences(&xs, |xs| of(&ops::linear(xs, &weight, &bias).unwrap())) < 2e-2);
        prop_assert!(differences(&weight, |weight| of(&ops::linear(&xs, weight, &bias).unwrap())) < 2e-2);
        // An epsilon that bounds the slope where a row happens to be nearly constant.
        prop_assert!(differences(&xs, |xs| of(&ops::layer_norm(xs, &scale, &shift, 0.1).unwrap())) < 2e-2);
    }
}

/// The tiny model of `folder` as it learns.
fn tiny_network(folder: &std::path::Path) -> TextNetwork {
    let dir = tiny::write(folder, &tiny::config());
    TextNetwork::new(dir.config(), Parameters::of_model(&dir, &Device::Cpu).unwrap()).unwrap()
}

#[test]
fn the_network_that_learns_answers_as_the_engine_does() {
    let folder = tempfile::tempdir().unwrap();
    let network = tiny_network(folder.path());
    let engine = SentimentAnalyzer::load(&tiny::open(folder.path()), &Options::default()).unwrap();
    for text in ["a good film", "very bad", "a good film . not a bad film !"] {
        let answer = engine.judge(text).unwrap();
        let logits = network.logits(&[&answer.tokens]).unwrap().to_vec2::<f32>().unwrap().concat();
        assert!(logits.iter().zip(&answer.logits).all(|(a, b)| (a - b).abs() < 1e-4), "{logits:?} {:?}", answer.logits);
    }
}

#[test]
fn every_parameter_of_the_network_has_a_gradient() {
    let folder = tempfile::tempdir().unwrap();
    let network = tiny_network(folder.path());
    let loss = cross_entropy(&network.logits(&[&[2, 5, 6, 3], &[2, 7, 8, 3]]).unwrap(), &[1, 0]).unwrap();
    let gradients = loss.backward().unwrap();
    for (name, var) in network.parameters().iter() {
        let gradient = gradients.get(var.as_tensor()).unwrap_or_else(|| panic!("{name} has none"));
        let size = gradient.sqr().unwrap().sum_all().unwrap().to_scalar::<f32>().unwrap();
        // A bias of the keys shifts all scores of a token alike, which a softmax does not see.
        assert!(size > 0.0 || name.ends_with("k_lin.bias"), "{name}");
    }
}

/// Learns which of two words a text holds.
struct Pupil {
    network: TextNetwork,
    rows: Vec<Vec<u32>>,
    lengths: Vec<usize>,
}

impl Pupil {
    fn new(folder: &std::path::Path) -> Self {
        let rows: Vec<Vec<u32>> = (0..24u32)
            .map(|n| [vec![2], vec![7; (n % 3) as usize], vec![if n % 2 == 0 { 5 } else { 6 }, 3]].concat())
            .collect();
        let lengths = rows.iter().map(Vec::len).collect();
        Self { network: tiny_network(folder), rows, lengths }
    }

    fn mean_loss(&self, batch: &[usize]) -> Result<Tensor> {
        let texts: Vec<&[u32]> = batch.iter().map(|&row| &self.rows[row][..]).collect();
        let labels: Vec<u32> = batch.iter().map(|&row| row as u32 % 2).collect();
        cross_entropy(&self.network.logits(&texts)?, &labels)
    }
}

impl Learner for Pupil {
    fn parameters(&self) -> &Parameters {
        self.network.parameters()
    }

    fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    fn loss(&self, batch: &[usize], _: usize) -> Result<Tensor> {
        self.mean_loss(batch)
    }

    fn judge(&self) -> Result<f64> {
        Ok(-value(&self.mean_loss(&[0, 3])?))
    }
}

fn values(pupil: &Pupil) -> Vec<Vec<f32>> {
    let all = pupil.parameters().iter();
    all.map(|(_, var)| var.as_tensor().flatten_all().unwrap().to_vec1().unwrap()).collect()
}

#[test]
fn a_run_that_was_cut_ends_as_one_that_was_not() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { epochs: 4, batch: 4, learning_rate: 0.01, checkpoint_steps: 3, ..Plan::default() };
    let whole = Pupil::new(folder.path());
    let before = value(&whole.mean_loss(&[0, 3]).unwrap());
    let at = |name: &str| Checkpoint::new(folder.path().join(name), "a run");
    let outcome = fit(&whole, &plan, &at("whole"), &mut |_| Flow::Go).unwrap();
    assert!(-outcome.judgement < before / 4.0, "from {before} to {}", -outcome.judgement);
    assert!(!at("whole").path().exists());

    // Cut after every fifth step: some are at a checkpoint's, some between epochs.
    let mut cuts = 0;
    let cut = loop {
        let pupil = Pupil::new(folder.path());
        let mut left = 5;
        match fit(&pupil, &plan, &at("cut"), &mut |event| {
            left -= usize::from(matches!(event, Event::Step { .. }));
            if left == 0 { Flow::Stop } else { Flow::Go }
        }) {
            Err(Error::Cancelled) => cuts += 1,
            Ok(outcome) => break (pupil, outcome),
            Err(e) => panic!("{e}"),
        }
    };
    assert!(cuts > 3);
    assert_eq!((cut.1, values(&cut.0)), (outcome, values(&whole)));
}

#[test]
fn a_killed_run_goes_on_from_its_last_checkpoint_to_the_same_end() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { epochs: 2, batch: 4, learning_rate: 0.01, checkpoint_steps: 2, ..Plan::default() };
    let at = |name: &str| Checkpoint::new(folder.path().join(name), "a run");
    let whole = Pupil::new(folder.path());
    let outcome = fit(&whole, &plan, &at("whole"), &mut |_| Flow::Go).unwrap();
    // What is killed writes nothing more: what it learned since the checkpoint is lost, and learned again.
    let killed = std::panic::catch_unwind(|| {
        let pupil = Pupil::new(folder.path());
        let mut left = 5;
        let _ = fit(&pupil, &plan, &at("killed"), &mut |_| {
            left -= 1;
            if left == 0 { std::panic::resume_unwind(Box::new("killed")) } else { Flow::Go }
        });
    });
    assert!(killed.is_err());
    let again = Pupil::new(folder.path());
    let mut resumed = None;
    let end = fit(&again, &plan, &at("killed"), &mut |event| {
        if let Event::Resumed { step } = event {
            resumed = Some(step);
        }
        Flow::Go
    });
    assert_eq!(resumed, Some(4));
    assert_eq!((end.unwrap(), values(&again)), (outcome, values(&whole)));
}

#[test]
fn a_checkpoint_that_is_broken_or_of_another_run_is_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { epochs: 1, batch: 4, ..Plan::default() };
    let pupil = Pupil::new(folder.path());
    let path = folder.path().join("checkpoint");
    let stopped = fit(&pupil, &plan, &Checkpoint::new(&path, "one"), &mut |_| Flow::Stop);
    assert!(matches!(stopped, Err(Error::Cancelled)) && path.exists());
    let said = |run: &str| fit(&pupil, &plan, &Checkpoint::new(&path, run), &mut |_| Flow::Go).unwrap_err().to_string();
    assert!(said("another").contains("other settings or data; remove it"), "{}", said("another"));
    let whole = std::fs::read(&path).unwrap();
    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(said("one").contains("remove it to begin anew"), "{}", said("one"));
    std::fs::write(&path, "").unwrap();
    assert!(said("one").contains("remove it to begin anew"), "{}", said("one"));
}

#[test]
fn it_ends_early_once_nothing_gets_better_and_keeps_the_best() {
    /// Gets worse after its second epoch.
    struct Tired(Pupil, AtomicUsize);
    impl Learner for Tired {
        fn parameters(&self) -> &Parameters {
            self.0.parameters()
        }
        fn lengths(&self) -> &[usize] {
            self.0.lengths()
        }
        fn loss(&self, batch: &[usize], epoch: usize) -> Result<Tensor> {
            self.0.loss(batch, epoch)
        }
        fn judge(&self) -> Result<f64> {
            Ok([1.0, 2.0, 1.5, 1.0, 3.0][self.1.fetch_add(1, Ordering::Relaxed)])
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan { epochs: 5, batch: 8, patience: Some(1), ..Plan::default() };
    let tired = Tired(Pupil::new(folder.path()), Default::default());
    let mut after_second = Vec::new();
    let outcome = fit(&tired, &plan, &Checkpoint::new(folder.path().join("c"), ""), &mut |event| {
        if matches!(event, Event::Epoch { epoch: 1, .. }) {
            after_second = values(&tired.0);
        }
        Flow::Go
    });
    let outcome = outcome.unwrap();
    assert_eq!(values(&tired.0), after_second);
    assert_eq!((outcome.epoch, outcome.judgement, tired.1.into_inner()), (1, 2.0, 3));
}

#[test]
fn a_batch_in_parts_moves_the_parameters_as_one_in_one_piece_does() {
    let folder = tempfile::tempdir().unwrap();
    // 96 equally long rows: a batch of three parts.
    let long = |pupil: Pupil| {
        let rows: Vec<Vec<u32>> = (0..96u32).map(|at| vec![2, 5 + at % 2, 7 + at % 5, 3]).collect();
        Pupil { lengths: vec![4; 96], rows, ..pupil }
    };
    let pupil = long(Pupil::new(folder.path()));
    let plan = Plan { epochs: 1, batch: 96, learning_rate: 0.01, ..Plan::default() };
    let whole = pupil.mean_loss(&(0..96).collect::<Vec<_>>()).unwrap();
    let by_tensor = whole.backward().unwrap();
    let mut gradients = Gradients::new();
    for (name, var) in pupil.parameters().iter() {
        gradients.extend(by_tensor.get(var.as_tensor()).map(|gradient| (name.to_string(), gradient.detach())));
    }
    let moved = long(Pupil::new(folder.path()));
    let schedule = Schedule { peak: plan.learning_rate, warmup_steps: 0, steps: 1 };
    let mut optimizer = AdamW::new(moved.parameters(), plan.weight_decay, plan.clip_norm).unwrap();
    optimizer.step(moved.parameters(), &gradients, schedule.at(0)).unwrap();
    let mut loss = 0.0;
    fit(&pupil, &plan, &Checkpoint::new(folder.path().join("c"), ""), &mut |event| {
        if let Event::Step { loss: value, .. } = event {
            loss = f64::from(value);
        }
        Flow::Go
    })
    .unwrap();
    assert!((loss - value(&whole)).abs() < 1e-5, "{loss}, {}", value(&whole));
    for (name, (parts, one)) in
        pupil.parameters().iter().map(|(name, _)| name).zip(values(&pupil).iter().zip(values(&moved)))
    {
        // A first step moves every number by the rate, whichever way its gradient goes: where that is rounding, so is the
        // way. Of the keys' biases it is nothing else.
        if name.ends_with("k_lin.bias") {
            continue;
        }
        let off = parts.iter().zip(&one).filter(|(a, b)| (*a - *b).abs() > 1e-4).count();
        assert!(off * 20 <= parts.len(), "{name}: {off} of {}", parts.len());
    }
}

#[test]
fn what_cannot_be_learned_from_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let at = Checkpoint::new(folder.path().join("c"), "");
    let pupil = Pupil { lengths: Vec::new(), ..Pupil::new(folder.path()) };
    let said = fit(&pupil, &Plan::default(), &at, &mut |_| Flow::Go).unwrap_err().to_string();
    assert!(said.contains("nothing to learn from"), "{said}");
    let plan = Plan { learning_rate: f64::INFINITY, batch: 4, ..Plan::default() };
    let said = fit(&Pupil::new(folder.path()), &plan, &at, &mut |_| Flow::Go).unwrap_err().to_string();
    assert!(said.contains("the loss is NaN; try a smaller learning rate"), "{said}");
}
