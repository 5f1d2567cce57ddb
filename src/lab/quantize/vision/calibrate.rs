//! What is seen on pictures: where the inputs of each layer lie, and how far bytes are off.

use super::super::observer::{Extent, Histogram, Observer};
use super::super::{Bytes, Result};
use super::network::{Conv, Network};
use super::pictures::Pictures;
use crate::inference::vision::LEAST_INT8_INPUTS;
use crate::lab::evaluate::Progress;
use crate::model_dir::Range;
use candle_core::{Device, Tensor};
use std::collections::BTreeMap;

impl Conv {
    /// Whether the engine multiplies it in bytes.
    fn is_int8(&self) -> bool {
        self.kernel == 1 && self.inputs >= LEAST_INT8_INPUTS
    }
}

fn numbers(xs: &Tensor) -> candle_core::Result<Vec<f32>> {
    xs.flatten_all()?.to_vec1()
}

/// Where the inputs of each layer lie that the engine multiplies in bytes, as `observer` sees it.
///
/// # Errors
/// A picture has gone.
pub fn ranges(
    network: &Network,
    pictures: &Pictures,
    observer: Observer,
    progress: &mut dyn Progress,
) -> Result<BTreeMap<String, Range>> {
    let mut extents: BTreeMap<String, Extent> = BTreeMap::new();
    pictures.each(|picture| {
        network.run(picture, &mut |name, conv, xs, _| {
            if conv.is_int8() {
                extents.entry(name.into()).or_default().see(&numbers(xs)?);
            }
            Ok(())
        })?;
        progress.done();
        Ok(())
    })?;
    let mut seen: BTreeMap<String, Histogram> =
        extents.into_iter().map(|(name, extent)| (name, Histogram::new(extent))).collect();
    pictures.each(|picture| {
        network.run(picture, &mut |name, _, xs, _| {
            if let Some(histogram) = seen.get_mut(name) {
                histogram.see(&numbers(xs)?);
            }
            Ok(())
        })?;
        progress.done();
        Ok(())
    })?;
    Ok(seen.into_iter().map(|(name, histogram)| (name, observer.range(&histogram))).collect())
}

/// How far a layer in bytes is off, on the inputs that it has in floats.
#[derive(Debug, Clone, Default)]
pub struct Measured {
    /// Σ y²
    signal: f64,
    /// Σ (y - ŷ)²
    noise: f64,
    /// Σ (y - ŷ) of each output.
    off: Vec<f64>,
    /// Numbers of each output.
    count: f64,
}

impl Measured {
    /// What an output is off in the mean: Nagel et al. 2019, section 4.2, `E[y - ŷ]`, which a bias can make up for.
    pub fn mean_off(&self) -> Vec<f32> {
        self.off.iter().map(|off| (off / self.count.max(1.0)) as f32).collect()
    }

    /// Signal to noise in decibels, once biases make up for the means if `corrected`; `None` where nothing is off.
    pub fn snr_db(&self, corrected: bool) -> Option<f64> {
        let made_up = self.off.iter().map(|off| off * off / self.count.max(1.0)).sum::<f64>();
        let noise = self.noise - if corrected { made_up } else { 0.0 };
        (noise > 0.0).then(|| 10.0 * (self.signal / noise).log10())
    }

    fn see(&mut self, ys: &Tensor, got: &Tensor) -> candle_core::Result<()> {
        let outputs = ys.dim(1)?;
        let (ys, got) = (numbers(ys)?, numbers(got)?);
        let each = ys.len() / outputs;
        self.off.resize(outputs, 0.0);
        self.count += each as f64;
        for (output, (ys, got)) in ys.chunks(each).zip(got.chunks(each)).enumerate() {
            for (y, got) in ys.iter().zip(got) {
                let (y, off) = (f64::from(*y), f64::from(*y) - f64::from(*got));
                self.signal += y * y;
                self.noise += off * off;
                self.off[output] += off;
            }
        }
        Ok(())
    }
}

/// How far each layer of `network` is off when its weights are those `bytes`, and its inputs codes of its range where it
/// has one.
///
/// # Errors
/// A picture has gone.
pub fn measure(
    network: &Network,
    bytes: &BTreeMap<String, Bytes>,
    ranges: &BTreeMap<String, Range>,
    pictures: &Pictures,
    progress: &mut dyn Progress,
) -> Result<BTreeMap<String, Measured>> {
    let rounded = bytes
        .iter()
        .map(|(name, bytes)| (name.clone(), Conv { weight: bytes.to_floats(), ..network.convs[name].clone() }));
    let rounded: BTreeMap<String, Conv> = rounded.collect();
    let mut all: BTreeMap<String, Measured> = BTreeMap::new();
    pictures.each(|picture| {
        network.run(picture, &mut |name, _, xs, ys| {
            let Some(conv) = rounded.get(name) else { return Ok(()) };
            let xs = match ranges.get(name) {
                Some(range) => coded(xs, *range)?,
                None => xs.clone(),
            };
            all.entry(name.into()).or_default().see(ys, &conv.run(&xs, network.plan.padding)?)
        })?;
        progress.done();
        Ok(())
    })?;
    Ok(all)
}

/// What the codes of `xs` stand for, as the kernels find them.
fn coded(xs: &Tensor, Range { least, most }: Range) -> candle_core::Result<Tensor> {
    let (step, rate) = ((most - least) / 255.0, 255.0 / (most - least));
    let zero = (-least * rate).round_ties_even();
    let coded = numbers(xs)?.into_iter().map(|x| ((x * rate + zero).clamp(0.0, 255.0).round_ties_even() - zero) * step);
    Tensor::from_vec(coded.collect::<Vec<f32>>(), xs.shape(), &Device::Cpu)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_lies_in_the_range_is_within_half_a_step(
            values in proptest::collection::vec(-3f32..5.0, 1..50),
        ) {
            let xs = Tensor::from_slice(&values, values.len(), &Device::Cpu).unwrap();
            let mut extent = Extent::default();
            extent.see(&values);
            let range = Range { least: extent.least, most: extent.most };
            prop_assume!(range.least < range.most);
            let step = (range.most - range.least) / 255.0;
            for (value, coded) in values.iter().zip(numbers(&coded(&xs, range).unwrap()).unwrap()) {
                // The code of zero is rounded too, which moves the ends by as much as half a step.
                let at_end = (value - range.least).min(range.most - value) < step;
                prop_assert!((value - coded).abs() <= step * if at_end { 1.001 } else { 0.501 }, "{value} {coded} {step}");
            }
        }
    }

    #[test]
    fn what_is_off_in_the_mean_is_no_noise_once_it_is_made_up_for() {
        let tensor = |values: &[f32]| Tensor::from_slice(values, (1, 2, 1, 2), &Device::Cpu).unwrap();
        let mut measured = Measured::default();
        measured.see(&tensor(&[1.0, 2.0, 3.0, 4.0]), &tensor(&[0.5, 1.5, 3.0, 4.0])).unwrap();
        assert_eq!(measured.mean_off(), [0.5, 0.0]);
        assert!((measured.snr_db(false).unwrap() - 10.0 * (30f64 / 0.5).log10()).abs() < 1e-9);
        assert_eq!(measured.snr_db(true), None);
    }
}
