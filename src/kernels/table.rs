//! A table with a row of numbers for each of something: words, positions.

use super::Isa;
use super::aligned::{Aligned, Number};
use super::map::Arena;
use super::rows::Rows;
use super::weight::{Order, Packed, Quantized, Values};

/// The rows, in half the room where that loses nothing, and bytes as they are.
#[derive(Debug)]
pub struct Table {
    rows: TableRows,
    /// Numbers of a row.
    pub width: usize,
}

#[derive(Debug)]
enum TableRows {
    Floats(Packed),
    Bytes { codes: Vec<i8>, scales: Vec<f32> },
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
        let rows = match values {
            Values::Bytes(Quantized { codes, scales }) => {
                TableRows::Bytes { codes: codes.to_vec(), scales: scales.to_vec() }
            }
            values => TableRows::Floats(Packed::new(values, &Rowwise)),
        };
        Self { rows, width }
    }

    /// Adds the row `at` to `to`.
    pub fn add(&self, at: usize, to: &mut [f32]) {
        let range = at * self.width..(at + 1) * self.width;
        match &self.rows {
            TableRows::Floats(Packed::Float(values)) => {
                to.iter_mut().zip(&values.as_slice()[range]).for_each(|(to, value)| *to += value)
            }
            TableRows::Floats(Packed::Half(values)) => {
                to.iter_mut().zip(&values.as_slice()[range]).for_each(|(to, value)| *to += value.to_f32());
            }
            TableRows::Bytes { codes, scales } => {
                let (codes, scale) = Quantized { codes, scales }.part(range.start, self.width);
                to.iter_mut().zip(codes).for_each(|(to, code)| *to += f32::from(*code) * scale);
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
