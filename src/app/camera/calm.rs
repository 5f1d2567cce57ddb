//! Labels that a person can read while they change: probabilities are smoothed, and places change hands only for a
//! clear lead, so that equals do not flicker.
//!
//! In go all labels of a result, out come the few that are shown, the most probable first.

/// A label with its names.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// The class.
    pub index: usize,
    /// Its English name.
    pub english: String,
    /// Its Korean name.
    pub korean: String,
    /// 0 to 1.
    pub probability: f32,
}

/// Half of a change shows after this time: quick against a second, slow against ten results in it.
const HALF_TIME_MS: f32 = 120.0;
/// Overtaking takes this lead.
const LEAD: f32 = 0.04;
/// What is shown may fall to this share of the threshold before it goes.
const STAY: f32 = 0.7;
/// What has less is forgotten.
const FORGOTTEN: f32 = 0.002;

/// The labels of the last moments.
#[derive(Debug, Clone, Default)]
pub struct Calm {
    labels: Vec<Named>,
    /// What is shown, in order.
    order: Vec<usize>,
}

impl Calm {
    /// Takes a result in, `after_ms` after the one before.
    pub fn take(&mut self, result: &[Named], after_ms: f32) {
        let keep = if self.labels.is_empty() { 0.0 } else { 0.5_f32.powf(after_ms.max(0.0) / HALF_TIME_MS) };
        for label in &mut self.labels {
            label.probability *= keep;
        }
        for new in result {
            match self.labels.iter_mut().find(|label| label.index == new.index) {
                Some(label) => label.probability += (1.0 - keep) * new.probability,
                None => self.labels.push(Named { probability: (1.0 - keep) * new.probability, ..new.clone() }),
            }
        }
        self.labels.retain(|label| label.probability >= FORGOTTEN);
    }

    /// The labels to show now: at most `count`, each at least as probable as `threshold`.
    pub fn shown(&mut self, threshold: f32, count: usize) -> Vec<Named> {
        let by_index = |index: usize| self.labels.iter().find(|label| label.index == index);
        let mut order: Vec<&Named> = Vec::new();
        // Those that are shown keep their order among themselves, unless one has the lead over the one before it.
        for label in self.order.iter().filter_map(|&index| by_index(index)) {
            if label.probability >= STAY * threshold {
                let place = order.iter().position(|other| label.probability > other.probability + LEAD);
                order.insert(place.unwrap_or(order.len()), label);
            }
        }
        let mut new: Vec<&Named> = self.labels.iter().filter(|label| label.probability >= threshold).collect();
        new.retain(|label| !self.order.contains(&label.index));
        new.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        for label in new {
            let full = order.len() >= count;
            let lead = if full { LEAD } else { 0.0 };
            let place = order.iter().position(|other| label.probability > other.probability + lead);
            if let Some(place) = place.or((!full).then_some(order.len())) {
                order.insert(place, label);
            }
        }
        order.truncate(count);
        let shown: Vec<Named> = order.into_iter().cloned().collect();
        self.order = shown.iter().map(|label| label.index).collect();
        shown
    }

    /// Forgets all: another picture, not a later one.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(labels: &[(usize, f32)]) -> Vec<Named> {
        labels
            .iter()
            .map(|&(index, probability)| Named {
                index,
                english: index.to_string(),
                korean: String::new(),
                probability,
            })
            .collect()
    }

    fn indices(shown: &[Named]) -> Vec<usize> {
        shown.iter().map(|label| label.index).collect()
    }

    #[test]
    fn the_first_result_shows_as_it_is() {
        let mut calm = Calm::default();
        calm.take(&named(&[(1, 0.7), (2, 0.2), (3, 0.01)]), 0.0);
        assert_eq!(calm.shown(0.05, 3), named(&[(1, 0.7), (2, 0.2)]));
    }

    #[test]
    fn equals_do_not_change_places() {
        let mut calm = Calm::default();
        calm.take(&named(&[(1, 0.41), (2, 0.40)]), 0.0);
        assert_eq!(indices(&calm.shown(0.05, 3)), [1, 2]);
        for turn in 0..50 {
            let (a, b) = if turn % 2 == 0 { (0.40, 0.42) } else { (0.42, 0.40) };
            calm.take(&named(&[(1, a), (2, b)]), 100.0);
            assert_eq!(indices(&calm.shown(0.05, 3)), [1, 2]);
        }
    }

    #[test]
    fn what_wavers_at_the_threshold_stays() {
        let mut calm = Calm::default();
        for turn in 0..50 {
            let weak = if turn % 2 == 0 { 0.11 } else { 0.09 };
            calm.take(&named(&[(1, 0.8), (2, weak)]), 100.0);
            assert_eq!(indices(&calm.shown(0.1, 3)), [1, 2], "turn {turn}");
        }
        (0..20).for_each(|_| calm.take(&named(&[(1, 0.8), (2, 0.02)]), 100.0));
        assert_eq!(indices(&calm.shown(0.1, 3)), [1]);
    }

    #[test]
    fn another_picture_leads_within_half_a_second() {
        let mut calm = Calm::default();
        (0..20).for_each(|_| calm.take(&named(&[(1, 0.9)]), 100.0));
        calm.shown(0.05, 3);
        (0..3).for_each(|_| calm.take(&named(&[(2, 0.9)]), 150.0));
        let shown = calm.shown(0.05, 3);
        assert_eq!(shown[0].index, 2, "{shown:?}");
        assert!(shown[0].probability > 0.8, "{shown:?}");
    }

    proptest! {
        #[test]
        fn never_too_many_never_too_weak_and_roughly_in_order(
            results in prop::collection::vec(prop::collection::vec((0..20_usize, 0.0..0.3_f32), 0..10), 1..20),
            threshold in 0.01..0.5_f32,
            count in 1..6_usize,
        ) {
            let mut calm = Calm::default();
            for mut result in results {
                result.sort_by_key(|label| label.0);
                result.dedup_by_key(|label| label.0);
                calm.take(&named(&result), 100.0);
                let shown = calm.shown(threshold, count);
                prop_assert!(shown.len() <= count);
                prop_assert!(shown.iter().all(|label| label.probability >= STAY * threshold));
                prop_assert!(shown.windows(2).all(|pair| pair[1].probability <= pair[0].probability + LEAD + 1e-6));
                let mut indices = indices(&shown);
                indices.sort();
                indices.dedup();
                prop_assert_eq!(indices.len(), shown.len());
            }
        }
    }
}
