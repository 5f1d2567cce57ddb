//! One step of the decoder, again and again: for measuring what it costs after so many tokens.

use super::network::Heard;
use super::transcriber::{TranscribeOptions, Transcriber};
use crate::inference::{Error, Result};

/// The decoder after some tokens.
pub struct Steps<'a> {
    start: u32,
    heard: Box<dyn Heard + 'a>,
    before: usize,
}

impl Transcriber {
    /// Ready for the step after `tokens` tokens, of which there is one at least, on a piece of silence.
    ///
    /// # Errors
    /// The decoder does not hold so many; [`Error::Unit`].
    pub fn steps_after(&self, tokens: usize) -> Result<Steps<'_>> {
        let most = self.config.max_target_positions;
        if !(1..most).contains(&tokens) {
            return Err(Error::Input(format!("{tokens} tokens before a step, 1 to {} are possible", most - 1)));
        }
        let start = self.vocabulary.special.start;
        let mut heard = self.hear(&[0.0; 16_000], &TranscribeOptions::default(), &mut ())?;
        heard.step(&vec![start; tokens])?;
        Ok(Steps { start, heard, before: tokens })
    }
}

impl Steps<'_> {
    /// Takes the step, and forgets that it did.
    ///
    /// # Errors
    /// [`Error::Unit`].
    pub fn step(&mut self) -> Result<()> {
        self.heard.step(&[self.start])?;
        self.heard.truncate(self.before)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing;

    #[test]
    fn a_step_is_forgotten_and_there_must_be_room_for_it() {
        let transcriber = testing::transcriber(true);
        let mut steps = transcriber.steps_after(63).unwrap();
        // The decoder holds 64: the second of two would have no room.
        (0..3).for_each(|_| steps.step().unwrap());
        assert!(transcriber.steps_after(0).is_err() && transcriber.steps_after(64).is_err());
    }
}
