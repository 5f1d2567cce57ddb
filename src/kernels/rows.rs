//! Rows of numbers: what a text or a sound is between two layers, one row for a token or a moment.
//!
//! Rows are padded with zeros to whole vectors, and every kernel keeps them so.

use super::Isa;
use super::aligned::Floats;
use super::map::Arena;

/// Rows of equal width.
#[derive(Debug)]
pub struct Rows {
    /// How many.
    pub count: usize,
    /// Numbers of a row.
    pub width: usize,
    /// Numbers from a row to the next: the width, padded to whole vectors.
    pub step: usize,
    pub(super) floats: Floats,
}

impl Rows {
    /// The numbers of a row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.floats.as_slice()[row * self.step..][..self.width]
    }

    /// The numbers of a row.
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.floats.as_mut_slice()[row * self.step..][..self.width]
    }

    /// Every row on its own.
    pub fn view(&self) -> View<'_> {
        View { values: self.floats.as_slice(), count: self.count, step: self.step, width: self.width }
    }

    /// What a convolution along the rows sees: at every `stride`-th of them `size` rows, padding and all, as one.
    pub fn windows(&self, size: usize, stride: usize) -> View<'_> {
        let count = if self.count < size { 0 } else { (self.count - size) / stride + 1 };
        View { values: self.floats.as_slice(), count, step: stride * self.step, width: size * self.step }
    }

    /// `count` of the rows, from `first` on.
    pub fn part(&self, first: usize, count: usize) -> View<'_> {
        assert!(first + count <= self.count);
        View { values: &self.floats.as_slice()[first * self.step..], count, ..self.view() }
    }
}

/// Rows that lie in others' memory.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub(super) values: &'a [f32],
    /// How many rows.
    pub count: usize,
    /// Numbers from a row to the next.
    pub(super) step: usize,
    /// Numbers of a row.
    pub width: usize,
}

impl<'a> View<'a> {
    pub(super) fn row(self, row: usize) -> &'a [f32] {
        &self.values[row * self.step..][..self.width]
    }

    /// Where a row begins; the last one where there are not so many.
    pub(super) fn at(self, row: usize) -> *const f32 {
        self.values[row.min(self.count - 1) * self.step..].as_ptr()
    }
}

impl Arena {
    /// Rows that are padded with zeros and otherwise anything.
    pub fn rows(&mut self, isa: Isa, count: usize, width: usize) -> Rows {
        let step = width.next_multiple_of(isa.lanes());
        let mut floats = self.floats(count * step);
        if step > width {
            floats.as_mut_slice()[..count * step].chunks_exact_mut(step).for_each(|row| row[width..].fill(0.0));
        }
        Rows { count, width, step, floats }
    }

    /// The rows are no longer needed.
    pub fn give_back_rows(&mut self, rows: impl IntoIterator<Item = Rows>) {
        rows.into_iter().for_each(|rows| self.give_back_floats(rows.floats));
    }
}
