//! Which parts of which tensors are one channel: the dependency graph, as data.
//!
//! A channel that is made by a convolution is also in its bias or batch norm, in the depthwise filter that looks at it, in
//! both layers of squeeze-and-excitation and in every convolution that reads it; a residual makes the channels of two
//! blocks one. All that goes together is a [`Group`]. Removing a channel and setting it to zero are made from the same
//! groups, so they mean the same channel.

use super::Weights;
use crate::inference::text;
use crate::inference::vision::{Block, Plan};

/// Channels are pruned to multiples of this, since kernels compute so many at once.
const MULTIPLE: usize = 8;

/// All groups of a network.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// No channel is in two.
    pub groups: Vec<Group>,
    /// Which group each block of an image network has where it is widest.
    pub block_middles: Vec<usize>,
    /// Which group each block of an image network gives.
    pub block_outputs: Vec<usize>,
    /// Which group is left of the pixels of an image network's last map.
    pub pooled: usize,
    /// Which group is between these and the classifier, if there is a layer.
    pub head: Option<usize>,
}

/// Channels, heads or units that can go one by one, and all of what each is made of and read by.
#[derive(Debug, Clone)]
pub struct Group {
    /// Where they are made first.
    pub name: String,
    /// How many there are.
    pub width: usize,
    /// Pruned widths are multiples of this, unless fewer are left.
    pub multiple: usize,
    /// Whether they are channels that go from a block to the next.
    pub is_stream: bool,
    /// Where they are.
    pub members: Vec<Member>,
}

/// One axis of a tensor along which the units of a group lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The tensor.
    pub tensor: String,
    /// The axis.
    pub axis: usize,
    /// Entries of the axis that belong to one unit: a head has as many as it is wide.
    pub each: usize,
    /// Whether the units are made here, so that zeros here make them zero behind their activation. Else they are read or
    /// scaled here.
    pub makes: bool,
}

impl Group {
    fn new(name: impl Into<String>, width: usize, multiple: usize) -> Self {
        Self { name: name.into(), width, multiple, is_stream: false, members: Vec::new() }
    }

    fn stream(name: impl Into<String>, width: usize) -> Self {
        Self { is_stream: true, ..Self::new(name, width, MULTIPLE) }
    }

    fn add(&mut self, tensor: String, axis: usize, each: usize, makes: bool) {
        self.members.push(Member { tensor, axis, each, makes });
    }

    /// They are outputs of the layer `name`, in its weight and its bias.
    fn made_by(&mut self, name: &str, each: usize) {
        self.add(format!("{name}.weight"), 0, each, true);
        self.add(format!("{name}.bias"), 0, each, true);
    }

    /// They are outputs of the convolution `conv`, behind which there is the batch norm `norm`, if it was not folded.
    fn made_by_conv(&mut self, weights: &Weights, (conv, norm): (&str, &str)) {
        self.add(format!("{conv}.weight"), 0, 1, true);
        if weights.get(&format!("{conv}.bias")).is_some() {
            return self.add(format!("{conv}.bias"), 0, 1, true);
        }
        self.add(format!("{norm}.weight"), 0, 1, true);
        self.add(format!("{norm}.bias"), 0, 1, true);
        // Without scale and shift these mean nothing.
        self.add(format!("{norm}.running_mean"), 0, 1, false);
        self.add(format!("{norm}.running_var"), 0, 1, false);
    }

    /// They are inputs of the layer `name`.
    fn read_by(&mut self, name: &str, each: usize) {
        self.add(format!("{name}.weight"), 1, each, false);
    }
}

impl Graph {
    /// That of an image network. What the classifier gives is in no group.
    pub fn of_vision(plan: &Plan, weights: &Weights) -> Self {
        let mut graph = Self::default();
        // The group of the channels that go from a block to the next.
        let mut stream = graph.add(Group::stream("stem", plan.stem));
        graph.groups[stream].made_by_conv(weights, ("conv_stem", "bn1"));
        for block in &plan.blocks {
            stream = graph.through(block, stream, weights);
            graph.block_outputs.push(stream);
        }
        let last = &plan.last;
        graph.groups[stream].read_by(&last.names.0, 1);
        let mut features = graph.add(Group::new("last", last.outputs, MULTIPLE));
        graph.groups[features].made_by_conv(weights, (&last.names.0, &last.names.1));
        graph.pooled = features;
        if let Some(head) = plan.head {
            graph.groups[features].read_by("conv_head", 1);
            features = graph.add(Group::new("head", head, MULTIPLE));
            graph.head = Some(features);
            graph.groups[features].made_by("conv_head", 1);
        }
        graph.groups[features].read_by("classifier", 1);
        graph
    }

    /// That of a text network: heads and feed-forward units. The width of a token's vector stays: a layer norm takes
    /// the mean over it, so a zero in it is not nothing.
    pub fn of_text(config: &text::Config) -> Self {
        let mut graph = Self::default();
        for layer in 0..config.n_layers {
            let name = format!("distilbert.transformer.layer.{layer}");
            let mut heads = Group::new(format!("layer {layer} heads"), config.heads_of(layer), 1);
            for part in ["q_lin", "k_lin", "v_lin"] {
                heads.made_by(&format!("{name}.attention.{part}"), config.head_width());
            }
            heads.read_by(&format!("{name}.attention.out_lin"), config.head_width());
            graph.add(heads);
            let mut units = Group::new(format!("layer {layer} feed-forward"), config.hidden_dim_of(layer), MULTIPLE);
            units.made_by(&format!("{name}.ffn.lin1"), 1);
            units.read_by(&format!("{name}.ffn.lin2"), 1);
            graph.add(units);
        }
        graph
    }

    fn add(&mut self, group: Group) -> usize {
        self.groups.push(group);
        self.groups.len() - 1
    }

    /// A block, into which the channels of group `stream` go; the group that comes out.
    fn through(&mut self, block: &Block, stream: usize, weights: &Weights) -> usize {
        let (names, at) = (block.names(), |layer: &str| format!("{}.{layer}", block.name));
        let middle = match names.expand {
            Some((conv, norm)) => {
                self.groups[stream].read_by(&at(conv), 1);
                let middle = self.add(Group::new(format!("{} expanded", block.name), block.middle(), MULTIPLE));
                self.groups[middle].made_by_conv(weights, (&at(conv), &at(norm)));
                middle
            }
            None => stream,
        };
        self.block_middles.push(middle);
        self.groups[middle].made_by_conv(weights, (&at(names.depthwise.0), &at(names.depthwise.1)));
        if let Some(squeezed) = block.squeezed {
            let (reduce, expand) = (at("se.conv_reduce"), at("se.conv_expand"));
            let group = self.add(Group::new(format!("{} squeezed", block.name), squeezed, MULTIPLE));
            self.groups[group].made_by(&reduce, 1);
            self.groups[group].read_by(&expand, 1);
            self.groups[middle].read_by(&reduce, 1);
            // It scales them: zero times any factor is zero.
            self.groups[middle].add(format!("{expand}.weight"), 0, 1, false);
            self.groups[middle].add(format!("{expand}.bias"), 0, 1, false);
        }
        self.groups[middle].read_by(&at(names.project.0), 1);
        let out = match block.residual {
            true => stream,
            false => self.add(Group::stream(format!("{} outputs", block.name), block.outputs)),
        };
        self.groups[out].made_by_conv(weights, (&at(names.project.0), &at(names.project.1)));
        out
    }
}
