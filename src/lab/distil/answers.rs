//! What the teacher says, asked once.
//!
//! Answers are appended to a file as they come, four bytes a logit, the lowest first, text by text; its header names what
//! was asked of whom. Whatever cut the last run, whole answers in it stand.

use crate::inference;
use crate::inference::text::SentimentAnalyzer;
use crate::lab::train::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

/// Texts that are asked together: enough that many are equally long.
const PORTION: usize = 2048;
/// Of SHA-256.
const HEADER_BYTES: usize = 32;

/// The logits that `teacher` gives to each of `texts`, `classes` of them. `kept` is the file that holds what it said
/// before; `asks` tells this question from others: the teacher's name and precision. `watch` is told how many are
/// answered, and says whether to go on.
///
/// # Errors
/// A text cannot be read by the teacher; the file cannot be written; [`Error::Cancelled`].
pub fn answers(
    teacher: &SentimentAnalyzer,
    asks: &str,
    texts: &[&str],
    classes: usize,
    kept: &Path,
    watch: &mut dyn FnMut(usize) -> bool,
) -> Result<Vec<Vec<f32>>> {
    let header = header(asks, texts);
    let (mut file, mut logits) = open(kept, &header, classes, texts.len())?;
    for portion in texts[logits.len()..].chunks(PORTION) {
        if !watch(logits.len()) {
            return Err(Error::Cancelled);
        }
        let mut said = Vec::with_capacity(portion.len());
        for answer in teacher.judge_batch(portion)? {
            said.push(answer?.logits);
        }
        if said.iter().any(|logits| logits.len() != classes) {
            return Err(inference::Error::Input(format!("the teacher does not have {classes} classes")).into());
        }
        let bytes: Vec<u8> = said.iter().flatten().flat_map(|logit| logit.to_le_bytes()).collect();
        file.write_all(&bytes).map_err(Error::written(kept))?;
        logits.extend(said);
    }
    watch(logits.len());
    Ok(logits)
}

/// What was asked of whom.
fn header(asks: &str, texts: &[&str]) -> [u8; HEADER_BYTES] {
    let mut hash = Sha256::new_with_prefix(asks);
    for text in texts {
        hash.update([0]);
        hash.update(text);
    }
    hash.finalize().into()
}

/// The file behind its last whole answer, and the answers in it; one that was asked something else is begun anew.
fn open(path: &Path, header: &[u8], classes: usize, most: usize) -> Result<(File, Vec<Vec<f32>>)> {
    let mut bytes = Vec::new();
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .append(true)
        .open(path)
        .map_err(Error::written(path))?;
    file.read_to_end(&mut bytes).map_err(Error::read(path))?;
    let answer = 4 * classes;
    let whole = match bytes.strip_prefix(header) {
        Some(answers) => (answers.len() / answer).min(most),
        None => 0,
    };
    let end = if bytes.starts_with(header) { HEADER_BYTES + whole * answer } else { 0 };
    file.set_len(end as u64).map_err(Error::written(path))?;
    if end == 0 {
        file.write_all(header).map_err(Error::written(path))?;
    }
    let number = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
    let answers = bytes[end.min(HEADER_BYTES)..end].chunks_exact(answer);
    Ok((file, answers.map(|answer| answer.chunks_exact(4).map(number).collect()).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::Options;
    use crate::inference::text::tiny;

    #[test]
    fn what_was_answered_is_not_asked_again_and_another_question_is() {
        let folder = tempfile::tempdir().unwrap();
        let dir = tiny::write(folder.path(), &tiny::config());
        let teacher = SentimentAnalyzer::load(&dir, &Options::default()).unwrap();
        let kept = folder.path().join("answers");
        let texts = ["a good film", "bad", "very good"];
        let ask = |asks: &str, texts: &[&str]| {
            let mut first = None;
            let said = answers(&teacher, asks, texts, 2, &kept, &mut |done| {
                first.get_or_insert(done);
                true
            });
            (said.unwrap(), first.unwrap())
        };
        let (said, asked) = ask("tiny", &texts);
        assert_eq!((said.len(), asked), (3, 0));
        assert!(said.iter().zip(texts).all(|(said, text)| said == &teacher.judge(text).unwrap().logits));
        assert_eq!(ask("tiny", &texts), (said.clone(), 3));
        // Cut in the middle of the last answer.
        let bytes = std::fs::read(&kept).unwrap();
        std::fs::write(&kept, &bytes[..bytes.len() - 3]).unwrap();
        assert_eq!(ask("tiny", &texts), (said.clone(), 2));
        assert_eq!(std::fs::read(&kept).unwrap(), bytes);
        assert_eq!(ask("tiny in bytes", &texts), (said.clone(), 0));
        assert_eq!(ask("tiny in bytes", &texts[..2]), (said[..2].to_vec(), 0));
        let stopped = answers(&teacher, "tiny", &texts, 2, &kept, &mut |_| false);
        assert!(matches!(stopped, Err(Error::Cancelled)));
    }
}
