//! A picture small enough to be handed to the page with the words about it.

use crate::inference::vision::RgbFrame;
use crate::inference::{Error, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{DynamicImage, ImageFormat, RgbImage};
use std::io::Cursor;

/// The longer side, in pixels: as wide as a phone shows it beside words, on its dense screen.
const LONGEST_SIDE: u32 = 400;

/// `frame` as a `data:` URL of a PNG.
///
/// # Errors
/// The picture cannot be written.
pub fn preview(frame: &RgbFrame) -> Result<String> {
    let (width, height, rgb) = frame.upright();
    let whole = RgbImage::from_raw(width, height, rgb).expect("a frame has three bytes a pixel");
    let whole = DynamicImage::ImageRgb8(whole);
    let small = if width.max(height) > LONGEST_SIDE { whole.thumbnail(LONGEST_SIDE, LONGEST_SIDE) } else { whole };
    let mut png = Cursor::new(Vec::new());
    small
        .write_to(&mut png, ImageFormat::Png)
        .map_err(|why| Error::Input(format!("cannot show the picture: {why}")))?;
    Ok(format!("data:image/png;base64,{}", STANDARD.encode(png.into_inner())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::vision::Orientation;

    fn shown(width: u32, height: u32) -> RgbImage {
        let pixels = [200, 30, 40].repeat((width * height) as usize);
        let url = preview(&RgbFrame::new(width, height, pixels, Orientation::Upright).unwrap()).unwrap();
        let png = STANDARD.decode(url.strip_prefix("data:image/png;base64,").unwrap()).unwrap();
        image::load_from_memory(&png).unwrap().to_rgb8()
    }

    #[test]
    fn a_large_picture_is_made_small_and_a_small_one_stays() {
        let large = shown(1600, 900);
        assert_eq!((large.dimensions(), large.get_pixel(3, 3).0), ((400, 225), [200, 30, 40]));
        assert_eq!(shown(40, 30).dimensions(), (40, 30));
        assert_eq!(shown(4000, 1).dimensions(), (400, 1));
    }
}
