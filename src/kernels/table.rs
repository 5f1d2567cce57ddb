//! A table with a row of numbers for each of something: words, positions.

use super::Isa;
use super::aligned::{Aligned, Number};
use super::map::Arena;
use super::rows::Rows;
use super::weight::{Order, Packed, Values};

/// The rows, in half the room where that loses nothing.
#[derive(Debug)]
pub struct Table {
    values: Packed,
    /// Numbers of a row.
    pub width: usize,
}

/// As they are.
struct Rowwise;

impl Order for Rowwise {
    fn order<T: Number>(&self, values: &[T]) -> Aligned<T> {
        Aligned::padded(values, 1)
    }
}

impl Table {
    /// `values` are rows of `width`, one after another.
    pub fn new(values: Values, width: usize) -> Self {
        Self { values: Packed::new(values, &Rowwise), width }
    }

    /// Adds the row `at` to `to`.
    pub fn add(&self, at: usize, to: &mut [f32]) {
        let range = at * self.width..(at + 1) * self.width;
        match &self.values {
            Packed::Float(values) => to.iter_mut().zip(&values.as_slice()[range]).for_each(|(to, value)| *to += value),
            Packed::Half(values) => {
                to.iter_mut().zip(&values.as_slice()[range]).for_each(|(to, value)| *to += value.to_f32());
            }
        }
    }

    /// The rows `at`, in this order.
    pub fn rows(&self, isa: Isa, arena: &mut Arena, at: impl ExactSizeIterator<Item = usize>) -> Rows {
        let mut rows = arena.rows(isa, at.len(), self.width);
        for (row, at) in at.enumerate() {
            let to = rows.row_mut(row);
            to.fill(0.0);
            self.add(at, to);
        }
        rows
    }
}
