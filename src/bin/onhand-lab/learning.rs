//! How far a training is: a bar on a terminal, a line for each percent elsewhere. And what its commands ask alike.

use candle_core::Device;
use indicatif::{HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};
use onhand::lab::train::Event;
use std::io::IsTerminal;

/// How much of the loss that is shown is the last step's: it jumps from batch to batch.
const NEWEST: f32 = 0.01;

/// Shows what [`onhand::lab::train::fit()`] tells, on standard error.
pub struct Learning {
    bar: ProgressBar,
    terminal: bool,
    loss: Option<f32>,
    /// The percent that was told last, where there is no terminal.
    said: Option<usize>,
}

impl Learning {
    pub fn new() -> Self {
        let terminal = std::io::stderr().is_terminal();
        let target = if terminal { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos} of {len}, {eta} left");
        let bar = ProgressBar::with_draw_target(Some(0), target).with_style(style.expect("the template is sound"));
        Self { bar, terminal, loss: None, said: None }
    }

    pub fn event(&mut self, event: Event) {
        match event {
            Event::Resumed { step } => self.say(&format!("going on after step {step}")),
            Event::Step { step, of, loss } => {
                let shown = self.loss.map_or(loss, |shown| (1.0 - NEWEST) * shown + NEWEST * loss);
                self.loss = Some(shown);
                self.at(&format!("learning, loss {shown:.4}"), step, of);
            }
            Event::Epoch { epoch, judgement, best } => {
                let best = if best { ", the best so far" } else { "" };
                self.say(&format!("epoch {}: loss {:.4} on held-out inputs{best}", epoch + 1, -judgement));
            }
        }
    }

    pub fn say(&self, sentence: &str) {
        self.bar.suspend(|| eprintln!("{sentence}"));
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
        self.bar.set_message(what.to_string());
        self.bar.set_position(done as u64);
        let percent = 100 * done / of.max(1);
        if !self.terminal && self.said.replace(percent) != Some(percent) {
            eprintln!("{what}: {done} of {of}, {} left", HumanDuration(self.bar.eta()));
        }
    }

    pub fn end(&self) {
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

/// Parses a whole number above 0.
pub fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "wants a whole number above 0".into())
}

/// Parses a number above 0.
pub fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("wants a number above 0".into()),
    }
}

/// Parses a number from 0 to 1.
pub fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("wants a number from 0 to 1".into()),
    }
}
