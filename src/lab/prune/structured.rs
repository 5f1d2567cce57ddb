//! Whole channels: which go, and how.

use super::{Error, Graph, Group, Result, Weights};

/// Which units of each group of a graph stay, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// For each group, those of its units that stay.
    pub kept: Vec<Vec<usize>>,
}

/// How many units of each group of `graph` are left when `amount` of them goes; with `inner`, channels that go from
/// block to block stay.
///
/// Every group loses the same share: norms of different layers, at different resolutions and behind different
/// activations, say nothing about each other.
///
/// # Errors
/// [`Error::Amount`].
pub fn widths(graph: &Graph, amount: f64, inner: bool) -> Result<Vec<usize>> {
    if !(amount > 0.0 && amount < 1.0) {
        return Err(Error::Amount { amount });
    }
    let left = |group: &Group| match inner && group.is_stream {
        true => group.width,
        false => left_of(group.width, amount, group.multiple),
    };
    Ok(graph.groups.iter().map(left).collect())
}

/// How much the units of each group of a graph move: the variance of what each is, over pixels and pictures. `None` for a
/// group of which it was not seen.
pub type Activity = Vec<Option<Vec<f64>>>;

/// Chooses the units that stay: of each group of `graph` the strongest, as many as `widths` says, or all if there are
/// fewer. Where their activity is known, it counts.
///
/// # Errors
/// A graph of other weights.
pub fn choose(weights: &Weights, graph: &Graph, widths: &[usize], activity: &Activity) -> Result<Choice> {
    let groups = graph.groups.iter().zip(widths).enumerate();
    let kept = groups.map(|(at, (group, width))| {
        let importance = match activity.get(at) {
            Some(Some(activity)) => share_in_what_is_read(weights, group, activity)?,
            _ => importance(weights, group)?,
        };
        Ok(strongest(&importance, *width))
    });
    Ok(Choice { kept: kept.collect::<Result<_>>()? })
}

/// How many of `width` are left: the nearest multiple, at least one of it and never more than a tenth below, as the
/// MobileNet papers' code rounds; and never more than there were.
fn left_of(width: usize, amount: f64, multiple: usize) -> usize {
    let wanted = width as f64 * (1.0 - amount);
    let step = multiple as f64;
    let nearest = ((wanted / step).round().max(1.0) * step) as usize;
    let left = if (nearest as f64) < 0.9 * wanted { nearest + multiple } else { nearest };
    left.min(width)
}

/// How much each unit of `group` matters: the L2 norm of all its weights, each tensor counted relative to its mean.
///
/// Biases and norms are left out: how large a channel is follows from them, not how much it tells. Relative, because the
/// nine weights of a depthwise filter are larger than the hundreds of a convolution that reads it, and would decide alone.
fn importance(weights: &Weights, group: &Group) -> Result<Vec<f64>> {
    let mut sums = vec![0.0; group.width];
    for member in &group.members {
        if weights.get(&member.tensor).is_none_or(|tensor| tensor.rank() < 2) {
            continue;
        }
        let squares = weights.squares(member)?;
        let mean = squares.iter().sum::<f64>() / squares.len() as f64;
        if mean > 0.0 {
            sums.iter_mut().zip(&squares).for_each(|(sum, square)| *sum += square / mean);
        }
    }
    Ok(sums.into_iter().map(f64::sqrt).collect())
}

/// How much each unit of `group` moves what reads it: the L2 norm of its contribution to the outputs of the next layer,
/// about its mean. A channel with large weights that is nearly constant adds little but a bias, which the next layer can
/// have of its own.
fn share_in_what_is_read(weights: &Weights, group: &Group, activity: &[f64]) -> Result<Vec<f64>> {
    let mut sums = vec![0.0; group.width];
    // Squeeze-and-excitation reads them too, and gives factors of these same channels.
    let readers = group.members.iter().filter(|member| member.axis == 1 && !member.tensor.contains(".se."));
    for member in readers {
        let squares = weights.squares(member)?;
        sums.iter_mut().zip(squares.iter().zip(activity)).for_each(|(sum, (square, moves))| *sum += square * moves);
    }
    Ok(sums.into_iter().map(f64::sqrt).collect())
}

/// The `count` largest, in the order in which they stand; of equals the first.
fn strongest(importance: &[f64], count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..importance.len()).collect();
    order.sort_by(|&a, &b| importance[b].total_cmp(&importance[a]));
    order.truncate(count);
    order.sort_unstable();
    order
}

/// Takes out of `weights` every unit of `graph` that `choice` does not keep.
///
/// # Errors
/// A graph of other weights.
pub fn remove(weights: &mut Weights, graph: &Graph, choice: &Choice) -> Result<()> {
    for (group, kept) in graph.groups.iter().zip(&choice.kept) {
        group.members.iter().try_for_each(|member| weights.keep(member, kept))?;
    }
    Ok(())
}

/// Sets every unit of `graph` that `choice` does not keep to zero where it is made: what [`remove`] must be equal to.
///
/// # Errors
/// A graph of other weights.
pub fn zero(weights: &mut Weights, graph: &Graph, choice: &Choice) -> Result<()> {
    for (group, kept) in graph.groups.iter().zip(&choice.kept) {
        let makers = group.members.iter().filter(|member| member.makes);
        makers.into_iter().try_for_each(|member| weights.zero_others(member, kept))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_multiples_of_eight_and_heads_are_whole() {
        for (width, amount, multiple, left) in [
            (576, 0.5, 8, 288),
            (576, 0.3, 8, 400),
            // Eight would be more than a tenth below 11.2.
            (16, 0.3, 8, 16),
            (16, 0.5, 8, 8),
            (16, 0.99, 8, 8),
            (24, 0.7, 8, 8),
            (12, 0.5, 1, 6),
            (12, 0.3, 1, 8),
            (12, 0.99, 1, 1),
            // Fewer than eight are there.
            (5, 0.5, 8, 5),
        ] {
            assert_eq!(left_of(width, amount, multiple), left, "{width} less {amount}");
        }
    }

    #[test]
    fn the_strongest_stay_in_their_order() {
        assert_eq!(strongest(&[1.0, 3.0, 2.0, 3.0, 0.0], 3), [1, 2, 3]);
        assert_eq!(strongest(&[1.0, 1.0, 1.0], 2), [0, 1]);
    }
}
