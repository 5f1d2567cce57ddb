//! What the teacher says, asked once.
//!
//! Answers are appended to a file as they come. Its header names the teacher; then, for each text, eight bytes of its hash
//! and four a logit, the lowest first. Whatever cut the last run, whole answers in it stand, and a run with other texts
//! asks only what is new.

use crate::inference;
use crate::inference::text::SentimentAnalyzer;
use crate::lab::train::{Error, Result};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

/// Texts whose answers are written together.
const PORTION: usize = 2048;
/// Texts that one thread asks at a time: enough that many are equally long.
const ASKED: usize = 256;
/// The header: a SHA-256.
const HEADER_BYTES: usize = 32;

/// The first bytes of a text's SHA-256: of a million texts, two have the same with a chance of 3 in 10⁸.
type Key = [u8; 8];

/// The logits that `teacher`, which is to compute on one thread, gives to each of `texts`, `classes` of them. `kept` is the file that holds what it said
/// before; `asks` tells this teacher from others: its weights and precision. `watch` is told how many are answered, and
/// says whether to go on.
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
    let (mut file, mut known) = open(kept, &Sha256::digest(asks).into(), classes)?;
    let keys: Vec<Key> = texts.iter().map(|text| key(text)).collect();
    let new: Vec<usize> = (0..texts.len()).filter(|&at| !known.contains_key(&keys[at])).collect();
    let mut answered = texts.len() - new.len();
    for portion in new.chunks(PORTION) {
        if !watch(answered) {
            return Err(Error::Cancelled);
        }
        let asked: Vec<&str> = portion.iter().map(|&at| texts[at]).collect();
        let mut record = Vec::new();
        let said: Vec<_> =
            asked.par_chunks(ASKED).map(|texts| teacher.judge_batch(texts)).collect::<std::result::Result<_, _>>()?;
        for (&at, answer) in portion.iter().zip(said.into_iter().flatten()) {
            let logits = answer?.logits;
            if logits.len() != classes {
                return Err(inference::Error::Input(format!("the teacher does not have {classes} classes")).into());
            }
            record.extend(keys[at]);
            record.extend(logits.iter().flat_map(|logit| logit.to_le_bytes()));
            known.insert(keys[at], logits);
        }
        file.write_all(&record).map_err(Error::written(kept))?;
        answered += portion.len();
    }
    watch(answered);
    Ok(keys.iter().map(|key| known[key].clone()).collect())
}

fn key(text: &str) -> Key {
    let hash: [u8; 32] = Sha256::digest(text).into();
    *hash.first_chunk().expect("a hash is longer")
}

/// The file behind its last whole answer, and the answers in it; one of another teacher is begun anew.
fn open(path: &Path, header: &[u8; HEADER_BYTES], classes: usize) -> Result<(File, HashMap<Key, Vec<f32>>)> {
    let mut bytes = Vec::new();
    let opened = OpenOptions::new().create(true).truncate(false).read(true).append(true).open(path);
    let mut file = opened.map_err(Error::written(path))?;
    file.read_to_end(&mut bytes).map_err(Error::read(path))?;
    let mut known = HashMap::new();
    let Some(records) = bytes.strip_prefix(header) else {
        let begun = file.set_len(0).and_then(|()| file.write_all(header));
        begun.map_err(Error::written(path))?;
        return Ok((file, known));
    };
    let records = records.chunks_exact(size_of::<Key>() + 4 * classes);
    file.set_len((bytes.len() - records.remainder().len()) as u64).map_err(Error::written(path))?;
    for record in records {
        let (key, logits) = record.split_first_chunk().expect("a record is longer");
        let number = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
        known.insert(*key, logits.chunks_exact(4).map(number).collect());
    }
    Ok((file, known))
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
        // Other texts: only what is new.
        assert_eq!(ask("tiny", &["bad", "not a film"]).1, 1);
        assert_eq!(ask("tiny in bytes", &texts), (said.clone(), 0));
        assert_eq!(ask("tiny in bytes", &texts[..2]), (said[..2].to_vec(), 2));
        let stopped = answers(&teacher, "tiny", &texts, 2, &kept, &mut |_| false);
        assert!(matches!(stopped, Err(Error::Cancelled)));
    }
}
