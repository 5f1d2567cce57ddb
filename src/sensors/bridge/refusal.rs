//! Why the page's getUserMedia gives nothing, whichever sense was asked for.

use serde::Deserialize;

/// Nobody reads a question and answers it in this time: a refusal that comes sooner was the system's own.
const FASTEST_ANSWER_MS: f64 = 250.0;

/// What the page says of a refusal.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct PageRefusal {
    /// The DOMException's name.
    pub error: String,
    /// Its message.
    #[serde(default)]
    pub message: String,
    /// What the Permissions API says after it: `granted`, `prompt`, `denied`, or nothing where the web view does not
    /// know this sense.
    #[serde(default)]
    pub permission: String,
    /// How long the answer took.
    #[serde(default)]
    pub elapsed_ms: f64,
}

/// What it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such device.
    NoDevice,
    /// Somebody said no; asking again may help.
    Denied,
    /// Somebody said no, and nobody will be asked again.
    DeniedForGood,
    /// Another program has it; what the system says.
    Busy(String),
    /// What the system says.
    Other(String),
}

impl PageRefusal {
    /// By the names of the Media Capture and Streams standard.
    pub fn meaning(&self) -> Refusal {
        let why = if self.message.is_empty() { &self.error } else { &self.message };
        let why = why.chars().take(200).collect();
        match self.error.as_str() {
            "NotAllowedError" | "PermissionDeniedError" => match self.permission.as_str() {
                "denied" => Refusal::DeniedForGood,
                "prompt" => Refusal::Denied,
                _ if self.elapsed_ms < FASTEST_ANSWER_MS => Refusal::DeniedForGood,
                _ => Refusal::Denied,
            },
            "SecurityError" => Refusal::DeniedForGood,
            // WebKitGTK gives the second when there is no camera and sizes are asked for.
            "NotFoundError" | "OverconstrainedError" | "DevicesNotFoundError" => Refusal::NoDevice,
            "NotReadableError" | "TrackStartError" | "AbortError" => Refusal::Busy(why),
            _ => Refusal::Other(why),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_of_the_browser_has_its_meaning() {
        let of = |error: &str, permission: &str, elapsed_ms| {
            let (error, permission) = (error.into(), permission.into());
            PageRefusal { error, message: String::new(), permission, elapsed_ms }.meaning()
        };
        assert_eq!(of("NotAllowedError", "denied", 3000.0), Refusal::DeniedForGood);
        assert_eq!(of("NotAllowedError", "prompt", 10.0), Refusal::Denied);
        assert_eq!(of("NotAllowedError", "", 10.0), Refusal::DeniedForGood);
        assert_eq!(of("NotAllowedError", "", 3000.0), Refusal::Denied);
        assert_eq!(of("NotFoundError", "", 0.0), Refusal::NoDevice);
        assert_eq!(of("OverconstrainedError", "", 0.0), Refusal::NoDevice);
        assert_eq!(of("NotReadableError", "", 0.0), Refusal::Busy("NotReadableError".into()));
        assert_eq!(of("NotSupportedError", "", 0.0), Refusal::Other("NotSupportedError".into()));
    }
}
