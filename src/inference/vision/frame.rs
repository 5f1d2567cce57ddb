//! A picture as the classifier takes it: RGB bytes, and how to hold them to see it upright.
//!
//! Nothing here turns pixels round: a frame keeps them as they came from the sensor or the file, and
//! [`super::prepare`] reads the few it needs from where [`Orientation::stored`] says they lie.

use crate::inference::{Error, Result};

/// How the stored picture must be turned or mirrored to be upright: the eight values of the EXIF tag
/// `Orientation` (EXIF 2.32, 0x0112), which cameras report for live frames too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orientation {
    /// 1: stored upright.
    #[default]
    Upright,
    /// 2: mirror left and right.
    FlipHorizontal,
    /// 3: half a turn.
    Rotate180,
    /// 4: mirror top and bottom.
    FlipVertical,
    /// 5: mirror at the diagonal from top left.
    Transpose,
    /// 6: a quarter turn clockwise; a phone held upright stores its photos so.
    Rotate90,
    /// 7: mirror at the diagonal from top right.
    Transverse,
    /// 8: a quarter turn counter-clockwise.
    Rotate270,
}

impl Orientation {
    /// All eight, in the order of their EXIF values.
    pub const ALL: [Self; 8] = [
        Self::Upright,
        Self::FlipHorizontal,
        Self::Rotate180,
        Self::FlipVertical,
        Self::Transpose,
        Self::Rotate90,
        Self::Transverse,
        Self::Rotate270,
    ];

    /// The orientation with this EXIF value, 1 to 8.
    pub fn from_exif(value: u8) -> Option<Self> {
        Self::ALL.get(usize::from(value).checked_sub(1)?).copied()
    }

    /// The size of the other side of the turn: stored from upright, or upright from stored.
    pub fn turned(self, (width, height): (u64, u64)) -> (u64, u64) {
        match self {
            Self::Upright | Self::FlipHorizontal | Self::Rotate180 | Self::FlipVertical => (width, height),
            Self::Transpose | Self::Rotate90 | Self::Transverse | Self::Rotate270 => (height, width),
        }
    }

    /// Where the pixel at column `x`, row `y` of the upright picture of this size is stored.
    pub fn stored(self, (x, y): (u64, u64), (width, height): (u64, u64)) -> (u64, u64) {
        let (from_right, from_bottom) = (width - 1 - x, height - 1 - y);
        match self {
            Self::Upright => (x, y),
            Self::FlipHorizontal => (from_right, y),
            Self::Rotate180 => (from_right, from_bottom),
            Self::FlipVertical => (x, from_bottom),
            Self::Transpose => (y, x),
            Self::Rotate90 => (y, from_right),
            Self::Transverse => (from_bottom, from_right),
            Self::Rotate270 => (from_bottom, x),
        }
    }
}

/// A picture in memory: 8-bit RGB, row by row from the top, without gaps between rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RgbFrame {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
    orientation: Orientation,
}

impl RgbFrame {
    /// A frame of `width` × `height` stored pixels, three bytes each.
    ///
    /// # Errors
    /// [`Error::Input`] when a side is 0 or `pixels` has another length than `width * height * 3`.
    pub fn new(width: u32, height: u32, pixels: Vec<u8>, orientation: Orientation) -> Result<Self> {
        if width == 0 || height == 0 {
            return Err(Error::Input(format!("a picture of {width} × {height} pixels shows nothing; give another")));
        }
        let want = (u64::from(width) * u64::from(height)).saturating_mul(3);
        if pixels.len() as u64 != want {
            return Err(Error::Input(format!(
                "a picture of {width} × {height} RGB pixels has {want} bytes, {} were given; send whole frames \
                 without padding",
                pixels.len()
            )));
        }
        Ok(Self { width, height, pixels, orientation })
    }

    /// Width and height as stored, in pixels.
    pub fn stored_size(&self) -> (u64, u64) {
        (self.width.into(), self.height.into())
    }

    /// Width and height when held upright, in pixels.
    pub fn upright_size(&self) -> (u64, u64) {
        self.orientation.turned(self.stored_size())
    }

    /// The bytes as stored: red, green, blue.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Width, height and bytes of the picture held upright: red, green, blue.
    pub fn upright(&self) -> (u32, u32, Vec<u8>) {
        let (width, height) = self.upright_size();
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..height {
            for x in 0..width {
                let (x, y) = self.orientation.stored((x, y), (width, height));
                let at = 3 * (y * u64::from(self.width) + x) as usize;
                pixels.extend_from_slice(&self.pixels[at..at + 3]);
            }
        }
        (width as u32, height as u32, pixels)
    }

    /// How to hold it.
    pub fn orientation(&self) -> Orientation {
        self.orientation
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Upright it reads `ab` over `cd` over `ef`; the table has the stored rows for each EXIF value, as
    /// drawn in the EXIF standard.
    #[test]
    fn every_orientation_finds_its_pixels() {
        let stored: [&[&str]; 8] = [
            &["ab", "cd", "ef"],
            &["ba", "dc", "fe"],
            &["fe", "dc", "ba"],
            &["ef", "cd", "ab"],
            &["ace", "bdf"],
            &["bdf", "ace"],
            &["fdb", "eca"],
            &["eca", "fdb"],
        ];
        for (rows, exif) in stored.iter().zip(1..) {
            let orientation = Orientation::from_exif(exif).unwrap();
            let size = orientation.turned((rows[0].len() as u64, rows.len() as u64));
            assert_eq!(size, (2, 3), "EXIF {exif}");
            let upright: String = (0..3)
                .flat_map(|y| (0..2).map(move |x| orientation.stored((x, y), size)))
                .map(|(x, y)| rows[y as usize].as_bytes()[x as usize] as char)
                .collect();
            assert_eq!(upright, "abcdef", "EXIF {exif}");
            let pixels = rows.concat().bytes().flat_map(|b| [b; 3]).collect();
            let frame = RgbFrame::new(rows[0].len() as u32, rows.len() as u32, pixels, orientation).unwrap();
            let (width, height, pixels) = frame.upright();
            let upright: String = pixels.chunks(3).map(|pixel| pixel[0] as char).collect();
            assert_eq!((width, height, upright.as_str()), (2, 3, "abcdef"), "EXIF {exif}");
        }
        assert_eq!(Orientation::from_exif(0), None);
        assert_eq!(Orientation::from_exif(9), None);
    }

    #[test]
    fn a_frame_has_as_many_bytes_as_its_size_says() {
        assert!(RgbFrame::new(2, 3, vec![0; 18], Orientation::Upright).is_ok());
        for (width, height, bytes) in [(2, 3, 17), (2, 3, 24), (0, 3, 0), (3, 0, 0), (u32::MAX, u32::MAX, 3)] {
            assert!(RgbFrame::new(width, height, vec![0; bytes], Orientation::Upright).is_err(), "{width}x{height}");
        }
    }
}
