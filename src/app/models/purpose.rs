use crate::store::Family;

/// What a model is for: the screen that uses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// Names what a picture shows.
    Camera,
    /// Writes down what is said.
    Microphone,
    /// Says how a text feels.
    Text,
}

impl Purpose {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 3] = [Self::Camera, Self::Microphone, Self::Text];

    /// What models of this kind are for.
    pub fn of_family(family: Family) -> Self {
        match family {
            Family::MobileNetV3 | Family::EfficientNetLite => Self::Camera,
            Family::Whisper => Self::Microphone,
            Family::DistilBert => Self::Text,
        }
    }

    /// As [`Purpose::of_family`], from the word in a model's configuration; `None` for a word that we do not know.
    pub fn of_config(family: &str) -> Option<Self> {
        match family {
            "mobilenetv3" | "efficientnet_lite" => Some(Self::Camera),
            "whisper" => Some(Self::Microphone),
            "distilbert" => Some(Self::Text),
            _ => None,
        }
    }

    /// The message that names the screen.
    pub fn title_key(self) -> &'static str {
        match self {
            Self::Camera => "camera-title",
            Self::Microphone => "microphone-title",
            Self::Text => "text-title",
        }
    }

    /// The message that says what such a model does.
    pub fn does_key(self) -> &'static str {
        match self {
            Self::Camera => "models-for-camera",
            Self::Microphone => "models-for-microphone",
            Self::Text => "models-for-text",
        }
    }
}
