//! Which rows are learned from together, and when.

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;

/// The rows of one pass over the data, in batches of at most `size` rows that are equally long, so that nothing is padded;
/// `lengths` has a number a row. Each row comes once, in an order that `seed` and `epoch` decide.
///
/// # Panics
/// `size` is 0.
pub fn batches(lengths: &[usize], size: usize, seed: u64, epoch: usize) -> Vec<Vec<usize>> {
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for row in shuffled(lengths.len(), seed, epoch) {
        by_length.entry(lengths[row]).or_default().push(row);
    }
    let mut batches: Vec<Vec<usize>> =
        by_length.values().flat_map(|rows| rows.chunks(size)).map(<[usize]>::to_vec).collect();
    batches.shuffle(&mut random(seed, epoch + 1));
    batches
}

/// The numbers below `count` in an order that `seed` and `epoch` decide.
pub fn shuffled(count: usize, seed: u64, epoch: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut random(seed, epoch));
    order
}

/// A stream of its own for each epoch. ChaCha's are the same on every machine and in every version.
fn random(seed: u64, epoch: usize) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(epoch as u64);
    random
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_row_comes_once_among_its_equals(
            lengths in proptest::collection::vec(1usize..6, 0..60), size in 1usize..9, epoch in 0usize..3,
        ) {
            let made = batches(&lengths, size, 7, epoch);
            prop_assert_eq!(&made, &batches(&lengths, size, 7, epoch));
            for batch in &made {
                prop_assert!((1..=size).contains(&batch.len()));
                prop_assert!(batch.iter().all(|&row| lengths[row] == lengths[batch[0]]));
            }
            let mut rows: Vec<usize> = made.concat();
            rows.sort_unstable();
            prop_assert_eq!(rows, (0..lengths.len()).collect::<Vec<_>>());
        }
    }

    #[test]
    fn every_epoch_has_an_order_of_its_own() {
        let orders: Vec<_> = (0..3).map(|epoch| shuffled(50, 7, epoch)).collect();
        assert!(orders[0] != orders[1] && orders[1] != orders[2] && orders[0] != shuffled(50, 8, 0));
    }
}
