//! Which of a camera's formats is taken, and how its pictures become RGB.

use crate::sensors::camera::{Facing, Frame};
use libjpeg_turbo_rs::{Decoder, PixelFormat};
use nokhwa::Buffer;
use nokhwa::utils::{CameraFormat, FrameFormat, nv12_to_rgb, yuyv422_to_rgb};
use std::time::Instant;

/// Wide enough for every model and for the preview of a phone-sized window.
const WANTED: (u32, u32) = (640, 480);
/// More pictures a second only cost power.
const WANTED_RATE_HZ: u32 = 30;
/// What [`decode`] knows.
pub const FORMATS: [FrameFormat; 6] = [
    FrameFormat::YUYV,
    FrameFormat::NV12,
    FrameFormat::RAWRGB,
    FrameFormat::RAWBGR,
    FrameFormat::MJPEG,
    FrameFormat::GRAY,
];
/// The format nearest to [`WANTED`] that can be decoded; raw pixels rather than JPEG, where both are fast enough.
pub fn choose(formats: &[CameraFormat]) -> Option<CameraFormat> {
    let rank = |format: &CameraFormat| {
        let far = format.width().abs_diff(WANTED.0) + format.height().abs_diff(WANTED.1);
        let coding = FORMATS.iter().position(|f| *f == format.format());
        // Cameras send large raw pictures slowly.
        (far, format.frame_rate().abs_diff(WANTED_RATE_HZ), coding)
    };
    formats.iter().filter(|f| FORMATS.contains(&f.format())).min_by_key(|f| rank(f)).copied()
}

/// RGB from the driver's coding; `Err` says why not.
pub fn decode(buffer: &Buffer, captured: Instant) -> Result<Frame, String> {
    let (mut width, mut height) = (buffer.resolution().width(), buffer.resolution().height());
    let data = buffer.buffer();
    let mut rgb = match buffer.source_frame_format() {
        FrameFormat::YUYV => yuyv422_to_rgb(data, false).map_err(|e| e.to_string())?,
        FrameFormat::NV12 => nv12_to_rgb(buffer.resolution(), data, false).map_err(|e| e.to_string())?,
        FrameFormat::RAWRGB => data.to_vec(),
        FrameFormat::RAWBGR => data.chunks_exact(3).flat_map(|p| [p[2], p[1], p[0]]).collect(),
        FrameFormat::GRAY => data.iter().flat_map(|grey| [*grey; 3]).collect(),
        FrameFormat::MJPEG => {
            let mut decoder = Decoder::new(data).map_err(|e| e.to_string())?;
            decoder.set_output_format(PixelFormat::Rgb);
            let image = decoder.decode_image().map_err(|e| e.to_string())?;
            (width, height) = (image.width as u32, image.height as u32);
            image.data
        }
    };
    let want = width as usize * height as usize * 3;
    if want == 0 || rgb.len() < want {
        return Err(format!("its picture of {width} × {height} is cut off"));
    }
    // Some drivers send padding behind the last row.
    rgb.truncate(want);
    Ok(Frame { width, height, rgb, facing: Facing::Unknown, captured })
}
