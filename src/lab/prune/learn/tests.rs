//! What helps: activity against variances by hand, least squares on a whole network, the original's word.

use super::pictures::Pictures;
use super::refit::refit;
use super::texts::Texts;
use super::*;
use crate::inference::Options;
use crate::inference::text::{SentimentAnalyzer, tiny};
use crate::inference::vision;
use crate::inference::vision::random_model::RandomModel;
use crate::lab::prune::{Choice, choose, folded, remove};
use crate::lab::train::vision::VisionNetwork;
use candle_core::{D, Tensor};
use tempfile::TempDir;

fn lesson(data: &Path) -> Lesson {
    let distillation = Distillation { temperature: 4.0, alpha: 1.0 };
    Lesson { data: data.into(), rows: 100, distillation, features: 10.0, plan: Plan::default() }
}

/// A random network and its plan, weights without batch norms and graph, with pictures in `folder` that it sees.
fn seen(folder: &TempDir) -> (vision::Plan, Weights, Graph, Pictures) {
    let photos = folder.path().join("photos");
    std::fs::create_dir(&photos).unwrap();
    for picture in 0..9u32 {
        let pixel =
            |x: u32, y: u32| image::Rgb([x * 5 + picture * 20, y * 7 * picture, x * y + picture].map(|v| v as u8));
        image::RgbImage::from_fn(40, 40, pixel).save(photos.join(format!("{picture}.png"))).unwrap();
    }
    let dir = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "kept").write(folder.path());
    let (plan, weights) = (vision::plan(&dir).unwrap(), folded(&dir).unwrap().0);
    let graph = Graph::of_vision(&plan, &weights);
    let pictures = Pictures::open(&dir, plan.clone(), &lesson(&photos)).unwrap().0;
    (plan, weights, graph, pictures)
}

fn network(plan: &vision::Plan, weights: &Weights) -> VisionNetwork {
    let mut parameters = Parameters::on(&Device::Cpu);
    weights.iter().for_each(|(name, tensor)| parameters.insert(name, tensor).unwrap());
    VisionNetwork::new(plan.clone(), parameters)
}

/// Of each channel of `xs`, the last dimension.
fn variances(xs: &Tensor) -> Vec<f64> {
    let rows = xs.detach().reshape(((), xs.dim(D::Minus1).unwrap())).unwrap().to_vec2::<f32>().unwrap();
    let of = |channel: usize| {
        let mean = rows.iter().map(|row| f64::from(row[channel])).sum::<f64>() / rows.len() as f64;
        rows.iter().map(|row| (f64::from(row[channel]) - mean).powi(2)).sum::<f64>() / rows.len() as f64
    };
    (0..rows[0].len()).map(of).collect()
}

#[test]
fn activity_is_the_variance_of_what_the_next_layer_reads() {
    let folder = TempDir::new().unwrap();
    let (plan, weights, graph, pictures) = seen(&folder);
    let activity = pictures.activity(&plan, &graph, &weights).unwrap();
    let network = network(&plan, &weights);
    let all: Vec<Tensor> = pictures.whole(100).map(|few| few.unwrap()).collect();
    let mut xs = network.stem(&Tensor::cat(&all, 0).unwrap()).unwrap();
    let mut checked = Vec::new();
    for (at, block) in plan.blocks.iter().enumerate() {
        let middle = network.middle(block, &xs).unwrap();
        checked.push((graph.block_middles[at], variances(&middle)));
        xs = network.narrow(block, &middle, &xs).unwrap();
    }
    // The stem's channels go from block to block: they are in no one's place.
    assert!(graph.groups[checked.remove(0).0].is_stream);
    let pooled = network.pooled(&xs).unwrap();
    checked.push((graph.pooled, variances(&pooled)));
    checked.push((graph.head.unwrap(), variances(&network.features(&pooled).unwrap())));
    for (group, wanted) in &checked {
        let (found, name) = (activity[*group].as_ref().unwrap(), &graph.groups[*group].name);
        let largest = wanted.iter().copied().fold(0.0, f64::max);
        assert!(largest > 0.0 && found.len() == wanted.len(), "{name}");
        assert!(found.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-3 * largest), "{name}: {found:?} {wanted:?}");
    }
    assert_eq!(activity.iter().flatten().count(), checked.len());
}

#[test]
fn a_channel_that_never_moves_goes_first_however_large_its_weights() {
    let folder = TempDir::new().unwrap();
    let (_, mut weights, graph, _) = seen(&folder);
    let head = graph.head.unwrap();
    let mut classifier = weights.get("classifier.weight").unwrap().to_vec2::<f32>().unwrap();
    classifier.iter_mut().for_each(|row| row[3] = 100.0);
    weights.replace("classifier.weight", Tensor::new(classifier, &Device::Cpu).unwrap());
    let widths: Vec<usize> = graph.groups.iter().map(|group| group.width).collect();
    let fewer: Vec<usize> = (0..widths.len()).map(|at| if at == head { 8 } else { widths[at] }).collect();
    let mut activity: Activity = vec![None; widths.len()];
    let stays = |activity: &Activity| choose(&weights, &graph, &fewer, activity).unwrap().kept[head].contains(&3);
    assert!(stays(&activity));
    activity[head] = Some((0..widths[head]).map(|at| if at == 3 { 0.0 } else { 1.0 }).collect());
    assert!(!stays(&activity));
}

/// Without every third channel of each group, the student before and behind least squares, and the teacher.
fn logits_around_refit(step: usize) -> [Tensor; 3] {
    let folder = TempDir::new().unwrap();
    let (plan, weights, graph, pictures) = seen(&folder);
    let kept = |width: usize| (0..width).filter(|at| at % step != step - 1).collect();
    let choice = Choice { kept: graph.groups.iter().map(|group| kept(group.width)).collect() };
    let mut left = weights.clone();
    remove(&mut left, &graph, &choice).unwrap();
    let narrow = Network::Vision(plan.clone()).with_widths_of(&left);
    let Network::Vision(narrow_plan) = &narrow else { unreachable!() };
    let step = Step {
        iteration: 1,
        structured: true,
        network: &narrow,
        config: &serde_json::Value::Null,
        graph: &narrow.graph(&left),
        kept: &choice.kept,
    };
    let (student, teacher) = (network(narrow_plan, &left), network(&plan, &weights));
    let all: Vec<Tensor> = pictures.whole(100).map(|few| few.unwrap()).collect();
    let logits = |of: &VisionNetwork| of.see(&Tensor::cat(&all, 0).unwrap()).unwrap().logits.detach().copy().unwrap();
    let before = logits(&student);
    refit(&student, &teacher, &all, &step).unwrap();
    [before, logits(&student), logits(&teacher)]
}

fn apart(a: &Tensor, b: &Tensor) -> f32 {
    (a - b).unwrap().sqr().unwrap().mean_all().unwrap().to_scalar().unwrap()
}

#[test]
fn least_squares_bring_what_is_left_nearer_to_the_original_and_leave_a_whole_network_as_it_is() {
    let [before, behind, wanted] = logits_around_refit(3);
    let (before, behind) = (apart(&before, &wanted), apart(&behind, &wanted));
    assert!(behind < 0.1 * before, "{behind} apart, before {before}");
    let [before, behind, wanted] = logits_around_refit(usize::MAX);
    assert!(apart(&before, &wanted) < 1e-9 && apart(&behind, &wanted) < 1e-5, "{}", apart(&behind, &wanted));
}

#[test]
fn texts_come_with_what_the_original_says_of_them() {
    let folder = TempDir::new().unwrap();
    let dir = tiny::write(folder.path(), &tiny::config());
    let texts = ["a good film", "bad", "very good", "a film", "good good bad"];
    let table = folder.path().join("table.tsv");
    let long = "good ".repeat(2000);
    std::fs::write(&table, format!("label\tsentence\n{}0\t{long}\n", texts.map(|t| format!("0\t{t}\n")).concat()))
        .unwrap();
    let read = Texts::open(&dir, &lesson(&table), &Device::Cpu).unwrap();
    let analyzer = SentimentAnalyzer::load(&dir, &Options::default()).unwrap();
    // The one that is too long is not among them.
    let rows = read.rows(&[4, 0, 3, 1, 2]).unwrap();
    assert_eq!(read.texts.len(), texts.len());
    for (row, at) in rows.iter().zip([4, 0, 3, 1, 2]) {
        let judged = analyzer.judge(texts[at]).unwrap();
        assert_eq!(row.ids, judged.tokens, "{}", texts[at]);
        assert!(row.teacher.iter().zip(&judged.logits).all(|(a, b)| (a - b).abs() < 1e-4), "{}", texts[at]);
    }
}
