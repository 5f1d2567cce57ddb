//! From tensors on disk to the layers of transformers.

use super::weights::map_weights;
use super::{Error, Options, Variant};
use crate::kernels::{Activation, Arena, Isa, LayerNorm, Linear, Rows, Table};
use crate::model_dir::ModelDir;
use candle_core::{Result, Shape};
use candle_nn::VarBuilder;

/// Where the weights of some layers are, and what they are computed with.
#[derive(Clone)]
pub(super) struct Layers<'a> {
    vb: VarBuilder<'a>,
    pub isa: Isa,
    /// Whether linear layers are computed in bytes.
    int8: bool,
}

impl Layers<'static> {
    /// Those of `dir`, in the variant that `options` asks for. Bytes are made of the floats on disk: without
    /// calibration they can be, since the inputs of a layer are quantised anew for every row.
    ///
    /// # Errors
    /// The precision on disk is another, the file cannot be mapped, `ONHAND_ISA` names instructions that are not there.
    pub fn open(dir: &ModelDir, options: &Options) -> super::Result<Self> {
        let int8 = options.variant == Some(Variant::Int8);
        let stored = Options { variant: options.variant.filter(|_| !int8) };
        let isa = Isa::chosen().map_err(Error::Input)?;
        Ok(Self { int8, ..Self::new(map_weights(dir, &stored)?, isa) })
    }
}

impl<'a> Layers<'a> {
    pub fn new(vb: VarBuilder<'a>, isa: Isa) -> Self {
        Self { vb, isa, int8: false }
    }

    /// Those whose names begin with `name` and a dot.
    pub fn of(&self, name: impl std::fmt::Display) -> Self {
        Self { vb: self.vb.pp(name), ..*self }
    }

    /// The same, as floats whatever the variant: where a rounding would cost more than it saves.
    pub fn precise(&self) -> Self {
        Self { int8: false, ..self.clone() }
    }

    /// The numbers of a tensor; none while its name and shape are only being recorded.
    pub fn values(&self, name: &str, shape: impl Into<Shape>) -> Result<Vec<f32>> {
        let tensor = self.vb.get(shape.into(), name)?;
        let is_recorded = tensor.elem_count() > 1 && tensor.stride().iter().all(|step| *step == 0);
        if is_recorded { Ok(Vec::new()) } else { tensor.flatten_all()?.to_vec1() }
    }

    /// A linear layer with a bias.
    pub fn linear(&self, name: &str, (inputs, outputs): (usize, usize), activation: Activation) -> Result<Linear> {
        let layer = self.of(name);
        let bias = layer.values("bias", outputs)?;
        let weight = layer.values("weight", (outputs, inputs))?;
        Ok(self.pack(&weight, outputs, Some(&bias), activation))
    }

    fn pack(&self, weight: &[f32], outputs: usize, bias: Option<&[f32]>, activation: Activation) -> Linear {
        let pack = if self.int8 { Linear::pack_int8 } else { Linear::pack };
        pack(self.isa, weight, outputs, bias, activation)
    }

    /// A linear layer whose bias is zero.
    pub fn linear_unbiased(&self, name: &str, (inputs, outputs): (usize, usize)) -> Result<Linear> {
        let weight = self.of(name).values("weight", (outputs, inputs))?;
        Ok(self.pack(&weight, outputs, None, Activation::None))
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
        let bias = layer.values("bias", outputs)?;
        let weight = layer.values("weight", (outputs, inputs, size))?;
        let step = inputs.next_multiple_of(self.isa.lanes());
        let mut windows = vec![0.0; weight.len() / inputs * step];
        for (i, value) in weight.iter().enumerate() {
            let (output, input, place) = (i / size / inputs, i / size % inputs, i % size);
            windows[(output * size + place) * step + input] = *value;
        }
        Ok(Linear::pack(self.isa, &windows, outputs, Some(&bias), activation))
    }

    /// A tensor of rows.
    pub fn rows(&self, name: &str, (count, width): (usize, usize)) -> Result<Rows> {
        let values = self.values(name, (count, width))?;
        let mut rows = Arena::default().rows(self.isa, values.len() / width, width);
        values.chunks_exact(width).enumerate().for_each(|(at, row)| rows.row_mut(at).copy_from_slice(row));
        Ok(rows)
    }

    pub fn layer_norm(&self, name: &str, width: usize, eps: f32) -> Result<LayerNorm> {
        let layer = self.of(name);
        let (scale, shift) = (layer.values("weight", width)?, layer.values("bias", width)?);
        Ok(LayerNorm::pack(self.isa, &scale, &shift, eps))
    }

    pub fn table(&self, name: &str, (count, width): (usize, usize)) -> Result<Table> {
        Ok(Table::new(self.of(name).values("weight", (count, width))?, width))
    }
}
