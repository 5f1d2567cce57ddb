//! What computes the networks of texts and speech: kernels of our own, or on Apple's systems what candle has for
//! Accelerate and for Metal.
//!
//! In: the unit that somebody asks for. Out: a network, the unit that it really is on, and why it is not the one that
//! was asked for. The processor can always be had, so [`place`] fails only where the model itself is broken.

use super::{Error, Result};
use candle_core::Device;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A kind of hardware, and what computes on it. Pictures are computed on the processor whatever is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// The processor's cores, with [`kernels`](crate::kernels) of our own.
    #[default]
    Cpu,
    /// The matrix units of Apple's processors, with Apple's Accelerate. It decides itself how many threads it takes.
    Accelerate,
    /// The GPU of Apple's devices, with Metal.
    Metal,
}

impl Unit {
    /// Every one that there is, the one that is everywhere first.
    pub const ALL: [Self; 3] = [Self::Cpu, Self::Accelerate, Self::Metal];

    /// Those that this build has on this system, the processor first.
    pub fn offered() -> Vec<Self> {
        Self::ALL.into_iter().filter(|unit| unit.lack().is_none()).collect()
    }

    /// Why it cannot be had here; `None` where it can.
    pub fn lack(self) -> Option<Lack> {
        match self {
            Self::Cpu => None,
            Self::Accelerate if cfg!(not(target_vendor = "apple")) => Some(Lack::OtherSystem),
            Self::Accelerate if cfg!(feature = "accelerate") => None,
            Self::Accelerate => Some(Lack::NotBuiltIn),
            Self::Metal => metal::device().err(),
        }
    }

    /// candle's device for it; `None` where our own kernels compute.
    fn device(self) -> std::result::Result<Option<Device>, Lack> {
        match self {
            Self::Cpu => Ok(None),
            Self::Accelerate => self.lack().map_or(Ok(Some(Device::Cpu)), Err),
            Self::Metal => metal::device().map(Some),
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Cpu => "cpu",
            Self::Accelerate => "accelerate",
            Self::Metal => "metal",
        })
    }
}

impl std::str::FromStr for Unit {
    type Err = String;

    fn from_str(name: &str) -> std::result::Result<Self, String> {
        let known = Self::ALL.into_iter().find(|unit| unit.to_string() == name);
        known.ok_or_else(|| format!("{name} is no compute unit; cpu, accelerate and metal are"))
    }
}

/// Why a unit cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// Only Apple's systems have it.
    #[error("only Apple's systems have it")]
    OtherSystem,
    /// This build was made without it.
    #[error("this build was made without it; build with the feature of that name")]
    NotBuiltIn,
    /// candle asks Metal for what older systems have not.
    #[error("it needs iOS 18 or macOS 15")]
    OldSystem,
    /// There is no such device.
    #[error("this device has none")]
    NoDevice,
    /// Pictures are computed on the processor only.
    #[error("pictures are computed on the processor")]
    Pictures,
    /// It is there, and this model cannot be computed on it.
    #[error("it cannot compute this model: {why}")]
    Refused {
        /// What it said.
        why: String,
    },
}

/// What a loaded model computes on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Placed {
    /// The unit in force.
    pub unit: Unit,
    /// What was asked for, where that is another one.
    pub fallback: Option<Fallback>,
}

/// A unit that was asked for and is not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fallback {
    /// The unit.
    pub asked: Unit,
    /// Why not.
    pub why: Lack,
}

impl fmt::Display for Fallback {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} is not used: {}", self.asked, self.why)
    }
}

impl Placed {
    /// On `unit`, as asked.
    fn on(unit: Unit) -> Self {
        Self { unit, fallback: None }
    }

    /// On the processor, because `asked` cannot be had.
    pub(super) fn instead_of(asked: Unit, why: Lack) -> Self {
        Self { unit: Unit::Cpu, fallback: Some(Fallback { asked, why }) }
    }
}

/// The network that `on_candle` builds and tries on the device of `asked`; where there is none or that fails, what `own`
/// builds of our own kernels.
///
/// # Errors
/// Those of `own`.
pub(super) fn place<T>(
    asked: Unit,
    on_candle: impl FnOnce(&Device) -> Result<T>,
    own: impl FnOnce() -> Result<T>,
) -> Result<(T, Placed)> {
    let why = match asked.device() {
        Ok(None) => return Ok((own()?, Placed::on(Unit::Cpu))),
        Ok(Some(device)) => match guarded(|| pooled(|| on_candle(&device))) {
            Ok(network) => return Ok((network, Placed::on(asked))),
            Err(error) => Lack::Refused { why: error },
        },
        Err(lack) => lack,
    };
    tracing::warn!("{asked} is not used: {why}");
    Ok((own()?, Placed::instead_of(asked, why)))
}

/// What `work` with candle's tensors gives. Apple's systems hand out objects that live until the pool about the work ends;
/// a thread of ours has none, and would keep those of every answer.
pub(super) fn pooled<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(all(feature = "metal", target_vendor = "apple"))]
    return objc2::rc::autoreleasepool(|_| work());
    #[cfg(not(all(feature = "metal", target_vendor = "apple")))]
    work()
}

/// What `build` gives, or why it gives nothing. Between candle and the hardware lies much that panics where it meets
/// what it did not expect; nothing of a network that was not built is used again.
fn guarded<T>(build: impl FnOnce() -> Result<T>) -> std::result::Result<T, String> {
    match catch_unwind(AssertUnwindSafe(build)) {
        Ok(built) => built.map_err(|error| match error {
            // The words for people about faults of ours do not fit here.
            Error::Candle(inner) => inner.to_string(),
            other => other.to_string(),
        }),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            Err(said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked").to_string())
        }
    }
}

/// candle's GPU, of which there is one for the whole process: what was compiled for one model serves the others.
#[cfg(all(feature = "metal", target_vendor = "apple"))]
mod metal {
    use super::{Lack, guarded, pooled};
    use candle_core::Device;
    use std::sync::LazyLock;

    static DEVICE: LazyLock<Result<Device, Lack>> = LazyLock::new(open);

    pub fn device() -> Result<Device, Lack> {
        DEVICE.clone()
    }

    fn open() -> Result<Device, Lack> {
        // candle makes a residency set, which is a class that older systems have not.
        if !objc2::available!(ios = 18.0, macos = 15.0, ..) {
            return Err(Lack::OldSystem);
        }
        // candle takes the first of all without asking whether there is one.
        if candle_metal_kernels::metal::Device::all().is_empty() {
            return Err(Lack::NoDevice);
        }
        guarded(|| pooled(|| Ok(Device::new_metal(0)?))).map_err(|why| Lack::Refused { why })
    }
}

#[cfg(not(all(feature = "metal", target_vendor = "apple")))]
mod metal {
    use super::Lack;
    use candle_core::Device;

    pub fn device() -> Result<Device, Lack> {
        Err(if cfg!(target_vendor = "apple") { Lack::NotBuiltIn } else { Lack::OtherSystem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_named_alike_everywhere() {
        for unit in Unit::ALL {
            let name = unit.to_string();
            assert_eq!(name.parse(), Ok(unit));
            assert_eq!(serde_json::to_string(&unit).unwrap(), format!("\"{name}\""));
        }
        assert_eq!("gpu".parse::<Unit>(), Err("gpu is no compute unit; cpu, accelerate and metal are".into()));
    }

    #[test]
    fn the_processor_is_offered_everywhere_and_what_is_not_offered_has_a_reason() {
        let offered = Unit::offered();
        assert_eq!(offered[0], Unit::Cpu);
        for unit in Unit::ALL {
            assert_eq!(offered.contains(&unit), unit.lack().is_none(), "{unit}");
            assert_eq!(unit.device().err(), unit.lack(), "{unit}");
        }
        #[cfg(not(target_vendor = "apple"))]
        assert_eq!((offered.len(), Unit::Metal.lack()), (1, Some(Lack::OtherSystem)));
    }

    #[test]
    fn what_is_asked_for_and_cannot_be_had_is_computed_on_the_processor_and_said() {
        let own = || Ok("own");
        let (network, placed) = place(Unit::Cpu, |_| panic!("nobody asked for it"), own).unwrap();
        assert_eq!((network, placed), ("own", Placed::default()));
        for asked in [Unit::Accelerate, Unit::Metal].into_iter().filter(|unit| unit.lack().is_some()) {
            let (network, placed) = place(asked, |_| Ok("candle's"), own).unwrap();
            let why = asked.lack().unwrap();
            assert_eq!((network, placed), ("own", Placed::instead_of(asked, why)));
        }
        let broken = place(Unit::Metal, |_| Ok(()), || Err(Error::Cancelled));
        assert!(matches!(broken, Err(Error::Cancelled)), "what the processor cannot do either is an error");
    }

    #[test]
    fn a_refusal_and_a_panic_are_reasons() {
        let refused = || Err(Error::Candle(candle_core::Error::Msg("no such kernel".into())));
        assert_eq!(guarded::<()>(refused).unwrap_err(), "no such kernel");
        assert_eq!(guarded::<()>(|| panic!("index out of bounds")).unwrap_err(), "index out of bounds");
        assert_eq!(guarded::<()>(|| panic!("{} is none", 7)).unwrap_err(), "7 is none");
        assert_eq!(guarded(|| Ok(3)), Ok(3));
    }
}
