//! Which classes are taken for which.

use super::share;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How often each class was answered where another was right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confusion {
    /// By the right class and the answered one.
    counts: BTreeMap<(usize, usize), usize>,
}

/// A class that a model does badly on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorstClass {
    /// Its name.
    pub class: String,
    /// Inputs of it.
    pub inputs: usize,
    /// Of these, how many were answered right.
    pub right: usize,
    /// What the others were taken for, and how often, the most frequent first.
    pub taken_for: Vec<(String, usize)>,
}

impl Confusion {
    /// Counts one answer.
    pub fn add(&mut self, right: usize, answered: usize) {
        *self.counts.entry((right, answered)).or_default() += 1;
    }

    /// How often `answered` was said where `right` was right.
    pub fn count(&self, right: usize, answered: usize) -> usize {
        self.counts.get(&(right, answered)).copied().unwrap_or(0)
    }

    /// The inputs, and how many of them were answered right.
    pub fn total_and_right(&self) -> (usize, usize) {
        self.sums(|_| true)
    }

    /// F1 of one class: the harmonic mean of precision and recall, `2 · hits / (inputs of it + answers of it)`; `None` for
    /// a class that neither was right nor was answered.
    pub fn f1(&self, class: usize) -> Option<f64> {
        let (inputs, hits) = self.sums(|(right, _)| right == class);
        let (answers, _) = self.sums(|(_, answered)| answered == class);
        share(2 * hits, inputs + answers)
    }

    /// The mean of the F1 of all classes that were right or answered at least once, as scikit-learn's macro average.
    pub fn macro_f1(&self) -> Option<f64> {
        let classes: BTreeSet<usize> = self.counts.keys().flat_map(|&(right, answered)| [right, answered]).collect();
        let all: Vec<f64> = classes.into_iter().filter_map(|class| self.f1(class)).collect();
        (!all.is_empty()).then(|| all.iter().sum::<f64>() / all.len() as f64)
    }

    /// At most `most` classes with the most wrong answers; of equals, that of which fewer are right.
    pub fn worst(&self, names: &[String], most: usize) -> Vec<WorstClass> {
        let classes: BTreeSet<usize> = self.counts.keys().map(|&(right, _)| right).collect();
        let mut classes: Vec<WorstClass> = classes.into_iter().map(|class| self.of(class, names)).collect();
        classes.retain(|class| class.right < class.inputs);
        classes.sort_by_key(|class| (std::cmp::Reverse(class.inputs - class.right), class.right));
        classes.truncate(most);
        classes
    }

    /// Rows are what was right, columns what was answered.
    pub fn matrix(&self, classes: usize) -> Vec<Vec<usize>> {
        (0..classes).map(|right| (0..classes).map(|answered| self.count(right, answered)).collect()).collect()
    }

    fn of(&self, class: usize, names: &[String]) -> WorstClass {
        let (inputs, right) = self.sums(|(right, _)| right == class);
        let wrong = self.counts.iter().filter(|((right, answered), _)| *right == class && answered != right);
        let mut taken_for: Vec<(String, usize)> =
            wrong.map(|((_, answered), count)| (names[*answered].clone(), *count)).collect();
        taken_for.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        WorstClass { class: names[class].clone(), inputs, right, taken_for }
    }

    /// All answers of the cells that `of` takes, and those on the diagonal.
    fn sums(&self, of: impl Fn((usize, usize)) -> bool) -> (usize, usize) {
        let cells = || self.counts.iter().filter(|(cell, _)| of(**cell));
        let right = cells().filter(|((right, answered), _)| right == answered);
        (cells().map(|(_, count)| count).sum(), right.map(|(_, count)| count).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(answers: &[(usize, usize)]) -> Confusion {
        let mut confusion = Confusion::default();
        answers.iter().for_each(|&(right, answered)| confusion.add(right, answered));
        confusion
    }

    #[test]
    fn f1_is_that_of_scikit_learn() {
        // sklearn.metrics.f1_score([0,0,1,1,1,2], [0,1,1,1,0,2], average=None): 0.5, 2/3, 1; macro 0.7222.
        let confusion = of(&[(0, 0), (0, 1), (1, 1), (1, 1), (1, 0), (2, 2)]);
        let f1 = |class| confusion.f1(class).unwrap();
        assert!((f1(0) - 0.5).abs() < 1e-12 && (f1(1) - 2.0 / 3.0).abs() < 1e-12 && f1(2) == 1.0);
        assert!((confusion.macro_f1().unwrap() - 0.722_222_222).abs() < 1e-6);
        assert_eq!((confusion.f1(3), Confusion::default().macro_f1()), (None, None));
        assert_eq!(confusion.matrix(3), [[1, 1, 0], [1, 2, 0], [0, 0, 1]]);
    }

    #[test]
    fn the_worst_classes_come_first_with_what_they_are_taken_for() {
        let names = ["a", "b", "c"].map(String::from);
        let confusion = of(&[(0, 1), (0, 2), (0, 2), (0, 0), (1, 0), (2, 2)]);
        let worst = confusion.worst(&names, 9);
        assert_eq!(worst.iter().map(|w| w.class.as_str()).collect::<Vec<_>>(), ["a", "b"], "c has no wrong answer");
        assert_eq!((worst[0].inputs, worst[0].right), (4, 1));
        assert_eq!(worst[0].taken_for, [("c".to_string(), 2), ("b".to_string(), 1)]);
        assert_eq!(confusion.worst(&names, 1).len(), 1);
    }

    proptest! {
        #[test]
        fn shares_are_shares(answers in proptest::collection::vec((0usize..5, 0usize..5), 1..60)) {
            let confusion = of(&answers);
            let (total, right) = confusion.total_and_right();
            prop_assert_eq!(total, answers.len());
            prop_assert_eq!(right, answers.iter().filter(|(r, a)| r == a).count());
            let f1 = confusion.macro_f1().unwrap();
            prop_assert!((0.0..=1.0).contains(&f1) && (f1 == 1.0) == (right == total));
        }
    }
}
