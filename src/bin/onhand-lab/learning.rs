//! How far a training is: a bar on a terminal, a line now and then elsewhere. And what its commands ask alike.

use candle_core::Device;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use onhand::lab::train::Event;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The loss jumps from batch to batch: what is shown is about the mean over so many steps.
const STEPS_SHOWN: usize = 50;
/// Fewer steps than these change little.
const FEW_STEPS: usize = 50;
/// From one line to the next, where there is no terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(10);

/// Shows what [`onhand::lab::train::fit()`] tells, on standard error.
pub struct Learning {
    bar: ProgressBar,
    terminal: bool,
    /// Stands before every line, where there are several trainings.
    name: String,
    loss: f32,
    /// Steps that `loss` is of.
    steps: usize,
    /// When a line was written last, where there is no terminal.
    said: Option<Instant>,
}

impl Learning {
    pub fn new() -> Self {
        Self::named("")
    }

    /// Of a training that is called `name` in every line.
    pub fn named(name: &str) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len}, {eta} left");
        let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style.expect("the template is sound"));
        let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
        Self { bar, terminal, name, loss: 0.0, steps: 0, said: None }
    }

    pub fn event(&mut self, event: Event) {
        match event {
            Event::Resumed { step } => self.say(&format!("going on after step {step}")),
            Event::Step { step, of, loss } => {
                if self.steps == 0 && of < FEW_STEPS {
                    self.say(&format!("only {of} steps in all: expect little of it; more --epochs or data make more"));
                }
                self.steps += 1;
                self.loss += (loss - self.loss) / self.steps.min(STEPS_SHOWN) as f32;
                self.at(&format!("learning, loss {:.4}", self.loss), step, of);
            }
            Event::Epoch { epoch, judgement, best } => {
                let best = if best { ", the best so far" } else { "" };
                let (epoch, lately, held_out) = (epoch + 1, self.loss, -judgement);
                self.say(&format!("epoch {epoch}: loss {lately:.4} lately, {held_out:.4} on held-out inputs{best}"));
            }
        }
    }

    pub fn say(&self, sentence: &str) {
        self.bar.suspend(|| tell!("{}{sentence}", self.name));
    }

    /// `done` of `of` are done; what was done before this run counts for the bar, not for the time that is left.
    pub fn at(&mut self, what: &str, done: usize, of: usize) {
        if self.bar.length() != Some(of as u64) {
            self.bar.reset();
            self.bar.set_length(of as u64);
            self.bar.set_position(done as u64);
            self.bar.reset_eta();
            self.said = None;
        }
        self.bar.set_message(format!("{}{what}", self.name));
        self.bar.set_position(done as u64);
        if !self.terminal && self.said.is_none_or(|said| said.elapsed() >= BETWEEN_LINES) {
            self.said = Some(Instant::now());
            // Before the second step nobody knows.
            let left = Some(self.bar.eta()).filter(|eta| !eta.is_zero());
            let left = left.map(|eta| format!(", {} left", HumanDuration(eta))).unwrap_or_default();
            tell!("{}{what}: {done} of {of}{left}", self.name);
        }
    }
}

/// What failed is said where the bar was.
impl Drop for Learning {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// What a training computes on.
#[derive(clap::ValueEnum, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeviceName {
    /// The processor
    #[default]
    Cpu,
    /// The first of NVIDIA's GPUs, in a build with the feature `cuda`
    Cuda,
}

impl DeviceName {
    /// The device.
    ///
    /// # Errors
    /// A sentence that says why it cannot be had.
    pub fn device(self) -> Result<Device, String> {
        match self {
            Self::Cpu => Ok(Device::Cpu),
            Self::Cuda => first_gpu(),
        }
    }
}

#[cfg(not(feature = "cuda"))]
fn first_gpu() -> Result<Device, String> {
    Err("this build knows no CUDA; build it with --features cuda, or leave --device out".into())
}

/// The first GPU, set up for steps that ask for the same memory again and again.
#[cfg(feature = "cuda")]
fn first_gpu() -> Result<Device, String> {
    use candle_core::cuda::WrapErr;
    use candle_core::cuda::cudarc::driver::{result, sys};
    use candle_core::{CudaDevice, backend::BackendDevice};

    let open = || -> candle_core::Result<Device> {
        let gpu = CudaDevice::new(0)?;
        // SAFETY: it has the one stream that it was made with, on which everything happens in its order.
        unsafe { gpu.disable_event_tracking() };
        // What a step gives back is kept for the next one; else each time the processor waits for the GPU, memory goes
        // back to the system and has to be asked for anew.
        let mut keep = u64::MAX;
        let attribute = sys::CUmemPool_attribute::CU_MEMPOOL_ATTR_RELEASE_THRESHOLD;
        // SAFETY: the device is one of the driver's, the pool is its own, and the value of this attribute is a u64.
        unsafe {
            let pool = result::device::get_default_mem_pool(result::device::get(0).w()?).w()?;
            result::mem_pool::set_attribute(pool, attribute, (&raw mut keep).cast()).w()?;
        }
        Ok(Device::Cuda(gpu))
    };
    open().map_err(|e| format!("CUDA cannot be used: {e}; leave --device out"))
}

/// The folder beside `out` that holds what is not finished.
pub fn work_dir(out: &Path) -> PathBuf {
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    out.with_file_name(format!("{name}.work"))
}

/// Parses a whole number above 0.
pub fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "wants a whole number above 0".into())
}

/// Parses a number above 0.
pub fn positive(text: &str) -> Result<f64, String> {
    not_negative(text).ok().filter(|value| *value > 0.0).ok_or_else(|| "wants a number above 0".into())
}

/// Parses a number from 0 on.
pub fn not_negative(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value >= 0.0 && value.is_finite() => Ok(value),
        _ => Err("wants a number from 0 on".into()),
    }
}

/// Parses a number from 0 to 1.
pub fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("wants a number from 0 to 1".into()),
    }
}
