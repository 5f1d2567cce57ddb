//! Recordings of known words: how much of what is written down would have to be corrected.
//!
//! A folder of clips has sound files and a `transcripts.json`:
//! `{"a.wav": {"transcript": "what is said", "language": "en"}, …}`. The language is given to the model; without it, the
//! model detects it. Both texts are [`normalised`] before they are compared, so that how something is written (capitals,
//! commas, `it's`) is no error.

use super::normalise::is_counted_in_characters;
use super::{Error, ErrorRate, Refused, Result, normalised};
use crate::inference;
use crate::inference::speech::{TranscribeOptions, Transcriber, audio};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What is said in the clips of a folder.
const TRANSCRIPTS: &str = "transcripts.json";
/// File names that end so are taken for sound.
const EXTENSIONS: [&str; 5] = ["wav", "flac", "mp3", "ogg", "oga"];
/// What sounds like `transcripts.json` and is larger is something else.
const MAX_TRANSCRIPTS_BYTES: u64 = 64 << 20;

/// A recording, and what is said in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clip {
    /// The sound file.
    pub path: PathBuf,
    /// Code or English name of the language.
    pub language: Option<String>,
    /// What is said.
    pub transcript: String,
}

/// An entry of `transcripts.json`.
#[derive(Deserialize)]
struct Entry {
    transcript: String,
    #[serde(default)]
    language: Option<String>,
}

/// How one clip was written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClipScores {
    /// The name of the file.
    pub clip: String,
    /// Code of the language.
    pub language: Option<String>,
    /// What was said, normalised.
    pub reference: String,
    /// What the model wrote, normalised.
    pub said: String,
    /// Of words; `None` where they are counted in characters, as Korean's.
    pub words: Option<ErrorRate>,
    /// Of characters, spaces left out.
    pub characters: ErrorRate,
}

/// How recordings were written down.
#[derive(Debug, Clone, Default, Serialize)]
pub struct SpeechScores {
    /// Pooled over all clips that are counted in words.
    pub words: ErrorRate,
    /// Pooled over all clips.
    pub characters: ErrorRate,
    /// Each clip that was judged.
    pub clips: Vec<ClipScores>,
    /// Clips that could not be judged: unreadable, or in a language that the model does not know.
    pub refused: Vec<Refused>,
    /// What was written, normalised, for each clip in the order in which they came; `None` for what was refused.
    #[serde(skip)]
    pub answers: Vec<Option<String>>,
}

impl SpeechScores {
    /// Whether the same clips were judged: error rates over different ones must not be held against each other.
    pub fn same_clips(&self, other: &Self) -> bool {
        self.clips.iter().map(|clip| &clip.clip).eq(other.clips.iter().map(|clip| &clip.clip))
    }
}

/// The clips of `folder`, by name, and what is in it and cannot be judged: sound files without a transcript.
///
/// # Errors
/// [`Error::Io`]; [`Error::Transcripts`] where `transcripts.json` is none, is empty, or names what is not in the folder.
pub fn clips(folder: &Path) -> Result<(Vec<Clip>, Vec<Refused>)> {
    let path = folder.join(TRANSCRIPTS);
    let wrong = |why: String| Error::Transcripts { path: path.clone(), why };
    let io = |path: &Path| {
        let path = path.to_path_buf();
        move |source| Error::Io { path, source }
    };
    let bytes = path.metadata().map_err(io(&path))?.len();
    if bytes > MAX_TRANSCRIPTS_BYTES {
        return Err(wrong(format!("it has {bytes} bytes, {MAX_TRANSCRIPTS_BYTES} can be")));
    }
    let json = fs::read(&path).map_err(io(&path))?;
    let entries: BTreeMap<String, Entry> = serde_json::from_slice(&json).map_err(|e| wrong(e.to_string()))?;
    if entries.is_empty() {
        return Err(wrong("it names no clip".into()));
    }
    let mut clips = Vec::new();
    for (name, Entry { transcript, language }) in &entries {
        let file = folder.join(name);
        if Path::new(name).file_name().is_none_or(|plain| plain != name.as_str()) || !file.is_file() {
            return Err(wrong(format!("{name}, which it names, is no file in this folder")));
        }
        clips.push(Clip { path: file, language: language.clone(), transcript: transcript.clone() });
    }
    let mut untold = Vec::new();
    for entry in fs::read_dir(folder).map_err(io(folder))? {
        let path = entry.map_err(io(folder))?.path();
        let name = name_of(&path);
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        let is_sound = extension.is_some_and(|e| EXTENSIONS.contains(&e.as_str()));
        if is_sound && !entries.contains_key(&name) {
            untold.push(Refused { input: name, why: format!("{TRANSCRIPTS} does not say what is said in it") });
        }
    }
    untold.sort_by(|a, b| a.input.cmp(&b.input));
    Ok((clips, untold))
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Judges `clips`; `done` is called after each.
///
/// # Errors
/// [`Error::Model`] when the model fails, [`Error::NothingJudged`] when no clip could be judged. One that cannot be read
/// to its end, or is in a language that the model does not know, is counted in [`SpeechScores::refused`].
pub fn speech(transcriber: &Transcriber, clips: &[Clip], mut done: impl FnMut()) -> Result<SpeechScores> {
    let mut scores = SpeechScores::default();
    for clip in clips {
        let answer = match judge(transcriber, clip) {
            Ok(judged) => {
                scores.words += judged.words.unwrap_or_default();
                scores.characters += judged.characters;
                let said = judged.said.clone();
                scores.clips.push(judged);
                Some(said)
            }
            Err(inference::Error::Input(why)) => {
                scores.refused.push(Refused { input: name_of(&clip.path), why });
                None
            }
            Err(error) => return Err(error.into()),
        };
        scores.answers.push(answer);
        done();
    }
    if scores.clips.is_empty() {
        return Err(Error::nothing_judged(clips.len(), scores.refused.first()));
    }
    Ok(scores)
}

fn judge(transcriber: &Transcriber, clip: &Clip) -> inference::Result<ClipScores> {
    let options = TranscribeOptions { language: clip.language.clone(), ..TranscribeOptions::default() };
    transcriber.check(&options)?;
    let sound = audio::read_file(&clip.path)?;
    // What is said after it breaks off was not heard by any model.
    if let Some(why) = sound.warning {
        return Err(inference::Error::Input(why));
    }
    let written = transcriber.transcribe(&sound.samples, &options, &mut ())?;
    let language = clip.language.as_deref().or(written.language);
    Ok(scores_of(name_of(&clip.path), language, &clip.transcript, &written.text))
}

/// Holds what was `written` against the `transcript`.
fn scores_of(clip: String, language: Option<&str>, transcript: &str, written: &str) -> ClipScores {
    let (reference, said) = (normalised(transcript, language), normalised(written, language));
    let words = |text: &str| -> Vec<String> { text.split_whitespace().map(String::from).collect() };
    let characters = |text: &str| -> Vec<char> { text.chars().filter(|c| !c.is_whitespace()).collect() };
    let in_characters = language.is_some_and(is_counted_in_characters);
    ClipScores {
        clip,
        language: language.map(String::from),
        words: (!in_characters).then(|| ErrorRate::of(&words(&said), &words(&reference))),
        characters: ErrorRate::of(&characters(&said), &characters(&reference)),
        reference,
        said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::speech::testing;

    fn folder(transcripts: &str, sounds: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(TRANSCRIPTS), transcripts).unwrap();
        sounds.iter().for_each(|name| fs::write(folder.path().join(name), "torn").unwrap());
        folder
    }

    #[test]
    fn clips_are_read_with_what_is_said_in_them() {
        let json = r#"{"b.wav": {"transcript": "Hi."}, "a.flac": {"language": "ko", "transcript": "안녕"}}"#;
        let folder = folder(json, &["b.wav", "a.flac", "c.mp3", "notes.txt"]);
        let (clips, untold) = clips(folder.path()).unwrap();
        let names: Vec<_> =
            clips.iter().map(|c| (name_of(&c.path), c.language.clone(), c.transcript.as_str())).collect();
        assert_eq!(names, [("a.flac".into(), Some("ko".into()), "안녕"), ("b.wav".into(), None, "Hi.")]);
        assert_eq!(untold.iter().map(|u| u.input.as_str()).collect::<Vec<_>>(), ["c.mp3"]);
    }

    #[test]
    fn what_is_wrong_with_transcripts_is_said() {
        for (json, says) in [
            ("{", "EOF"),
            ("{}", "names no clip"),
            ("[]", "expected a map"),
            (r#"{"a.wav": "hi"}"#, "expected struct"),
            (r#"{"a.wav": {"transcript": "hi"}}"#, "a.wav, which it names, is no file"),
            (r#"{"../transcripts.json": {"transcript": "hi"}}"#, "is no file in this folder"),
        ] {
            let said = clips(folder(json, &[]).path()).unwrap_err().to_string();
            assert!(said.contains(says), "{json}: {said}");
        }
        let empty = tempfile::tempdir().unwrap();
        assert!(clips(empty.path()).unwrap_err().to_string().contains("transcripts.json"));
    }

    #[test]
    fn writing_is_no_error_and_korean_counts_in_characters() {
        let english = scores_of("a".into(), Some("en"), "IT'S MR. QUILTER", "It is mister Quilter, sir.");
        assert_eq!(english.words, Some(ErrorRate { edits: 1, reference: 4 }));
        let korean = scores_of("b".into(), Some("ko"), "길 한 옆으로", "길 한옆으로 걸");
        assert_eq!((korean.words, korean.characters), (None, ErrorRate { edits: 1, reference: 5 }));
    }

    #[test]
    fn a_clip_that_cannot_be_judged_is_named() {
        let folder = folder(r#"{"a.wav": {"transcript": "x", "language": "de"}}"#, &["a.wav"]);
        let (clips, _) = clips(folder.path()).unwrap();
        for multilingual in [true, false] {
            let said = speech(&testing::transcriber(multilingual), &clips, || ()).unwrap_err().to_string();
            assert!(said.contains("none of 1 inputs could be judged; the first, a.wav"), "{said}");
            assert_eq!(said.contains("English only"), !multilingual, "{said}");
        }
    }
}
