//! What a picture shows.
//!
//! ```text
//! file ── decode ──▶ RgbFrame ── prepare ──▶ Input ── infer ──▶ logits ── labels ──▶ [Label]
//! ```
//!
//! Each arrow is a public call, so that whoever calls can time it; [`ImageClassifier::classify`] is all
//! but the first. A camera makes an [`RgbFrame`] of its own and goes on from there.

mod blocks;
mod config;
mod decode;
mod efficientnet_lite;
mod frame;
mod jpeg;
mod labels;
mod layers;
mod mobilenet_v3;
mod plan;
mod prepare;
#[cfg(test)]
pub(crate) mod random_model;
mod resample;

pub use decode::{MAX_DECODED_BYTES, MAX_FILE_BYTES, MAX_MEMORY_BYTES, MAX_PIXELS};
pub use frame::{Orientation, RgbFrame};
pub use labels::Language;
pub use layers::{LEAST_INT8_INPUTS, Padding};
pub use plan::{Block, BlockNames, BlockWidths, Last, Names, Plan, Widths};
pub use prepare::Input;

use super::{Error, Lack, Options, Placed, Result, Unit, weights};
use crate::kernels::{Arena, Isa, Map, Size};
use crate::model_dir::{Method, ModelDir};
use candle_core::{CpuStorage, CustomOp1, Device, Layout, Shape, Tensor};
use candle_nn::{Module, VarBuilder};
use config::{Architecture, Config};
use efficientnet_lite::EfficientNetLite0;
use labels::Labels;
use layers::{Int8, Norm, Style};
use mobilenet_v3::MobileNetV3;
use prepare::Preparation;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// What the picture may show.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Label {
    /// Class, from 0; in ImageNet-1k's order for models of that data set.
    pub index: usize,
    /// What the class is called.
    pub name: String,
    /// How sure the model is, 0 to 1.
    pub probability: f32,
}

/// Which labels to report.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// No more labels than this.
    pub top: usize,
    /// Only labels at least as probable as this.
    pub threshold: f32,
    /// The language of the names.
    pub language: Language,
}

impl Default for Selection {
    /// The five most probable, however little that is, in English.
    fn default() -> Self {
        Self { top: 5, threshold: 0.0, language: Language::English }
    }
}

/// Activations of a batch take up to 15 MB a picture; a larger batch is run in parts of this many.
const MAX_BATCH: usize = 16;

/// An image classifier, loaded.
#[derive(Debug)]
pub struct ImageClassifier {
    model: String,
    config: Config,
    network: Network,
    placed: Placed,
    preparation: Preparation,
    labels: Labels,
}

/// A network, and the memory of its activations.
#[derive(Debug)]
struct Network {
    layers: Layers,
    arena: Mutex<Arena>,
}

#[derive(Debug)]
enum Layers {
    MobileNetV3(Box<MobileNetV3>),
    EfficientNetLite0(Box<EfficientNetLite0>),
}

impl Network {
    fn load(vb: &VarBuilder, config: &Config, style: Style) -> candle_core::Result<Self> {
        let &Config { ref plan, logits, .. } = config;
        let layers = match config.architecture {
            Architecture::MobileNetV3Small | Architecture::MobileNetV3Large => {
                MobileNetV3::load(vb, plan, logits, style).map(|network| Layers::MobileNetV3(Box::new(network)))
            }
            Architecture::EfficientNetLite0 => EfficientNetLite0::load(vb, plan, logits, style)
                .map(|network| Layers::EfficientNetLite0(Box::new(network))),
        };
        Ok(Self { layers: layers?, arena: Mutex::default() })
    }

    /// The logits of one picture: three planes of `side` × `side`.
    fn logits(&self, planes: &[f32], side: usize) -> Vec<f32> {
        // A panic inside leaves maps that were not given back, and nothing worse.
        let arena = &mut *self.arena.lock().unwrap_or_else(PoisonError::into_inner);
        let border = match &self.layers {
            Layers::MobileNetV3(network) => network.border(),
            Layers::EfficientNetLite0(network) => network.border(),
        };
        let picture = picture(arena, planes, side, border);
        let logits = match &self.layers {
            Layers::MobileNetV3(network) => network.forward(arena, picture),
            Layers::EfficientNetLite0(network) => network.forward(arena, picture),
        };
        let values = logits.values()[..logits.size.channels].to_vec();
        arena.give_back(logits);
        values
    }
}

/// Planes of red, green and blue as a map.
fn picture(arena: &mut Arena, planes: &[f32], side: usize, border: usize) -> Map {
    let mut map = arena.picture(Size { height: side, width: side, channels: 3 }, border);
    let (red, rest) = planes.split_at(side * side);
    let (green, blue) = rest.split_at(side * side);
    for y in 0..side {
        let at = map.at(y, 0);
        let row = y * side..(y + 1) * side;
        let colours = red[row.clone()].iter().zip(&green[row.clone()]).zip(&blue[row]);
        let (pixels, _) = map.values_mut()[at..][..3 * side].as_chunks_mut::<3>();
        for (pixel, ((red, green), blue)) in pixels.iter_mut().zip(colours) {
            *pixel = [*red, *green, *blue];
        }
    }
    map
}

/// `[batch, 3, side, side]` to `[batch, logits]`.
impl CustomOp1 for &Network {
    fn name(&self) -> &'static str {
        "image network"
    }

    fn cpu_fwd(&self, storage: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (batch, _, side, _) = layout.shape().dims4()?;
        let Some((start, end)) = layout.contiguous_offsets() else {
            candle_core::bail!("pictures must lie in memory one after another")
        };
        let pictures = storage.as_slice::<f32>()?[start..end].chunks_exact(3 * side * side);
        let logits: Vec<f32> = pictures.flat_map(|planes| self.logits(planes, side)).collect();
        let shape = Shape::from((batch, logits.len() / batch));
        Ok((CpuStorage::F32(logits), shape))
    }
}

impl Module for Network {
    fn forward(&self, xs: &Tensor) -> candle_core::Result<Tensor> {
        xs.apply_op1_no_bwd(&self)
    }
}

/// The tensors that the configuration of `dir` asks for.
pub(crate) fn expected(dir: &ModelDir) -> Result<BTreeMap<String, Vec<usize>>> {
    expected_by(&Config::of(dir)?)
}

/// The network of `dir`, as data.
///
/// # Errors
/// As [`ImageClassifier::load`], but for the weights, which are not looked at.
pub fn plan(dir: &ModelDir) -> Result<Plan> {
    Ok(Config::of(dir)?.plan)
}

/// The network of `dir`, the side of the picture that it sees, and its logits.
pub(super) fn sizes(dir: &ModelDir) -> Result<(Plan, usize, usize)> {
    let config = Config::of(dir)?;
    Ok((config.plan, config.preparation.input_size as usize, config.logits))
}

/// The epsilon of the batch norms that the model of `dir` has; `None` where they are folded into their convolutions.
///
/// # Errors
/// As [`plan`].
pub fn batch_norm_eps(dir: &ModelDir) -> Result<Option<f64>> {
    Ok(match Config::of(dir)?.style.norm {
        Norm::Folded => None,
        Norm::Kept { eps } => Some(eps),
    })
}

fn expected_by(config: &Config) -> Result<BTreeMap<String, Vec<usize>>> {
    Ok(weights::expected_tensors(|vb| Network::load(&vb, config, config.style).map(drop))?)
}

impl ImageClassifier {
    /// Loads the model in `dir`: MobileNetV3-Small or -Large, or EfficientNet-Lite0.
    ///
    /// # Errors
    /// [`Error::WrongFamily`] for a model of another kind, [`Error::ModelDir`] for a configuration that
    /// cannot be, [`Error::Tensors`] when the weights do not fit it, [`Error::WrongVariant`] against `options`.
    pub fn load(dir: &ModelDir, options: &Options) -> Result<Self> {
        let dir = &*weights::in_variant(dir, options.variant)?;
        let config = Config::of(dir)?;
        let int8 = match dir.recipe().map(|recipe| (recipe.method, &recipe.ranges)) {
            None if options.int8() => Int8::AtLoad,
            None | Some((Method::Weights, _)) => Int8::None,
            Some((Method::Dynamic | Method::Static, ranges)) => Int8::Stored(ranges),
        };
        let style = Style { isa: Isa::chosen().map_err(Error::Input)?, int8, ..config.style };
        weights::compare(dir, &expected_by(&config)?)?;
        let labels = Labels::of(dir, config.classes)?;
        weights::MappedWeights::open(dir)?.check(dir)?;
        let network = Network::load(&weights::map_weights(dir, options.stored(), &Device::Cpu)?, &config, style)?;
        let preparation = Preparation::new(config.preparation.clone());
        let placed = match options.unit {
            Unit::Cpu => Placed::default(),
            asked => Placed::instead_of(asked, Lack::Pictures),
        };
        Ok(Self { model: dir.name(), config, network, placed, preparation, labels })
    }

    /// What it computes on: the processor, whatever was asked for. A picture takes less time than handing it to another
    /// unit.
    pub fn placed(&self) -> &Placed {
        &self.placed
    }

    /// What its classes are called, by class index.
    pub fn class_names(&self, language: Language) -> &[String] {
        self.labels.names(language)
    }

    /// Turns a frame into the network's input.
    ///
    /// # Errors
    /// [`Error::Candle`].
    pub fn prepare(&self, frame: &RgbFrame) -> Result<Input> {
        Ok(self.preparation.prepare(frame)?)
    }

    /// Runs the network on one picture and returns its logits, background class included if it has one.
    ///
    /// # Errors
    /// [`Error::Model`] when the answer is not a number, as damaged weights give; [`Error::Candle`].
    pub fn infer(&self, input: &Input) -> Result<Vec<f32>> {
        let logits = self.network.forward(&input.0)?.flatten_all()?.to_vec1()?;
        self.check(&logits)?;
        Ok(logits)
    }

    /// The labels that `logits` speak for, most probable first.
    ///
    /// Probabilities are the softmax over all logits, so those of the classes sum to less than 1 where the
    /// model also has a background class; that one is never reported.
    pub fn labels(&self, logits: &[f32], selection: &Selection) -> Vec<Label> {
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = logits.iter().map(|l| (l - most).exp()).sum();
        let classes = logits.iter().skip(self.config.logits_offset).take(self.config.classes);
        let mut ranked: Vec<(usize, f32)> = classes.map(|l| (l - most).exp() / sum).enumerate().collect();
        // Stable: of equals, the lower index comes first.
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked
            .into_iter()
            .take(selection.top)
            .take_while(|(_, probability)| *probability >= selection.threshold)
            .map(|(index, probability)| {
                let name = self.labels.name(index, selection.language).to_owned();
                Label { index, name, probability }
            })
            .collect()
    }

    /// What `frame` shows.
    ///
    /// # Errors
    /// As [`ImageClassifier::infer`].
    pub fn classify(&self, frame: &RgbFrame, selection: &Selection) -> Result<Vec<Label>> {
        Ok(self.labels(&self.infer(&self.prepare(frame)?)?, selection))
    }

    /// What each of `frames` shows. They may differ in size.
    ///
    /// # Errors
    /// As [`ImageClassifier::infer`].
    pub fn classify_batch(&self, frames: &[RgbFrame], selection: &Selection) -> Result<Vec<Vec<Label>>> {
        let mut answers = Vec::with_capacity(frames.len());
        for part in frames.chunks(MAX_BATCH) {
            let inputs = part.iter().map(|f| Ok(self.prepare(f)?.0)).collect::<Result<Vec<_>>>()?;
            for logits in self.network.forward(&Tensor::cat(&inputs, 0)?)?.to_vec2::<f32>()? {
                self.check(&logits)?;
                answers.push(self.labels(&logits, selection));
            }
        }
        Ok(answers)
    }

    fn check(&self, logits: &[f32]) -> Result<()> {
        if logits.iter().all(|l| l.is_finite()) {
            return Ok(());
        }
        Err(Error::Model { model: self.model.clone(), why: "its answer is not a number".into() })
    }
}

#[cfg(test)]
mod tests;
