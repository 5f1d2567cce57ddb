//! What a convolution across channels sees: with it, the convolution is a product of matrices.

use super::Window;
use candle_core::{Device, Result, Tensor};

/// Of pictures `[pictures, channels, height, width]` what the kernel sees at each place,
/// `[pictures, window.height, window.width, channels · kernel · kernel]`, the numbers of a window in the order of a weight
/// `[outputs, channels, kernel, kernel]`. There is no way back: nobody learns pictures.
///
/// # Errors
/// [`candle_core::Error`].
pub fn windows(pictures: &Tensor, window: Window) -> Result<Tensor> {
    let (count, channels, height, width) = pictures.dims4()?;
    let values = pictures.flatten_all()?.to_vec1::<f32>()?;
    let Window { kernel, stride, above, left, .. } = window;
    let places = (0..count).flat_map(|n| {
        (0..window.height).flat_map(move |y| (0..window.width).map(move |x| (n, y * stride, x * stride)))
    });
    let mut seen = Vec::with_capacity(count * window.height * window.width * channels * kernel * kernel);
    for (n, y, x) in places {
        for (channel, ky) in (0..channels).flat_map(|channel| (0..kernel).map(move |ky| (channel, ky))) {
            let row = (y + ky).checked_sub(above).filter(|row| *row < height);
            for kx in 0..kernel {
                let column = (x + kx).checked_sub(left).filter(|column| *column < width);
                let at = |row: usize, column: usize| ((n * channels + channel) * height + row) * width + column;
                seen.push(row.zip(column).map_or(0.0, |(row, column)| values[at(row, column)]));
            }
        }
    }
    let shape = (count, window.height, window.width, channels * kernel * kernel);
    Tensor::from_vec(seen, shape, &Device::Cpu)
}
