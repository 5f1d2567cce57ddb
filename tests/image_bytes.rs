//! Whatever bytes somebody calls a picture: an answer or a sentence, never a panic, and no more memory than
//! stated.

use image::{DynamicImage, ImageFormat};
use libjpeg_turbo_rs::{PixelFormat, Subsampling, compress, compress_progressive};
use onhand::inference::Error;
use onhand::inference::vision::{MAX_MEMORY_BYTES, Orientation, RgbFrame};
use proptest::prelude::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::io::Cursor;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Counts what is allocated, so that a test can hold the most against the promise.
struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);
/// One decode at a time, or the count would be of several.
static ALONE: Mutex<()> = Mutex::new(());

// SAFETY: every call is passed on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        grow(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(pointer, layout) }
    }
}

fn grow(bytes: usize) {
    MOST.fetch_max(NOW.fetch_add(bytes, Relaxed) + bytes, Relaxed);
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Decodes, and fails when that took more than the stated memory or ended in anything but a picture or a
/// sentence about the input. Also returns the most memory held meanwhile.
fn decode(bytes: &[u8]) -> (Result<RgbFrame, String>, u64) {
    let _alone = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let before = NOW.load(Relaxed);
    MOST.store(before, Relaxed);
    let frame = match RgbFrame::decode(bytes) {
        Ok(frame) => Ok(frame),
        Err(Error::Input(why)) => Err(why),
        Err(other) => panic!("{other:?}"),
    };
    let took = MOST.load(Relaxed).saturating_sub(before) as u64;
    assert!(took < MAX_MEMORY_BYTES, "took {took} bytes");
    (frame, took)
}

fn picture(bytes: &[u8]) -> RgbFrame {
    decode(bytes).0.unwrap()
}

fn refusal(bytes: &[u8]) -> String {
    decode(bytes).0.unwrap_err()
}

/// A small picture of smooth colours.
fn drawing() -> DynamicImage {
    image::RgbImage::from_fn(40, 24, |x, y| image::Rgb([(x * 6) as u8, (y * 10) as u8, ((x + y) * 3) as u8])).into()
}

fn encode(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn jpeg() -> Vec<u8> {
    compress(drawing().as_bytes(), 40, 24, PixelFormat::Rgb, 90, Subsampling::S420).unwrap()
}

/// One file of each kind, all of the same drawing.
fn files() -> Vec<(&'static str, Vec<u8>)> {
    let drawing = drawing();
    let progressive = compress_progressive(drawing.as_bytes(), 40, 24, PixelFormat::Rgb, 90, Subsampling::S444);
    vec![
        ("jpeg", jpeg()),
        ("progressive jpeg", progressive.unwrap()),
        ("png", encode(&drawing, ImageFormat::Png)),
        ("webp", encode(&drawing, ImageFormat::WebP)),
        ("gif", encode(&drawing, ImageFormat::Gif)),
        ("bmp", encode(&drawing, ImageFormat::Bmp)),
        ("tiff", encode(&drawing, ImageFormat::Tiff)),
    ]
}

/// A PNG chunk with its checksum (PNG specification, 5.3).
fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let crc = body.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { c >> 1 ^ 0xEDB8_8320 } else { c >> 1 })
    });
    [&(data.len() as u32).to_be_bytes()[..], &body, &(!crc).to_be_bytes()].concat()
}

/// A PNG that says it has this size, and nearly nothing in it.
fn hollow_png(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
    let empty = png_chunk(b"IDAT", &[0x78, 0x9C, 3, 0, 0, 0, 0, 1]);
    [&b"\x89PNG\r\n\x1A\n"[..], &png_chunk(b"IHDR", &header), &empty, &png_chunk(b"IEND", &[])].concat()
}

#[test]
fn every_kind_of_file_shows_the_same_picture() {
    let want = drawing().into_bytes();
    for (kind, bytes) in files() {
        let frame = picture(&bytes);
        assert_eq!(frame.stored_size(), (40, 24), "{kind}");
        let worst = frame.pixels().iter().zip(&want).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        let allowed = match kind {
            "jpeg" | "progressive jpeg" => 24,
            // A palette of 256 colours.
            "gif" => 48,
            _ => 0,
        };
        assert!(worst <= allowed, "{kind}: {worst} apart");
    }
}

#[test]
fn every_pixel_format_becomes_rgb() {
    let png = |image: DynamicImage| picture(&encode(&image, ImageFormat::Png)).pixels().to_vec();
    let grey = DynamicImage::ImageLuma8(image::GrayImage::from_pixel(3, 2, image::Luma([77])));
    assert_eq!(png(grey), [77; 18]);
    let deep = image::ImageBuffer::from_pixel(1, 1, image::Rgb([65535u16, 257 * 100, 0]));
    assert_eq!(png(DynamicImage::ImageRgb16(deep)), [255, 100, 0]);
    let clear = image::RgbaImage::from_fn(3, 1, |x, _| image::Rgba([200, 100, 0, [255, 0, 51][x as usize]]));
    assert_eq!(png(clear.into()), [200, 100, 0, 255, 255, 255, 244, 224, 204], "laid over white");
    let grey_clear = image::GrayAlphaImage::from_pixel(1, 1, image::LumaA([0, 128]));
    assert_eq!(png(grey_clear.into()), [127; 3]);
}

#[test]
fn a_jpeg_of_four_inks_becomes_rgb() {
    // As Adobe stores it: 255 is no ink.
    let inks = [[255, 255, 255, 255], [255, 0, 0, 255], [255, 255, 255, 0], [0, 128, 255, 255]];
    for (ink, want) in inks.into_iter().zip([[255; 3], [255, 0, 0], [0; 3], [0, 128, 255]]) {
        let bytes = compress(&ink.repeat(64), 8, 8, PixelFormat::Cmyk, 100, Subsampling::S444).unwrap();
        for pixel in picture(&bytes).pixels().chunks(3) {
            assert!(pixel.iter().zip(want).all(|(a, b): (&u8, u8)| a.abs_diff(b) <= 2), "{pixel:?}, {want:?}");
        }
    }
}

#[test]
fn an_animation_shows_its_first_picture() {
    let frame = |colour| image::Frame::new(image::RgbaImage::from_pixel(4, 4, image::Rgba(colour)));
    let mut bytes = Vec::new();
    image::codecs::gif::GifEncoder::new(&mut bytes)
        .encode_frames([frame([255, 0, 0, 255]), frame([0, 0, 255, 255])])
        .unwrap();
    assert_eq!(picture(&bytes).pixels()[..3], [255, 0, 0]);
}

#[test]
fn the_orientation_is_that_of_the_exif_data() {
    for value in 1..=8u8 {
        // TIFF header, then one entry: tag 0x0112, a 16-bit integer.
        let exif =
            [b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0", &[value, 0, 0, 0, 0, 0, 0, 0][..]].concat();
        let jpeg = jpeg();
        let segment = [&[0xFF, 0xE1][..], &(exif.len() as u16 + 2).to_be_bytes(), &exif].concat();
        let bytes = [&jpeg[..2], &segment, &jpeg[2..]].concat();
        let frame = picture(&bytes);
        assert_eq!(frame.orientation(), Orientation::from_exif(value).unwrap());
        assert_eq!(frame.upright_size(), if value < 5 { (40, 24) } else { (24, 40) });
    }
    assert_eq!(picture(&jpeg()).orientation(), Orientation::Upright);
}

#[test]
fn odd_shapes_are_pictures() {
    for (width, height) in [(1, 1), (1, 5000), (5000, 1), (30_000, 2)] {
        let image = DynamicImage::new_rgb8(width, height);
        assert_eq!(picture(&encode(&image, ImageFormat::Png)).stored_size(), (width.into(), height.into()));
    }
}

#[test]
fn what_is_no_picture_is_refused_with_a_sentence() {
    for (bytes, said) in [
        (&b""[..], "empty"),
        (b"Dear diary, this is no photo.", "not a JPEG, PNG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\xFF\xD8\xFF", "damaged"),
        (b"\x89PNG\r\n\x1A\n", "damaged"),
        (b"GIF89a", "damaged"),
    ] {
        let why = refusal(bytes);
        assert!(why.contains(said), "{why}");
    }
}

#[test]
fn a_torn_file_is_refused_with_a_sentence() {
    for (kind, bytes) in files() {
        for tenth in 1..10 {
            let (answer, _) = decode(&bytes[..bytes.len() * tenth / 10]);
            if kind != "gif" && kind != "tiff" {
                let why = answer.expect_err(kind);
                assert!(why.contains("damaged"), "{kind}: {why}");
            }
        }
    }
}

#[test]
fn a_claim_of_many_pixels_is_refused_before_memory_is_taken() {
    let claim = |mut bytes: Vec<u8>, at: usize, side: &[u8]| {
        bytes[at..at + side.len()].copy_from_slice(side);
        bytes
    };
    let (jpeg, gif, bmp) = (jpeg(), encode(&drawing(), ImageFormat::Gif), encode(&drawing(), ImageFormat::Bmp));
    let frame_header = jpeg.windows(2).position(|marker| marker == [0xFF, 0xC0]).unwrap();
    for (kind, bytes) in [
        ("png", hollow_png(60_000, 60_000)),
        ("jpeg", claim(jpeg, frame_header + 5, &[0xFF, 0xDC, 0xFF, 0xDC])),
        ("gif", claim(gif, 6, &[0xFF; 4])),
        ("bmp", claim(bmp, 18, &[0x50, 0xC3, 0, 0, 0x50, 0xC3, 0, 0])),
    ] {
        let (answer, took) = decode(&bytes);
        let why = answer.expect_err(kind);
        assert!(why.contains("million pixels"), "{kind}: {why}");
        assert!(took < 1 << 20, "{kind}: {took} bytes were taken");
    }
}

#[test]
fn a_small_file_of_many_pixels_stays_within_the_stated_memory() {
    // 64 million pixels that compress to nothing: as large as is allowed.
    let black = DynamicImage::new_luma8(8192, 8192);
    let (answer, took) = decode(&encode(&black, ImageFormat::Png));
    assert_eq!(answer.unwrap().stored_size(), (8192, 8192));
    assert!(took > 3 << 26, "the count counts");
    assert!(refusal(&hollow_png(8193, 8192)).contains("million pixels"));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..600), start in 0usize..8) {
        let files = files();
        let magic = files.get(start).map_or(&[][..], |(_, file)| &file[..12]);
        let _ = decode(&[magic, &bytes].concat());
    }

    #[test]
    fn no_changed_file_does_harm(
        which in 0usize..7,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        near_start in any::<bool>(),
    ) {
        let mut bytes = files().swap_remove(which).1;
        for (at, value) in changes {
            let reach = if near_start { bytes.len().min(100) } else { bytes.len() };
            bytes[at.index(reach)] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let _ = decode(&bytes);
    }
}
