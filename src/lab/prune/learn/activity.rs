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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn it_is_the_mean_squared_distance_from_the_mean(
            values in proptest::collection::vec((-5f32..5.0, 10f32..11.0), 1..40), first in 0usize..40,
        ) {
            let tensor = |rows: &[(f32, f32)]| {
                let flat: Vec<f32> = rows.iter().flat_map(|(a, b)| [*a, *b]).collect();
                Tensor::from_vec(flat, (1, rows.len(), 2), &Device::Cpu).unwrap()
            };
            let mut moments = Moments { rows: 0.0, sums: Vec::new(), squares: Vec::new() };
            // In two parts, as pictures come.
            let (a, b) = values.split_at(first.min(values.len()));
            [a, b].into_iter().filter(|part| !part.is_empty()).for_each(|part| moments.add(&tensor(part)).unwrap());
            let wanted = |of: fn(&(f32, f32)) -> f32| {
                let of: Vec<f64> = values.iter().map(|pair| f64::from(of(pair))).collect();
                let mean = of.iter().sum::<f64>() / of.len() as f64;
                of.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / of.len() as f64
            };
            let found = moments.variances().unwrap();
            for (found, wanted) in found.into_iter().zip([wanted(|pair| pair.0), wanted(|pair| pair.1)]) {
                prop_assert!((found - wanted).abs() < 2e-3, "{found}, {wanted}");
            }
        }
    }
}
