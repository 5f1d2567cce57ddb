//! From tensors on disk to the layers of transformers.

use super::weights::{MappedWeights, check_variant};
use super::{Error, Options};
use crate::kernels::{Activation, Arena, Isa, LayerNorm, Linear, Pool, Rows, Table, Values};
use crate::model_dir::{Method, ModelDir};
use candle_core::{Result, Shape};
use candle_nn::VarBuilder;
use std::sync::Arc;

/// Where the weights of some layers are, and what they are computed with.
#[derive(Clone)]
pub(super) struct Layers<'a> {
    source: Source<'a>,
    pub isa: Isa,
    pub pool: Pool,
    int8: Int8,
}

/// Which linear layers are computed in bytes.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Int8 {
    None,
    /// All: bytes are made of the floats on disk.
    All,
    /// Those whose bytes are on disk.
    Stored,
}

#[derive(Clone)]
enum Source<'a> {
    /// Tensors of candle's: those of a test, or none yet where what a model asks for is being recorded.
    Builder(VarBuilder<'a>),
    /// Those of a file whose names begin with `prefix`.
    File { weights: Arc<MappedWeights>, prefix: String },
}

impl<'a> Layers<'a> {
    /// Those of `dir`, in the variant that `options` asks for. Where only floats are on disk bytes are made of them:
    /// without calibration they can be, since the inputs of a layer are quantised anew for every row.
    ///
    /// # Errors
    /// The precision on disk is another, the file cannot be mapped, `ONHAND_ISA` names instructions that are not there.
    pub fn open(dir: &ModelDir, options: &Options) -> super::Result<Self> {
        check_variant(dir, options.stored())?;
        let int8 = match dir.recipe().map(|recipe| recipe.method) {
            None if options.int8() => Int8::All,
            None | Some(Method::Weights) => Int8::None,
            Some(Method::Dynamic | Method::Static) => Int8::Stored,
        };
        let source = Source::File { weights: Arc::new(MappedWeights::open(dir)?), prefix: String::new() };
        Ok(Self { source, isa: Isa::chosen().map_err(Error::Input)?, pool: Pool::of(options.threads), int8 })
    }

    pub fn new(vb: VarBuilder<'a>, isa: Isa) -> Self {
        Self { source: Source::Builder(vb), isa, pool: Pool::ONE, int8: Int8::None }
    }

    /// What `build` makes of those of `dir`, on the threads of the pool.
    ///
    /// # Errors
    /// [`Error::Model`] where a weight is no number.
    pub fn build<T: Send>(&self, dir: &ModelDir, build: impl FnOnce(&Self) -> Result<T> + Send) -> super::Result<T> {
        self.pool.within(|| build(self)).map_err(|error| match &self.source {
            Source::File { weights, .. } => weights.explain(dir, error),
            Source::Builder(_) => error.into(),
        })
    }

    /// Those whose names begin with `name` and a dot.
    pub fn of(&self, name: impl std::fmt::Display) -> Self {
        let source = match &self.source {
            Source::Builder(vb) => Source::Builder(vb.pp(name)),
            Source::File { weights, prefix } => {
                Source::File { weights: weights.clone(), prefix: format!("{prefix}{name}.") }
            }
        };
        Self { source, ..self.clone() }
    }

    /// The same, as floats whatever the variant: where a rounding would cost more than it saves.
    pub fn precise(&self) -> Self {
        Self { int8: Int8::None, ..self.clone() }
    }

    /// Hands `use_of` the numbers of a tensor, as they are stored; none while its name and shape are only being
    /// recorded.
    fn with<T>(&self, name: &str, shape: impl Into<Shape>, use_of: impl FnOnce(Values) -> T) -> Result<T> {
        let vb = match &self.source {
            Source::File { weights, prefix } => return weights.with(&format!("{prefix}{name}"), use_of),
            Source::Builder(vb) => vb,
        };
        let tensor = vb.get(shape, name)?;
        let is_recorded = tensor.elem_count() > 1 && tensor.stride().iter().all(|step| *step == 0);
        let values = if is_recorded { Vec::new() } else { tensor.flatten_all()?.to_vec1()? };
        Ok(use_of(Values::Floats(&values)))
    }

    fn floats(&self, name: &str, shape: impl Into<Shape>) -> Result<Vec<f32>> {
        self.with(name, shape, |values| values.to_floats())
    }

    /// A linear layer with a bias.
    pub fn linear(&self, name: &str, sizes: (usize, usize), activation: Activation) -> Result<Linear> {
        let bias = self.of(name).floats("bias", sizes.1)?;
        self.pack(name, sizes, Some(&bias), activation)
    }

    /// A linear layer whose bias is zero.
    pub fn linear_unbiased(&self, name: &str, sizes: (usize, usize)) -> Result<Linear> {
        self.pack(name, sizes, None, Activation::None)
    }

    fn pack(
        &self,
        name: &str,
        (inputs, outputs): (usize, usize),
        bias: Option<&[f32]>,
        activation: Activation,
    ) -> Result<Linear> {
        self.of(name).with("weight", (outputs, inputs), |weight| {
            let in_bytes = match self.int8 {
                Int8::None => false,
                Int8::All => true,
                Int8::Stored => matches!(weight, Values::Bytes(_)),
            };
            let pack = if in_bytes { Linear::pack_int8 } else { Linear::pack };
            pack(self.isa, weight, outputs, bias, activation)
        })
    }

    /// A convolution along rows, of `size` of them, as the linear layer that it is on [`Rows::windows`].
    pub fn convolution(
        &self,
        name: &str,
        (inputs, outputs): (usize, usize),
        size: usize,
        activation: Activation,
    ) -> Result<Linear> {
        let layer = self.of(name);
        let bias = layer.floats("bias", outputs)?;
        let weight = layer.floats("weight", (outputs, inputs, size))?;
        let step = inputs.next_multiple_of(self.isa.lanes());
        let mut windows = vec![0.0; weight.len() / inputs * step];
        for (i, value) in weight.iter().enumerate() {
            let (output, input, place) = (i / size / inputs, i / size % inputs, i % size);
            windows[(output * size + place) * step + input] = *value;
        }
        Ok(Linear::pack(self.isa, Values::Floats(&windows), outputs, Some(&bias), activation))
    }

    /// A tensor of rows.
    pub fn rows(&self, name: &str, (count, width): (usize, usize)) -> Result<Rows> {
        self.with(name, (count, width), |values| {
            let mut rows = Arena::default().rows(self.isa, values.len() / width, width);
            (0..rows.count).for_each(|at| values.copy_to(at * width, rows.row_mut(at)));
            rows
        })
    }

    pub fn layer_norm(&self, name: &str, width: usize, eps: f32) -> Result<LayerNorm> {
        let layer = self.of(name);
        let (scale, shift) = (layer.floats("weight", width)?, layer.floats("bias", width)?);
        Ok(LayerNorm::pack(self.isa, &scale, &shift, eps))
    }

    pub fn table(&self, name: &str, (count, width): (usize, usize)) -> Result<Table> {
        self.of(name).with("weight", (count, width), |values| Table::new(values, width))
    }
}
