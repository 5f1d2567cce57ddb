//! From the bytes of an image file to a frame.
//!
//! In any JPEG, PNG, WebP, GIF, BMP or TIFF file, recognised by its bytes and not by its name; out 8-bit
//! RGB as stored, with the orientation that its EXIF data states. 16-bit values are rounded, grey and
//! palettes spread to RGB, transparency laid over white as a page would show it; of an animation the
//! first picture counts, and a torn picture is refused rather than judged by its half. The size is read and judged before memory is taken for the pixels.

use super::frame::{Orientation, RgbFrame};
use super::jpeg;
use crate::inference::{Error, Result};
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use std::error::Error as _;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::Path;

/// The largest file that is read. The 50-megapixel JPEG of a phone has some 20 MB.
pub const MAX_FILE_BYTES: u64 = 64 << 20;
/// The most pixels a picture may have: phones' sensors reach 64 million without binning pixels.
pub const MAX_PIXELS: u64 = 64 << 20;
/// The most memory that a decoded picture may take: [`MAX_PIXELS`] in RGB.
pub const MAX_DECODED_BYTES: u64 = 3 * MAX_PIXELS;
/// Decoding anything takes less memory than this. The worst is a progressive JPEG, which is held three
/// times (2-byte coefficients of three channels, then pixels), its file twice.
pub const MAX_MEMORY_BYTES: u64 = 4 * MAX_DECODED_BYTES;

impl RgbFrame {
    /// Reads the image file at `path`.
    ///
    /// # Errors
    /// [`Error::Input`] when it cannot be read or is not a picture that [`RgbFrame::decode`] takes. The
    /// sentence does not name the path.
    pub fn open(path: &Path) -> Result<Self> {
        let unreadable = |e: std::io::Error| Error::Input(format!("the file cannot be read: {e}; check its path"));
        if path.is_dir() {
            return Err(Error::Input("this is a folder; name the pictures in it".into()));
        }
        // A pipe is open only once somebody writes to it.
        if !path.metadata().map_err(unreadable)?.is_file() {
            return Err(Error::Input("this is a pipe or a device; name a picture".into()));
        }
        let mut bytes = Vec::new();
        File::open(path).map_err(unreadable)?.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        Self::decode(&bytes)
    }

    /// Decodes the bytes of an image file.
    ///
    /// # Errors
    /// [`Error::Input`] says why: empty, no picture, a kind that is not supported, damaged, or larger than
    /// [`MAX_FILE_BYTES`], [`MAX_PIXELS`] or [`MAX_DECODED_BYTES`].
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let size = bytes.len() as u64;
        if size == 0 {
            return Err(Error::Input("the file is empty; get an undamaged copy of the picture".into()));
        }
        if size > MAX_FILE_BYTES {
            let mib = MAX_FILE_BYTES >> 20;
            return Err(Error::Input(format!("the file is larger than {mib} MiB; scale the picture down first")));
        }
        let format = image::guess_format(bytes).ok().filter(|f| *f == ImageFormat::Jpeg || f.reading_enabled());
        let format = format.ok_or_else(|| Error::Input(unknown(bytes).into()))?;
        let decoded = if format == ImageFormat::Jpeg { jpeg::decode(bytes) } else { decode(bytes, format) };
        let (width, height, pixels, orientation) = decoded.map_err(|cause| Error::Input(cause.explain(format)))?;
        Self::new(width, height, pixels, orientation)
    }
}

/// Why a picture cannot be had.
#[derive(Debug)]
pub(super) enum Cause {
    TooLarge,
    Unsupported(String),
    Damaged(String),
}

impl Cause {
    fn explain(&self, format: ImageFormat) -> String {
        let format = format.extensions_str().first().map_or_else(String::new, |e| e.to_uppercase());
        match self {
            Self::TooLarge => format!(
                "the {format} picture has more than {} million pixels, or takes more than {} MiB to decode; scale it \
                 down first",
                MAX_PIXELS / 1_000_000,
                MAX_DECODED_BYTES >> 20
            ),
            Self::Unsupported(why) => {
                format!("this kind of {format} picture is not supported ({why}); save it as an ordinary JPEG or PNG")
            }
            Self::Damaged(why) => format!("the {format} picture is damaged ({why}); get an undamaged copy of it"),
        }
    }
}

impl From<ImageError> for Cause {
    fn from(error: ImageError) -> Self {
        let why = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        match error {
            ImageError::Limits(_) => Self::TooLarge,
            ImageError::Unsupported(_) => Self::Unsupported(why),
            _ => Self::Damaged(why),
        }
    }
}

/// Width, height, RGB pixels and orientation of any picture but a JPEG.
fn decode(bytes: &[u8], format: ImageFormat) -> std::result::Result<(u32, u32, Vec<u8>, Orientation), Cause> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_alloc = Some(2 * MAX_DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_DECODED_BYTES {
        return Err(Cause::TooLarge);
    }
    // A picture whose EXIF data is damaged is still a picture.
    let orientation = decoder.orientation().ok().and_then(|o| Orientation::from_exif(o.to_exif())).unwrap_or_default();
    Ok((width, height, to_rgb(DynamicImage::from_decoder(decoder)?), orientation))
}

fn to_rgb(image: DynamicImage) -> Vec<u8> {
    if !image.color().has_alpha() {
        return image.into_rgb8().into_raw();
    }
    let mut pixels = image.into_rgba8().into_raw();
    let count = pixels.len() / 4;
    for i in 0..count {
        let alpha = u32::from(pixels[i * 4 + 3]);
        for channel in 0..3 {
            let over_white = u32::from(pixels[i * 4 + channel]) * alpha + 255 * (255 - alpha);
            // In place: the RGB pixel never lies behind the RGBA pixel that it is made of.
            pixels[i * 3 + channel] = ((over_white + 127) / 255) as u8;
        }
    }
    pixels.truncate(count * 3);
    pixels
}

fn unknown(bytes: &[u8]) -> &'static str {
    // ISO base media: the box type stands behind its length. Phones save photos so.
    let brand = bytes.get(4..12).unwrap_or_default();
    if brand.starts_with(b"ftyphei") || brand.starts_with(b"ftypmif") || brand.starts_with(b"ftypavi") {
        "HEIC and AVIF pictures are not supported; save it as JPEG or PNG"
    } else {
        "the file is not a JPEG, PNG, WebP, GIF, BMP or TIFF picture; save it as one of these"
    }
}
