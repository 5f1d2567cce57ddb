//! Picking one token from logits.

/// The likeliest token, and by how much its logit leads the runner-up. The first of equals.
pub(super) fn greedy(logits: &[f32]) -> (u32, f32) {
    let (mut token, mut first, mut second) = (0, f32::NEG_INFINITY, f32::NEG_INFINITY);
    for (i, &x) in logits.iter().enumerate() {
        if x > first {
            (token, second, first) = (i as u32, first, x);
        } else if x > second {
            second = x;
        }
    }
    (token, first - second)
}

/// `ln Σ exp x`, without overflow.
pub(super) fn log_sum_exp(xs: impl Iterator<Item = f32> + Clone) -> f32 {
    let max = xs.clone().fold(f32::NEG_INFINITY, f32::max);
    if max == f32::NEG_INFINITY { max } else { max + xs.map(|x| (x - max).exp()).sum::<f32>().ln() }
}

/// Random numbers that are the same every time: SplitMix64
/// (<https://prng.di.unimi.it/splitmix64.c>).
pub(super) struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A token, each as probable as its logit over `temperature` says.
    pub fn pick(&mut self, logits: &[f32], temperature: f32) -> u32 {
        let total = log_sum_exp(logits.iter().map(|x| x / temperature));
        let mut left = self.uniform();
        for (token, x) in logits.iter().enumerate() {
            left -= (x / temperature - total).exp();
            if left < 0.0 {
                return token as u32;
            }
        }
        // Rounding left a crumb.
        greedy(logits).0
    }

    /// In 0..1.
    fn uniform(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn greedy_takes_the_first_of_the_likeliest_and_says_the_lead() {
        assert_eq!(greedy(&[0.0, 3.0, 1.0]), (1, 2.0));
        assert_eq!(greedy(&[5.0, 5.0]), (0, 0.0));
        assert_eq!(greedy(&[f32::NEG_INFINITY, 1.0]).0, 1);
    }

    #[test]
    fn sums_of_exponentials_survive_large_logits() {
        assert!((log_sum_exp([1000.0, 1000.0].into_iter()) - 1000.693).abs() < 1e-3);
        assert_eq!(log_sum_exp([f32::NEG_INFINITY].into_iter()), f32::NEG_INFINITY);
    }

    #[test]
    fn dice_fall_as_often_as_the_logits_say_and_never_on_the_forbidden() {
        let logits = [0f32.ln(), 0.25f32.ln(), 0.75f32.ln()];
        let mut counts = [0; 3];
        let mut dice = Dice::new(1);
        (0..4000).for_each(|_| counts[dice.pick(&logits, 1.0) as usize] += 1);
        assert_eq!(counts[0], 0);
        assert!((counts[1] as f32 / 4000.0 - 0.25).abs() < 0.03, "{counts:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_tokens() {
        let logits: Vec<f32> = (0..50).map(|i| (i % 7) as f32).collect();
        let draw = || {
            let mut dice = Dice::new(3);
            (0..20).map(|_| dice.pick(&logits, 0.8)).collect::<Vec<_>>()
        };
        assert_eq!(draw(), draw());
    }
}
