//! The app's own icons: strokes of one width on a 24-unit grid, in the colour of the text beside them.
//!
//! An icon never speaks for itself: it is hidden from screen readers, and whatever it stands on has a name.

use dioxus::prelude::*;

/// A drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    /// The camera's screen.
    Camera,
    /// The microphone's screen.
    Microphone,
    /// The text screen.
    Text,
    /// More screens.
    More,
    /// Models.
    Models,
    /// Models side by side.
    Columns,
    /// The benchmark.
    Gauge,
    /// Settings.
    Settings,
    /// The other camera.
    Flip,
    /// A picture of one's own.
    Picture,
    /// A file of one's own.
    Document,
    /// Copy.
    Copy,
    /// Share.
    Share,
    /// Go on.
    Play,
    /// Hold.
    Pause,
    /// End.
    Stop,
    /// Give up, clear.
    Cross,
    /// Delete.
    Trash,
    /// Look whether it is whole.
    Shield,
    /// Good.
    Check,
    /// Not good.
    Warning,
    /// To be known.
    Info,
    /// Fetch.
    Download,
    /// Try again.
    Again,
    /// One level up.
    Back,
    /// One level down.
    Forward,
}

impl Glyph {
    /// The strokes, as an SVG path.
    fn path(self) -> &'static str {
        match self {
            Self::Camera => {
                "M4 8.5h3.2L9 6h6l1.8 2.5H20a1 1 0 0 1 1 1V18a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9.5a1 1 0 0 1 1-1zM15.5 13.5a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0z"
            }
            Self::Microphone => {
                "M12 3.5a3 3 0 0 1 3 3v5a3 3 0 0 1-6 0v-5a3 3 0 0 1 3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3M9 21h6"
            }
            Self::Text => "M4 6h16M4 10.7h16M4 15.4h10M4 20h6",
            Self::More => "M5 5h5v5H5zM14 5h5v5h-5zM5 14h5v5H5zM14 14h5v5h-5z",
            Self::Models => "M12 3l8 4.3v9.4L12 21l-8-4.3V7.3zM4.3 7.5L12 11.7l7.7-4.2M12 11.7V21",
            Self::Columns => "M4.5 5h6v14h-6zM13.5 5h6v14h-6z",
            Self::Gauge => "M4.2 18a9 9 0 1 1 15.6 0M12 13.5l4-4.5M12 15a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
            Self::Settings => {
                "M4 7h8M18 7h2M15 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5zM4 17h2M12 17h8M9 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z"
            }
            Self::Flip => "M4 9a8 8 0 0 1 14-2.5L20 9M20 4v5h-5M20 15a8 8 0 0 1-14 2.5L4 15M4 20v-5h5",
            Self::Picture => {
                "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM4 16.5l4.5-4.5 7.5 8M13.5 15l2.5-2.5 4 4M15.5 8.5h.01"
            }
            Self::Document => {
                "M13.5 3.5H7a1 1 0 0 0-1 1v15a1 1 0 0 0 1 1h10a1 1 0 0 0 1-1V8zM13.5 3.5V8H18M10 17.2a1.3 1.3 0 1 1-1.3-1.3 1.3 1.3 0 0 1 1.3 1.3zM10 17.2V12l4-1v5.2M14 16.2a1.3 1.3 0 1 1-1.3-1.3 1.3 1.3 0 0 1 1.3 1.3z"
            }
            Self::Copy => {
                "M9 9h10a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H9a1 1 0 0 1-1-1V10a1 1 0 0 1 1-1zM16 6V4a1 1 0 0 0-1-1H5a1 1 0 0 0-1 1v10a1 1 0 0 0 1 1h1"
            }
            Self::Share => {
                "M12 15V3.5M8 7l4-3.5L16 7M6 11H5a1 1 0 0 0-1 1v7a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-7a1 1 0 0 0-1-1h-1"
            }
            Self::Play => "M8 5.5v13l10.5-6.5z",
            Self::Pause => "M8.5 5.5v13M15.5 5.5v13",
            Self::Stop => "M7 7h10v10H7z",
            Self::Cross => "M6.5 6.5l11 11M17.5 6.5l-11 11",
            Self::Trash => "M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10.3 10.5l.3 5.5M13.7 10.5l-.3 5.5",
            Self::Shield => "M12 3.5l7 2.5v5.5c0 4-3 7-7 9-4-2-7-5-7-9V6zM9 12l2.2 2.2L15 10.3",
            Self::Check => "M5 12.5l4.7 4.7L19 7.5",
            Self::Warning => "M12 4.2L21 19.5H3zM12 10v4.5M12 17h.01",
            Self::Info => "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.7h.01",
            Self::Download => "M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14",
            Self::Again => "M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4v5h-5",
            Self::Back => "M14.5 5.5L8 12l6.5 6.5",
            Self::Forward => "M9.5 5.5L16 12l-6.5 6.5",
        }
    }
}

/// Draws a glyph, as high as the text around it.
#[component]
pub fn Icon(glyph: Glyph) -> Element {
    rsx! {
        svg { class: "icon", view_box: "0 0 24 24", "aria-hidden": "true", "focusable": "false",
            path { d: glyph.path() }
        }
    }
}
