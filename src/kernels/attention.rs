//! Attention: each query looks at all keys and takes the values by how well they fit
//! (<https://arxiv.org/abs/1706.03762>).
//!
//! ```text
//! for a head and 8 queries        shared among the threads
//!   scores of all keys            a strip of 8 rows, in the cache; the whole matrix is never there
//!   softmax of each row
//!   times all values
//! ```

use super::aligned::Floats;
use super::block::{Block, MAX_VECTORS, groups};
use super::map::Arena;
use super::pool::{self, Shared};
use super::rows::{Rows, View};
use super::{Activation, Isa, math};
use pulp::{Simd, WithSimd};
use std::ops::Range;

/// What can be attended to: keys and values, packed for all heads.
#[derive(Debug)]
pub struct KeysValues {
    isa: Isa,
    heads: usize,
    /// Numbers of a key and of a value in one head.
    head: usize,
    capacity: usize,
    len: usize,
    /// Vectors of positions in a panel of keys.
    vectors: usize,
    /// For each head panels of positions; in each, for every number of a key, that of these positions.
    keys: Floats,
    /// For each head groups of vectors of a value; in each, for every position, these vectors.
    values: Floats,
}

impl KeysValues {
    /// Room for `capacity` positions.
    pub fn new(isa: Isa, heads: usize, head: usize, capacity: usize) -> Self {
        let vectors = capacity.div_ceil(isa.lanes()).clamp(1, MAX_VECTORS);
        let positions = capacity.next_multiple_of(vectors * isa.lanes());
        let keys = Floats::zeros(heads * head * positions);
        let values = Floats::zeros(heads * head.next_multiple_of(isa.lanes()) * capacity);
        Self { isa, heads, head, capacity, len: 0, vectors, keys, values }
    }

    /// Positions so far.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Forgets all positions.
    pub fn clear(&mut self) {
        self.truncate(0);
    }

    /// Forgets all positions but the first `len`.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Positions of a panel.
    fn columns(&self) -> usize {
        self.vectors * self.isa.lanes()
    }

    /// Numbers of the keys of one head.
    fn keys_of_head(&self) -> usize {
        self.capacity.next_multiple_of(self.columns()) * self.head
    }

    /// Numbers of the values of one head.
    fn values_of_head(&self) -> usize {
        self.capacity * self.head.next_multiple_of(self.isa.lanes())
    }

    /// Adds positions: a row of `keys` and one of `values` for each, the heads side by side.
    ///
    /// # Panics
    /// Where there is no room, or the widths are others.
    pub fn append(&mut self, keys: View, values: View) {
        assert!(self.len + keys.count <= self.capacity, "no room for {} more positions", keys.count);
        assert_eq!((keys.width, values.width, keys.count), (self.heads * self.head, keys.width, values.count));
        let (columns, lanes, head) = (self.columns(), self.isa.lanes(), self.head);
        let (keys_of_head, values_of_head) = (self.keys_of_head(), self.values_of_head());
        for row in 0..keys.count {
            let position = self.len + row;
            let at = position / columns * columns * head + position % columns;
            for (h, key) in keys.row(row).chunks_exact(head).enumerate() {
                let to = self.keys.as_mut_slice()[h * keys_of_head + at..].iter_mut().step_by(columns);
                to.zip(key).for_each(|(to, from)| *to = *from);
            }
            for (h, value) in values.row(row).chunks_exact(head).enumerate() {
                let of_head = &mut self.values.as_mut_slice()[h * values_of_head..][..values_of_head];
                for (first, count) in groups(head.div_ceil(lanes)) {
                    let (first, width) = (first * lanes, count * lanes);
                    let from = &value[first..(first + width).min(head)];
                    of_head[first * self.capacity + position * width..][..from.len()].copy_from_slice(from);
                }
            }
        }
        self.len += keys.count;
    }
}

/// How queries attend.
#[derive(Debug, Clone, Copy)]
pub struct Attention {
    pub isa: Isa,
    /// What scores are multiplied by.
    pub scale: f32,
    /// Whether the queries belong to the last positions, and each sees those before it and itself.
    pub causal: bool,
}

impl Attention {
    /// What each row of `queries` takes of the values, the heads side by side.
    ///
    /// # Panics
    /// Where the widths do not fit, or there is nothing to attend to.
    pub fn run(&self, arena: &mut Arena, queries: View, memory: &KeysValues) -> Rows {
        assert_eq!(queries.width, memory.heads * memory.head);
        assert!(!memory.is_empty() && (!self.causal || memory.len >= queries.count));
        let mut ys = arena.rows(self.isa, queries.count, queries.width);
        let most = if self.isa.lanes() == 8 { 4 } else { 8 };
        let rows = if queries.count == 1 { 1 } else { most };
        let strip = memory.len.next_multiple_of(memory.columns());
        let tile = memory.head.next_multiple_of(self.isa.lanes());
        let scratch_of_thread = rows * (strip + tile);
        let tasks = memory.heads * queries.count.div_ceil(rows);
        let cost = 2 * queries.count * memory.len * queries.width;
        let mut scratch = arena.floats(pool::threads() * scratch_of_thread);
        let (step, to, scratches) =
            (ys.step, Shared::new(ys.floats.as_mut_slice()), Shared::new(scratch.as_mut_slice()));
        pool::share(tasks, cost, |part, tasks| {
            // SAFETY: no two threads have the same part, and there is room for as many as there are threads.
            let scratch = unsafe { scratches.get().add(part * scratch_of_thread) };
            self.isa.run(Run { with: self, queries, memory, to, step, scratch, strip, tile, tasks });
        });
        arena.give_back_floats(scratch);
        ys
    }
}

struct Run<'a> {
    with: &'a Attention,
    queries: View<'a>,
    memory: &'a KeysValues,
    to: Shared<f32>,
    step: usize,
    scratch: *mut f32,
    /// Numbers of a row of scores.
    strip: usize,
    /// Numbers of a row of one head's values.
    tile: usize,
    tasks: Range<usize>,
}

impl WithSimd for Run<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        if self.queries.count == 1 {
            self.tasks::<S, 1>(simd);
        } else if S::F32_LANES == 8 {
            self.tasks::<S, 4>(simd);
        } else {
            self.tasks::<S, 8>(simd);
        }
    }
}

impl Run<'_> {
    #[inline(always)]
    fn tasks<S: Simd, const ROWS: usize>(self, simd: S) {
        let blocks = self.queries.count.div_ceil(ROWS);
        for task in self.tasks.clone() {
            // SAFETY: `Attention::run` has seen that the sizes fit, and given as much scratch as this many rows take.
            unsafe {
                match self.memory.vectors {
                    1 => self.block::<S, ROWS, 1>(simd, task / blocks, task % blocks * ROWS),
                    2 => self.block::<S, ROWS, 2>(simd, task / blocks, task % blocks * ROWS),
                    _ => self.block::<S, ROWS, 3>(simd, task / blocks, task % blocks * ROWS),
                }
            }
        }
    }

    /// What the queries from `first` on take in one head.
    #[inline(always)]
    unsafe fn block<S: Simd, const ROWS: usize, const VECTORS: usize>(&self, simd: S, head: usize, first: usize) {
        let (memory, lanes) = (self.memory, S::F32_LANES);
        // Of the last query of the block: none sees more.
        let seen = |row: usize| match self.with.causal {
            true => memory.len - (self.queries.count - 1 - row.min(self.queries.count - 1)),
            false => memory.len,
        };
        let most = seen(first + ROWS - 1);
        // SAFETY: the caller's.
        unsafe {
            let queries = std::array::from_fn(|i| self.queries.at(first + i).add(head * memory.head));
            let scores: [*mut f32; ROWS] = std::array::from_fn(|i| self.scratch.add(i * self.strip));
            let taken: [*mut f32; ROWS] = std::array::from_fn(|i| self.scratch.add(ROWS * self.strip + i * self.tile));
            // The sums of both products begin at zero.
            let product = |run: usize, y: &[*mut f32; ROWS], width: usize| {
                y.iter().for_each(|y| std::slice::from_raw_parts_mut(*y, width).fill(0.0));
                Block { rows: 1, row: 0, run, bias: None, activation: Activation::None, different: ROWS }
            };
            let by_keys = product(memory.head, &scores, most.next_multiple_of(VECTORS * lanes));
            let mut keys = memory.keys.as_slice()[head * memory.keys_of_head()..].as_ptr();
            for panel in (0..most).step_by(VECTORS * lanes) {
                by_keys.run::<S, f32, ROWS, VECTORS>(simd, keys, panel, &queries, &scores, None);
                keys = keys.add(memory.head * VECTORS * lanes);
            }
            // No closure: the compiler may not inline it, and then every vector instruction in it is a call.
            let mut sums = [0.0; ROWS];
            for i in 0..ROWS {
                let scores = std::slice::from_raw_parts_mut(scores[i], most.next_multiple_of(lanes));
                sums[i] = softmax(simd, scores, seen(first + i), self.with.scale);
            }
            let by_values = product(most, &taken, self.tile);
            let weights = scores.map(|scores| scores.cast_const());
            let mut values = memory.values.as_slice()[head * memory.values_of_head()..].as_ptr();
            for (vector, count) in groups(self.tile / lanes) {
                let at = vector * lanes;
                match count {
                    1 => by_values.run::<S, f32, ROWS, 1>(simd, values, at, &weights, &taken, None),
                    2 => by_values.run::<S, f32, ROWS, 2>(simd, values, at, &weights, &taken, None),
                    _ => by_values.run::<S, f32, ROWS, 3>(simd, values, at, &weights, &taken, None),
                }
                values = values.add(memory.capacity * count * lanes);
            }
            for i in 0..ROWS.min(self.queries.count - first) {
                let share = 1.0 / sums[i];
                let taken = std::slice::from_raw_parts(taken[i], memory.head);
                let to = self.to.get().add((first + i) * self.step + head * memory.head);
                let to = std::slice::from_raw_parts_mut(to, memory.head);
                to.iter_mut().zip(taken).for_each(|(to, taken)| *to = taken * share);
            }
        }
    }
}

/// Makes of the first `seen` of `scores` what each is e to the power of, relative to the largest, and of the others
/// zero; the sum of all. `scores` are whole vectors.
#[inline(always)]
fn softmax<S: Simd>(simd: S, scores: &mut [f32], seen: usize, scale: f32) -> f32 {
    scores[seen..].fill(f32::NEG_INFINITY);
    let (vectors, _) = S::as_mut_simd_f32s(scores);
    let mut most = simd.splat_f32s(f32::NEG_INFINITY);
    for x in vectors.iter() {
        most = simd.max_f32s(most, *x);
    }
    let (most, factor) = (simd.splat_f32s(simd.reduce_max_f32s(most)), simd.splat_f32s(scale));
    let mut sum = simd.splat_f32s(0.0);
    for x in vectors {
        *x = math::exp(simd, simd.mul_f32s(simd.sub_f32s(*x, most), factor));
        sum = simd.add_f32s(sum, *x);
    }
    scores[seen..].fill(0.0);
    simd.reduce_sum_f32s(sum)
}
