//! Memory for the vectors of every instruction set.

use std::marker::PhantomData;

/// 64 bytes, aligned so that no vector crosses a line of the cache.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(64))]
struct Line([u8; LINE]);

const LINE: usize = 64;

/// A number for which any bits are a value, none of them zero.
///
/// # Safety
/// That must hold, and a line must be a whole number of them.
pub unsafe trait Number: Copy {}

// SAFETY: plain numbers.
unsafe impl Number for f32 {}
// SAFETY: as above.
unsafe impl Number for i32 {}
// SAFETY: as above.
unsafe impl Number for i16 {}
// SAFETY: as above.
unsafe impl Number for i8 {}
// SAFETY: as above.
unsafe impl Number for u8 {}
// SAFETY: as above; the crate says that it is 16 bits, any of which are a value.
unsafe impl Number for half::f16 {}

/// Numbers that begin at a line of the cache.
#[derive(Debug, Clone, Default)]
pub struct Aligned<T>(Vec<Line>, PhantomData<T>);

/// Floats that begin at a line of the cache.
pub type Floats = Aligned<f32>;

impl<T: Number> Aligned<T> {
    /// So many zeros, at least.
    pub fn zeros(len: usize) -> Self {
        Self(vec![Line([0; LINE]); len.div_ceil(LINE / size_of::<T>())], PhantomData)
    }

    /// These values, and zeros up to a multiple of `lanes`.
    pub fn padded(values: &[T], lanes: usize) -> Self {
        let mut aligned = Self::zeros(values.len().next_multiple_of(lanes));
        aligned.as_mut_slice()[..values.len()].copy_from_slice(values);
        aligned
    }

    pub fn as_slice(&self) -> &[T] {
        // SAFETY: a line is so many numbers with nothing between.
        unsafe { std::slice::from_raw_parts(self.0.as_ptr().cast(), self.0.len() * (LINE / size_of::<T>())) }
    }

    pub fn as_mut_slice(&mut self) -> &mut [T] {
        // SAFETY: as above, and the borrow is exclusive.
        unsafe { std::slice::from_raw_parts_mut(self.0.as_mut_ptr().cast(), self.0.len() * (LINE / size_of::<T>())) }
    }
}
