//! What an image network is made of, as data: the widths of its layers, what a block holds, which maps a residual joins.
//!
//! The networks are built from it, and whoever counts, trains or prunes one reads it. `config.json` of a pruned model
//! states the widths that are left:
//!
//! ```json
//! "widths": {"stem": 16, "blocks": [{"outputs": 16, "squeezed": 8}, {"expanded": 40, "outputs": 16}], "last": 288, "head": 512}
//! ```
//! What those of the paper decide, whether a block widens, has a residual or squeezes, stays as it was: two widths that
//! pruning made equal make no residual.

use super::layers::Padding;
use crate::kernels::Activation;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// A network: a stem, blocks, a convolution, the mean of its pixels, perhaps a layer more, and the classifier.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where strided convolutions put their border of zeros.
    pub padding: Padding,
    /// Channels of the first convolution, `conv_stem`: 3 × 3, stride 2.
    pub stem: usize,
    /// Of the stem and of all behind the blocks.
    pub activation: Activation,
    /// In the order in which a picture goes through them.
    pub blocks: Vec<Block>,
    /// The last convolution before the mean.
    pub last: Last,
    /// Channels of the layer between mean and classifier, `conv_head`, if there is one. It has no batch norm.
    pub head: Option<usize>,
}

/// The convolution between the blocks and the mean of its pixels: of one pixel, with batch norm.
#[derive(Debug, Clone)]
pub struct Last {
    /// Its tensors' name, and that of its batch norm.
    pub names: (String, String),
    /// Its channels.
    pub outputs: usize,
}

/// An inverted residual block (<https://arxiv.org/abs/1801.04381>).
#[derive(Debug, Clone)]
pub struct Block {
    /// timm's: `blocks.<stage>.<block>`.
    pub name: String,
    /// Channels that come in.
    pub inputs: usize,
    /// Channels of the depthwise convolution; `None`: those that come in, with no convolution before.
    pub expanded: Option<usize>,
    /// Channels that go out.
    pub outputs: usize,
    /// Of the depthwise convolution.
    pub kernel: usize,
    /// Of the depthwise convolution.
    pub stride: usize,
    /// Channels between the two layers of squeeze-and-excitation, where the block has one.
    pub squeezed: Option<usize>,
    /// Behind expansion and depthwise convolution.
    pub activation: Activation,
    /// Whether what comes in is added to what goes out.
    pub residual: bool,
}

/// A convolution's name within its block, and its batch norm's.
pub type Names = (&'static str, &'static str);

/// What timm calls the layers of a block: by their place, so that it depends on whether the block widens.
#[derive(Debug, Clone, Copy)]
pub struct BlockNames {
    /// Of the convolution that widens, if there is one.
    pub expand: Option<Names>,
    /// Of the depthwise convolution.
    pub depthwise: Names,
    /// Of the convolution that narrows.
    pub project: Names,
}

impl Block {
    /// What its layers are called.
    pub fn names(&self) -> BlockNames {
        match self.expanded {
            Some(_) => BlockNames {
                expand: Some(("conv_pw", "bn1")),
                depthwise: ("conv_dw", "bn2"),
                project: ("conv_pwl", "bn3"),
            },
            None => BlockNames { expand: None, depthwise: ("conv_dw", "bn1"), project: ("conv_pw", "bn2") },
        }
    }

    /// Channels of the depthwise convolution.
    pub fn middle(&self) -> usize {
        self.expanded.unwrap_or(self.inputs)
    }
}

/// The widths of a network, as a pruned model's configuration states them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Widths {
    /// Of the stem.
    pub stem: usize,
    /// Of each block, in order.
    pub blocks: Vec<BlockWidths>,
    /// Of the last convolution.
    pub last: usize,
    /// Of the layer before the classifier, where the network has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<usize>,
}

/// The widths of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockWidths {
    /// Of the depthwise convolution, where the block widens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expanded: Option<usize>,
    /// What goes out.
    pub outputs: usize,
    /// Between the layers of squeeze-and-excitation, where the block has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub squeezed: Option<usize>,
}

impl Plan {
    /// Its widths.
    pub fn widths(&self) -> Widths {
        let block = |b: &Block| BlockWidths { expanded: b.expanded, outputs: b.outputs, squeezed: b.squeezed };
        Widths {
            stem: self.stem,
            blocks: self.blocks.iter().map(block).collect(),
            last: self.last.outputs,
            head: self.head,
        }
    }

    /// The same network with `widths`, none of which may be wider than its own.
    ///
    /// # Errors
    /// A sentence that names the width that cannot be, as a field of `config.json`.
    pub fn with_widths(mut self, widths: &Widths) -> Result<Self, String> {
        let (got, want) = (widths.blocks.len(), self.blocks.len());
        if got != want {
            return Err(format!("widths.blocks has {got} blocks, the network has {want}"));
        }
        narrow("widths.stem", &mut self.stem, widths.stem)?;
        let mut inputs = self.stem;
        for (i, (block, to)) in self.blocks.iter_mut().zip(&widths.blocks).enumerate() {
            let field = |name| format!("widths.blocks[{i}].{name}");
            narrow_option(&field("expanded"), &mut block.expanded, to.expanded)?;
            narrow(&field("outputs"), &mut block.outputs, to.outputs)?;
            narrow_option(&field("squeezed"), &mut block.squeezed, to.squeezed)?;
            block.inputs = inputs;
            if block.residual && block.outputs != inputs {
                let (field, outputs) = (field("outputs"), block.outputs);
                return Err(format!("{field} is {outputs}, its residual adds {inputs} channels to it"));
            }
            inputs = block.outputs;
        }
        narrow("widths.last", &mut self.last.outputs, widths.last)?;
        narrow_option("widths.head", &mut self.head, widths.head)?;
        Ok(self)
    }
}

fn narrow(field: &str, width: &mut usize, to: usize) -> Result<(), String> {
    let range: RangeInclusive<usize> = 1..=*width;
    if !range.contains(&to) {
        return Err(format!("{field} is {to}, 1 to {width} can be"));
    }
    *width = to;
    Ok(())
}

/// Of a layer that not every network or block has.
fn narrow_option(field: &str, width: &mut Option<usize>, to: Option<usize>) -> Result<(), String> {
    match (width, to) {
        (Some(width), Some(to)) => narrow(field, width, to),
        (None, None) => Ok(()),
        (Some(_), None) => Err(format!("{field} is missing")),
        (None, Some(_)) => Err(format!("{field} is stated, there is no such layer")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::mobilenet_v3;
    use super::*;

    fn plan() -> Plan {
        mobilenet_v3::SMALL.plan(Padding::Same)
    }

    #[test]
    fn its_own_widths_change_nothing_and_are_read_back_as_written() {
        let widths = plan().widths();
        assert_eq!(plan().with_widths(&widths).unwrap().widths(), widths);
        let json = serde_json::to_string(&widths).unwrap();
        assert_eq!(serde_json::from_str::<Widths>(&json).unwrap(), widths);
    }

    #[test]
    fn widths_that_become_equal_make_no_residual() {
        let mut widths = plan().widths();
        // The first block has a stride, the second another width than its input, the third a residual.
        widths.blocks[1].outputs = 16;
        widths.blocks[2].outputs = 16;
        let narrowed = plan().with_widths(&widths).unwrap();
        let residual = |plan: &Plan| plan.blocks.iter().map(|b| b.residual).collect::<Vec<_>>();
        assert_eq!(residual(&narrowed), residual(&plan()));
        assert_eq!(residual(&narrowed)[..3], [false, false, true]);
        assert_eq!(narrowed.blocks[3].inputs, 16);
    }

    #[test]
    fn widths_that_cannot_be_are_named() {
        let says = |change: &dyn Fn(&mut Widths)| {
            let mut widths = plan().widths();
            change(&mut widths);
            plan().with_widths(&widths).unwrap_err()
        };
        assert_eq!(says(&|w| w.stem = 0), "widths.stem is 0, 1 to 16 can be");
        assert_eq!(says(&|w| w.last = usize::MAX), format!("widths.last is {}, 1 to 576 can be", usize::MAX));
        assert_eq!(says(&|w| w.head = None), "widths.head is missing");
        assert_eq!(says(&|w| w.blocks.truncate(10)), "widths.blocks has 10 blocks, the network has 11");
        assert_eq!(says(&|w| w.blocks[1].expanded = Some(73)), "widths.blocks[1].expanded is 73, 1 to 72 can be");
        let no_such_layer = "widths.blocks[0].expanded is stated, there is no such layer";
        assert_eq!(says(&|w| w.blocks[0].expanded = Some(8)), no_such_layer);
        assert_eq!(
            says(&|w| w.blocks[2].outputs = 16),
            "widths.blocks[2].outputs is 16, its residual adds 24 channels to it"
        );
    }
}
