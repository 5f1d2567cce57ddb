//! What later measurements are held against: one record a model, beside the settings.

use crate::app::whole_file::{MAX_BYTES, WholeFile};
use crate::inference::Unit;
use crate::profile::measurement::Record;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

/// Closer than this is the same: two measurements in a row differ by as much.
const SAME_FRAC: f64 = 0.05;

/// By name of the model, its variant and, where that is not the processor, its unit.
type Kept = BTreeMap<String, Record>;

/// The baselines, and where they are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Baselines {
    file: Option<WholeFile>,
    kept: Kept,
}

/// What became of the file at the start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// It was damaged and is kept under this name.
    Damaged {
        /// Its new place.
        aside: PathBuf,
    },
    /// It is there and cannot be read: why.
    Unreadable(String),
}

impl Baselines {
    /// Reads what is kept in `folder`; without a folder nothing can be.
    pub fn load(folder: Option<&Path>) -> (Self, Option<Trouble>) {
        let file = folder.map(file_in);
        let (kept, trouble) = match &file {
            Some(file) => read(file),
            None => (Kept::new(), None),
        };
        (Self { file, kept }, trouble)
    }

    /// What is kept in `folder`, for who only wants to show it: a file that cannot be understood stays as it is, and
    /// counts as none.
    pub fn kept_in(folder: Option<&Path>) -> Vec<Record> {
        let bytes = folder.and_then(|folder| file_in(folder).read().ok().flatten());
        let kept: Option<Kept> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        kept.unwrap_or_default().into_values().collect()
    }

    /// Keeps `record` in the place of the one before.
    ///
    /// # Errors
    /// It could not be written; it is then held against all the same until the app is closed.
    pub fn keep(&mut self, record: &Record) -> io::Result<()> {
        // The summary is what is compared.
        self.kept.insert(key(record), record.without_runs());
        let file = self.file.as_ref().ok_or_else(|| io::Error::other("this system names no place for settings"))?;
        file.write(serde_json::to_string_pretty(&self.kept)?.as_bytes())
    }

    /// What `record` is to be held against.
    pub fn of(&self, record: &Record) -> Option<&Record> {
        self.kept.get(&key(record))
    }
}

fn file_in(folder: &Path) -> WholeFile {
    WholeFile::new(folder.into(), "benchmark-baselines", "json")
}

fn key(record: &Record) -> String {
    let Record { model, variant, unit, .. } = record;
    match unit {
        // As it was when there was nothing else.
        Unit::Cpu => format!("{model} {variant}"),
        other => format!("{model} {variant} {other}"),
    }
}

fn read(file: &WholeFile) -> (Kept, Option<Trouble>) {
    let unreadable = |e: io::Error| Trouble::Unreadable(format!("{}: {e}", file.path().display()));
    let bytes = match file.read() {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return (Kept::new(), None),
        Err(e) => return (Kept::new(), Some(unreadable(e))),
    };
    if bytes.len() as u64 <= MAX_BYTES
        && let Ok(kept) = serde_json::from_slice(&bytes)
    {
        return (kept, None);
    }
    let trouble = file.put_aside().map_or_else(unreadable, |aside| Trouble::Damaged { aside });
    (Kept::new(), Some(trouble))
}

/// How a measurement stands against its baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// The baseline's median.
    pub baseline_ms: f64,
    /// What has changed.
    pub change: Change,
    /// Threads of the baseline, where they were others and it is they that compute.
    pub other_threads: Option<usize>,
    /// Whether another machine or another build was measured.
    pub other_device_or_build: bool,
    /// Whether the baseline is not valid itself.
    pub doubtful: bool,
}

/// What has changed, by the medians.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// Nothing to speak of.
    Same,
    /// Now it takes so many percent less time.
    Faster(u32),
    /// Now it takes so many percent more.
    Slower(u32),
}

/// Holds `record` against `baseline`.
pub fn compare(record: &Record, baseline: &Record) -> Comparison {
    let ratio = record.run_ms.p50 / baseline.run_ms.p50.max(1e-9);
    let percent = |share: f64| (share * 100.0).round() as u32;
    let change = match ratio - 1.0 {
        more if more > SAME_FRAC => Change::Slower(percent(more)),
        less if less < -SAME_FRAC => Change::Faster(percent(-less)),
        _ => Change::Same,
    };
    Comparison {
        baseline_ms: baseline.run_ms.p50,
        change,
        other_threads: Some(baseline.threads).filter(|n| *n != record.threads && record.unit == Unit::Cpu),
        other_device_or_build: baseline.device != record.device || baseline.build != record.build,
        doubtful: !baseline.verdict.is_valid(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::measurement::Problem;
    use crate::profile::measurement::fixture::record;

    #[test]
    fn a_baseline_is_kept_over_a_restart_without_its_single_runs() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("onhand");
        let (mut baselines, trouble) = Baselines::load(Some(&folder));
        assert_eq!((baselines.of(&record("a", 4.0)), trouble), (None, None));
        baselines.keep(&record("a", 4.0)).unwrap();
        baselines.keep(&record("b", 9.0)).unwrap();
        baselines.keep(&record("a", 5.0)).unwrap();
        let (again, trouble) = Baselines::load(Some(&folder));
        assert_eq!((&again, trouble), (&baselines, None));
        let kept = again.of(&record("a", 1.0)).unwrap();
        assert_eq!((kept.run_ms.min, kept.runs.len()), (5.0, 0));
        let mut half = record("a", 1.0);
        half.variant = "f16".into();
        assert_eq!(again.of(&half), None, "another variant is another model");
        assert_eq!(Baselines::kept_in(Some(&folder)).len(), 2);
        assert!(Baselines::kept_in(None).is_empty());
    }

    #[test]
    fn a_unit_is_held_against_itself_only() {
        let dir = tempfile::tempdir().unwrap();
        let (mut baselines, _) = Baselines::load(Some(dir.path()));
        let mut metal = record("a", 2.0);
        metal.unit = Unit::Metal;
        baselines.keep(&record("a", 4.0)).unwrap();
        assert_eq!(baselines.of(&metal), None);
        baselines.keep(&metal).unwrap();
        let (again, _) = Baselines::load(Some(dir.path()));
        assert_eq!(again.of(&record("a", 9.0)).map(|r| (r.unit, r.run_ms.min)), Some((Unit::Cpu, 4.0)));
        let mut later = Record { threads: 2, ..metal.clone() };
        later.run_ms.p50 = 9.0;
        let of_metal = again.of(&later).unwrap();
        assert_eq!((of_metal.unit, of_metal.run_ms.min), (Unit::Metal, 2.0));
        assert_eq!(compare(&later, of_metal).other_threads, None, "threads of the processor make no difference there");
    }

    #[test]
    fn a_damaged_file_is_put_aside_and_said() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("benchmark-baselines.json");
        for (n, bytes) in [(1, "{\"a\": 3}".to_string()), (2, " ".repeat(MAX_BYTES as usize + 1))] {
            std::fs::write(&path, &bytes).unwrap();
            assert!(Baselines::kept_in(Some(dir.path())).is_empty(), "and it stays where it is");
            let (baselines, trouble) = Baselines::load(Some(dir.path()));
            let aside = dir.path().join(format!("benchmark-baselines.damaged-{n}"));
            assert_eq!(trouble, Some(Trouble::Damaged { aside: aside.clone() }));
            assert_eq!(std::fs::read_to_string(aside).unwrap(), bytes, "nothing is lost");
            assert!(baselines.kept.is_empty());
        }
    }

    #[test]
    fn what_cannot_be_kept_is_an_error_and_in_force() {
        let (mut baselines, _) = Baselines::load(None);
        assert!(baselines.keep(&record("a", 4.0)).is_err());
        assert!(baselines.of(&record("a", 4.0)).is_some());
    }

    #[test]
    fn a_change_is_more_than_noise_and_other_circumstances_are_said() {
        let base = record("a", 100.0);
        let change = |ms| compare(&record("a", ms), &base).change;
        assert_eq!(
            [change(104.0), change(97.0), change(120.0), change(50.0)],
            [Change::Same, Change::Same, Change::Slower(20), Change::Faster(50)]
        );
        let mut other = record("a", 100.0);
        (other.threads, other.build.version) = (2, "9".into());
        other.verdict.problems.push(Problem::Hot);
        let told = compare(&base, &other);
        assert_eq!((told.other_threads, told.other_device_or_build, told.doubtful), (Some(2), true, true));
        let told = compare(&base, &base);
        assert_eq!((told.other_threads, told.other_device_or_build, told.doubtful), (None, false, false));
    }
}
