//! A desktop's own camera, through nokhwa: V4L2, Media Foundation or AVFoundation.
//!
//! nokhwa hands out pictures in their order and blocks for as long as the driver likes, so a thread of its own reads
//! them and keeps the newest, as the driver coded it; [`Camera::next_frame`] decodes the one that it takes. When that
//! thread ends, the camera is gone: it is looked for and opened again. Desktops' cameras deliver upright pictures.

mod pixels;

use super::{Camera, CameraError, Facing, Frame};
use nokhwa::utils::{ApiBackend, CameraInfo, RequestedFormat, RequestedFormatType};
use nokhwa::{Buffer, NokhwaError};
use pixels::{FORMATS, choose, decode};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often a camera that is gone is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(500);
/// How long a camera may take to say whether it opens: some power up first. A question of the system takes longer.
const OPEN_TIMEOUT: Duration = Duration::from_secs(10);

/// A camera of this computer.
pub struct NativeCamera {
    device: CameraInfo,
    cameras: usize,
    stream: Result<Arc<Stream>, CameraError>,
    told: bool,
    frozen: bool,
}

/// Between the thread that reads and whoever asks.
#[derive(Default)]
struct Stream {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    opened: bool,
    newest: Option<(Buffer, Instant)>,
    ended: Option<CameraError>,
    /// Nobody wants pictures any more.
    dropped: bool,
}

impl NativeCamera {
    /// Opens the first camera.
    ///
    /// # Errors
    /// [`CameraError::NoDevice`] where there is none; otherwise why it cannot be opened.
    pub fn open() -> Result<Self, CameraError> {
        let devices = devices()?;
        let device = devices.first().ok_or(CameraError::NoDevice)?.clone();
        let stream = Stream::open(&device)?;
        Ok(Self { device, cameras: devices.len(), stream: Ok(stream), told: false, frozen: false })
    }

    /// Looks for the same device; where its place has changed, for any.
    fn reopen(&mut self) -> Result<Arc<Stream>, CameraError> {
        let devices = devices()?;
        self.cameras = devices.len();
        let same = devices.iter().find(|d| d.human_name() == self.device.human_name());
        let found = same.or(devices.first()).ok_or_else(|| CameraError::Unplugged {
            device: self.device.human_name(),
            why: "the system lists no camera".into(),
        })?;
        let stream = Stream::open(found)?;
        self.device = found.clone();
        Ok(stream)
    }

    fn close(&mut self) {
        if let Ok(stream) = &self.stream {
            stream.lock().dropped = true;
        }
    }
}

impl Drop for NativeCamera {
    fn drop(&mut self) {
        self.close();
    }
}

impl Camera for NativeCamera {
    fn next_frame(&mut self, timeout: Duration) -> Result<Frame, CameraError> {
        let deadline = Instant::now() + timeout;
        if self.frozen {
            std::thread::sleep(timeout);
            return Err(timed_out(&self.device, timeout));
        }
        loop {
            let error = match &self.stream {
                Ok(stream) => match stream.take(deadline) {
                    Ok(Some((buffer, captured))) => {
                        self.told = false;
                        return decode(&buffer, captured).map_err(|why| failed(&self.device, why));
                    }
                    Ok(None) => return Err(timed_out(&self.device, timeout)),
                    Err(error) => error,
                },
                Err(error) => error.clone(),
            };
            let now = Instant::now();
            if !self.told || now >= deadline {
                self.told = true;
                self.stream = Err(error.clone());
                return Err(error);
            }
            self.stream = self.reopen();
            if self.stream.is_err() {
                std::thread::sleep(LOOK_AGAIN.min(deadline - now));
            }
        }
    }

    fn facing(&self) -> Facing {
        Facing::Unknown
    }

    fn description(&self) -> String {
        self.device.human_name()
    }

    fn can_flip(&self) -> bool {
        self.cameras > 1
    }

    fn flip(&mut self) -> Result<(), CameraError> {
        let devices = devices()?;
        self.cameras = devices.len();
        let here = devices.iter().position(|d| d.index() == self.device.index());
        let next = devices.get(here.map_or(0, |at| (at + 1) % devices.len())).ok_or(CameraError::NoDevice)?;
        if next.index() == self.device.index() {
            return Ok(());
        }
        self.close();
        self.device = next.clone();
        self.told = false;
        self.stream = Stream::open(next);
        self.stream.as_ref().map(|_| ()).map_err(Clone::clone)
    }

    fn retry(&mut self) {
        self.close();
        self.stream = self.reopen();
        self.told = false;
    }

    fn freeze(&mut self, frozen: bool) {
        self.frozen = frozen;
    }
}

impl Stream {
    /// Starts the thread that reads, and waits until the camera is open.
    fn open(device: &CameraInfo) -> Result<Arc<Self>, CameraError> {
        permitted()?;
        let stream = Arc::new(Self::default());
        let (writer, info) = (Arc::clone(&stream), device.clone());
        std::thread::Builder::new()
            .name("camera".into())
            .spawn(move || {
                // nokhwa asserts and unwraps: a panic is an ended stream as well.
                let read = std::panic::AssertUnwindSafe(|| writer.read(&info));
                let ended = std::panic::catch_unwind(read).unwrap_or_else(|_| Err(failed(&info, "its driver failed")));
                writer.lock().ended = ended.err();
                writer.changed.notify_all();
            })
            .map_err(|e| failed(device, e))?;
        let wait = |state: &mut State| !state.opened && state.ended.is_none();
        let (mut state, _) = stream
            .changed
            .wait_timeout_while(stream.lock(), OPEN_TIMEOUT, wait)
            .unwrap_or_else(PoisonError::into_inner);
        match (state.opened, state.ended.take()) {
            (_, Some(error)) => Err(error),
            (true, None) => {
                drop(state);
                Ok(stream)
            }
            (false, None) => {
                state.dropped = true;
                Err(failed(device, "it does not open"))
            }
        }
    }

    /// Reads until nobody wants more.
    fn read(&self, device: &CameraInfo) -> Result<(), CameraError> {
        let any = RequestedFormat::with_formats(RequestedFormatType::None, &FORMATS);
        let mut camera = nokhwa::Camera::new(device.index().clone(), any).map_err(|e| refused(device, &e))?;
        if let Some(best) = camera.compatible_camera_formats().ok().as_deref().and_then(choose) {
            // A camera that does not change its format has one that can be read.
            let exactly = RequestedFormat::with_formats(RequestedFormatType::Exact(best), &FORMATS);
            if let Err(error) = camera.set_camera_requset(exactly) {
                tracing::debug!(device = device.human_name(), "the camera stays as it is: {error}");
            }
        }
        camera.open_stream().map_err(|e| refused(device, &e))?;
        loop {
            let buffer = camera.frame().map_err(|e| unplugged(device, &e))?;
            let mut state = self.lock();
            if state.dropped {
                return Ok(());
            }
            state.opened = true;
            state.newest = Some((buffer, Instant::now()));
            drop(state);
            self.changed.notify_all();
        }
    }

    /// The newest picture that was not taken; `None` when there is none until `deadline`.
    fn take(&self, deadline: Instant) -> Result<Option<(Buffer, Instant)>, CameraError> {
        let left = deadline.saturating_duration_since(Instant::now());
        let wait = |state: &mut State| state.newest.is_none() && state.ended.is_none();
        let waited = self.changed.wait_timeout_while(self.lock(), left, wait);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match (state.newest.take(), &state.ended) {
            (None, Some(error)) => Err(error.clone()),
            (newest, _) => Ok(newest),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the system lists.
fn devices() -> Result<Vec<CameraInfo>, CameraError> {
    let mut devices = nokhwa::query(ApiBackend::Auto)
        .map_err(|e| CameraError::Failed { device: "the list of cameras".into(), why: e.to_string() })?;
    devices.sort_by_key(|d| d.index().clone());
    Ok(devices)
}

/// macOS asks the person first; elsewhere the answer is yes at once.
fn permitted() -> Result<(), CameraError> {
    if nokhwa::nokhwa_check() {
        return Ok(());
    }
    let (sender, answer) = std::sync::mpsc::sync_channel(1);
    let asked = Instant::now();
    nokhwa::nokhwa_initialize(move |allowed| {
        // Nobody listens any more when the answer comes too late.
        let _ = sender.try_send(allowed);
    });
    /// A person may read the question slowly.
    const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
    match answer.recv_timeout(ANSWER_TIMEOUT) {
        Ok(true) => Ok(()),
        // Nobody answers so fast: the system remembered a refusal.
        Ok(false) if asked.elapsed() < Duration::from_millis(250) => Err(CameraError::DeniedForGood),
        _ => Err(CameraError::Denied),
    }
}

/// Why a camera could not be opened. nokhwa gives the system's words only.
fn refused(device: &CameraInfo, error: &NokhwaError) -> CameraError {
    let why = error.to_string();
    let says = |words: &[&str]| words.iter().any(|w| why.to_lowercase().contains(w));
    let name = device.human_name();
    // EBUSY and Media Foundation's 0xC00D3704; EACCES and EPERM; ENODEV, ENOENT and ENXIO.
    if says(&["os error 16", "busy", "in use", "0xc00d3704"]) {
        CameraError::Busy { device: name, why }
    } else if says(&["os error 13", "os error 1)", "denied", "not permitted", "0x80070005"]) {
        CameraError::DeniedForGood
    } else if says(&["os error 19", "os error 2)", "os error 6)"]) {
        CameraError::Unplugged { device: name, why }
    } else {
        CameraError::Failed { device: name, why }
    }
}

fn unplugged(device: &CameraInfo, error: &NokhwaError) -> CameraError {
    CameraError::Unplugged { device: device.human_name(), why: error.to_string() }
}

fn failed(device: &CameraInfo, why: impl ToString) -> CameraError {
    CameraError::Failed { device: device.human_name(), why: why.to_string() }
}

fn timed_out(device: &CameraInfo, waited: Duration) -> CameraError {
    CameraError::Timeout { device: device.human_name(), waited_ms: waited.as_millis() as u64 }
}

#[cfg(test)]
mod tests;
