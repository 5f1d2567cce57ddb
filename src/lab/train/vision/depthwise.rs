//! Convolution in which every channel is looked at alone, with its gradients. candle runs it as one convolution a channel.

use super::floats;
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};
use rayon::prelude::*;

/// What a convolution sees of a map, and how many pixels it makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Side of the kernel.
    pub kernel: usize,
    /// Pixels from one place of the kernel to the next.
    pub stride: usize,
    /// Zeros above.
    pub above: usize,
    /// Zeros on the left.
    pub left: usize,
    /// Rows that it makes.
    pub height: usize,
    /// Columns that it makes.
    pub width: usize,
}

impl Window {
    /// For every pixel that is made, and every place of the kernel that lies on the map of `height` × `width` then: the
    /// pixel that is made, the place, the pixel that is seen.
    fn each(&self, (height, width): (usize, usize), mut visit: impl FnMut(usize, usize, usize)) {
        for (y, x) in (0..self.height).flat_map(|y| (0..self.width).map(move |x| (y, x))) {
            for ky in 0..self.kernel {
                let Some(row) = (y * self.stride + ky).checked_sub(self.above).filter(|row| *row < height) else {
                    continue;
                };
                for kx in 0..self.kernel {
                    let column = (x * self.stride + kx).checked_sub(self.left).filter(|column| *column < width);
                    if let Some(column) = column {
                        visit(y * self.width + x, ky * self.kernel + kx, row * width + column);
                    }
                }
            }
        }
    }
}

/// The map `[pictures, window.height, window.width, channels]` that filters `[kernel · kernel, channels]` make of `xs`,
/// `[pictures, height, width, channels]`.
///
/// # Errors
/// Shapes that do not fit.
pub fn depthwise(xs: &Tensor, filters: &Tensor, window: Window) -> Result<Tensor> {
    let (_, _, _, channels) = xs.dims4()?;
    if filters.dims() != [window.kernel * window.kernel, channels] {
        candle_core::bail!("filters {:?} do not fit {channels} channels and {window:?}", filters.dims());
    }
    xs.contiguous()?.apply_op2(&filters.contiguous()?, Forward(window))
}

struct Forward(Window);

impl CustomOp2 for Forward {
    fn name(&self) -> &'static str {
        "depthwise convolution"
    }

    fn cpu_fwd(
        &self,
        xs: &CpuStorage,
        layout: &Layout,
        filters: &CpuStorage,
        filters_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (pictures, height, width, channels) = layout.shape().dims4()?;
        let (xs, filters) = (floats(xs, layout)?, floats(filters, filters_layout)?);
        let (seen, made) = (height * width * channels, self.0.height * self.0.width * channels);
        let mut ys = vec![0f32; pictures * made];
        ys.par_chunks_mut(made.max(1)).zip(xs.par_chunks(seen.max(1))).for_each(|(ys, xs)| {
            self.0.each((height, width), |to, place, from| {
                add_products(pixel_mut(ys, to, channels), pixel(xs, from, channels), pixel(filters, place, channels));
            });
        });
        Ok((CpuStorage::F32(ys), Shape::from((pictures, self.0.height, self.0.width, channels))))
    }

    fn bwd(
        &self,
        xs: &Tensor,
        filters: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (_, height, width, _) = xs.dims4()?;
        let gradient = gradient.contiguous()?;
        let of_xs = gradient.apply_op2_no_bwd(filters, &ToInputs(self.0, (height, width)))?;
        let of_filters = xs.apply_op2_no_bwd(&gradient, &ToFilters(self.0))?;
        Ok((Some(of_xs), Some(of_filters)))
    }
}

/// Of the gradient and the filters: the gradient of the map of this height and width.
struct ToInputs(Window, (usize, usize));

impl CustomOp2 for ToInputs {
    fn name(&self) -> &'static str {
        "depthwise convolution, back to its inputs"
    }

    fn cpu_fwd(
        &self,
        gradient: &CpuStorage,
        layout: &Layout,
        filters: &CpuStorage,
        filters_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (pictures, _, _, channels) = layout.shape().dims4()?;
        let (gradient, filters) = (floats(gradient, layout)?, floats(filters, filters_layout)?);
        let (height, width) = self.1;
        let (seen, made) = (height * width * channels, self.0.height * self.0.width * channels);
        let mut before = vec![0f32; pictures * seen];
        before.par_chunks_mut(seen.max(1)).zip(gradient.par_chunks(made.max(1))).for_each(|(before, gradient)| {
            self.0.each(self.1, |to, place, from| {
                let filter = pixel(filters, place, channels);
                add_products(pixel_mut(before, from, channels), pixel(gradient, to, channels), filter);
            });
        });
        Ok((CpuStorage::F32(before), Shape::from((pictures, height, width, channels))))
    }
}

/// Of the map and the gradient: the gradient of the filters.
struct ToFilters(Window);

impl CustomOp2 for ToFilters {
    fn name(&self) -> &'static str {
        "depthwise convolution, back to its filters"
    }

    fn cpu_fwd(
        &self,
        xs: &CpuStorage,
        layout: &Layout,
        gradient: &CpuStorage,
        gradient_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (_, height, width, channels) = layout.shape().dims4()?;
        let (xs, gradient) = (floats(xs, layout)?, floats(gradient, gradient_layout)?);
        let (seen, made) = (height * width * channels, self.0.height * self.0.width * channels);
        let places = self.0.kernel * self.0.kernel;
        let of_picture = |(xs, gradient): (&[f32], &[f32])| {
            let mut sums = vec![0f32; places * channels];
            self.0.each((height, width), |to, place, from| {
                let sums = pixel_mut(&mut sums, place, channels);
                add_products(sums, pixel(xs, from, channels), pixel(gradient, to, channels));
            });
            sums
        };
        let of_pictures: Vec<Vec<f32>> =
            xs.par_chunks(seen.max(1)).zip(gradient.par_chunks(made.max(1))).map(of_picture).collect();
        // In the order of the pictures, so that the sum is the same however many threads there are.
        let mut sums = vec![0f32; places * channels];
        of_pictures.iter().for_each(|one| sums.iter_mut().zip(one).for_each(|(sum, one)| *sum += one));
        Ok((CpuStorage::F32(sums), Shape::from((places, channels))))
    }
}

fn pixel(map: &[f32], at: usize, channels: usize) -> &[f32] {
    &map[at * channels..][..channels]
}

fn pixel_mut(map: &mut [f32], at: usize, channels: usize) -> &mut [f32] {
    &mut map[at * channels..][..channels]
}

fn add_products(sums: &mut [f32], a: &[f32], b: &[f32]) {
    sums.iter_mut().zip(a).zip(b).for_each(|((sum, a), b)| *sum += a * b);
}
