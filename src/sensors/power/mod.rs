//! Heat and battery: what the scheduler paces by.
//!
//! Nothing goes in; out comes a [`Power`], in which all that the device does not tell is unknown. Reading never fails
//! and never blocks: a sensor that breaks is a sensor that tells nothing.

#[cfg(any(test, all(feature = "app", target_os = "android")))]
mod android;
#[cfg(any(test, all(feature = "app", target_os = "ios")))]
mod ios;
#[cfg(target_os = "linux")]
mod linux;
mod script;
#[cfg(all(test, feature = "app"))]
pub(crate) mod told;

pub use crate::scheduler::{Power, Supply, ThermalStatus};
pub use script::{Script, ScriptError};

use std::path::Path;

/// Tells heat and battery. Ask no more than once a second: that is how often phones want to be asked.
pub trait PowerSensor: Send {
    /// What the device tells now.
    fn read(&mut self) -> Power;

    /// What is read, for reports: "thermal zones: x86_pkg_temp", "a script". Nothing of a person's is in it.
    fn describe(&self) -> String;
}

/// A device that tells nothing.
#[cfg(not(any(target_os = "linux", all(feature = "app", any(target_os = "android", target_os = "ios")))))]
struct Silent;

#[cfg(not(any(target_os = "linux", all(feature = "app", any(target_os = "android", target_os = "ios")))))]
impl PowerSensor for Silent {
    fn read(&mut self) -> Power {
        Power::UNKNOWN
    }

    fn describe(&self) -> String {
        "nothing on this system tells heat or battery".into()
    }
}

/// The system's own sensor; one that tells nothing where there is none.
pub fn system() -> Box<dyn PowerSensor> {
    #[cfg(target_os = "linux")]
    return Box::new(linux::Linux::new(Path::new("/sys")));
    #[cfg(all(feature = "app", target_os = "android"))]
    return Box::new(android::Android::new(android::Native::new()));
    #[cfg(all(feature = "app", target_os = "ios"))]
    return Box::new(ios::Ios(ios::told));
    #[cfg(not(any(target_os = "linux", all(feature = "app", any(target_os = "android", target_os = "ios")))))]
    Box::new(Silent)
}

/// Begins to listen where the system notifies of heat and battery; called once, on the main thread, when there is a
/// window.
pub fn watch() {
    #[cfg(all(feature = "app", target_os = "ios"))]
    ios::watch();
}

/// A script played from now on.
///
/// # Errors
/// The script cannot be read or is malformed.
pub fn script(path: &Path) -> Result<Box<dyn PowerSensor>, ScriptError> {
    Ok(Box::new(Script::open(path)?))
}
