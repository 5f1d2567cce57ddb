//! Single weights.

use super::{Error, Result, Weights};
use candle_core::Tensor;

/// What was set to zero.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize)]
pub struct Sparsity {
    /// Weights that were looked at: all but biases, norms and what the classifier gives.
    pub weights: usize,
    /// Of these, how many are zero.
    pub zeros: usize,
}

/// Sets to zero the `amount` of each matrix and each filter bank whose numbers are smallest in size.
///
/// Of each tensor the same share, and not of all weights together: batch norm that is folded into its convolution makes
/// whole layers of a MobileNet larger than others, and one threshold for all would take away the small ones whole.
///
/// # Errors
/// [`Error::Amount`].
pub fn unstructured(weights: &mut Weights, amount: f64) -> Result<Sparsity> {
    if !(amount > 0.0 && amount < 1.0) {
        return Err(Error::Amount { amount });
    }
    let mut sparsity = Sparsity { weights: 0, zeros: 0 };
    let matrices: Vec<String> = weights.iter().filter(|(_, t)| t.rank() > 1).map(|(name, _)| name.into()).collect();
    for name in matrices {
        let Some(tensor) = weights.get(&name) else { continue };
        let mut values = tensor.flatten_all()?.to_vec1::<f32>()?;
        let count = (values.len() as f64 * amount).round() as usize;
        zero_smallest(&mut values, count);
        sparsity.weights += values.len();
        sparsity.zeros += values.iter().filter(|value| **value == 0.0).count();
        let tensor = Tensor::from_vec(values, tensor.shape(), tensor.device())?;
        weights.replace(&name, tensor);
    }
    Ok(sparsity)
}

/// Of equals, the first go.
fn zero_smallest(values: &mut [f32], count: usize) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    if count < order.len() {
        let smaller = |&a: &usize, &b: &usize| values[a].abs().total_cmp(&values[b].abs()).then(a.cmp(&b));
        order.select_nth_unstable_by(count, smaller);
    }
    order[..count].iter().for_each(|&at| values[at] = 0.0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_many_as_asked_are_zero_and_none_is_larger_than_one_that_stays(
            values in proptest::collection::vec(prop_oneof![Just(1f32), -3f32..3.0], 0..60), share in 0f64..1.0,
        ) {
            let count = (values.len() as f64 * share) as usize;
            let mut pruned = values.clone();
            zero_smallest(&mut pruned, count);
            let gone = |at: &usize| pruned[*at] == 0.0 && values[*at] != 0.0;
            let (gone, left): (Vec<usize>, Vec<usize>) = (0..values.len()).partition(gone);
            prop_assert!(gone.len() <= count && pruned.iter().filter(|v| **v == 0.0).count() >= count);
            let largest = gone.iter().map(|&at| values[at].abs()).fold(0.0, f32::max);
            prop_assert!(left.iter().all(|&at| pruned[at] == values[at] && (values[at] == 0.0 || values[at].abs() >= largest)));
        }
    }
}
