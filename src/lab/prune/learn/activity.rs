//! How much each channel of an image network moves.

use super::pictures::Pictures;
use crate::inference::vision::Plan;
use crate::lab::prune::{Activity, Graph, Result, Weights};
use crate::lab::train::Parameters;
use crate::lab::train::vision::VisionNetwork;
use candle_core::{D, DType, Device, Tensor};

/// Pictures that are looked at: a variance needs no more.
const PICTURES: usize = 128;

/// Sums over rows of what each channel is, and of its square.
#[derive(Clone)]
struct Moments {
    rows: f64,
    sums: Vec<f64>,
    squares: Vec<f64>,
}

impl Moments {
    /// All dimensions of `xs` but the last are rows.
    fn add(&mut self, xs: &Tensor) -> candle_core::Result<()> {
        let xs = xs.detach().reshape(((), xs.dim(D::Minus1)?))?;
        let add = |sums: &mut Vec<f64>, more: Tensor| -> candle_core::Result<()> {
            let more = more.to_dtype(DType::F64)?.to_vec1::<f64>()?;
            sums.resize(more.len(), 0.0);
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
            Ok(())
        };
        add(&mut self.sums, xs.sum(0)?)?;
        add(&mut self.squares, xs.sqr()?.sum(0)?)?;
        self.rows += xs.dim(0)? as f64;
        Ok(())
    }

    fn variances(&self) -> Option<Vec<f64>> {
        let both = self.sums.iter().zip(&self.squares);
        let of = |(sum, square): (&f64, &f64)| (square / self.rows - (sum / self.rows).powi(2)).max(0.0);
        (self.rows > 0.0).then(|| both.map(of).collect())
    }
}

impl Pictures {
    /// The variance of each channel inside of the blocks and behind them, as the layer that reads it next finds it. Those
    /// from block to block are not looked at: a residual carries them on, so that all later layers read them.
    pub fn activity(&self, plan: &Plan, graph: &Graph, weights: &Weights) -> Result<Activity> {
        let mut parameters = Parameters::on(&Device::Cpu);
        weights.iter().try_for_each(|(name, tensor)| parameters.insert(name, tensor))?;
        let network = VisionNetwork::new(plan.clone(), parameters);
        let none = Moments { rows: 0.0, sums: Vec::new(), squares: Vec::new() };
        let mut moments = vec![none; graph.groups.len()];
        for pictures in self.whole(PICTURES) {
            let mut xs = network.stem(&pictures?)?.detach();
            for (at, block) in plan.blocks.iter().enumerate() {
                let middle = network.middle(block, &xs)?.detach();
                if !graph.groups[graph.block_middles[at]].is_stream {
                    moments[graph.block_middles[at]].add(&middle)?;
                }
                xs = network.narrow(block, &middle, &xs)?.detach();
            }
            let pooled = network.pooled(&xs)?.detach();
            moments[graph.pooled].add(&pooled)?;
            if let Some(head) = graph.head {
                moments[head].add(&network.features(&pooled)?)?;
            }
        }
        Ok(moments.iter().map(Moments::variances).collect())
    }
}
