//! How fast is learned, step by step.

/// The learning rate: up in a line, then down in a line to zero (Devlin et al., <https://arxiv.org/abs/1810.04805>, A.2).
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Schedule {
    /// Where it is highest.
    pub peak: f64,
    /// Steps until then.
    pub warmup_steps: usize,
    /// Steps in all.
    pub steps: usize,
}

impl Schedule {
    /// At `step`, from 0: never zero before the end.
    pub fn at(&self, step: usize) -> f64 {
        if step < self.warmup_steps {
            return self.peak * (step + 1) as f64 / self.warmup_steps as f64;
        }
        let (left, all) = (self.steps.saturating_sub(step), self.steps.saturating_sub(self.warmup_steps));
        self.peak * left as f64 / all.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_rises_to_the_peak_and_falls_to_nothing(warmup_steps in 0usize..50, more in 1usize..100) {
            let schedule = Schedule { peak: 0.5, warmup_steps, steps: warmup_steps + more };
            let rates: Vec<f64> = (0..schedule.steps).map(|step| schedule.at(step)).collect();
            prop_assert!(rates.iter().all(|&rate| rate > 0.0 && rate <= 0.5));
            prop_assert_eq!(schedule.at(warmup_steps), 0.5);
            prop_assert!(rates[..warmup_steps].is_sorted());
            prop_assert!(rates[warmup_steps..].iter().rev().is_sorted());
            prop_assert_eq!(schedule.at(schedule.steps), 0.0);
        }
    }
}
