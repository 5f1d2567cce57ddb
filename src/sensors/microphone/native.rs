//! The system's own microphone, through cpal.
//!
//! On Linux PulseAudio (or PipeWire behind it) first, because ALSA's plugin for it loses the first one to two
//! seconds, and ALSA where there is none; elsewhere what the system has (WASAPI, CoreAudio, AAudio). A thread owns
//! the stream, since some systems tie it to one. Its callback mixes to mono and queues; reading resamples.
//!
//! The system names what it prefers at each opening. Where it reroutes a stream by itself, sound goes on; where
//! it does not, and when the device vanishes or falls silent altogether, reading says
//! [`MicrophoneError::Unplugged`] and opening again finds the next.

#[cfg(target_os = "linux")]
mod cookie;

use super::queue::{CAPACITY_S, Queue};
use super::{Heard, Microphone, MicrophoneError};
use crate::resample::{Block, Resampler};
use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{BufferSize, Data, ErrorKind, FromSample, Host, I24, SampleFormat, SizedSample, StreamConfig, U24};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

/// A system that has not answered by then is not going to.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);
/// What a system may take to build one stream.
const BUILD_TIMEOUT: Duration = Duration::from_secs(3);
/// Sound comes about so often: what is asked for, in seconds. PulseAudio would give two seconds at a time. cpal has the
/// sound system keep no more than this, and drop what else comes: PipeWire passes up to 2048 samples at once (43 ms at
/// 48 kHz), and at least 1024 in a virtual machine, so less than that loses sound.
const PERIOD_S: f64 = 0.05;
/// A microphone gives sound even in silence. One that gives nothing for so long is gone, whatever it says.
const DEAD_AFTER: Duration = Duration::from_secs(5);

/// The microphone that the system prefers.
pub struct Native {
    name: String,
    queue: Arc<Queue>,
    resampler: Resampler,
    /// Samples lost and not told yet, at the device's rate.
    lost: usize,
    last_sound: Instant,
    /// Dropping it ends the thread, and with it the stream.
    _stop: Sender<()>,
}

/// What the thread says once the stream runs.
struct Opened {
    name: String,
    rate_hz: u32,
    queue: Arc<Queue>,
}

impl Native {
    /// Opens it. Sound before the first read is kept, up to a minute.
    ///
    /// # Errors
    /// [`MicrophoneError`], within five seconds.
    pub fn open() -> Result<Self, MicrophoneError> {
        let (stop, stopped) = channel();
        let (say, said) = channel();
        let thread = std::thread::Builder::new().name("microphone".into());
        let spawned = thread.spawn(move || hold(&say, &stopped));
        spawned.map_err(|e| unreadable("", e.to_string()))?;
        let silent = |_| unreadable("", "the sound system does not answer".into());
        let Opened { name, rate_hz, queue } = said.recv_timeout(OPEN_TIMEOUT).map_err(silent)??;
        let resampler = Resampler::new(rate_hz, Block::Short).map_err(|why| unreadable(&name, why))?;
        Ok(Self { name, queue, resampler, lost: 0, last_sound: Instant::now(), _stop: stop })
    }
}

impl Microphone for Native {
    fn read(&mut self, timeout: Duration) -> Result<Heard, MicrophoneError> {
        let taken = self.queue.take(timeout)?;
        if taken.samples.is_empty() {
            return if self.last_sound.elapsed() > DEAD_AFTER {
                self.queue.fail(MicrophoneError::Unplugged);
                Err(MicrophoneError::Unplugged)
            } else {
                Ok(Heard::Nothing)
            };
        }
        self.last_sound = Instant::now();
        self.lost += taken.lost;
        let mut samples = Vec::new();
        self.resampler.push(&taken.samples, &mut samples).map_err(|why| unreadable(&self.name, why))?;
        if samples.is_empty() {
            // Less than a block.
            return Ok(Heard::Nothing);
        }
        let lost_samples = self.resampler.resampled_len(std::mem::take(&mut self.lost) as u64) as usize;
        Ok(Heard::Sound { samples, lost_samples })
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// Opens a stream, says how that went, and holds the stream until nobody wants it.
fn hold(say: &Sender<Result<Opened, MicrophoneError>>, stopped: &Receiver<()>) {
    // alsa-lib explains every missing card on standard error; what went wrong is in the answer.
    #[cfg(target_os = "linux")]
    let _quiet = alsa::Output::local_error_handler();
    match start() {
        Ok((opened, stream)) => {
            if say.send(Ok(opened)).is_ok() {
                // Ends when the other side is dropped; nothing is ever sent.
                let _ = stopped.recv();
            }
            drop(stream);
        }
        Err(why) => drop(say.send(Err(why))),
    }
}

/// The first host whose preferred microphone runs.
fn start() -> Result<(Opened, cpal::Stream), MicrophoneError> {
    let mut first = None;
    for host in hosts() {
        match start_on(&host) {
            Ok(started) => return Ok(started),
            Err(why) => _ = first.get_or_insert(why),
        }
    }
    Err(first.unwrap_or(MicrophoneError::NoDevice))
}

#[cfg(target_os = "linux")]
fn hosts() -> impl Iterator<Item = Host> {
    if let Err(why) = cookie::make_if_missing() {
        tracing::debug!("no cookie for PulseAudio: {why}");
    }
    [cpal::HostId::PulseAudio, cpal::HostId::Alsa].into_iter().filter_map(|id| cpal::host_from_id(id).ok())
}

#[cfg(not(target_os = "linux"))]
fn hosts() -> impl Iterator<Item = Host> {
    [cpal::default_host()].into_iter()
}

fn start_on(host: &Host) -> Result<(Opened, cpal::Stream), MicrophoneError> {
    let device = host.default_input_device().ok_or(MicrophoneError::NoDevice)?;
    // Without a microphone PulseAudio prefers what the loudspeaker plays: nobody means that.
    if device.id().is_ok_and(|id| id.id().ends_with(".monitor")) {
        return Err(MicrophoneError::NoDevice);
    }
    let name = device.description().map_or_else(|_| "microphone".into(), |d| d.name().to_string());
    let on_opening = |e: cpal::Error| describe(&e, &name, MicrophoneError::NoDevice);
    let chosen = device.default_input_config().map_err(on_opening)?;
    let (rate_hz, format) = (chosen.sample_rate(), chosen.sample_format());
    let queue = Arc::new(Queue::new(CAPACITY_S * rate_hz as usize));
    let short =
        StreamConfig { buffer_size: BufferSize::Fixed((f64::from(rate_hz) * PERIOD_S) as u32), ..chosen.config() };
    let build = |config: StreamConfig| {
        let (sound, failure, name) = (Arc::clone(&queue), Arc::clone(&queue), name.clone());
        let channels = usize::from(config.channels).max(1);
        let on_data = move |data: &Data, _: &cpal::InputCallbackInfo| queue_mono(data, channels, &sound);
        let on_error = move |e: cpal::Error| {
            if !goes_on(e.kind()) {
                failure.fail(describe(&e, &name, MicrophoneError::Unplugged));
            }
        };
        device.build_input_stream_raw(config, format, on_data, on_error, Some(BUILD_TIMEOUT))
    };
    if !readable(format) {
        return Err(unreadable(&name, format!("its samples are {format}")));
    }
    // Not every system takes a wish.
    let stream = build(short).or_else(|_| build(chosen.config())).map_err(on_opening)?;
    stream.play().map_err(on_opening)?;
    Ok((Opened { name, rate_hz, queue }, stream))
}

/// Whether sound comes all the same: a lost moment, another device, no real-time priority.
fn goes_on(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Xrun | ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied)
}

/// What an error means to a person; `gone` where there is no such device (any more).
fn describe(e: &cpal::Error, name: &str, gone: MicrophoneError) -> MicrophoneError {
    match e.kind() {
        ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable | ErrorKind::StreamInvalidated => gone,
        // These systems ask once; afterwards only their settings help.
        ErrorKind::PermissionDenied if cfg!(target_vendor = "apple") => MicrophoneError::DeniedForGood,
        ErrorKind::PermissionDenied => MicrophoneError::Denied,
        ErrorKind::DeviceBusy => MicrophoneError::Busy,
        _ => unreadable(name, e.to_string()),
    }
}

fn unreadable(name: &str, why: String) -> MicrophoneError {
    MicrophoneError::Unreadable { name: name.into(), why }
}

/// One-bit streams need a filter of their own and come from no microphone.
fn readable(format: SampleFormat) -> bool {
    !matches!(format, SampleFormat::DsdU8 | SampleFormat::DsdU16 | SampleFormat::DsdU32)
}

fn queue_mono(data: &Data, channels: usize, queue: &Queue) {
    match data.sample_format() {
        SampleFormat::I8 => mix::<i8>(data, channels, queue),
        SampleFormat::I16 => mix::<i16>(data, channels, queue),
        SampleFormat::I24 => mix::<I24>(data, channels, queue),
        SampleFormat::I32 => mix::<i32>(data, channels, queue),
        SampleFormat::I64 => mix::<i64>(data, channels, queue),
        SampleFormat::U8 => mix::<u8>(data, channels, queue),
        SampleFormat::U16 => mix::<u16>(data, channels, queue),
        SampleFormat::U24 => mix::<U24>(data, channels, queue),
        SampleFormat::U32 => mix::<u32>(data, channels, queue),
        SampleFormat::U64 => mix::<u64>(data, channels, queue),
        SampleFormat::F32 => mix::<f32>(data, channels, queue),
        SampleFormat::F64 => mix::<f64>(data, channels, queue),
        // Refused at opening.
        _ => {}
    }
}

fn mix<S: SizedSample>(data: &Data, channels: usize, queue: &Queue)
where
    f32: FromSample<S>,
{
    let Some(samples) = data.as_slice::<S>() else { return };
    let mono = |frame: &[S]| frame.iter().map(|&s| f32::from_sample_(s)).sum::<f32>() / channels as f32;
    queue.push(samples.chunks_exact(channels).map(mono));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixed<S: SizedSample>(mut samples: Vec<S>, channels: usize) -> Vec<f32> {
        let queue = Queue::new(100);
        // SAFETY: the pointer, the count and the format are those of the vector.
        let data = unsafe { Data::from_parts(samples.as_mut_ptr().cast(), samples.len(), S::FORMAT) };
        queue_mono(&data, channels, &queue);
        queue.take(Duration::ZERO).unwrap().samples
    }

    #[test]
    fn any_format_and_any_channels_become_mono_floats() {
        assert_eq!(mixed(vec![0.5f32, -0.5, 1.0, 0.0], 2), [0.0, 0.5]);
        assert_eq!(mixed(vec![0.25f64, -0.25], 1), [0.25, -0.25]);
        assert_eq!(mixed(vec![i16::MIN, 0, 16_384], 1), [-1.0, 0.0, 0.5]);
        assert_eq!(mixed(vec![i32::MIN, 1 << 30], 1), [-1.0, 0.5]);
        assert_eq!(mixed(vec![0u8, 128, 192], 1), [-1.0, 0.0, 0.5]);
        assert_eq!(mixed(vec![I24::new(1 << 22).unwrap()], 1), [0.5]);
        // A frame that is not whole is no sound.
        assert_eq!(mixed(vec![i8::MIN, 64, 64], 2), [-0.25]);
    }

    #[test]
    fn errors_are_told_in_a_persons_terms() {
        let told = |kind, gone| describe(&cpal::Error::new(kind), "desk", gone);
        assert_eq!(told(ErrorKind::DeviceNotAvailable, MicrophoneError::NoDevice), MicrophoneError::NoDevice);
        assert_eq!(told(ErrorKind::StreamInvalidated, MicrophoneError::Unplugged), MicrophoneError::Unplugged);
        assert_eq!(told(ErrorKind::DeviceBusy, MicrophoneError::NoDevice), MicrophoneError::Busy);
        let said = told(ErrorKind::BackendError, MicrophoneError::NoDevice).to_string();
        assert!(said.contains("desk"), "{said}");
        assert!(goes_on(ErrorKind::Xrun) && goes_on(ErrorKind::DeviceChanged));
        assert!(!goes_on(ErrorKind::StreamInvalidated) && !goes_on(ErrorKind::BackendError));
    }
}
