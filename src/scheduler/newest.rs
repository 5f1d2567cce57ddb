//! Only the newest counts: a slot for inputs, a holder for results.

/// Holds the newest input until it is taken. One that is overtaken is dropped and counted, so nothing ever queues.
#[derive(Debug, Clone, Default)]
pub struct Slot<T> {
    waiting: Option<T>,
    dropped: u64,
}

impl<T> Slot<T> {
    /// An empty slot.
    pub fn new() -> Self {
        Self { waiting: None, dropped: 0 }
    }

    /// Puts an input in, in place of one that is still waiting.
    pub fn put(&mut self, input: T) {
        self.dropped += u64::from(self.waiting.replace(input).is_some());
    }

    /// Takes the newest input out.
    pub fn take(&mut self) -> Option<T> {
        self.waiting.take()
    }

    /// How many inputs were overtaken.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

/// Holds the newest result: an older one never takes its place, however late it comes.
#[derive(Debug, Clone, Default)]
pub struct Newest<T> {
    held: Option<(u64, T)>,
}

impl<T> Newest<T> {
    /// Nothing yet.
    pub fn new() -> Self {
        Self { held: None }
    }

    /// Offers the result for the input with this number; `false` if a newer one is held.
    pub fn offer(&mut self, number: u64, result: T) -> bool {
        let newer = self.held.as_ref().is_none_or(|(held, _)| number > *held);
        if newer {
            self.held = Some((number, result));
        }
        newer
    }

    /// The newest result.
    pub fn get(&self) -> Option<&T> {
        self.held.as_ref().map(|(_, result)| result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_keeps_the_newest_and_counts_the_rest() {
        let mut slot = Slot::new();
        assert_eq!(slot.take(), None);
        for input in 1..=3 {
            slot.put(input);
        }
        assert_eq!((slot.take(), slot.take(), slot.dropped()), (Some(3), None, 2));
    }

    #[test]
    fn a_late_result_does_not_replace_a_newer_one() {
        let mut results = Newest::new();
        assert!(results.offer(2, "second"));
        assert!(!results.offer(1, "first"));
        assert!(!results.offer(2, "second again"));
        assert_eq!(results.get(), Some(&"second"));
        assert!(results.offer(3, "third"));
    }
}
