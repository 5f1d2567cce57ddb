//! From an image file to what a camera would have seen: RGB, upright, of a camera's size.
//!
//! The classifier has a reader of its own for photos that are to be judged to the pixel; sensors know nothing of it.

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage, imageops::FilterType};
use libjpeg_turbo_rs::{DecodeLimits, Decoder, PixelFormat};
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::Path;

/// A camera's pictures have no longer side.
pub const MAX_SIDE: u32 = 1920;
/// The largest file that is read.
pub const MAX_FILE_BYTES: u64 = 64 << 20;
/// Phones' sensors reach 64 million pixels.
const MAX_PIXELS: u64 = 64 << 20;
/// A progressive JPEG is held three times while it is decoded.
const MAX_MEMORY_BYTES: u64 = 12 * MAX_PIXELS;
/// Each scan of a progressive JPEG costs a pass over the picture; cameras and editors write about ten.
const MAX_SCANS: usize = 100;

/// A picture in memory: 8-bit RGB, row by row, upright.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: u32,
    pub height: u32,
    pub rgb: Vec<u8>,
}

/// The bytes of a file of at most [`MAX_FILE_BYTES`].
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let why = format!("it is larger than {} MiB", MAX_FILE_BYTES >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(bytes)
}

impl Picture {
    /// Decodes any JPEG, PNG, WebP, GIF, BMP or TIFF; `Err` says why not.
    pub fn decode(bytes: &[u8]) -> Result<Self, String> {
        let format = image::guess_format(bytes).map_err(|_| "it is no picture".to_string())?;
        let (image, orientation) = if format == ImageFormat::Jpeg { jpeg(bytes)? } else { other(bytes, format)? };
        let mut image = scaled(image);
        image.apply_orientation(orientation);
        Ok(Self::of(over_white(image)))
    }

    /// A picture of an animation.
    pub fn of_animation(rgba: RgbaImage) -> Self {
        Self::of(over_white(scaled(DynamicImage::ImageRgba8(rgba))))
    }

    fn of(image: RgbImage) -> Self {
        Self { width: image.width(), height: image.height(), rgb: image.into_raw() }
    }
}

/// The limits for everything but JPEG.
pub fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY_BYTES);
    limits
}

fn jpeg(bytes: &[u8]) -> Result<(DynamicImage, Orientation), String> {
    let limits = DecodeLimits {
        max_pixels: MAX_PIXELS,
        max_scans: MAX_SCANS,
        max_memory: Some(MAX_MEMORY_BYTES),
        ..DecodeLimits::default()
    };
    let mut decoder = Decoder::new_with_limits(bytes, limits).map_err(|e| e.to_string())?;
    decoder.set_output_format(PixelFormat::Rgb);
    decoder.set_stop_on_warning(true);
    let orientation = decoder.exif_orientation().and_then(Orientation::from_exif);
    let decoded = decoder.decode_image().map_err(|e| e.to_string())?;
    let image = RgbImage::from_raw(decoded.width as u32, decoded.height as u32, decoded.data);
    let image = image.filter(|i| i.width() > 0 && i.height() > 0).ok_or("it shows nothing")?;
    Ok((image.into(), orientation.unwrap_or(Orientation::NoTransforms)))
}

fn other(bytes: &[u8], format: ImageFormat) -> Result<(DynamicImage, Orientation), String> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(|e| e.to_string())?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(format!("it has more than {} million pixels", MAX_PIXELS / 1_000_000));
    }
    // A picture whose EXIF data is damaged is still a picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|e| e.to_string())?;
    if width == 0 || height == 0 {
        return Err("it shows nothing".into());
    }
    Ok((image, orientation))
}

fn scaled(image: DynamicImage) -> DynamicImage {
    if image.width().max(image.height()) <= MAX_SIDE {
        return image;
    }
    image.resize(MAX_SIDE, MAX_SIDE, FilterType::Triangle)
}

/// Transparency laid over white, as a page would show it.
fn over_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let rgba = image.into_rgba8();
    let mut rgb = RgbImage::new(rgba.width(), rgba.height());
    for (pixel, seen) in rgb.pixels_mut().zip(rgba.pixels()) {
        let [red, green, blue, alpha] = seen.0.map(u32::from);
        pixel.0 = [red, green, blue].map(|c| ((c * alpha + 255 * (255 - alpha) + 127) / 255) as u8);
    }
    rgb
}

#[cfg(test)]
pub mod tests {
    use super::super::frame::tests::{CORNERS, corners};
    use super::*;
    use crate::sensors::camera::recording::Recording;
    use libjpeg_turbo_rs::{Subsampling, compress};
    use proptest::prelude::*;
    use std::time::Duration;

    /// A JPEG of 48 × 32 with the colours in its corners, and this EXIF orientation.
    fn jpeg_with_exif(orientation: u8) -> Vec<u8> {
        let (width, height) = (48, 32);
        let pixel = |x, y| CORNERS[usize::from(y >= height / 2) * 2 + usize::from(x >= width / 2)];
        let rgb: Vec<u8> = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
        let jpeg = compress(&rgb, width, height, PixelFormat::Rgb, 95, Subsampling::S444).unwrap();
        // TIFF header, then one entry: tag 0x0112, a 16-bit integer.
        let tag = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0";
        let exif = [&tag[..], &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat();
        let segment = [&[0xFF, 0xE1][..], &(exif.len() as u16 + 2).to_be_bytes(), &exif].concat();
        [&jpeg[..2], &segment, &jpeg[2..]].concat()
    }

    /// As the EXIF standard draws the eight: which of the stored corners is seen at top left, top right, bottom
    /// left, bottom right.
    #[test]
    fn photos_are_upright_whatever_their_exif_says() {
        for (orientation, seen) in (1..).zip([
            [0, 1, 2, 3],
            [1, 0, 3, 2],
            [3, 2, 1, 0],
            [2, 3, 0, 1],
            [0, 2, 1, 3],
            [2, 0, 3, 1],
            [3, 1, 2, 0],
            [1, 3, 0, 2],
        ]) {
            let picture = Picture::decode(&jpeg_with_exif(orientation)).unwrap();
            let size = if orientation < 5 { (48, 32) } else { (32, 48) };
            assert_eq!((picture.width, picture.height), size, "EXIF {orientation}");
            let got = corners(picture.width, picture.height, &picture.rgb);
            for (colour, corner) in got.iter().zip(seen) {
                let near = colour.iter().zip(CORNERS[corner]).all(|(a, b)| a.abs_diff(b) < 8);
                assert!(near, "EXIF {orientation}: {got:?}");
            }
        }
    }

    #[test]
    fn large_pictures_shrink_to_a_cameras_size() {
        let mut bytes = Vec::new();
        let image = DynamicImage::new_luma8(4000, 10);
        image.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        let picture = Picture::decode(&bytes).unwrap();
        assert_eq!((picture.width, picture.height), (1920, 5));
    }

    #[test]
    fn what_is_transparent_is_white() {
        let image = RgbaImage::from_pixel(1, 1, image::Rgba([255, 0, 0, 51]));
        assert_eq!(Picture::of_animation(image).rgb, [255, 204, 204]);
    }

    /// A picture of each kind, its bytes changed at one place and cut at another.
    fn damaged() -> impl Strategy<Value = Vec<u8>> {
        let image = DynamicImage::new_rgba8(9, 5);
        let formats = [ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP, ImageFormat::Bmp, ImageFormat::Tiff];
        let encode = |format| {
            let mut bytes = Vec::new();
            image.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
            bytes
        };
        let files: Vec<_> = formats.into_iter().map(encode).chain([jpeg_with_exif(6)]).collect();
        (proptest::sample::select(files), any::<(u16, u8, u16)>()).prop_map(|(mut file, (at, byte, cut))| {
            let length = file.len();
            file[usize::from(at) % length] = byte;
            file.truncate(length - usize::from(cut) % length / 4);
            file
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn damage_does_no_harm(bytes in damaged()) {
            if let Ok(picture) = Picture::decode(&bytes) {
                prop_assert!(picture.width.max(picture.height) <= MAX_SIDE);
                prop_assert_eq!(picture.rgb.len(), picture.width as usize * picture.height as usize * 3);
            }
            if let Some(Ok(recording)) = Recording::decode(&bytes) {
                prop_assert!(!recording.at(Duration::from_secs(7)).rgb.is_empty());
            }
        }
    }

    #[test]
    fn torn_and_empty_files_say_so() {
        let whole = jpeg_with_exif(1);
        assert!(Picture::decode(&whole[..whole.len() / 2]).is_err());
        assert!(Picture::decode(b"").is_err());
        assert_eq!(Picture::decode(b"hello, world").unwrap_err(), "it is no picture");
    }
}
