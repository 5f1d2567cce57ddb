use std::path::PathBuf;

/// Why a camera yields no picture. Each is a state of the screen with a way on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CameraError {
    /// The device has no camera.
    #[error("this device has no camera; connect one, or pick a picture")]
    NoDevice,
    /// The person said no this time; asking again may be answered otherwise.
    #[error("the camera was not allowed; allow it when asked again")]
    Denied,
    /// The system says no without asking.
    #[error("the camera is switched off for this app; allow it in the system's settings, then try again")]
    DeniedForGood,
    /// Another program has it.
    #[error("{device} is in use by another program ({why}); close that program, then try again")]
    Busy {
        /// The camera.
        device: String,
        /// What the system said.
        why: String,
    },
    /// It was there, and is gone.
    #[error("{device} is gone ({why}); connect it again, it goes on by itself")]
    Unplugged {
        /// The camera or the path.
        device: String,
        /// What the system said.
        why: String,
    },
    /// A replayed source that holds no picture.
    #[error("{}: {why}; choose a picture, a folder of pictures or an animated GIF or WebP", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong with it, with every file that was tried.
        why: String,
    },
    /// No picture in the time that was given; more may come.
    #[error("{device} sent no picture within {waited_ms} ms; if it stays so, turn the camera off and on")]
    Timeout {
        /// The camera.
        device: String,
        /// How long it was waited for.
        waited_ms: u64,
    },
    /// The page that asks for the camera is not connected.
    #[error("the page is not connected, so its camera can't be asked; this ends when the app is in view again")]
    NoPage,
    /// Anything else that the system said.
    #[error("{device} does not work ({why}); try again, or choose another camera")]
    Failed {
        /// The camera.
        device: String,
        /// What the system said.
        why: String,
    },
}
