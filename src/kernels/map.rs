//! Feature maps: what a picture is between two layers.
//!
//! Channels last: the floats of a pixel lie together, padded with zeros to whole vectors, so that every kernel works on
//! whole vectors and none has a tail. Around the pixels lies a border of zeros where the next layer looks beyond them,
//! so that none asks whether it is at an edge. Maps come out of an [`Arena`] and go back into it: after the first picture
//! nothing is allocated.

use super::Isa;
use super::aligned::Floats;

/// The size of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub height: usize,
    pub width: usize,
    pub channels: usize,
}

/// A feature map.
#[derive(Debug)]
pub struct Map {
    pub size: Size,
    /// Pixels of zeros on every side.
    pub border: usize,
    /// Floats of a pixel: the channels, padded to whole vectors.
    pub pixel: usize,
    floats: Floats,
}

impl Map {
    /// Floats from a row to the next.
    pub fn row(&self) -> usize {
        (self.size.width + 2 * self.border) * self.pixel
    }

    /// Where the pixel at `y`, `x` begins.
    pub fn at(&self, y: usize, x: usize) -> usize {
        (y + self.border) * self.row() + (x + self.border) * self.pixel
    }

    pub fn values(&self) -> &[f32] {
        self.floats.as_slice()
    }

    pub fn values_mut(&mut self) -> &mut [f32] {
        self.floats.as_mut_slice()
    }
}

/// Which pixels of a map a convolution sees, and how many it makes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Pixels of the border that are seen above.
    pub above: usize,
    /// Pixels of the border that are seen on the left.
    pub left: usize,
    /// Of the map that is made.
    pub height: usize,
    /// Of the map that is made.
    pub width: usize,
}

impl Window {
    /// Every pixel on its own.
    pub fn pixels(xs: &Map) -> Self {
        Self { above: 0, left: 0, height: xs.size.height, width: xs.size.width }
    }

    pub(super) fn check(self, xs: &Map, kernel: usize, stride: usize) {
        let seen = |count: usize| (count - 1) * stride + kernel;
        assert!(self.above <= xs.border && self.left <= xs.border, "{self:?} begins outside of the border");
        assert!(
            seen(self.height) <= self.above + xs.size.height + xs.border
                && seen(self.width) <= self.left + xs.size.width + xs.border,
            "{self:?} ends outside of the border"
        );
    }

    /// Where what is seen begins.
    pub(super) fn corner(self, xs: &Map) -> usize {
        xs.at(0, 0) - self.above * xs.row() - self.left * xs.pixel
    }
}

/// The memory of maps that are no longer needed.
#[derive(Debug, Default)]
pub struct Arena(Vec<Floats>);

impl Arena {
    /// A map whose border is zero and whose pixels are anything.
    pub fn map(&mut self, isa: Isa, size: Size, border: usize) -> Map {
        self.map_of(size, border, size.channels.next_multiple_of(isa.lanes()))
    }

    fn map_of(&mut self, size: Size, border: usize, pixel: usize) -> Map {
        let need = (size.height + 2 * border) * (size.width + 2 * border) * pixel;
        let floats = self.floats(need);
        let mut map = Map { size, border, pixel, floats };
        map.clear_border();
        map
    }

    /// So many floats at least, of any values: the smallest memory that is large enough.
    pub(super) fn floats(&mut self, need: usize) -> Floats {
        let fits = (0..self.0.len()).filter(|&i| self.0[i].as_slice().len() >= need);
        match fits.min_by_key(|&i| self.0[i].as_slice().len()) {
            Some(found) => self.0.swap_remove(found),
            None => Floats::zeros(need),
        }
    }

    pub(super) fn give_back_floats(&mut self, floats: Floats) {
        self.0.push(floats);
    }

    /// A picture: a map whose pixels are not padded.
    pub fn picture(&mut self, size: Size, border: usize) -> Map {
        self.map_of(size, border, size.channels)
    }

    /// The map is no longer needed.
    pub fn give_back(&mut self, map: Map) {
        self.give_back_floats(map.floats);
    }
}

impl Map {
    fn clear_border(&mut self) {
        if self.border == 0 {
            return;
        }
        let (row, side, rows) = (self.row(), self.border * self.pixel, self.size.height + 2 * self.border);
        let values = self.floats.as_mut_slice();
        values[..self.border * row].fill(0.0);
        values[(rows - self.border) * row..rows * row].fill(0.0);
        for y in self.border..rows - self.border {
            values[y * row..][..side].fill(0.0);
            values[(y + 1) * row - side..][..side].fill(0.0);
        }
    }
}
