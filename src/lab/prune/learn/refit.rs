//! Least squares before gradients: each convolution of one pixel is fitted anew, so that from the channels that are left
//! it makes what the original makes there from all (He et al., <https://arxiv.org/abs/1707.06168>, section 3.2).
//!
//! From the first layer to the last, each on what the layers before it give by then: what these still miss is made up for.
//! It takes one pass over the pictures, where gradients need tens for as much. What both networks see of all of them is
//! held in memory from layer to layer.

use super::pictures::index;
use super::solve::Regression;
use crate::lab::prune::iterate::Step;
use crate::lab::train::Result;
use crate::lab::train::vision::VisionNetwork;
use candle_core::Tensor;

/// Fits `student`, which `step` has left of `teacher`, on `pictures`, some at a time, `[pictures, 3, side, side]`.
///
/// # Errors
/// Those of the computation.
pub fn refit(student: &VisionNetwork, teacher: &VisionNetwork, pictures: &[Tensor], step: &Step) -> Result<()> {
    let kept = |group: usize| index(&step.kept[group]);
    // What both see behind the layers so far.
    let both = |p: &Tensor| Ok((student.stem(p)?.detach(), teacher.stem(p)?.detach()));
    let mut seen = pictures.iter().map(both).collect::<Result<Vec<_>>>()?;
    for (at, block) in student.plan().blocks.iter().enumerate() {
        let (of, names) = (|layer: &str| format!("{}.{layer}", block.name), block.names());
        if let Some((expand, _)) = names.expand {
            let (name, kept) = (of(expand), kept(step.graph.block_middles[at])?);
            let wanted = |(s, t): &(Tensor, Tensor)| Ok((s.clone(), teacher.linear(&name, t)?.index_select(&kept, 3)?));
            fit(student, &name, seen.iter().map(wanted))?;
        }
        let kept = kept(step.graph.block_outputs[at])?;
        let through = |(s, t): &(Tensor, Tensor)| {
            Ok((student.middle(block, s)?.detach(), teacher.block(block, t)?.detach(), s.clone()))
        };
        let behind = seen.iter().map(through).collect::<Result<Vec<_>>>()?;
        let project = of(names.project.0);
        let wanted = |(middle, out, past): &(Tensor, Tensor, Tensor)| {
            let out = out.index_select(&kept, 3)?;
            Ok((middle.clone(), if block.residual { (out - past)? } else { out }))
        };
        fit(student, &project, behind.iter().map(wanted))?;
        let narrowed =
            |(middle, out, past): (Tensor, Tensor, Tensor)| Ok((student.narrow(block, &middle, &past)?.detach(), out));
        seen = behind.into_iter().map(narrowed).collect::<Result<_>>()?;
    }
    behind_the_blocks(student, teacher, &seen, step)
}

/// The last convolution, the layer behind the mean of its pixels, the classifier.
fn behind_the_blocks(
    student: &VisionNetwork,
    teacher: &VisionNetwork,
    seen: &[(Tensor, Tensor)],
    step: &Step,
) -> Result<()> {
    let kept = index(&step.kept[step.graph.pooled])?;
    let last = &student.plan().last.names.0;
    let wanted = |(s, t): &(Tensor, Tensor)| Ok((s.clone(), teacher.linear(last, t)?.index_select(&kept, 3)?));
    fit(student, last, seen.iter().map(wanted))?;
    let pooled = |(s, t): &(Tensor, Tensor)| Ok((student.pooled(s)?.detach(), teacher.pooled(t)?.detach()));
    let pooled = seen.iter().map(pooled).collect::<Result<Vec<_>>>()?;
    if let Some(head) = step.graph.head {
        let kept = index(&step.kept[head])?;
        let wanted =
            |(s, t): &(Tensor, Tensor)| Ok((s.clone(), teacher.linear("conv_head", t)?.index_select(&kept, 1)?));
        fit(student, "conv_head", pooled.iter().map(wanted))?;
    }
    let wanted = |(s, t): &(Tensor, Tensor)| Ok((student.features(s)?.detach(), teacher.logits(t)?.detach()));
    fit(student, "classifier", pooled.iter().map(wanted))
}

/// Fits the layer `name` on rows of what it reads and of what it should make of it.
fn fit(student: &VisionNetwork, name: &str, rows: impl Iterator<Item = Result<(Tensor, Tensor)>>) -> Result<()> {
    let [weight, bias] = ["weight", "bias"].map(|part| format!("{name}.{part}"));
    let before = student.parameters().get(&weight)?.detach();
    let mut regression = Regression::from(&before.flatten_from(1)?.to_vec2()?);
    for row in rows {
        let (read, wanted) = row?;
        regression.add(&read, &wanted)?;
    }
    let (weights, biases) = regression.solve();
    let device = before.device();
    student.parameters().set(&weight, &Tensor::from_vec(weights, before.shape(), device)?)?;
    student.parameters().set(&bias, &Tensor::new(biases, device)?)
}
