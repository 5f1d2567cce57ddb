//! Pictures of known class: how often the class comes first, and how often among the first five.
//!
//! A picture's class is the folder that it lies in (`FOLDER/CLASS/*.jpg`, the class by name or by number), or, where it
//! lies in the folder itself, the number that the first four digits of its name are (`0281-cat.jpg`). Numbers count from
//! 0, as ImageNet-1k's do.

use super::{Confusion, Error, Refused, Result, WorstClass, class_of, share};
use crate::inference::vision::{ImageClassifier, Language, RgbFrame, Selection};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// File names that end so are taken for pictures: the kinds that the engine decodes.
const EXTENSIONS: [&str; 8] = ["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"];
/// Digits of a class at the beginning of a name.
const DIGITS: usize = 4;
/// Guesses of which one has to be right for top-5.
const TOP: usize = 5;
/// Classes that [`VisionScores::worst`] names.
const WORST: usize = 10;

/// A picture file, and what it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledPicture {
    /// The file.
    pub path: PathBuf,
    /// Its class, from 0.
    pub class: usize,
}

/// How often a model was right about pictures.
#[derive(Debug, Clone, Serialize)]
pub struct VisionScores {
    /// Pictures that were judged.
    pub pictures: usize,
    /// Of these, how many have their class as the most probable one.
    pub top1: usize,
    /// How many have it among the five most probable.
    pub top5: usize,
    /// `top1` of `pictures`, 0 to 1.
    pub top1_share: f64,
    /// `top5` of `pictures`, 0 to 1.
    pub top5_share: f64,
    /// The classes with the most wrong answers.
    pub worst: Vec<WorstClass>,
    /// Pictures that could not be read.
    pub refused: Vec<Refused>,
    /// Which classes are taken for which.
    #[serde(skip)]
    pub confusion: Confusion,
    /// The most probable class of each picture, in the order in which they came; `None` for what was refused.
    #[serde(skip)]
    pub answers: Vec<Option<usize>>,
}

/// The pictures in `folder` and in the folders in it, by file name's ending, sorted by path. What begins with a dot is
/// left out.
///
/// # Errors
/// [`Error::Io`]; [`Error::NoPictures`] where there is none.
pub fn picture_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let (folders, mut files) = entries(folder)?;
    for class in folders {
        files.extend(entries(&class)?.1);
    }
    if files.is_empty() {
        return Err(Error::NoPictures { path: folder.into() });
    }
    files.sort();
    Ok(files)
}

/// The folders and the pictures right in `folder`.
fn entries(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let io = |source| Error::Io { path: folder.into(), source };
    let (mut folders, mut files) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        match extension {
            _ if hidden => {}
            _ if path.is_dir() => folders.push(path),
            Some(extension) if EXTENSIONS.contains(&extension.as_str()) => files.push(path),
            _ => {}
        }
    }
    Ok((folders, files))
}

/// The pictures of `folder` with their classes, of which the names are `classes`, as
/// [`ImageClassifier::class_names`] gives them in English.
///
/// # Errors
/// Those of [`picture_files`]; [`Error::Unlabelled`] for a picture without a class, [`Error::Labels`] for classes that
/// are not among `classes`.
pub fn pictures(folder: &Path, classes: &[String]) -> Result<Vec<LabelledPicture>> {
    let (mut labelled, mut unknown) = (Vec::new(), BTreeSet::new());
    for path in picture_files(folder)? {
        let label = label(&path, folder).ok_or_else(|| Error::Unlabelled { path: path.clone() })?;
        match class_of(&label, classes) {
            Some(class) => labelled.push(LabelledPicture { path, class }),
            None => drop(unknown.insert(label)),
        }
    }
    if unknown.is_empty() {
        return Ok(labelled);
    }
    Err(Error::Labels { labels: unknown.into_iter().collect(), classes: classes.into() })
}

/// What `path`, a picture of `folder`, says its class is.
fn label(path: &Path, folder: &Path) -> Option<String> {
    match path.parent() {
        Some(class) if class != folder => Some(class.file_name()?.to_string_lossy().into_owned()),
        _ => {
            let name = path.file_name()?.to_string_lossy();
            let digits = name.get(..DIGITS)?;
            digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.into())
        }
    }
}

/// Judges `pictures`; `done` is called after each.
///
/// # Errors
/// [`Error::Model`] when the model fails, [`Error::NothingJudged`] when no picture could be read. One that cannot be read
/// among others is counted in [`VisionScores::refused`].
pub fn vision(
    classifier: &ImageClassifier,
    pictures: &[LabelledPicture],
    mut done: impl FnMut(),
) -> Result<VisionScores> {
    let selection = Selection { top: TOP, threshold: 0.0, language: Language::English };
    let (mut confusion, mut top5) = (Confusion::default(), 0);
    let (mut answers, mut refused) = (Vec::new(), Vec::new());
    for LabelledPicture { path, class } in pictures {
        let answer = match RgbFrame::open(path) {
            Ok(frame) => {
                let labels = classifier.classify(&frame, &selection)?;
                top5 += usize::from(labels.iter().any(|label| label.index == *class));
                labels.first().map(|label| label.index)
            }
            Err(why) => {
                refused.push(Refused { input: path.display().to_string(), why: why.to_string() });
                None
            }
        };
        if let Some(answered) = answer {
            confusion.add(*class, answered);
        }
        answers.push(answer);
        done();
    }
    let (judged, top1) = confusion.total_and_right();
    let (Some(top1_share), Some(top5_share)) = (share(top1, judged), share(top5, judged)) else {
        return Err(Error::nothing_judged(pictures.len(), refused.first()));
    };
    let worst = confusion.worst(classifier.class_names(Language::English), WORST);
    Ok(VisionScores { pictures: judged, top1, top5, top1_share, top5_share, worst, refused, confusion, answers })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::vision::random_model::RandomModel;
    use std::collections::BTreeMap;
    use tempfile::TempDir;

    fn folder(files: &[&str]) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            image::RgbImage::from_pixel(8, 8, image::Rgb([9, 99, 200])).save(path).unwrap();
        }
        folder
    }

    fn names() -> Vec<String> {
        ["one", "two", "three", "four", "five", "six", "big seven"].map(String::from).into()
    }

    #[test]
    fn a_class_is_a_folder_or_four_digits() {
        let folder = folder(&["0003-a.png", "two/a.png", "Big_Seven/b.PNG", "5/c.bmp", ".hidden/x.png"]);
        fs::write(folder.path().join("readme.txt"), "not a picture").unwrap();
        let found: BTreeMap<String, usize> = pictures(folder.path(), &names())
            .unwrap()
            .into_iter()
            .map(|p| (p.path.file_name().unwrap().to_string_lossy().into_owned(), p.class))
            .collect();
        let want = [("0003-a.png", 3), ("a.png", 1), ("b.PNG", 6), ("c.bmp", 5)];
        assert_eq!(found, want.map(|(name, class)| (name.to_string(), class)).into());
    }

    #[test]
    fn what_has_no_class_of_the_model_is_named() {
        let says = |files: &[&str]| pictures(folder(files).path(), &names()).unwrap_err().to_string();
        assert!(says(&[]).contains("no picture in it"));
        assert!(says(&["cat.png"]).contains("cat.png: neither"));
        let said = says(&["dog/a.png", "0042.png", "two/b.png", "dog/b.png"]);
        assert!(
            said.contains("no classes 0042, dog;") && said.contains("one, two, three, four, five and 2 more"),
            "{said}"
        );
        let nowhere = pictures(Path::new("nowhere"), &names()).unwrap_err();
        assert!(nowhere.to_string().starts_with("nowhere: "), "{nowhere}");
    }

    #[test]
    fn a_broken_picture_among_good_ones_is_named_and_left_out() {
        let folder = folder(&["0001-a.png", "0002-b.png"]);
        fs::write(folder.path().join("0003-c.png"), "torn").unwrap();
        let classifier = RandomModel::new("mobilenetv3", "mobilenetv3_small_100", "same", "kept").load();
        let all = pictures(folder.path(), classifier.class_names(Language::English)).unwrap();
        let mut done = 0;
        let scores = vision(&classifier, &all, || done += 1).unwrap();
        assert_eq!((done, scores.pictures, scores.refused.len()), (3, 2, 1));
        assert!(scores.refused[0].input.ends_with("0003-c.png"));
        // Both pictures are the same, so one answer: at most one of two is right.
        assert_eq!((scores.answers[0], scores.answers[2]), (scores.answers[1], None));
        assert!(
            scores.top1 <= 1 && scores.top5 >= scores.top1 && scores.confusion.total_and_right() == (2, scores.top1)
        );
        let broken = vision(&classifier, &all[2..], || ()).unwrap_err().to_string();
        assert!(broken.starts_with("none of 1 inputs could be judged") && broken.contains("0003-c.png"), "{broken}");
    }
}
