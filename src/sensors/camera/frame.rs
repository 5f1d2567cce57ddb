//! A picture in memory, and how it gets upright.

use std::time::Instant;

/// Where a camera looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Facing {
    /// At the person who holds the device.
    Front,
    /// Away from them.
    Back,
    /// Not told, as with a desktop's.
    #[default]
    Unknown,
}

impl Facing {
    /// The other side; what is unknown turns to the front, as a device with one camera has it there.
    pub fn other(self) -> Self {
        match self {
            Self::Front => Self::Back,
            Self::Back | Self::Unknown => Self::Front,
        }
    }
}

/// A picture: 8-bit RGB, row by row from the top, without gaps; upright, and as others see the scene.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// In pixels, at least 1.
    pub width: u32,
    /// In pixels, at least 1.
    pub height: u32,
    /// `width * height * 3` bytes.
    pub rgb: Vec<u8>,
    /// Where the camera looked.
    pub facing: Facing,
    /// When the picture was taken, as near as the source tells.
    pub captured: Instant,
}

/// How a picture must be turned clockwise to be upright.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum QuarterTurns {
    /// It is upright.
    #[default]
    None,
    /// 90°.
    One,
    /// 180°.
    Two,
    /// 270°.
    Three,
}

impl QuarterTurns {
    /// From 0, 90, 180 or 270.
    pub fn from_degrees(degrees: u16) -> Option<Self> {
        [Self::None, Self::One, Self::Two, Self::Three]
            .into_iter()
            .zip([0, 90, 180, 270])
            .find(|(_, d)| *d == degrees)
            .map(|(t, _)| t)
    }

    /// Width and height after the turn.
    pub fn turned(self, (width, height): (u32, u32)) -> (u32, u32) {
        match self {
            Self::None | Self::Two => (width, height),
            Self::One | Self::Three => (height, width),
        }
    }

    /// Where the pixel at column `x`, row `y` of the turned picture lies in the stored one of this size.
    fn stored(self, (x, y): (u32, u32), (width, height): (u32, u32)) -> (u32, u32) {
        match self {
            Self::None => (x, y),
            Self::One => (y, height - 1 - x),
            Self::Two => (width - 1 - x, height - 1 - y),
            Self::Three => (width - 1 - y, x),
        }
    }
}

/// RGB, upright, from pixels of `STRIDE` bytes whose first three are red, green and blue.
///
/// `pixels` holds `width * height * STRIDE` bytes; the caller has checked it. Out: width, height, bytes.
pub(super) fn upright<const STRIDE: usize>(
    pixels: &[u8],
    size: (u32, u32),
    turns: QuarterTurns,
) -> (u32, u32, Vec<u8>) {
    let (width, height) = turns.turned(size);
    if turns == QuarterTurns::None && STRIDE == 3 {
        return (width, height, pixels.to_vec());
    }
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    if turns == QuarterTurns::None {
        rgb.extend(pixels.chunks_exact(STRIDE).flat_map(|p| [p[0], p[1], p[2]]));
        return (width, height, rgb);
    }
    for y in 0..height {
        for x in 0..width {
            let (column, row) = turns.stored((x, y), size);
            let at = (row as usize * size.0 as usize + column as usize) * STRIDE;
            rgb.extend_from_slice(&pixels[at..at + 3]);
        }
    }
    (width, height, rgb)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Red, green over blue, white: the corners of every test picture.
    pub const CORNERS: [[u8; 3]; 4] = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]];

    /// The colours at top left, top right, bottom left, bottom right.
    pub fn corners(width: u32, height: u32, rgb: &[u8]) -> [[u8; 3]; 4] {
        assert_eq!(rgb.len(), (width * height * 3) as usize);
        let at = |x: u32, y: u32| {
            let i = ((y * width + x) * 3) as usize;
            [rgb[i], rgb[i + 1], rgb[i + 2]]
        };
        [at(0, 0), at(width - 1, 0), at(0, height - 1), at(width - 1, height - 1)]
    }

    /// A 6 × 4 picture with a block of each colour of [`CORNERS`].
    pub fn picture() -> (u32, u32, Vec<u8>) {
        let (width, height) = (6, 4);
        let pixel = |x, y| CORNERS[usize::from(y >= height / 2) * 2 + usize::from(x >= width / 2)];
        let rgb = (0..height).flat_map(|y| (0..width).flat_map(move |x| pixel(x, y))).collect();
        (width, height, rgb)
    }

    #[test]
    fn every_turn_moves_the_corners_clockwise() {
        let [red, green, blue, white] = CORNERS;
        let (width, height, rgb) = picture();
        for (degrees, size, want) in [
            (0, (6, 4), [red, green, blue, white]),
            (90, (4, 6), [blue, red, white, green]),
            (180, (6, 4), [white, blue, green, red]),
            (270, (4, 6), [green, white, red, blue]),
        ] {
            let turns = QuarterTurns::from_degrees(degrees).unwrap();
            let (w, h, turned) = upright::<3>(&rgb, (width, height), turns);
            assert_eq!((w, h), size, "{degrees}°");
            assert_eq!(corners(w, h, &turned), want, "{degrees}°");
        }
        assert_eq!(QuarterTurns::from_degrees(45), None);
    }

    #[test]
    fn four_turns_by_90_are_none() {
        let (width, height, rgb) = picture();
        let mut turned = (width, height, rgb.clone());
        for _ in 0..4 {
            turned = upright::<3>(&turned.2, (turned.0, turned.1), QuarterTurns::One);
        }
        assert_eq!(turned, (width, height, rgb));
    }
}
