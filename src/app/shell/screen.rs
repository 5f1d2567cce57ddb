use crate::app::icons::Glyph;

/// A screen of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Screen {
    /// Names what the camera sees.
    Camera,
    /// Writes down what is said.
    Microphone,
    /// Says how a text feels.
    Text,
    /// The way to the screens that have no tab.
    More,
    /// Models: fetch, check, choose.
    Models,
    /// Models of a purpose side by side.
    SideBySide,
    /// How fast this device is.
    Benchmark,
    /// What a person can set.
    Settings,
    /// What an engineer wants to know; there only while it is open.
    Diagnostics,
}

impl Screen {
    /// The tabs, the first one being the start.
    pub const TABS: &[Self] = &[Self::Camera, Self::Microphone, Self::Text, Self::More];
    /// What the last tab leads to.
    pub const MORE: &[Self] = &[Self::Models, Self::Benchmark, Self::Settings];

    /// The tab that it is under.
    pub fn tab(self) -> Self {
        self.parent().map_or(self, Self::tab)
    }

    /// Where back leads; tabs lead nowhere.
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::Camera | Self::Microphone | Self::Text | Self::More => None,
            Self::SideBySide => Some(Self::Models),
            Self::Models | Self::Benchmark | Self::Settings | Self::Diagnostics => Some(Self::More),
        }
    }

    /// Whether it is kept, hidden, when one goes back from it; else it is closed.
    pub fn stays(self) -> bool {
        self != Self::Diagnostics
    }

    /// Its name in the page.
    pub fn id(self) -> &'static str {
        match self {
            Self::Camera => "camera",
            Self::Microphone => "microphone",
            Self::Text => "text",
            Self::More => "more",
            Self::Models => "models",
            Self::SideBySide => "side-by-side",
            Self::Benchmark => "benchmark",
            Self::Settings => "settings",
            Self::Diagnostics => "diagnostics",
        }
    }

    /// The id of its title in the page.
    pub fn title_id(self) -> String {
        format!("title-{}", self.id())
    }

    /// The message that is its title, and stands on its tab.
    pub fn title_key(self) -> &'static str {
        match self {
            Self::Camera => "camera-title",
            Self::Microphone => "microphone-title",
            Self::Text => "text-title",
            Self::More => "more-title",
            Self::Models => "models-title",
            Self::SideBySide => "side-title",
            Self::Benchmark => "benchmark-title",
            Self::Settings => "settings-title",
            Self::Diagnostics => "diagnostics-title",
        }
    }

    /// Its icon.
    pub(in crate::app) fn glyph(self) -> Glyph {
        match self {
            Self::Camera => Glyph::Camera,
            Self::Microphone => Glyph::Microphone,
            Self::Text => Glyph::Text,
            Self::More => Glyph::More,
            Self::Models => Glyph::Models,
            Self::SideBySide => Glyph::Columns,
            Self::Benchmark => Glyph::Gauge,
            Self::Settings => Glyph::Settings,
            Self::Diagnostics => Glyph::Info,
        }
    }
}
