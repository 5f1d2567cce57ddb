//! A picture, a folder of pictures or a recording, replayed as a camera.
//!
//! It keeps a camera's time: pictures are due at the given rate, whoever comes late gets the one that is due now. The
//! file is looked at before each picture: replaced, the new one shows; gone, the camera is unplugged; back again, it
//! goes on. A folder shows its pictures in the order of their names, each for a while, and begins anew; pictures that
//! are torn are left out and named in [`Camera::description`].

use super::picture::{self, Picture};
use super::recording::Recording;
use super::{Camera, CameraError, Facing, Frame};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, io, thread};

/// What counts as a picture in a folder.
const EXTENSIONS: [&str; 8] = ["bmp", "gif", "jpeg", "jpg", "png", "tif", "tiff", "webp"];
/// More names of torn pictures help nobody.
const MAX_NAMED: usize = 3;
/// How often a source that is gone is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// Rates that a camera might have.
const RATES_HZ: std::ops::RangeInclusive<f32> = 0.1..=120.0;

/// A file or folder that plays the camera.
pub struct ReplayCamera {
    path: PathBuf,
    interval: Duration,
    hold: Duration,
    started: Instant,
    next_due: Instant,
    reel: Option<Reel>,
    /// Whether `next_frame` has told of the present error.
    told: bool,
    frozen: bool,
}

/// What is on show.
struct Reel {
    /// The file that it was read from, and what that looked like.
    file: PathBuf,
    stamp: Option<(SystemTime, u64)>,
    content: Content,
    /// The place in the folder's order; 0 for a file.
    turn: u64,
    /// What could not be used, and why.
    left_out: Vec<String>,
}

enum Content {
    Picture(Picture),
    Recording(Recording),
}

impl ReplayCamera {
    /// Opens the file or folder; `rate_hz` pictures are due a second, each of a folder shows for `hold`.
    ///
    /// # Errors
    /// [`CameraError::Unreadable`] when nothing there is a picture.
    pub fn open(path: &Path, rate_hz: f32, hold: Duration) -> Result<Self, CameraError> {
        // NaN is no rate either.
        let rate_hz = if rate_hz > 0.0 { rate_hz.clamp(*RATES_HZ.start(), *RATES_HZ.end()) } else { *RATES_HZ.start() };
        let now = Instant::now();
        Ok(Self {
            path: path.to_path_buf(),
            interval: Duration::from_secs_f64(1.0 / f64::from(rate_hz)),
            hold: hold.max(Duration::from_millis(1)),
            started: now,
            next_due: now,
            reel: Some(Reel::open(path, 0)?),
            told: false,
            frozen: false,
        })
    }

    /// The picture that is due at `now`.
    fn look(&mut self, now: Instant) -> Result<Frame, CameraError> {
        let elapsed = now.saturating_duration_since(self.started);
        let turn = (elapsed.as_nanos() / self.hold.as_nanos()) as u64;
        let due = |reel: &Reel| reel.is_as_read() && (reel.turn == turn || reel.file == self.path);
        let reel = match self.reel.take().filter(due) {
            Some(reel) => reel,
            None => Reel::open(&self.path, turn).map_err(|error| self.gone(error))?,
        };
        let reel = self.reel.insert(reel);
        let ticks = elapsed.as_nanos() / self.interval.as_nanos();
        self.next_due = self.started + Duration::from_nanos(((ticks + 1) * self.interval.as_nanos()) as u64);
        self.told = false;
        let Picture { width, height, rgb } = match &reel.content {
            Content::Picture(picture) => picture,
            Content::Recording(recording) => recording.at(elapsed),
        };
        Ok(Frame { width: *width, height: *height, rgb: rgb.clone(), facing: Facing::Unknown, captured: now })
    }

    /// What an error of opening means for a camera that was there.
    fn gone(&self, error: CameraError) -> CameraError {
        let is_empty = fs::read_dir(&self.path).is_ok_and(|entries| pictures(entries).is_empty());
        if self.path.exists() && !is_empty {
            return error;
        }
        let why = if is_empty { "no picture is left in it" } else { "nothing is there any more" };
        CameraError::Unplugged { device: self.path.display().to_string(), why: why.into() }
    }
}

impl Camera for ReplayCamera {
    fn next_frame(&mut self, timeout: Duration) -> Result<Frame, CameraError> {
        let deadline = Instant::now() + timeout;
        loop {
            if self.frozen || self.next_due > deadline {
                thread::sleep(deadline.saturating_duration_since(Instant::now()));
                let waited_ms = timeout.as_millis() as u64;
                return Err(CameraError::Timeout { device: self.path.display().to_string(), waited_ms });
            }
            thread::sleep(self.next_due.saturating_duration_since(Instant::now()));
            let now = Instant::now();
            match self.look(now) {
                Ok(frame) => return Ok(frame),
                Err(error) if !self.told || now >= deadline => {
                    self.told = true;
                    return Err(error);
                }
                Err(_) => thread::sleep(LOOK_AGAIN.min(deadline - now)),
            }
        }
    }

    fn facing(&self) -> Facing {
        Facing::Unknown
    }

    fn description(&self) -> String {
        let path = self.path.display();
        match self.reel.as_ref().map(|reel| &reel.left_out[..]) {
            None | Some([]) => path.to_string(),
            Some(left_out) => format!("{path} (left out: {})", list(left_out)),
        }
    }

    fn can_flip(&self) -> bool {
        false
    }

    fn flip(&mut self) -> Result<(), CameraError> {
        Ok(())
    }

    fn retry(&mut self) {
        self.told = false;
    }

    fn freeze(&mut self, frozen: bool) {
        self.frozen = frozen;
    }
}

impl Reel {
    /// The file at `path`, or the picture of the folder whose turn it is.
    fn open(path: &Path, turn: u64) -> Result<Self, CameraError> {
        let unreadable = |why: String| CameraError::Unreadable { path: path.to_path_buf(), why };
        let files = if path.is_dir() {
            pictures(fs::read_dir(path).map_err(|e| unreadable(explain(&e)))?)
        } else {
            vec![path.to_path_buf()]
        };
        if files.is_empty() {
            return Err(unreadable("the folder holds no picture".into()));
        }
        let mut left_out = Vec::new();
        let first = (turn % files.len() as u64) as usize;
        for file in files[first..].iter().chain(&files[..first]) {
            let stamp = stamp(file);
            match content(file) {
                Ok(content) => {
                    if let Content::Recording(Recording { cut: Some(why), .. }) = &content {
                        left_out.push(format!("the end, because {why}"));
                    }
                    return Ok(Self { file: file.clone(), stamp, content, turn, left_out });
                }
                Err(why) if path.is_dir() => {
                    let name = file.file_name().unwrap_or_default().to_string_lossy();
                    tracing::warn!(file = %file.display(), "a picture is left out: {why}");
                    left_out.push(format!("{name}: {why}"));
                }
                Err(why) => left_out.push(why),
            }
        }
        Err(unreadable(list(&left_out)))
    }

    /// Whether its file is still the one that was read.
    fn is_as_read(&self) -> bool {
        self.stamp.is_some() && stamp(&self.file) == self.stamp
    }
}

fn content(file: &Path) -> Result<Content, String> {
    let bytes = picture::read(file).map_err(|e| explain(&e))?;
    match Recording::decode(&bytes) {
        Some(recording) => recording.map(Content::Recording),
        None => Picture::decode(&bytes).map(Content::Picture),
    }
}

/// The pictures of a folder by name. Hidden files are none: programs write their unfinished files so.
fn pictures(entries: fs::ReadDir) -> Vec<PathBuf> {
    let is_picture = |path: &PathBuf| {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        !hidden && extension.is_some_and(|e| EXTENSIONS.contains(&e.as_str())) && path.is_file()
    };
    let mut files: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_picture).collect();
    files.sort();
    files
}

fn stamp(file: &Path) -> Option<(SystemTime, u64)> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

fn explain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is nothing at this path".into(),
        io::ErrorKind::PermissionDenied => "this app may not read it".into(),
        _ => error.to_string(),
    }
}

fn list(reasons: &[String]) -> String {
    let mut named = reasons[..reasons.len().min(MAX_NAMED)].join("; ");
    if reasons.len() > MAX_NAMED {
        named.push_str(&format!("; and {} more", reasons.len() - MAX_NAMED));
    }
    named
}

#[cfg(test)]
mod tests;
