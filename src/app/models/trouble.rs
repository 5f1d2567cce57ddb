use crate::store::Error;

/// Why a model could not be fetched, checked or removed: a message in the person's language, and the exact words of
/// whoever refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The message that says what happened and what to do.
    pub key: &'static str,
    /// The error's own sentence, in English: for whoever wants to know exactly.
    pub detail: String,
    /// Whether another source of the same model may do better.
    pub elsewhere: bool,
}

impl Trouble {
    /// What `error` means for a person.
    pub fn of(error: &Error) -> Self {
        let key = match error {
            Error::Unreachable { .. } | Error::Cut { .. } => "trouble-network",
            Error::Offline { .. } => "trouble-offline",
            Error::DiskFull { .. } => "trouble-disk-full",
            Error::Denied { .. } => "trouble-refused",
            Error::Busy { .. } | Error::Status { .. } => "trouble-busy",
            Error::NotFound { .. } | Error::Redirect { .. } | Error::Answer { .. } => "trouble-answer",
            Error::WrongHash { .. } | Error::Convert { .. } | Error::Wheel { .. } | Error::TooLarge { .. } => {
                "trouble-content"
            }
            Error::NoPython { .. } | Error::Pip { .. } => "trouble-pip",
            Error::NotOurs { .. } => "trouble-in-the-way",
            Error::NoPlace | Error::Setting { .. } => "trouble-setting",
            Error::Io { .. } => "trouble-disk",
            Error::Catalog { .. }
            | Error::UnknownModel { .. }
            | Error::NotInstalled { .. }
            | Error::CameWithTheApp { .. }
            | Error::NoSource { .. }
            | Error::From { .. }
            | Error::Cancelled => "trouble-other",
        };
        let elsewhere = matches!(
            error,
            Error::Unreachable { .. }
                | Error::Offline { .. }
                | Error::NoPython { .. }
                | Error::Pip { .. }
                | Error::NoSource { .. }
        );
        Self { key, detail: error.to_string(), elsewhere }
    }
}
