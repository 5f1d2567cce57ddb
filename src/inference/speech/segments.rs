//! From the tokens of one piece of sound to segments with times.

use super::tokenizer::Vocabulary;
use crate::inference::Result;

/// Something said, and when.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Segment {
    /// Seconds from the start of the recording.
    pub start_s: f64,
    /// Seconds from the start of the recording.
    pub end_s: f64,
    /// Without space at either end.
    pub text: String,
}

/// A piece of sound, cut into segments.
pub(super) struct Cut {
    pub segments: Vec<Segment>,
    /// Seconds into the piece where the model stopped although it heard another segment begin.
    pub resume_s: Option<f64>,
}

/// Cuts `tokens` where timestamps say so. The piece starts `offset_s` into the recording and lasts
/// `piece_s`; tokens without timestamps are one segment that lasts as long.
pub(super) fn cut(vocabulary: &Vocabulary, tokens: &[u32], offset_s: f64, piece_s: f64) -> Result<Cut> {
    let special = &vocabulary.special;
    let within = |token| special.seconds(token).min(piece_s);
    let mut segments = Vec::new();
    let mut start_s = 0.0;
    // A character may straddle a timestamp; its first bytes wait here for the rest.
    let mut words: Vec<u32> = Vec::new();
    let mut close = |words: &mut Vec<u32>, start_s: f64, end_s: f64, last: bool| -> Result<()> {
        let whole = if last { words.len() } else { vocabulary.whole(words)? };
        let text = vocabulary.text(&words[..whole])?.trim().to_string();
        words.drain(..whole);
        if !text.is_empty() {
            segments.push(Segment { start_s: offset_s + start_s, end_s: offset_s + end_s.max(start_s), text });
        }
        Ok(())
    };
    for &token in tokens {
        if special.is_timestamp(token) {
            close(&mut words, start_s, within(token), false)?;
            start_s = within(token);
        } else {
            words.push(token);
        }
    }
    close(&mut words, start_s, piece_s, true)?;
    let resume_s = match tokens {
        [.., closed, opened] if special.is_timestamp(*closed) && special.is_timestamp(*opened) => {
            Some(special.seconds(*closed)).filter(|s| *s < piece_s)
        }
        _ => None,
    };
    Ok(Cut { segments, resume_s })
}

#[cfg(test)]
mod tests {
    use super::super::{config::Config, testing};
    use super::*;

    fn vocabulary() -> Vocabulary {
        let folder = tempfile::tempdir().unwrap();
        let dir = testing::write(folder.path(), true);
        Vocabulary::load(&dir, &Config::read(&dir).unwrap()).unwrap()
    }

    /// Bytes as tokens, times as tokens.
    fn tokens(vocabulary: &Vocabulary, parts: &[Result<&[u8], f64>]) -> Vec<u32> {
        let time = |s: f64| vocabulary.special.first_timestamp + (s / 0.02).round() as u32;
        parts
            .iter()
            .flat_map(|part| match part {
                Ok(bytes) => bytes.iter().map(|b| u32::from(*b)).collect(),
                Err(s) => vec![time(*s)],
            })
            .collect()
    }

    type Result<A, B> = std::result::Result<A, B>;

    fn texts(cut: &Cut) -> Vec<(f64, f64, &str)> {
        cut.segments.iter().map(|s| (s.start_s, s.end_s, s.text.as_str())).collect()
    }

    #[test]
    fn times_cut_segments_and_are_relative_to_the_recording() {
        let v = vocabulary();
        let said = tokens(&v, &[Err(0.0), Ok(b" One."), Err(0.5), Err(0.5), Ok(b" Two."), Err(1.5)]);
        let cut = cut(&v, &said, 60.0, 2.0).unwrap();
        assert_eq!(texts(&cut), [(60.0, 60.5, "One."), (60.5, 61.5, "Two.")]);
        assert_eq!(cut.resume_s, None);
    }

    #[test]
    fn without_times_the_piece_is_one_segment() {
        let v = vocabulary();
        let cut = cut(&v, &tokens(&v, &[Ok(b" Hello")]), 3.0, 1.25).unwrap();
        assert_eq!(texts(&cut), [(3.0, 4.25, "Hello")]);
        assert_eq!(super::cut(&v, &[], 0.0, 1.0).unwrap().segments, []);
    }

    #[test]
    fn a_segment_that_only_begins_is_resumed() {
        let v = vocabulary();
        let said = tokens(&v, &[Err(0.0), Ok(b"One"), Err(1.2), Err(1.2)]);
        assert_eq!(cut(&v, &said, 0.0, 2.0).unwrap().resume_s, Some(1.2));
        // At the very end nothing is left.
        assert_eq!(cut(&v, &said, 0.0, 1.1).unwrap().resume_s, None);
    }

    #[test]
    fn a_syllable_split_by_a_time_stays_whole() {
        let v = vocabulary();
        let ga = "가".as_bytes();
        let said = tokens(&v, &[Err(0.0), Ok(b"ab"), Ok(&ga[..2]), Err(0.4), Ok(&ga[2..]), Ok(b"c"), Err(0.8)]);
        assert_eq!(texts(&cut(&v, &said, 0.0, 1.0).unwrap()), [(0.0, 0.4, "ab"), (0.4, 0.8, "가c")]);
        // Cut for good, it is left out.
        assert_eq!(v.text(&tokens(&v, &[Ok(b"ab"), Ok(&ga[..2])])).unwrap(), "ab");
    }

    #[test]
    fn times_beyond_the_sound_end_with_it() {
        let v = vocabulary();
        let said = tokens(&v, &[Err(0.0), Ok(b"x"), Err(2.0)]);
        assert_eq!(texts(&cut(&v, &said, 0.0, 0.7).unwrap()), [(0.0, 0.7, "x")]);
    }
}
