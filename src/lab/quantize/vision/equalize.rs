//! Cross-layer equalization: channels between two layers are given like ranges.
//!
//! Where `f(s x) = s f(x)`, as for ReLU and no activation, a channel between two layers can be made smaller by `s` before
//! and larger by `s` behind, and the network computes what it did. With `s = √(a b) / b`, `a` and `b` the largest weights
//! into and out of the channel, both become `√(a b)`: no channel is lost in the coarse step that another one needs. Nagel
//! et al. 2019, <https://arxiv.org/abs/1906.04721>, section 4.1. h-swish and ReLU6 bend at places of their own, so
//! channels that pass them stay as they are.

use super::network::{Conv, Network};
use crate::inference::vision::Block;
use crate::kernels::Activation;

/// Three layers in a row pull at each other; they have settled long before this.
const ROUNDS: usize = 40;
/// Factors nearer to 1 than this change nothing that a byte would show.
const SETTLED: f32 = 1e-3;

/// Equalizes what can be in `network`, and names the pairs of layers.
pub fn equalize(network: &mut Network) -> Vec<String> {
    let mut pairs = Vec::new();
    for block in network.plan.blocks.clone() {
        if block.activation != Activation::Relu {
            continue;
        }
        let (names, of) = (block.names(), |name: &str| format!("{}.{name}", block.name));
        let (depthwise, project) = (of(names.depthwise.0), of(names.project.0));
        let expand = names.expand.map(|(expand, _)| of(expand));
        for _ in 0..ROUNDS {
            let mut furthest = 0f32;
            if let Some(expand) = &expand {
                furthest = furthest.max(pair(network, &block, expand, &depthwise));
            }
            furthest = furthest.max(pair(network, &block, &depthwise, &project));
            if furthest < SETTLED {
                break;
            }
        }
        pairs.extend(expand.map(|expand| format!("{expand} + {depthwise}")));
        pairs.push(format!("{depthwise} + {project}"));
    }
    pairs
}

/// Equalizes the channels from the layer `before` to `behind`: by how much a factor differs from 1 at most.
fn pair(network: &mut Network, block: &Block, before: &str, behind: &str) -> f32 {
    let into = largest(&network.convs[before], Conv::output_of);
    let out = largest(&network.convs[behind], Conv::input_of);
    let factors: Vec<f32> = into
        .iter()
        .zip(&out)
        .map(|(a, b)| {
            let factor = (a / b).sqrt();
            // A channel of zeros has no range to share.
            if factor.is_finite() && factor > 0.0 { factor } else { 1.0 }
        })
        .collect();
    let of = |network: &mut Network, name: &str, channel_of: fn(&Conv, usize) -> usize, up: bool| {
        let conv = network.convs.get_mut(name).expect("the plan names its layers");
        for at in 0..conv.weight.len() {
            let factor = factors[channel_of(conv, at)];
            conv.weight[at] *= if up { factor } else { 1.0 / factor };
        }
    };
    of(network, before, Conv::output_of, false);
    let bias = &mut network.convs.get_mut(before).expect("as above").bias;
    bias.iter_mut().zip(&factors).for_each(|(bias, factor)| *bias /= factor);
    of(network, behind, Conv::input_of, true);
    // Between the depthwise layer and the one that narrows, the means of the channels are looked at as well.
    if block.squeezed.is_some() && behind.ends_with(block.names().project.0) {
        of(network, &format!("{}.se.conv_reduce", block.name), Conv::input_of, true);
    }
    factors.iter().fold(0.0, |most, factor| most.max((factor - 1.0).abs()))
}

/// The size of the largest weight of each channel, of which `channel_of` tells which one a weight is of.
fn largest(conv: &Conv, channel_of: fn(&Conv, usize) -> usize) -> Vec<f32> {
    let mut sizes = Vec::new();
    for (at, weight) in conv.weight.iter().enumerate() {
        let channel = channel_of(conv, at);
        if sizes.len() <= channel {
            sizes.resize(channel + 1, 0.0);
        }
        sizes[channel] = weight.abs().max(sizes[channel]);
    }
    sizes
}

impl Conv {
    /// The output that the weight at `at` is of.
    fn output_of(&self, at: usize) -> usize {
        at / (self.weight.len() / self.outputs())
    }

    /// The input that the weight at `at` is of.
    fn input_of(&self, at: usize) -> usize {
        if self.groups > 1 { self.output_of(at) } else { at / (self.kernel * self.kernel) % self.inputs }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::Weights;
    use super::*;
    use crate::inference::vision::random_model::{RandomModel, noise};
    use candle_core::{Device, Tensor};

    /// The law: the network computes what it did, and the channels between two layers have like ranges.
    #[test]
    fn the_answer_stays_and_ranges_are_alike() {
        let folder = tempfile::tempdir().unwrap();
        let model = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "kept");
        let dir = model.write(folder.path());
        let mut network = Network::of(&dir, &Weights::open(&dir).unwrap()).unwrap();
        // Channels that differ a thousandfold.
        for (name, conv) in &mut network.convs {
            if name.starts_with("blocks.1") && name.ends_with("conv_dw") {
                let row = conv.weight.len() / conv.outputs();
                conv.weight.chunks_mut(row).step_by(3).flatten().for_each(|w| *w *= 1e-3);
            }
        }
        let picture = Tensor::from_vec(noise()[..3 * 32 * 32].to_vec(), (1, 3, 32, 32), &Device::Cpu).unwrap();
        let logits =
            |network: &Network| network.run(&picture, &mut |_, _, _, _| Ok(())).unwrap().to_vec1::<f32>().unwrap();
        let before = logits(&network);
        let pairs = equalize(&mut network);
        let after = logits(&network);
        let size = before.iter().fold(0f32, |size, x| size.max(x.abs()));
        assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-4 * size), "{before:?} {after:?}");
        // One block without a layer that widens, two with one: those of the paper's table 2 that have ReLU.
        assert_eq!(pairs.len(), 5, "{pairs:?}");
        for pair in pairs {
            let (first, second) = pair.split_once(" + ").unwrap();
            let into = largest(&network.convs[first], Conv::output_of);
            let out = largest(&network.convs[second], Conv::input_of);
            for (a, b) in into.iter().zip(&out).filter(|(a, b)| **a > 0.0 && **b > 0.0) {
                assert!((a / b).ln().abs() < 0.05, "{pair}: {a} {b}");
            }
        }
    }

    #[test]
    fn what_is_not_scale_equivariant_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let dir = RandomModel::new("efficientnet_lite", "tf_efficientnet_lite0", "same", "folded").write(folder.path());
        let mut network = Network::of(&dir, &Weights::open(&dir).unwrap()).unwrap();
        let before = network.convs.clone();
        assert!(equalize(&mut network).is_empty());
        assert!(network.convs.iter().all(|(name, conv)| conv.weight == before[name].weight));
    }
}
