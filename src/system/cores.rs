//! Which of a phone's cores are there to be fast.

/// How many of the cores, of which each entry is one's speed in any unit, are faster than the slowest kind. Phones pair a
/// few fast cores with slow ones that save energy; a thread on a slow one holds the others up at the end of every layer.
/// All count where all are alike; `None` where nothing is known of any.
#[cfg_attr(not(any(test, target_os = "android")), allow(dead_code))]
pub(super) fn fast(speeds: &[u64]) -> Option<usize> {
    let slowest = *speeds.iter().min()?;
    let faster = speeds.iter().filter(|speed| **speed > slowest).count();
    Some(if faster == 0 { speeds.len() } else { faster })
}

#[cfg(test)]
mod tests {
    use super::fast;

    #[test]
    fn cores_that_save_energy_do_not_count() {
        // Capacities of a Pixel 8 (one X3, four A715, four A510) and of a phone with eight alike.
        assert_eq!(fast(&[250, 250, 250, 250, 740, 740, 740, 740, 1024]), Some(5));
        assert_eq!(fast(&[1_800_000, 1_800_000, 2_400_000]), Some(1));
        assert_eq!(fast(&[1024; 8]), Some(8));
        assert_eq!(fast(&[]), None);
    }
}
