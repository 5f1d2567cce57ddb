//! How much is pruned when.

/// The share that is gone after `iteration` (from 1) of `iterations`, if each takes the same share of what is left,
/// `1 − (1 − target)^(1/n)`: then the last has taken `target` in all, and each hurts about as much as the one before.
pub fn pruned_after(target: f64, iteration: usize, iterations: usize) -> f64 {
    1.0 - (1.0 - target).powf(iteration as f64 / iterations.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn each_iteration_takes_the_same_share_and_the_last_ends_at_the_target(target in 0.01f64..0.99, n in 1usize..20) {
            let share = 1.0 - (1.0 - target).powf(1.0 / n as f64);
            let mut left = 1.0;
            for iteration in 1..=n {
                left *= 1.0 - share;
                prop_assert!((pruned_after(target, iteration, n) - (1.0 - left)).abs() < 1e-9);
            }
            prop_assert!((pruned_after(target, n, n) - target).abs() < 1e-12);
        }
    }
}
